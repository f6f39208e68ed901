import { tmpdir } from 'node:os'
import { vi } from 'vitest'
import { WebSocket } from 'ws'
import { startPreview, type Preview } from '../../app/preview.ts'
import type { Bridge } from '../../renderer/bridge.ts'
import { webSocketTransport } from '../../renderer/transports/websocket.ts'
import type { Stranger, TransportUnderTest } from './transports.ts'

/** The window's own client over the real preview; fetch and sockets carry a browser page's Origin and cookie. */
export const overWebSocket: TransportUnderTest = {
  name: 'the preview’s WebSockets',
  async open(core, log) {
    const preview = await startPreview({ rendererFolder: tmpdir(), port: 0, createCore: async () => core, log })
    const page = new Page(preview)
    page.enter()
    let transport = webSocketTransport()
    return {
      transport,
      strangers: strangersTo(preview, page),
      async reload() {
        transport = webSocketTransport()
      },
      async close() {
        page.isClosed = true
        await preview.close()
        await hasGivenUp(transport)
        vi.unstubAllGlobals()
      }
    }
  }
}

/** A client that lost its host tries again until it is refused. */
function hasGivenUp(transport: Bridge): Promise<void> {
  return new Promise((resolve) => {
    transport.onState((state) => {
      if (state === 'refused') resolve()
      // Not at once: the state is told before the next try is set up.
      if (state === 'lost') queueMicrotask(() => transport.retry())
    })
  })
}

class Page {
  readonly origin: string
  cookie = ''
  isClosed = false
  readonly #location: { hash: string; host: string; pathname: string; search: string }

  constructor({ port, url }: Preview) {
    this.origin = `http://127.0.0.1:${port}`
    this.#location = { hash: new URL(url).hash, host: `127.0.0.1:${port}`, pathname: '/', search: '' }
  }

  /** Gives the window's client what a page of this origin has. */
  enter(): void {
    const { origin } = this
    const cookie = () => this.cookie
    vi.stubGlobal('location', this.#location)
    vi.stubGlobal('history', { replaceState: () => (this.#location.hash = '') })
    const realFetch = globalThis.fetch
    vi.stubGlobal('fetch', async (path: string, init: RequestInit = {}) => {
      // A closed page asks for nothing any more; its client gives up at this answer.
      if (this.isClosed) return new Response(null, { status: 401 })
      const response = await realFetch(origin + path, { ...init, headers: { origin, cookie: cookie() } })
      this.cookie = response.headers.get('set-cookie')?.split(';')[0] ?? this.cookie
      return response
    })
    vi.stubGlobal(
      'WebSocket',
      class extends WebSocket {
        constructor(url: string) {
          super(url, { origin, headers: { cookie: cookie() } })
          this.on('error', () => {})
        }
      }
    )
  }
}

function strangersTo(preview: Preview, page: Page): Stranger[] {
  const stranger = (name: string, headers: () => Record<string, string>): Stranger => ({
    name,
    call: async (call, input) => {
      const socket = await connect(preview, '/control', headers())
      if (!socket) return 'nobody listens'
      socket.send(JSON.stringify({ id: 1, call, input }))
      const reply = await new Promise<string>((resolve) => socket.once('message', (data) => resolve(String(data))))
      socket.terminate()
      return (JSON.parse(reply) as { failure?: { code: string } }).failure?.code ?? 'answered'
    },
    openStream: async (ticket) => {
      const socket = await connect(preview, `/stream?ticket=${ticket}`, headers())
      socket?.terminate()
      return socket !== null
    }
  })
  const { origin } = page
  return [
    stranger('a program without the cookie', () => ({ origin })),
    stranger('a program with another cookie', () => ({ origin, cookie: page.cookie.replace(/=.*/, '=guessed') })),
    stranger('another site’s page', () => ({ origin: 'https://evil.example', cookie: page.cookie })),
    stranger('a page of another port', () => ({ origin: 'http://127.0.0.1:1', cookie: page.cookie })),
    stranger('a program that names no page', () => ({ cookie: page.cookie })),
    stranger('a page under a rebound name', () => ({ origin, cookie: page.cookie, host: `evil.example:${preview.port}` }))
  ]
}

/** An open socket; null where it was refused. */
function connect({ port }: Preview, path: string, headers: Record<string, string>): Promise<WebSocket | null> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers })
  return new Promise((resolve) => {
    socket.on('open', () => resolve(socket))
    socket.on('error', () => resolve(null))
  })
}
