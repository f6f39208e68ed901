import type { ByteStream, CallInput, CallName, CallOutput, EventData, EventName, Failure } from '../../app/contract.ts'
import { CallFailed, type Bridge, type LinkState } from '../bridge.ts'

type Reply = { output: unknown } | { failure: Failure }

/** What app/preload.ts exposes. */
export interface ElectronBridge {
  invoke(call: string, input: unknown): Promise<Reply>
  onEvent(listener: (message: { event: string; data: unknown }) => void): () => void
  openStream(ticket: string): void
  /** Where a dropped file lies; empty for one that is on no disk. */
  pathOf(file: File): string
}

/** The contract over Electron's IPC; a session's stream is a MessagePort that the preload posts to the page. */
export function electronTransport(host: ElectronBridge): Bridge {
  return {
    async call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
      const reply = await host.invoke(name, input)
      if ('failure' in reply) throw new CallFailed(reply.failure)
      return reply.output as CallOutput<N>
    },
    on<N extends EventName>(name: N, listener: (data: EventData<N>) => void) {
      return host.onEvent((message) => {
        if (message.event === name) listener(message.data as EventData<N>)
      })
    },
    openStream: (ticket) => openPortStream(host, ticket),
    // The window dies with its main process: there is nothing to be told.
    onLost: () => () => {},
    retry() {},
    onState(listener: (state: LinkState) => void) {
      listener('connected')
      return host.onEvent((message) => {
        if (message.event === 'window.replaced') listener('replaced')
      })
    }
  }
}

function openPortStream(host: ElectronBridge, ticket: string): ByteStream {
  let port: MessagePort | null = null
  let isClosed = false
  const waiting: Uint8Array[] = []
  let onFrame: (frame: Uint8Array) => void = () => {}
  let onClose = () => {}
  const takePort = (event: MessageEvent) => {
    if (event.source !== window || event.data?.tenantryStream !== ticket) return
    window.removeEventListener('message', takePort)
    port = event.ports[0] ?? null
    if (!port || isClosed) {
      port?.close()
      return onClose()
    }
    port.onmessage = (message) => onFrame(new Uint8Array(message.data))
    port.addEventListener('close', () => onClose())
    for (const frame of waiting.splice(0)) port.postMessage(frame)
  }
  window.addEventListener('message', takePort)
  host.openStream(ticket)
  return {
    send: (frame) => void (port ? port.postMessage(frame) : waiting.push(frame)),
    onFrame: (listener) => void (onFrame = listener),
    onClose: (listener) => void (onClose = listener),
    close() {
      isClosed = true
      port?.close()
    }
  }
}
