import { failure } from '../failures.ts'
import type { ShellMessage } from '../powershell/messages.ts'

/** The shell may be in the middle of a long redraw, or have 20,000 objects to send. */
const patienceMs = 60_000

type Answer = Extract<ShellMessage, { type: 'last-shown' }>

/** The question to a shell whether its last command's result can be shown; one at a time. */
export class LastResult {
  #asked: Promise<void> | null = null
  #settle: (answer: Answer | null) => void = () => {}

  /** @throws TenantryError `result-…` */
  async ask(send: () => void): Promise<void> {
    this.#asked ??= this.#ask(send).finally(() => (this.#asked = null))
    await this.#asked
  }

  answered(answer: Answer): void {
    this.#settle(answer)
  }

  async #ask(send: () => void): Promise<void> {
    const answer = await new Promise<Answer | null>((resolve) => {
      const timer = setTimeout(() => resolve(null), patienceMs)
      this.#settle = (settled) => {
        clearTimeout(timer)
        resolve(settled)
      }
      send()
    })
    if (answer === null) throw failure('result-not-shown', { reason: 'the shell did not answer in time.' })
    if (answer.reason === 'nothing') throw failure('result-nothing')
    if (answer.reason === 'formatted') throw failure('result-formatted')
    if (answer.reason === 'failed') throw failure('result-not-shown', { reason: (answer.message ?? '').slice(0, 300) })
  }
}
