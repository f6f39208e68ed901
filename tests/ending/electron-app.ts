import type { App } from 'electron'
import { EventEmitter } from 'node:events'

/*
 * Stands in for Electron around app/main.ts, as far as starting, one window and quitting go. Like Electron's, its end
 * is Node's end. The test closes the window by a signal.
 */

class StandInApp extends EventEmitter implements Pick<App, 'whenReady' | 'getVersion' | 'setPath' | 'quit' | 'exit' | 'enableSandbox' | 'requestSingleInstanceLock' | 'isPackaged'> {
  readonly isPackaged = false
  readonly #paths = new Map<string, string>()

  whenReady = () => Promise.resolve()
  getVersion = () => 'test'
  enableSandbox() {}
  requestSingleInstanceLock = () => true
  setPath = (name: string, path: string) => void this.#paths.set(name, path)
  getPath = (name: string) => this.#paths.get(name) ?? ''
  getAppPath = () => '/tenantry'
  setUserTasks = () => true
  exit = (code = 0) => process.exit(code)
  quit(): void {
    let isPrevented = false
    this.emit('will-quit', { preventDefault: () => (isPrevented = true) })
    if (!isPrevented) this.exit()
  }
}

export const app = new StandInApp()

export class BrowserWindow extends EventEmitter {
  readonly webContents = { mainFrame: { url: '' }, on() {}, send() {}, postMessage() {}, setWindowOpenHandler() {}, setWebRTCIPHandlingPolicy() {} }

  async loadURL(): Promise<void> {
    process.on('SIGUSR2', () => {
      this.emit('closed')
      app.emit('window-all-closed')
    })
    console.log('the window is open')
  }
  isDestroyed = () => false
  isMinimized = () => false
  isMaximized = () => false
  isFullScreen = () => false
  getNormalBounds = () => ({ x: 0, y: 0, width: 1360, height: 820 })
}

export const ipcMain = { handle() {}, on() {} }
export class MessageChannelMain {}
export const Menu = { buildFromTemplate: (template: unknown) => template, setApplicationMenu() {} }
export class Notification {
  static isSupported = () => false
}
export const screen = { getAllDisplays: () => [] }
export const dialog = { showErrorBox: (title: string, text: string) => console.error(`${title}: ${text}`) }
export const nativeTheme = { shouldUseDarkColors: true }
export const powerMonitor = new EventEmitter()
export const powerSaveBlocker = {}
export const protocol = { registerSchemesAsPrivileged() {} }
const guarded = { setPermissionRequestHandler() {}, setPermissionCheckHandler() {}, setDevicePermissionHandler() {}, on() {} }
export const session = { defaultSession: { ...guarded, resolveProxy: async () => 'DIRECT' }, fromPartition: () => ({ ...guarded, setProxy: async () => {}, protocol: { handle() {} } }) }
export const shell = {}
export const systemPreferences = { canPromptTouchID: () => false }
