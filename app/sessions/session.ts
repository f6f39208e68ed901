import { isLogged, type CommandRecorder } from '../command-log/recorder.ts'
import { serviceLabels, type ByteStream, type Failure, type Service, type SessionView } from '../contract.ts'
import { failure, TenantryError } from '../failures.ts'
import { quote } from '../failures/reading.ts'
import { pause } from '../pause.ts'
import type { ShellMessage } from '../powershell/messages.ts'
import type { Hello } from '../powershell/shell-link.ts'
import type { Token } from '../tokens/acquire.ts'
import { isAtHome } from '../tokens/anchor.ts'
import { guardMode } from '../guard/rules.ts'
import { Attempt } from './attempt.ts'
import { isOfToken, pauseBeforeRetry, waitingDetail } from './connect-retry.ts'
import { Guard } from './guard.ts'
import { LastResult } from './last-result.ts'
import { Organization } from './organization.ts'
import { Output } from './output.ts'
import { PromptLine } from './prompt-line.ts'
import { checkPlatform, remoteAddress, remoteOf } from './remote-powershell.ts'
import { RefusedCommand } from './refused-command.ts'
import { Renewal } from './renewal.ts'
import { Transcript } from '../transcripts/transcript.ts'
import { connectMessage, recorderOf, tenantOf, transcriptPlace, type SessionPlan, type SessionServices } from './session-plan.ts'
import type { Size } from './shell.ts'
import { atBeginning, exitFailure, newView, startingDetail } from './session-view.ts'

/** One session: a terminal, its shell, its pipe and its connection. It owns them and frees them. */
export class Session {
  readonly id: string
  readonly output: Output
  readonly #services: SessionServices
  #attempt: Attempt | null = null
  #renewal: Renewal | null = null
  #organization: Organization | null = null
  #commands: CommandRecorder | null = null
  #lastResult: LastResult | null = null
  #guard: Guard | null = null
  #refused = new RefusedCommand()
  #line: PromptLine | null = null
  readonly #transcript: Transcript
  #view: SessionView
  #size: Size
  #disposed = false
  #attempts = 0
  /** Endings and starts, one after the other. */
  #queue: Promise<unknown> = Promise.resolve()
  /** The tenant that the session is of, for all its life. */
  readonly #tenant: string

  constructor(id: string, plan: SessionPlan, service: Service, size: Size, services: SessionServices) {
    this.id = id
    this.#tenant = tenantOf(plan)
    this.#services = services
    this.#size = size
    this.output = new Output(size.cols, size.rows)
    const { now } = services.adapters
    this.#view = newView(id, plan, service, now())
    this.#transcript = new Transcript({ screen: this.output.screen, folder: services.transcriptFolder, now, onChange: (transcript) => this.#set({ transcript }) })
  }

  get view(): SessionView {
    return this.#view
  }

  /** Process id of the shell, for tests that count what is left. */
  get shellPid(): number | null {
    return this.#attempt?.shellPid ?? null
  }

  /** What its shell was started by, null where it has none. */
  get plan(): SessionPlan | null {
    return this.#attempt?.plan ?? null
  }

  /** The token that its shell has of a service; for the main process alone. */
  token(service: Service): Token | null {
    return this.#attempt ? this.#services.tokens.current(this.#attempt.plan.subject, service) : null
  }

  /** Starts the shell and the sign-in side by side. Never throws: what fails becomes the session's state. */
  start(): Promise<void> {
    return this.#enqueue(() => this.#start(false))
  }

  /**
   * Has the shell show what its last command put on the screen as a table; nothing is run again.
   *
   * @throws TenantryError `result-…`
   */
  async showLastResult(): Promise<void> {
    const attempt = this.#attempt
    if (!attempt || !this.#view.alive || !attempt.saidHello) throw failure('result-nothing')
    if (this.#view.busy) throw failure('result-while-busy')
    await this.#lastResult!.ask(() => attempt.send({ type: 'show-last' }))
  }

  /** Types a text at the prompt; see `PromptLine`. Throws TenantryError `prompt-…`, `snippet-syntax`. */
  async put(text: string, how: { isRun: boolean }): Promise<void> {
    if (!this.#line) throw failure('prompt-missing', { name: this.#view.name })
    await this.#line.put(text, how)
  }

  /** Ends the shell and starts another one in the same terminal, with a new token; once however often it is asked for. */
  reconnect(): Promise<void> {
    if (this.#disposed || !this.#view.canReconnect) return Promise.resolve()
    this.#set({ canReconnect: false, phase: 'starting', detail: startingDetail, openedAt: this.#services.adapters.now(), connectSeconds: null, failure: null })
    return this.#enqueue(async () => {
      await this.#endAttempt({ goodbye: true })
      if (this.#disposed) return
      this.#print('\r\n\x1b[90m── reconnecting ──\x1b[0m\r\n')
      await this.#start(true)
    })
  }

  /** Whether lines are read for a screen reader has changed: its shell does so from its next prompt on. */
  screenReaderChanged(): void {
    this.#attempt?.send({ type: 'screen-reader', mode: this.#services.screenReader() ? 'on' : 'off' })
  }

  /** The questions before data is changed; null where nobody is asked. */
  get guard(): Guard | null {
    return this.#guard
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
    this.#attempt?.abort.abort()
    await this.#enqueue(() => this.#endAttempt({ goodbye: true }))
    await this.#transcript.close()
    this.output.dispose()
  }

  // ---- the way to a connection ----

  #enqueue(work: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(work)
    this.#queue = done.catch(() => {})
    return done
  }

  async #start(fresh: boolean): Promise<void> {
    try {
      const plan = this.#services.plan(this.#view.profileId)
      if (tenantOf(plan) !== this.#tenant) throw failure('session-of-another-tenant', { before: this.#tenant, after: tenantOf(plan) })
      this.#checkRemote(plan)
      const attempt = this.#begin(plan)
      // The queue does not wait for the shell: what takes long can be closed or reconnected.
      void this.#run(attempt, fresh).catch((error) => this.#fail(attempt, TenantryError.from(error).toFailure()))
    } catch (error) {
      const failure = TenantryError.from(error).toFailure()
      this.#set({ phase: 'failed', detail: failure.message, failure, canReconnect: true })
    }
  }

  /** What keeps a session from going over remote PowerShell is said before anybody signs in. */
  #checkRemote({ profile, cloud }: SessionPlan): void {
    const remote = remoteOf(profile, this.#view.service)
    if (!remote) return
    checkPlatform(this.#services.adapters.platform)
    remoteAddress(remote, cloud)
  }

  async #run(attempt: Attempt, fresh: boolean): Promise<void> {
    const token = this.#signIn(attempt, fresh).then(async (token) => {
      await this.#organization?.learn(token)
      return token
    })
    // Awaited after the shell's hello; until then its failure is nobody's.
    token.catch(() => {})
    const place = transcriptPlace(attempt.plan, this.#view)
    const [powershell] = await Promise.all([this.#services.powershell(), this.#transcript.begin(place, (sentence) => this.#print(`\x1b[90m${sentence}\x1b[0m\r\n`))])
    const onStarted = () => this.#set({ alive: true, powershellVersion: powershell.version, standIn: powershell.standIn, canReconnect: true })
    if (!(await attempt.start(powershell, this.#size, this.output, onStarted)) || !this.#isCurrent(attempt)) return
    this.#connect(attempt, await token)
  }

  #begin(plan: SessionPlan): Attempt {
    const { warmShells } = this.#services
    const options = { id: `${this.id.slice(0, 8)}-${++this.#attempts}`, name: this.#view.name, service: this.#view.service, screenReader: this.#services.screenReader, warmShells }
    const attempt: Attempt = new Attempt(plan, options, this.#services.adapters, {
      onHello: (hello) => this.#onHello(attempt, hello),
      onMessage: (message) => this.#onMessage(attempt, message),
      onBroken: (reason) => this.#fail(attempt, failure('pipe-broken', { reason }).toFailure()),
      onExit: (exitCode, signal) => this.#onExit(attempt, exitCode, signal)
    })
    this.#attempt = attempt
    this.#refused = new RefusedCommand()
    this.#organization = new Organization(plan, this.#view.service, this.#services.prove)
    this.#renewal = new Renewal({
      tokens: this.#services.tokens,
      subject: plan.subject,
      service: this.#view.service,
      now: this.#services.adapters.now,
      send: (message) => attempt.send(message),
      onChange: (change) => {
        if (this.#isCurrent(attempt)) this.#set(change)
      }
    })
    this.#guard = guardMode(plan.profile) === 'ask' ? this.#newGuard(attempt) : null
    this.#lastResult = new LastResult()
    this.#line = new PromptLine({
      view: () => this.#view,
      output: this.output,
      areKeysHeld: () => attempt.areKeysHeld,
      parse: (text) => attempt.send({ type: 'parse', text })
    })
    this.#commands = isLogged(plan.profile) ? recorderOf(plan, this.#view.service, this.#services) : null
    this.#set({ ...atBeginning(plan, this.#view.service), guard: this.#guard?.view ?? null })
    return attempt
  }

  #newGuard(attempt: Attempt): Guard {
    return new Guard({
      now: this.#services.adapters.now,
      pauseMinutes: this.#services.guardPauseMinutes,
      send: (message) => attempt.send(message),
      onChange: (guard) => {
        if (this.#isCurrent(attempt)) this.#set({ guard })
      }
    })
  }

  /** A login service that is busy or down for now is waited out too. */
  async #signIn(attempt: Attempt, fresh: boolean): Promise<Token> {
    const onWaiting = (detail: string) => {
      if (this.#isCurrent(attempt)) this.#set({ detail })
    }
    const { signal } = attempt.abort
    for (let tried = 1; ; tried++) {
      const token = await this.#services.tokens.get(attempt.plan.subject, this.#view.service, { fresh, onWaiting, signal }).catch((error: unknown) => TenantryError.from(error))
      if (!(token instanceof TenantryError)) return token
      const pauseMs = pauseBeforeRetry(token, tried)
      if (pauseMs === null || !this.#isCurrent(attempt)) throw token
      onWaiting(waitingDetail(token, pauseMs, tried))
      if (attempt.saidHello) this.#print(`\x1b[90m${waitingDetail(token, pauseMs, tried)}\x1b[0m\r\n`)
      if (!(await pause(pauseMs, signal))) throw failure('cancelled')
    }
  }

  #connect(attempt: Attempt, token: Token): void {
    if (!this.#isCurrent(attempt) || attempt.abort.signal.aborted) return
    const organization = this.#organization!.name
    this.#set({ phase: 'connecting', detail: `Connecting to ${organization}` })
    this.#renewal?.begin(token)
    attempt.tried++
    attempt.hasOlderToken = token.acquiredAt < this.#view.openedAt
    attempt.send(connectMessage(attempt.plan, this.#view.service, token, organization))
  }

  async #prove(attempt: Attempt): Promise<void> {
    // Security & Compliance says nothing of its tenant.
    const { service } = this.#view
    const token = service === 'compliance' ? null : await this.#tokenAgain(attempt).catch(() => null)
    const organization = this.#organization
    if (!this.#isCurrent(attempt) || !organization) return
    if (!token) return this.#set({ tenant: { ...this.#view.tenant, proof: 'unconfirmed' } })
    try {
      const proof = await organization.prove(token)
      if (!this.#isCurrent(attempt)) return
      this.#set({ tenant: { ...this.#view.tenant, proof: proof.proof } })
      // A person in their own tenant is named to the module, and the tenant is not.
      const problem = isAtHome(token) ? null : organization.problemWith(this.#view.tenant.organization ?? '', proof)
      if (problem) this.#set({ failure: problem.toFailure() })
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
        return this.#set({ moduleVersion: this.#moduleVersion(attempt, message) })
      case 'connected':
        return this.#onConnected(attempt, message)
      case 'failed':
        return void this.#onRefused(attempt, message)
      case 'command':
        this.#commands?.take(message)
        return this.#set({ busy: message.running, failure: this.#refused.take(message, this.#view.failure) })
      case 'refused':
        if (this.#view.phase === 'connected') this.#set({ failure: this.#refused.take(message, this.#view.failure) })
        return this.#renewal?.onMessage(message)
      case 'grid':
        return void this.#offerGrid(attempt, message.ask)
      case 'parsed':
        return this.#line?.parsed(message)
      case 'last-shown':
        return this.#lastResult?.answered(message)
      case 'guard':
      case 'guard-withdrawn':
        return this.#guard?.take(message)
      default:
        this.#renewal?.onMessage(message)
    }
  }

  async #offerGrid(attempt: Attempt, ask: number): Promise<void> {
    try {
      attempt.send({ type: 'grid', ask, ...(await this.#services.offerGrid(this.id, attempt.folder)) })
    } catch (error) {
      attempt.send({ type: 'grid-refused', ask, message: `There is no connection for a table (${error instanceof Error ? error.message : 'no reason given'}).` })
    }
  }

  /** Remote PowerShell needs no module of Microsoft's. */
  #moduleVersion({ plan }: Attempt, { moduleVersion }: { moduleVersion: string }): string | null {
    return remoteOf(plan.profile, this.#view.service) ? null : moduleVersion
  }

  #onConnected(attempt: Attempt, message: Extract<ShellMessage, { type: 'connected' }>): void {
    const { profile } = attempt.plan
    if (message.tenantId.toLowerCase() !== profile.tenantId?.toLowerCase()) {
      const error = failure('exchange-wrong-tenant', { expected: profile.tenantId ?? 'none', actual: quote(message.tenantId) || 'none' })
      void this.#refuse(error.toFailure())
      return
    }
    const seconds = (this.#services.adapters.now() - this.#view.openedAt) / 1000
    this.#set({
      phase: 'connected',
      detail: `Connected to ${message.organization} in ${seconds.toFixed(1)} s`,
      connectSeconds: seconds,
      moduleVersion: this.#moduleVersion(attempt, message),
      canReconnect: true,
      tenant: { id: message.tenantId, organization: message.organization, proof: 'pending' }
    })
    attempt.isConnected = true
    this.#renewal?.connected()
    void this.#prove(attempt)
  }

  /**
   * A refusal that may pass is waited out, as the service says, and one of another session's token is tried with a new
   * one; any other one is the end.
   */
  async #onRefused(attempt: Attempt, { id, message, stage }: Extract<ShellMessage, { type: 'failed' }>): Promise<void> {
    const refusal = TenantryError.fromShell(message, stage, serviceLabels[this.#view.service])
    // What answers no connect is the shell's own: Ctrl+C.
    const isAnswer = stage === 'connect' && id !== undefined
    if (isAnswer && attempt.hasOlderToken && isOfToken(refusal)) {
      this.#set({ detail: `Asking ${attempt.plan.cloud.loginHost} for a new token` })
      return this.#connectAgain(attempt, { fresh: true })
    }
    const pauseMs = isAnswer ? pauseBeforeRetry(refusal, attempt.tried) : null
    if (pauseMs === null) return this.#fail(attempt, refusal.toFailure())
    const detail = waitingDetail(refusal, pauseMs, attempt.tried)
    this.#set({ detail })
    this.#print(`\x1b[90m${detail}\x1b[0m\r\n`)
    if (await pause(pauseMs, attempt.abort.signal)) await this.#connectAgain(attempt)
  }

  async #connectAgain(attempt: Attempt, options: { fresh?: boolean } = {}): Promise<void> {
    if (!this.#isCurrent(attempt)) return
    const token = await this.#tokenAgain(attempt, options).catch((error: unknown) => TenantryError.from(error))
    if (token instanceof TenantryError) this.#fail(attempt, token.toFailure())
    else this.#connect(attempt, token)
  }

  /** The session's token once more: behind a lock it is not held, and is fetched. */
  #tokenAgain(attempt: Attempt, options: { fresh?: boolean } = {}): Promise<Token> {
    return this.#services.tokens.get(attempt.plan.subject, this.#view.service, { ...options, signal: attempt.abort.signal })
  }

  #fail(attempt: Attempt, failure: Failure): void {
    if (!this.#isCurrent(attempt)) return
    attempt.abort.abort()
    this.#renewal?.isOver(failure.message)
    // A shell that waits for its token goes on to its prompt, without a connection.
    if (attempt.saidHello) attempt.send({ type: 'abandon', message: failure.message })
    else if (this.#view.alive) this.#print(`\r\n\x1b[31m${failure.message}\x1b[0m\r\n`)
    this.#set({ phase: 'failed', detail: failure.message, failure, canReconnect: true })
  }

  #onExit(attempt: Attempt, exitCode: number, signal: number): void {
    if (!this.#isCurrent(attempt)) return
    const failure = exitFailure({ exitCode, signal, phase: this.#view.phase, saidHello: attempt.saidHello })
    this.#transcript.ended(failure.message)
    this.#print(`\r\n\x1b[90m${failure.message}\x1b[0m\r\n`)
    this.#renewal?.dispose()
    this.#commands?.close()
    this.#guard?.end()
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
    await attempt.end({ goodbye: goodbye && attempt.isConnected && !this.#view.busy })
    this.#transcript.ended(null)
    this.#commands?.close()
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
