/** A key that stops what runs; it never waits. */
const controlC = 0x03
/**
 * What a terminal answers by itself: device attributes, cursor position and status, focus, and answers to OSC and DCS
 * queries (invisible-island.net/xterm/ctlseqs). Whoever asked waits for it.
 */
const terminalAnswer = /^\x1b(?:\[[?>]?[\d;]*[cRn]|\[\?[\d;]*\$y|\[[IO]|[\]P])/

/**
 * Holds what is typed before a shell's first prompt, and while a command waits for a fresh token. On Unix a terminal that no line editor has taken yet turns Enter
 * into a line feed, which PSReadLine reads as another key: the line would wait unfinished at the prompt. Setting the
 * terminal otherwise is no way out, since native programs inherit it.
 */
export class HeldKeys {
  readonly #write: (data: string | Uint8Array) => void
  #held: Array<string | Uint8Array> | null = null

  constructor(write: (data: string | Uint8Array) => void) {
    this.#write = write
  }

  /** Holds from now on, until `release`. */
  hold(): void {
    this.#held ??= []
  }

  get isHolding(): boolean {
    return this.#held !== null
  }

  write(data: string | Uint8Array): void {
    if (!this.#held || terminalAnswer.test(textOf(data))) return this.#write(data)
    if (!Buffer.from(data).includes(controlC)) return void this.#held.push(data)
    // As the terminal itself does: what was typed before is thrown away.
    this.#held = []
    this.#write(data)
  }

  /**
   * The shell reads keys by itself now: it gets what was typed, in its order.
   *
   * @param before what it had read already, and used nothing of
   */
  release(before = ''): void {
    const held = [...(before === '' ? [] : [before]), ...(this.#held ?? [])]
    this.#held = null
    for (const data of held) this.#write(data)
  }
}

const textOf = (data: string | Uint8Array): string => (typeof data === 'string' ? data : Buffer.from(data).toString('latin1'))
