import type * as Electron from 'electron'
import { EventEmitter } from 'node:events'
import { StandInChannel } from '../contract/electron-stand-in.ts'
import { StandInApp } from './stand-in-app.ts'

/*
 * Stands in for Electron where its binary is not: the parts of its module that the host uses, by Electron's own types. It
 * keeps what it was told, and a test plays what Electron would do.
 */

type Handler = (...args: never[]) => unknown

/** What the host calls of Electron's WebContents. */
type Contents = Pick<Electron.WebContents, 'isDestroyed' | 'paste' | 'postMessage' | 'reload' | 'send' | 'setWebRTCIPHandlingPolicy' | 'setWindowOpenHandler'>

/** Electron's WebContents, as far as the host guards and talks to it. */
export class StandInContents extends EventEmitter implements Contents {
  mainFrame = { url: '' }
  sent: Array<{ channel: string; args: unknown[] }> = []
  openWindow: ((details: Electron.HandlerDetails) => { action: string }) | null = null

  webRtcPolicy = 'default'
  setWebRTCIPHandlingPolicy(policy: string): void {
    this.webRtcPolicy = policy
  }
  setWindowOpenHandler(handler: (details: Electron.HandlerDetails) => { action: string }): void {
    this.openWindow = handler
  }
  send(channel: string, ...args: unknown[]): void {
    this.sent.push({ channel, args })
  }
  postMessage(channel: string, ...args: unknown[]): void {
    this.sent.push({ channel, args })
  }
  pastes = 0
  paste(): void {
    this.pastes++
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

/** What the host calls of Electron's window. */
type Window = Pick<Electron.BrowserWindow, 'close' | 'focus' | 'getNormalBounds' | 'isDestroyed' | 'isFullScreen' | 'isMaximized' | 'isMinimized' | 'loadURL' | 'maximize' | 'restore' | 'setFullScreen' | 'show'>

export class StandInWindow extends EventEmitter implements Window {
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
    if (StandInWindow.all.length === 0 && !state.app.isQuitting) state.app.emit('window-all-closed')
  }
  isMinimized = () => this.minimized
  restore = () => void (this.minimized = false)
  show = () => void this.shown++
  focus = () => void this.focused++
}

export class StandInNotification extends EventEmitter implements Pick<Electron.Notification, 'show'> {
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
  /** On its battery a machine has no shell to spare. */
  readonly powerMonitor = Object.assign(new EventEmitter(), { isOnBatteryPower: () => true })
  menu: Electron.MenuItemConstructorOptions[] = []
  readonly notifications: StandInNotification[] = []
  requestPermission: Parameters<Electron.Session['setPermissionRequestHandler']>[0] = null
  checkPermission: Parameters<Electron.Session['setPermissionCheckHandler']>[0] = null
  devicePermission: Parameters<Electron.Session['setDevicePermissionHandler']>[0] = null
  /** The session that was asked for, and what was told of it. */
  partition = ''
  proxy: Electron.ProxyConfig = {}
  readonly downloads = new EventEmitter()
  readonly nativeTheme: Pick<Electron.NativeTheme, 'shouldUseDarkColors' | 'themeSource'> = { shouldUseDarkColors: false, themeSource: 'system' }
  /** Addresses that the system was asked for a way to, and what it answers. */
  readonly routed: string[] = []
  route = 'DIRECT'
  onWindow: (window: StandInWindow) => void = () => {}

  constructor() {
    this.app.closeWindows = () => {
      for (const window of StandInWindow.all) window.close()
      return StandInWindow.all.length === 0
    }
  }
}

export let state = new StandInState()

/** A new Electron for a new start. */
export function startAnew(): StandInState {
  StandInWindow.all = []
  return (state = new StandInState())
}

/** Steps aside for another Electron; returns what brings this one back. */
export function interrupt(): () => void {
  const [interrupted, windows] = [state, StandInWindow.all]
  return () => {
    state = interrupted
    StandInWindow.all = windows
  }
}

/** What is guarded of each session. */
type Guarded = Pick<Electron.Session, 'on' | 'setDevicePermissionHandler' | 'setPermissionCheckHandler' | 'setPermissionRequestHandler'>

const display: Partial<Electron.Display> = { bounds: { x: 0, y: 0, width: 1920, height: 1080 }, workArea: { x: 0, y: 0, width: 1920, height: 1040 }, scaleFactor: 1 }

/** The module, as `import … from 'electron'` finds it. */
export function electronModule() {
  return {
    app: state.app,
    BrowserWindow: StandInWindow,
    MessageChannelMain: StandInChannel,
    ipcMain: {
      handle: (channel, handler) => void state.handlers.set(channel, handler),
      on(channel, handler) {
        state.listeners.set(channel, handler)
        return this as Electron.IpcMain
      }
    } satisfies Pick<Electron.IpcMain, 'handle' | 'on'>,
    protocol: {
      registerSchemesAsPrivileged: (schemes) => void state.schemes.push(...schemes)
    } satisfies Pick<Electron.Protocol, 'registerSchemesAsPrivileged'>,
    session: {
      defaultSession: {
        on() {
          return this as never
        },
        resolveProxy: async (url) => {
          state.routed.push(url)
          return state.route
        },
        setPermissionRequestHandler() {},
        setPermissionCheckHandler() {},
        setDevicePermissionHandler() {}
      } satisfies Guarded & Pick<Electron.Session, 'resolveProxy'>,
      fromPartition: (partition: string) => {
        state.partition = partition
        return {
          on(event: string, listener: Handler) {
            state.downloads.on(event, listener as () => void)
            return this as never
          },
          setPermissionRequestHandler: (handler) => void (state.requestPermission = handler),
          setPermissionCheckHandler: (handler) => void (state.checkPermission = handler),
          setDevicePermissionHandler: (handler) => void (state.devicePermission = handler),
          setProxy: async (config) => void (state.proxy = config),
          protocol: { handle: (_scheme, handler) => void (state.answerScheme = async (request) => handler(request)) }
        } satisfies Guarded & Pick<Electron.Session, 'setProxy'> & { protocol: Pick<Electron.Protocol, 'handle'> }
      }
    },
    shell: { openExternal: async (url) => void state.opened.push(url) } satisfies Pick<Electron.Shell, 'openExternal'>,
    dialog: {
      showMessageBox: async (...args: unknown[]) => {
        state.asked.push(args.at(-1) as Electron.MessageBoxOptions)
        return { response: state.response, checkboxChecked: false }
      },
      showErrorBox: (title, text) => void state.errors.push(`${title}: ${text}`)
    } satisfies Pick<Electron.Dialog, 'showMessageBox' | 'showErrorBox'>,
    // A menu is the template that it was made of.
    Menu: {
      buildFromTemplate: (template) => template as unknown as Electron.Menu,
      setApplicationMenu: (menu) => void (state.menu = menu as unknown as Electron.MenuItemConstructorOptions[])
    } satisfies Pick<typeof Electron.Menu, 'buildFromTemplate' | 'setApplicationMenu'>,
    Notification: StandInNotification satisfies Pick<typeof Electron.Notification, 'isSupported'>,
    screen: { getAllDisplays: () => [display as Electron.Display] } satisfies Pick<Electron.Screen, 'getAllDisplays'>,
    nativeTheme: state.nativeTheme,
    powerMonitor: state.powerMonitor satisfies Pick<Electron.PowerMonitor, 'isOnBatteryPower'>,
    powerSaveBlocker: { start: () => 1, stop: () => true } satisfies Pick<Electron.PowerSaveBlocker, 'start' | 'stop'>,
    systemPreferences: { canPromptTouchID: () => false } satisfies Pick<Electron.SystemPreferences, 'canPromptTouchID'>
  } satisfies Partial<Record<keyof typeof Electron, unknown>>
}
