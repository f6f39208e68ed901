import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { handleExchange } from './exchange.ts'
import { handleLoginPage, isLoginPage, loginPagesPath, maxFormBytes } from './sign-in-pages.ts'
import { describeToken } from './exchange-request.ts'
import { demoHosts } from './names.ts'
import { addToLog, createState, serviceNow, takeOverride, type DemoState, type LoggedRequest, type Matcher, type OverrideAnswer } from './state.ts'
import { createTenant, demoTenantSettings, generatedTenantSettings, type DemoTenant, type TenantSettings } from './tenants.ts'
import { answerLogin, issueToken, type LoginAnswer, type LoginRequest } from './token-endpoint.ts'

export interface DemoOptions {
  /** Milliseconds each answer is held back; 0 unless told. */
  latencyMs?: number
  /** Seconds a token lives; 3,900 unless told, give or take a minute (a tenth of the life where that is less). */
  tokenLifeSeconds?: number
  tokenLifeJitterSeconds?: number
  /** The port of the Exchange service on 127.0.0.1; any free one unless told. */
  port?: number
  /** False for a demo without its two tenants. */
  tenants?: boolean
  /** So many small tenants beyond them, `Tenant 01` and so on. */
  generated?: number
}

/** The running demo: two tenants, their login authority in process and their Exchange service on loopback. */
export interface Demo {
  readonly tenants: DemoTenant[]
  /** Where Exchange is: `http://127.0.0.1:<port>`. Stays the same over `stop` and `start`. */
  readonly exchangeUrl: string
  /** Where Security & Compliance is: the same listener under an alias of its host. */
  readonly complianceUrl: string
  /** Where Microsoft Graph is, likewise. */
  readonly graphUrl: string
  /** Where a browser finds the login authority's pages. */
  readonly pagesUrl: string
  readonly log: readonly LoggedRequest[]
  clearLog(): void
  /** Answers a request to the login authority; any other host is refused as a name that can't be resolved. */
  network(request: LoginRequest): Promise<LoginAnswer>
  /** A tenant beyond the two; generated from its name where only that is told. */
  addTenant(settings: TenantSettings): DemoTenant
  /** Milliseconds each answer is held back from now on. */
  setLatency(milliseconds: number): void
  setTokenLife(seconds: number, jitterSeconds?: number): void
  /** Sets the services' clock ahead (or back) of this machine's. */
  setSkew(seconds: number): void
  /** From now on a token is refused this many milliseconds after a newer one was issued to its app; null for never. */
  refuseSuperseded(afterMs: number | null): void
  /** Answers the next request that matches in the service's place. */
  answerNext(matcher: Matcher, answer: OverrideAnswer): void
  /** Answers every request that matches in the service's place, until the returned function is called. */
  answerWith(matcher: Matcher, answer: OverrideAnswer): () => void
  /** A signed token with these claims over the usual ones: what an honest client could not get. */
  forgeToken(tenant: DemoTenant, clientId: string, options?: { resource?: string; claims?: Record<string, unknown> }): string
  /** Closes the listener and its connections: connecting is refused until `start`. */
  stop(): Promise<void>
  start(): Promise<void>
  dispose(): Promise<void>
}

/** Starts the demo tenants. Rejects where the port is taken. */
export async function startDemo(options: DemoOptions = {}): Promise<Demo> {
  const state = createState()
  state.latencyMs = options.latencyMs ?? 0
  state.tokenLifeSeconds = options.tokenLifeSeconds ?? state.tokenLifeSeconds
  state.tokenLifeJitterSeconds = options.tokenLifeJitterSeconds ?? state.tokenLifeJitterSeconds
  if (options.tenants !== false) state.tenants.push(...demoTenantSettings.map(createTenant))
  state.tenants.push(...generatedTenantSettings(options.generated ?? 0).map(createTenant))
  const listener = new Listener(state, options.port ?? 0)
  await listener.start()
  state.pagesUrl = `http://127.0.0.1:${listener.port}${loginPagesPath}`
  return { ...controls(state), ...lifecycle(listener), tenants: state.tenants, log: state.log, network: (request) => answerNetwork(state, request) }
}

function lifecycle(listener: Listener) {
  const exchangeUrl = `http://127.0.0.1:${listener.port}`
  return {
    exchangeUrl,
    complianceUrl: `${exchangeUrl}/hosts/${demoHosts.compliance}`,
    graphUrl: `${exchangeUrl}/hosts/${demoHosts.graph}`,
    pagesUrl: `${exchangeUrl}${loginPagesPath}`,
    stop: () => listener.stop(),
    start: () => listener.start(),
    dispose: () => listener.stop()
  }
}

/** The run-time controls of a state. */
function controls(state: DemoState) {
  return {
    clearLog: () => void state.log.splice(0),
    addTenant: (settings: TenantSettings) => {
      const tenant = createTenant(settings)
      state.tenants.push(tenant)
      return tenant
    },
    setLatency: (milliseconds: number) => void (state.latencyMs = milliseconds),
    setTokenLife: (seconds: number, jitterSeconds = 0) => {
      state.tokenLifeSeconds = seconds
      state.tokenLifeJitterSeconds = jitterSeconds
    },
    setSkew: (seconds: number) => void (state.skewSeconds = seconds),
    refuseSuperseded: (afterMs: number | null) => void (state.refuseSupersededAfterMs = afterMs),
    answerNext: (matcher: Matcher, answer: OverrideAnswer) => void state.overrides.push({ matcher, answer, once: true }),
    answerWith: (matcher: Matcher, answer: OverrideAnswer) => {
      const override = { matcher, answer, once: false }
      state.overrides.push(override)
      return () => void (state.overrides = state.overrides.filter((other) => other !== override))
    },
    forgeToken: (tenant: DemoTenant, clientId: string, options: { resource?: string; claims?: Record<string, unknown> } = {}) => {
      const app = tenant.apps.find((candidate) => candidate.clientId === clientId)
      if (!app) throw new Error(`No app ${clientId} in ${tenant.name}.`)
      const resource = options.resource ?? `https://${demoHosts.exchange}`
      return issueToken(state, tenant, app, { resource, kind: 'secret', claims: options.claims ?? {} }).access_token
    }
  }
}

async function answerNetwork(state: DemoState, request: LoginRequest): Promise<LoginAnswer> {
  const url = new URL(request.url)
  if (url.host !== demoHosts.login) {
    throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${url.hostname}`), { code: 'ENOTFOUND', hostname: url.hostname })
  }
  if (state.latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, state.latencyMs))
  return answerLoginLogged(state, request)
}

/** Answers the login authority's requests, overrides first, and logs them. */
export function answerLoginLogged(state: DemoState, request: LoginRequest): LoginAnswer {
  const logged = loginLog(request)
  const override = takeOverride(state, logged)
  addToLog(state, logged)
  if (override?.drop) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
  const date = new Date(serviceNow(state)).toUTCString()
  const answer = override ? { status: override.status ?? 200, headers: { date, ...override.headers }, body: override.body ?? '' } : answerLogin(state, request)
  logged.status = answer.status
  return answer
}

function loginLog(request: LoginRequest): LoggedRequest {
  const url = new URL(request.url)
  const { authorization, ...headers } = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]))
  return {
    service: 'login', method: request.method, path: decodeURIComponent(url.pathname), query: Object.fromEntries(url.searchParams), host: url.host, headers,
    token: authorization ? describeToken(authorization) : null, status: 0, cmdletName: null, page: null, commandName: null, at: Date.now()
  }
}

/** What a program asks of the login authority, beside its pages: who runs elsewhere than in the app has no other way to it. */
const isLoginCall = ({ url = '' }: IncomingMessage): boolean => url.startsWith(`${loginPagesPath}/`) && /\/(oauth2\/v2\.0\/token|v2\.0\/\.well-known\/openid-configuration)$/.test(url)

async function handleLoginCall(state: DemoState, request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = ''
  for await (const chunk of request) {
    body += String(chunk)
    if (body.length > maxFormBytes) return void response.writeHead(413).end()
  }
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
  const method = request.method === 'POST' ? 'POST' : 'GET'
  const answer = await answerNetwork(state, { url: `https://${demoHosts.login}${request.url!.slice(loginPagesPath.length)}`, method, headers, body })
  response.writeHead(answer.status, answer.headers).end(answer.body)
}

/** The Exchange service's HTTP listener: it keeps its port over a stop. */
class Listener {
  port: number
  private server: Server | null = null
  private readonly state: DemoState

  constructor(state: DemoState, port: number) {
    this.state = state
    this.port = port
  }

  async start(): Promise<void> {
    if (this.server) return
    const server = createServer((request, response) => {
      const handle = isLoginCall(request) ? handleLoginCall : isLoginPage(request) ? handleLoginPage : handleExchange
      handle(this.state, request, response).catch(() => response.destroy())
    })
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(this.port, '127.0.0.1', resolve)
    })
    this.port = (server.address() as AddressInfo).port
    this.server = server
  }

  async stop(): Promise<void> {
    const { server } = this
    this.server = null
    if (!server) return
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}
