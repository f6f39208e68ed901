import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { downloadRule, navigationRules, permissionRules } from '../../app/electron/denials.ts'
import { page, type HostUnderTest, type Outcome, type WayOut } from './host-under-test.ts'
import { describeOnElectron, logOf, removeFolder } from './on-electron.ts'
import { toldTo } from './stand-in.ts'

/** A real Chromium refuses some by itself, before it asks our table: then nothing is in the log. */
type First = 'our table' | 'Chromium'

describeOnElectron('the tables of what the page may not', (electron) => {
  const isStandIn = electron.kind === 'stand-in'
  let host: HostUnderTest
  /** Another site, as far as there is one on this machine. */
  let elsewhere: Server
  beforeAll(async () => {
    elsewhere = createServer((_request, response) => response.writeHead(200, { 'Content-Disposition': 'attachment' }).end('MZ')).listen(0, '127.0.0.1')
    host = await electron.start()
  })
  afterAll(async () => {
    elsewhere.close()
    expect(await host?.quit()).toBe(0)
    removeFolder(host.folder)
  })
  let loggedBefore = 0
  beforeEach(() => {
    loggedBefore = logOf(host.folder).length
  })
  const logged = () => logOf(host.folder).slice(loggedBefore)

  describe('permissions', () => {
    it('are answered by the table, where they are checked and where they are asked for', async () => {
      const { checked, granted } = electron.permissions
      for (const permission of checked) expect([permission, await host.isChecked(permission)]).toEqual([permission, permissionRules[permission].allowed])
      for (const permission of granted) expect([permission, await host.isGranted(permission)]).toEqual([permission, permissionRules[permission].allowed])
      expect(checked.length * granted.length).toBeGreaterThan(0)
    })

    it('have a reason each, and one is granted', () => {
      for (const { reason } of Object.values(permissionRules)) expect(reason).not.toBe('')
      expect(Object.entries(permissionRules).flatMap(([name, { allowed }]) => (allowed ? [name] : []))).toEqual(['clipboard-sanitized-write'])
    })

    it.runIf(isStandIn)('of devices are refused, and so is an unknown one (asked of the stand-in: a page can’t ask for them)', async () => {
      const { requestPermission, checkPermission, devicePermission } = toldTo(host).electron
      for (const permission of ['made-up', 'constructor'] as never[]) {
        expect(checkPermission!(null, permission, page, {} as never)).toBe(false)
        expect(await new Promise((resolve) => requestPermission!(null as never, permission, resolve, {} as never))).toBe(false)
      }
      expect(devicePermission!({} as never)).toBe(false)
    })
  })

  describe('ways out of the page', () => {
    it.each<[WayOut, string, boolean, Outcome, First]>([
      ['will-navigate', 'https://evil.example/', true, 'refused', 'our table'],
      ['will-navigate', 'file:///etc/passwd', true, 'refused', 'Chromium'],
      ['will-navigate', 'app://tenantry/other.html', true, 'refused', 'our table'],
      ['will-navigate', 'app://tenantry/index.html.evil', true, 'refused', 'our table'],
      ['will-navigate', `${page}?renderer=dom`, true, 'let through', 'our table'],
      ['will-frame-navigate', page, false, 'refused', 'Chromium'],
      ['will-frame-navigate', 'https://evil.example/', false, 'refused', 'Chromium'],
      ['will-frame-navigate', page, true, 'let through', 'our table'],
      ['will-redirect', page, true, 'refused', 'our table'],
      ['will-attach-webview', page, true, 'refused', 'Chromium']
    ])('%s to %s (main frame: %s) is %s', async (way, url, isMainFrame, expected, first) => {
      expect(await host.leave(way, url, isMainFrame)).toBe(expected)
      if (expected === 'refused' && (isStandIn || first === 'our table')) await expect.poll(logged).toContain('refused in the window')
    })

    it('have a row each, with a reason', () => {
      expect(Object.keys(navigationRules)).toEqual(['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview'])
      for (const { reason } of Object.values(navigationRules)) expect(reason).not.toBe('')
    })

    it.each<[string, Outcome]>([
      ['blob:app://tenantry/0b6bcb5a-9ff4-4cc3-8ae5-b4f2696b39c0', 'let through'],
      // No page makes another origin's.
      ...(isStandIn
        ? ([
            ['blob:app://tenantry.evil/0b6bcb5a-9ff4-4cc3-8ae5-b4f2696b39c0', 'refused'],
            ['blob:https://evil.example/0b6bcb5a-9ff4-4cc3-8ae5-b4f2696b39c0', 'refused']
          ] as Array<[string, Outcome]>)
        : []),
      ['data:application/x-msdownload;base64,TVo=', 'refused'],
      ['http://elsewhere/setup.exe', 'refused'],
      [page, 'refused']
    ])('a download of %s is %s', async (url, expected) => {
      expect(await host.download(url.replace('elsewhere', `127.0.0.1:${(elsewhere.address() as AddressInfo).port}`))).toBe(expected)
      expect(downloadRule.reason).not.toBe('')
      if (expected === 'refused') await expect.poll(logged).toContain('refused in the window: a download')
    })

    it('no window is opened, and a link only after a question with its real target', async () => {
      await host.answer(1)
      for (const url of ['tenantry://open/x', 'file:///etc/passwd', 'https://learn.microsoft.com@evil.example/']) expect(await host.openWindow(url)).toBe('refused')
      await expect.poll(() => logged().split('a link was not opened').length - 1).toBe(3)
      expect([await host.asked(), await host.opened()]).toEqual([[], []])
      await host.answer(0)
      expect(await host.openWindow('https://аpple.example/a')).toBe('refused')
      await expect.poll(() => host.asked()).toMatchObject([{ message: 'Open xn--pple-43d.example in your browser?', detail: 'https://xn--pple-43d.example/a', buttons: ['Cancel', 'Open'], defaultId: 0, cancelId: 0 }])
      await host.answer(1)
      expect(await host.openWindow('https://learn.microsoft.com/powershell')).toBe('refused')
      await expect.poll(() => host.opened()).toEqual(['https://learn.microsoft.com/powershell'])
      expect(await host.openWindow('http://learn.microsoft.com/')).toBe('refused')
      await expect.poll(() => host.opened()).toEqual(['https://learn.microsoft.com/powershell', 'http://learn.microsoft.com/'])
      expect((await host.asked()).at(-1)?.detail).toMatch(/^http:\/\/learn\.microsoft\.com\/\n\nThe page is not encrypted/)
      expect(await host.windows()).toBe(1)
    })
  })
})
