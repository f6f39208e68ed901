import type { Terminal } from '@xterm/xterm'
import type { SettingValues } from '../../app/contract.ts'
import type { Bridge } from '../bridge.ts'
import type { Receiver } from '../broadcast/broadcast.svelte.ts'
import { keyPlatform } from '../shortcuts/shortcuts.ts'
import { copied } from '../ui/clipboard.ts'
import { copiedHtml, copiedText } from './copy.ts'
import { copyKey, rightClick } from './copy-keys.ts'
import { quotedPaths } from './drop-path.ts'
import { Notice } from './notice.svelte.ts'
import { cleanPaste, pasteDecision, textToPaste, type CleanPaste } from './paste-text.ts'

/** What is to be known of the session that a terminal is of. */
export interface PasteTarget {
  /** It is of production, or one of those that get the same is. */
  isProduction: boolean
  /** A command runs, or the shell has no prompt yet. */
  isRunning: boolean
  settings: Pick<SettingValues, 'terminal.copyOnSelect' | 'terminal.rightClick' | 'terminal.pastePreview'>
}

/** What a terminal is given of the window's. */
export interface TerminalSurroundings {
  paste(): PasteTarget
  /** The terminals that get what is typed or pasted in this one. */
  others(): readonly Receiver[]
}

/** What goes between a terminal and the clipboard, and files that are dropped on it. */
export class PasteAndCopy {
  /** What is looked at before it is pasted. */
  looked = $state.raw<CleanPaste | null>(null)
  /** Where the menu is open. */
  menu = $state.raw<{ x: number; y: number } | null>(null)
  /** Why something was not done. */
  readonly notice = new Notice()
  readonly #terminal: Terminal
  readonly #bridge: Bridge
  readonly #target: () => PasteTarget
  readonly #others: () => readonly Receiver[]
  /** Puts something into the terminal that nobody typed there. */
  readonly #give: (put: () => void) => void
  readonly #platform = keyPlatform()
  readonly #undo = new AbortController()
  #written: Promise<void> = Promise.resolve()

  constructor(terminal: Terminal, pane: HTMLElement, bridge: Bridge, surroundings: TerminalSurroundings, give: (put: () => void) => void) {
    this.#terminal = terminal
    this.#bridge = bridge
    this.#target = () => surroundings.paste()
    this.#others = () => surroundings.others()
    this.#give = give
    // In front of xterm's own listeners, which would paste and copy at once.
    const listen = <E extends keyof HTMLElementEventMap>(name: E, listener: (event: HTMLElementEventMap[E]) => void) =>
      pane.addEventListener(name, listener, { capture: true, signal: this.#undo.signal })
    listen('paste', (event) => this.#onPaste(event))
    listen('copy', (event) => this.#onCopy(event))
    listen('dragover', (event) => takeDrag(event))
    listen('drop', (event) => this.#onDrop(event))
    listen('contextmenu', (event) => this.#onContextMenu(event))
    listen('mousedown', (event) => this.#onMouseDown(event))
  }

  /** Takes a key of copying and pasting; answers false where xterm must not take it too. */
  takesKey(event: KeyboardEvent): boolean {
    const does = copyKey(event, this.#platform, { hasSelection: this.#terminal.hasSelection(), isRunning: this.#target().isRunning })
    if (does === 'shell') return false
    if (does === 'copy' && event.type === 'keydown') {
      event.preventDefault()
      event.stopPropagation()
      void this.copy()
    }
    return true
  }

  /** @param keepsSelection as where the mouse has just selected it */
  async copy({ keepsSelection = false } = {}): Promise<void> {
    if (!this.#terminal.hasSelection()) return
    const { text, html } = this.#copied()
    if (!keepsSelection) this.#terminal.clearSelection()
    if (text === '') return
    // One after the other: of two at once Chromium may keep the HTML of one alone.
    this.#written = this.#written.then(() => this.#write({ 'text/plain': text, ...(html ? { 'text/html': html } : {}) }))
    await this.#written
  }

  async copyAddress(address: string): Promise<void> {
    this.notice.say(await copied(address, 'The address is copied.'))
    this.#terminal.focus()
  }

  /** Pastes after a click: the main process does it, in a browser the browser may have to ask. */
  async pasteByClick(): Promise<void> {
    this.#terminal.focus()
    try {
      const { isPasted } = await this.#bridge.call('app.paste', null)
      if (!isPasted) this.take(await navigator.clipboard.readText())
    } catch {
      this.notice.say(`The clipboard could not be read. ${this.#platform === 'mac' ? '⌘V' : 'Ctrl+Shift+V'} pastes.`)
    }
  }

  /** Takes a text to paste: it goes to the shell, or is looked at before. */
  take(text: string): void {
    const { isProduction, settings } = this.#target()
    const paste = cleanPaste(text)
    const decision = pasteDecision(paste, { isProduction, wantsPreview: settings['terminal.pastePreview'] })
    if (decision === 'look') this.looked = paste
    else if (decision === 'paste') this.#send(paste.text)
  }

  /** The answer to the look: the text that is pasted, or null. */
  answer(text: string | null): void {
    this.looked = null
    if (text) this.#send(text)
  }

  selectAll(): void {
    this.#terminal.selectAll()
  }

  get hasSelection(): boolean {
    return this.#terminal.hasSelection()
  }

  /** Whether the program takes a paste as one piece. */
  get isBracketed(): boolean {
    return this.#terminal.modes.bracketedPasteMode
  }

  /** Whether each of those that get a paste takes it as one piece. */
  get areAllBracketed(): boolean {
    return this.isBracketed && this.#others().every(({ isBracketed }) => isBracketed)
  }

  /** Takes a paste that was decided on, here or in another terminal. */
  put(text: string): void {
    this.#give(() => this.#terminal.paste(textToPaste(text, this.isBracketed)))
    this.#terminal.scrollToBottom()
  }

  dispose(): void {
    this.notice.dispose()
    this.#undo.abort()
  }

  async #write(flavours: Record<string, string>): Promise<void> {
    try {
      await navigator.clipboard.write([new ClipboardItem(Object.fromEntries(Object.entries(flavours).map(([type, data]) => [type, new Blob([data], { type })])))])
    } catch {
      this.notice.say('The clipboard could not be written.')
    }
  }

  #send(text: string): void {
    this.put(text)
    for (const other of this.#others()) other.receivePaste(text)
    this.#terminal.focus()
  }

  #copied(): { text: string; html: string | null } {
    const { theme = {}, fontFamily = 'monospace' } = this.#terminal.options
    return { text: copiedText(this.#terminal), html: copiedHtml(this.#terminal, theme, fontFamily) }
  }

  #onPaste(event: ClipboardEvent): void {
    event.preventDefault()
    event.stopPropagation()
    const { clipboardData } = event
    const text = clipboardData?.getData('text/plain') ?? ''
    if (text === '' && clipboardData && clipboardData.files.length > 0) this.#takeFiles(clipboardData.files)
    else this.take(text)
  }

  #onCopy(event: ClipboardEvent): void {
    if (!this.#terminal.hasSelection()) return
    event.preventDefault()
    event.stopPropagation()
    const { text, html } = this.#copied()
    event.clipboardData?.setData('text/plain', text)
    if (html) event.clipboardData?.setData('text/html', html)
    this.#terminal.clearSelection()
  }

  #onDrop(event: DragEvent): void {
    event.preventDefault()
    event.stopPropagation()
    const { dataTransfer } = event
    if (dataTransfer && dataTransfer.files.length > 0) this.#takeFiles(dataTransfer.files)
    else this.take(dataTransfer?.getData('text/plain') ?? '')
  }

  #takeFiles(files: FileList): void {
    const paths = [...files].map((file) => window.tenantry?.pathOf(file) ?? '')
    if (!window.tenantry) return this.notice.say('A browser does not tell where a file lies: its path can be inserted in the desktop app alone.')
    if (paths.includes('')) return this.notice.say('This is no file of this computer: it has no path to insert.')
    const quoted = quotedPaths(paths, this.#lineBeforeCursor())
    if (quoted === null) return this.notice.say('A file’s name has characters that can’t be typed, such as a line end.')
    this.#send(quoted)
  }

  #onContextMenu(event: MouseEvent): void {
    event.preventDefault()
    event.stopPropagation()
    // A program that asked for the mouse has it, unless Shift is held.
    if (this.#terminal.modes.mouseTrackingMode !== 'none' && !event.shiftKey) return
    const isByKey = event.button !== 2
    const does = isByKey ? 'menu' : rightClick(this.#target().settings['terminal.rightClick'], this.#platform, this.#terminal.hasSelection())
    if (does === 'menu') this.menu = { x: event.clientX, y: event.clientY }
    else if (does === 'copy') void this.copy()
    else void this.pasteByClick()
  }

  #onMouseDown(event: MouseEvent): void {
    if (event.button !== 0 || !this.#target().settings['terminal.copyOnSelect']) return
    // xterm hears of it on the document first.
    window.addEventListener('mouseup', () => setTimeout(() => void this.copy({ keepsSelection: true })), { once: true, signal: this.#undo.signal })
  }

  /** What is typed, with the prompt before it. */
  #lineBeforeCursor(): string {
    const buffer = this.#terminal.buffer.active
    let row = buffer.baseY + buffer.cursorY
    let text = buffer.getLine(row)?.translateToString(false, 0, buffer.cursorX) ?? ''
    while (buffer.getLine(row)?.isWrapped) text = (buffer.getLine(--row)?.translateToString(false) ?? '') + text
    return text
  }
}

function takeDrag(event: DragEvent): void {
  const types = event.dataTransfer?.types ?? []
  if (!types.includes('Files') && !types.includes('text/plain')) return
  event.preventDefault()
  event.dataTransfer!.dropEffect = 'copy'
}
