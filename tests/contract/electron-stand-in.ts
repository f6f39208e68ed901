import type {
  ContextBridge, IpcMain, IpcMainEvent, IpcMainInvokeEvent, IpcRenderer, IpcRendererEvent, MessagePortMain, WebContents, WebFrameMain
} from 'electron'
import { EventEmitter } from 'node:events'
import { MessageChannel, type MessagePort as NodePort } from 'node:worker_threads'
import type { ElectronIpc, IpcWindow } from '../../app/ipc.ts'
import type { ElectronBridge } from '../../renderer/transports/electron.ts'

type Handler = Parameters<IpcMain['handle']>[1]
type Listener = Parameters<IpcMain['on']>[1]
type RendererListener = Parameters<IpcRenderer['on']>[1]

/**
 * Stands in for Electron where its binary is not: the parts of its IPC that the product uses, by Electron's own types.
 * What crosses is cloned as Electron clones it, and takes a turn of the event loop; ports are Node's.
 */
export class ElectronStandIn implements ElectronIpc {
  readonly window: IpcWindow
  readonly page = new PageWindow()
  /** How many streams' ports the main process gave to the window. */
  portsPosted = 0
  readonly MessageChannelMain = StandInChannel
  readonly #handlers = new Map<string, Handler>()
  readonly #listeners = new EventEmitter()
  readonly #rendererListeners = new EventEmitter()
  readonly #pageEvents = new EventEmitter()
  #exposed: ElectronBridge | null = null
  #isDestroyed = false

  constructor(pageUrl: string) {
    const mainFrame = { url: `${pageUrl}?renderer=dom` } as WebFrameMain
    const contents: Pick<WebContents, 'mainFrame' | 'send' | 'postMessage'> = {
      mainFrame,
      send: (channel, ...args) => this.#toRenderer(channel, args, []),
      postMessage: (channel, message, transfer = []) => {
        this.portsPosted += transfer.length
        this.#toRenderer(channel, [message], transfer.map((port) => (port as unknown as StandInPort).node))
      }
    }
    const on = ((event: string, listener: () => void) => this.#pageEvents.on(event, listener)) as unknown as WebContents['on']
    this.window = { webContents: { ...contents, on }, isDestroyed: () => this.#isDestroyed }
  }

  readonly ipcMain: Pick<IpcMain, 'handle' | 'on'> = {
    handle: (channel, listener) => void this.#handlers.set(channel, listener),
    on: (channel, listener) => {
      this.#listeners.on(channel, listener)
      return this.ipcMain as IpcMain
    }
  }

  readonly ipcRenderer: Pick<IpcRenderer, 'invoke' | 'send' | 'on' | 'off'> = {
    invoke: async (channel, ...args) => structuredClone(await this.handle(channel, this.#ours<IpcMainInvokeEvent>(), ...(await crossed(args)))),
    send: (channel, ...args) => void crossed(args).then((arrived) => this.receive(channel, this.#ours<IpcMainEvent>(), ...arrived)),
    on: (channel, listener: RendererListener) => {
      this.#rendererListeners.on(channel, listener)
      return this.ipcRenderer as IpcRenderer
    },
    off: (channel, listener: RendererListener) => {
      this.#rendererListeners.off(channel, listener)
      return this.ipcRenderer as IpcRenderer
    }
  }

  readonly contextBridge: Pick<ContextBridge, 'exposeInMainWorld'> = {
    exposeInMainWorld: (key, api: ElectronBridge) => {
      if (key === 'tenantry') this.#exposed = api
    }
  }

  /** What the preload gave to the page. */
  exposed(): ElectronBridge {
    if (!this.#exposed) throw new Error('the preload exposed nothing')
    return this.#exposed
  }

  /** An invocation that arrives in the main process. */
  async handle(channel: string, event: IpcMainInvokeEvent, ...args: unknown[]): Promise<unknown> {
    return this.#handlers.get(channel)?.(event, ...args)
  }

  /** A message that arrives in the main process. */
  receive(channel: string, event: IpcMainEvent, ...args: Parameters<Listener> extends [unknown, ...infer A] ? A : never): void {
    this.#listeners.emit(channel, event, ...args)
  }

  finishLoading(): void {
    this.#pageEvents.emit('did-finish-load')
  }

  close(): void {
    this.#isDestroyed = true
  }

  #ours<E extends IpcMainEvent | IpcMainInvokeEvent>(): E {
    return { senderFrame: this.window.webContents.mainFrame } as Partial<IpcMainEvent> as E
  }

  #toRenderer(channel: string, args: unknown[], ports: NodePort[]): void {
    const event = { ports: ports as unknown[] as MessagePort[] } as Partial<IpcRendererEvent>
    void crossed(args).then((arrived) => this.#rendererListeners.emit(channel, event, ...arrived))
  }
}

async function crossed<T>(value: T): Promise<T> {
  const clone = structuredClone(value)
  await new Promise((resolve) => setImmediate(resolve))
  return clone
}

/** Electron's port of the main process: like the window's, but an EventEmitter that must be started. */
class StandInPort extends EventEmitter implements Pick<MessagePortMain, 'postMessage' | 'start' | 'close'> {
  readonly node: NodePort

  constructor(node: NodePort) {
    super()
    this.node = node
    node.on('close', () => this.emit('close'))
  }
  postMessage(message: unknown): void {
    this.node.postMessage(message)
  }
  start(): void {
    this.node.on('message', (data) => this.emit('message', { data, ports: [] }))
  }
  close(): void {
    this.node.close()
  }
}

/** Two ports that are joined, as the main process makes them. */
export class StandInChannel {
  readonly port1: MessagePortMain
  readonly port2: MessagePortMain

  constructor() {
    const { port1, port2 } = new MessageChannel()
    this.port1 = new StandInPort(port1) as unknown as MessagePortMain
    this.port2 = new StandInPort(port2) as unknown as MessagePortMain
  }
}

/** The page's `window`, as far as ports come through it. */
class PageWindow extends EventTarget {
  postMessage(data: unknown, _origin: string, ports: MessagePort[] = []): void {
    const event = Object.assign(new Event('message'), { data: structuredClone(data), source: this, ports })
    setImmediate(() => this.dispatchEvent(event))
  }
}
