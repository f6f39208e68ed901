import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { navigationRules, permissionRules } from '../../app/electron/denials.ts'
import { windowOptions } from '../../app/electron/window.ts'
import { StandInWindow } from './electron-stand-in.ts'
import { startHost, type StartedHost } from './started-host.ts'

beforeAll(() => console.log('the Electron host runs on a stand-in of Electron’s module'))

let host: StartedHost
afterEach(async () => {
  expect(await host.quit()).toBe(0)
})

const page = 'app://tenantry/index.html'
type Reply = { output?: unknown; failure?: { code: string } }
const call = (name: string, input: unknown = null, senderFrame: unknown = host.window.webContents.mainFrame) =>
  host.electron.handlers.get('tenantry:call')!({ senderFrame } as never, name as never, input as never) as Promise<Reply>
const logged = () => readFileSync(join(host.folder, 'data', 'logs', 'tenantry.log'), 'utf8')
const events = (name: string) => host.window.webContents.sent.filter(({ channel, args }) => channel === 'tenantry:event' && (args[0] as { event: string }).event === name)

describe('the window', () => {
  it('is made with every option decided, of the one factory, on the page of our own scheme', async () => {
    host = await startHost()
    expect(StandInWindow.all).toHaveLength(1)
    expect(host.window.loaded).toBe(page)
    const { preload, ...preferences } = host.window.options.webPreferences!
    expect(preload).toMatch(/preload\.cjs$/)
    expect(preferences).toEqual({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      backgroundThrottling: false,
      spellcheck: false
    })
    expect(host.window.options).toMatchObject({ minWidth: 480, minHeight: 320, title: 'Tenantry' })
    expect(host.window.options.webPreferences).not.toHaveProperty('enableBlinkFeatures')
  })

  it('lies where it lay, where that is known', async () => {
    host = await startHost()
    expect(windowOptions('/preload.cjs', { x: 5, y: 6, width: 900, height: 700 })).toMatchObject({ x: 5, y: 6, width: 900, height: 700, minWidth: 480 })
  })
})

describe('before it is ready', () => {
  it('has the sandbox on for every process, its own scheme, and one process a data folder', async () => {
    host = await startHost()
    const { calls } = host.electron.app
    expect(calls.slice(0, 4)).toEqual([`setPath userData ${join(host.folder, 'data')}`, 'enableSandbox', 'requestSingleInstanceLock', 'whenReady'])
    expect(host.electron.schemes).toEqual([{ scheme: 'app', privileges: { standard: true, secure: true, codeCache: true } }])
  })

  it('registers links for an installed app only', async () => {
    host = await startHost()
    expect(host.electron.app.calls).not.toContain('setAsDefaultProtocolClient tenantry')
  })
})

describe('a page that is quicker than the core', () => {
  it('is answered once the core is there', async () => {
    const early = new Promise<Reply>((resolve) => {
      void startHost({
        prepare: (electron) => {
          electron.onWindow = () => {}
          setTimeout(function look() {
            const handler = electron.handlers.get('tenantry:call')
            if (!handler || !StandInWindow.all[0]) return void setTimeout(look, 1)
            resolve(handler({ senderFrame: StandInWindow.all[0].webContents.mainFrame } as never, 'app.state' as never, null as never) as Promise<Reply>)
          }, 0)
        }
      }).then((started) => (host = started))
    })
    expect((await early).output).toMatchObject({ host: 'electron' })
    await expect.poll(() => host.electron.app.calls).toContain('whenReady')
  })
})

describe('the page’s scheme', () => {
  const get = (url: string, method = 'GET') => host.electron.answerScheme!({ url, method } as Request)

  it.each([
    ['app://evil/index.html', 403],
    ['app://tenantry.evil/index.html', 403],
    ['app://user@tenantry/index.html', 403],
    ['app://tenantry/../package.json', 404],
    ['app://tenantry/%2e%2e/app/main.js', 404],
    ['app://tenantry/..%2f..%2fpackage.json', 404],
    ['app://tenantry/%2e%2e%5c%2e%2e%5cpackage.json', 404],
    ['app://tenantry/assets/%00.js', 404],
    ['app://tenantry/%E0%A4%A', 404],
    ['app://tenantry//etc/passwd', 404],
    ['app://tenantry/index', 404],
    ['app://tenantry/assets', 404]
  ])('answers %s with %i, and nothing of a file', async (url, status) => {
    host = await startHost()
    const response = await get(url)
    expect([response.status, await response.text()]).toEqual([status, ''])
  })

  it('answers GET alone', async () => {
    host = await startHost()
    for (const method of ['POST', 'PUT', 'HEAD', 'OPTIONS']) expect((await get(page, method)).status).toBe(405)
  })

  it('sends a policy with everything that refuses', async () => {
    host = await startHost()
    const { headers } = await get('app://tenantry/none')
    expect(headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'; ")
    expect(headers.get('content-security-policy')).toContain("; connect-src 'none'")
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  })
})

describe('permissions', () => {
  it('are answered by the table, those of devices with no, and an unknown one too', async () => {
    host = await startHost()
    const { requestPermission, checkPermission, devicePermission } = host.electron
    const granted = (permission: string) => {
      let answer: boolean | null = null
      requestPermission!(null as never, permission as never, (is) => (answer = is), {} as never)
      expect(checkPermission!(null, permission as never, page, {} as never)).toBe(answer)
      return answer
    }
    for (const [permission, { allowed, reason }] of Object.entries(permissionRules)) {
      expect(reason).not.toBe('')
      expect([permission, granted(permission)]).toEqual([permission, allowed])
    }
    expect(Object.entries(permissionRules).flatMap(([name, { allowed }]) => (allowed ? [name] : []))).toEqual(['clipboard-sanitized-write'])
    expect([granted('made-up'), granted('constructor')]).toEqual([false, false])
    expect(devicePermission!({} as never)).toBe(false)
  })
})

describe('ways out of the page', () => {
  it.each<[keyof typeof navigationRules, string, boolean, 'refused' | 'let through']>([
    ['will-navigate', 'https://evil.example/', true, 'refused'],
    ['will-navigate', 'file:///etc/passwd', true, 'refused'],
    ['will-navigate', 'app://tenantry/other.html', true, 'refused'],
    ['will-navigate', 'app://tenantry/index.html.evil', true, 'refused'],
    ['will-navigate', `${page}?renderer=dom`, true, 'let through'],
    ['will-frame-navigate', page, false, 'refused'],
    ['will-frame-navigate', 'https://evil.example/', false, 'refused'],
    ['will-frame-navigate', page, true, 'let through'],
    ['will-redirect', page, true, 'refused'],
    ['will-attach-webview', page, true, 'refused']
  ])('%s to %s (main frame: %s) is %s', async (event, url, isMainFrame, expected) => {
    host = await startHost()
    expect(host.window.webContents.attempt(event, { url, isMainFrame })).toBe(expected)
    if (expected === 'refused') expect(logged()).toContain('refused in the window')
  })

  it('have a row each, with a reason', async () => {
    host = await startHost()
    expect(Object.keys(navigationRules)).toEqual(['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview'])
    for (const { reason } of Object.values(navigationRules)) expect(reason).not.toBe('')
  })

  it('no window is opened, and a link only after a question with its real target', async () => {
    host = await startHost()
    const { openWindow } = host.window.webContents
    const link = async (url: string, response: number) => {
      host.electron.response = response
      expect(openWindow!({ url })).toEqual({ action: 'deny' })
      await new Promise((resolve) => setImmediate(resolve))
    }
    await link('http://learn.microsoft.com/', 1)
    await link('tenantry://open/x', 1)
    await link('file:///etc/passwd', 1)
    await link('https://learn.microsoft.com@evil.example/', 1)
    expect([host.electron.asked, host.electron.opened]).toEqual([[], []])
    await link('https://аpple.example/a', 0)
    expect(host.electron.asked).toMatchObject([{ message: 'Open xn--pple-43d.example in your browser?', detail: 'https://xn--pple-43d.example/a', buttons: ['Cancel', 'Open'], defaultId: 0, cancelId: 0 }])
    expect(host.electron.opened).toEqual([])
    await link('https://learn.microsoft.com/powershell', 1)
    expect(host.electron.opened).toEqual(['https://learn.microsoft.com/powershell'])
    expect(StandInWindow.all).toHaveLength(1)
  })
})

describe('IPC', () => {
  it('answers the page of our window, and has no channel but the contract’s', async () => {
    host = await startHost()
    expect((await call('app.state')).output).toMatchObject({ host: 'electron', version: 'test' })
    expect([...host.electron.handlers.keys(), ...host.electron.listeners.keys()].sort()).toEqual(['tenantry:call', 'tenantry:stream'])
  })

  it.each([
    ['a frame inside', () => ({ url: page })],
    ['another page in our window', () => Object.assign(host.window.webContents.mainFrame, { url: 'app://tenantry/other.html' })],
    ['a file', () => Object.assign(host.window.webContents.mainFrame, { url: 'file:///index.html' })],
    ['nobody', () => null]
  ])('refuses %s, and says so in the log', async (_, frame) => {
    host = await startHost()
    expect((await call('app.state', null, frame())).failure?.code).toBe('wrong-sender')
    expect(logged()).toMatch(/rejected .*app\.state/)
  })

  it('refuses a call that is none, and input that is not the contract’s', async () => {
    host = await startHost()
    for (const [name, input] of [['constructor', null], ['__proto__', null], ['app.state', { more: 1 }], ['profiles.delete', { id: '../x' }], ['shell.openExternal', 'https://x']] as const) {
      expect((await call(name, input)).failure?.code).toBeTruthy()
    }
  })
})

describe('links', () => {
  const taken = () => call('app.takeLink')

  it('of a second start focus the first and open the profile there', async () => {
    host = await startHost()
    const { profiles } = (await call('profiles.list')).output as { profiles: Array<{ id: string }> }
    host.window.minimized = true
    host.electron.app.emit('second-instance', {}, ['/electron', `tenantry://open/${profiles[0]!.id}`], '/', {})
    expect(host.window).toMatchObject({ minimized: false, shown: 1, focused: 1 })
    expect(events('link.opened')).toHaveLength(1)
    expect(await taken()).toEqual({ output: { profileId: profiles[0]!.id } })
    expect(await taken()).toEqual({ output: { profileId: null } })
  })

  it('that the app was started with wait for the window', async () => {
    const id = randomUUID()
    host = await startHost({ args: [`tenantry://open/${id}`] })
    expect((await taken()).failure?.code).toBe('link-profile-unknown')
    expect((await taken()).output).toEqual({ profileId: null })
  })

  it('of macOS come as an event', async () => {
    host = await startHost()
    let isPrevented = false
    host.electron.app.emit('open-url', { preventDefault: () => (isPrevented = true) }, `tenantry://open/${randomUUID()}`)
    expect([isPrevented, events('link.opened').length, host.window.focused]).toEqual([true, 1, 1])
  })

  it('that are hostile focus the window, and no more', async () => {
    host = await startHost()
    for (const link of ['tenantry://open/x', 'tenantry://delete/x', `tenantry://open/${randomUUID()}?force=1`, 'tenantry://open/../../x']) {
      host.electron.app.emit('second-instance', {}, ['/electron', link, '--inspect'], '/', {})
    }
    expect([events('link.opened').length, host.window.focused]).toEqual([0, 4])
  })
})

describe('a second start', () => {
  it('ends at once, and opens neither a window nor a core', async () => {
    host = await startHost({ prepare: (electron) => (electron.app.isSecond = true) })
    expect(host.electron.app.calls.slice(2)).toEqual(['requestSingleInstanceLock', 'quit', 'exit 0'])
    expect(existsSync(join(host.folder, 'data', 'logs'))).toBe(false)
  })
})
