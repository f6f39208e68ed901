import type { RunQuestion } from '../contract.ts'
import type { ShellMessage } from '../powershell/messages.ts'

export type GuardMessage = Extract<ShellMessage, { type: 'guard' }>

/** A shell that waits for an answer. */
interface Waiting {
  message: GuardMessage
  tenant: string
}

export interface RunQuestionsOptions {
  /** Answers a shell's question. */
  send(key: string, ask: number, answer: 'run'): void
  onChange(): void
}

/**
 * The questions of all shells of a run as one: the first that asks asks for all. What is answered is answered for every
 * tenant that the number counted, so that none of them asks twice.
 */
export class RunQuestions {
  readonly #options: RunQuestionsOptions
  readonly #waiting = new Map<string, Waiting>()
  readonly #allowed = new Set<string>()

  constructor(options: RunQuestionsOptions) {
    this.#options = options
  }

  get isAsking(): boolean {
    return this.#waiting.size > 0
  }

  /** @param counts how many tenants are not done, and how many of them are production */
  view({ tenants, production }: Pick<RunQuestion, 'tenants' | 'production'>): RunQuestion | null {
    const first = this.#waiting.values().next().value
    if (!first) return null
    const { command, commands = [], objects, more, fromPipeline } = first.message
    return { commands: [...new Set([...commands, command])], asked: command, objects, more, fromPipeline, tenant: first.tenant, tenants, production }
  }

  ask(key: string, tenant: string, message: GuardMessage): void {
    if (this.#allowed.has(key)) return this.#options.send(key, message.ask, 'run')
    this.#waiting.set(key, { message, tenant })
    this.#options.onChange()
  }

  /** A shell asks no more: it was stopped, or is gone. */
  withdraw(key: string): void {
    if (this.#waiting.delete(key)) this.#options.onChange()
  }

  /** Everything may run in these from now on. */
  allow(keys: Iterable<string>): void {
    for (const key of keys) this.#allowed.add(key)
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const [key, { message }] of waiting) this.#options.send(key, message.ask, 'run')
    this.#options.onChange()
  }

  /** What was allowed in these is not allowed any more: they are run again, and the number is another one. */
  takeBack(keys: Iterable<string>): void {
    for (const key of keys) this.#allowed.delete(key)
  }

  /** Whoever waits is answered no more. */
  forget(): void {
    this.#waiting.clear()
    this.#options.onChange()
  }
}
