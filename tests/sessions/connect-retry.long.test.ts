import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { EventData, SessionView } from '../../app/contract.ts'
import { failure } from '../../app/failures.ts'
import { connectRetry, pauseBeforeRetry } from '../../app/sessions/connect-retry.ts'
import { describeOnMainEngine } from '../engines.ts'
import { startCore, type CoreUnderTest } from './core-on-this-machine.ts'

describe('a refused connect', () => {
  const throttled = (retryAfter?: number) => failure('throttled', { host: 'x', wait: '' }, retryAfter === undefined ? {} : { retryAfter })

  it.each([
    ['429 with a time: after it', throttled(7), 1, 7_000],
    ['429 without one: after a pause', throttled(), 1, connectRetry.firstPauseMs],
    ['429 once more: after twice the pause', throttled(), 2, 2 * connectRetry.firstPauseMs],
    ['5xx: after a pause', failure('service-down', { host: 'x', status: 503 }), 1, connectRetry.firstPauseMs],
    ['429 with a long time: not', throttled(600), 1, null],
    ['429 at the last try: not', throttled(1), connectRetry.tries, null],
    ['401: not', failure('exchange-unauthorized'), 1, null],
    ['a page instead of data: not', failure('not-json', { host: 'x' }), 1, null]
  ])('is tried again, %s', (_, refusal, tried, pauseMs) => {
    expect(pauseBeforeRetry(refusal, tried)).toBe(pauseMs)
  })
})

describeOnMainEngine('a connect that Exchange refuses for now', ({ env }) => {
  let under: CoreUnderTest
  let states: SessionView[]
  let undo: () => void = () => {}
  beforeAll(async () => {
    under = await startCore({ env })
    under.core.onEvent((event, data) => event === 'session.state' && states.push(data as EventData<'session.state'>))
  })
  afterAll(() => under.dispose())
  beforeEach(() => {
    states = []
    under.core.demo.clearLog()
  })
  afterEach(async () => {
    undo()
    for (const { id } of (await under.call('sessions.list', undefined)).sessions) await under.call('sessions.close', { id, force: true })
  })

  const busy = (seconds: number) => ({ status: 429, headers: { 'retry-after': String(seconds) }, body: '' })
  const asked = () => under.core.demo.log.filter(({ path }) => /EXOModuleFile$/.test(path)).map(({ status }) => status)
  /** Refused for long: the session waits. */
  async function waiting() {
    undo = under.core.demo.answerWith('EXOModuleFile', busy(50))
    const { id } = await under.open('Contoso demo')
    await under.until(id, ({ detail }) => /Connecting again in 50 s/.test(detail))
    return { id, window: await under.attach(id) }
  }

  it('is tried again when the service says, and connects in the same shell', async () => {
    under.core.demo.answerNext('EXOModuleFile', busy(1))
    under.core.demo.answerNext('EXOModuleFile', {
      status: 503, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ error: { code: 'ServiceUnavailable', message: 'The service is unavailable (503).' } })
    })
    const { id } = await under.open('Contoso demo')
    const view = await under.until(id, ({ phase }) => phase === 'connected' || phase === 'failed')
    expect([view.phase, view.failure]).toEqual(['connected', null])
    expect(asked()).toEqual([429, 503, 200])
    const waits = states.filter(({ detail }) => detail.includes('Connecting again'))
    expect(waits.map(({ phase }) => phase)).toEqual(['connecting', 'connecting'])
    expect(waits[0]!.detail).toBe('Exchange Online is asked too often at the moment (429). Connecting again in 1 s (try 2 of 3); Ctrl+C gives up.')
    expect(waits[1]!.detail).toMatch(/^Exchange Online has a problem of its own at the moment \(HTTP 503\)\. Connecting again in 4 s \(try 3 of 3\)/)
    const window = await under.attach(id)
    await window.shows(/Connecting again in 1 s/)
    await window.shows(/PS> /)
    window.type('"$((Get-AcceptedDomain).Count) " + "domains"\r')
    await window.shows(/2 domains/)
  })

  it('asks the login service again, which gave an empty answer and then a page', async () => {
    const token = (request: { path: string }) => request.path.endsWith('/token')
    under.core.demo.answerNext(token, { status: 503, headers: { 'retry-after': '1' }, body: '' })
    under.core.demo.answerNext(token, { status: 502, headers: { 'content-type': 'text/html', 'retry-after': '1' }, body: '<html><h1>Bad Gateway</h1></html>' })
    const { id } = await under.open('Contoso demo')
    const view = await under.until(id, ({ phase }) => phase === 'connected' || phase === 'failed')
    expect([view.phase, view.failure]).toEqual(['connected', null])
    const told = states.map(({ detail }) => detail).join('\n')
    expect(told).toMatch(/has a problem of its own at the moment \(HTTP 503\)\. Connecting again in 1 s \(try 2 of 3\)/)
    expect(told).toMatch(/\(HTTP 502\)\. Connecting again in 1 s \(try 3 of 3\)/)
  })

  it.each([401, 403])('with %i takes a new token where the one in use was another session’s, and once at most', async (status) => {
    const tokens = () => under.core.demo.log.filter(({ path }) => path.endsWith('/token')).length
    const { id } = await under.open('Contoso demo')
    await under.until(id, ({ phase }) => phase === 'connected')
    under.core.demo.clearLog()
    under.core.demo.answerNext('EXOModuleFile', { status, body: '' })
    const second = await under.open('Contoso demo')
    await under.until(second.id, ({ phase }) => phase === 'connected')
    expect([asked(), tokens()]).toEqual([[status, 200], 1])
    under.core.demo.clearLog()
    undo = under.core.demo.answerWith('EXOModuleFile', { status, body: '' })
    const third = await under.open('Contoso demo')
    const { failure } = await under.until(third.id, ({ phase }) => phase === 'failed')
    expect(failure?.code).toBe(status === 401 ? 'exchange-unauthorized' : 'module-malformed')
    expect([asked(), tokens()]).toEqual([[status, status], 1])
  })

  it('fails with the sentence as before where it stays refused', async () => {
    undo = under.core.demo.answerWith('EXOModuleFile', busy(1))
    const { id } = await under.open('Contoso demo')
    const view = await under.until(id, ({ phase }) => phase === 'failed')
    expect(view.failure).toMatchObject({ code: 'throttled', message: 'Exchange Online is asked too often at the moment (429). It asks to wait 1 s.' })
    expect(asked()).toEqual([429, 429, 429])
    const window = await under.attach(id)
    await window.shows(/Not connected: [^]*429[^]*PS> /)
  })

  it('is given up at once by Ctrl+C, and leaves a prompt', async () => {
    const { id, window } = await waiting()
    window.type('\x03')
    const view = await under.until(id, ({ phase }) => phase === 'failed')
    expect(view.failure?.message).toContain('The connecting was stopped')
    await window.shows(/Contoso demo[^\n]*PS> /)
    expect(asked()).toEqual([429])
  })

  it('is given up at once by closing the session', async () => {
    const { id } = await waiting()
    await under.call('sessions.close', { id })
    expect((await under.call('sessions.list', undefined)).sessions).toEqual([])
    expect(asked()).toEqual([429])
  })

  it('is given up at once by a reconnect, which connects', async () => {
    const { id } = await waiting()
    undo()
    await under.call('sessions.reconnect', { id, force: true })
    await under.until(id, ({ phase }) => phase === 'connected')
    expect(asked()).toEqual([429, 200])
  })
})
