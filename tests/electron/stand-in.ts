import type { HandlerDetails, Rectangle } from 'electron'
import { EventEmitter } from 'node:events'
import { permissionRules } from '../../app/electron/denials.ts'
import { windowOptions } from '../../app/electron/window.ts'
import { StandInWindow } from './electron-stand-in.ts'
import { startHost, startSecond, type StartedHost } from './started-host.ts'
import { page, type ElectronUnderTest, type HostUnderTest, type Outcome, type Permission, type Reply, type Stranger, type WayOut } from './host-under-test.ts'

const options = Object.keys(windowOptions({ preload: '', isPackaged: false, isDark: false }).webPreferences!) as ElectronUnderTest['options']
const rows = Object.keys(permissionRules) as Permission[]

/** The real main process and core, on a stand-in of Electron's module: a test plays what Electron would do. */
export const standIn: ElectronUnderTest = {
  name: 'the stand-in',
  kind: 'stand-in',
  options,
  permissions: { checked: rows, granted: rows },
  start: async (options = {}) => new HostOnStandIn(await startHost(options))
}

/** What the stand-in of a host was told; for what the stand-in alone can be asked. */
export const toldTo = (host: HostUnderTest): StartedHost => (host as HostOnStandIn).started

/** Beside what every host answers, what the stand-in was told. */
class HostOnStandIn implements HostUnderTest {
  readonly started: StartedHost
  readonly #bounds: Partial<Rectangle>

  constructor(started: StartedHost) {
    this.started = started
    const { x, y, width, height } = started.window.options
    this.#bounds = { x, y, width, height }
  }
  get folder() {
    return this.started.folder
  }
  get #electron() {
    return this.started.electron
  }
  get #window() {
    return this.started.window
  }

  async beginning() {
    const { calls } = this.#electron.app
    return {
      isSandboxed: calls.includes('enableSandbox') && calls.indexOf('enableSandbox') < calls.indexOf('whenReady'),
      dataFolder: this.#electron.app.getPath('userData'),
      isFirst: calls.includes('requestSingleInstanceLock'),
      takesLinks: calls.includes('setAsDefaultProtocolClient tenantry')
    }
  }
  windows = async () => StandInWindow.all.length
  address = async () => this.#window.webContents.mainFrame.url
  preferences = async () => this.#window.options.webPreferences!
  network = async () => {
    const { proxy, partition } = this.#electron
    const isOurs = partition !== '' && this.#window.options.webPreferences!.partition === partition
    const isAll = proxy.mode === 'fixed_servers' && proxy.proxyBypassRules === '<-loopback>'
    return { webRtc: this.#window.webContents.webRtcPolicy, proxy: isOurs && isAll ? `PROXY ${proxy.proxyRules!.replace('http://', '')}` : 'DIRECT' }
  }
  async looks() {
    const { title = '', minWidth = 0, minHeight = 0, backgroundColor = '' } = this.#window.options
    return { title, minimumSize: [minWidth, minHeight], background: backgroundColor, isDark: false }
  }
  bounds = async () => this.#bounds
  async move(to: Rectangle) {
    this.#window.bounds = to
    this.#window.emit('move')
  }
  async hide() {
    this.#window.shown = 0
  }
  isShown = async () => this.#window.shown > 0

  call(name: string, input: unknown = null) {
    return this.#callFrom(this.#window.webContents.mainFrame, name, input)
  }
  #callFrom(senderFrame: { url: string } | null, name: string, input: unknown = null) {
    return this.#electron.handlers.get('tenantry:call')!({ senderFrame } as never, name as never, input as never) as Promise<Reply>
  }
  told = async (event: string) =>
    this.#window.webContents.sent.filter(({ channel, args }) => channel === 'tenantry:event' && (args[0] as { event: string }).event === event).length
  callAs = (stranger: Stranger, names: string[]) =>
    this.#as(stranger, (frame) => Promise.all(names.map(async (name) => (await this.#callFrom(frame, name)).failure?.code ?? 'answered')))
  openStreamAs = (stranger: Stranger) =>
    this.#as(stranger, async (senderFrame) => void this.#electron.listeners.get('tenantry:stream')!({ senderFrame } as never, 'a ticket' as never))
  async #as<T>(stranger: Stranger, act: (frame: { url: string }) => Promise<T>): Promise<T> {
    if (stranger === 'another window on our page') return act({ url: page })
    const { mainFrame } = this.#window.webContents
    mainFrame.url = stranger === 'a file in our window' ? 'file:///index.html' : 'about:blank'
    return act(mainFrame).finally(() => (mainFrame.url = page))
  }
  channels = async () => [...this.#electron.handlers.keys(), ...this.#electron.listeners.keys()].sort()

  async get(url: string, method = 'GET') {
    const response = await this.#electron.answerScheme!({ url, method } as Request)
    return { status: response.status, text: await response.text(), headers: Object.fromEntries(response.headers) }
  }
  isChecked = async (permission: string) => this.#electron.checkPermission!(null, permission as never, page, {} as never)
  isGranted = (permission: string) =>
    new Promise<boolean>((resolve) => this.#electron.requestPermission!(null as never, permission as never, resolve, {} as never))
  leave = async (way: WayOut, url: string, isMainFrame: boolean) => this.#window.webContents.attempt(way, { url, isMainFrame })
  download = async (url: string): Promise<Outcome> => {
    let isPrevented = false
    this.#electron.downloads.emit('will-download', { preventDefault: () => (isPrevented = true) }, { getURL: () => url })
    return isPrevented ? 'refused' : 'let through'
  }
  openWindow = async (url: string) => (this.#window.webContents.openWindow!({ url } as HandlerDetails).action === 'deny' ? 'refused' : 'let through')

  async answer(button: number) {
    this.#electron.response = button
  }
  asked = async () => this.#electron.asked
  opened = async () => this.#electron.opened

  /** The second process's own main script, and what Electron tells the first one of it. */
  async startAgain(...args: string[]) {
    const { code, argv } = await startSecond(this.started, args)
    this.#electron.app.emit('second-instance', {}, argv, '/', {})
    return code
  }
  async openUrl(url: string) {
    let isPrevented = false
    this.#electron.app.emit('open-url', { preventDefault: () => (isPrevented = true) }, url)
    return isPrevented
  }
  /** No page is here to take the link. */
  async linkLed(profileId: string) {
    const { output, failure } = await this.call('app.takeLink')
    if (failure?.code === 'link-profile-unknown') return 'to a profile that is not here'
    return (output as { profileId: string | null } | undefined)?.profileId === profileId ? 'to its session' : 'nowhere'
  }
  async crashPage() {
    const { reloads } = this.#window.webContents
    ;(this.#window.webContents as EventEmitter).emit('render-process-gone', {}, { reason: 'crashed', exitCode: 5 })
    if (this.#window.webContents.reloads !== reloads + 1) throw new Error('the page was not loaded anew')
  }
  async askToQuit() {
    this.#electron.app.quit()
    await new Promise((resolve) => setImmediate(resolve))
  }
  async quit() {
    this.#electron.response = 1
    return this.started.quit({ keepsFolder: true })
  }
}
