import type { Adapters } from '../adapters.ts'
import { type CommandRecorder, isLogged } from '../command-log/recorder.ts'
import { serviceLabels, type Failure, type LoggedCommand, type Service } from '../contract.ts'
import { failure, TenantryError } from '../failures.ts'
import { quote } from '../failures/reading.ts'
import type { GuardRules } from '../guard/rules.ts'
import type { FoundPowerShell } from '../powershell/find.ts'
import type { ShellMessage } from '../powershell/messages.ts'
import { homeOf } from '../sessions/attempt.ts'
import { isOfToken, pauseBeforeRetry } from '../sessions/connect-retry.ts'
import { moduleOf } from '../sessions/connect-parameters.ts'
import { Organization } from '../sessions/organization.ts'
import { isOfCommand, refusalOf } from '../sessions/refused-command.ts'
import { checkPlatform, remoteAddress, remoteOf } from '../sessions/remote-powershell.ts'
import { Renewal } from '../sessions/renewal.ts'
import { connectMessage, recorderOf, type SessionPlan, type SessionServices } from '../sessions/session-plan.ts'
import { exitFailure } from '../sessions/session-view.ts'
import type { Token } from '../tokens/acquire.ts'
import type { TokenBroker } from '../tokens/broker.ts'
import { withSignal } from '../tokens/with-signal.ts'
import { Answers } from './answers.ts'
import type { GuardMessage } from './question.ts'
import { RunShell } from './run-shell.ts'

/** As of sessions, but with more patience: nobody sits there and waits. */
const runRetry = { tries: 5, firstPauseMs: 2_000, longestPauseMs: 600_000 }
/** A shell that says no hello within this time is given up: several of them start at once, and nobody looks at each. */
const helloDeadlineMs = 60_000
/** So long a tenant's first connection waits for Exchange to say by which domain it is to be named: as the request may take. */
const learnMs = 30_000
/** A token that can't be replaced while a script runs is to be at most this old, in milliseconds. */
const oldestMs = 60_000
/** How long a script that is stopped may take until its process is ended all the same. */
const stopDeadlineMs = 2_000

/** What every tenant of a run needs. */
export interface TenantRunServices {
  adapters: Adapters
  powershell(): Promise<FoundPowerShell>
  tokens: TokenBroker
  prove: SessionServices['prove']
  logCommand(command: Omit<LoggedCommand, 'user'>): void
}

export interface TenantRunOptions {
  /** Of this try alone: its folder is named by it. */
  id: string
  /** Made for this run: read-only where the run is. */
  plan: SessionPlan
  service: Service
  script: string
  guard: GuardRules | null
  /** How often it was tried, this time among them. */
  tried: number
  onState(state: 'starting' | 'connecting' | 'running', detail: string): void
  /** Nobody said yet where secrets stand in the script. */
  wantsSecrets(): boolean
  /** Where they stand: beginnings and ends, from the end. */
  onSecrets(places: readonly number[]): void
  /** Which of the service's commands the script calls, as a shell of this run found; null where it may call any, `unknown` before. */
  commands(): readonly string[] | null | 'unknown'
  onCommands(commands: readonly string[] | null): void
  onQuestion(message: GuardMessage): void
  onNoQuestion(): void
  /** Opens the connection for its rows. */
  offerRows(folder: string): Promise<{ path: string; nonce: string }>
  /** Settles once all rows that it wrote are there. */
  rowsAreIn(): Promise<void>
}

/** How a try ended. `sentences` are the first of its `errors`; `caution` is what to know of it besides. */
export type Outcome =
  | { kind: 'done' | 'failed'; failure: Failure | null; errors: number; sentences: string[]; caution: string | null }
  /** It is to be tried again after a pause. */
  | { kind: 'throttled'; refusal: TenantryError; pauseMs: number; tries: number }
  | { kind: 'cancelled' }
  /** PowerShell can't read the script, here as anywhere. */
  | { kind: 'unreadable'; failure: Failure }

type Ran = Extract<ShellMessage, { type: 'ran' }>
type Connected = Extract<ShellMessage, { type: 'connected' }>

/** One try at a run's script in one tenant: a PowerShell of its own, from its start to its end. It owns and frees it. */
export class TenantRun {
  readonly #options: TenantRunOptions
  readonly #services: TenantRunServices
  readonly #abort = new AbortController()
  readonly #answers = new Answers()
  readonly #renewal: Renewal
  readonly #organization: Organization
  readonly #commands: CommandRecorder | null
  readonly #startedAt: number
  #shell: RunShell | null = null
  #saidHello = false
  #isConnected = false
  #isRunning = false
  #hasRun = false
  /** Whether Exchange, or Graph, said itself that this is the tenant. */
  #isProven = false
  #grids = 0
  #stopWaiting: () => void = () => {}

  constructor(options: TenantRunOptions, services: TenantRunServices) {
    this.#options = options
    this.#services = services
    const { plan, service } = options
    const { tokens, adapters } = services
    this.#startedAt = adapters.now()
    this.#organization = new Organization(plan, service, services.prove)
    this.#renewal = new Renewal({ tokens, subject: plan.subject, service, now: adapters.now, send: (message) => this.#shell?.send(message), onChange: () => {} })
    this.#commands = isLogged(plan.profile) ? recorderOf(plan, service, services) : null
  }

  /** Never throws: what goes wrong is the outcome. Everything is freed then. */
  async run(): Promise<Outcome> {
    try {
      return await this.#go()
    } catch (error) {
      const refusal = TenantryError.from(error)
      if (this.#abort.signal.aborted || refusal.code === 'cancelled') return { kind: 'cancelled' }
      if (refusal.code === 'run-script-unreadable') return { kind: 'unreadable', failure: refusal.toFailure() }
      // What has begun to run is not run again by itself: it may have changed something.
      const pauseMs = this.#hasRun ? null : pauseBeforeRetry(refusal, this.#options.tried, runRetry)
      if (pauseMs !== null) return { kind: 'throttled', refusal, pauseMs, tries: runRetry.tries }
      return { kind: 'failed', failure: refusal.toFailure(), errors: 0, sentences: [], caution: null }
    } finally {
      await this.#free()
    }
  }

  /** Gives it up: the script is stopped, the shell says goodbye, and its process tree is ended. */
  cancel(): void {
    if (this.#abort.signal.aborted) return
    this.#abort.abort()
    if (this.#isRunning) this.#shell?.send({ type: 'stop' })
    else this.#answers.fail(failure('cancelled'))
  }

  answer(ask: number, answer: 'run' | 'refuse'): void {
    this.#shell?.send({ type: 'guard-answer', ask, answer, quietUntil: answer === 'run' ? Number.MAX_SAFE_INTEGER : 0 })
  }

  async #go(): Promise<Outcome> {
    this.#checkRemote()
    const token = this.#signIn()
    // Awaited after the shell is ready; until then its failure is nobody's.
    token.catch(() => {})
    this.#options.onState('starting', 'Starting PowerShell')
    await this.#start()
    await this.#checkScript()
    await this.#answers.next('prepared')
    await this.#connect(await token)
    return this.#outcomeOf(await this.#runScript())
  }

  /** What keeps a tenant from being reached over remote PowerShell is said before anybody signs in. */
  #checkRemote(): void {
    const { profile, cloud } = this.#options.plan
    const remote = remoteOf(profile, this.#options.service)
    if (!remote) return
    checkPlatform(this.#services.adapters.platform)
    remoteAddress(remote, cloud)
  }

  async #signIn(fresh = false): Promise<Token> {
    const { plan, service } = this.#options
    const onWaiting = (detail: string) => {
      if (this.#saidHello && !this.#isConnected) this.#options.onState('connecting', detail)
    }
    const { signal } = this.#abort
    const ask = (isFresh: boolean) => this.#services.tokens.get(plan.subject, service, { fresh: isFresh, onWaiting, signal })
    let token = await ask(fresh)
    // Where a new one could not take its place, the script is to have its whole life.
    const isForGood = service === 'graph' || remoteOf(plan.profile, service) !== null
    if (isForGood && token.acquiredAt < this.#startedAt - oldestMs) token = await ask(true)
    await withSignal(this.#organization.learn(token, learnMs), signal)
    return token
  }

  async #start(): Promise<void> {
    const { adapters, powershell } = this.#services
    const found = await powershell()
    this.#checkWanted()
    this.#shell = await RunShell.open(this.#options.id, adapters, {
      onHello: () => this.#onHello(),
      onMessage: (message) => this.#onMessage(message),
      onBroken: (reason) => this.#answers.fail(failure('pipe-broken', { reason })),
      onExit: (exitCode, signal) => this.#onExit(exitCode, signal)
    })
    this.#checkWanted()
    await this.#shell.spawn(found, this.#options.plan.profile.workingFolder || homeOf(adapters.env))
    const deadlineMs = adapters.helloDeadlineMs ?? helloDeadlineMs
    const timer = setTimeout(() => {
      if (!this.#saidHello) this.#answers.fail(failure('shell-no-hello', { seconds: deadlineMs / 1000 }))
    }, deadlineMs)
    this.#abort.signal.addEventListener('abort', () => clearTimeout(timer))
    this.#stopWaiting = () => clearTimeout(timer)
  }

  #checkWanted(): void {
    if (this.#abort.signal.aborted) throw failure('cancelled')
  }

  /** Before anything is connected: a script that can't be read is run nowhere. */
  async #checkScript(): Promise<void> {
    const { line, problem, secrets } = await this.#answers.next('parsed')
    if (secrets) this.#options.onSecrets(secrets)
    if (problem !== null) throw failure('run-script-unreadable', { problem: `Line ${line}: ${quote(decodeURIComponent(problem))}` })
  }

  /** Connects, and sees to it that this is the tenant it should be. */
  async #connect(token: Token): Promise<void> {
    const { plan, service, onState } = this.#options
    onState('connecting', `Connecting to ${this.#organization.name}`)
    // Security & Compliance says nothing of its tenant.
    const proof = service === 'compliance' ? null : this.#organization.prove(token)
    this.#renewal.begin(token)
    const connected = await this.#connectOrAskAnew(token)
    this.#isConnected = true
    const { tenantId } = plan.profile
    if (connected.tenantId.toLowerCase() !== tenantId?.toLowerCase()) throw failure('exchange-wrong-tenant', { expected: tenantId ?? 'none', actual: quote(connected.tenantId) || 'none' })
    // The script waits for it, where a session's prompt does not.
    const said = proof && (await withSignal(proof, this.#abort.signal))
    this.#isProven = said?.proof === 'proven'
    this.#checkWanted()
  }

  /** A refusal may be of the commands that it was asked for alone, or of a token from before the run: each is mended once. */
  async #connectOrAskAnew(token: Token): Promise<Connected> {
    const known = this.#options.commands()
    let commands = known === 'unknown' ? null : known
    for (;;) {
      try {
        return await this.#ask(token, commands)
      } catch (error) {
        const refusal = TenantryError.from(error)
        if (!isOfToken(refusal)) throw error
        // An app whose roles have none of the script's commands may be sent nothing at all. With all that it has, the
        // script itself says which one is missing.
        if (commands && refusal.code !== 'exchange-unauthorized') commands = null
        else if (token.acquiredAt < this.#startedAt) {
          token = await this.#signIn(true)
          this.#renewal.begin(token)
        } else throw error
      }
    }
  }

  #ask(token: Token, commands: readonly string[] | null): Promise<Connected> {
    const { plan, service } = this.#options
    this.#shell!.send(connectMessage(plan, service, token, this.#organization.name, commands))
    return this.#answers.next('connected')
  }

  async #runScript(): Promise<Ran> {
    const { onState, script, plan } = this.#options
    onState('running', `Running in ${plan.profile.initialDomain ?? this.#organization.name}`)
    this.#isRunning = this.#hasRun = true
    this.#shell!.send({ type: 'run', script, needs: this.#options.commands() === 'unknown' })
    this.#renewal.connected()
    const ran = this.#answers.next('ran')
    // One that does not stop is ended all the same.
    this.#abort.signal.addEventListener('abort', () => {
      const timer = setTimeout(() => this.#answers.fail(failure('cancelled')), stopDeadlineMs)
      ran.finally(() => clearTimeout(timer)).catch(() => {})
    })
    const end = await ran
    this.#isRunning = false
    await this.#options.rowsAreIn()
    return end
  }

  #outcomeOf({ isStopped, problem, errors, sentences }: Ran): Outcome {
    if (isStopped || this.#abort.signal.aborted) return { kind: 'cancelled' }
    const told = { errors, sentences: sentences.map((sentence) => quote(sentence)), caution: this.#isProven ? null : 'tenant not confirmed' }
    return problem === null ? { kind: 'done', failure: null, ...told } : { kind: 'failed', failure: failureOfScript(problem), ...told }
  }

  #onHello(): void {
    this.#stopWaiting()
    this.#saidHello = true
    const { plan, service, script, guard } = this.#options
    const { profile } = plan
    this.#shell!.send({ type: 'parse', text: script, secrets: this.#options.wantsSecrets() })
    this.#shell!.send({
      type: 'prepare',
      tenantName: profile.name,
      colour: profile.colour,
      module: moduleOf(plan, service),
      temporaryFolder: this.#shell!.folder,
      logCommands: this.#commands !== null,
      transcribe: false,
      badges: [],
      guard,
      markNonce: '',
      historyFile: null,
      screenReader: false,
      workingFolder: null
    })
  }

  #onMessage(message: ShellMessage): void {
    switch (message.type) {
      case 'parsed':
      case 'prepared':
      case 'connected':
      case 'ran':
        return this.#answers.take(message)
      case 'failed':
        return this.#answers.refuse(TenantryError.fromShell(message.message, message.stage, serviceLabels[this.#options.service]))
      case 'command':
        return this.#commands?.take(message)
      case 'grid':
        return void this.#offerRows(message.ask)
      case 'needed':
        return this.#options.onCommands(message.commands)
      case 'guard':
        return this.#options.onQuestion(message)
      case 'guard-withdrawn':
        return this.#options.onNoQuestion()
      default:
        this.#renewal.onMessage(message)
    }
  }

  /** The first table is the run's; the script's own ones have no place to be shown. */
  async #offerRows(ask: number): Promise<void> {
    const refuse = (message: string) => this.#shell?.send({ type: 'grid-refused', ask, message })
    if (this.#grids++ > 0) return refuse('A run has one table, which all results go to: leave Out-TenantGrid out.')
    try {
      const offer = await this.#options.offerRows(this.#shell!.folder)
      this.#shell?.send({ type: 'grid', ask, ...offer })
    } catch (error) {
      refuse(`There is no connection for a table (${error instanceof Error ? error.message : 'no reason given'}).`)
    }
  }

  #onExit(exitCode: number, signal: number): void {
    this.#stopWaiting()
    const printed = this.#saidHello ? '' : (this.#shell?.printed.trim() ?? '')
    const ended = exitFailure({ exitCode, signal, phase: this.#isConnected ? 'connected' : 'starting', saidHello: this.#saidHello })
    const told = printed && ended.code === 'shell-exited' ? TenantryError.fromShell(printed, 'module') : null
    this.#answers.fail(told && told.code !== 'module-failed' ? told : ended.code === 'constrained-language' ? failure('constrained-language') : exitedWith(exitCode, signal))
  }

  async #free(): Promise<void> {
    this.#abort.abort()
    this.#stopWaiting()
    this.#renewal.dispose()
    const shell = this.#shell
    await shell?.end({ goodbye: this.#isConnected && !this.#isRunning })
    this.#shell = null
    this.#commands?.close()
    this.#options.onNoQuestion()
  }
}

const exitedWith = (exitCode: number, signal: number): TenantryError =>
  failure('shell-exited', { how: `${signal ? `was ended by signal ${signal}` : `ended with code ${exitCode}`} before the command was done` })

/** The error that ended a script: by the table where a service refused it in a way that is known, else in its own words. */
function failureOfScript(problem: string): Failure {
  const refusal = refusalOf(problem)
  return (isOfCommand(refusal) ? refusal : failure('run-command-failed', { text: quote(problem) || 'PowerShell gave no reason.' })).toFailure()
}
