import { randomUUID } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { HostUnderTest } from './host-under-test.ts'
import { removeFolder } from './on-electron.ts'
import { standIn, toldTo } from './stand-in.ts'
import type { StartedHost } from './started-host.ts'

/* What the main process hands from the system to the core and back, on a stand-in of Electron's module. */

let proxy: Server
/** What the proxy was asked to lead to; it leads nowhere. */
const tunnels: Array<string | undefined> = []
let host: HostUnderTest
let told: StartedHost

beforeAll(async () => {
  // The machine's own would come before what the system says.
  for (const name of Object.keys(process.env).filter((variable) => /_proxy$/i.test(variable))) vi.stubEnv(name, undefined)
  proxy = createServer().on('connect', ({ url }, socket) => {
    tunnels.push(url)
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  host = await standIn.start()
  told = toldTo(host)
})
afterAll(async () => {
  expect(await host?.quit()).toBe(0)
  removeFolder(host.folder)
  proxy.close()
  vi.unstubAllEnvs()
})

it('the system draws its dialogs in the theme that is chosen', async () => {
  expect(told.electron.nativeTheme.themeSource).toBe('system')
  expect(await host.call('settings.change', { key: 'appearance.theme', value: 'contrast-dark' })).not.toHaveProperty('failure')
  expect(told.electron.nativeTheme.themeSource).toBe('dark')
})

it('the system is asked for the way to the service that signs in, and its proxy is taken', async () => {
  told.electron.route = `PROXY 127.0.0.1:${(proxy.address() as AddressInfo).port}; DIRECT`
  const target = { domain: 'northwind.example', cloud: 'worldwide', customCloud: null }
  const { failure } = await host.call('accounts.signIn', { id: randomUUID(), how: 'device', clientId: randomUUID(), target })
  expect(failure?.code).toBe('proxy-failed')
  expect(told.electron.routed).toEqual([expect.stringMatching(/^https:\/\/login\.microsoftonline\.com\/northwind\.example\//)])
  expect(tunnels).toEqual(['login.microsoftonline.com:443'])
})

it('the window has the clipboard pasted right after a key or a button of the mouse, as Electron saw it', async () => {
  const contents = told.window.webContents
  const pasted = async () => [(await host.call('app.paste')).output, contents.pastes]
  expect(await pasted()).toEqual([{ isPasted: false }, 0])
  contents.emit('before-mouse-event', {}, { type: 'mouseDown' })
  expect(await pasted()).toEqual([{ isPasted: true }, 1])
  contents.emit('before-input-event', {}, { type: 'keyDown' })
  expect(await pasted()).toEqual([{ isPasted: true }, 2])
})
