import { randomBytes } from 'node:crypto'
import { AuthError, CryptoProvider, type AuthenticationResult, type PublicClientApplication } from '@azure/msal-node'
import type { Cloud, HttpResponse, Network } from '../adapters.ts'
import type { AccountCredential } from '../credentials/credential.ts'
import { failure, fromTokenEndpoint } from '../failures.ts'
import { isRecord, jsonOf } from '../json.ts'
import { pause } from '../pause.ts'
import { checkToken, readFailure } from './acquire.ts'
import { createPublicClient, credentialOf } from './account-client.ts'
import { openLoopback } from './loopback.ts'
import { callContext } from './msal-network.ts'
import { withSignal } from './with-signal.ts'

/** How long a person may take: Entra's own device code lives 15 minutes, and a page left open is no sign-in. */
export const signInLimitMs = 10 * 60_000
/** RFC 8628 section 3.5: `slow_down` asks for five seconds more, from then on. */
const slowDownMs = 5_000

export interface AccountSignInRequest {
  cloud: Cloud
  tenantId: string
  clientId: string
  how: 'browser' | 'device'
  network: Network
  signal: AbortSignal
  limitMs?: number
  /** A person is needed: at this page, with this code where there is one. */
  onWaiting(waiting: { page: string; code: string | null; until: number }): Promise<void> | void
}

/**
 * Signs a person in for a tenant: in their browser by an authorization code with PKCE, or by a device code. The token
 * that comes first must be of that tenant.
 *
 * @throws TenantryError of the failure table; `cancelled`, `account-timeout`
 */
export async function signInAccount(request: AccountSignInRequest): Promise<AccountCredential> {
  const { cloud, tenantId, clientId, signal } = request
  const resource = (cloud.services.exchange ?? cloud.services.compliance)?.resource
  if (!resource) throw failure('service-unavailable-in-cloud', { cloud: cloud.label, service: 'exchange' })
  const limitMs = request.limitMs ?? signInLimitMs
  const limit = AbortSignal.timeout(limitMs)
  const either = AbortSignal.any([signal, limit])
  const device = new DeviceNetwork(cloud.network ?? request.network, either)
  try {
    const client = createPublicClient(request, request.how === 'device' ? device.send : (cloud.network ?? request.network))
    const scopes = [`${resource}/.default`]
    const flow = request.how === 'browser' ? byBrowser : byDeviceCode
    const answer = await callContext.run({ onWaiting: undefined, signal: either }, () => flow(client, request, scopes, either, limitMs))
    if (!answer.account) throw failure('token-malformed', { reason: 'it names no account' })
    checkToken(answer.accessToken, { tenantId, service: cloud.services.exchange ? 'exchange' : 'compliance' }, resource)
    return credentialOf(client, answer.account, { clientId, authorityHost: cloud.loginHost })
  } catch (error) {
    if (limit.aborted && !signal.aborted) throw failure('account-timeout', { minutes: Math.round(limitMs / 60_000) })
    throw readFailure(device.refusal ?? error, { cloud, tenantId, credential: null })
  }
}

type Flow = (client: PublicClientApplication, request: AccountSignInRequest, scopes: string[], signal: AbortSignal, limitMs: number) => Promise<AuthenticationResult>

const byBrowser: Flow = async (client, request, scopes, signal, limitMs) => {
  const state = randomBytes(32).toString('base64url')
  const loopback = await openLoopback(state)
  try {
    const { redirectUri } = loopback
    const { verifier, challenge } = await new CryptoProvider().generatePkceCodes()
    const url = await client.getAuthCodeUrl({
      scopes, redirectUri, state, codeChallenge: challenge, codeChallengeMethod: 'S256', prompt: 'select_account',
      // In a form the code stands in no address, and so in no history and no log of a proxy.
      responseMode: 'form_post'
    })
    await request.onWaiting({ page: checkPage(pageOf(url, request.cloud), request.cloud), code: null, until: Date.now() + limitMs })
    const form = await withSignal(loopback.answer, signal)
    const code = form.get('code')
    if (!code) throw fromTokenEndpoint(`${form.get('error') ?? ''} ${form.get('error_description') ?? ''}`, { cloud: request.cloud.label, tenant: request.tenantId, isAccount: true })
    return await withSignal(client.acquireTokenByCode({ code, scopes, redirectUri, codeVerifier: verifier }), signal)
  } finally {
    loopback.close()
  }
}

const byDeviceCode: Flow = async (client, request, scopes, signal) => {
  let refuse: (error: unknown) => void
  const refused = new Promise<never>((_, reject) => (refuse = reject))
  const asked = {
    scopes,
    cancel: false,
    deviceCodeCallback({ verificationUri, userCode, expiresIn }: { verificationUri: string; userCode: string; expiresIn: number }) {
      Promise.resolve()
        .then(() => request.onWaiting({ page: checkPage(verificationUri, request.cloud), code: userCode, until: Date.now() + expiresIn * 1000 }))
        .catch((error: unknown) => refuse(error))
    }
  }
  // MSAL looks at the mark before each poll; the network gives up at once.
  const stop = () => void (asked.cancel = true)
  signal.addEventListener('abort', stop)
  try {
    const answer = await withSignal(Promise.race([client.acquireTokenByDeviceCode(asked), refused]), signal)
    if (!answer) throw failure('token-malformed', { reason: 'it holds no access token' })
    return answer
  } finally {
    stop()
    signal.removeEventListener('abort', stop)
  }
}

/** The page as a browser reaches it. */
function pageOf(url: string, { loginHost, browserUrl }: Cloud): string {
  const authority = `https://${loginHost}`
  return browserUrl !== undefined && url.startsWith(`${authority}/`) ? browserUrl + url.slice(authority.length) : url
}

/** A page that an answer names is opened by a person's browser: nothing but https, or where the cloud's own pages are. */
function checkPage(page: string, { browserUrl }: Cloud): string {
  const isOwn = browserUrl !== undefined && page.startsWith(`${browserUrl}/`)
  if (!isOwn && !(URL.canParse(page) && new URL(page).protocol === 'https:' && new URL(page).username === '')) throw failure('account-page-refused')
  return page
}

/**
 * What MSAL's polling lacks: it knows no `slow_down`, so the pause is made here and it hears "pending"; and it throws
 * away what a refusal says, so that is kept.
 */
class DeviceNetwork {
  refusal: AuthError | null = null
  readonly #network: Network
  readonly #signal: AbortSignal
  #extraMs = 0

  constructor(network: Network, signal: AbortSignal) {
    this.#network = network
    this.#signal = signal
  }

  send: Network = async (request) => {
    if (this.#extraMs > 0) await pause(this.#extraMs, this.#signal)
    const answer = await this.#network(request)
    const { error, error_description: description } = refusalOf(answer)
    if (error === 'slow_down') {
      this.#extraMs += slowDownMs
      return { ...answer, body: answer.body.replace('"slow_down"', '"authorization_pending"') }
    }
    if (error !== undefined && error !== 'authorization_pending') this.refusal = new AuthError(error, '', description ?? error)
    return answer
  }
}

function refusalOf({ status, body }: HttpResponse): { error?: string; error_description?: string } {
  if (status < 400 || status > 499) return {}
  const answer = jsonOf(body)
  if (!isRecord(answer)) return {}
  const { error, error_description: description } = answer
  return { ...(typeof error === 'string' ? { error } : {}), ...(typeof description === 'string' ? { error_description: description } : {}) }
}
