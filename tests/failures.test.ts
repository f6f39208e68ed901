import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { failureSchema } from '../app/contract.ts'
import {
  failure, failureTable, fromNetwork, fromTokenEndpoint, TenantryError, type FailureCode, type ShellStage
} from '../app/failures.ts'

const trace = 'Trace ID: 5d3a6f1e-0000-4a00-8000-1234567890ab Correlation ID: 6e4b7a2f-0000-4b00-9000-1234567890ab Timestamp: 2026-11-23 10:00:00Z'

describe('the failure table', () => {
  const rows = Object.entries(failureTable) as Array<[FailureCode, { message: string; hint?: string }]>

  it.each(rows)('%s reads as sentences with nothing of a program in them', (_, { message, hint }) => {
    expect(message).toMatch(/^[“A-Z{]/)
    // A quoted text or a "wait" at the end brings its own full stop.
    expect(message).toMatch(/[.}]$/)
    for (const text of [message, hint ?? '']) expect(text).not.toMatch(/undefined|null|stack|Error:|<[a-z]/)
  })

  it('becomes a failure of the contract, whatever the code', () => {
    for (const [code] of rows) expect(failureSchema.parse(new TenantryError(code).toFailure()).code).toBe(code)
  })

  it('fills every name of its sentences', () => {
    const error = failure('tenant-changed', { domain: 'contoso.com', expected: 'AAA', actual: 'BBB' })
    expect(error.message).toBe('The domain contoso.com now belongs to the tenant BBB; this profile is pinned to AAA.')
    expect(error).toMatchObject({ field: 'domain', retryable: false })
  })

  it.each(['token-wrong-tenant', 'exchange-wrong-tenant'] as const)('%s names both tenants', (code) => {
    const { message } = failure(code, { expected: 'the one', actual: 'the other' })
    expect(message).toContain('the one')
    expect(message).toContain('the other')
  })

  it('takes another field where the caller knows it', () => {
    expect(failure('not-a-host', { host: 'x', reason: 'y' }, { field: 'exchangeHost' }).toFailure().field).toBe('exchangeHost')
  })
})

describe('anything thrown', () => {
  it('stays what it is where it is ours already', () => {
    const error = failure('profile-not-found')
    expect(TenantryError.from(error)).toBe(error)
  })

  it('names the field that zod refused, not its value', () => {
    const canary = randomBytes(12).toString('hex')
    const { error } = z.object({ secret: z.number() }).safeParse({ secret: canary })
    const said = TenantryError.from(error)
    expect(said.message).toContain('secret')
    expect(JSON.stringify(said.toFailure())).not.toContain(canary)
  })

  it('tells the kind of an error that nobody read, and nothing it says', () => {
    const canary = randomBytes(12).toString('hex')
    for (const thrown of [new TypeError(canary), canary, { message: canary }, null, Object.assign(new Error(canary), { code: canary })]) {
      const error = TenantryError.from(thrown)
      expect(error.code).toBe('internal')
      expect(JSON.stringify(error.toFailure()) + String(error.stack) + String(error.cause)).not.toContain(canary)
    }
    expect(TenantryError.from(Object.assign(new Error('x'), { code: 'EACCES' })).message).toContain('Error, EACCES')
  })

  it('knows a wish to stop', () => {
    expect(TenantryError.from(new DOMException('x', 'AbortError')).code).toBe('cancelled')
  })
})

describe('the token endpoint', () => {
  it.each<[string, string, FailureCode, RegExp]>([
    ['a wrong secret', 'AADSTS7000215: Invalid client secret provided.', 'secret-wrong', /secret’s ID/],
    ['an expired secret', 'AADSTS7000222: The provided client secret keys are expired.', 'secret-expired', /make a new/i],
    ['an app without a service principal', 'AADSTS7000229: The client application is missing service principal in the tenant.', 'app-not-in-tenant', /consent link/],
    ['an unknown app', "AADSTS700016: Application with identifier 'x' was not found in the directory 'y'.", 'app-unknown', /client\) ID/],
    ['an unregistered certificate', 'AADSTS700027: The certificate is not registered. [Reason - The key was not found.]', 'certificate-not-registered', /\.cer/],
    ['an assertion out of its time', 'AADSTS700024: Client assertion is not within its valid time range.', 'assertion-clock', /clock/],
    ['an unknown tenant', "AADSTS90002: Tenant 'x' not found.", 'unknown-tenant', /cloud/],
    ['a resource that is not there', 'AADSTS500011: The resource principal was not found.', 'resource-missing', /licence/],
    ['conditional access', 'AADSTS53003: Access has been blocked by Conditional Access policies.', 'conditional-access', /policy/],
    ['an app that is not assigned', 'AADSTS50105: Your administrator has configured the application to block users.', 'app-not-assigned', /Assign/],
    ['missing consent', 'AADSTS65001: The user or administrator has not consented.', 'no-consent', /consent/]
  ])('%s', (_, text, code, sentence) => {
    const error = fromTokenEndpoint(`${text} ${trace}`, { tenant: 'contoso.com', cloud: 'GCC High' })
    expect(error.code).toBe(code)
    expect(`${error.message} ${error.hint}`).toMatch(sentence)
    expect(`${error.message} ${error.hint}`).not.toMatch(/Trace ID|Correlation|…$/)
    expect(error.message).toContain(text.match(/AADSTS\d+/)![0])
  })

  it('goes by the last code, since the module puts a misleading one in front', () => {
    const text = 'AADSTS70011: The provided value for the input parameter scope is not valid. Mitigation: … AADSTS7000222: The provided client secret keys are expired.'
    expect(fromTokenEndpoint(text).code).toBe('secret-expired')
  })

  it('reads MSAL’s errors', () => {
    const msal = Object.assign(new Error('invalid_client: …'), {
      errorCode: 'invalid_client',
      errorMessage: `7000215 - [2026-11-23 10:00:00Z]: AADSTS7000215: Invalid client secret provided. ${trace} - Correlation ID: x - Trace ID: y`
    })
    expect(fromTokenEndpoint(msal).code).toBe('secret-wrong')
  })

  it('quotes what it does not know, without trace ids, tokens and keys, shortened', () => {
    const token = `eyJ${randomBytes(30).toString('base64url')}.${randomBytes(30).toString('base64url')}.x`
    const text = `AADSTS50196: The server terminated an operation because it encountered a client request loop ${token} -----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY----- ${'very '.repeat(100)}long. ${trace}`
    const { code, message } = fromTokenEndpoint(text)
    expect(code).toBe('token-refused')
    expect(message).toContain('AADSTS50196: The server terminated an operation')
    expect(message).not.toMatch(/eyJ|PRIVATE|Trace ID|5d3a6f1e|\n/)
    expect(message.length).toBeLessThan(320)
    expect(fromTokenEndpoint(`AADSTS50196: Short. ${trace}`).message).toBe('Microsoft refused the sign-in: AADSTS50196: Short.')
  })

  it('says so where there is no reason', () => {
    expect(fromTokenEndpoint(undefined).message).toBe('Microsoft refused the sign-in: it gave no reason.')
  })
})

describe('the network', () => {
  const withCode = (code: string) => new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code }) })
  const gathered = new TypeError('fetch failed', { cause: new AggregateError([Object.assign(new Error('::1'), { code: 'ECONNREFUSED' })]) })

  it.each<[string, unknown, FailureCode]>([
    ['a refused connection', withCode('ECONNREFUSED'), 'connection-refused'],
    ['a connection refused at each address', gathered, 'connection-refused'],
    ['a name that is not there', withCode('ENOTFOUND'), 'host-not-found'],
    ['a name server that is not there', withCode('EAI_AGAIN'), 'host-not-found'],
    ['TLS inspection', withCode('SELF_SIGNED_CERT_IN_CHAIN'), 'tls-untrusted'],
    ['a CA that is not trusted', withCode('UNABLE_TO_GET_ISSUER_CERT_LOCALLY'), 'tls-untrusted'],
    ['a certificate for another host', withCode('ERR_TLS_CERT_ALTNAME_INVALID'), 'tls-failed'],
    ['an expired certificate', withCode('CERT_HAS_EXPIRED'), 'tls-failed'],
    ['a host that speaks no TLS', withCode('ERR_SSL_WRONG_VERSION_NUMBER'), 'tls-failed'],
    ['a connection that times out', withCode('UND_ERR_CONNECT_TIMEOUT'), 'timed-out'],
    ['our own time limit', new DOMException('x', 'TimeoutError'), 'timed-out'],
    ['a connection cut', withCode('ECONNRESET'), 'network-failed'],
    ['something unheard of', 'boom', 'network-failed'],
    ['a page of a proxy', { status: 200, headers: {}, body: '<html>' }, 'not-json'],
    ['a redirect', { status: 302, headers: {}, body: '' }, 'redirected'],
    ['a service that is down', { status: 503, headers: {}, body: '<html>' }, 'service-down'],
    ['throttling', { status: 429, headers: {}, body: '{}' }, 'throttled'],
    ['another refusal', { status: 418, headers: {}, body: '{}' }, 'network-failed']
  ])('%s', (_, problem, code) => {
    const error = fromNetwork(problem, 'login.example.com')
    expect(error.code).toBe(code)
    expect(error.message).toContain('login.example.com')
  })

  it('carries how long to wait, from seconds and from a date', () => {
    expect(fromNetwork({ status: 429, headers: { 'retry-after': '17' }, body: '' }, 'h')).toMatchObject({
      retryAfter: 17, retryable: true, message: expect.stringContaining('17 s') as string
    })
    const later = new Date(Date.now() + 3_600_000).toUTCString()
    expect(fromNetwork({ status: 503, headers: { 'retry-after': later }, body: '' }, 'h').retryAfter).toBeGreaterThan(3500)
    expect(fromNetwork({ status: 503, headers: { 'retry-after': 'soon' }, body: '' }, 'h').retryAfter).toBeUndefined()
  })
})

describe('the shell', () => {
  it.each<[string, string, ShellStage, FailureCode]>([
    ['an unaccepted token', 'UnAuthorized', 'connect', 'exchange-unauthorized'],
    ['a 401 of a cmdlet', 'Error while querying REST service. HttpStatusCode=401 ErrorMessage=Unauthorized', 'connect', 'exchange-unauthorized'],
    ['a missing role', "The role assigned to application 3b9e7a10-1f64-4d8b-a2c5-70d1e8f4b603 isn't supported in this scenario. Please check online documentation for assigning correct Directory Roles to Azure AD Application for EXO App-Only Authentication.", 'connect', 'role-missing'],
    ['an empty 403', 'Response status code does not indicate success: 403 (Forbidden).', 'connect', 'role-missing'],
    ['no cmdlets', 'Module could not be correctly formed. Please run Connect-ExchangeOnline again.', 'connect', 'module-malformed'],
    ['HTML', 'Unexpected character encountered while parsing value: <. Path \'\', line 0, position 0.', 'connect', 'not-json'],
    ['TLS', 'The SSL connection could not be established, see inner exception.', 'connect', 'tls-failed'],
    ['an untrusted CA', 'The SSL connection could not be established, see inner exception.\nThe remote certificate is invalid because of errors in the certificate chain: UntrustedRoot', 'connect', 'tls-untrusted'],
    ['execution policy', 'File C:\\x.psm1 cannot be loaded because running scripts is disabled on this system. For more information, see about_Execution_Policies', 'module', 'scripts-disabled'],
    ['a clash', "Could not load file or assembly 'Microsoft.Identity.Client, Version=4.44.0.0'", 'connect', 'assembly-clash'],
    ['PackageManagement', "The required module 'PackageManagement' is not loaded. Load the module or remove the module from 'RequiredModules'", 'module', 'package-management-missing'],
    ['app context', 'INSUFF_ACCESS_RIGHTS: Active Directory operation failed', 'connect', 'insufficient-access'],
    ['a cmdlet that apps can’t use', "The operation couldn't be performed: New-UnifiedGroup isn't supported when an application is signed in.", 'connect', 'command-not-for-apps'],
    ['throttling', 'Response status code does not indicate success: 429 (Too Many Requests). Retry-After: 30', 'connect', 'throttled'],
    ['a refused connection', 'Connection refused (127.0.0.1:443)', 'connect', 'connection-refused'],
    ['a refused connection on Windows', 'No connection could be made because the target machine actively refused it.', 'connect', 'connection-refused'],
    ['a name that is not there', 'Name or service not known (outlook.example.invalid:443)', 'connect', 'host-not-found'],
    ['a time-out', 'The request was canceled due to the configured HttpClient.Timeout of 100 seconds elapsing.', 'connect', 'timed-out'],
    ['a time-out, as a task tells it', 'A task was canceled.', 'connect', 'timed-out'],
    ['a service that is down', 'Response status code does not indicate success: 503 (Service Unavailable).', 'connect', 'service-down'],
    ['a missing module', 'The module ExchangeOnlineManagement is not installed for this PowerShell.', 'module', 'module-missing'],
    ['a missing version', 'Version 3.9.0 of the module ExchangeOnlineManagement, which the profile asks for, is not installed. Installed: 3.10.1.', 'module', 'module-version-missing'],
    ['a module that is too new', 'No installed version of the module ExchangeOnlineManagement runs on PowerShell 7.4.1. Installed: 3.10.1.', 'module', 'module-too-new'],
    ['a module without eDiscovery’s sessions', "A parameter cannot be found that matches parameter name 'EnableSearchOnlySession'.", 'connect', 'module-without-searches'],
    ['constrained language', 'Cannot create type. Only core types are supported in this language mode (ConstrainedLanguage).', 'connect', 'constrained-language'],
    ['whatever the language stage says', 'x', 'language', 'constrained-language'],
    ['an AADSTS code', 'AADSTS70011 … Mitigation AADSTS700016: Application was not found', 'connect', 'app-unknown'],
    ['anything else while loading', 'Odd thing.', 'module', 'module-failed'],
    ['anything else while connecting', 'Odd thing.', 'connect', 'connect-failed']
  ])('%s', (_, message, stage, code) => {
    const error = TenantryError.fromShell(message, stage)
    expect(error.code).toBe(code)
    expect(`${error.message} ${error.hint}`).not.toMatch(/…|\{/)
  })

  it('names the host that .NET names, else the service', () => {
    expect(TenantryError.fromShell('Name or service not known (eur01b.ps.example.invalid:443)', 'connect').message).toContain('eur01b.ps.example.invalid can’t')
    expect(TenantryError.fromShell('The SSL connection could not be established', 'connect', 'Security & Compliance').message).toContain('to Security & Compliance could')
    expect(TenantryError.fromShell('The SSL connection could not be established', 'connect').message).toContain('to Exchange Online could')
  })

  it('says how long a throttled connect has to wait', () => {
    const error = TenantryError.fromShell('429 (Too Many Requests). Retry-After: 30', 'connect')
    expect(error.retryAfter).toBe(30)
    expect(error.message).toContain('30 s')
  })

  it('quotes an unknown message without the token that it holds', () => {
    const token = `eyJ${randomBytes(30).toString('base64url')}.${randomBytes(30).toString('base64url')}.${randomBytes(9).toString('base64url')}`
    const { message } = TenantryError.fromShell(`\x1b[31mGET failed\x1b[0m\nAuthorization: Bearer ${token}\nodd`, 'connect')
    for (const part of token.split('.')) expect(message).not.toContain(part)
    expect(message).toContain('GET failed')
  })
})

/** The line that shows in no message: odd permission errors after connecting by a vanity domain. */
it('has the sentence for a vanity domain', () => {
  expect(failure('organization-vanity', { organization: 'a.example', primary: 'b.example' }).hint).toContain('.onmicrosoft.com')
})
