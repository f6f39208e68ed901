import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { IPty } from 'node-pty'
import type { Adapters, Cloud } from '../adapters.ts'
import type { ByteStream, Failure, Profile, SessionView } from '../contract.ts'
import { TenantryError } from '../failures.ts'
import type { FoundPowerShell } from '../powershell/find.ts'
import { launchShell } from '../powershell/launch.ts'
import type { ShellMessage } from '../powershell/messages.ts'
import { openSessionPipe, type SessionPipe } from '../powershell/pipe.ts'
import type { Token } from '../tokens/acquire.ts'
import { Output } from './output.ts'
import { endProcessTree } from '../process-tree.ts'

/** A shell that has not said hello by then never will. */
export const helloDeadlineMs = 20_000
/** Closing says goodbye to the service, but waits no longer than this for it. */
export const disconnectDeadlineMs = 2_000

/** What a session needs to know of its tenant and who signs in. */
export interface SessionPlan {
  profile: Profile
  cloud: Cloud
  appName: string
}

export interface SessionServices {
  adapters: Adapters
  powershell(): Promise<FoundPowerShell>
  plan(profileId: string): SessionPlan
  token(plan: SessionPlan, service: Profile['services'][number], onWaiting: (detail: string) => void, signal: AbortSignal): Promise<Token>
  /** Asks Exchange which tenant it serves; throws where it is another one. */
  prove(plan: SessionPlan, token: Token): Promise<{ proof: 'proven' | 'unconfirmed'; initialDomain: string | null }>
  onChange(view: SessionView): void
}

/** One try at a shell with a connection; a reconnect begins another. */
interface Attempt {
  folder: string
  abort: AbortController
  pipe: SessionPipe | null
  pty: IPty | null
  timer: NodeJS.Timeout | null
  said: { hello: boolean; disconnected: boolean }
  onSaid: () => void
}

/** One session: a terminal, its shell, its pipe and its connection. It owns them and frees them. */
export class Session {
  readonly id: string
  readonly output: Output
  readonly #services: SessionServices
  #attempt: Attempt | null = null
  #view: SessionView
  #size: { cols: number; rows: number }
  #disposed = false

  constructor(id: string, plan: SessionPlan, size: { cols: number; rows: number }, services: SessionServices) {
    this.id = id
    this.#services = services
    this.#size = size
    this.output = new Output(size.cols, size.rows)
    const now = services.adapters.now()
    this.#view = {
      id,
      profileId: plan.profile.id,
      name: plan.profile.name,
      colour: plan.profile.colour,
      phase: 'starting',
      since: now,
      detail: 'Starting PowerShell',
      openedAt: now,
      connectSeconds: null,
      failure: null,
      tenant: { id: plan.profile.tenantId, organization: null, proof: 'pending' },
      tokenExpiresOn: null,
      moduleVersion: null,
      powershellVersion: null,
      standIn: false,
      busy: false,
      alive: false,
      canReconnect: false
    }
  }

  get view(): SessionView {
    return this.#view
  }

  /** Process id of the shell, for tests that count what is left. */
  get shellPid(): number | null {
    return this.#attempt?.pty?.pid ?? null
  }

  /** Starts the shell and the sign-in side by side. Never throws: what fails becomes the session's state. */
  async start(): Promise<void> {
    const plan = this.#services.plan(this.#view.profileId)
    const attempt = this.#begin(plan)
    const shell = this.#startShell(attempt, plan)
    const tokens = this.#signIn(attempt, plan)
    const failed = (error: unknown) => {
      if (this.#isCurrent(attempt)) this.#fail(attempt, TenantryError.from(error).toFailure())
    }
    try {
      // Both are awaited together; neither may be left as an unhandled rejection.
      const [, hello] = await Promise.all([shell, this.#awaitHello(attempt, shell), tokens.catch(() => null)])
      if (!hello || !this.#isCurrent(attempt)) return
      this.#set({ phase: 'signing-in', detail: `Asking ${plan.cloud.loginHost} for a token` })
      this.#connect(attempt, plan, await tokens)
    } catch (error) {
      failed(error)
      await tokens.catch(() => null)
    }
  }

  /** Ends the shell and starts another one in the same terminal. */
  async reconnect(): Promise<void> {
    await this.#endAttempt({ goodbye: true })
    if (this.#disposed) return
    this.#print('\r\n\x1b[90m── reconnecting ──\x1b[0m\r\n')
    this.#set({ openedAt: this.#services.adapters.now(), connectSeconds: null, failure: null })
    await this.start()
  }

  attach(stream: ByteStream): void {
    this.output.attach(stream)
  }

  resize(cols: number, rows: number): void {
    if (cols === this.#size.cols && rows === this.#size.rows) return
    this.#size = { cols, rows }
    this.output.screen.resize(cols, rows)
    if (this.#view.alive) this.#attempt?.pty?.resize(cols, rows)
  }

  /** Disconnects (2 s at most), ends the process tree and frees everything. */
  async close(): Promise<void> {
    if (this.#disposed) return
    this.#disposed = true
    await this.#endAttempt({ goodbye: true })
    this.output.dispose()
  }

  // ---- the parts of an attempt ----

  #begin(plan: SessionPlan): Attempt {
    const folder = join(this.#services.adapters.paths.runtime, this.id.slice(0, 8))
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const attempt: Attempt = {
      folder,
      abort: new AbortController(),
      pipe: null,
      pty: null,
      timer: null,
      said: { hello: false, disconnected: false },
      onSaid: () => {}
    }
    this.#attempt = attempt
    this.#set({
      name: plan.profile.name,
      colour: plan.profile.colour,
      phase: 'starting',
      detail: 'Starting PowerShell',
      failure: null,
      tenant: { id: plan.profile.tenantId, organization: null, proof: 'pending' },
      tokenExpiresOn: null,
      busy: false,
      canReconnect: false
    })
    return attempt
  }

  async #startShell(attempt: Attempt, plan: SessionPlan): Promise<void> {
    const { adapters } = this.#services
    const powershell = await this.#services.powershell()
    attempt.pipe = await openSessionPipe(attempt.folder, adapters.platform, {
      onHello: (hello) => this.#onHello(attempt, plan, hello),
      onMessage: (message) => this.#onMessage(attempt, plan, message),
      onBroken: (reason) => this.#fail(attempt, new TenantryError('pipe-broken', { reason }).toFailure()),
      onClosed: () => {}
    })
    if (!this.#isCurrent(attempt)) return attempt.pipe.close()
    const launch = launchShell({
      powershell,
      scriptsFolder: adapters.paths.scripts,
      pipe: attempt.pipe,
      ...this.#size,
      workingFolder: plan.profile.workingFolder || adapters.env.HOME || adapters.env.USERPROFILE || '.',
      loadPowerShellProfile: plan.profile.loadPowerShellProfile,
      env: adapters.env,
      platform: adapters.platform
    })
    const pty = adapters.spawn.pty(launch.file, launch.args, launch.options)
    attempt.pty = pty
    this.output.connect({
      pause: () => pty.pause(),
      resume: () => pty.resume(),
      write: (data) => pty.write(typeof data === 'string' ? data : Buffer.from(data))
    })
    // On Windows node-pty gives text whatever the encoding says.
    pty.onData((data: string | Uint8Array) => this.output.push(typeof data === 'string' ? Buffer.from(data) : data))
    pty.onExit(({ exitCode, signal }) => this.#onExit(attempt, exitCode, signal ?? 0))
    this.#set({ alive: true, powershellVersion: powershell.version, standIn: powershell.standIn })
  }

  #awaitHello(attempt: Attempt, shell: Promise<void>): Promise<boolean> {
    return new Promise((resolve, reject) => {
      attempt.abort.signal.addEventListener('abort', () => resolve(false))
      attempt.onSaid = () => {
        if (attempt.said.hello) resolve(true)
      }
      shell.then(() => {
        if (attempt.said.hello || !this.#isCurrent(attempt)) return
        attempt.timer = setTimeout(() => reject(new TenantryError('shell-no-hello', { seconds: helloDeadlineMs / 1000 })), helloDeadlineMs)
      }, reject)
    })
  }

  async #signIn(attempt: Attempt, plan: SessionPlan): Promise<Map<string, Token>> {
    const onWaiting = (detail: string) => {
      if (this.#isCurrent(attempt)) this.#set({ detail })
    }
    const tokens = await Promise.all(
      plan.profile.services.map(
        async (service) => [service, await this.#services.token(plan, service, onWaiting, attempt.abort.signal)] as const
      )
    )
    return new Map(tokens)
  }

  #connect(attempt: Attempt, plan: SessionPlan, tokens: Map<string, Token>): void {
    const { profile, cloud } = plan
    const organization = profile.initialDomain ?? profile.domain
    const expiries = [...tokens.values()].map((token) => token.expiresOn)
    this.#set({
      phase: 'connecting',
      detail: `Connecting to ${organization}`,
      tokenExpiresOn: Math.min(...expiries)
    })
    profile.services.forEach((service, index) => {
      const token = tokens.get(service)!
      attempt.pipe?.send({
        type: 'connect',
        service,
        accessToken: token.accessToken,
        expiresOn: token.expiresOn,
        organization,
        parameters: cloud.connectParameters[service],
        last: index === profile.services.length - 1,
        appName: plan.appName
      })
    })
    const exchangeToken = tokens.get('exchange') ?? null
    attempt.onSaid = () => void this.#prove(attempt, plan, exchangeToken)
  }

  async #prove(attempt: Attempt, plan: SessionPlan, token: Token | null): Promise<void> {
    attempt.onSaid = () => {}
    if (!token) return this.#set({ tenant: { ...this.#view.tenant, proof: 'unconfirmed' } })
    try {
      const { proof } = await this.#services.prove(plan, token)
      if (this.#isCurrent(attempt)) this.#set({ tenant: { ...this.#view.tenant, proof } })
    } catch (error) {
      if (!this.#isCurrent(attempt)) return
      await this.#refuse(TenantryError.from(error).toFailure())
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

  #onHello(attempt: Attempt, plan: SessionPlan, hello: Extract<ShellMessage, { type: 'hello' }>): void {
    if (attempt.timer) clearTimeout(attempt.timer)
    attempt.timer = null
    attempt.said.hello = true
    this.#set({ powershellVersion: hello.psVersion })
    attempt.pipe?.send({
      type: 'prepare',
      tenantName: plan.profile.name,
      colour: plan.profile.colour,
      module: { name: plan.cloud.module.name, path: plan.cloud.module.path ?? null, pinnedVersion: plan.profile.moduleVersion || null },
      temporaryFolder: attempt.folder
    })
    attempt.onSaid()
  }

  #onMessage(attempt: Attempt, plan: SessionPlan, message: ShellMessage): void {
    if (!this.#isCurrent(attempt)) {
      if (message.type === 'disconnected') attempt.onSaid()
      return
    }
    switch (message.type) {
      case 'prepared':
        return this.#set({ moduleVersion: message.moduleVersion })
      case 'connected':
        return this.#onConnected(attempt, plan, message)
      case 'failed':
        return this.#fail(attempt, TenantryError.fromShell(message.message, message.stage).toFailure())
      case 'command':
        return this.#set({ busy: message.running })
      case 'disconnected':
        attempt.said.disconnected = true
        return attempt.onSaid()
      case 'hello':
        return
    }
  }

  #onConnected(attempt: Attempt, plan: SessionPlan, message: Extract<ShellMessage, { type: 'connected' }>): void {
    if (message.tenantId && plan.profile.tenantId && message.tenantId.toLowerCase() !== plan.profile.tenantId.toLowerCase()) {
      const error = new TenantryError('exchange-wrong-tenant', { expected: plan.profile.tenantId, actual: message.tenantId })
      void this.#refuse(error.toFailure())
      return
    }
    const last = plan.profile.services.at(-1)
    if (message.service !== last) return
    const seconds = (this.#services.adapters.now() - this.#view.openedAt) / 1000
    this.#set({
      phase: 'connected',
      detail: `Connected to ${message.organization} in ${seconds.toFixed(1)} s`,
      connectSeconds: seconds,
      moduleVersion: message.moduleVersion,
      canReconnect: true,
      tenant: { id: message.tenantId, organization: message.organization, proof: 'pending' }
    })
    attempt.onSaid()
  }

  #fail(attempt: Attempt, failure: Failure): void {
    if (!this.#isCurrent(attempt)) return
    attempt.abort.abort()
    // A shell that waits for its token goes on to its prompt, without a connection.
    if (attempt.said.hello) attempt.pipe?.send({ type: 'abandon', message: failure.message })
    else if (this.#view.alive) this.#print(`\r\n\x1b[31m${failure.message}\x1b[0m\r\n`)
    this.#set({ phase: 'failed', detail: failure.message, failure, canReconnect: true })
  }

  #onExit(attempt: Attempt, exitCode: number, signal: number): void {
    attempt.pty = null
    this.output.connect(null)
    attempt.onSaid()
    if (!this.#isCurrent(attempt)) return
    const failure = exitFailure(this.#view.phase, exitCode, signal)
    this.#print(`\r\n\x1b[90m${failure.message}\x1b[0m\r\n`)
    attempt.abort.abort()
    this.#release(attempt)
    // What failed before stays the reason; a shell that went on after it just ended.
    const before = this.#view.phase === 'failed' ? this.#view.failure : null
    this.#set({
      phase: exitCode === 0 && signal === 0 ? 'closed' : before ? 'failed' : 'closed',
      detail: failure.message,
      failure: before ?? (exitCode === 0 && signal === 0 ? null : failure),
      busy: false,
      alive: false,
      canReconnect: true
    })
  }

  // ---- endings ----

  async #endAttempt({ goodbye }: { goodbye: boolean }): Promise<void> {
    const attempt = this.#attempt
    this.#attempt = null
    if (!attempt) return
    attempt.abort.abort()
    if (goodbye && attempt.pty && this.#view.phase === 'connected' && !this.#view.busy) await sayGoodbye(attempt)
    if (attempt.pty) await endProcessTree(attempt.pty, this.#services.adapters)
    this.output.connect(null)
    this.#release(attempt)
    this.#set({ alive: false, busy: false })
  }

  #release(attempt: Attempt): void {
    if (attempt.timer) clearTimeout(attempt.timer)
    attempt.pipe?.close()
    rmSync(attempt.folder, { recursive: true, force: true, maxRetries: 3 })
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

function sayGoodbye(attempt: Attempt): Promise<void> {
  return new Promise((resolve) => {
    const deadline = setTimeout(resolve, disconnectDeadlineMs)
    attempt.onSaid = () => {
      clearTimeout(deadline)
      resolve()
    }
    attempt.pipe?.send({ type: 'disconnect' })
  })
}

function exitFailure(phase: SessionView['phase'], exitCode: number, signal: number): Failure {
  if (exitCode === 87) return new TenantryError('constrained-language').toFailure()
  const how = signal ? `was ended by signal ${signal}` : `ended with code ${exitCode}`
  const when = phase === 'connected' || phase === 'failed' ? '' : ' before it was connected'
  return new TenantryError('shell-exited', { how: how + when }).toFailure()
}
