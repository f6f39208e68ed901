import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { failure, type TenantryError } from '../../app/failures.ts'
import { createTokenSource, type Token } from '../../app/tokens/acquire.ts'
import { TokenBroker, type AcquireOptions, type BrokerOptions, type TokenSubject } from '../../app/tokens/broker.ts'
import { startLogin } from './login.ts'

const minute = 60_000

let brokers: TokenBroker[] = []
beforeEach(() => vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now: Date.now() }))
afterEach(() => {
  for (const broker of brokers) broker.clear()
  brokers = []
  vi.useRealTimers()
})

function start(acquire: BrokerOptions['acquire'], random = 0.5): TokenBroker {
  const broker = new TokenBroker({ acquire, now: Date.now, random: () => random })
  brokers.push(broker)
  return broker
}

const subjectOf = (profileId: string): TokenSubject => ({
  profileId, tenantId: 't', signInId: 's', clientId: 'c',
  cloud: { id: 'worldwide', label: 'a cloud', loginHost: 'login.example', services: { exchange: null, compliance: null, graph: null }, connectParameters: { exchange: {}, compliance: {}, graph: {} } }
})
const [p, q] = [subjectOf('p'), subjectOf('q')]

let made = 0
const aToken = (lifeMs: number, claims: Record<string, unknown> = {}): Token => ({
  accessToken: `token ${++made}`, acquiredAt: Date.now(), lifeMs, skewMs: 0, claims: { tid: 't', uti: `u${made}`, exp: Date.now() + lifeMs, ...claims }
})

/** A listener that keeps what it hears. */
function recorder() {
  const renewed: Array<{ token: Token; at: number }> = []
  const failed: Array<{ code: string; retryAt: number | null; at: number }> = []
  return {
    renewed,
    failed,
    onRenewed: (token: Token) => void renewed.push({ token, at: Date.now() }),
    onFailed: (error: TenantryError, retryAt: number | null) => void failed.push({ code: error.code, retryAt, at: Date.now() })
  }
}

describe('a token', () => {
  it('is asked for once however many want it at the same time, and kept until it is due', async () => {
    const acquire = vi.fn(async () => aToken(75 * minute))
    const broker = start(acquire)
    const tokens = await Promise.all([1, 2, 3].map(() => broker.get(p, 'exchange')))
    expect(new Set(tokens).size).toBe(1)
    expect(await broker.get(p, 'exchange')).toBe(tokens[0])
    expect(acquire).toHaveBeenCalledTimes(1)
    expect(broker.current(p, 'exchange')).toBe(tokens[0])
  })

  it('fetched ahead is the one that a session takes, asked for without asking anybody', async () => {
    const acquire = vi.fn(async (_subject: TokenSubject, _service: string, { purpose }: AcquireOptions) => aToken(purpose === 'renew' ? 75 * minute : 1))
    const broker = start(acquire)
    void broker.fetchAhead(p, 'exchange')
    const token = await broker.get(p, 'exchange')
    const stop = broker.listen(p, 'exchange', recorder())
    await vi.advanceTimersByTimeAsync(2 * minute)
    expect(broker.current(p, 'exchange')).toBe(token)
    await broker.fetchAhead(p, 'exchange')
    expect(acquire).toHaveBeenCalledTimes(1)
    stop()
  })

  it('fetched ahead is dropped after a minute where nobody takes it, and is none behind a lock', async () => {
    const broker = start(async () => aToken(75 * minute))
    await broker.fetchAhead(p, 'exchange')
    expect(broker.current(p, 'exchange')).not.toBeNull()
    await vi.advanceTimersByTimeAsync(minute)
    expect(broker.current(p, 'exchange')).toBeNull()
    broker.keepNone()
    await broker.fetchAhead(p, 'exchange')
    expect(broker.current(p, 'exchange')).toBeNull()
  })

  it('that is refused ahead is not asked for ahead again, and whoever wants it may ask the person', async () => {
    const purposes: string[] = []
    const broker = start(async (_subject, _service, { purpose }) => {
      purposes.push(purpose)
      if (purpose === 'renew') throw failure('needs-credential', { signIn: 'x' })
      return aToken(75 * minute)
    })
    const ahead = broker.fetchAhead(p, 'exchange')
    await expect(broker.get(p, 'exchange')).resolves.toMatchObject({ lifeMs: 75 * minute })
    await ahead
    expect(purposes).toEqual(['renew', 'connect'])
    await broker.fetchAhead(q, 'exchange')
    await broker.fetchAhead(q, 'exchange')
    expect(purposes).toEqual(['renew', 'connect', 'renew'])
    broker.retry('s')
    await broker.fetchAhead(q, 'exchange')
    expect(purposes).toEqual(['renew', 'connect', 'renew', 'renew'])
  })

  it('is one per profile and service', async () => {
    const acquire = vi.fn(async () => aToken(75 * minute))
    const broker = start(acquire)
    const tokens = await Promise.all([broker.get(p, 'exchange'), broker.get(p, 'compliance'), broker.get(q, 'exchange')])
    expect(new Set(tokens).size).toBe(3)
  })

  it('is a new one where a fresh one is asked for, or the old one is due', async () => {
    const broker = start(async () => aToken(60 * minute))
    const first = await broker.get(p, 'exchange')
    const second = await broker.get(p, 'exchange', { fresh: true })
    expect(second).not.toBe(first)
    vi.setSystemTime(Date.now() + 46 * minute)
    expect(await broker.get(p, 'exchange')).not.toBe(second)
  })

  it('that is to be fresh and comes with the id of the last one is none, also where nobody listened meanwhile; the same end alone is no sign', async () => {
    let claims: Record<string, unknown> = { uti: 'first', exp: 1 }
    const broker = start(async () => aToken(60 * minute, claims))
    const leave = broker.listen(p, 'exchange', recorder())
    const first = await broker.get(p, 'exchange')
    await expect(broker.get(p, 'exchange', { fresh: true })).rejects.toMatchObject({ code: 'token-not-renewed' })
    expect(broker.current(p, 'exchange')).toBe(first)
    leave()
    await expect(broker.get(p, 'exchange', { fresh: true })).rejects.toMatchObject({ code: 'token-not-renewed' })
    await expect(broker.get(p, 'exchange')).resolves.toMatchObject({ claims })
    claims = { uti: 'second', exp: 1 }
    await expect(broker.get(p, 'exchange', { fresh: true })).resolves.toMatchObject({ claims })
  })

  it('tells everybody who waits what it waits for', async () => {
    const broker = start(async (_p, _s, { onWaiting }: AcquireOptions) => {
      await Promise.resolve()
      onWaiting('a dialog is open')
      return aToken(minute)
    })
    const said: string[] = []
    await Promise.all(['a', 'b'].map((who) => broker.get(p, 'exchange', { onWaiting: (detail) => said.push(`${who}: ${detail}`) })))
    expect(said).toEqual(['a: a dialog is open', 'b: a dialog is open'])
  })

  it('is still waited for by others where one gives up, and asked for no longer where all did', async () => {
    let signal!: AbortSignal
    const broker = start((_p, _s, options) => new Promise(() => (signal = options.signal)))
    const [one, two] = [new AbortController(), new AbortController()]
    const waiting = [one, two].map(({ signal }) => broker.get(p, 'exchange', { signal }).catch((error: TenantryError) => error.code))
    one.abort()
    expect(await waiting[0]).toBe('cancelled')
    expect(signal.aborted).toBe(false)
    two.abort()
    expect(await waiting[1]).toBe('cancelled')
    expect(signal.aborted).toBe(true)
  })

  it('is renewed for whoever listens now, though one that listened before leaves a second time', async () => {
    const broker = start(async () => aToken(75 * minute))
    const stop = broker.listen(p, 'exchange', recorder())
    await broker.get(p, 'exchange')
    stop()
    const heard = recorder()
    broker.listen(p, 'exchange', heard)
    const token = await broker.get(p, 'exchange')
    stop()
    expect(broker.current(p, 'exchange')).toBe(token)
    broker.renew(p, 'exchange')
    await vi.advanceTimersByTimeAsync(minute)
    expect(heard.renewed).toHaveLength(1)
  })

  it('is forgotten with its last listener', async () => {
    const idle: string[] = []
    const broker = new TokenBroker({ acquire: async () => aToken(minute), now: Date.now, onIdle: ({ profileId }) => void idle.push(profileId) })
    const stops = [broker.listen(p, 'exchange', recorder()), broker.listen(p, 'exchange', recorder())]
    await broker.get(p, 'exchange')
    stops[0]!()
    expect(broker.current(p, 'exchange')).not.toBeNull()
    stops[1]!()
    expect(broker.current(p, 'exchange')).toBeNull()
    expect(idle).toEqual(['p'])
  })

  it('is idle only where no other service of the subject is listened to: both are asked for with one credential', () => {
    const idle: string[] = []
    const broker = new TokenBroker({ acquire: async () => aToken(minute), now: Date.now, onIdle: ({ profileId }) => void idle.push(profileId) })
    const [stopExchange, stopCompliance] = [broker.listen(p, 'exchange', recorder()), broker.listen(p, 'compliance', recorder())]
    stopCompliance!()
    expect(idle).toEqual([])
    stopExchange!()
    expect(idle).toEqual(['p'])
  })

  it.each([
    ['tenant', { tenantId: 'another' }],
    ['client id', { clientId: 'another' }],
    ['sign-in', { signInId: 'another' }],
    ['cloud', { cloud: { ...p.cloud, id: 'dod' as const } }],
    ['resource', { cloud: { ...p.cloud, services: { exchange: { resource: 'https://b.example', url: 'https://b.example' }, compliance: null, graph: null } } }]
  ])('is another one where the profile’s %s was changed meanwhile', async (_, change) => {
    const broker = start(async () => aToken(minute))
    const first = await broker.get(p, 'exchange')
    expect(await broker.get({ ...p, ...change }, 'exchange')).not.toBe(first)
    expect(broker.current(p, 'exchange')).toBe(first)
  })
})

describe('renewing', () => {
  it.each([[20_000], [90 * minute]])('happens at 75 %% of a life of %i ms, as long as somebody listens', async (lifeMs) => {
    const broker = start(async () => aToken(lifeMs))
    const begun = Date.now()
    await broker.get(p, 'exchange')
    const heard = recorder()
    const stop = broker.listen(p, 'exchange', heard)
    await vi.advanceTimersByTimeAsync(lifeMs * 3)
    expect(heard.renewed.map(({ at }) => Math.round(((at - begun) / lifeMs) * 100) / 100)).toEqual([0.75, 1.5, 2.25, 3])
    stop()
    await vi.advanceTimersByTimeAsync(lifeMs * 2)
    expect(heard.renewed).toHaveLength(4)
    expect(vi.getTimerCount()).toBe(0)
  })

  it.each([[0, 0.7125], [1, 0.7875]])('is spread around that point (%i)', async (random, part) => {
    const broker = start(async () => aToken(10_000), random)
    const begun = Date.now()
    await broker.get(p, 'exchange')
    const heard = recorder()
    broker.listen(p, 'exchange', heard)
    await vi.advanceTimersByTimeAsync(9_000)
    expect((heard.renewed[0]!.at - begun) / 10_000).toBeCloseTo(part, 3)
  })

  it('tells every session of the profile', async () => {
    const broker = start(async () => aToken(minute))
    await broker.get(p, 'exchange')
    const heard = [recorder(), recorder()]
    for (const listener of heard) broker.listen(p, 'exchange', listener)
    await vi.advanceTimersByTimeAsync(50_000)
    expect(heard[0]!.renewed[0]!.token).toBe(heard[1]!.renewed[0]!.token)
  })

  it('happens at once after sleep, and within seconds even where nobody says that the machine woke', async () => {
    const broker = start(async () => aToken(60 * minute))
    await broker.get(p, 'exchange')
    const heard = recorder()
    broker.listen(p, 'exchange', heard)
    vi.setSystemTime(Date.now() + 3 * 60 * minute)
    broker.wake()
    await vi.advanceTimersByTimeAsync(0)
    expect(heard.renewed).toHaveLength(1)
    vi.setSystemTime(Date.now() + 3 * 60 * minute)
    await vi.advanceTimersByTimeAsync(15_000)
    expect(heard.renewed).toHaveLength(2)
  })

  it('happens at once where a session asks for it', async () => {
    const broker = start(async () => aToken(60 * minute))
    await broker.get(p, 'exchange')
    const heard = recorder()
    broker.listen(p, 'exchange', heard)
    await vi.advanceTimersByTimeAsync(1_000)
    broker.renew(p, 'exchange')
    await vi.advanceTimersByTimeAsync(0)
    expect(heard.renewed).toHaveLength(1)
  })

  it.each([
    ['the same uti', (first: Token) => ({ ...aToken(60 * minute), claims: { ...first.claims, exp: 1 } })],
    ['the same exp', (first: Token) => aToken(60 * minute, { exp: first.claims.exp })]
  ])('has failed where the new token has %s', async (_, second) => {
    const answers: Array<(first: Token) => Token> = [second, () => aToken(60 * minute)]
    let first: Token | null = null
    const broker = start(async () => (first ? answers.shift()!(first) : (first = aToken(60 * minute))))
    await broker.get(p, 'exchange')
    const heard = recorder()
    broker.listen(p, 'exchange', heard)
    broker.renew(p, 'exchange')
    await vi.advanceTimersByTimeAsync(0)
    expect(heard.failed.map(({ code }) => code)).toEqual(['token-not-renewed'])
    expect(broker.current(p, 'exchange')).toBe(first)
    await vi.advanceTimersByTimeAsync(minute)
    expect(heard.renewed).toHaveLength(1)
  })

  it('is tried again with pauses that double, up to a limit, while the authority is away', async () => {
    let isAway = false
    const broker = start(async () => {
      if (isAway) throw failure('timed-out', { host: 'login.example' })
      return aToken(60 * minute)
    })
    await broker.get(p, 'exchange')
    const heard = recorder()
    broker.listen(p, 'exchange', heard)
    isAway = true
    await vi.advanceTimersByTimeAsync(60 * minute)
    const pauses = heard.failed.map(({ at, retryAt }) => (retryAt! - at) / 1000)
    expect(pauses.slice(0, 5)).toEqual([15, 30, 60, 120, 120])
    isAway = false
    await vi.advanceTimersByTimeAsync(2 * minute)
    expect(heard.renewed).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(46 * minute)
    expect(heard.renewed).toHaveLength(2)
  })

  it('waits as long as Retry-After says', async () => {
    let asked = 0
    const broker = start(async () => {
      if (++asked === 2) throw failure('throttled', { host: 'login.example', wait: '' }, { retryAfter: 300 })
      return aToken(60 * minute)
    })
    await broker.get(p, 'exchange')
    const heard = recorder()
    broker.listen(p, 'exchange', heard)
    broker.renew(p, 'exchange')
    await vi.advanceTimersByTimeAsync(299_000)
    expect(heard.renewed).toHaveLength(0)
    await vi.advanceTimersByTimeAsync(2_000)
    expect(heard.renewed).toHaveLength(1)
  })

  it('is never tried again on a wrong credential', async () => {
    let asked = 0
    const broker = start(async () => {
      if (++asked > 1) throw failure('secret-expired')
      return aToken(60 * minute)
    })
    await broker.get(p, 'exchange')
    const heard = recorder()
    broker.listen(p, 'exchange', heard)
    await vi.advanceTimersByTimeAsync(10 * 60 * minute)
    expect(heard.failed.map(({ code, retryAt }) => ({ code, retryAt }))).toEqual([{ code: 'secret-expired', retryAt: null }])
    expect(asked).toBe(2)
  })

  it('asks nobody again after that, however often a session wants a token or a lock ends, and repeats what it said', async () => {
    let isRight = true
    const acquire = vi.fn(async () => {
      if (!isRight) throw failure('secret-expired')
      return aToken(60 * minute)
    })
    const broker = start(acquire)
    const first = await broker.get(p, 'exchange')
    const heard = recorder()
    broker.listen(p, 'exchange', heard)
    isRight = false
    await vi.advanceTimersByTimeAsync(50 * minute)
    expect(acquire).toHaveBeenCalledTimes(2)
    // Another session may still have what is left of the old one.
    expect(await broker.get(p, 'exchange')).toBe(first)
    broker.renew(p, 'exchange')
    broker.wake()
    broker.keepNone()
    broker.keepAgain()
    await vi.advanceTimersByTimeAsync(60 * minute)
    broker.renew(p, 'exchange')
    await vi.advanceTimersByTimeAsync(minute)
    expect(acquire).toHaveBeenCalledTimes(2)
    expect(heard.failed.map(({ code, retryAt }) => ({ code, retryAt }))).toEqual(Array(4).fill({ code: 'secret-expired', retryAt: null }))
    isRight = true
    await broker.get(p, 'exchange', { fresh: true })
    expect(heard.renewed).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(46 * minute)
    expect(heard.renewed).toHaveLength(2)
  })

  it('does not hand out a token that is over where it stopped', async () => {
    let isRight = true
    const broker = start(async () => {
      if (!isRight) throw failure('secret-expired')
      return aToken(60 * minute)
    })
    await broker.get(p, 'exchange')
    broker.listen(p, 'exchange', recorder())
    isRight = false
    await vi.advanceTimersByTimeAsync(61 * minute)
    await expect(broker.get(p, 'exchange')).rejects.toMatchObject({ code: 'secret-expired' })
  })

  it('goes on where it waited for the request of somebody who gave up', async () => {
    let hangs = false
    const broker = start(async (_p, _s, { signal }: AcquireOptions) => {
      if (!hangs) return aToken(60 * minute)
      return new Promise<Token>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
    })
    await broker.get(p, 'exchange')
    const heard = recorder()
    broker.listen(p, 'exchange', heard)
    hangs = true
    const asking = new AbortController()
    const asked = broker.get(p, 'exchange', { fresh: true, signal: asking.signal }).catch((error: TenantryError) => error.code)
    await vi.advanceTimersByTimeAsync(46 * minute)
    asking.abort()
    expect(await asked).toBe('cancelled')
    hangs = false
    await vi.advanceTimersByTimeAsync(minute)
    expect(heard.renewed).toHaveLength(1)
    expect(heard.failed).toEqual([])
  })

  it('does not ask again at once for a token that came dead', async () => {
    const acquire = vi.fn(async () => aToken(-1000))
    const broker = start(acquire)
    await broker.get(p, 'exchange')
    broker.listen(p, 'exchange', recorder())
    await vi.advanceTimersByTimeAsync(5_000)
    expect(acquire.mock.calls.length).toBeLessThan(8)
  })

  it('ends with clear, whatever is under way', async () => {
    const broker = start(async () => aToken(60 * minute))
    await broker.get(p, 'exchange')
    broker.listen(p, 'exchange', recorder())
    broker.clear()
    expect(broker.current(p, 'exchange')).toBeNull()
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('through real MSAL, with its cache', () => {
  it('renews 75-minute tokens at 75 % of their life, each time from the authority', async () => {
    const login = startLogin()
    const source = createTokenSource({ network: login.network, sign: async () => expect.unreachable('nothing is signed here') })
    const credential = { kind: 'secret' as const, secret: login.app.clientSecret }
    login.setTokenLife(75 * 60)
    const broker = start((_subject, service) =>
      source.acquire({ cloud: login.cloud, tenantId: login.tenant.tenantId, clientId: login.app.clientId, service, credential, fresh: true })
    )
    const begun = Date.now()
    const first = await broker.get(p, 'exchange')
    expect(first.lifeMs / minute).toBeCloseTo(75, 0)
    const heard = recorder()
    broker.listen(p, 'exchange', heard)
    await vi.advanceTimersByTimeAsync(4 * 75 * minute)
    expect(heard.failed).toEqual([])
    const steps = heard.renewed.map(({ at }, index) => (at - (heard.renewed[index - 1]?.at ?? begun)) / minute)
    expect(steps).toHaveLength(5)
    for (const step of steps) expect(step).toBeCloseTo(56.25, 0)
    const utis = [first, ...heard.renewed.map(({ token }) => token)].map(({ claims }) => claims.uti)
    expect(new Set(utis).size).toBe(6)
    expect(login.requests.filter(({ url }) => url.includes('/oauth2/v2.0/token'))).toHaveLength(6)
  })

  it('says how far the authority’s clock is from ours', async () => {
    const login = startLogin()
    const source = createTokenSource({ network: login.network, sign: async () => expect.unreachable('nothing is signed here') })
    login.setSkew(300)
    const token = await source.acquire({ cloud: login.cloud, tenantId: login.tenant.tenantId, clientId: login.app.clientId, service: 'exchange', credential: { kind: 'secret', secret: login.app.clientSecret } })
    login.setSkew(0)
    expect(Math.round(token.skewMs! / 1000 / 10) * 10).toBe(300)
  })
})

describe('a lock', () => {
  it('leaves no token, renews what falls due all the same, and fetches anew when it ends', async () => {
    const broker = start(async () => aToken(60 * minute))
    const heard = recorder()
    await broker.get(p, 'exchange')
    broker.listen(p, 'exchange', heard)
    broker.keepNone()
    expect(broker.current(p, 'exchange')).toBeNull()
    await vi.advanceTimersByTimeAsync(50 * minute)
    expect(heard.renewed).toHaveLength(1)
    expect(broker.current(p, 'exchange')).toBeNull()
    broker.keepAgain()
    await vi.advanceTimersByTimeAsync(0)
    expect(heard.renewed).toHaveLength(2)
    expect(broker.current(p, 'exchange')).toBe(heard.renewed[1]!.token)
  })
})

describe('a sign-in that has a credential again', () => {
  it('goes on where its renewals had stopped, and no other sign-in does', async () => {
    let isRight = true
    const broker = start(async () => {
      if (!isRight) throw failure('account-withdrawn')
      return aToken(60 * minute)
    })
    const heard = recorder()
    await broker.get(p, 'exchange')
    broker.listen(p, 'exchange', heard)
    isRight = false
    broker.renew(p, 'exchange')
    await vi.advanceTimersByTimeAsync(0)
    expect(heard.failed).toMatchObject([{ code: 'account-withdrawn', retryAt: null }])
    isRight = true
    broker.retry('another')
    await vi.advanceTimersByTimeAsync(minute)
    expect(heard.renewed).toHaveLength(0)
    broker.retry('s')
    await vi.advanceTimersByTimeAsync(0)
    expect(heard.renewed).toHaveLength(1)
  })
})
