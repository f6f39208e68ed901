import type { ShellMessage } from '../powershell/messages.ts'

type Of<T extends ShellMessage['type']> = Extract<ShellMessage, { type: T }>

/** What a shell answers, for whoever waits for it in turn; one that comes early is kept. */
export class Answers {
  readonly #kept = new Map<string, ShellMessage>()
  #waiting: { type: string; resolve(message: ShellMessage): void; reject(error: unknown): void } | null = null
  #error: { error: unknown } | null = null

  take(message: ShellMessage): void {
    if (this.#waiting?.type === message.type) {
      const { resolve } = this.#waiting
      this.#waiting = null
      resolve(message)
    } else this.#kept.set(message.type, message)
  }

  /** Nothing will be answered any more. The first reason is the one. */
  fail(error: unknown): void {
    this.#error ??= { error }
    this.#waiting?.reject(this.#error.error)
    this.#waiting = null
  }

  /** What was refused may be asked for again. */
  refuse(error: unknown): void {
    if (!this.#waiting) return this.fail(error)
    this.#waiting.reject(error)
    this.#waiting = null
  }

  /** The next message of a type. Rejects with what `fail` or `refuse` is told. */
  next<T extends ShellMessage['type']>(type: T): Promise<Of<T>> {
    if (this.#error) return Promise.reject(this.#error.error)
    const kept = this.#kept.get(type)
    this.#kept.delete(type)
    if (kept) return Promise.resolve(kept as Of<T>)
    return new Promise<Of<T>>((resolve, reject) => {
      this.#waiting = { type, resolve: resolve as (message: ShellMessage) => void, reject }
    })
  }
}
