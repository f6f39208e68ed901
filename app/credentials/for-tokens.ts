import { failure } from '../failures.ts'
import type { SignIn } from '../profiles/sign-in.ts'
import type { TokenSubject } from '../tokens/broker.ts'
import type { CredentialQuestions } from './asking.ts'
import type { StoredCredential } from './credential.ts'
import type { CredentialStore } from './store.ts'

export interface TokenCredentialsOptions {
  store: CredentialStore
  questions: CredentialQuestions
  /** Throws `sign-in-not-found`. */
  signIn: (id: string) => SignIn
  /** The tenant's name for the question. */
  tenantName: (profileId: string) => string
  /** A typed credential was kept: the sign-in is ready from now on. */
  onKept: () => void
}

/** Finds the credential that a token is asked for with: the stored one, or one that is typed for the connection. */
export class TokenCredentials {
  readonly #options: TokenCredentialsOptions
  /** Typed for a connection and not to be stored: kept in memory for as long as its sessions need renewals. */
  readonly #typed = new Map<string, StoredCredential>()
  readonly #asking = new Map<string, Promise<StoredCredential>>()

  constructor(options: TokenCredentialsOptions) {
    this.#options = options
  }

  /**
   * @param purpose a renewal asks nobody: it takes what was typed for the connection
   * @throws TenantryError `needs-credential`; `cancelled` where the question was not answered
   */
  async find(subject: TokenSubject, purpose: 'connect' | 'renew', signal: AbortSignal): Promise<StoredCredential> {
    const signIn = subject.signInId ? this.#options.signIn(subject.signInId) : null
    if (!signIn || !subject.tenantId) throw failure('needs-credential', { signIn: signIn?.name ?? this.#options.tenantName(subject.profileId) })
    const binding = { authorityHost: subject.cloud.loginHost, tenantId: subject.tenantId, clientId: subject.clientId }
    const known = signIn.askEachTime ? null : await this.#options.store.get(signIn.id, binding)
    if (known) return known
    const typed = purpose === 'renew' ? this.#typed.get(keyOf(subject)) : undefined
    if (typed) return typed
    if (purpose === 'renew') throw failure('needs-credential', { signIn: signIn.name })
    return this.#ask(subject, signIn, signal)
  }

  /** Forgets what was typed for a subject that no session needs any more. */
  forget(subject: TokenSubject): void {
    this.#typed.delete(keyOf(subject))
  }

  /** One question, however many services of a connection need its answer. */
  #ask(subject: TokenSubject, signIn: SignIn, signal: AbortSignal): Promise<StoredCredential> {
    const key = keyOf(subject)
    const asking = this.#asking.get(key) ?? this.#askNow(subject, signIn, signal).finally(() => this.#asking.delete(key))
    this.#asking.set(key, asking)
    return asking
  }

  async #askNow(subject: TokenSubject, signIn: SignIn, signal: AbortSignal): Promise<StoredCredential> {
    const { store, questions, tenantName, onKept } = this.#options
    const credential: StoredCredential = await questions.ask(
      {
        signInName: signIn.name,
        clientId: signIn.clientId,
        tenant: tenantName(subject.profileId),
        kind: signIn.kind,
        reason: signIn.askEachTime ? 'This sign-in asks each time.' : 'No credential is stored for this sign-in.'
      },
      signal
    )
    if (signIn.askEachTime) {
      this.#typed.set(keyOf(subject), credential)
      return credential
    }
    // Typed for one connection, it is confirmed for this tenant alone; the sign-in's editor binds it for all of them.
    await store.set(signIn.id, credential, { authorityHost: subject.cloud.loginHost, clientId: subject.clientId, tenantIds: [subject.tenantId!] })
    onKept()
    return credential
  }
}

const keyOf = ({ profileId, tenantId, signInId, clientId, cloud }: TokenSubject): string => JSON.stringify([profileId, tenantId, signInId, clientId, cloud.loginHost])
