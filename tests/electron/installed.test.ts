import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { electronModule, startAnew } from './electron-stand-in.ts'
import { startHost } from './started-host.ts'

/** What Electron adds to Node's process in a package. */
const packaged = process as { resourcesPath?: string }
let resources: string

beforeEach(() => {
  resources = mkdtempSync(join(tmpdir(), 'tenantry-resources-'))
  packaged.resourcesPath = resources
})
afterEach(() => {
  delete packaged.resourcesPath
  rmSync(resources, { recursive: true, force: true })
})

type Reply = { output: { phase: string; reason: string } }

describe('an installed Tenantry', () => {
  it('looks after its own updates, and takes links', async () => {
    const host = await startHost({ prepare: ({ app }) => (app.isPackaged = true) })
    const { output } = (await host.electron.handlers.get('tenantry:call')!(
      { senderFrame: host.window.webContents.mainFrame } as never, 'updates.state' as never, null as never
    )) as Reply
    // Its own folder was looked into; a checkout says that it is not installed.
    expect(output).toMatchObject({ phase: 'off', reason: 'This package was made without an address of updates.' })
    expect(host.electron.app.calls).toContain('setAsDefaultProtocolClient tenantry')
    expect(await host.quit()).toBe(0)
  })
})

describe('an error of the main process', () => {
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
