import type * as Electron from 'electron'
import { EventEmitter } from 'node:events'
import { StandInApp } from './stand-in-app.ts'

/*
 * Stands in for Electron where its binary is not: the parts of its module that the host uses, by Electron's own types. It
 * keeps what it was told, and a test plays what Electron would do.
 */

type Handler = (...args: never[]) => unknown

/** Electron's WebContents, as far as the host guards and talks to it. */
export class StandInContents extends EventEmitter {
  mainFrame = { url: '' }
  sent: Array<{ channel: string; args: unknown[] }> = []
  openWindow: ((details: { url: string }) => { action: string }) | null = null

  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.openWindow = handler
  }
  send(channel: string, ...args: unknown[]): void {
    this.sent.push({ channel, args })
  }
  postMessage(channel: string, ...args: unknown[]): void {
    this.sent.push({ channel, args })
  }
  reloads = 0
  reload(): void {
    this.reloads++
    this.emit('did-finish-load')
  }
  isDestroyed(): boolean {
    return false
  }
  /** Whether the page was kept from doing it. */
  attempt(event: string, details: object = {}, ...args: unknown[]): 'refused' | 'let through' {
    let isPrevented = false
    this.emit(event, { ...details, preventDefault: () => (isPrevented = true) }, ...args)
    return isPrevented ? 'refused' : 'let through'
  }
}

export class StandInWindow extends EventEmitter {
  static all: StandInWindow[] = []
  readonly webContents = new StandInContents()
  readonly options: Electron.BrowserWindowConstructorOptions
  loaded: string | null = null
  shown = 0
  focused = 0
  minimized = false

  constructor(options: Electron.BrowserWindowConstructorOptions) {
    super()
    this.options = options
    StandInWindow.all.push(this)
    state.app.emit('web-contents-created', {}, this.webContents)
  }
  static getAllWindows = () => StandInWindow.all
  async loadURL(url: string): Promise<void> {
    this.loaded = url
    this.webContents.mainFrame.url = url
    this.webContents.emit('did-finish-load')
    state.onWindow(this)
  }
  isClosed = false
  isDestroyed = () => this.isClosed
  bounds = { x: 10, y: 20, width: 900, height: 700 }
  getNormalBounds = () => this.bounds
  isMaximized = () => false
  isFullScreen = () => false
  maximize(): void {}
  setFullScreen(): void {}
  /** What a person does at its button; where it was the last one, the app is told. */
  close(): void {
    let isPrevented = false
    this.emit('close', { preventDefault: () => (isPrevented = true) })
    if (isPrevented) return
    this.isClosed = true
    StandInWindow.all = StandInWindow.all.filter((window) => window !== this)
    this.emit('closed')
    if (StandInWindow.all.length === 0) state.app.emit('window-all-closed')
  }
  isMinimized = () => this.minimized
  restore = () => void (this.minimized = false)
  show = () => void this.shown++
  focus = () => void this.focused++
}

export class StandInNotification extends EventEmitter {
  static isSupported = () => true
  readonly options: { title: string; body: string }

  constructor(options: { title: string; body: string }) {
    super()
    this.options = options
  }
  show(): void {
    state.notifications.push(this)
  }
}

/** What the host told Electron, and what Electron is to answer. */
export class StandInState {
  readonly app = new StandInApp()
  readonly handlers = new Map<string, Handler>()
  readonly listeners = new Map<string, Handler>()
  readonly schemes: Electron.CustomScheme[] = []
  answerScheme: ((request: Request) => Promise<Response>) | null = null
  readonly opened: string[] = []
  readonly asked: Electron.MessageBoxOptions[] = []
  readonly errors: string[] = []
  /** Which button is pressed. */
  response = 0
  readonly powerMonitor = new EventEmitter()
  menu: Electron.MenuItemConstructorOptions[] = []
  readonly notifications: StandInNotification[] = []
  requestPermission: Parameters<Electron.Session['setPermissionRequestHandler']>[0] = null
  checkPermission: Parameters<Electron.Session['setPermissionCheckHandler']>[0] = null
  devicePermission: Parameters<Electron.Session['setDevicePermissionHandler']>[0] = null
  onWindow: (window: StandInWindow) => void = () => {}
}

export let state = new StandInState()

/** A new Electron for a new start. */
export function startAnew(): StandInState {
  StandInWindow.all = []
  return (state = new StandInState())
}

/** The module, as `import … from 'electron'` finds it. */
export function electronModule() {
  return {
    app: state.app,
    BrowserWindow: StandInWindow,
    MessageChannelMain: class {
      port1 = Object.assign(new EventEmitter(), { start() {}, close() {}, postMessage() {} })
      port2 = {}
    },
    ipcMain: {
      handle: (channel: string, handler: Handler) => void state.handlers.set(channel, handler),
      on: (channel: string, handler: Handler) => void state.listeners.set(channel, handler)
    },
    protocol: {
      registerSchemesAsPrivileged: (schemes: Electron.CustomScheme[]) => void state.schemes.push(...schemes),
      handle: (_scheme: string, handler: (request: Request) => Promise<Response>) => void (state.answerScheme = handler)
    },
    session: {
      defaultSession: {
        resolveProxy: async () => 'DIRECT',
        setPermissionRequestHandler: (handler: StandInState['requestPermission']) => void (state.requestPermission = handler),
        setPermissionCheckHandler: (handler: StandInState['checkPermission']) => void (state.checkPermission = handler),
        setDevicePermissionHandler: (handler: StandInState['devicePermission']) => void (state.devicePermission = handler)
      }
    },
    shell: { openExternal: async (url: string) => void state.opened.push(url) },
    dialog: {
      showMessageBox: async (...args: unknown[]) => {
        state.asked.push(args.at(-1) as Electron.MessageBoxOptions)
        return { response: state.response, checkboxChecked: false }
      },
      showErrorBox: (title: string, text: string) => void state.errors.push(`${title}: ${text}`)
    },
    Menu: { buildFromTemplate: (template: Electron.MenuItemConstructorOptions[]) => template, setApplicationMenu: (menu: Electron.MenuItemConstructorOptions[]) => void (state.menu = menu) },
    Notification: StandInNotification,
    screen: { getAllDisplays: () => [{ bounds: { x: 0, y: 0, width: 1920, height: 1080 }, workArea: { x: 0, y: 0, width: 1920, height: 1040 }, scaleFactor: 1 }] },
    powerMonitor: state.powerMonitor,
    powerSaveBlocker: { start: () => 1, stop() {} },
    systemPreferences: { canPromptTouchID: () => false }
  }
}
