import { randomUUID } from 'node:crypto'
import type { AssertionProblem } from './assertion.ts'
import type { DemoApp, DemoTenant, FailureCode } from './tenants.ts'

/** A refusal of the login authority: HTTP status, OAuth error, AADSTS code and its text. */
export interface SignInFailure {
  status: number
  error: string
  code: number
  text: string
  suberror?: string
}

const failure = (status: number, error: string, code: number, text: string, suberror?: string): SignInFailure =>
  suberror ? { status, error, code, text, suberror } : { status, error, code, text }

const tenantText = (name: string) =>
  `Tenant '${name}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.`

/**
 * The refusals by what went wrong, worded as Entra words them.
 * https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 */
export const signInFailures = {
  unknownTenant: (name: string) => failure(400, 'invalid_request', 90002, tenantText(name)),
  unknownTenantMetadata: (name: string) => failure(400, 'invalid_tenant', 90002, tenantText(name)),
  badRequest: (code: number, text: string, error = 'invalid_request', status = 400) => failure(status, error, code, text),
  unknownApp: (clientId: string, tenant: DemoTenant) =>
    failure(400, 'unauthorized_client', 700016, `Application with identifier '${clientId}' was not found in the directory '${tenant.name}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.`),
  wrongSecret: (app: DemoApp) =>
    failure(401, 'invalid_client', 7000215, `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${app.clientId}'.`),
  expiredSecret: (app: DemoApp) =>
    failure(401, 'invalid_client', 7000222, `The provided client secret keys for app '${app.clientId}' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds.`),
  badAssertion: (problem: AssertionProblem) => failure(401, 'invalid_client', problem.code, problem.text),
  badScope: (scope: string) =>
    failure(400, 'invalid_scope', 1002012, `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`),
  unknownResource: (resource: string, tenant: DemoTenant) =>
    failure(400, 'invalid_resource', 500011, `The resource principal named ${resource} was not found in the tenant named ${tenant.name}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.`),
  forced: (code: FailureCode, app: DemoApp, tenant: DemoTenant) => forcedFailure(code, app, tenant)
}

function forcedFailure(code: FailureCode, app: DemoApp, tenant: DemoTenant): SignInFailure {
  switch (code) {
    case 53003:
      return failure(400, 'invalid_grant', code, 'Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.', 'message_only')
    case 50105:
      return failure(400, 'invalid_grant', code, `Your administrator has configured the application ${app.name} ('${app.clientId}') to block users unless they are specifically granted ('assigned') access to the application.`)
    case 65001:
      return failure(400, 'invalid_grant', code, `The user or administrator has not consented to use the application with ID '${app.clientId}' named '${app.name}'. Send an interactive authorization request for this user and resource.`, 'consent_required')
    case 7000229:
      return failure(401, 'unauthorized_client', code, `The client application ${app.clientId} is missing service principal in the tenant ${tenant.tenantId}. See instructions here: https://go.microsoft.com/fwlink/?linkid=2225119`)
    case 700016:
      return signInFailures.unknownApp(app.clientId, tenant)
    case 700027:
      return failure(401, 'invalid_client', code, "The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found.]")
    case 700024:
      return failure(401, 'invalid_client', code, 'Client assertion is not within its valid time range.')
    case 7000215:
      return signInFailures.wrongSecret(app)
    case 7000222:
      return signInFailures.expiredSecret(app)
    case 500011:
      return signInFailures.unknownResource('the resource asked for', tenant)
  }
}

/** The JSON body of a refusal, in Entra's shape. */
export function signInError(refusal: SignInFailure, now: Date) {
  const timestamp = `${now.toISOString().slice(0, 19).replace('T', ' ')}Z`
  const traceId = randomUUID()
  const correlationId = randomUUID()
  return {
    error: refusal.error,
    error_description: `AADSTS${refusal.code}: ${refusal.text} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
    error_codes: [refusal.code],
    timestamp,
    trace_id: traceId,
    correlation_id: correlationId,
    error_uri: `https://login.microsoftonline.com/error?code=${refusal.code}`,
    ...(refusal.suberror ? { suberror: refusal.suberror } : {})
  }
}
