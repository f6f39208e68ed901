import type { MenuItemConstructorOptions, MessagePortMain } from 'electron'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { frameType, packFrame, type SessionView } from '../../app/contract.ts'
import { engines } from '../engines.ts'
import { StandInWindow } from './electron-stand-in.ts'
import { startHost, type StartedHost } from './started-host.ts'

/* The real main process with its real core and real shells, on a stand-in of Electron's module. */

Object.assign(process.env, engines.at(-1)!.env)
const realPlatform = process.platform
const pretend = (platform: NodeJS.Platform) => Object.defineProperty(process, 'platform', { value: platform })

let host: StartedHost
afterEach(async () => {
  host.electron.response = 1
  expect(await host.quit()).toBe(0)
  pretend(realPlatform)
})

const windowNow = () => StandInWindow.all.at(-1)!
async function call<T>(name: string, input: unknown = null): Promise<T> {
  const reply = (await host.electron.handlers.get('tenantry:call')!({ senderFrame: windowNow().webContents.mainFrame } as never, name as never, input as never)) as { output: T; failure?: object }
  expect(reply.failure).toBeUndefined()
  return reply.output
}
const sessions = async () => (await call<{ sessions: SessionView[] }>('sessions.list')).sessions
const events = (window: StandInWindow, name: string) =>
  window.webContents.sent.flatMap(({ channel, args: [message] }) => (channel === 'tenantry:event' && (message as { event: string }).event === name ? [(message as { data: unknown }).data] : []))
const tick = () => new Promise((resolve) => setImmediate(resolve))
const soon = () => new Promise((resolve) => setTimeout(resolve, 20))

/** A session of the first tenant, whose shell lives unless told; how it connects is shown elsewhere. */
async function openSession(isThere: (view: SessionView) => boolean = (view) => view.alive): Promise<SessionView> {
  const { profiles } = await call<{ profiles: Array<{ id: string; name: string }> }>('profiles.list')
  const { id } = await call<SessionView>('sessions.open', { profileId: profiles[0]!.id, cols: 80, rows: 24 })
  for (;;) {
    const view = (await sessions()).find((session) => session.id === id)!
    if (isThere(view)) return view
    if (view.phase === 'failed') throw new Error(view.detail)
    await soon()
  }
}

/** Types into a session, over the port that the main process gives to the window. */
async function type(id: string, text: string): Promise<void> {
  const { ticket } = await call<{ ticket: string }>('sessions.attach', { id })
  host.electron.listeners.get('tenantry:stream')!({ senderFrame: windowNow().webContents.mainFrame } as never, ticket as never)
  await tick()
  const [, ports] = windowNow().webContents.sent.find(({ channel, args }) => channel === 'tenantry:stream' && args[0] === ticket)!.args
  ;(ports as MessagePortMain[])[0]!.postMessage(packFrame(frameType.input, 0, Buffer.from(text)))
}

describe('the window', () => {
  it('has its place remembered at its close', async () => {
    host = await startHost()
    expect(host.window.options).toMatchObject({ width: 1360, height: 820 })
    host.window.emit('move')
    host.window.close()
    await host.electron.app.exited
    const { places } = JSON.parse(readFileSync(join(host.folder, 'data', 'window.json'), 'utf8')) as { places: unknown[] }
    expect(places).toEqual([{ displays: '1920x1080@1+0+0', place: { x: 10, y: 20, width: 900, height: 700, isMaximized: false, isFullScreen: false } }])
  })
})

describe('an end with a living session', () => {
  it('is asked about: Cancel keeps it, Quit ends it', async () => {
    host = await startHost()
    const { name } = await openSession()
    host.window.close()
    await tick()
    expect(host.electron.asked).toMatchObject([{ message: 'Quit and end the sessions of 1 tenant?', buttons: ['Cancel', 'Quit'], defaultId: 0 }])
    expect({ closed: host.window.isClosed, sessions: (await sessions()).map((session) => session.name) }).toEqual({ closed: false, sessions: [name] })
    host.electron.response = 1
    host.electron.app.quit()
    expect(await host.electron.app.exited).toBe(0)
    expect(host.electron.asked).toHaveLength(2)
  })

  it('is not asked about where the system ends', async () => {
    host = await startHost()
    await openSession()
    host.electron.powerMonitor.emit('shutdown')
    host.electron.app.quit()
    expect(await host.electron.app.exited).toBe(0)
    expect(host.electron.asked).toEqual([])
  })
})

describe('on macOS', () => {
  it('a closed window leaves the sessions alone, and the next one has them', async () => {
    pretend('darwin')
    host = await startHost()
    pretend(realPlatform)
    const { id } = await openSession()
    host.window.close()
    expect({ closed: host.window.isClosed, asked: host.electron.asked, quit: host.electron.app.calls.includes('quit') }).toEqual({ closed: true, asked: [], quit: false })
    host.electron.app.emit('activate')
    expect(windowNow()).not.toBe(host.window)
    expect((await sessions()).map((session) => ({ id: session.id, alive: session.alive }))).toEqual([{ id, alive: true }])
    expect((await call<{ ticket: string }>('sessions.attach', { id })).ticket).not.toBe('')
    // Once is enough.
    host.electron.app.emit('activate')
    expect(StandInWindow.all).toHaveLength(1)
  })

  it('the dock’s menu has the tenants that were opened', async () => {
    pretend('darwin')
    host = await startHost()
    pretend(realPlatform)
    expect(host.electron.app.dockMenus).toEqual([[]])
    const { name, profileId } = await openSession()
    const [item] = host.electron.app.dockMenus.at(-1) as MenuItemConstructorOptions[]
    expect(item!.label).toBe(name)
    ;(item!.click as () => void)()
    expect(events(host.window, 'link.opened')).toHaveLength(1)
    expect(await call('app.takeLink')).toEqual({ profileId })
  })
})

describe('the menu', () => {
  it('tells the window what was chosen, and shows it', async () => {
    host = await startHost()
    const help = host.electron.menu.find(({ label }) => label === 'Help')!.submenu as MenuItemConstructorOptions[]
    ;(help.find(({ label }) => label === 'Copy Diagnostics…')!.click as () => void)()
    expect(events(host.window, 'menu.chosen')).toEqual([{ item: 'diagnostics' }])
    expect(host.window.focused).toBe(1)
  })

  it('reaches nothing behind the lock, which comes with the system’s', async () => {
    host = await startHost()
    host.electron.powerMonitor.emit('lock-screen')
    expect(events(host.window, 'lock.changed')).toEqual([{ isLocked: true }])
    const help = host.electron.menu.find(({ label }) => label === 'Help')!.submenu as MenuItemConstructorOptions[]
    ;(help.find(({ label }) => label === 'Copy Diagnostics…')!.click as () => void)()
    expect(events(host.window, 'menu.chosen')).toEqual([])
  })
})

describe('a command that ends where nobody looks', () => {
  it('is told by the system, whose click shows its session', async () => {
    host = await startHost()
    await call('settings.change', { key: 'commands.notifyAfterSeconds', value: 1 })
    const { id, name } = await openSession(({ phase, busy }) => phase === 'connected' && !busy)
    await type(id, 'Start-Sleep -Milliseconds 1500\r')
    while (host.electron.notifications.length === 0) await soon()
    const [notification, ...others] = host.electron.notifications
    expect({ ...notification!.options, others }).toEqual({ title: name, body: expect.stringMatching(/^A command ended after \d+ s$/), others: [] })
    notification!.emit('click')
    expect(events(host.window, 'session.wanted')).toEqual([{ id }])
    expect(host.window.focused).toBe(1)
  }, 120_000)
})
