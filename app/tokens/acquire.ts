import { createHash } from 'node:crypto'
import { AuthError, ConfidentialClientApplication, LogLevel, type Configuration } from '@azure/msal-node'
import type { Cloud, Network } from '../adapters.ts'
import type { Service } from '../contract.ts'
import type { StoredCredential } from '../credentials/credential.ts'
import { failure, fromNetwork, fromTokenEndpoint, TenantryError } from '../failures.ts'
import { quote } from '../failures/reading.ts'
import { type SignAssertion, clientAssertion } from './assertion.ts'
import { clientCertificate } from './certificate.ts'
import { decodeClaims } from './decode.ts'
import { callContext, networkModule } from './msal-network.ts'
import { serviceTable } from './services.ts'
import { withSignal } from './with-signal.ts'

/** An access token with what we read in it. It never leaves the main process but through a session's pipe. */
export interface Token {
  accessToken: string
  /** Milliseconds since the epoch, from the token's own `exp`. */
  expiresOn: number
  claims: Record<string, unknown>
  /** Milliseconds since the epoch, by this computer's clock. */
  acquiredAt: number
  /** How long it lives from `acquiredAt` on, milliseconds: what the authority said, so a wrong clock does no harm. */
  lifeMs: number
  /** How far the authority's clock is ahead of this computer's, milliseconds, from its Date header; null where it sent none. */
  skewMs: number | null
}

export interface AcquireRequest {
  cloud: Cloud
  tenantId: string
  clientId: string
  service: Service
  credential: StoredCredential
  /** Asks the authority even where MSAL holds a token that is still good. */
  fresh?: boolean
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

  function clientFor(request: AcquireRequest): ConfidentialClientApplication {
    const key = keyOf(request)
    const client = clients.get(key) ?? createClient(request, request.cloud.network ?? network, sign)
    clients.delete(key)
    clients.set(key, client)
    if (clients.size > keptClients) clients.delete(clients.keys().next().value!)
    return client
  }

  return {
    async acquire(request) {
      const service = request.cloud.services[request.service]
      if (!service) throw failure('service-unavailable-in-cloud', { cloud: request.cloud.label, service: serviceTable[request.service].words })
      try {
        request.signal?.throwIfAborted()
        const client = clientFor(request)
        let skewMs: number | null = null
        const onDate = (date: number) => (skewMs = date - Date.now())
        const asked = callContext.run({ onWaiting: request.onWaiting, signal: request.signal, onDate }, () =>
          client.acquireTokenByClientCredential({ scopes: [`${service.resource}/.default`], skipCache: request.fresh ?? false })
        )
        // The network gives up too, but a signature that waits for a person can't be called back.
        const answer = await withSignal(asked, request.signal)
        if (!answer?.accessToken) throw failure('token-malformed', { reason: 'it holds no access token' })
        const token = checkToken(answer.accessToken, request, service.resource)
        return { ...token, skewMs, lifeMs: (answer.expiresOn?.getTime() ?? token.expiresOn) - token.acquiredAt }
      } catch (error) {
        throw readFailure(error, request)
      }
    },
    clear: () => clients.clear()
  }
}

function createClient(request: AcquireRequest, network: Network, sign: SignAssertion): ConfidentialClientApplication {
  const { loginHost } = request.cloud
  const authority = `https://${loginHost}/${request.tenantId}`
  return new ConfidentialClientApplication({
    auth: {
      clientId: request.clientId,
      authority,
      knownAuthorities: [loginHost],
      // These paths are the same in every cloud (learn.microsoft.com/entra/identity-platform/v2-protocols): giving
      // them saves a request before each token, and MSAL swallows what goes wrong with that request.
      authorityMetadata: JSON.stringify({
        issuer: `${authority}/v2.0`,
        token_endpoint: `${authority}/oauth2/v2.0/token`,
        authorization_endpoint: `${authority}/oauth2/v2.0/authorize`,
        jwks_uri: `${authority}/discovery/v2.0/keys`
      }),
      ...proofOf(request, sign)
    },
    system: {
      networkClient: networkModule(network),
      disableInternalRetries: true,
      loggerOptions: { loggerCallback: () => {}, piiLoggingEnabled: false, logLevel: LogLevel.Error }
    }
  })
}

/** What proves the app's identity, as MSAL takes it. */
function proofOf(request: AcquireRequest, sign: SignAssertion): Partial<Configuration['auth']> {
  const { credential } = request
  switch (credential.kind) {
    case 'secret':
      return { clientSecret: credential.secret }
    case 'pfx':
      return { clientCertificate: clientCertificate(credential) }
    case 'store':
      return { clientAssertion: clientAssertion(credential.thumbprint, sign) }
  }
}

/** The token's own checks: it is for this tenant and for this service. */
function checkToken(accessToken: string, request: AcquireRequest, resource: string): Omit<Token, 'lifeMs' | 'skewMs'> {
  const claims = decodeClaims(accessToken)
  const { tid, aud, exp } = claims
  if (String(tid).toLowerCase() !== request.tenantId.toLowerCase()) {
    throw failure('token-wrong-tenant', { expected: request.tenantId, actual: shown(tid) })
  }
  const audience = String(aud).toLowerCase().replace(/\/$/, '')
  if (audience !== resource.toLowerCase().replace(/\/$/, '') && audience !== serviceTable[request.service].resource.appId) {
    throw failure('token-wrong-audience', { expected: resource, actual: shown(aud) })
  }
  if (typeof exp !== 'number') throw failure('token-malformed', { reason: 'it says no time at which it expires' })
  return { accessToken, expiresOn: exp * 1000, claims, acquiredAt: Date.now() }
}

/** What a token says of itself goes to the terminal too. */
const shown = (claim: unknown): string => (typeof claim === 'string' && quote(claim)) || 'nobody that it names'

function readFailure(error: unknown, { cloud, tenantId, credential }: AcquireRequest): TenantryError {
  if (error instanceof TenantryError) return error
  const carried = (error as { failure?: unknown }).failure
  if (carried instanceof TenantryError) return carried
  if (error instanceof Error && error.name === 'AbortError') return TenantryError.from(error)
  if (!(error instanceof AuthError)) return fromNetwork(error, cloud.loginHost)
  // An endpoint that echoes what it was sent must not get a secret into a sentence.
  const text = withoutSecrets(`${error.errorCode} ${error.errorMessage}`, credential)
  return fromTokenEndpoint(/AADSTS/.test(text) ? text : withoutSecrets(error.errorMessage, credential), { tenant: tenantId, cloud: cloud.label })
}

function withoutSecrets(text: string, credential: StoredCredential): string {
  const secrets = credential.kind === 'secret' ? [credential.secret] : credential.kind === 'pfx' ? [credential.password, credential.pfxBase64] : []
  const forms = secrets.flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])
  return forms.filter((form) => form !== '').reduce((cleaned, form) => cleaned.replaceAll(form, '…'), text)
}

function keyOf({ cloud, tenantId, clientId, credential }: AcquireRequest): string {
  // Hashed, so that no secret becomes a key of a map that may be looked through.
  return createHash('sha256').update(JSON.stringify([cloud.loginHost, tenantId, clientId, credential])).digest('base64')
}
