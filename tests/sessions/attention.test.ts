import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SessionView } from '../../app/contract.ts'
import { Attention } from '../../app/sessions/attention.ts'
import { describeOnMainEngine } from '../engines.ts'
import { aProfile, aSession } from '../renderer/fake-data.ts'
import { startCore, type CoreUnderTest } from './core-on-this-machine.ts'

describe('a long command', () => {
  let now: number
  let seen: string | null
  let told: string[]
  let attention: Attention
  let longMs: number | null
  const session = { ...aSession(aProfile({ name: 'Contoso' })), phase: 'connected' as const, alive: true }
  const take = (change: Partial<SessionView>, afterMs = 0) => {
    now += afterMs
    return attention.take({ ...session, ...change }).unseen
  }
  beforeEach(() => {
    now = 1_800_000_000_000
    seen = null
    told = []
    longMs = 10_000
    attention = new Attention({ now: () => now, longCommandMs: () => longMs, isSeen: (id) => id === seen, onUnseen: ({ name }, sentence) => told.push(`${name}: ${sentence}`) })
  })

  it.each([
    [10_000, '10 s'],
    [43_400, '43 s'],
    [725_000, '12 min 5 s'],
    [7_380_000, '2 h 3 min']
  ])('that ends after %i ms while nobody looks is told, with the tenant’s name and how long it took', (tookMs, text) => {
    take({ busy: true })
    // News of the session in between begins nothing anew.
    take({ busy: true, detail: 'renewed' }, tookMs / 2)
    expect(take({ busy: false }, tookMs / 2)).toBe(`A command ended after ${text}`)
    expect(told).toEqual([`Contoso: A command ended after ${text}`])
  })

  it('that somebody looks at is not told, nor is a short one', () => {
    take({ busy: true })
    expect(take({ busy: false }, 9999)).toBe(null)
    seen = session.id
    take({ busy: true })
    expect(take({ busy: false }, 60_000)).toBe(null)
    expect(told).toEqual([])
  })

  it('is one of as many seconds as the person chose, and none where they chose never', () => {
    longMs = 2000
    take({ busy: true })
    expect(take({ busy: false }, 2000)).toBe('A command ended after 2 s')
    attention.see(session.id)
    longMs = null
    take({ busy: true })
    expect(take({ busy: false }, 3_600_000)).toBe(null)
    expect(told).toHaveLength(1)
  })

  it('whose shell went away is told as that', () => {
    take({ busy: true })
    expect(take({ busy: false, alive: false, phase: 'closed' }, 43_000)).toBe('The session ended; its command had run for 43 s')
  })

  it('stays told until somebody looks', () => {
    take({ busy: true })
    take({ busy: false }, 43_000)
    expect(take({ busy: true })).toBe('A command ended after 43 s')
    expect(take({ busy: false }, 1000)).toBe('A command ended after 43 s')
    expect(attention.see(session.id)).toBe(true)
    expect(attention.see(session.id)).toBe(false)
    expect(attention.mark(session).unseen).toBe(null)
  })
})

describeOnMainEngine('a command in a tab that nobody looks at', ({ env }) => {
  let running: CoreUnderTest
  let notifications: Array<{ title: string; body: string; onClick(): void }>
  beforeEach(async () => {
    notifications = []
    // Every command is a long one here.
    running = await startCore({ env, longCommandMs: 0 }, { notify: (notification) => notifications.push(notification) })
  })
  afterEach(() => running.dispose())

  async function connectTwo(): Promise<[SessionView, SessionView]> {
    const [contoso, fabrikam] = [await running.open('Contoso demo'), await running.open('Fabrikam demo')]
    for (const { id } of [contoso, fabrikam]) await running.until(id, ({ phase, busy }) => phase === 'connected' && !busy)
    return [contoso, fabrikam]
  }
  async function run(id: string, command: string): Promise<void> {
    const window = await running.attach(id)
    await window.shows(/PS>/)
    window.type(`${command}\r`)
    await window.shows(/it-was-42/)
    await running.until(id, ({ busy }) => !busy)
  }

  it('is told by the tenant’s name, never by what ran, and marks the tab until it is looked at', async () => {
    const [contoso, fabrikam] = await connectTwo()
    await running.call('sessions.look', { id: fabrikam.id, isFocused: true })
    await run(contoso.id, '"it-was-" + 6 * 7')
    const marked = await running.until(contoso.id, ({ unseen }) => unseen !== null)
    expect(marked.unseen).toMatch(/^A command ended after \d+ s$/)
    expect(notifications.map(({ title, body }) => ({ title, body }))).toEqual([{ title: 'Contoso demo', body: marked.unseen }])
    const wanted: unknown[] = []
    running.core.onEvent((event, data) => {
      if (event === 'session.wanted') wanted.push(data)
    })
    notifications[0]!.onClick()
    expect(wanted).toEqual([{ id: contoso.id }])
    await running.call('sessions.look', { id: contoso.id, isFocused: false })
    expect((await running.until(contoso.id, () => true)).unseen).toBe(marked.unseen)
    await running.call('sessions.look', { id: contoso.id, isFocused: true })
    expect((await running.until(contoso.id, () => true)).unseen).toBe(null)
  })

  it('is told too in front where the window is not in use, or gone, and behind the lock without a name', async () => {
    const [contoso, fabrikam] = await connectTwo()
    // Seen in a pane beside the one in front.
    await running.call('sessions.look', { id: fabrikam.id, isFocused: true, beside: [contoso.id] })
    await run(contoso.id, '"it-was-" + 6 * 7')
    expect(notifications).toEqual([])
    running.core.leave()
    const window = await running.attach(contoso.id)
    window.type('"so-was-" + 6 * 7\r')
    await running.until(contoso.id, ({ unseen }) => unseen !== null)
    expect(notifications.map(({ title }) => title)).toEqual(['Contoso demo'])
    await running.call('sessions.look', { id: contoso.id, isFocused: true })
    window.type('Start-Sleep -Milliseconds 700; "and-was-" + 6 * 7\r')
    await running.until(contoso.id, ({ busy }) => busy)
    running.core.lock()
    while (notifications.length < 2) await new Promise((resolve) => setTimeout(resolve, 20))
    expect(notifications[1]!.title).toBe('Tenantry')
  })
})
