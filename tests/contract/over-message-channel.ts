import { MessageChannel, type MessagePort } from 'node:worker_threads'
import {
  eventMessageSchema, failureSchema, maxInputFrameBytes, replySchema, requestSchema, type ByteStream, type CallInput, type CallName, type CallOutput,
  type EventData, type EventName, type Transport
} from '../../app/contract.ts'
import type { Core } from '../../app/core.ts'
import { CallFailed } from '../../renderer/bridge.ts'
import type { Stranger, TransportUnderTest } from './transports.ts'

/*
 * The contract's messages over a channel that clones what it carries, as between a window and a core in another
 * process. The product has no such host yet: this one is the smallest that there can be.
 */

interface Served {
  port: MessagePort
  unsubscribe(): void
}

export const overMessageChannel: TransportUnderTest = {
  name: 'a structured-clone MessageChannel',
  async open(core, log) {
    const served: Served[] = []
    const enter = (isTrusted: boolean) => {
      const { port1, port2 } = new MessageChannel()
      served.push(serve(core, port1, isTrusted, log))
      return port2
    }
    const open = () => {
      const transport = new PortTransport(enter(true))
      core.greet()
      return transport
    }
    return {
      transport: open(),
      strangers: [strangerOn(() => enter(false))],
      async reload() {
        open()
      },
      async close() {
        for (const { port, unsubscribe } of served) {
          unsubscribe()
          port.close()
        }
        await core.dispose()
      }
    }
  }
}

function serve(core: Core, port: MessagePort, trusted: boolean, log: (line: string) => void): Served {
  port.on('message', (message: { stream?: { ticket: string; port: MessagePort } }) => {
    if (message.stream) {
      if (!trusted) log('rejected a stream from a stranger')
      if (!trusted || !core.openStream(message.stream.ticket, streamOver(message.stream.port, maxInputFrameBytes))) message.stream.port.close()
      return
    }
    const { id, call, input } = requestSchema.parse(message)
    void core.dispatch({ trusted, description: trusted ? 'our window' : 'a stranger' }, call, input).then((reply) => port.postMessage({ id, ...reply }))
  })
  return { port, unsubscribe: trusted ? core.onEvent((event, data) => port.postMessage({ event, data })) : () => {} }
}

function streamOver(port: MessagePort, largestFrame = Infinity): ByteStream {
  return {
    send: (frame) => port.postMessage(frame),
    onFrame: (listener) =>
      port.on('message', (frame: Uint8Array) => {
        if (frame.length <= largestFrame) listener(frame)
      }),
    onClose: (listener) => port.on('close', listener),
    close: () => port.close()
  }
}

class PortTransport implements Transport {
  readonly #port: MessagePort
  readonly #pending = new Map<number, { resolve(output: never): void; reject(error: Error): void }>()
  readonly #listeners: Array<{ event: string; listener: (data: never) => void }> = []
  #nextId = 1

  constructor(port: MessagePort) {
    this.#port = port
    port.on('message', (message) => this.#receive(message))
  }

  call<N extends CallName>(call: N, input: CallInput<N>): Promise<CallOutput<N>> {
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject })
      this.#port.postMessage({ id, call, input })
    })
  }

  on<N extends EventName>(event: N, listener: (data: EventData<N>) => void): () => void {
    this.#listeners.push({ event, listener })
    return () => {}
  }

  openStream(ticket: string): ByteStream {
    const { port1, port2 } = new MessageChannel()
    this.#port.postMessage({ stream: { ticket, port: port2 } }, [port2])
    return streamOver(port1)
  }

  onLost(): () => void {
    return () => {}
  }

  #receive(message: unknown): void {
    const news = eventMessageSchema.safeParse(message)
    if (news.success) {
      for (const { event, listener } of this.#listeners) if (event === news.data.event) listener(news.data.data as never)
      return
    }
    const reply = replySchema.parse(message)
    const pending = this.#pending.get(reply.id)
    this.#pending.delete(reply.id)
    if ('failure' in reply) pending?.reject(new CallFailed(failureSchema.parse(reply.failure)))
    else pending?.resolve(reply.output as never)
  }
}

function strangerOn(enter: () => MessagePort): Stranger {
  return {
    name: 'a port of somebody else',
    call: async (call, input) => {
      const port = enter()
      const answer = new Promise<{ failure?: { code: string } }>((resolve) => port.once('message', resolve))
      port.postMessage({ id: 1, call, input })
      const { failure } = await answer
      port.close()
      return failure?.code ?? 'answered'
    },
    openStream: async (ticket) => {
      const port = enter()
      const { port1, port2 } = new MessageChannel()
      port.postMessage({ stream: { ticket, port: port2 } }, [port2])
      const isOpen = await new Promise<boolean>((resolve) => {
        port1.once('close', () => resolve(false))
        port1.once('message', () => resolve(true))
      })
      port1.close()
      port.close()
      return isOpen
    }
  }
}
