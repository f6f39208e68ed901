import { execFileSync } from 'node:child_process'
import { createHash, createPrivateKey, generateKeyPairSync, randomUUID, X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConfidentialClientApplication, type INetworkModule, type NetworkRequestOptions } from '@azure/msal-node'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { parseJwt, signJwt, type JwtAlgorithm } from '../../app/demo/jwt.ts'
import { defaultAppRole, demoHosts } from '../../app/demo/names.ts'
import { startDemo, type Demo } from '../../app/demo/service.ts'
import type { DemoApp, DemoTenant, FailureCode } from '../../app/demo/tenants.ts'
import { fetchToken, postToken } from './exchange-client.ts'

const resource = `https://${demoHosts.exchange}`
const scope = `${resource}/.default`
let demo: Demo
let contoso: DemoTenant
let app: DemoApp

beforeAll(async () => {
  demo = await startDemo()
  contoso = demo.tenants[0]!
  app = contoso.apps[0]!
})
afterAll(() => demo.dispose())
afterEach(() => {
  app.failWith = null
  demo.setSkew(0)
  demo.setTokenLife(3900, 60)
})

interface EntraError {
  error: string
  error_description: string
  error_codes: number[]
  suberror?: string
}

async function refusal(form: Record<string, string>, tenant = contoso.tenantId): Promise<EntraError & { status: number }> {
  const answer = await postToken(demo, tenant, form)
  return { status: answer.status, ...(JSON.parse(answer.body) as EntraError) }
}

describe('OpenID metadata', () => {
  const ask = (tenant: string) => demo.network({ url: `https://${demoHosts.login}/${tenant}/v2.0/.well-known/openid-configuration`, method: 'GET', headers: {} })

  it('tells the tenant behind its initial domain, its vanity domain and its id', async () => {
    for (const name of [contoso.domain, 'contoso.example', 'CONTOSO.example', contoso.tenantId]) {
      const answer = await ask(name)
      expect(answer.status).toBe(200)
      expect(JSON.parse(answer.body)).toMatchObject({
        issuer: `https://${demoHosts.login}/${contoso.tenantId}/v2.0`,
        token_endpoint: `https://${demoHosts.login}/${contoso.tenantId}/oauth2/v2.0/token`,
        tenant_region_scope: 'EU'
      })
    }
  })

  it('says AADSTS90002 for a tenant nobody has', async () => {
    const answer = await ask('nobody.example')
    expect(answer.status).toBe(400)
    const body = JSON.parse(answer.body) as EntraError
    expect(body.error_codes).toEqual([90002])
    expect(body.error_description).toMatch(/^AADSTS90002: Tenant 'nobody\.example' not found\..* Trace ID: .* Correlation ID: .* Timestamp: /)
  })

  it('is found under no other host', async () => {
    await expect(demo.network({ url: 'https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration', method: 'GET', headers: {} })).rejects.toMatchObject({ code: 'ENOTFOUND' })
  })
})

describe('a token', () => {
  it('has the claims of a real one', async () => {
    const { header, claims } = parseJwt(await fetchToken(demo, contoso, app))!
    expect(header).toMatchObject({ typ: 'JWT', alg: 'RS256' })
    expect(claims).toMatchObject({
      aud: resource, iss: `https://sts.windows.net/${contoso.tenantId}/`, tid: contoso.tenantId, appid: app.clientId, appidacr: '1', idtyp: 'app',
      oid: app.objectId, sub: app.objectId, roles: ['Exchange.ManageAsApp'], ver: '1.0', app_displayname: app.name
    })
    expect(claims['wids']).toContain(defaultAppRole)
    for (const name of ['iat', 'nbf', 'exp']) expect(claims[name]).toEqual(expect.any(Number))
    for (const name of ['aio', 'idp', 'rh', 'sid', 'uti', 'xms_ftd']) expect(claims[name]).toEqual(expect.any(String))
  })

  it('is another one each time', async () => {
    const utis = [parseJwt(await fetchToken(demo, contoso, app)), parseJwt(await fetchToken(demo, contoso, app))].map((jwt) => jwt?.claims['uti'])
    expect(new Set(utis).size).toBe(2)
  })

  it('lives as long as the demo was told', async () => {
    demo.setTokenLife(20)
    const { claims } = parseJwt(await fetchToken(demo, contoso, app))!
    expect(Number(claims['exp']) - Number(claims['iat'])).toBe(20)
  })

  it('follows the clock the services were set to, and the Date header tells it', async () => {
    demo.setSkew(3600)
    const answer = await postToken(demo, contoso.tenantId, { client_id: app.clientId, client_secret: app.clientSecret, scope })
    const { claims } = parseJwt((JSON.parse(answer.body) as { access_token: string }).access_token)!
    const ahead = Date.parse(answer.headers['date']!) - Date.now()
    expect(ahead).toBeGreaterThan(3_590_000)
    expect(Number(claims['iat']) * 1000).toBeGreaterThan(Date.now() + 3_000_000)
  })

  it('has no roles where the app has no permission, and no directory role where it has none', async () => {
    const claimsOf = async (behaviour: string) => {
      const broken = contoso.apps.find((candidate) => candidate.behaviour === behaviour)!
      return parseJwt(await fetchToken(demo, contoso, broken))!.claims
    }
    expect(await claimsOf('noPermission')).not.toHaveProperty('roles')
    expect((await claimsOf('noRole'))['wids']).toEqual([defaultAppRole])
  })
})

describe('the refusals of the token endpoint', () => {
  const good = () => ({ client_id: app.clientId, client_secret: app.clientSecret, scope })

  it('names an unknown tenant', async () => {
    expect(await refusal(good(), 'nobody.example')).toMatchObject({ status: 400, error_codes: [90002] })
  })

  it('names an app that is in another tenant only', async () => {
    const answer = await refusal({ ...good(), client_id: demo.tenants[1]!.apps[0]!.clientId })
    expect(answer).toMatchObject({ status: 400, error: 'unauthorized_client', error_codes: [700016] })
    expect(answer.error_description).toContain("in the directory 'Contoso demo'")
  })

  it('names a wrong secret', async () => {
    expect(await refusal({ ...good(), client_secret: `${app.clientSecret}x` })).toMatchObject({ status: 401, error: 'invalid_client', error_codes: [7000215] })
  })

  it('names an expired secret, but only to who has it', async () => {
    const expired = contoso.apps.find((candidate) => candidate.behaviour === 'expiredSecret')!
    const form = { client_id: expired.clientId, scope }
    expect(await refusal({ ...form, client_secret: expired.clientSecret })).toMatchObject({ status: 401, error_codes: [7000222] })
    expect(await refusal({ ...form, client_secret: 'another' })).toMatchObject({ error_codes: [7000215] })
  })

  it('names a missing secret and an unknown resource', async () => {
    expect(await refusal({ client_id: app.clientId, scope })).toMatchObject({ error_codes: [7000218] })
    expect(await refusal({ ...good(), scope: 'https://unknown.example/.default' })).toMatchObject({ error: 'invalid_resource', error_codes: [500011] })
    expect(await refusal({ ...good(), scope: 'https://unknown.example/Mail.Read' })).toMatchObject({ error: 'invalid_scope' })
  })

  it.each<[FailureCode, string | undefined]>([[53003, 'message_only'], [50105, undefined], [65001, 'consent_required'], [7000229, undefined]])('gives AADSTS%i where the app is set to fail with it', async (code, suberror) => {
    app.failWith = code
    const answer = await refusal(good())
    expect(answer.error_codes).toEqual([code])
    expect(answer.error_description.startsWith(`AADSTS${code}: `)).toBe(true)
    expect(answer.suberror).toBe(suberror)
  })

  it('gives what a test sets in its place, once or until told', async () => {
    demo.answerNext('/oauth2/v2.0/token', { status: 503, body: '<html>' })
    expect((await postToken(demo, contoso.tenantId, good())).status).toBe(503)
    expect((await postToken(demo, contoso.tenantId, good())).status).toBe(200)
    const undo = demo.answerWith(/token$/, { drop: true })
    await expect(postToken(demo, contoso.tenantId, good())).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    undo()
    expect((await postToken(demo, contoso.tenantId, good())).status).toBe(200)
  })

  it('leaves no secret in the log', async () => {
    demo.clearLog()
    await postToken(demo, contoso.tenantId, good())
    expect(JSON.stringify(demo.log)).not.toContain(app.clientSecret)
    expect(demo.log.at(-1)).toMatchObject({ service: 'login', status: 200 })
  })
})

interface KeyPair {
  certificate: X509Certificate
  pem: string
  keyPem: string
}

function makeCertificate(folder: string, name: string): KeyPair {
  const [key, cert] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)]
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, '-days', '3', '-subj', `/CN=${name}`], { stdio: 'ignore' })
  const pem = readFileSync(cert, 'utf8')
  return { certificate: new X509Certificate(pem), pem, keyPem: readFileSync(key, 'utf8') }
}

describe('client assertions', () => {
  let folder: string
  let registered: KeyPair
  let stranger: KeyPair

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'demo-certificates-'))
    registered = makeCertificate(folder, 'registered')
    stranger = makeCertificate(folder, 'stranger')
    app.certificates.push(registered.pem)
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  const thumbprint = (pair: KeyPair, algorithm: 'sha1' | 'sha256') => createHash(algorithm).update(pair.certificate.raw).digest('base64url')
  const now = () => Math.floor(Date.now() / 1000)
  const tokenUrl = (tenant: DemoTenant) => `https://${demoHosts.login}/${tenant.tenantId}/oauth2/v2.0/token`

  interface Choices {
    algorithm?: JwtAlgorithm
    named?: KeyPair
    signedBy?: KeyPair
    header?: Record<string, unknown>
    claims?: Record<string, unknown>
  }

  function assertion(choices: Choices = {}): string {
    const header = { alg: choices.algorithm ?? 'PS256', 'x5t#S256': thumbprint(choices.named ?? registered, 'sha256'), ...choices.header } as const
    const claims = { aud: tokenUrl(contoso), iss: app.clientId, sub: app.clientId, jti: randomUUID(), nbf: now(), exp: now() + 300, ...choices.claims }
    return signJwt(header, claims, createPrivateKey((choices.signedBy ?? registered).keyPem))
  }

  const form = (text: string) => ({
    client_id: app.clientId, scope, client_assertion: text, client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
  })
  const codeOf = async (choices: Choices) => (await refusal(form(assertion(choices)))).error_codes

  it('are taken with PS256 and x5t#S256, and with RS256 and x5t', async () => {
    for (const choices of [{}, { algorithm: 'RS256' as const, header: { 'x5t#S256': undefined, x5t: thumbprint(registered, 'sha1') } }]) {
      const answer = await postToken(demo, contoso.tenantId, form(assertion(choices)))
      expect(answer.status, answer.body).toBe(200)
      expect(parseJwt((JSON.parse(answer.body) as { access_token: string }).access_token)?.claims['appidacr']).toBe('2')
    }
  })

  it('may name the issuer or a domain of the tenant as their audience', async () => {
    for (const aud of [`https://${demoHosts.login}/${contoso.tenantId}/v2.0`, `https://${demoHosts.login}/${contoso.domain}/oauth2/v2.0/token`]) {
      expect((await postToken(demo, contoso.tenantId, form(assertion({ claims: { aud } })))).status).toBe(200)
    }
  })

  it('are refused with AADSTS700027 where the certificate is not registered, or another key signed', async () => {
    expect(await codeOf({ named: stranger, signedBy: stranger })).toEqual([700027])
    expect(await codeOf({ signedBy: stranger })).toEqual([700027])
    expect(await codeOf({ header: { 'x5t#S256': undefined } })).toEqual([700027])
  })

  it('are refused where they are signed by nothing', async () => {
    const [, claims] = assertion().split('.')
    const header = Buffer.from(JSON.stringify({ alg: 'none', 'x5t#S256': thumbprint(registered, 'sha256') })).toString('base64url')
    expect((await refusal(form(`${header}.${claims}.AA`))).error_codes).toEqual([700027])
    expect((await refusal(form('nonsense'))).error_codes).toEqual([50027])
  })

  it('are refused with AADSTS700024 outside their validity, five minutes apart', async () => {
    expect(await codeOf({ claims: { nbf: now() - 1000, exp: now() - 400 } })).toEqual([700024])
    expect(await codeOf({ claims: { nbf: now() + 400, exp: now() + 1000 } })).toEqual([700024])
    demo.setSkew(900)
    expect(await codeOf({})).toEqual([700024])
    demo.setSkew(200)
    expect((await postToken(demo, contoso.tenantId, form(assertion()))).status).toBe(200)
  })

  it('are refused for another audience, another client, or without an id', async () => {
    expect(await codeOf({ claims: { aud: tokenUrl(demo.tenants[1]!) } })).toEqual([700023])
    expect(await codeOf({ claims: { iss: demo.tenants[1]!.apps[0]!.clientId } })).toEqual([700021])
    expect(await codeOf({ claims: { sub: 'someone' } })).toEqual([700021])
    expect(await codeOf({ claims: { jti: undefined } })).toEqual([50027])
  })

  it('get a token through MSAL with a certificate', async () => {
    const client = msal(contoso, { clientCertificate: { thumbprintSha256: thumbprintHex(registered), privateKey: registered.keyPem } })
    const result = await client.acquireTokenByClientCredential({ scopes: [scope] })
    expect(parseJwt(result!.accessToken)?.claims).toMatchObject({ appidacr: '2', tid: contoso.tenantId })
  })

  it('get a token through MSAL with a secret, and Entra\'s error with a wrong one', async () => {
    const result = await msal(contoso, { clientSecret: app.clientSecret }).acquireTokenByClientCredential({ scopes: [scope] })
    expect(parseJwt(result!.accessToken)?.claims).toMatchObject({ appidacr: '1', aud: resource })
    await expect(msal(contoso, { clientSecret: 'wrong' }).acquireTokenByClientCredential({ scopes: [scope] })).rejects.toThrow(/7000215|AADSTS7000215/)
  })

  const thumbprintHex = (pair: KeyPair) => createHash('sha256').update(pair.certificate.raw).digest('hex')

  function msal(tenant: DemoTenant, credential: { clientSecret?: string; clientCertificate?: { thumbprintSha256: string; privateKey: string } }) {
    return new ConfidentialClientApplication({
      auth: { clientId: app.clientId, authority: `https://${demoHosts.login}/${tenant.tenantId}`, knownAuthorities: [demoHosts.login], ...credential },
      system: { networkClient: networkModule() }
    })
  }

  function networkModule(): INetworkModule {
    const send = async <T>(method: 'GET' | 'POST', url: string, options?: NetworkRequestOptions) => {
      const answer = await demo.network({ url, method, headers: options?.headers ?? {}, ...(options?.body ? { body: options.body } : {}) })
      return { status: answer.status, headers: answer.headers, body: JSON.parse(answer.body) as T }
    }
    return {
      sendGetRequestAsync: (url, options) => send('GET', url, options),
      sendPostRequestAsync: (url, options) => send('POST', url, options)
    }
  }
})

describe('a federated credential', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const credential = { issuer: 'https://issuer.example', subject: 'repo:contoso/admin:environment:x', audience: 'api://AzureADTokenExchange', key: publicKey }
  const now = Math.floor(Date.now() / 1000)
  const assertion = (claims: Record<string, unknown> = {}, key = privateKey) =>
    signJwt({ alg: 'RS256' }, { iss: credential.issuer, sub: credential.subject, aud: credential.audience, iat: now, exp: now + 300, ...claims }, key)
  const form = (client_assertion: string) => ({ grant_type: 'client_credentials', client_id: app.clientId, scope, client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion })
  beforeAll(() => void (app.federatedCredentials = [credential]))
  afterAll(() => void (app.federatedCredentials = []))

  it('lets the word of another issuer stand for the app’s own, over the loopback address too', async () => {
    const answer = await postToken(demo, contoso.tenantId, form(assertion()))
    expect(parseJwt((JSON.parse(answer.body) as { access_token: string }).access_token)!.claims).toMatchObject({ appid: app.clientId, tid: contoso.tenantId, appidacr: '2' })
    const over = await fetch(`${demo.pagesUrl}/${contoso.tenantId}/oauth2/v2.0/token`, { method: 'POST', body: new URLSearchParams(form(assertion())) })
    expect(await over.json()).toMatchObject({ token_type: 'Bearer' })
  })

  it.each([
    [{ iss: 'https://other.example' }, 700211],
    [{ sub: 'repo:contoso/admin:environment:y' }, 700213],
    [{ aud: 'api://other' }, 700212],
    [{ exp: now - 600 }, 700024]
  ])('is refused with %o', async (claims, code) => {
    expect(await refusal(form(assertion(claims)))).toMatchObject({ status: 401, error_codes: [code] })
  })

  it('is refused where somebody else signed it', async () => {
    expect(await refusal(form(assertion({}, generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey)))).toMatchObject({ error_codes: [700027] })
  })
})
