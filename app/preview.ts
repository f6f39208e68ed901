import { createReadStream } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { randomBytes, randomUUID, timingSafeEqual } from 'node:crypto'
import { pipeline } from 'node:stream/promises'
import { WebSocketServer, type WebSocket } from 'ws'
import type { Host, Question } from './adapters.ts'
import { contentSecurityPolicy } from './content-security-policy.ts'
import { maxInputFrameBytes, requestSchema, type ByteStream } from './contract.ts'
import type { Core } from './core.ts'
import { jsonOf } from './json.ts'
import { pageFile } from './page-files.ts'

/** Close code that tells a window that another one took over. */
export const replacedCloseCode = 4001
/** A profile import or a PFX is the largest control message. */
const maxControlMessageBytes = 8 * 1024 * 1024
/** A key in its JSON is under 50. */
const maxKeyMessageChars = 1000

export interface PreviewOptions {
  /** Folder of the built window. */
  rendererFolder: string
  /** 0 takes any free port. */
  port: number
  createCore(host: Host): Promise<Core>
  /** Sees every byte that goes to the window, for the leak test. */
  onTraffic?(data: Uint8Array | string): void
  /** Told of sockets that were refused; standard error unless told. */
  log?(line: string): void
}

export interface Preview {
  readonly port: number
  /** The address with its key; the key works once. */
  readonly url: string
  readonly core: Core
  close(): Promise<void>
}

/**
 * Serves the window on 127.0.0.1 for a browser: development, tests, and machines without Electron's binary. The
 * address carries a key that is exchanged once for a session cookie; Host and Origin are checked on every request
 * (DNS rebinding, other sites' pages); one window at a time, the newest wins.
 *
 * @throws where the port is taken (`EADDRINUSE`)
 */
export async function startPreview(options: PreviewOptions): Promise<Preview> {
  const door = new Door()
  const window = new CurrentWindow(options.onTraffic)
  const core = await options.createCore(window)
  const server = createServer((request, response) => {
    // A browser that goes away in the middle of a request concerns nobody else.
    answer(request, response, door, options.rendererFolder).catch(() => response.destroy())
  })
  const port = await listen(server, options.port).catch(async (error: unknown) => {
    await core.dispose()
    throw error
  })
  door.port = port
  const sockets = acceptSockets(server, door, window, core, options)
  window.onArrival = () => core.greet()
  window.onDeparture = () => core.leave()
  const unsubscribe = core.onEvent((event, data) => window.send({ event, data }))
  return {
    port,
    url: `http://127.0.0.1:${port}/#${door.key}`,
    core,
    async close() {
      unsubscribe()
      await core.dispose()
      for (const socket of sockets.clients) socket.terminate()
      sockets.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve((server.address() as { port: number }).port))
  })
}

/** Decides who comes in. */
class Door {
  readonly key = randomBytes(24).toString('base64url')
  port = 0
  #keyUsed = false
  readonly #cookie = randomBytes(32).toString('base64url')

  isOwnAddress(request: IncomingMessage): boolean {
    return request.headers.host === `127.0.0.1:${this.port}`
  }

  /** Browsers send Origin with every socket and every POST; its absence means no browser page of ours. */
  isOwnOrigin(request: IncomingMessage): boolean {
    return request.headers.origin === `http://127.0.0.1:${this.port}`
  }

  /** The cookie for a key that was not used yet, or null. */
  redeem(key: string): string | null {
    if (this.#keyUsed || !sameText(key, this.key)) return null
    this.#keyUsed = true
    // Cookies of one host are shared among its ports: the port in the name keeps two previews apart.
    return `tenantry-${this.port}=${this.#cookie}; HttpOnly; SameSite=Strict; Path=/`
  }

  hasCookie(request: IncomingMessage): boolean {
    const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='))
    return pairs.some(([name, value]) => name === `tenantry-${this.port}` && sameText(value ?? '', this.#cookie))
  }
}

function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a)
  const right = Buffer.from(b)
  return left.length === right.length && timingSafeEqual(left, right)
}

async function answer(request: IncomingMessage, response: ServerResponse, door: Door, folder: string): Promise<void> {
  response.setHeader('Content-Security-Policy', contentSecurityPolicy(`'self' ws://127.0.0.1:${door.port}`))
  response.setHeader('X-Content-Type-Options', 'nosniff')
  response.setHeader('Referrer-Policy', 'no-referrer')
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin')
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin')
  response.setHeader('Cache-Control', 'no-store')
  const refuse = (status: number) => response.writeHead(status).end()
  if (!door.isOwnAddress(request)) return void refuse(421)
  const path = (request.url ?? '/').split('?')[0]!
  if (request.method === 'POST' && path === '/session') return redeemKey(request, response, door)
  if (request.method === 'GET' && path === '/session') return void refuse(door.hasCookie(request) ? 204 : 401)
  if (request.method !== 'GET') return void refuse(405)
  await serveFile(response, folder, path)
}

async function redeemKey(request: IncomingMessage, response: ServerResponse, door: Door): Promise<void> {
  if (!door.isOwnOrigin(request)) return void response.writeHead(403).end()
  let body = ''
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    body += String(chunk)
    if (body.length > maxKeyMessageChars) return void response.writeHead(413, { Connection: 'close' }).end()
  }
  const key = /"key"\s*:\s*"([\w-]+)"/.exec(body)?.[1] ?? ''
  const cookie = door.redeem(key)
  if (cookie) response.setHeader('Set-Cookie', cookie)
  response.writeHead(cookie || door.hasCookie(request) ? 204 : 401).end()
}

async function serveFile(response: ServerResponse, folder: string, path: string): Promise<void> {
  const file = await pageFile(folder, path)
  if (!file) return void response.writeHead(404).end()
  response.writeHead(200, { 'Content-Type': file.type, 'Content-Length': file.bytes })
  await pipeline(createReadStream(file.path), response)
}

function acceptSockets(server: Server, door: Door, window: CurrentWindow, core: Core, options: PreviewOptions): WebSocketServer {
  const log = options.log ?? ((line: string) => console.error(`tenantry: ${line}`))
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxControlMessageBytes, perMessageDeflate: false })
  server.on('upgrade', (request, socket, head) => {
    // Until a WebSocket has it, nobody else listens to its errors.
    socket.on('error', () => socket.destroy())
    const [path, query] = (request.url ?? '/').split('?')
    const known = path === '/control' || path === '/stream'
    if (!known || !door.isOwnAddress(request) || !door.isOwnOrigin(request) || !door.hasCookie(request)) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n')
      return log(`rejected a socket from ${JSON.stringify(request.headers.origin?.slice(0, 200) ?? 'no origin')}`)
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      if (path === '/control') serveControl(client, window, core)
      else serveStream(client, new URLSearchParams(query).get('ticket') ?? '', core, options.onTraffic)
    })
  })
  return sockets
}

function serveControl(client: WebSocket, window: CurrentWindow, core: Core): void {
  window.takeOver(client)
  client.on('error', () => client.terminate())
  client.on('message', (data, isBinary) => {
    if (!window.isCurrent(client) || isBinary) return
    const request = requestSchema.safeParse(jsonOf(String(data)))
    if (!request.success) return client.close(1007)
    const { id, call, input } = request.data
    void core.dispatch({ trusted: true, description: 'preview window' }, call, input).then((reply) => {
      // A locked window answers nothing.
      if (call === 'app.answer' && 'output' in reply) window.answer(input)
      if (window.isCurrent(client)) window.send({ id, ...reply })
    })
  })
}

function serveStream(client: WebSocket, ticket: string, core: Core, onTraffic: PreviewOptions['onTraffic']): void {
  client.on('error', () => client.terminate())
  const stream: ByteStream = {
    send: (frame) => {
      onTraffic?.(frame)
      if (client.readyState === client.OPEN) client.send(frame)
    },
    onFrame: (listener) =>
      client.on('message', (data: Buffer, isBinary) => {
        if (isBinary && data.length <= maxInputFrameBytes) listener(data)
      }),
    onClose: (listener) => client.on('close', listener),
    close: () => client.close()
  }
  if (!core.openStream(ticket, stream)) client.close(4004)
}

/** The one window that is served, and the host's questions to the person in front of it. */
class CurrentWindow implements Host {
  readonly kind = 'preview' as const
  #client: WebSocket | null = null
  readonly #questions = new Map<string, { question: Question; resolve: (yes: boolean) => void }>()
  /** The page's browser saves files itself. */
  readonly saveFile = null
  /** A browser page can't have the OS ask. */
  readonly askPerson = null
  readonly #onTraffic: PreviewOptions['onTraffic']
  /** A page may notify only where its person allowed it; the tab is marked. */
  readonly notify = null
  readonly paste = null
  onArrival: () => void = () => {}
  onDeparture: () => void = () => {}

  constructor(onTraffic: PreviewOptions['onTraffic']) {
    this.#onTraffic = onTraffic
  }

  takeOver(client: WebSocket): void {
    const before = this.#client
    this.#client = client
    before?.close(replacedCloseCode, 'another window took over')
    client.on('close', () => {
      if (this.#client !== client) return
      this.#client = null
      this.onDeparture()
    })
    this.onArrival()
    for (const [id, { question }] of this.#questions) this.send({ event: 'question.asked', data: { id, ...question } })
  }

  isCurrent(client: WebSocket): boolean {
    return this.#client === client
  }

  send(message: object): void {
    const text = JSON.stringify(message)
    this.#onTraffic?.(text)
    if (this.#client?.readyState === this.#client?.OPEN) this.#client?.send(text)
  }

  /** A browser has no dialog out of the page's reach: the page asks. The preview is for development and tests. */
  confirm(question: Question): Promise<boolean> {
    return new Promise((resolve) => {
      const id = randomUUID()
      this.#questions.set(id, { question, resolve })
      this.send({ event: 'question.asked', data: { id, ...question } })
    })
  }

  answer(input: unknown): void {
    const { id, yes } = (input ?? {}) as { id?: string; yes?: boolean }
    const asked = this.#questions.get(id ?? '')
    this.#questions.delete(id ?? '')
    asked?.resolve(yes === true)
  }

  async chooseFile(): Promise<string | null> {
    return null
  }

  async chooseFolder(): Promise<string | null> {
    return null
  }

  showFile(): boolean {
    return false
  }

  async openBrowser(): Promise<boolean> {
    // A page that opens another unasked is stopped by the browser: the window shows a link.
    return false
  }

  keepAwake(): void {
    // A browser page has no say over the machine's sleep.
  }
}
