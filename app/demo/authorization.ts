import { newestKey } from './account-tokens.ts'
import type { DemoAccount } from './accounts.ts'
import { parseJwt, verifyJwt } from './jwt.ts'
import { audiences, capableRoles, type DemoServiceName } from './names.ts'
import { findApp, serviceNow, type DemoState } from './state.ts'
import type { DemoApp, DemoTenant } from './tenants.ts'

/** Why a request was not let in. A 401 has no body, as Exchange's has none. */
export interface Denial {
  status: 401 | 403
  code: string
  message: string
}

export type Admission = { denied: Denial } | { app: DemoApp; claims: Record<string, unknown> } | { account: DemoAccount; claims: Record<string, unknown> }

const unauthorized = (message: string): { denied: Denial } => ({ denied: { status: 401, code: 'Unauthorized', message } })

/**
 * Lets a bearer token in or says why not, in the order Exchange asks: signature, audience, tenant, validity,
 * permission, directory role.
 */
export function admit(state: DemoState, authorization: string | undefined, tenant: DemoTenant, service: DemoServiceName): Admission {
  const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1]
  if (!token) return unauthorized('there is no bearer token')
  const jwt = parseJwt(token)
  if (!jwt) return unauthorized('the token is not a JWT')
  if (!verifyJwt(jwt, state.signingKey.publicKey)) return unauthorized('the signature is not the authority’s')
  const { claims } = jwt
  if (!takenAudiences(service).includes(String(claims['aud']))) return unauthorized('the audience is another service')
  if (claims['tid'] !== tenant.tenantId) return unauthorized('the token belongs to another tenant')
  const validity = checkValidity(state, claims)
  if (validity) return unauthorized(validity)
  if (claims['idtyp'] === 'user') return admitAccount(tenant, service, claims)
  const app = findApp(tenant, String(claims['appid']))
  if (!app) return unauthorized('the app is not in this tenant')
  // Graph goes by what each request needs.
  if (service === 'graph') return { app, claims }
  if (!list(claims['roles']).includes('Exchange.ManageAsApp')) return unauthorized('Exchange.ManageAsApp is missing')
  if (!list(claims['wids']).some((role) => capableRoles[service].includes(role))) return { denied: noRole(app) }
  return { app, claims }
}

/** A user comes in by a scope of the service, and by a role of their own. */
function admitAccount(tenant: DemoTenant, service: DemoServiceName, claims: Record<string, unknown>): Admission {
  const account = tenant.accounts.find(({ objectId }) => objectId === claims['oid'])
  if (!account) return unauthorized('the user is not in this tenant')
  // Graph goes by what each request needs.
  if (service === 'graph') return { account, claims }
  const scopes = String(claims['scp'] ?? '').split(' ')
  if (!scopes.some((scope) => delegatedScopes[service].includes(scope))) return unauthorized('no scope of this service')
  if (list(claims['wids']).some((role) => capableRoles[service].includes(role))) return { account, claims }
  const message = `The user "${account.upn}" isn't assigned to any management roles.`
  return { denied: { status: 403, code: 'Forbidden', message } }
}

const delegatedScopes: Record<Exclude<DemoServiceName, 'graph'>, readonly string[]> = {
  exchange: ['AdminApi.AccessAsUser.All', 'RemotePowerShell.AccessAsUser.All', 'Exchange.Manage'],
  compliance: ['FfoPowerShell.AccessAsUser.All', 'AdminApi.AccessAsUser.All']
}

/** Compliance takes Exchange's audience too: the module's users hand it either. */
function takenAudiences(service: DemoServiceName): readonly string[] {
  return service === 'compliance' ? [...audiences.compliance, ...audiences.exchange] : audiences[service]
}

function checkValidity(state: DemoState, claims: Record<string, unknown>): string | null {
  const now = serviceNow(state) / 1000
  const from = Number(claims['nbf'])
  const until = Number(claims['exp'])
  if (!(from <= now)) return 'the token is not valid yet'
  if (!(until > now)) return 'the token has expired'
  const newest = state.newestTokens.get(newestKey(claims))
  const superseded = newest !== undefined && newest.uti !== claims['uti']
  if (superseded && state.refuseSupersededAfterMs !== null && Date.now() - newest.at > state.refuseSupersededAfterMs) {
    return 'a newer token has taken its place'
  }
  return null
}

function noRole(app: DemoApp): Denial {
  return {
    status: 403,
    code: 'Forbidden',
    message: `The role assigned to application ${app.clientId} isn't supported in this scenario. Please check online documentation for assigning correct Directory Roles to Azure AD Application for EXO App-Only Authentication.`
  }
}

function list(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : []
}
