import { randomUUID } from 'node:crypto'
import { admit } from './authorization.ts'
import type { ExchangeAnswer } from './exchange-answer.ts'
import type { ExchangeRequest } from './exchange-request.ts'
import { guidFrom } from './guid.ts'
import type { Mailbox } from './mailboxes.ts'
import { parseJwt } from './jwt.ts'
import { findApp, findTenant, type DemoState } from './state.ts'
import type { DemoTenant } from './tenants.ts'

/** As Graph has it where `$top` is not said (learn.microsoft.com/graph/api/user-list). */
const usersPerPage = 100
const mostPerPage = 999

/**
 * A small Microsoft Graph: `GET /v1.0/organization`, `/v1.0/users` (with `$top` and `$select`, in pages), `/v1.0/me`,
 * which an app's token gets no answer from, and `/v1.0/applications(appId='…')`. Errors are in Graph's shape (learn.microsoft.com/graph/errors).
 */
export function answerGraph(state: DemoState, request: ExchangeRequest): ExchangeAnswer {
  const claims = parseJwt((request.header('authorization') ?? '').replace(/^Bearer /i, ''))?.claims
  const tenant = findTenant(state, String(claims?.tid))
  const admission = tenant && admit(state, request.header('authorization'), tenant, 'graph')
  if (!tenant || !admission || 'denied' in admission) return graphError(401, 'InvalidAuthenticationToken', 'Access token is empty, expired, or for another audience.')
  if (request.method !== 'GET') return graphError(405, 'Request_BadRequest', 'The demo answers GET requests only.')
  const { roles, scp } = admission.claims
  const granted = [...(Array.isArray(roles) ? roles.map(String) : []), ...String(scp ?? '').split(' ')]
  const path = request.path.replace(/\/$/, '').toLowerCase()
  const isAllowed = (...permissions: string[]) => permissions.some((permission) => granted.includes(permission))
  const denied = graphError(403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.')
  const appId = /^\/v1\.0\/applications\(appid='([^']*)'\)$/.exec(path)?.[1]
  if (appId !== undefined) {
    const isOwner = 'app' in admission && admission.app.clientId === appId && isAllowed('Application.ReadWrite.OwnedBy')
    return isOwner || isAllowed('Application.Read.All', 'Directory.Read.All') ? application(request, tenant, appId) : denied
  }
  switch (path) {
    case '/v1.0/organization':
      return isAllowed('Organization.Read.All', 'Directory.Read.All') ? organization(request, tenant) : denied
    case '/v1.0/users':
      return isAllowed('User.Read.All', 'Directory.Read.All') ? users(request, tenant) : denied
    case '/v1.0/me':
      if (!('account' in admission)) return graphError(400, 'BadRequest', '/me request is only valid with delegated authentication flow.')
      return { status: 200, body: { '@odata.context': contextOf(request, 'users/$entity'), id: admission.account.objectId, userPrincipalName: admission.account.upn } }
    default:
      return graphError(404, 'Request_ResourceNotFound', `Resource not found for the segment '${path.split('/')[2] ?? ''}'.`)
  }
}

function organization(request: ExchangeRequest, tenant: DemoTenant): ExchangeAnswer {
  const verifiedDomains = tenant.domains.map((name, index) => ({ capabilities: 'Email, OfficeCommunicationsOnline', isDefault: index === 1, isInitial: index === 0, name, type: 'Managed' }))
  return { status: 200, body: { '@odata.context': contextOf(request, 'organization'), value: [{ id: tenant.tenantId, displayName: tenant.name, verifiedDomains }] } }
}

function application(request: ExchangeRequest, tenant: DemoTenant, appId: string): ExchangeAnswer {
  const app = findApp(tenant, appId)
  if (!app) return graphError(404, 'Request_ResourceNotFound', `Resource '${appId}' does not exist or one of its queried reference-property objects are not present.`)
  const wanted = request.query.get('$select')?.split(',').map((name) => name.trim())
  // Graph never tells a secret again.
  const passwordCredentials = app.passwordCredentials.map((credential) => ({ customKeyIdentifier: null, secretText: null, ...credential }))
  const all = { id: guidFrom(`application ${app.clientId}`), appId: app.clientId, displayName: app.name, passwordCredentials }
  return { status: 200, body: { '@odata.context': contextOf(request, 'applications/$entity'), ...selected(all, wanted) } }
}

function users(request: ExchangeRequest, tenant: DemoTenant): ExchangeAnswer {
  const top = Math.min(Math.max(Number(request.query.get('$top') ?? usersPerPage) || usersPerPage, 1), mostPerPage)
  const skip = Number(request.query.get('$skiptoken') ?? 0) || 0
  const wanted = request.query.get('$select')?.split(',').map((name) => name.trim())
  const all = tenant.directory.mailboxes.filter(({ kind }) => kind === 'UserMailbox')
  const value = all.slice(skip, skip + top).map((mailbox) => selected(userOf(mailbox), wanted))
  const next = new URLSearchParams(request.query)
  next.set('$skiptoken', String(skip + top))
  const link = skip + top < all.length ? { '@odata.nextLink': request.url(`${request.path}?${next.toString()}`) } : {}
  return { status: 200, body: { '@odata.context': contextOf(request, 'users'), ...link, value } }
}

function userOf({ guid, displayName, userPrincipalName, primaryAddress }: Mailbox): Record<string, unknown> {
  return { id: guid, displayName, userPrincipalName, mail: primaryAddress }
}

function selected(whole: Record<string, unknown>, wanted: string[] | undefined): Record<string, unknown> {
  if (!wanted) return whole
  return Object.fromEntries(Object.entries(whole).filter(([name]) => wanted.includes(name)))
}

const contextOf = (request: ExchangeRequest, set: string): string => request.url(`/v1.0/$metadata#${set}`)

function graphError(status: number, code: string, message: string): ExchangeAnswer {
  const requestId = randomUUID()
  return { status, body: { error: { code, message, innerError: { 'request-id': requestId, 'client-request-id': requestId } } } }
}
