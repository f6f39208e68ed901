import type { Rectangle, WebPreferences } from 'electron'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { _electron, type ElectronApplication, type Page } from 'playwright-core'
import type { SessionView } from '../../app/contract.ts'
import { page, type ElectronUnderTest, type HostUnderTest, type Outcome, type Permission, type Reply, type Stranger, type WayOut } from './host-under-test.ts'

/** So long is waited for something that must not happen. */
const settleMs = 2000
/** So long for something that must. */
const patienceMs = 30_000

/** Electron's own binary, where its package has fetched it. */
function findBinary(): string | null {
  const folder = resolve('node_modules/electron')
  const named = join(folder, 'path.txt')
  const binary = existsSync(named) ? join(folder, 'dist', readFileSync(named, 'utf8').trim()) : null
  return binary && existsSync(binary) ? binary : null
}

/** What Chromium tells of its window's options; of the others only their effects could be seen. */
const preferencesTold = [
  'contextIsolation', 'sandbox', 'nodeIntegration', 'nodeIntegrationInSubFrames', 'webSecurity', 'allowRunningInsecureContent', 'experimentalFeatures', 'webviewTag'
] as const satisfies Array<keyof WebPreferences>

/** How a page asks whether it has a permission; for the other rows Chromium gives it no way. */
const descriptors: Partial<Record<Permission, { name: string; sysex?: boolean }>> = {
  'clipboard-sanitized-write': { name: 'clipboard-write' },
  'clipboard-read': { name: 'clipboard-read' },
  'background-sync': { name: 'background-sync' },
  geolocation: { name: 'geolocation' },
  'idle-detection': { name: 'idle-detection' },
  'local-fonts': { name: 'local-fonts' },
  media: { name: 'camera' },
  midi: { name: 'midi' },
  midiSysex: { name: 'midi', sysex: true },
  notifications: { name: 'notifications' },
  'persistent-storage': { name: 'persistent-storage' },
  'screen-wake-lock': { name: 'screen-wake-lock' },
  sensors: { name: 'accelerometer' },
  'window-management': { name: 'window-management' }
}

/** What a page does to be granted one. It runs in the page. */
const requests = {
  'clipboard-read': () => navigator.clipboard.readText().then(() => true, () => false),
  // Any other error than the refusal means that it was granted.
  geolocation: () => new Promise<boolean>((told) => navigator.geolocation.getCurrentPosition(() => told(true), (error) => told(error.code !== error.PERMISSION_DENIED))),
  media: () => navigator.mediaDevices.getUserMedia({ audio: true }).then(() => true, () => false),
  midiSysex: () => navigator.requestMIDIAccess({ sysex: true }).then(() => true, () => false),
  notifications: () => Notification.requestPermission().then((answer) => answer === 'granted'),
  'persistent-storage': () => navigator.storage.persist()
} satisfies Partial<Record<Permission, () => Promise<boolean>>>

const binary = findBinary()
const { version } = JSON.parse(readFileSync(resolve('node_modules/electron/package.json'), 'utf8')) as { version: string }

/** The built host on Electron's own binary; null where that is not. */
export const realBinary: ElectronUnderTest | null = binary === null ? null : {
  name: `Electron ${version}, the real binary`,
  kind: 'real',
  options: [...preferencesTold, 'backgroundThrottling'],
  permissions: { checked: Object.keys(descriptors) as Permission[], granted: Object.keys(requests) as Permission[] },
  start: ({ folder = mkdtempSync(join(tmpdir(), 'tenantry-electron-')), args = [] } = {}) => startRealHost(binary, folder, args)
}

/** What the system was asked to do; kept in the main process. */
interface Seen {
  asked: Awaited<ReturnType<HostUnderTest['asked']>>
  opened: string[]
  downloads: Outcome[]
  button: number
}
/** The main process's own global object, as far as the tests put something there. */
type WithSeen = typeof globalThis & { seenByTests: Seen }

const argumentsFor = (folder: string, args: string[]) => [resolve('.'), '--data-dir', join(folder, 'data'), ...args]

async function startRealHost(executablePath: string, folder: string, args: string[]): Promise<HostOnRealBinary> {
  const app = await _electron.launch({ executablePath, args: argumentsFor(folder, args), chromiumSandbox: true })
  await (await app.firstWindow()).getByRole('list', { name: 'Tenants' }).waitFor()
  // The system's own dialogs and programs are nobody's here to answer; everything else is Electron's.
  await app.evaluate(({ dialog, shell, session }, savePath) => {
    const seen: Seen = { asked: [], opened: [], downloads: [], button: 1 }
    ;(globalThis as WithSeen).seenByTests = seen
    dialog.showMessageBox = async (...given: unknown[]) => {
      seen.asked.push(given.at(-1) as Seen['asked'][number])
      return { response: seen.button, checkboxChecked: false }
    }
    shell.openExternal = async (url) => void seen.opened.push(url)
    session.fromPartition('persist:window').on('will-download', (event, item) => {
      seen.downloads.push(event.defaultPrevented ? 'refused' : 'let through')
      if (!event.defaultPrevented) item.setSavePath(savePath)
    })
  }, join(folder, 'downloaded.txt'))
  const host = new HostOnRealBinary(executablePath, app, folder)
  await host.listen()
  return host
}

/** Asks until there is an answer. */
async function until<T>(ask: () => Promise<T | null | undefined>, withinMs = patienceMs): Promise<T | null> {
  for (const end = Date.now() + withinMs; Date.now() < end; await delay(50)) {
    // A page that goes away never answers.
    const answer = await Promise.race([ask().catch(() => null), delay(settleMs, null)])
    if (answer !== null && answer !== undefined) return answer
  }
  return null
}

export class HostOnRealBinary implements HostUnderTest {
  readonly #binary: string
  readonly #app: ElectronApplication
  readonly folder: string

  constructor(binary: string, app: ElectronApplication, folder: string) {
    this.#binary = binary
    this.#app = app
    this.folder = folder
  }

  /** The window's page, for what a person does there. */
  firstPage = (): Page => this.#app.windows()[0]!
  /** Runs in the window's page, by Electron's own call: it works over crashes too. The app's window is the first of all. */
  inPage<T, A = null>(act: (argument: A) => T | Promise<T>, argument: A): Promise<T> {
    const code = `(${act.toString()})(${JSON.stringify(argument)})`
    return this.#app.evaluate(({ BrowserWindow }, source) => BrowserWindow.fromId(1)!.webContents.executeJavaScript(source, true) as Promise<T>, code)
  }
  #seen = (): Promise<Seen> => this.#app.evaluate(() => (globalThis as WithSeen).seenByTests)

  beginning = () =>
    this.#app.evaluate(({ app }) => ({
      isSandboxed: app.commandLine.hasSwitch('enable-sandbox') && !app.commandLine.hasSwitch('no-sandbox'),
      dataFolder: app.getPath('userData'),
      isFirst: app.hasSingleInstanceLock(),
      takesLinks: app.isDefaultProtocolClient('tenantry')
    }))
  windows = () => this.#app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)
  address = () => this.inPage(() => location.href, null)
  preferences = () =>
    this.#app.evaluate(({ BrowserWindow }) => {
      const { webContents } = BrowserWindow.fromId(1)!
      // Not in Electron's types, and what Electron's own tests ask.
      const { getLastWebPreferences } = webContents as unknown as { getLastWebPreferences(this: unknown): WebPreferences }
      return { ...getLastWebPreferences.call(webContents), backgroundThrottling: webContents.getBackgroundThrottling() }
    })
  network = () =>
    this.#app.evaluate(async ({ BrowserWindow }) => {
      const { webContents } = BrowserWindow.fromId(1)!
      return { webRtc: webContents.getWebRTCIPHandlingPolicy(), proxy: await webContents.session.resolveProxy('http://127.0.0.1:80/') }
    })
  looks = () =>
    this.#app.evaluate(({ BrowserWindow, nativeTheme }) => {
      const window = BrowserWindow.fromId(1)!
      return { title: window.getTitle(), minimumSize: window.getMinimumSize(), background: window.getBackgroundColor().toLowerCase(), isDark: nativeTheme.shouldUseDarkColors }
    })
  bounds = () => this.#app.evaluate(({ BrowserWindow }) => BrowserWindow.fromId(1)!.getNormalBounds())
  move = (to: Rectangle) => this.#app.evaluate(({ BrowserWindow }, bounds) => BrowserWindow.fromId(1)!.setBounds(bounds), to)
  hide = () => this.#app.evaluate(({ BrowserWindow }) => BrowserWindow.fromId(1)!.hide())
  isShown = () => this.#app.evaluate(({ BrowserWindow }) => BrowserWindow.fromId(1)!.isVisible())

  call = (name: string, input: unknown = null): Promise<Reply> =>
    this.inPage((asked) => window.tenantry!.invoke(asked.name as never, asked.input) as Promise<Reply>, { name, input })
  /** Counts events from now on, in a page that has just been loaded. */
  listen = () =>
    this.inPage(() => {
      const heard: string[] = []
      Object.assign(window, { heardByTests: heard })
      window.tenantry!.onEvent(({ event }) => void heard.push(event))
    }, null)
  told = (event: string) => this.inPage((name) => (window as unknown as { heardByTests: string[] }).heardByTests.filter((heard) => heard === name).length, event)

  callAs = (stranger: Stranger, names: string[]) =>
    this.#as<string[]>(
      stranger,
      `Promise.all(${JSON.stringify(names)}.map((name) => tenantry.invoke(name, null).then(({ failure }) => failure ? failure.code : 'answered')))`
    )
  openStreamAs = (stranger: Stranger) => this.#as<void>(stranger, `void tenantry.openStream('a ticket')`)
  /** What no page can bring about, the main process does: another window with our preload, or another page in ours. */
  async #as<T>(stranger: Stranger, code: string): Promise<T> {
    const preload = resolve('out/app/preload.cjs')
    const url = { 'another window on our page': page, 'another page in our window': 'about:blank', 'a file in our window': pathToFileURL(resolve('out/renderer/index.html')).href }[stranger]
    const isOurs = stranger !== 'another window on our page'
    const result = await this.#app.evaluate(async ({ BrowserWindow }, given) => {
      const ours = BrowserWindow.fromId(1)!
      const window = given.isOurs ? ours : new BrowserWindow({ show: false, webPreferences: { preload: given.preload, partition: 'persist:window', sandbox: true, contextIsolation: true } })
      await window.loadURL(given.url)
      const answer = (await window.webContents.executeJavaScript(given.code)) as T
      if (given.isOurs) await ours.loadURL(given.page)
      else window.destroy()
      return answer
    }, { url, code, preload, page, isOurs })
    if (isOurs) await this.listen()
    return result
  }
  /** Electron keeps its handlers to itself; they are a map all the same. */
  channels = () =>
    this.#app.evaluate(({ ipcMain: registered }) => {
      const { _invokeHandlers: handlers } = registered as unknown as { _invokeHandlers: Map<string, unknown> }
      // Electron itself listens to `error`, so that no page can throw with it.
      return [...handlers.keys(), ...registered.eventNames().map(String).filter((name) => name !== 'error')].sort()
    })

  get = (url: string, method = 'GET') =>
    this.#app.evaluate(async ({ BrowserWindow }, asked) => {
      const response = await BrowserWindow.fromId(1)!.webContents.session.fetch(asked.url, { method: asked.method })
      return { status: response.status, text: await response.text(), headers: Object.fromEntries(response.headers.entries()) as Record<string, string> }
    }, { url, method })
  isChecked = (permission: Permission) =>
    this.inPage(async (descriptor) => (await navigator.permissions.query(descriptor as PermissionDescriptor)).state === 'granted', descriptors[permission]!)
  isGranted = (permission: Permission) => this.inPage(requests[permission as keyof typeof requests], null)

  async leave(way: WayOut, url: string, isMainFrame: boolean): Promise<Outcome> {
    if (way === 'will-redirect') return this.#beRedirected()
    if (way === 'will-attach-webview') return this.#showWebview(url)
    return isMainFrame ? this.#go(url) : this.#goInFrame(url)
  }
  async #go(url: string): Promise<Outcome> {
    await this.inPage((target) => {
      Object.assign(window, { isSamePage: true })
      setTimeout(() => (location.href = target), 0)
    }, url)
    const isGone = await until(async () => (await this.inPage(() => 'isSamePage' in window, null)) ? null : true, settleMs)
    if (isGone) await this.listen()
    return isGone ? 'let through' : 'refused'
  }
  async #goInFrame(url: string): Promise<Outcome> {
    await this.inPage((target) => {
      const frame = document.body.appendChild(Object.assign(document.createElement('iframe'), { id: 'of-tests' }))
      setTimeout(() => (frame.contentWindow!.location.href = target), 0)
    }, url)
    const addresses = () =>
      this.#app.evaluate(({ BrowserWindow }) => Promise.all(BrowserWindow.fromId(1)!.webContents.mainFrame.frames.map((frame) => frame.executeJavaScript('location.href') as Promise<string>)))
    const isThere = await until(async () => (await addresses()).some((address) => address.startsWith(url)) || null, settleMs)
    await this.inPage(() => document.querySelector('#of-tests')!.remove(), null)
    return isThere ? 'let through' : 'refused'
  }
  /** The page’s own files redirect nowhere, so the main process opens what does. */
  async #beRedirected(): Promise<Outcome> {
    let isReached = false
    const server = createServer(({ url }, response) => {
      isReached ||= url === '/moved'
      response.writeHead(url === '/moved' ? 200 : 302, { Location: '/moved' }).end()
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    await this.#app.evaluate(({ BrowserWindow }, url) => BrowserWindow.fromId(1)!.loadURL(url).catch(() => {}), address)
    server.close()
    return isReached ? 'let through' : 'refused'
  }
  async #showWebview(url: string): Promise<Outcome> {
    const contents = () => this.#app.evaluate(({ webContents }) => webContents.getAllWebContents().length)
    const before = await contents()
    await this.inPage((src) => void document.body.append(Object.assign(document.createElement('webview'), { src })), url)
    return (await until(async () => (await contents()) > before || null, settleMs)) ? 'let through' : 'refused'
  }
  async download(url: string): Promise<Outcome> {
    const before = (await this.#seen()).downloads.length
    if (url.startsWith('http')) await this.#app.evaluate(({ BrowserWindow }, target) => BrowserWindow.fromId(1)!.webContents.downloadURL(target), url)
    else {
      await this.inPage((target) => {
        const href = target.startsWith('blob:') ? URL.createObjectURL(new Blob(['text'])) : target
        Object.assign(document.createElement('a'), { href, download: 'file.txt' }).click()
      }, url)
    }
    const outcome = await until(async () => (await this.#seen()).downloads[before])
    if (!outcome) throw new Error(`Electron told of no download of ${url}`)
    return outcome
  }
  openWindow = async (url: string): Promise<Outcome> => ((await this.inPage((target) => window.open(target) === null, url)) ? 'refused' : 'let through')

  answer = (button: number) => this.#app.evaluate((_, chosen) => void ((globalThis as WithSeen).seenByTests.button = chosen), button)
  asked = async () => (await this.#seen()).asked
  opened = async () => (await this.#seen()).opened

  async startAgain(...args: string[]): Promise<number> {
    const second = spawn(this.#binary, argumentsFor(this.folder, args), { stdio: 'ignore' })
    const [code] = (await once(second, 'exit')) as [number | null]
    return code ?? -1
  }
  /** Only an installed app is told by macOS itself. */
  openUrl = (url: string) =>
    this.#app.evaluate(({ app }, link) => {
      let isPrevented = false
      app.emit('open-url', { preventDefault: () => (isPrevented = true) }, link)
      return isPrevented
    }, url)
  async linkLed(profileId: string) {
    const led = await until(async () => {
      const { sessions } = (await this.call('sessions.list')).output as { sessions: SessionView[] }
      if (sessions.some((session) => session.profileId === profileId)) return 'to its session' as const
      const isTold = await this.inPage(() => document.body.innerText.includes('The link leads to a profile that is not on this computer.'), null)
      return isTold ? ('to a profile that is not here' as const) : null
    })
    return led ?? 'nowhere'
  }
  async crashPage() {
    await this.inPage(() => void Object.assign(window, { isSamePage: true }), null)
    await this.#app.evaluate(({ BrowserWindow }) => BrowserWindow.fromId(1)!.webContents.forcefullyCrashRenderer())
    const isNew = await until(async () => (await this.inPage(() => !('isSamePage' in window) && document.readyState === 'complete', null)) || null)
    if (!isNew) throw new Error('the page was not loaded anew')
    await this.listen()
  }
  askToQuit = () => this.#app.evaluate(({ app }) => app.quit())
  async quit() {
    await this.answer(1)
    const exited = once(this.#app.process(), 'exit')
    await this.#app.close()
    const [code] = (await exited) as [number | null]
    return code ?? -1
  }
}
