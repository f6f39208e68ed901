import { FitAddon } from '@xterm/addon-fit'
import { Unicode11Addon } from '@xterm/addon-unicode11'
import { WebglAddon } from '@xterm/addon-webgl'
import { Terminal, type ITerminalOptions } from '@xterm/xterm'
import { useCharacterWidths } from '../../app/character-widths.ts'
import { refuseTricks } from '../../app/untrusted-output.ts'
import type { Bridge } from '../bridge.ts'
import { keptLines } from '../../app/scrollback.ts'
import { shownKey, windowAction } from '../shortcuts/shortcuts.ts'
import { settings } from '../settings/settings.svelte.ts'
import { Bell } from './bell.ts'
import { joinLigatures } from './ligatures.ts'
import { Keeping } from './keeping.svelte.ts'
import { TerminalLinks } from './links.svelte.ts'
import { PasteAndCopy, type TerminalSurroundings } from './paste-and-copy.svelte.ts'
import { TerminalSearch } from './search.svelte.ts'
import { SessionLink } from './session-link.ts'
import { TerminalMarks } from './marks.svelte.ts'
import { TypedInput } from './typed-input.ts'

/** A drag of the window's edge asks for a new size dozens of times a second; each costs the shell a redraw. */
const resizeDelayMs = 50
/** Chromium keeps 16 WebGL contexts alive; panes beyond these draw without. */
const mostWebgl = 8
let webglInUse = 0

/** One session's terminal in the window: an xterm, its fit to the pane, and its link to the session's stream. */
export class SessionTerminal {
  readonly clipboard: PasteAndCopy
  readonly keeping: Keeping
  readonly search: TerminalSearch
  readonly links: TerminalLinks
  /** The commands on it. */
  readonly marks: TerminalMarks
  readonly #terminal: Terminal
  readonly #fit = new FitAddon()
  readonly #link: SessionLink
  readonly #typed: TypedInput
  readonly #bridge: Bridge
  readonly #sessionId: string
  readonly #undo: Array<() => void> = []
  #webgl: WebglAddon | null = null
  #endLigatures: (() => void) | null = null
  #theme: ITerminalOptions['theme']
  #scrollback: { lines: number; terminals: number }
  #resizeTimer: ReturnType<typeof setTimeout> | undefined
  #sentSize = ''
  #isVisible = false
  #isStarted = false

  constructor(bridge: Bridge, sessionId: string, pane: HTMLElement, name: string, options: ITerminalOptions, surroundings: TerminalSurroundings) {
    this.#bridge = bridge
    this.#theme = options.theme
    this.#scrollback = { lines: options.scrollback!, terminals: 1 }
    this.#sessionId = sessionId
    // Else each byte that it can't make sense of is logged, all its state with it.
    this.#terminal = new Terminal({ allowProposedApi: true, logLevel: 'off', macOptionIsMeta: false, ...options })
    this.#terminal.loadAddon(this.#fit)
    useCharacterWidths(this.#terminal, new Unicode11Addon())
    this.search = new TerminalSearch(this.#terminal)
    this.links = new TerminalLinks(this.#terminal, () => settings.values['terminal.openLinks'])
    this.clipboard = new PasteAndCopy(this.#terminal, pane, bridge, surroundings, (put) => this.#typed.give(put))
    this.keeping = new Keeping(bridge, sessionId)
    this.#terminal.open(pane)
    this.#terminal.textarea?.setAttribute('aria-label', `Terminal input of ${name}`)
    this.#sayTheWayOut()
    refuseTricks(this.#terminal, 'window')
    this.marks = new TerminalMarks(this.#terminal)
    this.#link = new SessionLink(bridge, sessionId, this.#terminal, (message) => this.marks.take(message))
    this.#typed = new TypedInput(this.#terminal, (data) => {
      for (const other of surroundings.others()) other.receive(data)
    })
    this.#terminal.attachCustomKeyEventHandler((event) => this.#handleKey(event))
    const bell = new Bell(pane)
    this.#terminal.onBell(() => bell.ring(settings.values['terminal.bell']))
    this.#watchPane(pane)
  }

  /** Shown: WebGL where it may be had, the pane's size, the stream on the first time. Hidden: WebGL is given back. */
  setVisible(isVisible: boolean): void {
    if (isVisible === this.#isVisible) return
    this.#isVisible = isVisible
    if (!isVisible) {
      // What is not seen has no size: its whole width would count as 100 pixels.
      clearTimeout(this.#resizeTimer)
      return this.#dropWebgl()
    }
    this.#useWebgl()
    this.#fitNow()
    this.start()
  }

  /** Attaches the terminal to its session; it may be hidden still. */
  start(): void {
    if (this.#isStarted) return
    this.#isStarted = true
    void this.#sendSize().finally(() => this.#link.start())
  }

  /** Takes keys that were typed in another terminal. */
  receive(data: string): void {
    this.#typed.give(() => this.#terminal.input(data))
  }

  receivePaste(text: string): void {
    this.clipboard.put(text)
  }

  get isBracketed(): boolean {
    return this.clipboard.isBracketed
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

  setLigatures(isOn: boolean): void {
    if (isOn && !this.#endLigatures) this.#endLigatures = joinLigatures(this.#terminal)
    if (isOn) return
    this.#endLigatures?.()
    this.#endLigatures = null
  }

  /** Takes what the settings say; another font makes other columns. */
  /** How many there are to share the memory for lines above the screen. */
  setTerminals(terminals: number): void {
    this.#scrollback.terminals = terminals
    this.#fitScrollback()
  }

  setOptions(options: ITerminalOptions): void {
    const isRecoloured = options.theme !== this.#theme
    this.#scrollback.lines = options.scrollback!
    this.#terminal.options = { ...options, scrollback: this.#keptLines }
    this.#theme = options.theme
    if (isRecoloured) this.search.recolour()
    this.#sayTheWayOut()
    this.#fitSoon()
  }

  get #keptLines(): number {
    return keptLines(this.#scrollback.lines, this.#scrollback.terminals, this.#terminal.cols)
  }

  /** Tab is the shell's, so whoever came here by the keyboard must hear how to leave. */
  #sayTheWayOut(): void {
    const key = shownKey('next-region')
    this.#terminal.textarea?.setAttribute('aria-description', key ? `${key} leaves the terminal` : '')
  }

  focus(): void {
    this.#terminal.focus()
  }

  dispose(): void {
    clearTimeout(this.#resizeTimer)
    for (const undo of this.#undo) undo()
    this.clipboard.dispose()
    this.keeping.dispose()
    this.search.dispose()
    this.#typed.dispose()
    this.#link.dispose()
    this.#dropWebgl()
    this.marks.dispose()
    this.#terminal.dispose()
  }

  #watchPane(pane: HTMLElement): void {
    const observer = new ResizeObserver(() => this.#fitSoon())
    observer.observe(pane)
    this.#undo.push(() => observer.disconnect())
  }

  /** A drag, or a held key, asks many times a second. */
  #fitSoon(): void {
    if (!this.#isVisible) return
    clearTimeout(this.#resizeTimer)
    this.#resizeTimer = setTimeout(() => {
      this.#fitNow()
      void this.#sendSize()
    }, resizeDelayMs)
  }

  #fitNow(): void {
    const size = this.#fit.proposeDimensions()
    if (!size || size.cols < 2 || size.rows < 1) return
    this.#terminal.resize(Math.min(size.cols, 1000), Math.min(size.rows, 1000))
    this.#fitScrollback()
  }

  #fitScrollback(): void {
    if (this.#terminal.options.scrollback !== this.#keptLines) this.#terminal.options.scrollback = this.#keptLines
  }

  async #sendSize(): Promise<void> {
    const { cols, rows } = this.#terminal
    const size = `${cols}x${rows}`
    if (size === this.#sentSize) return
    this.#sentSize = size
    // A session that is gone has no size; its removal is told by an event of its own.
    await this.#bridge.call('sessions.resize', { id: this.#sessionId, cols, rows }).catch(() => (this.#sentSize = ''))
  }

  /** Only a visible pane has a WebGL context. */
  #useWebgl(): void {
    if (new URLSearchParams(location.search).get('renderer') === 'dom' || webglInUse >= mostWebgl) return
    try {
      const webgl = new WebglAddon()
      webgl.onContextLoss(() => this.#dropWebgl())
      this.#terminal.loadAddon(webgl)
      this.#webgl = webgl
      webglInUse++
    } catch {
      this.#webgl = null // No WebGL here: xterm's DOM renderer goes on.
    }
  }

  #dropWebgl(): void {
    if (!this.#webgl) return
    this.#webgl.dispose()
    this.#webgl = null
    webglInUse--
  }

  /** Answers false for a key that is not the shell's. */
  #handleKey(event: KeyboardEvent): boolean {
    return !windowAction(event) && !this.clipboard.takesKey(event)
  }
}
