import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { calls } from '../../app/contract.ts'
import { windowOptions } from '../../app/electron/window.ts'
import { StandInWindow } from './electron-stand-in.ts'
import { page, strangers, type HostUnderTest, type Reply } from './host-under-test.ts'
import { describeOnElectron, logOf, removeFolder } from './on-electron.ts'
import type { HostOnRealBinary } from './real-binary.ts'
import { toldTo } from './stand-in.ts'
import { startHost, type StartedHost } from './started-host.ts'

/** Every option of the window's page but the path of its preload. */
const decided = {
  partition: 'persist:window',
  devTools: true,
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
}

describeOnElectron('a host that has started', (electron) => {
  let host: HostUnderTest
  beforeAll(async () => {
    host = await electron.start()
  })
  afterAll(async () => {
    expect(await host?.quit()).toBe(0)
    removeFolder(host.folder)
  })
  /** What was logged since the test began. */
  let loggedBefore = 0
  beforeEach(() => {
    loggedBefore = logOf(host.folder).length
  })
  const logged = () => logOf(host.folder).slice(loggedBefore)
  const isStandIn = electron.kind === 'stand-in'

  describe('the window', () => {
    it('is made with every option decided, of the one factory, on the page of our own scheme', async () => {
      expect(await host.windows()).toBe(1)
      expect((await host.address()).split(/[?#]/)[0]).toBe(page)
      const asked = (preferences: object) => Object.fromEntries(Object.entries(preferences).filter(([name]) => name !== 'preload' && electron.options.includes(name as never)))
      expect(asked(await host.preferences())).toEqual(asked(decided))
    })

    it('has a way to no network, this computer’s own among them, where the policy of its page does not govern', async () => {
      expect(await host.network()).toEqual({ webRtc: 'disable_non_proxied_udp', proxy: 'PROXY 127.0.0.1:9' })
    })

    it('has its title, its smallest size and the background of its theme', async () => {
      const { isDark, ...looks } = await host.looks()
      expect(looks).toEqual({ title: 'Tenantry', minimumSize: [480, 320], background: isDark ? '#0f1216' : '#f6f7f9' })
    })

    it.runIf(isStandIn)('has no option but those, and its own preload (asked of the stand-in, which keeps what the window is made with)', async () => {
      const { preload, ...preferences } = await host.preferences()
      expect(preload).toMatch(/preload\.cjs$/)
      expect(preferences).toEqual(decided)
    })

    it.runIf(!isStandIn)('is a secure context, with the contract and neither Node nor Electron (asked of the real binary, which has a page)', async () => {
      const inPage = <T>(act: () => T | Promise<T>) => (host as HostOnRealBinary).inPage(act, null)
      expect(await inPage(() => isSecureContext)).toBe(true)
      expect(await inPage(() => Object.keys(window.tenantry!).sort())).toEqual(['invoke', 'onEvent', 'openStream', 'pathOf'])
      expect(await inPage(() => ['require', 'process', 'module', 'Buffer'].filter((name) => name in window))).toEqual([])
      expect(await inPage(() => fetch('https://example.invalid/').then(() => 'fetched', () => 'refused'))).toBe('refused')
    })

    it.runIf(!isStandIn)('connects a demo tenant, in a terminal that streams over a port (asked of the real binary, which has a page)', async () => {
      const window = (host as HostOnRealBinary).firstPage()
      await window.getByRole('list', { name: 'Tenants' }).getByRole('button', { name: 'Contoso demo', exact: true }).dblclick()
      await window.getByRole('status').filter({ hasText: /^Connected/ }).waitFor({ timeout: 60_000 })
    })
  })

  describe('before it is ready', () => {
    it('has the sandbox on for every process, its own scheme, and one process a data folder', async () => {
      expect(await host.beginning()).toEqual({ isSandboxed: true, dataFolder: join(host.folder, 'data'), isFirst: true, takesLinks: false })
      expect((await host.get(page)).status).toBe(200)
    })

    it.runIf(isStandIn)('does so in this order, with these privileges of the scheme (asked of the stand-in, which keeps them)', () => {
      const { app, schemes } = toldTo(host).electron
      expect(app.calls.slice(0, 4)).toEqual([`setPath userData ${join(host.folder, 'data')}`, 'enableSandbox', 'requestSingleInstanceLock', 'whenReady'])
      expect(schemes).toEqual([{ scheme: 'app', privileges: { standard: true, secure: true, codeCache: true } }])
    })
  })

  describe('the page’s scheme', () => {
    it.each([
      ['app://evil/index.html', 403],
      ['app://tenantry.evil/index.html', 403],
      // Whoever fetches refuses this one before it is asked for.
      ...(isStandIn ? ([['app://user@tenantry/index.html', 403]] as const) : []),
      ['app://tenantry/../package.json', 404],
      ['app://tenantry/%2e%2e/app/main.js', 404],
      ['app://tenantry/..%2f..%2fpackage.json', 404],
      ['app://tenantry/%2e%2e%5c%2e%2e%5cpackage.json', 404],
      ['app://tenantry/assets/%00.js', 404],
      ['app://tenantry/%E0%A4%A', 404],
      ['app://tenantry//etc/passwd', 404],
      ['app://tenantry/index', 404],
      ['app://tenantry/assets', 404]
    ] as const)('answers %s with %i, and nothing of a file', async (url, expected) => {
      const { status, text } = await host.get(url)
      expect([status, text]).toEqual([expected, ''])
    })

    it('answers GET alone', async () => {
      for (const method of ['POST', 'PUT', 'HEAD', 'OPTIONS']) expect((await host.get(page, method)).status).toBe(405)
    })

    it('sends a policy with everything that refuses', async () => {
      const { headers } = await host.get('app://tenantry/none')
      expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'; ")
      expect(headers['content-security-policy']).toContain("; connect-src 'none'")
      expect(headers['x-content-type-options']).toBe('nosniff')
    })
  })

  describe('IPC', () => {
    it('answers the page of our window, and has no channel but the contract’s', async () => {
      expect((await host.call('app.state')).output).toMatchObject({ host: 'electron' })
      expect(await host.channels()).toEqual(['tenantry:call', 'tenantry:stream'])
    })

    it.each(strangers)('refuses %s, and says so in the log', async (stranger) => {
      const names = Object.keys(calls)
      expect(await host.callAs(stranger, names)).toEqual(names.map(() => 'wrong-sender'))
      await expect.poll(logged).toMatch(/rejected .*app\.state/)
      await host.openStreamAs(stranger)
      await expect.poll(logged).toContain('rejected a stream from')
    })

    it.runIf(isStandIn).each([['a frame inside', { url: page }], ['nobody', null]])('refuses %s (asked of the stand-in: in a real window such a frame has no preload to call with)', async (_, senderFrame) => {
      const { handlers, listeners } = toldTo(host).electron
      const reply = await (handlers.get('tenantry:call')!({ senderFrame } as never, 'app.state' as never, null as never) as Promise<Reply>)
      expect(reply.failure?.code).toBe('wrong-sender')
      listeners.get('tenantry:stream')!({ senderFrame } as never, 'a ticket' as never)
      expect(logged()).toMatch(/rejected .*app\.state[^]*rejected a stream/)
    })

    it('refuses a call that is none, and input that is not the contract’s', async () => {
      for (const [name, input] of [['constructor', null], ['__proto__', null], ['app.state', { more: 1 }], ['profiles.delete', { id: '../x' }], ['shell.openExternal', 'https://x']] as const) {
        expect((await host.call(name, input)).failure?.code).toBeTruthy()
      }
    })
  })
})

it('a window lies where it lay, where that is known, in the system’s light or dark', () => {
  const options = (isDark: boolean) => windowOptions({ preload: '/preload.cjs', bounds: { x: 5, y: 6, width: 900, height: 700 }, isPackaged: false, isDark })
  expect(options(true)).toMatchObject({ x: 5, y: 6, width: 900, height: 700, minWidth: 480 })
  const theme = readFileSync('renderer/theme.css', 'utf8')
  expect([...theme.matchAll(/--bg: (#\w+)/g)].slice(0, 2).map(([, colour]) => colour)).toEqual([options(true).backgroundColor, options(false).backgroundColor])
  expect(options(true).webPreferences).not.toHaveProperty('enableBlinkFeatures')
})

describe('a page that is quicker than the core (on the stand-in, which can be that quick)', () => {
  let host: StartedHost
  afterEach(async () => {
    expect(await host.quit()).toBe(0)
  })

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
