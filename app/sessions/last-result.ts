import { failure } from '../failures.ts'
import type { ShellMessage } from '../powershell/messages.ts'
import { ShellQuestion } from './shell-question.ts'

/** The shell may be in the middle of a long redraw, or have 20,000 objects to send. */
const patienceMs = 60_000

type Answer = Extract<ShellMessage, { type: 'last-shown' }>

/** Asks one shell whether its last command's result can be shown; whoever asks meanwhile gets the same answer. */
export class LastResult {
  readonly #question = new ShellQuestion<Answer>(patienceMs)
  #asked: Promise<void> | null = null

  /** @throws TenantryError `result-…` */
  async ask(send: () => void): Promise<void> {
    this.#asked ??= this.#ask(send).finally(() => (this.#asked = null))
    await this.#asked
  }

  answered(answer: Answer): void {
    this.#question.answered(answer)
  }

  async #ask(send: () => void): Promise<void> {
    const answer = await this.#question.ask(send)
    if (answer === null) throw failure('result-not-shown', { reason: 'the shell did not answer in time.' })
    if (answer.reason === 'nothing') throw failure('result-nothing')
    if (answer.reason === 'formatted') throw failure('result-formatted')
    if (answer.reason === 'failed') throw failure('result-not-shown', { reason: (answer.message ?? '').slice(0, 300) })
  }
}
