import { app, BrowserWindow, dialog, ipcMain, MessageChannelMain, powerMonitor, powerSaveBlocker, shell, systemPreferences } from 'electron'
import { mkdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import type { Host, Question } from './adapters.ts'
import { endProcess } from './ending.ts'
import { serveIpc } from './ipc.ts'
import { createMachineCore } from './machine.ts'
import { opensOutside } from './outside-links.ts'

// The minimal Electron host: one window, and the contract over its IPC.

const page = join(import.meta.dirname, '..', 'renderer', 'index.html')

class ElectronHost implements Host {
  readonly kind = 'electron' as const
  /** Touch ID on a Mac that has it. Electron has no call for Windows Hello: there the keychain is asked. */
  readonly askPerson = process.platform === 'darwin' && systemPreferences.canPromptTouchID()
    ? { by: 'touch-id' as const, ask: (reason: string) => systemPreferences.promptTouchID(reason) }
    : null
  #blocker: number | null = null

  async confirm(question: Question): Promise<boolean> {
    const { response } = await dialog.showMessageBox({
      type: 'question',
      title: question.title,
      message: question.message,
      detail: question.detail,
      buttons: ['Cancel', question.confirmLabel],
      defaultId: 0,
      cancelId: 0
    })
    return response === 1
  }

  async chooseFile({ title }: { title: string }): Promise<string | null> {
    const { filePaths } = await dialog.showOpenDialog({ title, properties: ['openFile'] })
    return filePaths[0] ?? null
  }

  async chooseFolder({ title }: { title: string }): Promise<string | null> {
    const { filePaths } = await dialog.showOpenDialog({ title, properties: ['openDirectory', 'createDirectory'] })
    return filePaths[0] ?? null
  }

  saveFile = async ({ title, fileName, text }: { title: string; fileName: string; text: string }): Promise<string | null> => {
    const { filePath, canceled } = await dialog.showSaveDialog({ title, defaultPath: fileName })
    if (canceled || !filePath) return null
    await writeFile(filePath, text)
    return filePath
  }

  async openBrowser(url: string): Promise<boolean> {
    // The core names https pages of a login service, and a demo's on this machine.
    await shell.openExternal(url)
    return true
  }

  keepAwake(on: boolean): void {
    if (on && this.#blocker === null) this.#blocker = powerSaveBlocker.start('prevent-app-suspension')
    if (!on && this.#blocker !== null) {
      powerSaveBlocker.stop(this.#blocker)
      this.#blocker = null
    }
  }
}

function createWindow(): BrowserWindow {
  const window = new BrowserWindow({
    width: 1360,
    height: 820,
    minWidth: 480,
    minHeight: 320,
    backgroundColor: '#0f1216',
    webPreferences: {
      preload: join(import.meta.dirname, 'preload.cjs'),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      backgroundThrottling: false
    }
  })
  window.webContents.setWindowOpenHandler(({ url }) => {
    if (opensOutside(url)) void shell.openExternal(url)
    return { action: 'deny' }
  })
  window.webContents.on('will-navigate', (event) => event.preventDefault())
  void window.loadFile(page)
  return window
}

/** `--data-dir FOLDER`, among whatever Electron and Chromium are given beside it; null where it is not there. */
function dataFolderOf(args: string[]): string | null {
  const { values } = parseArgs({ args, options: { 'data-dir': { type: 'string' } }, strict: false, allowPositionals: true })
  return typeof values['data-dir'] === 'string' ? resolve(values['data-dir']) : null
}

// Before the app is ready: Chromium's own files go there too.
const chosenFolder = dataFolderOf(process.argv.slice(1))
if (chosenFolder) {
  mkdirSync(chosenFolder, { recursive: true, mode: 0o700 })
  app.setPath('userData', chosenFolder)
}

void app.whenReady().then(async () => {
  const starting = createMachineCore(new ElectronHost(), { version: app.getVersion(), dataFolder: app.getPath('userData') })
  app.on('window-all-closed', () => app.quit())
  app.on('will-quit', (event) => {
    event.preventDefault()
    void starting.then((core) => core.dispose().finally(() => endProcess(core, () => app.exit())), () => app.exit(1))
  })
  const core = await starting
  powerMonitor.on('resume', () => core.wake())
  powerMonitor.on('lock-screen', () => core.lock())
  serveIpc(core, createWindow(), pathToFileURL(page).href, { ipcMain, MessageChannelMain }, (line) => console.error(`tenantry: ${line}`))
})
