import { createHash } from 'node:crypto'
import { AuthError, ConfidentialClientApplication, type Configuration } from '@azure/msal-node'
import type { Cloud, Network } from '../adapters.ts'
import type { Service } from '../contract.ts'
import type { AccountCredential, StoredCredential } from '../credentials/credential.ts'
import { failure, fromNetwork, fromTokenEndpoint, TenantryError } from '../failures.ts'
import { quote } from '../failures/reading.ts'
import { redeemAccount } from './account-client.ts'
import { type SignAssertion, clientAssertion } from './assertion.ts'
import { normaliseAudience } from './audiences.ts'
import { clientCertificate } from './certificate.ts'
import { decodeClaims } from './decode.ts'
import { callContext } from './msal-network.ts'
import { msalOptions } from './msal-options.ts'
import { serviceTable } from './services.ts'
import { withSignal } from './with-signal.ts'

/** An access token with what we read in it. It never leaves the main process but through a session's pipe. */
export interface Token {
  accessToken: string
  claims: Record<string, unknown>
  /** Milliseconds since the epoch, by this computer's clock. */
  acquiredAt: number
  /** How long it lives from `acquiredAt` on, milliseconds: what the authority said, so a wrong clock does no harm. */
  lifeMs: number
  /** How far the authority's clock is ahead of this computer's, milliseconds, from its Date header; null where it sent none. */
  skewMs: number | null
  /** Who signed in, where it was a person; `homeTenantId` is where the account lives. */
  account?: { username: string; homeTenantId: string }
}

export interface AcquireRequest {
  cloud: Cloud
  tenantId: string
  clientId: string
  service: Service
  credential: StoredCredential
  /** Asks the authority even where MSAL holds a token that is still good. */
  fresh?: boolean
  /** Told the account's credential with its next refresh token: the one before may be dead by then. */
  onRotated?: (next: AccountCredential) => Promise<void>
  /** Told what the sign-in waits for, where a person must do something. */
  onWaiting?: (detail: string) => void
  signal?: AbortSignal
}

export interface TokenSource {
  /** @throws TenantryError of the failure table; it never holds the credential */
  acquire(request: AcquireRequest): Promise<Token>
  /** Forgets every token and every credential it holds in memory. */
  clear(): void
}

/** One client per app, tenant and credential; beyond this the one unused for longest goes. */
const keptClients = 100

/**
 * Gets app tokens through MSAL.
 *
 * @param sign signs an assertion with a key of the OS's certificate store
 */
export function createTokenSource({ network, sign }: { network: Network; sign: SignAssertion }): TokenSource {
  const clients = new Map<string, ConfidentialClientApplication>()

  function clientFor(request: AcquireRequest, credential: AppCredential): ConfidentialClientApplication {
    const key = keyOf(request)
    const client = clients.get(key) ?? createClient(request, credential, request.cloud.network ?? network, sign)
    clients.delete(key)
    clients.set(key, client)
    if (clients.size > keptClients) clients.delete(clients.keys().next().value!)
    return client
  }

  async function ask(request: AcquireRequest, scopes: string[]) {
    const { credential } = request
    if (credential.kind !== 'account') return clientFor(request, credential).acquireTokenByClientCredential({ scopes, skipCache: request.fresh ?? false })
    checkUse(request, credential)
    const { answer, next } = await redeemAccount({ ...request, credential, scopes }, request.cloud.network ?? network)
    await request.onRotated?.(next)
    return answer
  }

  return {
    async acquire(request) {
      const service = request.cloud.services[request.service]
      if (!service) throw failure('service-unavailable-in-cloud', { cloud: request.cloud.label, service: serviceTable[request.service].words })
      try {
        request.signal?.throwIfAborted()
        let skewMs: number | null = null
        const onDate = (date: number) => (skewMs = date - Date.now())
        const asked = callContext.run({ onWaiting: request.onWaiting, signal: request.signal, onDate }, () => ask(request, [`${service.resource}/.default`]))
        // The network gives up too, but a signature that waits for a person can't be called back.
        const answer = await withSignal(asked, request.signal)
        if (!answer?.accessToken) throw failure('token-malformed', { reason: 'it holds no access token' })
        const token = checkToken(answer.accessToken, request, service.resource)
        const { credential } = request
        const account = credential.kind === 'account' ? { account: { username: credential.username, homeTenantId: credential.homeTenantId } } : {}
        return { ...token, ...account, skewMs, lifeMs: (answer.expiresOn?.getTime() ?? (token.claims.exp as number) * 1000) - token.acquiredAt }
      } catch (error) {
        throw readFailure(error, request)
      }
    },
    clear: () => clients.clear()
  }
}

type AppCredential = Exclude<StoredCredential, AccountCredential>

function createClient(request: AcquireRequest, credential: AppCredential, network: Network, sign: SignAssertion): ConfidentialClientApplication {
  const { auth, system } = msalOptions(request, network)
  return new ConfidentialClientApplication({ auth: { ...auth, ...proofOf(credential, sign) }, system })
}

/** What proves the app's identity, as MSAL takes it. */
function proofOf(credential: AppCredential, sign: SignAssertion): Partial<Configuration['auth']> {
  switch (credential.kind) {
    case 'secret':
      return { clientSecret: credential.secret }
    case 'pfx':
      return { clientCertificate: clientCertificate(credential) }
    case 'store':
      return { clientAssertion: clientAssertion(credential.thumbprint, sign) }
  }
}

/** An account is used for what it signed in for. Throws `account-of-another-sign-in`. */
function checkUse({ clientId, cloud }: AcquireRequest, credential: AccountCredential): void {
  if (credential.clientId.toLowerCase() === clientId.toLowerCase() && credential.authorityHost === cloud.loginHost) return
  throw failure('account-of-another-sign-in', { signedIn: `${credential.clientId} at ${credential.authorityHost}`, wanted: `${clientId} at ${cloud.loginHost}` })
}

/** The token's own checks: it is for this tenant and for this service. */
export function checkToken(accessToken: string, request: Pick<AcquireRequest, 'tenantId' | 'service'>, resource: string): Omit<Token, 'lifeMs' | 'skewMs'> {
  const claims = decodeClaims(accessToken)
  const { tid, aud, exp } = claims
  if (String(tid).toLowerCase() !== request.tenantId.toLowerCase()) {
    throw failure('token-wrong-tenant', { expected: request.tenantId, actual: shown(tid) })
  }
  const audience = normaliseAudience(String(aud))
  if (audience !== normaliseAudience(resource) && audience !== serviceTable[request.service].resource.appId) {
    throw failure('token-wrong-audience', { expected: resource, actual: shown(aud) })
  }
  if (typeof exp !== 'number') throw failure('token-malformed', { reason: 'it says no time at which it expires' })
  return { accessToken, claims, acquiredAt: Date.now() }
}

/** What a token says of itself goes to the terminal too. */
const shown = (claim: unknown): string => (typeof claim === 'string' && quote(claim)) || 'nobody that it names'

/** @param facts the credential is null where a person is signing in and there is none yet */
export function readFailure(error: unknown, facts: Pick<AcquireRequest, 'cloud' | 'tenantId'> & { credential: StoredCredential | null }): TenantryError {
  const { cloud, tenantId, credential } = facts
  if (error instanceof TenantryError) return error
  const carried = (error as { failure?: unknown }).failure
  if (carried instanceof TenantryError) return carried
  if (error instanceof Error && error.name === 'AbortError') return TenantryError.from(error)
  if (!(error instanceof AuthError)) return fromNetwork(error, cloud.loginHost)
  // An endpoint that echoes what it was sent must not get a secret into a sentence.
  const text = withoutSecrets(`${error.errorCode} ${error.errorMessage}`, credential)
  return fromTokenEndpoint(/AADSTS/.test(text) ? text : withoutSecrets(error.errorMessage, credential), { tenant: tenantId, cloud: cloud.label, isAccount: credential === null || credential.kind === 'account' })
}

function withoutSecrets(text: string, credential: StoredCredential | null): string {
  const secrets = secretsOf(credential)
  const forms = secrets.flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])
  return forms.filter((form) => form !== '').reduce((cleaned, form) => cleaned.replaceAll(form, '…'), text)
}

function secretsOf(credential: StoredCredential | null): string[] {
  switch (credential?.kind) {
    case 'secret':
      return [credential.secret]
    case 'pfx':
      return [credential.password, credential.pfxBase64]
    case 'account':
      return [...credential.cache.matchAll(/"secret":"([^"]+)"/g)].map((found) => found[1]!)
    default:
      return []
  }
}

function keyOf({ cloud, tenantId, clientId, credential }: AcquireRequest): string {
  // Hashed, so that no secret becomes a key of a map that may be looked through.
  return createHash('sha256').update(JSON.stringify([cloud.loginHost, tenantId, clientId, credential])).digest('base64')
}
