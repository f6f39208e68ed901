import { getHeapSnapshot, queryObjects } from 'node:v8'
import { ConfidentialClientApplication } from '@azure/msal-node'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import type { EventName } from '../../app/contract.ts'
import type { LoggedRequest } from '../../app/demo/state.ts'
import { describeOnMainEngine } from '../engines.ts'
import { AttachedWindow } from './attached-window.ts'
import { startCore, type CoreUnderTest } from './core-on-this-machine.ts'

/** Whether a text, given backwards, is in this process's heap. A snapshot keeps about the first 1,024 characters of a string. */
async function isInHeap(backwards: string): Promise<boolean> {
  // V8 collects what nobody holds before it takes one.
  const snapshot = getHeapSnapshot()
  const wanted = Buffer.from([...backwards].reverse().join(''))
  let tail = Buffer.alloc(0)
  let isThere = false
  for await (const chunk of snapshot) {
    const text = Buffer.concat([tail, chunk as Buffer])
    isThere ||= text.includes(wanted)
    tail = text.subarray(-wanted.length)
  }
  return isThere
}

describeOnMainEngine('a locked window', ({ env }) => {
  let under: CoreUnderTest
  const told: EventName[] = []
  beforeAll(async () => {
    under = await startCore({ env })
    under.core.onEvent((event) => told.push(event))
  })
  afterAll(() => under.dispose())
  afterEach(async () => {
    await under.call('lock.unlock', undefined)
    for (const { id } of (await under.call('sessions.list', undefined)).sessions) await under.call('sessions.close', { id, force: true })
  })

  async function attach(id: string): Promise<AttachedWindow> {
    const window = new AttachedWindow()
    const { ticket } = await under.call('sessions.attach', { id })
    expect(under.core.openStream(ticket, window)).toBe(true)
    return window
  }

  it('hears and sees nothing and may do nothing, while its session runs on and is there again afterwards', async () => {
    const { id } = await under.open('Contoso demo')
    const before = await attach(id)
    await under.until(id, ({ phase }) => phase === 'connected')
    await before.shows(/Contoso demo.*PS>/)
    const { ticket } = await under.call('sessions.attach', { id })
    const again = await attach(id)
    again.type('Start-Sleep -Milliseconds 1500; "made-" + "while-locked"\r')
    await under.until(id, ({ busy }) => busy)
    await under.call('lock.now', undefined)
    const seen = again.text.length
    told.length = 0
    again.type('"typed into nothing"\r')
    for (const call of ['sessions.list', 'profiles.list', 'app.state'] as const) await expect(under.call(call, undefined)).rejects.toMatchObject({ code: 'locked' })
    await expect(under.call('sessions.attach', { id })).rejects.toMatchObject({ code: 'locked' })
    expect(under.core.openStream(ticket, new AttachedWindow())).toBe(false)
    await new Promise((resolve) => setTimeout(resolve, 2_500))
    expect(again.text.length).toBe(seen)
    expect(told).toEqual([])
    await under.call('lock.unlock', undefined)
    const after = await attach(id)
    await after.shows(/made-while-locked/)
    expect(after.text).not.toContain('typed into nothing')
  })

  it('leaves no token in the core’s memory, and fetches one anew after the unlock', async () => {
    const { demo } = under.core
    const { id } = await under.open('Contoso demo')
    await under.until(id, ({ phase }) => phase === 'connected')
    const fetched = () => demo.log.filter(({ path }) => path.endsWith('/oauth2/v2.0/token')).length
    const before = fetched()
    await under.call('lock.now', undefined)
    expect(fetched()).toBe(before)
    await under.call('lock.unlock', undefined)
    await under.until(id, ({ renewal }) => renewal?.state === 'fresh' && renewal.renewedAt !== null)
    expect(fetched()).toBe(before + 1)
  })

  /** Waits for a request at the demo's services; the locked core tells nothing. */
  async function untilSent(isIt: (request: LoggedRequest) => boolean) {
    while (!under.core.demo.log.some(isIt)) await new Promise((resolve) => setTimeout(resolve, 20))
  }

  it('has a session that connects behind it proven all the same, and MSAL keeps no token of it', async () => {
    const { demo } = under.core
    demo.clearLog()
    const { id } = await under.open('Contoso demo')
    await under.call('lock.now', undefined)
    await untilSent(({ cmdletName, status }) => cmdletName === 'Get-AcceptedDomain' && status === 200)
    expect(queryObjects(ConfidentialClientApplication, { format: 'count' })).toBe(0)
    await under.call('lock.unlock', undefined)
    await under.until(id, ({ phase, tenant }) => phase === 'connected' && tenant.proof === 'proven')
  })

  it('keeps no refused connect from its next try', async () => {
    const { demo } = under.core
    demo.answerNext('EXOModuleFile', { status: 429, headers: { 'retry-after': '1' }, body: '' })
    const { id } = await under.open('Contoso demo')
    await under.until(id, ({ detail }) => detail.includes('Connecting again'))
    demo.clearLog()
    await under.call('lock.now', undefined)
    await untilSent(({ path, status }) => path.endsWith('EXOModuleFile') && status === 200)
    await under.call('lock.unlock', undefined)
    await under.until(id, ({ phase }) => phase === 'connected')
  })

  it('holds no piece of a token, which an open session’s process does', async () => {
    const { demo } = under.core
    const contoso = demo.tenants[0]!
    // Nothing here may hold the token itself: what is looked for is kept backwards.
    const answer = (): string => {
      const token = demo.forgeToken(contoso, contoso.apps[0]!.clientId, { claims: { exp: Math.floor(Date.now() / 1000) + 3600 } })
      demo.answerNext('/oauth2/v2.0/token', { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ token_type: 'Bearer', expires_in: 3600, access_token: token }) })
      return [...token.slice(300, 400)].reverse().join('')
    }
    const backwards = answer()
    const { id } = await under.open('Contoso demo')
    await under.until(id, ({ tenant }) => tenant.proof === 'proven')
    expect(await isInHeap(backwards)).toBe(true)
    await under.call('lock.now', undefined)
    expect(await isInHeap(backwards)).toBe(false)
  }, 240_000)

  it('has the token’s id in the command log of what was typed before it and runs behind it', async () => {
    const { profiles } = await under.call('profiles.list', undefined)
    const { tenantId: _, initialDomain: __, signInId, ...profile } = profiles.find(({ name }) => name === 'Contoso demo')!
    await under.call('profiles.save', { profile: { ...profile, logCommands: true }, signIn: { use: 'existing', id: signInId! } })
    const { id } = await under.open('Contoso demo')
    const window = await attach(id)
    await under.until(id, ({ phase }) => phase === 'connected')
    await window.shows(/PS> /)
    window.type('Start-Sleep -Seconds 1\r')
    await under.until(id, ({ busy }) => busy)
    window.type('"typed " + "ahead"\r')
    await under.call('lock.now', undefined)
    await new Promise((resolve) => setTimeout(resolve, 2_500))
    await under.call('lock.unlock', undefined)
    await under.until(id, ({ busy }) => !busy)
    const { commands } = await under.call('commands.list', { search: 'typed ahead' })
    expect(commands).toEqual([expect.objectContaining({ command: '"typed " + "ahead"', uti: expect.stringMatching(/./) })])
  })

  it('says how it can be unlocked, and keeps its setting', async () => {
    expect(await under.call('lock.state', undefined)).toEqual({ isLocked: false, afterMinutes: null, by: 'none' })
    await under.call('lock.setIdle', { minutes: 15 })
    expect(await under.call('lock.state', undefined)).toMatchObject({ afterMinutes: 15 })
    await under.call('lock.setIdle', { minutes: null })
    await expect(under.call('lock.setIdle', { minutes: 0 })).rejects.toMatchObject({ code: 'bad-input' })
  })

  it('is no matter to other sessions: a profile that is removed while its token is renewed neither', async () => {
    const { demo } = under.core
    const [one, other] = [await under.open('Contoso demo'), await under.open('Fabrikam demo')]
    for (const { id } of [one, other]) await under.until(id, ({ phase }) => phase === 'connected')
    demo.setLatency(400)
    // A lock and an unlock has both renewed at once; one of them loses its profile meanwhile.
    await under.call('lock.now', undefined)
    await under.call('lock.unlock', undefined)
    await under.call('profiles.delete', { id: one.profileId })
    demo.setLatency(0)
    const view = await under.until(other.id, ({ renewal }) => renewal?.renewedAt !== null && renewal?.state === 'fresh')
    expect(view).toMatchObject({ phase: 'connected', failure: null })
    expect((await under.until(one.id, () => true)).alive).toBe(true)
  })
})
