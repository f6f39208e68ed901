import type { ByteStream, CallInput, CallName, CallOutput, EventData, EventName, Failure } from '../../app/contract.ts'
import { CallFailed, type Bridge, type LinkState } from '../bridge.ts'

/** The preview's close code for a window that another one replaced. */
const replacedCloseCode = 4001
const firstRetryMs = 250
const slowestRetryMs = 5000

const lost: Failure = {
  code: 'connection-lost',
  message: 'Tenantry does not answer.',
  hint: 'Start Tenantry again; this window connects by itself.',
  retryable: true
}

/** The contract over the preview's control socket, and one socket for each session's stream. */
export function webSocketTransport(): Bridge {
  return new ControlSocket()
}

class ControlSocket implements Bridge {
  #socket: WebSocket | null = null
  #state: LinkState = 'connecting'
  #nextId = 1
  #retryMs = firstRetryMs
  #retryTimer: ReturnType<typeof setTimeout> | undefined
  #unsent: string[] = []
  readonly #pending = new Map<number, { resolve: (output: unknown) => void; reject: (error: Error) => void }>()
  readonly #eventListeners = new Map<string, Set<(data: unknown) => void>>()
  readonly #stateListeners = new Set<(state: LinkState) => void>()
  readonly #lostListeners = new Set<(reason: string) => void>()

  constructor() {
    void this.#enter()
  }

  call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
    if (this.#state !== 'connected' && this.#state !== 'connecting') return Promise.reject(new CallFailed(lost))
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve: resolve as (output: unknown) => void, reject })
      const text = JSON.stringify({ id, call: name, input: input ?? undefined })
      if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(text)
      else this.#unsent.push(text)
    })
  }

  on<N extends EventName>(name: N, listener: (data: EventData<N>) => void): () => void {
    const listeners = this.#eventListeners.get(name) ?? new Set()
    this.#eventListeners.set(name, listeners.add(listener as (data: unknown) => void))
    return () => listeners.delete(listener as (data: unknown) => void)
  }

  onState(listener: (state: LinkState) => void): () => void {
    this.#stateListeners.add(listener)
    listener(this.#state)
    return () => this.#stateListeners.delete(listener)
  }

  onLost(listener: (reason: string) => void): () => void {
    this.#lostListeners.add(listener)
    return () => this.#lostListeners.delete(listener)
  }

  retry(): void {
    if (this.#state !== 'lost' || this.#retryTimer === undefined) return
    clearTimeout(this.#retryTimer)
    this.#retryMs = firstRetryMs
    this.#enterAgain()
  }

  openStream(ticket: string): ByteStream {
    return new StreamSocket(`${socketOrigin()}/stream?ticket=${encodeURIComponent(ticket)}`)
  }

  /** Exchanges the address's key for a cookie; without a key, asks whether the cookie of before still holds. */
  async #enter(): Promise<void> {
    const key = location.hash.slice(1)
    try {
      const request = key ? { method: 'POST', body: JSON.stringify({ key }) } : {}
      const response = await fetch('/session', request)
      if (key) history.replaceState(null, '', location.pathname + location.search)
      if (response.status === 401) return this.#setState('refused')
    } catch {
      return this.#retryLater()
    }
    this.#open()
  }

  #open(): void {
    const socket = new WebSocket(`${socketOrigin()}/control`)
    this.#socket = socket
    socket.onopen = () => {
      this.#retryMs = firstRetryMs
      this.#setState('connected')
      for (const text of this.#unsent.splice(0)) socket.send(text)
    }
    socket.onmessage = (message) => this.#receive(JSON.parse(message.data))
    socket.onclose = (event) => {
      this.#failPending()
      if (event.code === replacedCloseCode) return this.#setState('replaced')
      for (const listener of this.#lostListeners) listener(event.reason || 'The connection was closed.')
      this.#retryLater()
    }
  }

  #receive(message: { id?: number; output?: unknown; failure?: Failure; event?: string; data?: unknown }): void {
    if (message.event !== undefined) {
      for (const listener of this.#eventListeners.get(message.event) ?? []) listener(message.data)
      return
    }
    const pending = this.#pending.get(message.id ?? 0)
    this.#pending.delete(message.id ?? 0)
    if (message.failure) pending?.reject(new CallFailed(message.failure))
    else pending?.resolve(message.output)
  }

  #retryLater(): void {
    this.#setState('lost')
    this.#retryTimer = setTimeout(() => this.#enterAgain(), this.#retryMs)
    this.#retryMs = Math.min(this.#retryMs * 2, slowestRetryMs)
  }

  #enterAgain(): void {
    this.#retryTimer = undefined
    void this.#enter()
  }

  #failPending(): void {
    this.#unsent = []
    const pending = [...this.#pending.values()]
    this.#pending.clear()
    for (const { reject } of pending) reject(new CallFailed(lost))
  }

  #setState(state: LinkState): void {
    if (state === this.#state) return
    this.#state = state
    for (const listener of this.#stateListeners) listener(state)
  }
}

/** One session's frames, one per binary message. */
class StreamSocket implements ByteStream {
  readonly #socket: WebSocket
  readonly #waiting: Uint8Array[] = []

  constructor(url: string) {
    this.#socket = new WebSocket(url)
    this.#socket.binaryType = 'arraybuffer'
    this.#socket.onopen = () => {
      for (const frame of this.#waiting.splice(0)) this.send(frame)
    }
  }

  send(frame: Uint8Array): void {
    if (this.#socket.readyState === WebSocket.CONNECTING) this.#waiting.push(frame)
    else if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(frame as Uint8Array<ArrayBuffer>)
  }

  onFrame(listener: (frame: Uint8Array) => void): void {
    this.#socket.onmessage = (message) => listener(new Uint8Array(message.data as ArrayBuffer))
  }

  onClose(listener: () => void): void {
    this.#socket.onclose = listener
  }

  close(): void {
    this.#socket.close()
  }
}

function socketOrigin(): string {
  return `ws://${location.host}`
}
