import headless from '@xterm/headless'
import serialize from '@xterm/addon-serialize'
import unicode11 from '@xterm/addon-unicode11'
import { scrollbackLines } from '../contract.ts'
import { unfinishedEnd } from './unfinished.ts'

/**
 * The core's own copy of a session's screen: whoever attaches gets it, so that a reload, a crash of the window or
 * a closed one loses nothing. It also answers the shell's questions to the terminal while no window is attached.
 */
export class Screen {
  readonly #terminal: headless.Terminal
  readonly #serializer = new serialize.SerializeAddon()
  #received = 0
  #parsed = 0
  /** The beginning of a sequence or character whose rest is not parsed yet. */
  #begun: Uint8Array = new Uint8Array()
  #waiting: Array<{ bytes: Uint8Array; end: number; onParsed: () => void }> = []
  #isParsing = false
  #isHeld = false

  constructor(cols: number, rows: number) {
    this.#terminal = new headless.Terminal({ cols, rows, scrollback: scrollbackLines, allowProposedApi: true })
    this.#terminal.loadAddon(this.#serializer)
    this.#terminal.loadAddon(new unicode11.Unicode11Addon())
    this.#terminal.unicode.activeVersion = '11'
  }

  /** Bytes of output so far. */
  get received(): number {
    return this.#received
  }

  /** Bytes of output that the screen shows already. */
  get parsed(): number {
    return this.#parsed
  }

  /** Takes output; `onParsed` is called once the screen shows it. */
  write(bytes: Uint8Array, onParsed: () => void): void {
    this.#received += bytes.length
    this.#waiting.push({ bytes, end: this.#received, onParsed })
    this.#parseNext()
  }

  /** Parses nothing until it is let go, beyond what was begun: other work goes first. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld
    this.#parseNext()
  }

  /** Answers to the shell's queries (device attributes, cursor position), as the terminal would type them. */
  onReply(listener: (reply: string) => void): void {
    this.#terminal.onData(listener)
  }

  resize(cols: number, rows: number): void {
    this.#terminal.resize(cols, rows)
  }

  /**
   * The screen with its scrollback as text that redraws it, the count of output bytes that it shows, and the
   * output that came in since and is not in it yet: from a sequence or a character on that was only begun.
   */
  snapshot(): { text: string; sequence: number; later: Array<{ bytes: Uint8Array; end: number }> } {
    return {
      text: this.#serializer.serialize({ scrollback: scrollbackLines }),
      sequence: this.#parsed - this.#begun.length,
      later: this.#begun.length > 0 ? [{ bytes: this.#begun, end: this.#parsed }, ...this.#waiting] : [...this.#waiting]
    }
  }

  dispose(): void {
    this.#waiting = []
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
