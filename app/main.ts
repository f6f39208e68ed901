import {
  app, BrowserWindow, dialog, ipcMain, Menu, MessageChannelMain, nativeTheme, Notification, powerMonitor, powerSaveBlocker, protocol, screen, session,
  shell, systemPreferences
} from 'electron'
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { watchPage } from './electron/crashes.ts'
import { guardContents, guardSession } from './electron/denials.ts'
import { endOnce } from './electron/ending.ts'
import { ElectronHost } from './electron/host.ts'
import { identify } from './electron/identity.ts'
import { profileIdInArguments, profileIdOfLink } from './electron/links.ts'
import { menuTemplate } from './electron/menu.ts'
import { notifier } from './electron/notifications.ts'
import { createOutsideLinks } from './electron/outside-links.ts'
import { pageScheme, pageUrl } from './electron/page.ts'
import { pagePartition, preparePageSession } from './electron/page-session.ts'
import { PasteByClick } from './electron/paste-by-click.ts'
import { followPower } from './electron/power.ts'
import { Quitting } from './electron/quitting.ts'
import { followRecents } from './electron/recents.ts'
import { refuseSwitches } from './electron/switches.ts'
import { followTheme } from './electron/theme.ts'
import { keepPlace, WindowPlaces } from './electron/window-place.ts'
import { windowOptions } from './electron/window.ts'
import type { MenuItem } from './contract.ts'
import { serveIpc } from './ipc.ts'
import { redact } from './log/redact.ts'
import type { MachineCore } from './machine.ts'

// The Electron host: one window on a page of our own, and the contract over its IPC. docs/security.md says what holds it.

const pageFolder = join(import.meta.dirname, '..', 'renderer')
let window: BrowserWindow | null = null
const pasting = new PasteByClick(Date.now, (line) => log(line))
let core: MachineCore | null = null
/** Opens the window; null before the app is ready. */
let openWindow: (() => void) | null = null
/** What a link asked for before the core was there. */
let linkedProfile: string | null = null

/** What happened before the core had a log; it gets these lines then. */
const earlyLines: string[] = []

function log(line: string): void {
  if (core) return core.log.warn(line)
  earlyLines.push(line)
  console.error(`tenantry: ${redact(line)}`)
}

/** `--data-dir FOLDER`, among whatever Electron and Chromium are given beside it; null where it is not there. */
function dataFolderOf(args: string[]): string | null {
  const { values } = parseArgs({ args, options: { 'data-dir': { type: 'string' } }, strict: false, allowPositionals: true })
  return typeof values['data-dir'] === 'string' ? resolve(values['data-dir']) : null
}

function openLink(profileId: string | null): void {
  if (profileId && core) core.openLink(profileId)
  else if (profileId) linkedProfile = profileId
  showWindow()
}

/** Brings the window to the front; on macOS it may have been closed. */
function showWindow(): void {
  if (!window) return openWindow?.()
  if (window.isMinimized()) window.restore()
  window.show()
  window.focus()
}

/** What opens the window, and keeps its place, its page and its end. */
function windowOpener(starting: Promise<MachineCore>, quitting: Quitting): () => void {
  const attach = serveIpc(starting, pageUrl, { ipcMain, MessageChannelMain }, log)
  const places = new WindowPlaces(join(app.getPath('userData'), 'window.json'))
  const displays = () => screen.getAllDisplays()
  return () => {
    const { bounds, place } = places.find(displays())
    const options = { preload: join(import.meta.dirname, 'preload.cjs'), bounds, isPackaged: app.isPackaged, isDark: nativeTheme.shouldUseDarkColors }
    const opened = new BrowserWindow(windowOptions(options))
    window = opened
    keepPlace(opened, places, displays, place)
    pasting.follow(opened.webContents)
    quitting.watch(opened)
    const leave = () => core?.leave()
    watchPage(opened, { core: { leave }, now: Date.now, log, ask: async (options) => (await dialog.showMessageBox(options)).response })
    opened.on('closed', () => {
      window = null
      leave()
    })
    attach(opened)
    void opened.loadURL(pageUrl)
  }
}

/** The menu is there before the window: until then Electron shows one of its own, with developer tools in it. */
function showMenu(starting: Promise<MachineCore>): void {
  const onChoose = (item: MenuItem) => {
    showWindow()
    if (core) core.choose(item)
    else void starting.then((started) => started.choose(item), () => {})
  }
  const show = (keys: Record<string, string[]>) => Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate({ platform: process.platform, isPackaged: app.isPackaged, keys, onChoose })))
  show({})
  // The keys that a person changed are known once the core is there.
  void starting.then((started) => {
    show(started.keys())
    started.onEvent((event) => event === 'settings.changed' && show(started.keys()))
  }, () => {})
}

/** The tenants in the dock's or the taskbar's menu. */
function showRecents(core: MachineCore): void {
  followRecents({
    platform: process.platform, core, app, open: openLink,
    setDockMenu: (template) => app.dock?.setMenu(Menu.buildFromTemplate(template)),
    program: { path: process.execPath, args: app.isPackaged ? [] : [app.getAppPath()] }
  })
}

/** The core, with all that it is made of. Loading that takes longer than opening the window, so the window comes first. */
async function loadCore(host: ElectronHost): Promise<MachineCore> {
  await new Promise((resolve) => setImmediate(resolve))
  const { createMachineCore } = await import('./machine.ts')
  const { createElectronUpdater } = await import('./updates/electron-updater.ts')
  return createMachineCore(host, {
    version: app.getVersion(),
    dataFolder: app.getPath('userData'),
    isOnBattery: () => powerMonitor.isOnBatteryPower(),
    resolveProxy: (url) => session.defaultSession.resolveProxy(url),
    ...(app.isPackaged
      ? { createUpdater: (lines) => createElectronUpdater({ platform: process.platform, env: process.env, resources: process.resourcesPath, executable: app.getPath('exe') }, lines) }
      : {})
  })
}

async function start(): Promise<void> {
  const host = new ElectronHost({ dialog, powerSaveBlocker, shell, systemPreferences }, process.platform)
  const openOutside = createOutsideLinks({ ask: (target) => host.askOutside(target), open: (target) => host.openOutside(target), log })
  app.on('web-contents-created', (_event, contents) => guardContents(contents, { pageUrl, openOutside: (address) => void openOutside(address), log }))
  await app.whenReady()
  guardSession(session.defaultSession, pageUrl, log)
  await preparePageSession(session.fromPartition(pagePartition), { pageUrl, folder: pageFolder, log })
  const starting = loadCore(host)
  const quitting = new Quitting({ platform: process.platform, app, powerMonitor, core: () => core, confirm: (question) => host.confirm(question) })
  const ending = { exit: (code: number) => app.exit(code), mayAsk: () => !quitting.isSystemEnding, isOpenAgain: () => window !== null, onEnd: () => (openWindow = null) }
  app.on('will-quit', endOnce(starting, ending))
  showMenu(starting)
  openWindow = windowOpener(starting, quitting)
  openWindow()
  app.on('activate', showWindow)
  core = await starting
  for (const line of earlyLines.splice(0)) core.log.info(`while starting: ${line}`)
  followPower(powerMonitor, core, (line) => core?.log.info(line))
  followTheme(core, nativeTheme)
  if (linkedProfile) core.openLink(linkedProfile)
  host.notify = notifier({ Notification, showWindow })
  host.paste = () => pasting.paste()
  showRecents(core)
}

// Before the app is ready: Chromium's own files go there too, and it is what tells one Tenantry from another.
const chosenFolder = dataFolderOf(process.argv.slice(1))
if (chosenFolder) {
  mkdirSync(chosenFolder, { recursive: true, mode: 0o700 })
  app.setPath('userData', chosenFolder)
}
app.enableSandbox()
if (app.isPackaged) {
  refuseSwitches(app.commandLine, log)
  identify(app, process.platform)
}
protocol.registerSchemesAsPrivileged([pageScheme])
if (app.requestSingleInstanceLock()) {
  linkedProfile = profileIdInArguments(process.argv.slice(1))
  if (app.isPackaged) app.setAsDefaultProtocolClient('tenantry')
  app.on('second-instance', (_event, args) => openLink(profileIdInArguments(args.slice(1))))
  app.on('open-url', (event, url) => {
    event.preventDefault()
    openLink(profileIdOfLink(url))
  })
  process.on('uncaughtException', (error) => log(`an error that nobody caught: ${error.stack ?? error.message}`))
  process.on('unhandledRejection', (reason) => log(`a promise that nobody caught: ${reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)}`))
  void start().catch((error: unknown) => {
    dialog.showErrorBox('Tenantry could not start', error instanceof Error ? error.message : String(error))
    app.exit(1)
  })
} else {
  // The first one is shown, and does what this one's link asks.
  app.quit()
}
