import type { IDisposable, Terminal } from '@xterm/xterm'

/**
 * Tells what a person typed into a terminal. What the terminal says of itself begins with an escape and comes without a
 * key before it: its colours, a focus that came or went, the mouse, and the arrow keys that it makes of a wheel or a click.
 */
export class TypedInput {
  readonly #undo: IDisposable[]
  #key: string | null = null
  #isGiven = false

  constructor(terminal: Pick<Terminal, 'onKey' | 'onData'>, onTyped: (data: string) => void) {
    this.#undo = [
      // xterm.js tells of a key, then at once what it types; of letters that an input method writes it tells no key.
      terminal.onKey(({ key }) => (this.#key = key)),
      terminal.onData((data) => {
        const isKey = data === this.#key
        this.#key = null
        if (!this.#isGiven && (isKey || !data.startsWith('\x1b'))) onTyped(data)
      })
    ]
  }

  /** What is put into the terminal meanwhile was typed elsewhere, or is told by whoever puts it there. */
  give(put: () => void): void {
    this.#isGiven = true
    try {
      put()
    } finally {
      this.#isGiven = false
    }
  }

  dispose(): void {
    for (const part of this.#undo) part.dispose()
  }
}
