import headless from '@xterm/headless'
import serialize from '@xterm/addon-serialize'
import unicode11 from '@xterm/addon-unicode11'
import { useCharacterWidths } from '../character-widths.ts'
import { CommandMarks } from '../command-marks.ts'
import { scrollbackLines } from '../contract.ts'
import { keptLines } from '../scrollback.ts'
import { linesOf } from '../terminal-text.ts'
import { FinishedLines } from '../transcripts/lines.ts'
import { refuseTricks } from '../untrusted-output.ts'
import { unfinishedEnd } from './unfinished.ts'

/**
 * The core's own copy of a session's screen: whoever attaches gets it, so that a reload, a crash of the window or
 * a closed one loses nothing. It also answers the shell's questions to the terminal, whether a window is attached or not.
 */
export class Screen {
  readonly #terminal: headless.Terminal
  readonly #serializer = new serialize.SerializeAddon()
  /** The commands on it. */
  readonly marks: CommandMarks
  #finished: FinishedLines | null = null
  #scrollback = { lines: scrollbackLines, terminals: 1 }
  #received = 0
  #parsed = 0
  /** The beginning of a sequence or character whose rest is not parsed yet. */
  #begun: Uint8Array = new Uint8Array()
  #waiting: Array<{ bytes: Uint8Array; end: number; onParsed: () => void }> = []
  #isParsing = false
  #isHeld = false

  constructor(cols: number, rows: number) {
    // xterm.js would log each byte that it can't make sense of, all its state with it.
    this.#terminal = new headless.Terminal({ cols, rows, scrollback: scrollbackLines, allowProposedApi: true, logLevel: 'off' })
    this.#terminal.loadAddon(this.#serializer)
    useCharacterWidths(this.#terminal, new unicode11.Unicode11Addon())
    refuseTricks(this.#terminal, 'core')
    this.marks = new CommandMarks(this.#terminal)
  }

  /** Bytes of output so far. */
  get received(): number {
    return this.#received
  }

  /** Bytes of output that the screen shows already. */
  get parsed(): number {
    return this.#parsed
  }

  /** The program takes a paste as one piece. */
  get isBracketed(): boolean {
    return this.#terminal.modes.bracketedPasteMode
  }

  /** Takes output; `onParsed` is called once the screen shows it. */
  write(bytes: Uint8Array, onParsed: () => void): void {
    this.#received += bytes.length
    this.#waiting.push({ bytes, end: this.#received, onParsed })
    this.#parseNext()
  }

  /** Calls back once all output of before is on the screen. */
  whenParsed(listener: () => void): void {
    if (this.#waiting.length === 0) return listener()
    this.write(new Uint8Array(), listener)
  }

  /** Once all output of before is on the screen. */
  allParsed(): Promise<void> {
    return new Promise((resolve) => this.whenParsed(resolve))
  }

  /** Parses nothing until it is let go, beyond what was begun: other work goes first. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld
    this.#parseNext()
  }

  /**
   * Lines above the screen that are kept; fewer than there are forget the oldest.
   *
   * @param terminals how many share the memory for them
   */
  setScrollback(lines: number, terminals: number): void {
    this.#scrollback = { lines, terminals }
    this.#fitScrollback()
  }

  #fitScrollback(): void {
    const { options, cols } = this.#terminal
    const lines = keptLines(this.#scrollback.lines, this.#scrollback.terminals, cols)
    if (lines !== options.scrollback) options.scrollback = lines
  }

  /** Answers to the shell's queries (device attributes, cursor position), as the terminal would type them. */
  onReply(listener: (reply: string) => void): void {
    this.#terminal.onData(listener)
  }

  resize(cols: number, rows: number): void {
    const resize = () => this.#terminal.resize(cols, rows)
    if (this.#finished) this.#finished.aroundResize(resize)
    else resize()
    this.#fitScrollback()
  }

  /** Tells of lines that nothing changes any more, from their `begin` on. */
  finishedLines(onLine: (text: string, isCut: boolean) => void): FinishedLines {
    return (this.#finished ??= new FinishedLines(this.#terminal, onLine))
  }

  /**
   * The screen with its scrollback as text that redraws it, the count of output bytes that it shows, and the
   * output that came in since and is not in it yet: from a sequence or a character on that was only begun.
   */
  snapshot(): { text: string; sequence: number; later: Array<{ bytes: Uint8Array; end: number }> } {
    return {
      text: this.#serializer.serialize({ scrollback: this.#terminal.options.scrollback ?? scrollbackLines }),
      sequence: this.#parsed - this.#begun.length,
      later: this.#begun.length > 0 ? [{ bytes: this.#begun, end: this.#parsed }, ...this.#waiting] : [...this.#waiting]
    }
  }

  /** All lines that are kept, as text: those that were wrapped in one piece, without blanks at their ends. */
  lines(): string[] {
    const { normal } = this.#terminal.buffer
    const lines = linesOf(normal, 0, normal.length)
    while (lines.at(-1) === '') lines.pop()
    return lines
  }

  dispose(): void {
    this.#waiting = []
    this.marks.dispose()
    this.#finished?.dispose()
    this.#terminal.dispose()
  }

  /** One after the other, since what the terminal was given can't be held back. */
  #parseNext(): void {
    const next = this.#waiting[0]
    if (this.#isParsing || this.#isHeld || !next) return
    this.#isParsing = true
    this.#terminal.write(next.bytes, () => {
      this.#isParsing = false
      this.#parsed = next.end
      this.#begun = unfinishedEnd(this.#begun.length > 0 ? Buffer.concat([this.#begun, next.bytes]) : next.bytes)
      this.#waiting.shift()
      next.onParsed()
      this.#parseNext()
    })
  }
}
