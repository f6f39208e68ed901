import type { WebContents } from 'electron'

/** A click and what the window asks for after it are closer together than this, on a busy computer too. */
const clickMs = 1500

/**
 * Pastes for the window, which may not read the clipboard itself: only right after the person pressed a button of the
 * mouse or a key, as the main process saw it. A page that nobody touches gets nothing.
 */
export class PasteByClick {
  readonly #now: () => number
  readonly #log: (line: string) => void
  #contents: Pick<WebContents, 'paste' | 'isDestroyed'> | null = null
  #pressedAt = -Infinity

  constructor(now: () => number, log: (line: string) => void) {
    this.#now = now
    this.#log = log
  }

  /** Pastes go to this window from now on. */
  follow(contents: Pick<WebContents, 'paste' | 'isDestroyed' | 'on'>): void {
    this.#contents = contents
    this.#pressedAt = -Infinity
    const press = () => (this.#pressedAt = this.#now())
    contents.on('before-mouse-event', (_event, { type }) => {
      if (type === 'mouseDown' || type === 'mouseUp') press()
    })
    contents.on('before-input-event', (_event, { type }) => {
      if (type === 'keyDown') press()
    })
  }

  /** Pastes into what has the keyboard, once a press; false where nobody pressed anything. */
  paste(): boolean {
    if (!this.#contents || this.#contents.isDestroyed()) return false
    if (this.#now() - this.#pressedAt > clickMs) {
      this.#log('refused in the window: a paste that nobody asked for')
      return false
    }
    this.#pressedAt = -Infinity
    this.#contents.paste()
    return true
  }
}
