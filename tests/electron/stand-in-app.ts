import type * as Electron from 'electron'
import { EventEmitter } from 'node:events'

/** What the host calls of Electron's `app`. */
type App = Pick<
  Electron.App,
  | 'enableSandbox' | 'exit' | 'getAppPath' | 'getName' | 'getPath' | 'getVersion' | 'isPackaged' | 'quit' | 'requestSingleInstanceLock' | 'setAppUserModelId'
  | 'setAsDefaultProtocolClient' | 'setPath' | 'setToastActivatorCLSID' | 'setUserTasks' | 'whenReady'
> & { commandLine: Pick<Electron.CommandLine, 'hasSwitch' | 'removeSwitch'>; dock: Pick<Electron.Dock, 'setMenu'> }

/** Electron's `app`: what it was told before and after it was ready, in order. */
export class StandInApp extends EventEmitter implements App {
  readonly calls: string[] = []
  isPackaged = false
  /** Whether another Tenantry runs already. */
  isSecond = false
  readonly #paths = new Map<string, string>()
  #onExit: (code: number) => void = () => {}
  readonly exited = new Promise<number>((resolve) => (this.#onExit = resolve))

  whenReady = () => {
    this.calls.push('whenReady')
    return Promise.resolve()
  }
  getVersion = () => 'test'
  getName = () => 'Tenantry'
  setPath(name: string, path: string): void {
    this.calls.push(`setPath ${name} ${path}`)
    this.#paths.set(name, path)
  }
  getPath = (name: string) => this.#paths.get(name) ?? ''
  enableSandbox = () => void this.calls.push('enableSandbox')
  requestSingleInstanceLock(): boolean {
    this.calls.push('requestSingleInstanceLock')
    return !this.isSecond
  }
  setAsDefaultProtocolClient(scheme: string): boolean {
    this.calls.push(`setAsDefaultProtocolClient ${scheme}`)
    return true
  }
  /** Chromium's switches, as they were given. */
  readonly switches = new Set<string>()
  readonly commandLine = { hasSwitch: (name: string) => this.switches.has(name), removeSwitch: (name: string) => void this.switches.delete(name) }
  setAppUserModelId = (id: string) => void this.calls.push(`setAppUserModelId ${id}`)
  setToastActivatorCLSID = (id: string) => void this.calls.push(`setToastActivatorCLSID ${id}`)
  readonly dockMenus: unknown[] = []
  readonly dock = { setMenu: (menu: unknown) => void this.dockMenus.push(menu) }
  setUserTasks = () => true
  getAppPath = () => '/tenantry'
  /** Closes all windows; false where one stays. */
  closeWindows = () => true
  isQuitting = false
  quit(): void {
    this.calls.push('quit')
    let isPrevented = false
    this.emit('before-quit', { preventDefault: () => (isPrevented = true) })
    this.isQuitting = !isPrevented
    if (isPrevented || !this.closeWindows()) return
    this.emit('will-quit', { preventDefault: () => (isPrevented = true) })
    if (!isPrevented) this.exit()
  }
  exit(code = 0): void {
    this.calls.push(`exit ${code}`)
    this.#onExit(code)
  }
}
