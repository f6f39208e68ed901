import type { Network } from '../adapters.ts'
import type { CallOutput, CallRequest } from '../contract.ts'
import type { StoredCredential } from '../credentials/credential.ts'
import { failure } from '../failures.ts'
import type { SecretEnd, SignIn } from '../profiles/sign-in.ts'
import type { SessionPlan } from '../sessions/session-plan.ts'
import type { TokenBroker, TokenSubject } from '../tokens/broker.ts'
import { serviceTable } from '../tokens/services.ts'
import { hintOf, matchSecret, readAppSecrets } from './app-secrets.ts'

export interface ExpiryReaderOptions {
  network: Network
  tokens: Pick<TokenBroker, 'get' | 'listen'>
  /** Throws `profile-not-found`. */
  plan(profileId: string): SessionPlan
  /** Throws `sign-in-not-found`. */
  signIn(id: string): SignIn
  /** The credential that a token was just asked for with. */
  credential(subject: TokenSubject): Promise<StoredCredential>
  keep(signInId: string, end: SecretEnd): Promise<void>
}

/** Reads from Microsoft Graph when client secrets end. */
export class ExpiryReader {
  readonly #options: ExpiryReaderOptions

  constructor(options: ExpiryReaderOptions) {
    this.#options = options
  }

  /**
   * Reads the secrets of a profile's app, keeps when the sign-in's own ends where it can be told apart, and answers all
   * of them. `id` is the one that the person says it is.
   *
   * @throws TenantryError as a connection does, and as `readAppSecrets`; `expiry-none` where the app has none
   */
  async read({ profileId, id }: CallRequest<'expiry.read'>): Promise<CallOutput<'expiry.read'>> {
    const { network, plan } = this.#options
    const { profile, cloud, subject } = plan(profileId)
    const signIn = profile.signInId ? this.#options.signIn(profile.signInId) : null
    if (signIn?.kind !== 'secret') throw failure('expiry-no-secret', { profile: profile.name })
    const graph = cloud.services.graph
    if (!graph) throw failure('service-unavailable-in-cloud', { cloud: cloud.label, service: serviceTable.graph.words })
    const { accessToken, hint } = await this.#signIn(subject)
    const secrets = await readAppSecrets({ url: graph.url, accessToken, clientId: subject.clientId, network })
    if (secrets.length === 0) throw failure('expiry-none', { app: subject.clientId })
    const match = matchSecret(secrets, { hint, before: signIn.secretEnd?.keyId ?? null, chosen: id ?? null })
    if (match) await this.#options.keep(signIn.id, { notAfter: match.secret.endsOn, source: 'graph', keyId: match.secret.keyId })
    const found = secrets.map(({ keyId, name, startsOn, endsOn }) => ({ id: keyId, name, startsOn, endsOn }))
    return { found: found.sort((a, b) => Date.parse(a.endsOn) - Date.parse(b.endsOn)), taken: match && { id: match.secret.keyId, by: match.by } }
  }

  /** A token past every cache: the permission may have been granted just now. */
  async #signIn(subject: TokenSubject): Promise<{ accessToken: string; hint: string | null }> {
    const { tokens, credential } = this.#options
    const leave = tokens.listen(subject, 'graph', { onRenewed() {}, onFailed() {} })
    try {
      const { accessToken } = await tokens.get(subject, 'graph', { fresh: true })
      // While somebody listens, one that was typed for this is still there.
      const used = await credential(subject).catch(() => null)
      return { accessToken, hint: used?.kind === 'secret' ? hintOf(used.secret) : null }
    } finally {
      leave()
    }
  }
}
