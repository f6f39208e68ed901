import { randomUUID } from 'node:crypto'
import type { Cloud, Host, Network } from '../adapters.ts'
import type { Account, CallOutput, CallRequest, EventData } from '../contract.ts'
import { failure } from '../failures.ts'
import { signInAccount, type AccountSignInRequest } from '../tokens/account-sign-in.ts'
import type { AccountCredential } from './credential.ts'

/** A sign-in that nobody saved by then is forgotten. */
const heldMs = 60 * 60_000

export interface AccountSignInsOptions {
  network: Network
  host: Pick<Host, 'openBrowser'>
  /** The cloud and the tenant that a person signs in for, after custom hosts were confirmed. */
  resolve(target: CallRequest<'accounts.signIn'>['target']): Promise<{ cloud: Cloud; tenantId: string }>
  /** Throws `not-a-client-id`. */
  checkClientId(text: string): string
  onWaiting(waiting: EventData<'account.waiting'>): void
  /** Another sign-in flow, for tests. */
  signIn?: (request: AccountSignInRequest) => Promise<AccountCredential>
}

/** People signing in, each by the window's name for it, and what came of it until it is saved. It is held in memory only. */
export class AccountSignIns {
  readonly #options: AccountSignInsOptions
  readonly #running = new Map<string, { abort: AbortController; page: string | null }>()
  readonly #held = new Map<string, { credential: AccountCredential; timer: NodeJS.Timeout }>()

  constructor(options: AccountSignInsOptions) {
    this.#options = options
  }

  /** @throws TenantryError of the flow; `cancelled` */
  async signIn({ id, how, clientId: typed, target }: CallRequest<'accounts.signIn'>): Promise<CallOutput<'accounts.signIn'>> {
    const { network, resolve, checkClientId, signIn = signInAccount } = this.#options
    const clientId = checkClientId(typed)
    // One at a time: a second press means that the first one's page was closed.
    this.cancelAll()
    const abort = new AbortController()
    const running = { abort, page: null as string | null }
    this.#running.set(id, running)
    try {
      const { cloud, tenantId } = await resolve(target)
      abort.signal.throwIfAborted()
      const onWaiting: AccountSignInRequest['onWaiting'] = async ({ page, code, until }) => {
        running.page = page
        // A device's page is the person's to open, here or elsewhere.
        const isOpened = code === null && (await this.#options.host.openBrowser(page))
        if (!abort.signal.aborted) this.#options.onWaiting({ id, page, isOpened, code, until })
      }
      const credential = await signIn({ cloud, tenantId, clientId, how, network, signal: abort.signal, onWaiting })
      return { signedIn: this.#hold(credential), account: accountOf(credential) }
    } finally {
      if (this.#running.get(id) === running) this.#running.delete(id)
    }
  }

  cancel(id: string): void {
    this.#running.get(id)?.abort.abort()
  }

  /** Opens the page that a sign-in waits at. */
  async openPage(id: string): Promise<boolean> {
    const page = this.#running.get(id)?.page
    return page ? this.#options.host.openBrowser(page) : false
  }

  cancelAll(): void {
    for (const { abort } of this.#running.values()) abort.abort()
  }

  /** Throws `account-not-held`; `account-of-another-sign-in` where it was for another client. */
  held(signedIn: string, clientId: string): AccountCredential {
    const held = this.#held.get(signedIn)
    if (!held) throw failure('account-not-held')
    const { credential } = held
    if (credential.clientId !== clientId.toLowerCase()) throw failure('account-of-another-sign-in', { signedIn: credential.clientId, wanted: clientId })
    return credential
  }

  /** Ends and forgets everything. */
  clear(): void {
    this.cancelAll()
    for (const { timer } of this.#held.values()) clearTimeout(timer)
    this.#held.clear()
  }

  #hold(credential: AccountCredential): string {
    const signedIn = randomUUID()
    const timer = setTimeout(() => this.#held.delete(signedIn), heldMs)
    timer.unref()
    this.#held.set(signedIn, { credential, timer })
    return signedIn
  }
}

/** What the window may know of an account. */
export const accountOf = ({ username, name, homeTenantId }: AccountCredential): Account => ({ username, name, tenantId: homeTenantId })
