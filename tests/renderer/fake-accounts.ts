import { randomUUID } from 'node:crypto'
import type { Account, CallRequest, EventData } from '../../app/contract.ts'
import { failure } from '../../app/failures.ts'

/** Stands in for people who sign in: a test says when somebody does, and as whom. */
export class FakeAccounts {
  readonly asked: Array<CallRequest<'accounts.signIn'>> = []
  readonly signedOut: string[] = []
  readonly #running = new Map<string, { resolve(answer: { signedIn: string; account: Account }): void; reject(error: unknown): void }>()
  readonly #emit: (waiting: EventData<'account.waiting'>) => void

  constructor(emit: (waiting: EventData<'account.waiting'>) => void) {
    this.#emit = emit
  }

  /** The newest sign-in ends well; answers the name that the window got for it. */
  finish(account: Account): string {
    const signedIn = randomUUID()
    this.#running.get(this.asked.at(-1)!.id)!.resolve({ signedIn, account })
    return signedIn
  }

  fail(error: unknown): void {
    this.#running.get(this.asked.at(-1)!.id)!.reject(error)
  }

  handlers() {
    return {
      'accounts.signIn': (input: CallRequest<'accounts.signIn'>) => {
        this.asked.push(input)
        const { id, how } = input
        this.#emit({ id, page: 'https://login.example/sign-in', isOpened: false, code: how === 'device' ? 'ABCD23456' : null, until: Date.now() + 600_000 })
        return new Promise<{ signedIn: string; account: Account }>((resolve, reject) => this.#running.set(id, { resolve, reject }))
      },
      'accounts.cancel': ({ id }: { id: string }) => void this.#running.get(id)?.reject(failure('cancelled')),
      'accounts.openPage': () => ({ isOpened: false }),
      'accounts.signOut': ({ id }: { id: string }) => void this.signedOut.push(id)
    }
  }
}
