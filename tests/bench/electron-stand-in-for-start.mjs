// Stands in for Electron's module around out/app/main.js in plain Node: it tells when the window's page is asked for.
import { EventEmitter } from 'node:events'

const paths = new Map()
export const app = Object.assign(new EventEmitter(), {
  isPackaged: false,
  whenReady: async () => {},
  getVersion: () => 'bench',
  getPath: (name) => paths.get(name) ?? '',
  setPath: (name, path) => paths.set(name, path),
  getAppPath: () => '.',
  setUserTasks: () => true,
  enableSandbox() {},
  requestSingleInstanceLock: () => true,
  setAsDefaultProtocolClient: () => true,
  quit() {},
  exit: (code) => process.exit(code)
})

export class BrowserWindow extends EventEmitter {
  getNormalBounds = () => ({ x: 0, y: 0, width: 1360, height: 820 })
  isMaximized = () => false
  isFullScreen = () => false
  isMinimized = () => false
  webContents = Object.assign(new EventEmitter(), { mainFrame: { url: '' }, setWindowOpenHandler() {}, setWebRTCIPHandlingPolicy() {}, send() {}, postMessage() {} })
  async loadURL(url) {
    this.webContents.mainFrame.url = url
    process.send?.({ at: 'window', ms: performance.now() })
    // As the page does first, once it is there.
    while (!handlers.has('tenantry:call')) await new Promise((resolve) => setImmediate(resolve))
    const { output } = await handlers.get('tenantry:call')({ senderFrame: this.webContents.mainFrame }, 'profiles.list', null)
    if (!output) throw new Error('the core answered nothing')
    process.send?.({ at: 'core', ms: performance.now() })
  }
  isDestroyed() {
    return false
  }
}

const nothing = () => {}
const handlers = new Map()
export const ipcMain = { handle: (channel, handler) => handlers.set(channel, handler), on: nothing }
export class MessageChannelMain {}
export const Menu = { buildFromTemplate: (template) => template, setApplicationMenu: nothing }
export class Notification {
  static isSupported = () => false
}
export const screen = { getAllDisplays: () => [] }
export const dialog = { showErrorBox: (_title, text) => console.error(text) }
export const nativeTheme = { shouldUseDarkColors: false }
export const powerMonitor = new EventEmitter()
export const powerSaveBlocker = {}
export const protocol = { registerSchemesAsPrivileged: nothing }
const guarded = { on: nothing, setPermissionRequestHandler: nothing, setPermissionCheckHandler: nothing, setDevicePermissionHandler: nothing }
export const session = { defaultSession: { ...guarded, resolveProxy: async () => 'DIRECT' }, fromPartition: () => ({ ...guarded, setProxy: async () => {}, protocol: { handle: nothing } }) }
export const shell = {}
export const systemPreferences = { canPromptTouchID: () => false }
