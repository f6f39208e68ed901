import { app, BrowserWindow, dialog, ipcMain, MessageChannelMain, powerSaveBlocker, type IpcMainEvent, type IpcMainInvokeEvent, type MessagePortMain } from 'electron'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Host, Question } from './adapters.ts'
import type { ByteStream } from './contract.ts'
import type { Core } from './core.ts'
import { createMachineCore } from './machine.ts'

// The minimal Electron host: one window, the contract over IPC with its sender checked, streams over MessagePorts.

const page = join(import.meta.dirname, '..', 'renderer', 'index.html')

class ElectronHost implements Host {
  readonly kind = 'electron' as const
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
  window.webContents.setWindowOpenHandler(() => ({ action: 'deny' }))
  window.webContents.on('will-navigate', (event) => event.preventDefault())
  void window.loadFile(page)
  return window
}

/** Only the top frame of our own window, on our own page, may ask. */
function isOurs(event: IpcMainInvokeEvent | IpcMainEvent, window: BrowserWindow): boolean {
  const frame = event.senderFrame
  return frame !== null && frame === window.webContents.mainFrame && frame.url.split(/[?#]/)[0] === pathToFileURL(page).href
}

function streamOver(port: MessagePortMain): ByteStream {
  return {
    send: (frame) => port.postMessage(frame),
    onFrame: (listener) => {
      port.on('message', ({ data }) => {
        if (data instanceof Uint8Array) listener(data)
      })
      port.start()
    },
    onClose: (listener) => port.on('close', listener),
    close: () => port.close()
  }
}

function connect(core: Core, window: BrowserWindow): void {
  ipcMain.handle('tenantry:call', (event, call: unknown, input: unknown) =>
    core.dispatch({ trusted: isOurs(event, window), description: event.senderFrame?.url ?? 'no frame' }, String(call), input)
  )
  ipcMain.on('tenantry:stream', (event, ticket: unknown) => {
    if (!isOurs(event, window)) return
    const { port1, port2 } = new MessageChannelMain()
    if (!core.openStream(String(ticket), streamOver(port1))) port1.close()
    window.webContents.postMessage('tenantry:stream', String(ticket), [port2])
  })
  core.onEvent((event, data) => {
    if (!window.isDestroyed()) window.webContents.send('tenantry:event', { event, data })
  })
}

void app.whenReady().then(async () => {
  const core = await createMachineCore(new ElectronHost(), { version: app.getVersion(), dataFolder: app.getPath('userData') })
  connect(core, createWindow())
  app.on('window-all-closed', () => app.quit())
  app.on('will-quit', (event) => {
    event.preventDefault()
    void core.dispose().finally(() => app.exit())
  })
})
