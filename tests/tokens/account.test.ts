import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Cloud, HttpRequest } from '../../app/adapters.ts'
import { exchangePublicClientId } from '../../app/contract.ts'
import type { AccountCredential } from '../../app/credentials/credential.ts'
import { demoCloud } from '../../app/demo/examples.ts'
import { startDemo, type Demo } from '../../app/demo/service.ts'
import { signInAccount, type AccountSignInRequest } from '../../app/tokens/account-sign-in.ts'
import { createTokenSource, type AcquireRequest } from '../../app/tokens/acquire.ts'
import { accountOf, Person } from './person.ts'

let demo: Demo
let cloud: Cloud
const requests: HttpRequest[] = []
const network = async (request: HttpRequest) => {
  requests.push(request)
  return demo.network(request)
}
const forms = () => requests.filter(({ method }) => method === 'POST').map(({ body }) => new URLSearchParams(body))

beforeAll(async () => {
  demo = await startDemo()
  cloud = { ...demoCloud(demo, ''), network }
})
afterAll(() => demo.dispose())

function signIn(who: string, change: Partial<AccountSignInRequest> = {}): Promise<AccountCredential> {
  const person = new Person(who && accountOf(demo, who).upn)
  return signInAccount({
    cloud,
    tenantId: demo.tenants[0]!.tenantId,
    clientId: exchangePublicClientId,
    how: 'browser',
    network,
    signal: new AbortController().signal,
    onWaiting: ({ page, code }) => void (code === null ? person.signInAt(page) : person.typeCode(page, code)),
    ...change
  })
}

const source = createTokenSource({ network, sign: () => Promise.reject(new Error('nothing to sign')) })
function acquire(credential: AccountCredential, change: Partial<AcquireRequest> = {}) {
  return source.acquire({ cloud, tenantId: demo.tenants[0]!.tenantId, clientId: credential.clientId, service: 'exchange', credential, fresh: true, ...change })
}

describe('signing in with the browser', () => {
  it('brings an account, and a refresh token that stays here', async () => {
    const credential = await signIn('Exchange admin')
    const { upn, homeTenantId } = accountOf(demo, 'Exchange admin')
    expect(credential).toMatchObject({ username: upn, name: 'Exchange admin', homeTenantId, clientId: exchangePublicClientId })
    const cache = JSON.parse(credential.cache) as Record<string, object>
    expect(Object.keys(cache.RefreshToken!)).toHaveLength(1)
    expect(cache.AccessToken).toEqual({})
  })

  it('sends no verifier to the page, and the verifier to the token endpoint', async () => {
    requests.length = 0
    let page = ''
    await signIn('Exchange admin', { onWaiting: (waiting) => void (page = waiting.page, new Person(accountOf(demo, 'Exchange admin').upn).signInAt(page)) })
    const verifier = forms().find((form) => form.get('grant_type') === 'authorization_code')!.get('code_verifier')!
    expect(page).not.toContain(verifier)
    expect(new URL(page).searchParams.get('code_challenge_method')).toBe('S256')
    expect(new URL(page).searchParams.get('redirect_uri')).toMatch(/^http:\/\/localhost:\d+$/)
  })

  it('is refused by the authority where the verifier is another one', async () => {
    const meddling: Cloud = { ...cloud, network: (request) => network({ ...request, ...(request.body === undefined ? {} : { body: request.body.replace(/code_verifier=[^&]+/, `code_verifier=${'x'.repeat(43)}`) }) }) }
    await expect(signIn('Exchange admin', { cloud: meddling })).rejects.toMatchObject({ code: 'token-refused', message: expect.stringContaining('501481') as string })
  })

  it('takes no answer with another state, and goes on to wait for its own', async () => {
    const person = new Person(accountOf(demo, 'Exchange admin').upn)
    const statuses: number[] = []
    const credential = await signIn('', {
      onWaiting: async ({ page }) => {
        const forged = await person.signInAt(page, (form) => form.set('state', 'another'))
        statuses.push(forged.status, (await fetch(forged.back)).status)
        void person.signInAt(page)
      }
    })
    expect(statuses).toEqual([400, 400])
    expect(credential.name).toBe('Exchange admin')
  })

  it.each([
    ['', 'account-declined'],
    ['Needs MFA', 'account-mfa'],
    ['Not assigned', 'account-not-assigned'],
    ['Blocked by policy', 'account-conditional-access'],
    ['No consent', 'account-no-consent']
  ])('says why “%s” does not come in: %s', async (who, code) => {
    await expect(signIn(who)).rejects.toMatchObject({ code, action: 'sign-in' })
  })

  it('ends at its cancel, and its address and what knocked there with it', async () => {
    const abort = new AbortController()
    let page = ''
    let halfOpen!: Socket
    const signingIn = signIn('', {
      signal: abort.signal,
      onWaiting: async (waiting) => {
        page = waiting.page
        halfOpen = connect(Number(new URL(new URL(page).searchParams.get('redirect_uri')!).port), '127.0.0.1')
        await once(halfOpen, 'connect')
        halfOpen.write('POST / HTTP/1.1\r\nHost: local')
        // The listener has the connection when it answers another one.
        await fetch(new URL(page).searchParams.get('redirect_uri')!.replace('localhost', '127.0.0.1'))
        abort.abort()
      }
    })
    const closed = expect.poll(() => halfOpen?.closed, { timeout: 20_000 }).toBe(true)
    await expect(signingIn).rejects.toMatchObject({ code: 'cancelled' })
    await closed
    await expect(fetch(new URL(page).searchParams.get('redirect_uri')!.replace('localhost', '127.0.0.1'))).rejects.toThrow()
  })

  it('gives up after its time', async () => {
    await expect(signIn('', { limitMs: 50, onWaiting: () => {} })).rejects.toMatchObject({ code: 'account-timeout' })
  })

  it('listens on loopback alone', async () => {
    const page = await new Promise<string>((resolve) => void signIn('', { limitMs: 2_000, onWaiting: (waiting) => resolve(waiting.page) }).catch(() => {}))
    const port = Number(new URL(new URL(page).searchParams.get('redirect_uri')!).port)
    const isFreeElsewhere = await new Promise((resolve) => {
      const other = createServer().once('error', () => resolve(false)).listen(port, '127.0.0.2', () => other.close(() => resolve(true)))
    })
    expect(isFreeElsewhere).toBe(true)
  })

  it('opens no page but https and the cloud’s own', async () => {
    const { browserUrl: _, ...elsewhere } = cloud
    await expect(signIn('', { how: 'device', cloud: elsewhere })).rejects.toMatchObject({ code: 'account-page-refused' })
  })
})

describe('signing in with a device code', () => {
  it('shows a code, waits while nobody types it, and brings the account', async () => {
    requests.length = 0
    let shown: { page: string; code: string | null } | null = null
    const signingIn = signIn('', { how: 'device', onWaiting: (waiting) => void (shown = waiting) })
    await expect.poll(() => forms().filter((form) => form.has('device_code')).length).toBeGreaterThan(0)
    const { page, code } = shown!
    expect(code).toMatch(/^[A-Z2-9]{9}$/)
    await new Person(accountOf(demo, 'Global reader').upn).typeCode(page, code!)
    expect(await signingIn).toMatchObject({ name: 'Global reader' })
    expect(page).not.toContain(forms().at(-1)!.get('device_code')!)
  })

  it('polls more slowly where it is told to, and does not end', async () => {
    let polls = 0
    const slow: Cloud = {
      ...cloud,
      network: async (request) => {
        const isPoll = request.body?.includes('device_code=') ?? false
        if (isPoll && ++polls === 1) return { status: 400, headers: {}, body: JSON.stringify({ error: 'slow_down', error_description: 'AADSTS70016: slow down' }) }
        return network(request)
      }
    }
    const abort = new AbortController()
    const signingIn = signIn('', { how: 'device', cloud: slow, signal: abort.signal, onWaiting: () => {} })
    await expect.poll(() => polls).toBe(1)
    // One second is the pace; what is asked for on top of it is not over by then.
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    expect(polls).toBe(1)
    abort.abort()
    await expect(signingIn).rejects.toMatchObject({ code: 'cancelled' })
  })

  it.each([
    ['expired_token', 'AADSTS70020: The code has expired.', 'device-code-expired'],
    ['authorization_declined', 'AADSTS65004: Declined.', 'account-declined'],
    ['invalid_grant', 'AADSTS53003: Blocked.', 'account-conditional-access']
  ])('says what %s means', async (error, description, code) => {
    const refusing: Cloud = {
      ...cloud,
      network: async (request) => (request.body?.includes('device_code=') ? { status: 400, headers: {}, body: JSON.stringify({ error, error_description: description }) } : network(request))
    }
    await expect(signIn('', { how: 'device', cloud: refusing, onWaiting: () => {} })).rejects.toMatchObject({ code })
  })
})

describe('a token of an account', () => {
  it('is a delegated one for the tenant, by a refresh token that is replaced each time', async () => {
    const credential = await signIn('Exchange admin')
    let next = credential
    const first = await acquire(credential, { onRotated: async (rotated) => void (next = rotated) })
    expect(first.claims).toMatchObject({ upn: credential.username, tid: demo.tenants[0]!.tenantId, scp: expect.stringContaining('AdminApi.AccessAsUser.All') as string })
    expect(first.claims.roles).toBeUndefined()
    expect(first.account).toEqual({ username: credential.username, homeTenantId: credential.homeTenantId })
    const second = await acquire(next)
    expect(second.claims.uti).not.toBe(first.claims.uti)
    // The demo takes a refresh token once only.
    await expect(acquire(credential)).rejects.toMatchObject({ code: 'account-expired' })
  })

  it('of a partner is the customer’s, and says where the account lives', async () => {
    const partner = await signIn('Partner admin')
    const token = await acquire(partner)
    expect(token.claims.tid).toBe(demo.tenants[0]!.tenantId)
    expect(token.account!.homeTenantId).toBe(demo.tenants[1]!.tenantId)
  })

  it('is refused in a tenant that does not know the account', async () => {
    const credential = await signIn('Exchange admin')
    await expect(acquire(credential, { tenantId: demo.tenants[1]!.tenantId })).rejects.toMatchObject({ code: 'account-unknown' })
  })

  it('is not asked for with another client than the account signed in with', async () => {
    const credential = await signIn('Exchange admin')
    requests.length = 0
    await expect(acquire(credential, { clientId: demo.tenants[0]!.apps[0]!.clientId })).rejects.toMatchObject({ code: 'account-of-another-sign-in' })
    expect(requests).toEqual([])
  })

  it.each([
    [50173, 'account-withdrawn'],
    [700082, 'account-expired'],
    [50076, 'account-mfa'],
    [50079, 'account-mfa'],
    [50158, 'account-external-check'],
    [500121, 'account-mfa-failed'],
    [53003, 'account-conditional-access'],
    [65001, 'account-no-consent'],
    [50105, 'account-not-assigned'],
    [50034, 'account-unknown'],
    [50126, 'account-wrong-password'],
    [50057, 'account-disabled'],
    [500133, 'account-clock']
  ])('that is refused with AADSTS%i says so as %s, and offers to sign in again', async (aadsts, code) => {
    const credential = await signIn('Exchange admin')
    const account = accountOf(demo, 'Exchange admin')
    account.refuseRefresh = aadsts
    try {
      const error = await acquire(credential).catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ code, action: 'sign-in', retryable: false })
      expect((error as Error).message).toContain(`AADSTS${aadsts}`)
    } finally {
      account.refuseRefresh = null
    }
  })

  it('that is refused by an endpoint that echoes has no refresh token in its sentence', async () => {
    const credential = await signIn('Exchange admin')
    const echoing: Cloud = {
      ...cloud,
      network: async (request) => ({ status: 400, headers: {}, body: JSON.stringify({ error: 'invalid_grant', error_description: `AADSTS99999: odd ${new URLSearchParams(request.body).get('refresh_token')}` }) })
    }
    const error = await acquire(credential, { cloud: echoing }).catch((thrown: unknown) => thrown as Error)
    const secret = /"secret":"([^"]+)"/.exec(credential.cache)![1]!
    expect((error as Error).message).toContain('AADSTS99999')
    expect((error as Error).message).not.toContain(secret.slice(0, 30))
  })
})
