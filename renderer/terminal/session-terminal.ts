import { FitAddon } from '@xterm/addon-fit'
import { Unicode11Addon } from '@xterm/addon-unicode11'
import { WebLinksAddon } from '@xterm/addon-web-links'
import { WebglAddon } from '@xterm/addon-webgl'
import { Terminal } from '@xterm/xterm'
import { scrollbackLines } from '../../app/contract-values.ts'
import type { Bridge } from '../bridge.ts'
import { windowAction } from '../shortcuts/shortcuts.ts'
import { SessionLink } from './session-link.ts'
import { darkScheme, terminalFont, terminalTheme } from './terminal-theme.ts'

/** A drag of the window's edge asks for a new size dozens of times a second; each costs the shell a redraw. */
const resizeDelayMs = 50
/** 4.5:1 is the least contrast that WCAG AA takes for text. */
const leastContrast = 4.5

/** One session's terminal in the window: an xterm, its fit to the pane, and its link to the session's stream. */
export class SessionTerminal {
  readonly #terminal: Terminal
  readonly #fit = new FitAddon()
  readonly #link: SessionLink
  readonly #bridge: Bridge
  readonly #sessionId: string
  readonly #undo: Array<() => void> = []
  #webgl: WebglAddon | null = null
  #resizeTimer: ReturnType<typeof setTimeout> | undefined
  #sentSize = ''
  #isVisible = false
  #isStarted = false

  constructor(bridge: Bridge, sessionId: string, pane: HTMLElement, name: string) {
    this.#bridge = bridge
    this.#sessionId = sessionId
    this.#terminal = new Terminal({
      allowProposedApi: true,
      scrollback: scrollbackLines,
      minimumContrastRatio: leastContrast,
      cursorBlink: true,
      macOptionIsMeta: false,
      ...terminalFont,
      theme: terminalTheme(darkScheme.matches)
    })
    this.#terminal.loadAddon(this.#fit)
    this.#terminal.loadAddon(new Unicode11Addon())
    this.#terminal.unicode.activeVersion = '11'
    this.#terminal.loadAddon(new WebLinksAddon((event, address) => openLink(event, address)))
    this.#terminal.open(pane)
    this.#terminal.textarea?.setAttribute('aria-label', `Terminal input of ${name}`)
    // Tab is the shell's, so whoever came here by the keyboard must hear how to leave.
    this.#terminal.textarea?.setAttribute('aria-description', 'F6 leaves the terminal')
    this.#link = new SessionLink(bridge, sessionId, this.#terminal)
    this.#terminal.attachCustomKeyEventHandler((event) => this.#handleKey(event))
    this.#watchPane(pane)
    this.#watchScheme()
  }

  /** Shown: WebGL where it may be had, the pane's size, the stream on the first time. Hidden: WebGL is given back. */
  setVisible(isVisible: boolean): void {
    if (isVisible === this.#isVisible) return
    this.#isVisible = isVisible
    if (!isVisible) return this.#dropWebgl()
    this.#useWebgl()
    this.#fitNow()
    if (this.#isStarted) return
    this.#isStarted = true
    void this.#sendSize().finally(() => this.#link.start())
  }

  /** Whether the session lives: a stream that is lost then is opened again, one of a dead session is not. */
  setAlive(isAlive: boolean): void {
    this.#link.setAlive(isAlive)
  }

  /** A new shell runs in the session, or the main process is back: what is shown comes anew. */
  attachAgain(): void {
    this.#sentSize = ''
    if (this.#isStarted) void this.#sendSize().finally(() => this.#link.start())
  }

  /** Lets a screen reader read the lines, and hear new ones. */
  setScreenReader(isOn: boolean): void {
    this.#terminal.options.screenReaderMode = isOn
  }

  focus(): void {
    this.#terminal.focus()
  }

  dispose(): void {
    clearTimeout(this.#resizeTimer)
    for (const undo of this.#undo) undo()
    this.#link.dispose()
    this.#dropWebgl()
    this.#terminal.dispose()
  }

  #watchPane(pane: HTMLElement): void {
    const observer = new ResizeObserver(() => {
      if (!this.#isVisible) return
      clearTimeout(this.#resizeTimer)
      this.#resizeTimer = setTimeout(() => {
        this.#fitNow()
        void this.#sendSize()
      }, resizeDelayMs)
    })
    observer.observe(pane)
    this.#undo.push(() => observer.disconnect())
  }

  #watchScheme(): void {
    const onChange = () => (this.#terminal.options.theme = terminalTheme(darkScheme.matches))
    darkScheme.addEventListener('change', onChange)
    this.#undo.push(() => darkScheme.removeEventListener('change', onChange))
  }

  #fitNow(): void {
    const size = this.#fit.proposeDimensions()
    if (size && size.cols >= 2 && size.rows >= 1) this.#terminal.resize(Math.min(size.cols, 1000), Math.min(size.rows, 1000))
  }

  async #sendSize(): Promise<void> {
    const { cols, rows } = this.#terminal
    const size = `${cols}x${rows}`
    if (size === this.#sentSize) return
    this.#sentSize = size
    // A session that is gone has no size; its removal is told by an event of its own.
    await this.#bridge.call('sessions.resize', { id: this.#sessionId, cols, rows }).catch(() => (this.#sentSize = ''))
  }

  /** Chromium keeps 16 WebGL contexts alive, so only a visible pane has one. */
  #useWebgl(): void {
    if (new URLSearchParams(location.search).get('renderer') === 'dom') return
    try {
      const webgl = new WebglAddon()
      webgl.onContextLoss(() => this.#dropWebgl())
      this.#terminal.loadAddon(webgl)
      this.#webgl = webgl
    } catch {
      this.#webgl = null // No WebGL here: xterm's DOM renderer goes on.
    }
  }

  #dropWebgl(): void {
    this.#webgl?.dispose()
    this.#webgl = null
  }

  /** Ctrl+Shift+C and Ctrl+Shift+V, since Ctrl+C alone must reach the shell. Answers false for a key taken here. */
  #handleKey(event: KeyboardEvent): boolean {
    if (windowAction(event)) return false
    if (event.type !== 'keydown' || !event.ctrlKey || !event.shiftKey) return true
    if (event.code === 'KeyC') {
      event.preventDefault()
      if (this.#terminal.hasSelection()) void navigator.clipboard.writeText(this.#terminal.getSelection()).catch(() => {})
      return false
    }
    // The browser's own "paste as plain text" reaches xterm as a paste event; xterm must not send a key besides.
    return event.code !== 'KeyV'
  }
}

/** A plain click selects text; only with Ctrl (Cmd on a Mac) it follows the link, and only to the web. */
function openLink(event: MouseEvent, address: string): void {
  if ((event.ctrlKey || event.metaKey) && /^https?:/i.test(address)) window.open(address, '_blank', 'noopener')
}
