import { randomUUID } from 'node:crypto'
import type { CredentialInput, EventData } from '../contract.ts'
import { failure } from '../failures.ts'

type Asked = EventData<'credential.asked'>

/** Questions to the person for a credential that is not stored: "ask each time", or an import without one. */
export class CredentialQuestions {
  readonly #open = new Map<string, { asked: Asked; settle(credential: CredentialInput | null): void }>()
  readonly #onAsked: (asked: Asked) => void
  readonly #onWithdrawn: (id: string) => void

  constructor(onAsked: (asked: Asked) => void, onWithdrawn: (id: string) => void) {
    this.#onAsked = onAsked
    this.#onWithdrawn = onWithdrawn
  }

  /** What is asked and not answered yet, for a window that was reloaded. */
  get pending(): Asked[] {
    return [...this.#open.values()].map(({ asked }) => asked)
  }

  /** Waits for the person's answer. Throws `needs-credential` where they give up or `signal` aborts. */
  ask(question: Omit<Asked, 'id'>, signal: AbortSignal): Promise<CredentialInput> {
    return new Promise((resolve, reject) => {
      const refuse = () => reject(failure('needs-credential', { signIn: question.signInName }))
      if (signal.aborted) return refuse()
      const id = randomUUID()
      const asked = { id, ...question }
      const giveUp = () => this.answer(id, null)
      const settle = (credential: CredentialInput | null) => {
        signal.removeEventListener('abort', giveUp)
        this.#open.delete(id)
        this.#onWithdrawn(id)
        if (credential) resolve(credential)
        else refuse()
      }
      this.#open.set(id, { asked, settle })
      signal.addEventListener('abort', giveUp)
      this.#onAsked(asked)
    })
  }

  answer(id: string, credential: CredentialInput | null): void {
    this.#open.get(id)?.settle(credential)
  }
}
