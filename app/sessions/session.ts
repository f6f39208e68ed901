import type { Adapters, Cloud } from '../adapters.ts'
import type { ByteStream, Failure, Profile, Service, SessionView } from '../contract.ts'
import { TenantryError } from '../failures.ts'
import type { FoundPowerShell } from '../powershell/find.ts'
import type { ShellMessage } from '../powershell/messages.ts'
import type { Token } from '../tokens/acquire.ts'
import type { TokenBroker, TokenSubject } from '../tokens/broker.ts'
import { Attempt, type Hello } from './attempt.ts'
import { Output } from './output.ts'
import { endOf, Renewal } from './renewal.ts'

/** Entra's tokens are valid from five minutes before; a clock that is further off than this will soon matter. */
const toldSkewMs = 120_000

/** What a session needs to know of its tenant and who signs in. */
export interface SessionPlan {
  profile: Profile
  cloud: Cloud
  appName: string
  /** Whom its tokens are for, as the profile was when the plan was made. */
  subject: TokenSubject
}

export interface SessionServices {
  adapters: Adapters
  powershell(): Promise<FoundPowerShell>
  plan(profileId: string): SessionPlan
  tokens: TokenBroker
  /** Asks Exchange which tenant it serves; throws where it is another one. */
  prove(plan: SessionPlan, token: Token): Promise<{ proof: 'proven' | 'unconfirmed'; initialDomain: string | null }>
  onChange(view: SessionView): void
}

interface Size {
  cols: number
  rows: number
}

/** One session: a terminal, its shell, its pipe and its connection. It owns them and frees them. */
export class Session {
  readonly id: string
  readonly output: Output
  readonly #services: SessionServices
  #attempt: Attempt | null = null
  #renewal: Renewal | null = null
  #view: SessionView
  #size: Size
  #disposed = false

  constructor(id: string, plan: SessionPlan, size: Size, services: SessionServices) {
    this.id = id
    this.#services = services
    this.#size = size
    this.output = new Output(size.cols, size.rows)
    const now = services.adapters.now()
    this.#view = { ...atBeginning(plan), id, profileId: plan.profile.id, since: now, openedAt: now, connectSeconds: null, moduleVersion: null, powershellVersion: null, standIn: false, alive: false }
  }

  get view(): SessionView {
    return this.#view
  }

  /** Process id of the shell, for tests that count what is left. */
  get shellPid(): number | null {
    return this.#attempt?.shellPid ?? null
  }

  /** The token that its shell has of a service; for the main process alone. */
  token(service: Service): Token | null {
    return this.#attempt ? this.#services.tokens.current(this.#attempt.plan.subject, service) : null
  }

  /** Starts the shell and the sign-in side by side. Never throws: what fails becomes the session's state. */
  async start({ fresh = false } = {}): Promise<void> {
    const attempt = this.#begin(this.#services.plan(this.#view.profileId))
    const tokens = this.#signIn(attempt, fresh)
    // Awaited after the shell's hello; until then its failure is nobody's.
    tokens.catch(() => {})
    try {
      const powershell = await this.#services.powershell()
      const onStarted = () => this.#set({ alive: true, powershellVersion: powershell.version, standIn: powershell.standIn })
      if (!(await attempt.start(powershell, this.#size, this.output, onStarted)) || !this.#isCurrent(attempt)) return
      this.#connect(attempt, await tokens)
    } catch (error) {
      this.#fail(attempt, TenantryError.from(error).toFailure())
    }
  }

  /** Ends the shell and starts another one in the same terminal, with a new token. */
  async reconnect(): Promise<void> {
    await this.#endAttempt({ goodbye: true })
    if (this.#disposed) return
    this.#print('\r\n\x1b[90m── reconnecting ──\x1b[0m\r\n')
    this.#set({ openedAt: this.#services.adapters.now(), connectSeconds: null, failure: null })
    await this.start({ fresh: true })
  }

  attach(stream: ByteStream): void {
    this.output.attach(stream)
  }

  resize(cols: number, rows: number): void {
    if (cols === this.#size.cols && rows === this.#size.rows) return
    this.#size = { cols, rows }
    this.output.screen.resize(cols, rows)
    if (this.#view.alive) this.#attempt?.resize(this.#size)
  }

  /** Disconnects (2 s at most), ends the process tree and frees everything. */
  async close(): Promise<void> {
    if (this.#disposed) return
    this.#disposed = true
    await this.#endAttempt({ goodbye: true })
    this.output.dispose()
  }

  // ---- the way to a connection ----

  #begin(plan: SessionPlan): Attempt {
    const attempt: Attempt = new Attempt(plan, this.id, this.#services.adapters, {
      onHello: (hello) => this.#onHello(attempt, hello),
      onMessage: (message) => this.#onMessage(attempt, message),
      onBroken: (reason) => this.#fail(attempt, new TenantryError('pipe-broken', { reason }).toFailure()),
      onExit: (exitCode, signal) => this.#onExit(attempt, exitCode, signal)
    })
    this.#attempt = attempt
    this.#renewal = new Renewal({
      tokens: this.#services.tokens,
      subject: plan.subject,
      services: plan.profile.services,
      now: this.#services.adapters.now,
      send: (message) => attempt.send(message),
      onChange: (change) => {
        if (this.#isCurrent(attempt)) this.#set(change)
      }
    })
    this.#set(atBeginning(plan))
    return attempt
  }

  async #signIn(attempt: Attempt, fresh: boolean): Promise<Map<Service, Token>> {
    const onWaiting = (detail: string) => {
      if (this.#isCurrent(attempt)) this.#set({ detail })
    }
    const { profile, subject } = attempt.plan
    const ask = async (service: Service) =>
      [service, await this.#services.tokens.get(subject, service, { fresh, onWaiting, signal: attempt.abort.signal })] as const
    return new Map(await Promise.all(profile.services.map(ask)))
  }

  #connect(attempt: Attempt, tokens: Map<Service, Token>): void {
    if (!this.#isCurrent(attempt)) return
    const { profile, cloud, appName } = attempt.plan
    const organization = profile.initialDomain ?? profile.domain
    const skewMs = Math.max(...[...tokens.values()].map((token) => Math.abs(token.skewMs ?? 0)))
    this.#set({ phase: 'connecting', detail: `Connecting to ${organization}`, clockSkewSeconds: skewMs > toldSkewMs ? Math.round(skewMs / 1000) : null })
    this.#renewal?.begin(tokens)
    profile.services.forEach((service, index) => {
      const token = tokens.get(service)!
      attempt.send({
        type: 'connect',
        service,
        accessToken: token.accessToken,
        expiresOn: endOf(token),
        organization,
        parameters: cloud.connectParameters[service],
        last: index === profile.services.length - 1,
        appName
      })
    })
  }

  async #prove(attempt: Attempt): Promise<void> {
    const token = this.#services.tokens.current(attempt.plan.subject, 'exchange')
    if (!token) return this.#set({ tenant: { ...this.#view.tenant, proof: 'unconfirmed' } })
    try {
      const { proof } = await this.#services.prove(attempt.plan, token)
      if (this.#isCurrent(attempt)) this.#set({ tenant: { ...this.#view.tenant, proof } })
    } catch (error) {
      if (this.#isCurrent(attempt)) await this.#refuse(TenantryError.from(error).toFailure())
    }
  }

  /** The tenant is not the one it should be: the shell ends at once, before anything is typed into it. */
  async #refuse(failure: Failure): Promise<void> {
    this.#set({ tenant: { ...this.#view.tenant, proof: 'refused' } })
    await this.#endAttempt({ goodbye: false })
    this.#print(`\r\n\x1b[31m${failure.message}\x1b[0m\r\n`)
    this.#set({ phase: 'failed', detail: failure.message, failure, busy: false, alive: false, canReconnect: true })
  }

  // ---- what the shell says ----

  #onHello(attempt: Attempt, hello: Hello): void {
    if (!this.#isCurrent(attempt)) return
    const { loginHost } = attempt.plan.cloud
    const isWaiting = this.#view.detail !== startingDetail
    this.#set({ phase: 'signing-in', powershellVersion: hello.psVersion, ...(isWaiting ? {} : { detail: `Asking ${loginHost} for a token` }) })
  }

  #onMessage(attempt: Attempt, message: ShellMessage): void {
    if (!this.#isCurrent(attempt)) return
    switch (message.type) {
      case 'prepared':
        return this.#set({ moduleVersion: message.moduleVersion })
      case 'connected':
        return this.#onConnected(attempt, message)
      case 'failed':
        return this.#fail(attempt, TenantryError.fromShell(message.message, message.stage).toFailure())
      case 'command':
        return this.#set({ busy: message.running })
      default:
        this.#renewal?.onMessage(message)
    }
  }

  #onConnected(attempt: Attempt, message: Extract<ShellMessage, { type: 'connected' }>): void {
    const { profile } = attempt.plan
    if (message.tenantId && profile.tenantId && message.tenantId.toLowerCase() !== profile.tenantId.toLowerCase()) {
      const error = new TenantryError('exchange-wrong-tenant', { expected: profile.tenantId, actual: message.tenantId })
      void this.#refuse(error.toFailure())
      return
    }
    if (message.service !== profile.services.at(-1)) return
    const seconds = (this.#services.adapters.now() - this.#view.openedAt) / 1000
    this.#set({
      phase: 'connected',
      detail: `Connected to ${message.organization} in ${seconds.toFixed(1)} s`,
      connectSeconds: seconds,
      moduleVersion: message.moduleVersion,
      canReconnect: true,
      tenant: { id: message.tenantId, organization: message.organization, proof: 'pending' }
    })
    this.#renewal?.connected()
    void this.#prove(attempt)
  }

  #fail(attempt: Attempt, failure: Failure): void {
    if (!this.#isCurrent(attempt)) return
    attempt.abort.abort()
    this.#renewal?.dispose()
    // A shell that waits for its token goes on to its prompt, without a connection.
    if (attempt.saidHello) attempt.send({ type: 'abandon', message: failure.message })
    else if (this.#view.alive) this.#print(`\r\n\x1b[31m${failure.message}\x1b[0m\r\n`)
    this.#set({ phase: 'failed', detail: failure.message, failure, canReconnect: true })
  }

  #onExit(attempt: Attempt, exitCode: number, signal: number): void {
    if (!this.#isCurrent(attempt)) return
    const failure = exitFailure(this.#view.phase, exitCode, signal)
    this.#print(`\r\n\x1b[90m${failure.message}\x1b[0m\r\n`)
    this.#renewal?.dispose()
    attempt.release()
    // What failed before stays the reason; a shell that went on after it just ended.
    const before = this.#view.phase === 'failed' ? this.#view.failure : null
    const endedWell = exitCode === 0 && signal === 0
    this.#set({
      phase: before && !endedWell ? 'failed' : 'closed',
      detail: failure.message,
      failure: before ?? (endedWell ? null : failure),
      busy: false,
      alive: false,
      canReconnect: true
    })
  }

  // ---- endings ----

  async #endAttempt({ goodbye }: { goodbye: boolean }): Promise<void> {
    const attempt = this.#attempt
    this.#attempt = null
    this.#renewal?.dispose()
    this.#renewal = null
    if (!attempt) return
    await attempt.end({ goodbye: goodbye && this.#view.phase === 'connected' && !this.#view.busy })
    this.output.connect(null)
    this.#set({ alive: false, busy: false })
  }

  #isCurrent(attempt: Attempt): boolean {
    return this.#attempt === attempt && !this.#disposed
  }

  #print(text: string): void {
    this.output.push(Buffer.from(text))
  }

  #set(change: Partial<SessionView>): void {
    const since = change.phase && change.phase !== this.#view.phase ? this.#services.adapters.now() : this.#view.since
    this.#view = { ...this.#view, ...change, since }
    if (!this.#disposed) this.#services.onChange(this.#view)
  }
}

const startingDetail = 'Starting PowerShell'

/** What a view says while a new shell starts. */
function atBeginning({ profile }: SessionPlan) {
  return {
    name: profile.name,
    colour: profile.colour,
    phase: 'starting',
    detail: startingDetail,
    failure: null,
    tenant: { id: profile.tenantId, organization: null, proof: 'pending' },
    tokenExpiresOn: null,
    renewal: null,
    clockSkewSeconds: null,
    busy: false,
    canReconnect: false
  } satisfies Partial<SessionView>
}

function exitFailure(phase: SessionView['phase'], exitCode: number, signal: number): Failure {
  if (exitCode === 87) return new TenantryError('constrained-language').toFailure()
  const how = signal ? `was ended by signal ${signal}` : `ended with code ${exitCode}`
  const when = phase === 'connected' || phase === 'failed' ? '' : ' before it was connected'
  return new TenantryError('shell-exited', { how: how + when }).toFailure()
}
