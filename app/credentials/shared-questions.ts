import { failure } from '../failures.ts'
import { withSignal } from '../tokens/with-signal.ts'

interface Open<T> {
  answer: Promise<T>
  abort: AbortController
  /** How many wait for the answer. */
  waiting: number
}

/** Questions that several may wait for at once: each is asked once, and withdrawn when the last who waits gives up. */
export class SharedQuestions<T> {
  readonly #open = new Map<string, Open<T>>()

  /**
   * The answer to the question of this key, which `ask` puts where nobody has yet.
   *
   * @throws TenantryError `cancelled` where `signal` gave up; whatever `ask` rejects with
   */
  async join(key: string, signal: AbortSignal, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (signal.aborted) throw failure('cancelled')
    const open = this.#open.get(key) ?? this.#begin(key, ask)
    open.waiting++
    try {
      return await withSignal(open.answer, signal)
    } finally {
      if (--open.waiting === 0) {
        this.#end(key, open)
        open.abort.abort()
      }
    }
  }

  #begin(key: string, ask: (signal: AbortSignal) => Promise<T>): Open<T> {
    const abort = new AbortController()
    const open: Open<T> = { answer: ask(abort.signal), abort, waiting: 0 }
    this.#open.set(key, open)
    // Whoever waits hears of it; a question that was withdrawn fails in silence.
    open.answer.catch(() => {}).finally(() => this.#end(key, open))
    return open
  }

  #end(key: string, open: Open<T>): void {
    if (this.#open.get(key) === open) this.#open.delete(key)
  }
}
