import { randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { SessionView } from '../../app/contract.ts'
import { engines } from '../engines.ts'
import type { HostUnderTest } from './host-under-test.ts'
import { describeOnElectron, removeFolder } from './on-electron.ts'
import { toldTo } from './stand-in.ts'
import { startHost } from './started-host.ts'

Object.assign(process.env, engines.at(-1)!.env)

async function output<T>(host: HostUnderTest, name: string, input?: unknown): Promise<T> {
  const { output: answer, failure } = await host.call(name, input)
  expect(failure).toBeUndefined()
  return answer as T
}
const profilesOf = async (host: HostUnderTest) => (await output<{ profiles: Array<{ id: string }> }>(host, 'profiles.list')).profiles.map(({ id }) => id)
const sessionsOf = async (host: HostUnderTest) => (await output<{ sessions: SessionView[] }>(host, 'sessions.list')).sessions

describeOnElectron('one Tenantry a data folder', (electron) => {
  let host: HostUnderTest
  beforeAll(async () => {
    host = await electron.start()
  })
  afterAll(async () => {
    expect(await host?.quit()).toBe(0)
    removeFolder(host.folder)
  })

  it.each([
    ['of no profile', 'tenantry://open/x'],
    ['to another deed', `tenantry://delete/${randomUUID()}`],
    ['with a demand', `tenantry://open/${randomUUID()}?force=1`],
    ['with a way up', 'tenantry://open/../../x'],
    ['with a path behind', `tenantry://open/${randomUUID()}/run`],
    ['with a name and a password', `tenantry://a:b@open/${randomUUID()}`],
    ['with more than a line', `tenantry://open/${randomUUID()}\nInvoke-Expression`]
  ])('a second start with a hostile link %s shows the window, and no more', async (_, link) => {
    const before = await host.told('link.opened')
    await host.hide()
    expect(await host.startAgain(link, '--inspect')).toBe(0)
    await expect.poll(() => host.isShown()).toBe(true)
    expect([await host.told('link.opened'), await host.windows()]).toEqual([before, 1])
  })

  it('a second start ends, shows the window of the first, and hands its link over', async () => {
    const [known] = await profilesOf(host)
    await host.hide()
    expect(await host.startAgain(`tenantry://open/${known}`)).toBe(0)
    await expect.poll(() => host.isShown()).toBe(true)
    expect(await host.linkLed(known!)).toBe('to its session')
    expect(await host.told('link.opened')).toBe(1)
  })

  it('a link of macOS comes as an event, and one to a profile that is not here says so', async () => {
    const unknown = randomUUID()
    expect(await host.openUrl(`tenantry://open/${unknown}`)).toBe(true)
    expect(await host.linkLed(unknown)).toBe('to a profile that is not here')
  })

  it.runIf(electron.kind === 'stand-in')('a second start brings a minimised window back, and leaves nothing to take (asked of the stand-in: not every display has a minimised window)', async () => {
    const { window } = toldTo(host)
    window.minimized = true
    window.focused = 0
    await host.startAgain()
    expect(window).toMatchObject({ minimized: false, focused: 1 })
    expect(await host.linkLed(randomUUID())).toBe('nowhere')
  })
})

it('a second start opens neither a window nor a core (on the stand-in, which keeps what it is asked for)', async () => {
  const host = await startHost({ prepare: (electron) => (electron.app.isSecond = true) })
  expect(host.electron.app.calls.slice(2)).toEqual(['requestSingleInstanceLock', 'quit', 'exit 0'])
  expect(existsSync(join(host.folder, 'data', 'logs'))).toBe(false)
  expect(await host.quit()).toBe(0)
})

describeOnElectron('a Tenantry that is started once more', (electron) => {
  const place = { x: 60, y: 70, width: 900, height: 600 }
  let folder: string
  let host: HostUnderTest
  let profiles: string[]
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tenantry-restored-'))
  })
  afterAll(async () => {
    expect(await host?.quit()).toBe(0)
    removeFolder(folder)
  })

  it('keeps its sessions over a crash of the page and a quit that was called off', async () => {
    host = await electron.start({ folder })
    profiles = await profilesOf(host)
    const { id } = await output<SessionView>(host, 'sessions.open', { profileId: profiles[0]!, cols: 80, rows: 24 })
    const session = async () => (await sessionsOf(host)).find((one) => one.id === id)!
    await expect.poll(async () => (await session()).alive, { timeout: 60_000 }).toBe(true)
    await host.crashPage()
    await host.answer(0)
    await host.askToQuit()
    await expect.poll(() => host.asked()).toMatchObject([{ message: 'Quit and end the sessions of 1 tenant?', buttons: ['Cancel', 'Quit'], defaultId: 0 }])
    expect((await session()).alive).toBe(true)
  })

  it('writes down its tabs, without what they showed, and its window’s place', async () => {
    await host.move(place)
    await expect.poll(() => existsSync(join(folder, 'data', 'window.json')), { timeout: 10_000 }).toBe(true)
    expect(await host.quit()).toBe(0)
    const tab = { name: null, isPinned: false, isZoomed: false, active: 0, layout: { pane: { profileId: profiles[0], service: 'exchange' } } }
    expect(JSON.parse(readFileSync(join(folder, 'data', 'tabs.json'), 'utf8'))).toMatchObject({ version: 2, tabs: [tab] })
  })

  it('has both again, and follows the link that it was started with', async () => {
    host = await electron.start({ folder, args: [`tenantry://open/${profiles[1]}`] })
    expect(await host.bounds()).toEqual(place)
    expect((await sessionsOf(host)).map(({ profileId }) => profileId)).toContain(profiles[0])
    expect(await host.linkLed(profiles[1]!)).toBe('to its session')
  })

  it.runIf(electron.kind === 'stand-in')('connects no tab until it is in front (asked of the stand-in: a real window has one in front at once)', async () => {
    expect(await sessionsOf(host)).toMatchObject([{ profileId: profiles[0], alive: false, phase: 'restored' }])
  })
})
