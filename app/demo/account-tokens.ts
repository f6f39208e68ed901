import { randomBytes } from 'node:crypto'
import { accountRefusal, codeOf, exchangePublicClient, type DemoAccount } from './accounts.ts'
import { devicePollSeconds, fitsChallenge } from './grants.ts'
import { guidFrom } from './guid.ts'
import { signJwt } from './jwt.ts'
import { audiences, demoHosts, knownResources } from './names.ts'
import { signInFailures, type SignInFailure } from './sign-in-errors.ts'
import { findApp, serviceNow, type DemoState } from './state.ts'
import type { DemoTenant } from './tenants.ts'

export type Granted = { refused: SignInFailure } | { body: Record<string, unknown> }

const refused = (failure: SignInFailure): Granted => ({ refused: failure })
const refuse = (code: number, account: Pick<DemoAccount, 'upn'>, clientId: string): Granted => {
  const { error, text } = accountRefusal(code, account, clientId)
  return refused(signInFailures.badRequest(code, text, error))
}
const nobody = { upn: 'that was named' }

/** An app that may sign accounts in: Microsoft's own, or one that is registered in the tenant. */
export const isPublicClient = (tenant: DemoTenant, clientId: string): boolean => clientId === exchangePublicClient || findApp(tenant, clientId) !== undefined

/** MSAL still sends the device code's grant by its short name. */
export const accountGrants = ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code', 'device_code'] as const

/**
 * Redeems what an account granted: a code with its PKCE verifier, a device code, or a refresh token
 * (learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow and v2-oauth2-device-code).
 */
export function redeem(state: DemoState, tenant: DemoTenant, form: URLSearchParams): Granted {
  const clientId = (form.get('client_id') ?? '').toLowerCase()
  if (!isPublicClient(tenant, clientId)) return refused(signInFailures.unknownApp(clientId, tenant))
  const resource = (form.get('scope') ?? '').split(' ').find((scope) => scope.endsWith('/.default'))?.slice(0, -'/.default'.length)
  if (resource !== undefined && !knownResources.includes(resource)) return refused(signInFailures.unknownResource(resource, tenant))
  const found = accountOf(state, tenant, clientId, form)
  if ('refused' in found) return found
  return { body: issueAccountTokens(state, tenant, found.account, { clientId, resource: resource ?? `https://${demoHosts.exchange}` }) }
}

function accountOf(state: DemoState, tenant: DemoTenant, clientId: string, form: URLSearchParams): { refused: SignInFailure } | { account: DemoAccount } {
  const answer = form.get('grant_type') === 'authorization_code' ? byCode : form.get('grant_type') === 'refresh_token' ? byRefreshToken : byDevice
  return answer(state, tenant, clientId, form) as { refused: SignInFailure } | { account: DemoAccount }
}

function byCode(state: DemoState, tenant: DemoTenant, clientId: string, form: URLSearchParams) {
  const code = form.get('code') ?? ''
  const grant = state.grants.codes.get(code)
  // A code is for one use, whatever becomes of it.
  state.grants.codes.delete(code)
  if (!grant || grant.tenantId !== tenant.tenantId || grant.clientId !== clientId || grant.redirectUri !== form.get('redirect_uri')) return refuse(70000, nobody, clientId)
  if (grant.until < serviceNow(state)) return refuse(70008, nobody, clientId)
  if (!fitsChallenge(form.get('code_verifier') ?? '', grant.challenge)) return refuse(501481, nobody, clientId)
  return { account: grant.account }
}

function byDevice(state: DemoState, tenant: DemoTenant, clientId: string, form: URLSearchParams) {
  const code = form.get('device_code') ?? ''
  const grant = state.grants.devices.get(code)
  if (!grant || grant.tenantId !== tenant.tenantId || grant.clientId !== clientId) return refuse(70000, nobody, clientId)
  const now = serviceNow(state)
  const isHasty = now - grant.polledAt < devicePollSeconds * 900
  grant.polledAt = now
  if (grant.until < now) return refused(signInFailures.badRequest(70020, 'The provided value for the input parameter device_code is not valid. This device code has expired.', 'expired_token'))
  if (grant.answer === null && isHasty) return refused(signInFailures.badRequest(70016, 'The client polls too often.', 'slow_down'))
  if (grant.answer === null) return refused(signInFailures.badRequest(70016, 'OAuth 2.0 device flow error. Authorization is pending. Continue polling.', 'authorization_pending'))
  state.grants.devices.delete(code)
  if (grant.answer === 'declined') return refused(signInFailures.badRequest(65004, 'User declined to consent to access the app.', 'authorization_declined'))
  const refusal = codeOf[grant.answer.behaviour]
  return refusal === null ? { account: grant.answer } : refuse(refusal, grant.answer, clientId)
}

function byRefreshToken(state: DemoState, tenant: DemoTenant, clientId: string, form: URLSearchParams) {
  const token = form.get('refresh_token') ?? ''
  const grant = state.grants.refresh(token)
  if (!grant || grant.clientId !== clientId) return refuse(70000, nobody, clientId)
  if (grant.isUsed) return refuse(54005, nobody, clientId)
  const account = tenant.accounts.find(({ upn }) => upn === grant.upn)
  if (!account) return refuse(50034, { upn: grant.upn }, clientId)
  const refusal = account.refuseRefresh ?? codeOf[account.behaviour]
  if (refusal !== null) return refuse(refusal, account, clientId)
  state.grants.useUp(token)
  return { account }
}

/** Access, refresh and id token of an account, as Entra issues them (a v1 access token). */
function issueAccountTokens(state: DemoState, tenant: DemoTenant, account: DemoAccount, { clientId, resource }: { clientId: string; resource: string }): Record<string, unknown> {
  const now = Math.floor(serviceNow(state) / 1000)
  const jitter = Math.round((Math.random() * 2 - 1) * Math.min(state.tokenLifeJitterSeconds, state.tokenLifeSeconds / 10))
  const life = Math.max(1, state.tokenLifeSeconds + jitter)
  const header = { alg: 'RS256' as const, x5t: state.signingKey.kid, kid: state.signingKey.kid }
  const claims = accountClaims(tenant, account, { clientId, resource, now, life })
  state.newestTokens.set(newestKey(claims), { uti: claims.uti, at: Date.now() })
  const idClaims = {
    aud: clientId, iss: `https://${demoHosts.login}/${tenant.tenantId}/v2.0`, iat: now, nbf: now, exp: now + life, name: account.name, oid: account.objectId,
    preferred_username: account.upn, sub: claims.sub, tid: tenant.tenantId, uti: claims.uti, ver: '2.0'
  }
  return {
    token_type: 'Bearer',
    scope: `${resource}/.default`,
    expires_in: life - 1,
    ext_expires_in: life - 1,
    access_token: signJwt(header, claims, state.signingKey.privateKey),
    refresh_token: state.grants.refreshToken(account, clientId),
    id_token: signJwt(header, idClaims, state.signingKey.privateKey),
    client_info: Buffer.from(JSON.stringify({ uid: account.homeObjectId, utid: account.homeTenantId })).toString('base64url')
  }
}

function accountClaims(tenant: DemoTenant, account: DemoAccount, { clientId, resource, now, life }: { clientId: string; resource: string; now: number; life: number }) {
  const from = life > 600 ? now - 300 : now
  const forExchange = [...audiences.exchange, ...audiences.compliance].some((audience) => audience === resource)
  const granted = clientId === exchangePublicClient ? 'AdminApi.AccessAsUser.All FfoPowerShell.AccessAsUser.All RemotePowerShell.AccessAsUser.All' : 'Exchange.Manage'
  return {
    aud: resource,
    iss: `https://sts.windows.net/${tenant.tenantId}/`,
    iat: from,
    nbf: from,
    exp: now + life,
    acr: '1',
    aio: randomBytes(24).toString('base64'),
    amr: ['pwd', 'mfa'],
    app_displayname: clientId === exchangePublicClient ? 'Microsoft Exchange REST API Based Powershell' : (findApp(tenant, clientId)?.name ?? clientId),
    appid: clientId,
    appidacr: '0',
    ...(account.homeTenantId === tenant.tenantId ? {} : { idp: `https://sts.windows.net/${account.homeTenantId}/` }),
    idtyp: 'user',
    ipaddr: '127.0.0.1',
    name: account.name,
    oid: account.objectId,
    scp: forExchange ? granted : 'Organization.Read.All User.Read User.Read.All',
    sub: guidFrom(`subject ${account.upn} ${clientId}`),
    tid: tenant.tenantId,
    unique_name: account.upn,
    upn: account.upn,
    uti: randomBytes(16).toString('base64url'),
    ver: '1.0',
    wids: [...account.wids, 'b79fbf4d-3ef9-4689-8143-76b194e85509']
  }
}

/** Whose newest token it is: an app's, or an account's with that app. */
export function newestKey(claims: { appid?: unknown; aud?: unknown; oid?: unknown; idtyp?: unknown }): string {
  return [claims.appid, claims.aud, ...(claims.idtyp === 'user' ? [claims.oid] : [])].join(' ')
}
