import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { identify, toastActivator } from '../../app/electron/identity.ts'
import { refusedSwitches } from '../../app/electron/switches.ts'
import { configuration } from '../../build/packaging/package-app.mjs'
import { electronModule, startAnew } from './electron-stand-in.ts'
import { startHost, type StartedHost } from './started-host.ts'

/** What Electron adds to Node's process in a package. */
const packaged = process as { resourcesPath?: string }
let resources: string

function makeResources(): void {
  resources = mkdtempSync(join(tmpdir(), 'tenantry-resources-'))
  packaged.resourcesPath = resources
}
function removeResources(): void {
  delete packaged.resourcesPath
  rmSync(resources, { recursive: true, force: true })
}

type Reply = { output: { phase: string; reason: string } }

describe('an installed Tenantry', () => {
  let host: StartedHost
  let lines = ''
  beforeAll(async () => {
    makeResources()
    host = await startHost({
      prepare(electron) {
        electron.app.isPackaged = true
        for (const name of [...Object.keys(refusedSwitches), 'force-device-scale-factor']) electron.app.switches.add(name)
        electron.app.once('web-contents-created', () => electron.app.calls.push(`a window, with ${electron.menu.length} menus`))
      }
    })
    lines = readFileSync(join(host.folder, 'data', 'logs', 'tenantry.log'), 'utf8')
  })
  afterAll(async () => {
    expect(await host.quit()).toBe(0)
    removeResources()
  })

  it('looks after its own updates, and takes links', async () => {
    const { output } = (await host.electron.handlers.get('tenantry:call')!(
      { senderFrame: host.window.webContents.mainFrame } as never, 'updates.state' as never, null as never
    )) as Reply
    // Its own folder was looked into; a checkout says that it is not installed.
    expect(output).toMatchObject({ phase: 'off', reason: 'This package was made without an address of updates.' })
    expect(host.electron.app.calls).toContain('setAsDefaultProtocolClient tenantry')
  })

  it('has no developer tools, and Electron’s own menu, which opens them, is gone before its window is there', () => {
    expect(host.window.options.webPreferences).toMatchObject({ devTools: false })
    expect(host.electron.app.calls).toContain(`a window, with ${host.electron.menu.length} menus`)
    expect(host.electron.menu.length).toBeGreaterThan(0)
  })

  it('starts without the switches that would open it, each with a reason, and with the others', () => {
    expect([...host.electron.app.switches]).toEqual(['force-device-scale-factor'])
    for (const reason of Object.values(refusedSwitches)) expect(reason).not.toBe('')
    // The core's log was not there yet.
    for (const name of Object.keys(refusedSwitches)) expect(lines).toContain(`while starting: started without --${name}`)
  })

  it('tells Windows alone who it is, by the id that the installer gives to its shortcut', () => {
    const calls: string[] = []
    const app = { setAppUserModelId: (id: string) => void calls.push(id), setToastActivatorCLSID: (id: string) => void calls.push(id) }
    for (const platform of ['darwin', 'linux', 'win32'] as const) identify(app, platform)
    expect(calls).toEqual([configuration({}).appId, toastActivator])
    expect(toastActivator).toMatch(/^\{[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}$/)
  })
})

describe('an error of the main process', () => {
  it('before there is a log reaches standard error without what is secret in it, and the log then', async () => {
    const echoed: string[] = []
    vi.spyOn(console, 'error').mockImplementation((line: unknown) => void echoed.push(String(line)))
    const secret = randomBytes(24).toString('base64url')
    const known = process.listeners('uncaughtException')
    const host = await startHost({ prepare: ({ app }) => {
      app.once('web-contents-created', () => process.listeners('uncaughtException').find((listener) => !known.includes(listener))!(new Error(`early client_secret=${secret}`), 'uncaughtException'))
    } })
    expect(echoed[0]).toMatch(/^tenantry: an error that nobody caught: Error: early client_secret=\[removed\]/)
    const log = readFileSync(join(host.folder, 'data', 'logs', 'tenantry.log'), 'utf8')
    expect(log).toContain('while starting: an error that nobody caught: Error: early')
    expect(echoed.join() + log).not.toContain(secret)
    vi.restoreAllMocks()
    expect(await host.quit()).toBe(0)
  })

  it('that nobody caught is in the log, without what is secret in it, and ends nothing', async () => {
    const before = { error: process.listeners('uncaughtException'), promise: process.listeners('unhandledRejection') }
    const host = await startHost()
    const onError = process.listeners('uncaughtException').find((listener) => !before.error.includes(listener))!
    const onPromise = process.listeners('unhandledRejection').find((listener) => !before.promise.includes(listener))!
    const secret = randomBytes(24).toString('base64url')
    onError(new RangeError(`first client_secret=${secret}`), 'uncaughtException')
    onPromise(new Error('second'), Promise.resolve())
    onPromise('third, no error at all', Promise.resolve())
    const log = readFileSync(join(host.folder, 'data', 'logs', 'tenantry.log'), 'utf8')
    expect(log).toMatch(/an error that nobody caught: RangeError: first/)
    expect(log).toMatch(/a promise that nobody caught: Error: second/)
    expect(log).toMatch(/a promise that nobody caught: third, no error at all/)
    expect(log).not.toContain(secret)
    expect(host.electron.app.calls.some((call) => call.startsWith('exit'))).toBe(false)
    expect(await host.quit()).toBe(0)
  })

  it('at its start is told in a dialog, and ends the app', async () => {
    const electron = startAnew()
    vi.resetModules()
    vi.doMock('electron', () => electronModule())
    vi.doMock('../../app/machine.ts', () => ({ createMachineCore: () => Promise.reject(new Error('The data folder can’t be written.')) }))
    await import('../../app/main.ts')
    expect(await electron.app.exited).toBe(1)
    expect(electron.errors).toEqual(['Tenantry could not start: The data folder can’t be written.'])
    vi.doUnmock('../../app/machine.ts')
    vi.doUnmock('electron')
  })
})
