import type { Account, AccountTarget, EventData, Failure } from '../../app/contract.ts'
import { failureOf, type Bridge } from '../bridge.ts'

type Waiting = EventData<'account.waiting'>

/** One person's sign-in as a form shows it: what it waits for, and what it came to. */
export class AccountSignIn {
  isRunning = $state(false)
  waiting = $state.raw<Waiting | null>(null)
  failure = $state.raw<Failure | null>(null)
  readonly #bridge: Bridge
  #id = ''

  constructor(bridge: Bridge) {
    this.#bridge = bridge
  }

  /** Listens for what it waits for. Returns the end of it, which gives a sign-in under way up. */
  attach(): () => void {
    const forget = this.#bridge.on('account.waiting', (waiting) => {
      if (waiting.id === this.#id) this.waiting = waiting
    })
    return () => {
      forget()
      this.cancel()
    }
  }

  /** Answers the account, or null where it came to nothing: `failure` says why, unless the person gave up. */
  async run(how: 'browser' | 'device', clientId: string, target: AccountTarget): Promise<{ signedIn: string; account: Account } | null> {
    const id = (this.#id = crypto.randomUUID())
    this.isRunning = true
    this.failure = null
    this.waiting = null
    try {
      return await this.#bridge.call('accounts.signIn', { id, how, clientId: clientId.trim(), target })
    } catch (error) {
      const failure = failureOf(error)
      if (this.#id === id && failure.code !== 'cancelled') this.failure = { ...failure, field: failure.field ?? 'account' }
      return null
    } finally {
      if (this.#id === id) {
        this.isRunning = false
        this.waiting = null
      }
    }
  }

  cancel(): void {
    if (!this.isRunning) return
    // The call itself then ends as cancelled.
    void this.#bridge.call('accounts.cancel', { id: this.#id }).catch(() => {})
  }

  /** Where the host opens pages itself, the link needs to go no further. */
  async openPage(): Promise<boolean> {
    try {
      return (await this.#bridge.call('accounts.openPage', { id: this.#id })).isOpened
    } catch {
      return false
    }
  }
}
