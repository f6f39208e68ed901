import { randomUUID } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { WebSocketServer, type WebSocket } from 'ws'
import {
  frameType,
  packFrame,
  tenantColours,
  unpackFrame,
  type AppState,
  type CallName,
  type EventData,
  type EventName,
  type Failure,
  type Profile,
  type SessionView,
  type SignInView
} from '../../app/contract.ts'
import { contentSecurityPolicy } from '../../app/preview.ts'

/** A profile with what every profile must have. */
export function makeProfile(name: string, over: Partial<Profile> = {}): Profile {
  return {
    id: randomUUID(), name, group: 'Customers', domain: `${name.toLowerCase().replace(/\W+/g, '')}.onmicrosoft.com`, tenantId: randomUUID(),
    initialDomain: null, cloud: 'worldwide', customCloud: null, signInId: null, services: ['exchange'], colour: tenantColours[0],
    environment: 'production', workingFolder: '', loadPowerShellProfile: false, moduleVersion: '', notes: '', ...over
  }
}

export function makeSignIn(name: string, over: Partial<SignInView> = {}): SignInView {
  return { id: randomUUID(), name, clientId: randomUUID(), kind: 'secret', askEachTime: false, ready: true, certificate: null, usedBy: 1, ...over }
}

/** A session that is connected, unless `over` says otherwise. */
export function makeSession(profile: Profile, over: Partial<SessionView> = {}): SessionView {
  return {
    id: randomUUID(), profileId: profile.id, name: profile.name, colour: profile.colour, phase: 'connected', since: Date.now(),
    detail: `Connected to ${profile.domain} in 0.8 s`, openedAt: Date.now(), connectSeconds: 0.8, failure: null,
    tenant: { id: profile.tenantId, organization: profile.domain, proof: 'proven' }, tokenExpiresOn: Date.now() + 47.5 * 60_000,
    moduleVersion: '3.9.0', powershellVersion: '7.6.5', standIn: false, busy: false, alive: true, canReconnect: true, ...over
  }
}

const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' }

/**
 * A fake of the main process for the window's tests: it serves the built window and answers the preview's sockets
 * from memory. It has no shell: a session's stream says only what a test lets it say. The real core is used in
 * tests/e2e/.
 */
export class FakeCore {
  key = randomUUID()
  port = 0
  profiles: Profile[] = []
  signIns: SignInView[] = []
  sessions: SessionView[] = []
  screens = new Map<string, string>()
  appState: AppState = {
    version: '0.1.0', host: 'preview', platform: 'linux',
    powershell: { path: '/usr/bin/pwsh', version: '7.6.5', edition: 'Core', standIn: false }, powershellProblem: null,
    module: { name: 'ExchangeOnlineManagement', version: '3.9.0' }, keychain: { available: true, name: 'Secret Service', reason: null },
    clouds: [
      { id: 'worldwide', label: 'Worldwide' }, { id: 'gcchigh', label: 'GCC High' }, { id: 'dod', label: 'DoD' },
      { id: 'china', label: '21Vianet' }, { id: 'custom', label: 'Custom' }, { id: 'demo', label: 'Demo' }
    ],
    notices: []
  }
  /** Every call that came in. */
  readonly received: Array<{ call: CallName; input: never }> = []
  readonly typed = new Map<string, string>()
  readonly acknowledged = new Map<string, number>()
  /** Answers or failures of a test's own, before the ones below. */
  readonly answers: Partial<Record<CallName, (input: never) => unknown>> = {}
  readonly #streams = new Map<string, WebSocket>()
  #server: Server | null = null
  #sockets: WebSocketServer | null = null
  #control: WebSocket | null = null
  #keyUsed = false

  get address(): string {
    return `http://127.0.0.1:${this.port}/?renderer=dom#${this.key}`
  }

  async start(port = 0): Promise<this> {
    const server = createServer((request, response) => {
      const path = new URL(request.url ?? '/', 'http://fake').pathname
      response.setHeader('Content-Security-Policy', contentSecurityPolicy(this.port))
      if (path === '/session') return void this.#enter(request.method === 'POST', request.headers.cookie).then((status) => response.writeHead(status, status === 204 ? { 'Set-Cookie': `fake=1; SameSite=Strict` } : {}).end())
      const file = join(import.meta.dirname, '../../out/renderer', path === '/' ? 'index.html' : path)
      readFile(file).then(
        (bytes) => response.writeHead(200, { 'Content-Type': types[extname(file)] ?? 'text/plain' }).end(bytes),
        () => response.writeHead(404).end()
      )
    })
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    this.#server = server
    this.port = (server.address() as { port: number }).port
    this.#acceptSockets(server)
    return this
  }

  async stop(): Promise<void> {
    for (const client of this.#sockets?.clients ?? []) client.terminate()
    this.#server?.closeAllConnections()
    await new Promise((resolve) => this.#server?.close(resolve))
  }

  emit<N extends EventName>(event: N, data: EventData<N>): void {
    this.#control?.send(JSON.stringify({ event, data }))
  }

  /** Changes a session and tells the window. */
  update(id: string, over: Partial<SessionView>): SessionView {
    this.sessions = this.sessions.map((session) => (session.id === id ? { ...session, ...over } : session))
    const session = this.sessions.find((one) => one.id === id)!
    this.emit('session.state', session)
    return session
  }

  print(sessionId: string, text: string, sequence = 1): void {
    this.#streams.get(sessionId)?.send(packFrame(frameType.output, sequence, Buffer.from(text)))
  }

  cutStream(sessionId: string): void {
    this.#streams.get(sessionId)?.terminate()
  }

  calls(name: CallName): never[] {
    return this.received.filter(({ call }) => call === name).map(({ input }) => input)
  }

  async #enter(isPost: boolean, cookie: string | undefined): Promise<number> {
    if (cookie?.includes('fake=1')) return 204
    if (!isPost || this.#keyUsed) return 401
    this.#keyUsed = true
    return 204
  }

  #acceptSockets(server: Server): void {
    this.#sockets = new WebSocketServer({ server })
    this.#sockets.on('connection', (socket, request) => {
      const url = new URL(request.url ?? '/', 'http://fake')
      if (url.pathname === '/stream') return this.#openStream(socket, url.searchParams.get('ticket') ?? '')
      this.#control?.close(4001)
      this.#control = socket
      socket.on('message', (data) => void this.#answer(socket, JSON.parse(String(data))))
    })
  }

  #openStream(socket: WebSocket, sessionId: string): void {
    this.#streams.set(sessionId, socket)
    socket.send(packFrame(frameType.snapshot, 0, Buffer.from(this.screens.get(sessionId) ?? '')))
    socket.on('message', (data: Buffer) => {
      const frame = unpackFrame(data)
      if (frame?.type === frameType.input) this.typed.set(sessionId, (this.typed.get(sessionId) ?? '') + Buffer.from(frame.bytes).toString())
      if (frame?.type === frameType.ack) this.acknowledged.set(sessionId, frame.sequence)
    })
  }

  async #answer(socket: WebSocket, { id, call, input }: { id: number; call: CallName; input: never }): Promise<void> {
    this.received.push({ call, input })
    try {
      const own = this.answers[call]
      socket.send(JSON.stringify({ id, output: (own ? await own(input) : this.#ownAnswer(call, input)) ?? null }))
    } catch (failure) {
      socket.send(JSON.stringify({ id, failure: failure as Failure }))
    }
  }

  #ownAnswer(call: CallName, input: { id: string; profileId: string }): unknown {
    switch (call) {
      case 'app.state': return this.appState
      case 'profiles.list': return { profiles: this.profiles, signIns: this.signIns }
      case 'sessions.list': return { sessions: this.sessions }
      case 'sessions.attach': return { ticket: input.id }
      case 'credentials.certificates': return { certificates: [] }
      case 'sessions.open': {
        const session = makeSession(this.profiles.find((profile) => profile.id === input.profileId)!)
        this.sessions = [...this.sessions, session]
        this.emit('session.state', session)
        return session
      }
      case 'sessions.reconnect': return this.sessions.find((session) => session.id === input.id)
      case 'sessions.close':
        this.sessions = this.sessions.filter((session) => session.id !== input.id)
        return this.emit('session.removed', { id: input.id })
      default: return null
    }
  }
}

/** What a call's failure looks like. */
export function fail(failure: Partial<Failure> & { message: string }): never {
  throw { code: 'test', retryable: false, ...failure }
}
