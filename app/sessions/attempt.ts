import type { Adapters } from '../adapters.ts'
import { isLogged } from '../command-log/recorder.ts'
import type { Service } from '../contract.ts'
import { failure } from '../failures.ts'
import { badgesOf, guardRules } from '../guard/rules.ts'
import type { FoundPowerShell } from '../powershell/find.ts'
import type { AppMessage } from '../powershell/messages.ts'
import type { Hello, ShellEvents } from '../powershell/shell-link.ts'
import { moduleOf } from './connect-parameters.ts'
import { historyFile } from './command-history.ts'
import type { Output } from './output.ts'
import type { SessionPlan } from './session-plan.ts'
import { Shell, type Size } from './shell.ts'
import type { WarmShells } from './warm-shells.ts'

/** A shell that says no hello within this time is reported; a cold start with a virus scanner takes up to 10 s. */
export const helloDeadlineMs = 20_000

export interface AttemptOptions {
  /** Of this attempt alone. */
  id: string
  /** What prompt and title say. */
  name: string
  service: Service
  /** Whether lines are read for a screen reader, when the shell asks. */
  screenReader: () => boolean
  warmShells: WarmShells | null
}

/** One try at a shell with a connection; a reconnect begins another. It owns the shell and its own timers. */
export class Attempt {
  readonly plan: SessionPlan
  readonly abort = new AbortController()
  /** The shell has a connection that it can say goodbye to. */
  isConnected = false
  /** How often the shell was asked to connect. */
  tried = 0
  /** The token it connects with was there before it: another session's. */
  hasOlderToken = false
  readonly #options: AttemptOptions
  readonly #adapters: Adapters
  readonly #events: ShellEvents
  #shell: Shell | null = null
  #isWarm = false
  #saidHello = false
  #settleHello: (came: boolean) => void = () => {}

  constructor(plan: SessionPlan, options: AttemptOptions, adapters: Adapters, events: ShellEvents) {
    this.plan = plan
    this.#options = options
    this.#adapters = adapters
    this.#events = events
    this.abort.signal.addEventListener('abort', () => this.#settleHello(false))
  }

  get shellPid(): number | null {
    return this.#shell?.pid ?? null
  }

  /** Where its shell keeps temporary files; once there is a shell. */
  get folder(): string {
    return this.#shell!.folder
  }

  /** See `Shell`. */
  get areKeysHeld(): boolean {
    return this.#shell?.areKeysHeld ?? true
  }

  get saidHello(): boolean {
    return this.#saidHello
  }

  /**
   * Starts the shell, or takes one that waits for its session, and waits for its hello; false where the attempt was given
   * up or the shell ended meanwhile.
   *
   * @throws TenantryError `shell-not-started`, `shell-no-hello`
   */
  async start(powershell: FoundPowerShell, size: Size, output: Output, onStarted: () => void): Promise<boolean> {
    if (this.abort.signal.aborted) return false
    const hears: ShellEvents = {
      onHello: (hello) => this.#onHello(hello),
      onMessage: (message) => this.#events.onMessage(message),
      onBroken: (reason) => this.#events.onBroken(reason),
      onExit: (exitCode, signal) => {
        this.#settleHello(false)
        this.#events.onExit(exitCode, signal)
      }
    }
    const warm = this.#options.warmShells?.take(this.plan, this.#options.service, powershell) ?? null
    const shell = warm?.shell ?? (await Shell.open(this.#options.id, this.#adapters, hears))
    this.#shell = shell
    this.#isWarm = warm !== null
    if (this.abort.signal.aborted) {
      shell.release()
      return false
    }
    if (warm) {
      shell.handOver(hears)
      shell.resize(size)
    } else {
      const { workingFolder, loadPowerShellProfile } = this.plan.profile
      const { env } = this.#adapters
      shell.spawn({ powershell, workingFolder: workingFolder || homeOf(env), loadPowerShellProfile, ...size })
    }
    shell.show(output)
    warm?.output.dispose()
    onStarted()
    if (warm) this.#onHello(warm.hello)
    return this.#awaitHello()
  }

  send(message: AppMessage): void {
    this.#shell?.send(message)
  }

  resize(size: Size): void {
    this.#shell?.resize(size)
  }

  /** Lets the shell disconnect, where `goodbye` says that it can, and ends its process tree. */
  async end({ goodbye }: { goodbye: boolean }): Promise<void> {
    this.abort.abort()
    await this.#shell?.end({ goodbye })
  }

  /** Frees all but the shell's process. */
  release(): void {
    this.abort.abort()
    this.#settleHello(false)
    this.#shell?.release()
  }

  #awaitHello(): Promise<boolean> {
    if (this.#saidHello || this.abort.signal.aborted) return Promise.resolve(this.#saidHello)
    const deadlineMs = this.#adapters.helloDeadlineMs ?? helloDeadlineMs
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#shell?.releaseKeys()
        reject(failure('shell-no-hello', { seconds: deadlineMs / 1000 }))
      }, deadlineMs)
      this.#settleHello = (came) => {
        clearTimeout(timer)
        resolve(came)
      }
    })
  }

  #onHello(hello: Hello): void {
    const { profile } = this.plan
    const { folder, markNonce } = this.#shell!
    this.send({
      type: 'prepare',
      tenantName: this.#options.name,
      colour: profile.colour,
      module: moduleOf(this.plan, this.#options.service),
      temporaryFolder: folder,
      logCommands: isLogged(profile),
      transcribe: profile.keepTranscript ?? false,
      badges: badgesOf(profile),
      guard: guardRules(profile, this.#options.service),
      markNonce,
      screenReader: this.#options.screenReader(),
      historyFile: historyFile(this.#adapters.paths.data, profile),
      workingFolder: this.#isWarm && profile.workingFolder ? profile.workingFolder : null
    })
    // A shell that comes when nobody waits for it any more gets its prompt, without a connection.
    if (this.abort.signal.aborted) return this.send({ type: 'abandon', message: 'PowerShell took too long to start.' })
    this.#saidHello = true
    this.#events.onHello(hello)
    this.#settleHello(true)
  }
}

/** Where a shell starts that no folder was chosen for. */
export const homeOf = (env: NodeJS.ProcessEnv): string => env.HOME || env.USERPROFILE || '.'
