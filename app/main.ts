import { app, BrowserWindow, dialog, ipcMain, MessageChannelMain, powerMonitor, powerSaveBlocker, protocol, session, shell, systemPreferences } from 'electron'
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { guardContents, guardSession } from './electron/denials.ts'
import { endOnce } from './electron/ending.ts'
import { ElectronHost } from './electron/host.ts'
import { profileIdInArguments, profileIdOfLink } from './electron/links.ts'
import { createOutsideLinks } from './electron/outside-links.ts'
import { answerPage, pageScheme, pageUrl } from './electron/page.ts'
import { windowOptions } from './electron/window.ts'
import { serveIpc } from './ipc.ts'
import { createMachineCore, type MachineCore } from './machine.ts'
import { createElectronUpdater } from './updates/electron-updater.ts'

// The Electron host: one window on a page of our own, and the contract over its IPC. docs/security.md says what holds it.

const pageFolder = join(import.meta.dirname, '..', 'renderer')
let window: BrowserWindow | null = null
let core: MachineCore | null = null
/** What a link asked for before the core was there. */
let linkedProfile: string | null = null

const log = (line: string) => (core ? core.log.warn(line) : console.error(`tenantry: ${line}`))

/** `--data-dir FOLDER`, among whatever Electron and Chromium are given beside it; null where it is not there. */
function dataFolderOf(args: string[]): string | null {
  const { values } = parseArgs({ args, options: { 'data-dir': { type: 'string' } }, strict: false, allowPositionals: true })
  return typeof values['data-dir'] === 'string' ? resolve(values['data-dir']) : null
}

function openLink(profileId: string | null): void {
  if (profileId && core) core.openLink(profileId)
  else if (profileId) linkedProfile = profileId
  if (window?.isMinimized()) window.restore()
  window?.show()
  window?.focus()
}

function openWindow(attach: ReturnType<typeof serveIpc>): void {
  window = new BrowserWindow(windowOptions(join(import.meta.dirname, 'preload.cjs')))
  window.on('closed', () => {
    window = null
    core?.leave()
  })
  attach(window)
  void window.loadURL(pageUrl)
}

async function start(): Promise<void> {
  const host = new ElectronHost({ dialog, powerSaveBlocker, shell, systemPreferences }, process.platform)
  const openOutside = createOutsideLinks({ ask: (target) => host.askOutside(target), open: (target) => host.openOutside(target), log })
  app.on('web-contents-created', (_event, contents) => guardContents(contents, { pageUrl, openOutside: (address) => void openOutside(address), log }))
  await app.whenReady()
  guardSession(session.defaultSession, log)
  protocol.handle('app', (request) => answerPage(request, pageFolder))
  const starting = createMachineCore(host, {
    version: app.getVersion(),
    dataFolder: app.getPath('userData'),
    resolveProxy: (url) => session.defaultSession.resolveProxy(url),
    ...(app.isPackaged
      ? { createUpdater: (lines) => createElectronUpdater({ platform: process.platform, env: process.env, resources: process.resourcesPath, executable: app.getPath('exe') }, lines) }
      : {})
  })
  app.on('window-all-closed', () => app.quit())
  app.on('will-quit', endOnce(starting, (code) => app.exit(code)))
  core = await starting
  powerMonitor.on('resume', () => core?.wake())
  powerMonitor.on('lock-screen', () => core?.lock())
  if (linkedProfile) core.openLink(linkedProfile)
  openWindow(serveIpc(core, pageUrl, { ipcMain, MessageChannelMain }, log))
}

// Before the app is ready: Chromium's own files go there too, and it is what tells one Tenantry from another.
const chosenFolder = dataFolderOf(process.argv.slice(1))
if (chosenFolder) {
  mkdirSync(chosenFolder, { recursive: true, mode: 0o700 })
  app.setPath('userData', chosenFolder)
}
app.enableSandbox()
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
