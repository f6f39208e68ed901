import { randomBytes, randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { TenantryError } from '../../app/failures.ts'
import { createTokenSource, type AcquireRequest } from '../../app/tokens/acquire.ts'
import { shapedToken, startLogin } from './login.ts'

const neverSigns = async () => {
  throw new Error('nothing is signed here')
}

function start(change: Partial<AcquireRequest> = {}) {
  const login = startLogin()
  const source = createTokenSource({ network: login.network, sign: neverSigns })
  const request: AcquireRequest = {
    cloud: login.cloud,
    tenantId: login.tenant.tenantId,
    clientId: login.app.clientId,
    service: 'exchange',
    credential: { kind: 'secret', secret: login.app.clientSecret },
    ...change
  }
  const fail = (other: Partial<AcquireRequest> = {}) =>
    source.acquire({ ...request, ...other }).then(
      () => expect.unreachable('a token came back'),
      (error: TenantryError) => error
    )
  return { ...login, source, request, fail }
}

const answer = (status: number, body: unknown, headers: Record<string, string> = {}) => () => ({
  status,
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body)
})

describe('acquiring with a client secret', () => {
  it('gets a token whose claims are its own', async () => {
    const { source, request, tenant, requests } = start()
    const token = await source.acquire(request)
    expect(token.claims).toMatchObject({ tid: tenant.tenantId, aud: request.cloud.services.exchange!.resource })
    expect(requests.map(({ method, url }) => `${method} ${url.split('?')[0]}`)).toEqual([
      `POST https://${request.cloud.loginHost}/${tenant.tenantId}/oauth2/v2.0/token`
    ])
  })

  it('serves the same token again, and a new one where a fresh one is asked for', async () => {
    const { source, request, requests } = start()
    const first = await source.acquire(request)
    expect((await source.acquire(request)).accessToken).toBe(first.accessToken)
    expect((await source.acquire({ ...request, fresh: true })).accessToken).not.toBe(first.accessToken)
    expect(requests).toHaveLength(2)
  })

  it('does not serve one secret’s token to another secret', async () => {
    const { source, request, fail } = start()
    await source.acquire(request)
    expect((await fail({ credential: { kind: 'secret', secret: randomBytes(20).toString('hex') } })).code).toBe('secret-wrong')
  })

  it('goes through the cloud’s own network where it has one', async () => {
    const { source, request, network } = start()
    let asked = 0
    const cloud = { ...request.cloud, network: (one: Parameters<typeof network>[0]) => (asked++, network(one)) }
    await source.acquire({ ...request, cloud })
    expect(asked).toBe(1)
  })

  it('is given up when its signal says so', async () => {
    const { fail, answerWith } = start()
    const controller = new AbortController()
    answerWith((request) => {
      controller.abort()
      return new Promise((_, reject) => request.signal!.addEventListener('abort', () => reject(request.signal!.reason)) ?? reject(request.signal!.reason))
    })
    expect((await fail({ signal: controller.signal })).code).toBe('cancelled')
    expect((await fail({ signal: AbortSignal.abort() })).code).toBe('cancelled')
  })
})

describe('what the authority refuses', () => {
  it.each([
    [7000215, 'secret-wrong'],
    [7000222, 'secret-expired'],
    [7000229, 'app-not-in-tenant'],
    [700016, 'app-unknown'],
    [700027, 'certificate-not-registered'],
    [700024, 'assertion-clock'],
    [500011, 'resource-missing'],
    [53003, 'conditional-access'],
    [50105, 'app-not-assigned'],
    [65001, 'no-consent']
  ] as const)('reads AADSTS%i as %s', async (code, expected) => {
    const { app, fail } = start()
    app.failWith = code
    expect((await fail()).code).toBe(expected)
  })

  it('names a tenant that is not there', async () => {
    const { fail } = start({ tenantId: randomUUID() })
    const error = await fail()
    expect(error).toMatchObject({ code: 'unknown-tenant', field: 'domain' })
    expect(error.message).toContain('AADSTS90002')
  })

  it('says a service that the cloud has not', async () => {
    expect((await start().fail({ service: 'compliance' })).code).toBe('service-unavailable-in-cloud')
  })
})

describe('answers that are no answer', () => {
  it.each([
    ['a web page', answer(200, '<!DOCTYPE html><title>Sign in to Wi-Fi</title>'), 'not-json', undefined],
    ['a page that refuses', answer(403, '<html>blocked</html>'), 'not-json', undefined],
    ['a redirect', answer(302, '', { location: 'https://portal.invalid/' }), 'redirected', undefined],
    ['too many requests', answer(429, { error: 'x' }, { 'retry-after': '17' }), 'throttled', 17],
    ['a service that is down', answer(503, 'Service Unavailable', { 'retry-after': '5' }), 'service-down', 5],
    ['a service that is down, in its own words', answer(503, { error: 'temporarily_unavailable', error_description: 'AADSTS90033: A transient error has occurred. Please try again.' }, { 'retry-after': '7' }), 'service-down', 7],
    ['a service that says it is down as a refusal', answer(400, { error: 'server_error', error_description: 'AADSTS90033: A transient error has occurred. Please try again.' }), 'service-down', undefined],
    ['JSON that is no token', answer(200, { hello: 1 }), 'token-malformed', undefined],
    ['a refusal without a code', answer(400, { error: 'odd' }), 'network-failed', undefined]
  ])('%s is told', async (_, instead, code, retryAfter) => {
    const { fail, answerWith } = start()
    answerWith(instead)
    // Each of them passes, so a renewal goes on asking.
    expect(await fail()).toMatchObject({ code, retryAfter, retryable: true })
  })

  it('throttling is forgotten once it is over', async () => {
    const { source, request, fail, answerWith } = start()
    answerWith(answer(429, {}, { 'retry-after': '300' }))
    await fail()
    answerWith(null)
    await expect(source.acquire(request)).resolves.toMatchObject({ claims: { tid: request.tenantId } })
  })

  it('a refused connection and an untrusted certificate name the login host', async () => {
    const { fail, answerWith, cloud } = start()
    const rejecting = (code: string) => () => Promise.reject(new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code }) }))
    answerWith(rejecting('ECONNREFUSED'))
    expect((await fail()).message).toBe(`${cloud.loginHost} refused the connection.`)
    answerWith(rejecting('SELF_SIGNED_CERT_IN_CHAIN'))
    expect((await fail()).code).toBe('tls-untrusted')
  })
})

describe('the token’s own checks', () => {
  const issue = (claims: Record<string, unknown>) => answer(200, { token_type: 'Bearer', expires_in: 3599, access_token: shapedToken(claims) })
  const exp = Math.floor(Date.now() / 1000) + 3600

  it('refuses another tenant’s token and names both', async () => {
    const { fail, answerWith, tenant, other, cloud } = start()
    answerWith(issue({ tid: other.tenantId, aud: cloud.services.exchange!.resource, exp }))
    const error = await fail()
    expect(error.code).toBe('token-wrong-tenant')
    expect(error.message).toContain(tenant.tenantId)
    expect(error.message).toContain(other.tenantId)
  })

  it('refuses a token for another service', async () => {
    const { fail, answerWith, tenant } = start()
    answerWith(issue({ tid: tenant.tenantId, aud: 'https://graph.microsoft.com', exp }))
    expect((await fail()).code).toBe('token-wrong-audience')
  })

  it('says what a token names on one line, without what a terminal would obey', async () => {
    const { fail, answerWith, tenant } = start()
    answerWith(issue({ tid: `x\u001b]0;title\u0007\u001b[2J\r\ny${'z'.repeat(400)}`, aud: 'https://graph.microsoft.com', exp }))
    const { code, message } = await fail()
    expect(code).toBe('token-wrong-tenant')
    expect(message).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/)
    expect(message.length).toBeLessThan(400)
    answerWith(issue({ tid: tenant.tenantId, aud: '\u001b[31mred', exp }))
    expect((await fail({ fresh: true })).message).toContain('is for red, not for')
    answerWith(issue({ tid: tenant.tenantId, aud: ['a', 'b'], exp }))
    expect((await fail({ fresh: true })).message).toContain('nobody that it names')
  })

  it('takes the resource with a slash at its end, or its app id', async () => {
    const { source, request, answerWith, tenant, cloud } = start()
    for (const aud of [`${cloud.services.exchange!.resource}/`, '00000002-0000-0ff1-ce00-000000000000']) {
      answerWith(issue({ tid: tenant.tenantId.toUpperCase(), aud, exp }))
      await expect(source.acquire({ ...request, fresh: true })).resolves.toMatchObject({ claims: { aud, exp } })
    }
  })

  it('refuses one that says no expiry, and garbage', async () => {
    const { fail, answerWith, tenant, cloud } = start()
    answerWith(issue({ tid: tenant.tenantId, aud: cloud.services.exchange!.resource }))
    expect((await fail()).code).toBe('token-malformed')
    answerWith(answer(200, { token_type: 'Bearer', expires_in: 3599, access_token: 'opaque' }))
    expect((await fail()).code).toBe('token-malformed')
  })
})

describe('errors', () => {
  it('never hold the secret, even where the authority sends it back', async () => {
    const secret = `${randomBytes(12).toString('base64url')}~"&${randomBytes(12).toString('base64url')}`
    const { fail, answerWith } = start({ credential: { kind: 'secret', secret } })
    const echoes = [
      answer(401, { error: 'invalid_client', error_description: `AADSTS7000215: ${secret} is wrong` }),
      answer(400, { error: 'odd', error_description: `AADSTS99999: got ${secret} and ${encodeURIComponent(secret)}` }),
      answer(500, secret),
      answer(200, `<html>${secret}</html>`),
      answer(200, { access_token: secret, token_type: secret, expires_in: 1 }),
      () => Promise.reject(new Error(`could not send ${secret}`))
    ]
    for (const echo of echoes) {
      answerWith(echo)
      const error = await fail()
      const said = [JSON.stringify(error.toFailure()), error.stack, String(error.cause)].join('\n')
      for (const form of [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]) expect(said).not.toContain(form)
      expect(error.code).not.toBe('internal')
    }
  })
})
