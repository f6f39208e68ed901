import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTokenSource } from '../app/tokens/acquire.ts'
import { demoCloud } from '../app/demo/examples.ts'
import { startDemo, type Demo } from '../app/demo/service.ts'
import type { FailureCode as Aadsts } from '../app/demo/tenants.ts'
import { failure, TenantryError, type FailureCode, type ShellStage } from '../app/failures.ts'

/*
 * What goes wrong, row by row: what is seen, the failure that it becomes, and what its sentence and its next step say.
 * What a token endpoint refuses is refused here by the demo's, through real MSAL; what the module says is its own text.
 */

let demo: Demo
beforeAll(async () => {
  demo = await startDemo()
})
afterAll(() => demo?.dispose())

/** Asks the demo's authority for a token, as a session does, and answers how it was refused. */
async function refusal(change: (app: Demo['tenants'][number]['apps'][number]) => void, more: { tenantId?: string } = {}): Promise<TenantryError> {
  const tenant = demo.tenants[0]!
  const app = tenant.apps[0]!
  const before = { ...app }
  change(app)
  try {
    const source = createTokenSource({ network: async (request) => demo.network(request), sign: () => Promise.reject(new Error('nothing is signed here')) })
    await source.acquire({
      cloud: demoCloud(demo, ''), tenantId: more.tenantId ?? tenant.tenantId, clientId: app.clientId, service: 'exchange', fresh: true,
      credential: { kind: 'secret', secret: before.clientSecret }
    })
  } catch (error) {
    return TenantryError.from(error)
  } finally {
    Object.assign(app, before)
  }
  throw new Error('it was not refused')
}

describe('a refusal of the token endpoint has its own sentence and next step', () => {
  it.each<[Aadsts, FailureCode, RegExp, RegExp]>([
    [7000215, 'secret-wrong', /secret.*wrong.*ID was pasted instead of its value/, /Paste the secret’s value, or make a new secret/],
    [7000222, 'secret-expired', /secret has expired/, /Make a new secret .* put it into this sign-in/],
    [7000229, 'app-not-in-tenant', /no service principal in this tenant/, /opens the app’s consent link/],
    [700016, 'app-unknown', /knows no application with that client ID/, /Check .*\(client\) ID and the tenant.*consent/],
    [700027, 'certificate-not-registered', /not registered on the app, or has expired/, /Upload .*\.cer/],
    [700024, 'assertion-clock', /not valid at this time/, /Set the clock/],
    [500011, 'resource-missing', /no Exchange licence, or the cloud is wrong/, /has Exchange Online, and the profile’s cloud/],
    [53003, 'conditional-access', /Conditional Access policy/, /which policy it is/],
    [50105, 'app-not-assigned', /asks for an assignment/, /Assign it/],
    [65001, 'no-consent', /Nobody has consented/, /grants admin consent/]
  ])('AADSTS%i', async (aadsts, code, sentence, next) => {
    const error = await refusal((app) => (app.failWith = aadsts))
    expect(error.code).toBe(code)
    expect(error.message).toMatch(sentence)
    expect(error.message).toContain(`AADSTS${aadsts}`)
    expect(error.hint).toMatch(next)
  })

  it('AADSTS90002', async () => {
    const error = await refusal(() => {}, { tenantId: '99999999-8888-4777-8666-555555555555' })
    expect(error.code).toBe('unknown-tenant')
    expect(error.message).toContain('AADSTS90002')
    expect(error.hint).toMatch(/spelling, and whether the tenant is in another cloud/)
  })

  it('a code that the table has not: Microsoft’s own message, the code and its page', async () => {
    demo.answerNext('/oauth2/v2.0/token', {
      status: 400,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ error: 'invalid_grant', error_description: 'AADSTS135010: KDC error occurred. Trace ID: 5d3a6f1e-0000-4a00-8000-1234567890ab', error_codes: [135010] })
    })
    const error = await refusal(() => {})
    expect(error.code).toBe('token-refused')
    expect(error.message).toMatch(/AADSTS135010: KDC error occurred\./)
    expect(error.message).not.toContain('Trace ID')
    expect(error.hint).toContain('https://login.microsoftonline.com/error?code=135010')
  })

  it('no code at all: the list of the codes', () => {
    expect(TenantryError.fromTokenEndpoint('odd').hint).toContain('https://learn.microsoft.com/entra/identity-platform/reference-error-codes')
  })
})

describe('what the module says has its own sentence and next step', () => {
  it.each<[string, string, ShellStage, FailureCode, RegExp, RegExp]>([
    ['UnAuthorized', 'UnAuthorized', 'connect', 'exchange-unauthorized', /expired, is for another service or cloud, or .* lacks the permission/, /Grant Exchange\.ManageAsApp/],
    ['a role that is missing', "The role assigned to application x isn't supported in this scenario.", 'connect', 'role-missing', /no role that Exchange accepts \(403\), or the token is from before/, /directory role.*wait.*new token/],
    ['a module that was not formed', 'Module could not be correctly formed. Please run Connect-ExchangeOnline again.', 'connect', 'module-malformed', /empty 403 or a claims challenge/, /new token/],
    ['HTML', 'Unexpected character encountered while parsing value: <. Path', 'connect', 'not-json', /web page instead of data/, /proxy/],
    ['TLS', 'The SSL connection could not be established, see inner exception.', 'connect', 'tls-failed', /No secure \(TLS\) connection/, /TLS inspection/],
    ['a CA that is not trusted', 'The SSL connection could not be established.\nThe remote certificate is invalid because of errors in the certificate chain: UntrustedRoot', 'connect', 'tls-untrusted', /authority that this computer does not know/, /CA certificate trusted/],
    ['the execution policy', 'x.psm1 cannot be loaded because running scripts is disabled on this system.', 'module', 'scripts-disabled', /execution policy/, /RemoteSigned/],
    ['a clash', "Could not load file or assembly 'Microsoft.Identity.Client, Version=4.44.0.0'", 'connect', 'assembly-clash', /different version of the same library/, /session of its own/],
    ['PackageManagement', "The required module 'PackageManagement' is not loaded.", 'module', 'package-management-missing', /PackageManagement and PowerShellGet/, /Install both/],
    ['INSUFF_ACCESS_RIGHTS', 'INSUFF_ACCESS_RIGHTS: Active Directory operation failed', 'connect', 'insufficient-access', /not made for an app/, /Get-ManagementScope.*your own account/]
  ])('%s', (_, text, stage, code, sentence, next) => {
    const error = TenantryError.fromShell(text, stage)
    expect(error.code).toBe(code)
    expect(error.message).toMatch(sentence)
    expect(error.hint).toMatch(next)
  })

  it('goes by the last AADSTS code of what the module glued together', () => {
    expect(TenantryError.fromShell('AADSTS70011: scope … Mitigation: … AADSTS65001: no consent', 'connect').code).toBe('no-consent')
  })

  it('a vanity domain, which shows in no message', () => {
    const { message, hint } = failure('organization-vanity', { organization: 'contoso.example', primary: 'contosodemo.onmicrosoft.com' })
    expect(message).toMatch(/vanity domain contoso\.example.*odd permission errors/)
    expect(hint).toMatch(/Reconnect: .*primary \.onmicrosoft\.com domain/)
  })
})
