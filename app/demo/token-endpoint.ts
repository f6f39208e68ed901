import { randomBytes, randomUUID } from 'node:crypto'
import { accountGrants, isPublicClient, newestKey, redeem } from './account-tokens.ts'
import { checkAssertion, checkFederated, isFederated } from './assertion.ts'
import { devicePollSeconds } from './grants.ts'
import { guidFrom } from './guid.ts'
import { signJwt } from './jwt.ts'
import { audiences, defaultAppRole, knownResources } from './names.ts'
import { signInError, signInFailures, type SignInFailure } from './sign-in-errors.ts'
import { findApp, findTenant, serviceNow, type DemoState } from './state.ts'
import type { DemoApp, DemoTenant } from './tenants.ts'

export interface LoginRequest {
  url: string
  method: 'GET' | 'POST'
  headers: Record<string, string>
  body?: string
}

export interface LoginAnswer {
  status: number
  headers: Record<string, string>
  body: string
}

/**
 * Answers as Entra's login authority does: OpenID metadata, keys, instance discovery, the client credentials
 * grant (https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow), and what accounts granted.
 * The authority's host is taken from the URL, so that one service can stand behind several names.
 */
export function answerLogin(state: DemoState, request: LoginRequest): LoginAnswer {
  const url = new URL(request.url)
  const authority = `https://${url.host}`
  const path = decodeURIComponent(url.pathname)
  if (/^\/common\/discovery\/instance\/?$/i.test(path)) return json(state, 200, instanceDiscovery(authority, url))
  const route = /^\/([^/]+)\/(v2\.0\/\.well-known\/openid-configuration|oauth2\/v2\.0\/(?:token|devicecode)|discovery\/v2\.0\/keys)\/?$/i.exec(path)
  if (!route) return { status: 404, headers: baseHeaders(state), body: '' }
  const name = route[1] ?? ''
  const action = (route[2] ?? '').toLowerCase()
  if (action.startsWith('discovery')) return json(state, 200, { keys: [publicJwk(state)] })
  const tenant = findTenant(state, name)
  if (!tenant) return refuse(state, action.startsWith('v2.0') ? signInFailures.unknownTenantMetadata(name) : signInFailures.unknownTenant(name))
  if (action.startsWith('v2.0')) return json(state, 200, metadata(authority, tenant))
  if (request.method !== 'POST') return refuse(state, signInFailures.badRequest(900561, 'The endpoint only accepts POST requests. Received a GET request.'))
  if (action.endsWith('devicecode')) return answerDeviceCode(state, tenant, new URLSearchParams(request.body ?? ''))
  return answerToken(state, authority, tenant, new URLSearchParams(request.body ?? ''))
}

function answerToken(state: DemoState, authority: string, tenant: DemoTenant, form: URLSearchParams): LoginAnswer {
  if (accountGrants.some((grant) => grant === form.get('grant_type'))) {
    const granted = redeem(state, tenant, form)
    return 'refused' in granted ? refuse(state, granted.refused) : json(state, 200, granted.body)
  }
  if (form.get('grant_type') !== 'client_credentials') {
    return refuse(state, signInFailures.badRequest(70003, "The app requested an unsupported grant type. The demo authority knows 'client_credentials'.", 'unsupported_grant_type'))
  }
  const clientId = form.get('client_id') ?? ''
  if (!clientId) return refuse(state, signInFailures.badRequest(900144, "The request body must contain the following parameter: 'client_id'."))
  const app = findApp(tenant, clientId)
  if (!app) return refuse(state, signInFailures.unknownApp(clientId, tenant))
  if (app.failWith !== null) return refuse(state, signInFailures.forced(app.failWith, app, tenant))
  const kind = form.has('client_assertion') ? 'certificate' : 'secret'
  const problem = kind === 'secret' ? checkSecret(app, form) : checkCertificate(state, authority, tenant, app, form)
  if (problem) return refuse(state, problem)
  const scope = form.get('scope') ?? ''
  if (!scope.endsWith('/.default')) return refuse(state, signInFailures.badScope(scope))
  const resource = scope.slice(0, -'/.default'.length)
  if (!knownResources.includes(resource)) return refuse(state, signInFailures.unknownResource(resource, tenant))
  return json(state, 200, issueToken(state, tenant, app, { resource, kind }))
}

function answerDeviceCode(state: DemoState, tenant: DemoTenant, form: URLSearchParams): LoginAnswer {
  const clientId = (form.get('client_id') ?? '').toLowerCase()
  if (!isPublicClient(tenant, clientId)) return refuse(state, signInFailures.unknownApp(clientId, tenant))
  const { deviceCode, userCode, expiresIn } = state.grants.device(tenant.tenantId, clientId, serviceNow(state))
  const verificationUri = `${state.pagesUrl}/common/oauth2/deviceauth`
  const message = `To sign in, use a web browser to open the page ${verificationUri} and enter the code ${userCode} to authenticate.`
  return json(state, 200, { user_code: userCode, device_code: deviceCode, verification_uri: verificationUri, expires_in: expiresIn, interval: devicePollSeconds, message })
}

function checkSecret(app: DemoApp, form: URLSearchParams): SignInFailure | null {
  const secret = form.get('client_secret')
  if (!secret) {
    return signInFailures.badRequest(7000218, "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.", 'invalid_client', 401)
  }
  if (secret !== app.clientSecret) return signInFailures.wrongSecret(app)
  return app.secretExpired ? signInFailures.expiredSecret(app) : null
}

function checkCertificate(state: DemoState, authority: string, tenant: DemoTenant, app: DemoApp, form: URLSearchParams): SignInFailure | null {
  if (form.get('client_assertion_type') !== 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer') {
    return signInFailures.badRequest(900144, "The request body must contain the following parameter: 'client_assertion_type'.")
  }
  const names = [tenant.tenantId, ...tenant.domains]
  // Under the address of its pages it is the same authority.
  const allowed = [authority, state.pagesUrl].flatMap((host) => names.flatMap((name) => [`${host}/${name}/oauth2/v2.0/token`, `${host}/${name}/v2.0`]))
  const assertion = form.get('client_assertion') ?? ''
  const now = serviceNow(state) / 1000
  const problem = isFederated(assertion) ? checkFederated(assertion, app, now) : checkAssertion(assertion, app, allowed, now)
  return problem ? signInFailures.badAssertion(problem) : null
}

/** Issues a token as Entra does for an app (claims of a v1 access token). Exported for tests that need odd ones. */
export function issueToken(
  state: DemoState,
  tenant: DemoTenant,
  app: DemoApp,
  options: { resource: string; kind: 'secret' | 'certificate'; claims?: Record<string, unknown> }
): { token_type: 'Bearer'; expires_in: number; ext_expires_in: number; access_token: string } {
  const now = Math.floor(serviceNow(state) / 1000)
  const jitter = Math.round((Math.random() * 2 - 1) * Math.min(state.tokenLifeJitterSeconds, state.tokenLifeSeconds / 10))
  const life = Math.max(1, state.tokenLifeSeconds + jitter)
  const claims = { ...appClaims(tenant, app, options, now, life), ...options.claims }
  const header = { alg: 'RS256' as const, x5t: state.signingKey.kid, kid: state.signingKey.kid }
  state.newestTokens.set(newestKey(claims), { uti: String(claims.uti), at: Date.now() })
  const token = signJwt(header, claims, state.signingKey.privateKey)
  return { token_type: 'Bearer', expires_in: life - 1, ext_expires_in: life - 1, access_token: token }
}

function appClaims(tenant: DemoTenant, app: DemoApp, options: { resource: string; kind: 'secret' | 'certificate' }, now: number, life: number) {
  const isFor = (list: readonly string[]) => list.includes(options.resource)
  // Entra dates tokens back by five minutes; one that lives shorter than that could not be.
  const from = life > 600 ? now - 300 : now
  const issuer = `https://sts.windows.net/${tenant.tenantId}/`
  const roles = isFor(audiences.graph) ? app.graphRoles : isFor([...audiences.exchange, ...audiences.compliance]) ? app.roles : []
  return {
    aud: options.resource,
    iss: issuer,
    iat: from,
    nbf: from,
    exp: now + life,
    aio: randomBytes(24).toString('base64'),
    app_displayname: app.name,
    appid: app.clientId,
    appidacr: options.kind === 'secret' ? '1' : '2',
    idp: issuer,
    idtyp: 'app',
    oid: app.objectId,
    rh: `1.${randomBytes(36).toString('base64url')}.`,
    // Entra leaves the claim out where there is no role.
    ...(roles.length > 0 ? { roles: [...roles] } : {}),
    sid: guidFrom(`session ${app.objectId} ${now}`),
    sub: app.objectId,
    tid: tenant.tenantId,
    uti: randomBytes(16).toString('base64url'),
    ver: '1.0',
    wids: [...app.wids, defaultAppRole],
    xms_ftd: randomBytes(32).toString('base64url')
  }
}

function metadata(authority: string, tenant: DemoTenant) {
  const base = `${authority}/${tenant.tenantId}`
  return {
    token_endpoint: `${base}/oauth2/v2.0/token`,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
    jwks_uri: `${base}/discovery/v2.0/keys`,
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    issuer: `${base}/v2.0`,
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    device_authorization_endpoint: `${base}/oauth2/v2.0/devicecode`,
    end_session_endpoint: `${base}/oauth2/v2.0/logout`,
    claims_supported: ['sub', 'iss', 'aud', 'exp', 'iat', 'tid', 'ver'],
    tenant_region_scope: 'EU',
    cloud_instance_name: new URL(authority).host,
    cloud_graph_host_name: 'graph.windows.net',
    msgraph_host: 'graph.microsoft.com'
  }
}

function instanceDiscovery(authority: string, url: URL) {
  const asked = new URL(url.searchParams.get('authorization_endpoint') ?? `${authority}/common/oauth2/v2.0/authorize`)
  const tenant = asked.pathname.split('/')[1] ?? 'common'
  const host = new URL(authority).host
  return {
    tenant_discovery_endpoint: `${authority}/${tenant}/v2.0/.well-known/openid-configuration`,
    'api-version': '1.1',
    metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }]
  }
}

function publicJwk(state: DemoState) {
  return { ...state.signingKey.publicKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: state.signingKey.kid, x5t: state.signingKey.kid }
}

function refuse(state: DemoState, failure: SignInFailure): LoginAnswer {
  return json(state, failure.status, signInError(failure, new Date(serviceNow(state))))
}

function json(state: DemoState, status: number, value: unknown): LoginAnswer {
  return { status, headers: { ...baseHeaders(state), 'content-type': 'application/json; charset=utf-8' }, body: JSON.stringify(value) }
}

function baseHeaders(state: DemoState): Record<string, string> {
  return {
    'cache-control': 'no-store, no-cache',
    pragma: 'no-cache',
    'x-ms-request-id': randomUUID(),
    'x-ms-ests-server': '2.1.0 - tenantry demo',
    date: new Date(serviceNow(state)).toUTCString()
  }
}
