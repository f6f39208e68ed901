import type { SignInView } from '../contract.ts'

/** Days pass while a window is open: it is told within this time. */
const lookEveryMs = 15 * 60_000

/** Tells when what is left of some credential's life became another number of days. */
export class ExpiryWatch {
  readonly #signIns: () => SignInView[]
  readonly #onChange: () => void
  readonly #timer: NodeJS.Timeout
  #seen: string

  constructor(signIns: () => SignInView[], onChange: () => void) {
    this.#signIns = signIns
    this.#onChange = onChange
    this.#seen = this.#read()
    this.#timer = setInterval(() => this.look(), lookEveryMs)
    this.#timer.unref()
  }

  /** Looks now, as after a sleep. */
  look(): void {
    const now = this.#read()
    if (now === this.#seen) return
    this.#seen = now
    this.#onChange()
  }

  dispose(): void {
    clearInterval(this.#timer)
  }

  #read(): string {
    return JSON.stringify(this.#signIns().map(({ id, expiry }) => [id, expiry]))
  }
}
