import type { CredentialInput } from '../contract.ts'
import { failure, type TenantryError } from '../failures.ts'
import type { SignIn } from '../profiles/sign-in.ts'
import { keyOf, type TokenSubject } from '../tokens/broker.ts'
import { Turns } from '../turns.ts'
import type { CredentialQuestions } from './asking.ts'
import { isForApp, widened, type AccountCredential, type CredentialRequest, type StoredCredential } from './credential.ts'
import { SharedQuestions } from './shared-questions.ts'
import type { CredentialStore } from './store.ts'

export interface TokenCredentialsOptions {
  store: CredentialStore
  questions: CredentialQuestions
  /** Throws `sign-in-not-found`. */
  signIn: (id: string) => SignIn
  /** The tenant's name for the question. */
  tenantName: (profileId: string) => string
  /** Asks in the host's own dialog whether the sign-in may be used for the subject's tenant. */
  allow: (signIn: SignIn, subject: TokenSubject) => Promise<boolean>
  /** Looks at what was typed as the editor does. Throws `credential-missing`, `pfx-…`, `certificate-…`. */
  check: (signIn: SignIn, typed: CredentialInput) => Promise<StoredCredential>
  /** A typed credential was kept: the sign-in is ready from now on. */
  onKept: () => void
}

/**
 * Finds the credential that a token is asked for with: the stored one, or one that is typed for the connection. A typed
 * one is stored once a token came for it, unless its sign-in asks each time.
 */
export class TokenCredentials {
  readonly #options: TokenCredentialsOptions
  /** Typed to be stored, and no token came for it yet. */
  readonly #unproven = new Map<string, StoredCredential>()
  /** Typed for a connection and not stored: kept in memory for as long as its sessions need renewals. */
  readonly #typed = new Map<string, StoredCredential>()
  readonly #asking = new SharedQuestions<StoredCredential>()
  readonly #confirming = new SharedQuestions<boolean>()
  /** The last use of each account. */
  readonly #turns = new Map<string, Promise<void>>()
  /** Changes of bindings: each begins with what the one before left. */
  readonly #changes = new Turns()

  constructor(options: TokenCredentialsOptions) {
    this.#options = options
  }

  /**
   * @param purpose a renewal asks nobody: it takes what was typed for the connection
   * @throws TenantryError `needs-credential`; `credential-unbound` where its use for this tenant is not allowed
   */
  async find(subject: TokenSubject, purpose: 'connect' | 'renew', signal: AbortSignal): Promise<StoredCredential> {
    const signIn = subject.signInId ? this.#options.signIn(subject.signInId) : null
    if (!signIn || !subject.tenantId) throw failure('needs-credential', { signIn: signIn?.name ?? this.#options.tenantName(subject.profileId) })
    const known = signIn.askEachTime ? null : await this.#stored(subject, signIn, { purpose, signal })
    if (known) return known
    const typed = purpose === 'renew' || !signIn.askEachTime ? this.#typed.get(keyOf(subject, null)) : undefined
    // One that waits for its first token serves the connection's other services too.
    const unproven = purpose === 'connect' && !signIn.askEachTime ? this.#unproven.get(keyOf(subject, null)) : undefined
    const held = unproven ?? typed
    if (held && held.kind === signIn.kind) return held
    if (purpose === 'renew') throw failure(signIn.kind === 'account' ? 'account-signed-out' : 'needs-credential', { signIn: signIn.name })
    // One question, however many services of a connection need its answer.
    return this.#asking.join(keyOf(subject, null), signal, (all) => this.#askNow(subject, signIn, all))
  }

  /** A token came for a credential that `find` answered. Where it was typed it is right, and is stored now. Never throws. */
  async accepted(subject: TokenSubject, credential: StoredCredential): Promise<void> {
    const key = keyOf(subject, null)
    const signIn = this.#signInNow(subject)
    if (signIn?.askEachTime) return void this.#typed.set(key, credential)
    if (this.#unproven.get(key) !== credential) return
    this.#typed.set(key, credential)
    this.#unproven.delete(key)
    // The sign-in may have been changed or deleted since the question.
    if (signIn?.kind !== credential.kind || signIn.clientId !== subject.clientId) return
    try {
      await this.#changes.next(() => this.#keep(signIn.id, credential, requestOf(subject)))
    } catch {
      // It stays in memory: the connection stands, and the next start asks again.
      return
    }
    this.#typed.delete(key)
    this.#options.onKept()
  }

  /** No token came. What was typed is forgotten, so that the person is asked anew, unless the same may work later. */
  refused(subject: TokenSubject, credential: StoredCredential, error: TenantryError): void {
    const key = keyOf(subject, null)
    if (!error.retryable && this.#unproven.get(key) === credential) this.#unproven.delete(key)
  }

  /**
   * Work with an account's credential, one after another per sign-in: each use of a refresh token brings the next one,
   * and the one before may be dead. Work is given the newest.
   */
  async inTurnWith<T>(subject: TokenSubject, found: AccountCredential, work: (newest: AccountCredential) => Promise<T>): Promise<T> {
    const { homeAccountId } = found
    const key = `${subject.signInId} ${homeAccountId}`
    const before = this.#turns.get(key) ?? Promise.resolve()
    const done = before.then(async () => work(await this.#newest(subject, found)))
    const turn = done.then(() => {}, () => {})
    this.#turns.set(key, turn)
    try {
      return await done
    } finally {
      if (this.#turns.get(key) === turn) this.#turns.delete(key)
    }
  }

  /**
   * Keeps an account's next refresh token where the one before was kept: in `used`, which whoever found it still holds,
   * and in the store. Never throws: without it the person signs in again.
   */
  async rotated(subject: TokenSubject, used: AccountCredential, next: AccountCredential): Promise<void> {
    Object.assign(used, next)
    if (this.#signInNow(subject)?.askEachTime) return
    await this.#changes.next(() => this.#options.store.replaceAccount(subject.signInId!, next)).catch(() => {})
  }

  /** What was typed is the newest itself, since a use changes it in its place; of what is stored that is in the store. */
  async #newest(subject: TokenSubject, found: AccountCredential): Promise<AccountCredential> {
    const key = keyOf(subject, null)
    const isTyped = this.#unproven.get(key) === found || this.#typed.get(key) === found || this.#signInNow(subject)?.askEachTime
    const stored = isTyped ? null : await this.#options.store.get(subject.signInId!, requestOf(subject)).catch(() => null)
    return stored?.kind === 'account' && stored.homeAccountId === found.homeAccountId ? stored : found
  }

  /** Forgets what was typed for a subject that no session needs any more. */
  forget(subject: TokenSubject): void {
    this.#typed.delete(keyOf(subject, null))
  }

  /** The stored credential; where it is the tenant alone that it was not confirmed for, the person is asked. */
  async #stored(subject: TokenSubject, signIn: SignIn, { purpose, signal }: { purpose: 'connect' | 'renew'; signal: AbortSignal }): Promise<StoredCredential | null> {
    const { store } = this.#options
    const request = requestOf(subject)
    try {
      return await store.get(signIn.id, request)
    } catch (error) {
      const bound = purpose === 'connect' ? await store.bindingOf(signIn.id).catch(() => null) : null
      if (!bound || bound.kind !== signIn.kind || !isForApp(bound, request)) throw error
      const isAllowed = await this.#confirming.join(keyOf(subject, null), signal, () => this.#confirm(subject, signIn))
      if (!isAllowed) throw error
      return store.get(signIn.id, request)
    }
  }

  async #confirm(subject: TokenSubject, signIn: SignIn): Promise<boolean> {
    const isAllowed = await this.#options.allow(signIn, subject)
    if (isAllowed) await this.#changes.next(() => this.#options.store.confirmTenant(signIn.id, subject.tenantId!))
    return isAllowed
  }

  async #askNow(subject: TokenSubject, signIn: SignIn, signal: AbortSignal): Promise<StoredCredential> {
    const { questions, tenantName, check } = this.#options
    const answer = await questions.ask(
      {
        signInName: signIn.name,
        clientId: signIn.clientId,
        tenant: tenantName(subject.profileId),
        profileId: subject.profileId,
        kind: signIn.kind,
        reason: reasonOf(signIn)
      },
      signal
    )
    const credential = await check(signIn, answer)
    if (!signIn.askEachTime) this.#unproven.set(keyOf(subject, null), credential)
    return credential
  }

  /** The subject's sign-in as it is now; null where it is gone. */
  #signInNow({ signInId }: TokenSubject): SignIn | null {
    try {
      return signInId ? this.#options.signIn(signInId) : null
    } catch {
      return null
    }
  }

  /** Typed for one connection, it is confirmed for this tenant; the ones it was confirmed for before stay. */
  async #keep(signInId: string, credential: StoredCredential, { authorityHost, clientId, tenantId }: CredentialRequest): Promise<void> {
    const { store } = this.#options
    const bound = await store.bindingOf(signInId).catch(() => null)
    const tenantIds = bound && isForApp(bound, { authorityHost, clientId }) ? bound.tenantIds : []
    await store.set(signInId, credential, widened({ authorityHost, clientId, tenantIds }, tenantId))
  }
}

function reasonOf({ askEachTime, kind }: SignIn): string {
  if (askEachTime) return 'This sign-in asks each time.'
  return kind === 'account' ? 'Nobody is signed in with it.' : 'No credential is stored for this sign-in.'
}

/** What is asked of a credential. The subject's tenant is known by then. */
const requestOf = ({ cloud, tenantId, clientId }: TokenSubject): CredentialRequest => ({ authorityHost: cloud.loginHost, tenantId: tenantId!, clientId })
