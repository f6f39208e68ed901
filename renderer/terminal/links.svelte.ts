import { WebLinksAddon } from '@xterm/addon-web-links'
import type { IBufferRange, Terminal } from '@xterm/xterm'
import type { SettingValues } from '../../app/contract.ts'
import { keyPlatform } from '../shortcuts/shortcuts.ts'
import { judgeLink, type TerminalLink } from './links.ts'

/** Addresses that a terminal shows: where each leads is said under the pointer, and asked before it is opened. */
export class TerminalLinks {
  /** The one under the pointer. */
  hovered = $state.raw<(TerminalLink & { isLow: boolean }) | null>(null)
  /** What is asked about. */
  asked = $state.raw<TerminalLink | null>(null)
  readonly #terminal: Terminal
  readonly #opens: () => SettingValues['terminal.openLinks']
  readonly #isMac = keyPlatform() === 'mac'

  constructor(terminal: Terminal, opens: () => SettingValues['terminal.openLinks']) {
    this.#terminal = terminal
    this.#opens = opens
    // OSC 8, whose text may say anything. xterm itself leaves out what is neither http nor https.
    terminal.options.linkHandler = {
      activate: (event, address, range) => this.#activate(event, judgeLink(address, this.#textIn(range))),
      hover: (_event, address, range) => this.#hover(judgeLink(address, this.#textIn(range)), range.start.y - 1 - terminal.buffer.active.viewportY),
      leave: () => (this.hovered = null)
    }
    terminal.loadAddon(
      new WebLinksAddon((event, address) => this.#activate(event, judgeLink(address)), {
        hover: (_event, address, range) => this.#hover(judgeLink(address), range.start.y - 1 - terminal.buffer.active.viewportY),
        leave: () => (this.hovered = null)
      })
    )
  }

  /** How the link under the pointer is opened, as a hint. */
  get hint(): string {
    const opens = this.#opens()
    if (opens === 'never') return ''
    return opens === 'click' ? 'A click asks before it opens.' : `${this.#isMac ? '⌘' : 'Ctrl'} and a click opens it.`
  }

  /** Asks about a link, or opens it where the main process asks by itself. */
  ask(link: TerminalLink): void {
    const hostAsks = Boolean(window.tenantry)
    if (link.problem || link.warnings.length > 0 || !hostAsks) this.asked = link
    else open(link)
  }

  answer(yes: boolean): void {
    const link = this.asked
    this.asked = null
    if (yes && link && !link.problem) open(link)
    this.#terminal.focus()
  }

  #activate(event: MouseEvent, link: TerminalLink): void {
    const opens = this.#opens()
    const isMeant = opens === 'click' ? event.button === 0 && !this.#terminal.hasSelection() : opens === 'modifier' && (this.#isMac ? event.metaKey : event.ctrlKey)
    if (isMeant) this.ask(link)
  }

  #hover(link: TerminalLink, row: number): void {
    this.hovered = { ...link, isLow: row >= this.#terminal.rows - 3 }
  }

  #textIn({ start, end }: IBufferRange): string {
    return this.#terminal.buffer.active.getLine(start.y - 1)?.translateToString(false, start.x - 1, end.x) ?? ''
  }
}

function open({ target }: TerminalLink): void {
  window.open(target, '_blank', 'noopener')
}
