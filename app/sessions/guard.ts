import { randomUUID } from 'node:crypto'
import type { CallInput, GuardQuestion, SessionView } from '../contract.ts'
import type { AppMessage, ShellMessage } from '../powershell/messages.ts'

export interface GuardOptions {
  /** Milliseconds since the epoch. */
  now: () => number
  /** How long nothing is asked after "not again". */
  pauseMinutes: () => number
  send(message: AppMessage): void
  onChange(guard: SessionView['guard']): void
}

/**
 * The questions of one shell's guard. A question waits as long as the command does: nobody there, a window that is
 * closed, hidden or gone, and a lock answer nothing, so nothing runs.
 */
export class Guard {
  readonly #options: GuardOptions
  #ask = 0
  #question: GuardQuestion | null = null
  #quietUntil = 0

  constructor(options: GuardOptions) {
    this.#options = options
  }

  take(message: Extract<ShellMessage, { type: 'guard' | 'guard-withdrawn' }>): void {
    if (message.type === 'guard') {
      const { command, objects, more, fromPipeline, parameters } = message
      this.#ask = message.ask
      this.#question = { id: randomUUID(), command, objects, more, fromPipeline, parameters }
    } else if (message.ask === this.#ask) this.#question = null
    this.#tell()
  }

  /** The person's answer; one to a question that is not asked any more is none. */
  answer(id: string, answer: CallInput<'guard.answer'>['answer']): void {
    if (id !== this.#question?.id) return
    this.#question = null
    if (answer === 'run-quietly') this.#quietUntil = this.#options.now() + this.#options.pauseMinutes() * 60_000
    this.#options.send({ type: 'guard-answer', ask: this.#ask, answer: answer === 'run-quietly' ? 'run' : answer, quietUntil: this.#quietUntil })
    this.#tell()
  }

  askAgain(): void {
    this.#quietUntil = 0
    this.#options.send({ type: 'guard-quiet', quietUntil: 0 })
    this.#tell()
  }

  /** The shell went away, and its question with it. */
  end(): void {
    if (!this.#question) return
    this.#question = null
    this.#tell()
  }

  get view(): NonNullable<SessionView['guard']> {
    return { question: this.#question, quietUntil: this.#quietUntil || null, pauseMinutes: this.#options.pauseMinutes() }
  }

  #tell(): void {
    this.#options.onChange(this.view)
  }
}
