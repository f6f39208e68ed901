import { randomBytes, X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TenantryError } from '../../app/failures.ts'
import { createTokenSource, type AcquireRequest } from '../../app/tokens/acquire.ts'
import type { SignAssertion } from '../../app/tokens/assertion.ts'
import { CertificateHome } from '../credentials/certificate-home.ts'
import { describeOnMainEngine } from '../engines.ts'
import { makePfx, type MadePfx } from '../credentials/make-pfx.ts'
import { startLogin } from './login.ts'

/*
 * The demo's login authority verifies each assertion: signature, thumbprint, audience, times.
 */

const neverSigns: SignAssertion = async () => expect.unreachable('nothing is signed here')
const rejected = (work: Promise<unknown>) => work.then(() => expect.unreachable('a token came back'), (error: TenantryError) => error)

function start(credential: AcquireRequest['credential'], sign: SignAssertion) {
  const login = startLogin()
  const source = createTokenSource({ network: login.network, sign })
  const request: AcquireRequest = { cloud: login.cloud, tenantId: login.tenant.tenantId, clientId: login.app.clientId, service: 'exchange', credential }
  return { ...login, source, request }
}

const assertionOf = (body: string | undefined) => {
  const [header, claims] = new URLSearchParams(body).get('client_assertion')!.split('.').map((part) => Buffer.from(part, 'base64url').toString())
  return { header: JSON.parse(header!) as Record<string, unknown>, claims: claims!.startsWith('{') ? (JSON.parse(claims!) as Record<string, unknown>) : {} }
}

describe('acquiring with a PFX file', () => {
  const password = `${randomBytes(12).toString('base64url')} ü`
  let made: MadePfx
  beforeAll(() => void (made = makePfx({ password, encryption: 'legacy' })))
  const pfx = () => ({ kind: 'pfx' as const, pfxBase64: made.bytes.toString('base64'), password })

  it('signs PS256 with x5t#S256, and the authority finds it good', async () => {
    const { source, request, app, requests } = start(pfx(), neverSigns)
    app.certificates.push(made.certificatePem)
    const token = await source.acquire(request)
    expect(token.claims).toMatchObject({ tid: request.tenantId, appidacr: '2' })
    const { header } = assertionOf(requests[0]!.body)
    const thumbprint = Buffer.from(new X509Certificate(made.certificatePem).fingerprint256.replaceAll(':', ''), 'hex').toString('base64url')
    expect(header).toMatchObject({ alg: 'PS256', 'x5t#S256': thumbprint })
  })

  it('is told that the certificate is not registered on the app', async () => {
    const { source, request } = start(pfx(), neverSigns)
    expect((await rejected(source.acquire(request))).code).toBe('certificate-not-registered')
  })

  it('says what is wrong with the file, and asks nobody', async () => {
    const { source, request, requests } = start({ ...pfx(), password: 'wrong' }, neverSigns)
    expect((await rejected(source.acquire(request))).code).toBe('pfx-wrong-password')
    expect(requests).toEqual([])
  })

  it('never lets password or key into an error', async () => {
    const { source, request, answerWith } = start(pfx(), neverSigns)
    const canaries = [password, encodeURIComponent(password), made.bytes.toString('base64').slice(200, 260), made.privateKeyPem.split('\n')[5]!]
    const errors = [await rejected(source.acquire({ ...request, credential: { ...pfx(), password: `${password}x` } }))]
    answerWith(({ body }) => ({ status: 401, headers: {}, body: JSON.stringify({ error: 'x', error_description: `AADSTS1: ${body} ${password} ${made.privateKeyPem}` }) }))
    errors.push(await rejected(source.acquire(request)))
    const assertion = errors.map((error) => JSON.stringify(error.toFailure()) + error.stack + String(error.cause)).join('\n')
    for (const canary of canaries) expect(assertion).not.toContain(canary)
    expect(assertion).not.toMatch(/eyJ/)
  })
})

describeOnMainEngine('acquiring with a certificate of the store', ({ path }) => {
  let home: CertificateHome
  let made: MadePfx & { thumbprint: string }
  beforeAll(() => {
    home = new CertificateHome(path)
    made = home.import({ good: {} }).good!
  })
  afterAll(() => home.remove())
  const stored = () => ({ kind: 'store' as const, thumbprint: made.thumbprint })

  it('signs where the key lies, for this app and this token endpoint, and the authority finds it good', async () => {
    const { source, request, app, requests } = start(stored(), home.signer().sign)
    app.certificates.push(made.certificatePem)
    const token = await source.acquire(request)
    expect(token.claims).toMatchObject({ tid: request.tenantId, appidacr: '2' })
    const { header, claims } = assertionOf(requests[0]!.body)
    expect(header).toMatchObject({ alg: 'PS256' })
    expect(claims).toMatchObject({
      iss: request.clientId, sub: request.clientId, aud: `https://${request.cloud.loginHost}/${request.tenantId}/oauth2/v2.0/token`, jti: expect.any(String) as string
    })
    expect((claims.exp as number) - (claims.nbf as number)).toBe(600)
  })

  it('a fresh token takes a new assertion', async () => {
    const { source, request, app, requests } = start(stored(), home.signer().sign)
    app.certificates.push(made.certificatePem)
    await source.acquire(request)
    await source.acquire({ ...request, fresh: true })
    expect(assertionOf(requests[0]!.body).claims.jti).not.toBe(assertionOf(requests[1]!.body).claims.jti)
  })

  it('is accepted as RS256 with x5t where the key refuses PSS', async () => {
    const signer = home.signer({ change: (script) => script.replace('$padding::Pss', '$null') })
    const { source, request, app, requests } = start(stored(), signer.sign)
    app.certificates.push(made.certificatePem)
    await source.acquire(request)
    expect(assertionOf(requests[0]!.body).header).toMatchObject({ alg: 'RS256', x5t: expect.any(String) as string })
  })

  it('says what the sign-in waits for', async () => {
    const signer = home.signer({ waitingAfterMs: 50, change: (script) => script.replace('$signature = $key.SignData', 'Start-Sleep -Milliseconds 500; $signature = $key.SignData') })
    const { source, request, app } = start(stored(), signer.sign)
    app.certificates.push(made.certificatePem)
    const said: string[] = []
    await source.acquire({ ...request, onWaiting: (detail) => said.push(detail) })
    expect(said).toEqual([expect.stringContaining('Waiting for')])
  })

  it('says what is wrong with the certificate, and what the authority thinks of it', async () => {
    const { source, request } = start(stored(), home.signer().sign)
    expect((await rejected(source.acquire(request))).code).toBe('certificate-not-registered')
    expect((await rejected(source.acquire({ ...request, credential: { kind: 'store', thumbprint: '0'.repeat(40) } }))).code).toBe('certificate-not-found')
  })

  it('stops waiting for the signature where the session is given up', async () => {
    const controller = new AbortController()
    const signer = home.signer({ waitingAfterMs: 20, change: (script) => script.replace('$signature = $key.SignData', 'Start-Sleep -Seconds 60; $signature = $key.SignData') })
    const { source, request } = start(stored(), signer.sign)
    expect((await rejected(source.acquire({ ...request, signal: controller.signal, onWaiting: () => controller.abort() }))).code).toBe('cancelled')
    await signer.dispose()
  })
})
