import { admit } from './authorization.ts'
import { exchangeError, type ExchangeAnswer } from './exchange-answer.ts'
import type { ExchangeRequest } from './exchange-request.ts'
import { findTenant, type DemoState } from './state.ts'
import type { DemoAccount } from './accounts.ts'
import type { DemoApp, DemoTenant } from './tenants.ts'

/** Checks the token, then whether its app is being throttled. */
export function checkBearer(state: DemoState, request: ExchangeRequest, tenant: DemoTenant): { caller: DemoApp | DemoAccount } | { refusal: ExchangeAnswer } {
  const admission = admit(state, request.header('authorization'), tenant, request.service)
  if ('denied' in admission) {
    const { status, code, message } = admission.denied
    if (status === 403) return { refusal: exchangeError(403, code, message, 'System.UnauthorizedAccessException') }
    const authority = `Bearer client_id="00000002-0000-0ff1-ce00-000000000000", error="invalid_token"`
    return { refusal: { status: 401, headers: { 'www-authenticate': authority } } }
  }
  if ('account' in admission) return { caller: admission.account }
  if (admission.app.throttled) return { refusal: throttledAnswer(admission.app) }
  return { caller: admission.app }
}

function throttledAnswer(app: DemoApp): ExchangeAnswer {
  const message = 'Fail to execute the request: too many requests (429). Try again later.'
  return {
    ...exchangeError(429, 'TooManyRequests', message, 'Microsoft.Exchange.Admin.OData.Core.TooManyRequestsException'),
    headers: { 'retry-after': String(app.retryAfterSeconds) }
  }
}

/**
 * X-AnchorMailbox routes a request to the tenant's servers: `APP:SystemMailbox{…}@<tenant id>`, or
 * `UPN:<name>@<domain>`. One that names another tenant is refused; a domain nobody has is let through, as routing
 * falls back to the token's tenant.
 */
export function checkAnchor(state: DemoState, request: ExchangeRequest, tenant: DemoTenant, caller: DemoApp | DemoAccount): ExchangeAnswer | null {
  const anchor = request.header('x-anchormailbox')
  if (!anchor) return exchangeError(400, 'BadRequest', 'The header X-AnchorMailbox is missing.')
  // What a user asks for is routed by their own mailbox, or by one of the organization they manage.
  const upn = /^UPN:(?!SystemMailbox\{)(.+)$/i.exec(anchor)?.[1]
  if (upn !== undefined && 'upn' in caller) {
    if (upn.toLowerCase() === caller.upn.toLowerCase()) return null
    return exchangeError(403, 'Forbidden', `The mailbox of X-AnchorMailbox ('${upn}') is not the signed-in user's.`)
  }
  const place = /^(?:APP|UPN|AAD-UPN|AAD-SMTP):.*@([^@]+)$/i.exec(anchor)?.[1]
  if (!place) return exchangeError(400, 'BadRequest', `The header X-AnchorMailbox can't be understood: '${anchor}'.`)
  const isGuid = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(place)
  const named = findTenant(state, place)
  if (named === tenant || (!named && !isGuid)) return null
  return exchangeError(403, 'Forbidden', `The mailbox of X-AnchorMailbox ('${place}') belongs to another organization.`)
}
