import { mkdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { IPty } from 'node-pty'
import type { Adapters } from '../adapters.ts'
import { isLogged } from '../command-log/recorder.ts'
import type { Service } from '../contract.ts'
import { removeDotnetLeftovers } from '../dotnet-leftovers.ts'
import { failure } from '../failures.ts'
import type { FoundPowerShell } from '../powershell/find.ts'
import { launchShell } from '../powershell/launch.ts'
import type { AppMessage, ShellMessage } from '../powershell/messages.ts'
import { openSessionPipe, type SessionPipe } from '../powershell/pipe.ts'
import { endProcessTree } from '../process-tree.ts'
import { moduleOf } from './connect-parameters.ts'
import { HeldKeys } from './held-keys.ts'
import type { Output } from './output.ts'
import type { SessionPlan } from './session-plan.ts'

/** A shell that says no hello within this time is reported; a cold start with a virus scanner takes up to 10 s. */
export const helloDeadlineMs = 20_000
/** How long a goodbye to the service may take before the shell is ended all the same. */
export const disconnectDeadlineMs = 2_000

/** A pipe that closes is mostly the shell's end, which is told by itself within this time. */
const pipeClosedPatienceMs = 1_000
/** How long the end of a killed shell's terminal is waited for. */
const exitPatienceMs = 500

export type Hello = Extract<ShellMessage, { type: 'hello' }>

/** What a session hears of its attempt. */
export interface AttemptEvents {
  onHello(hello: Hello): void
  onMessage(message: ShellMessage): void
  /** The shell spoke another version of the pipe, or garbage, or closed it and lives on. */
  onBroken(reason: string): void
  onExit(exitCode: number, signal: number): void
}

interface Size {
  cols: number
  rows: number
}

/** One try at a shell with a connection; a reconnect begins another. It owns the shell, its pipe, folder and timers. */
export class Attempt {
  readonly plan: SessionPlan
  /** Where the shell's session keeps its temporary files; of mode 0700, and gone with the attempt. */
  readonly folder: string
  readonly abort = new AbortController()
  /** The shell has a connection that it can say goodbye to. */
  isConnected = false
  /** How often the shell was asked to connect. */
  tried = 0
  readonly #adapters: Adapters
  readonly #events: AttemptEvents
  readonly #name: string
  readonly #service: Service
  #pipe: SessionPipe | null = null
  #pty: IPty | null = null
  readonly #keys = new HeldKeys((data) => this.#pty?.write(typeof data === 'string' ? data : Buffer.from(data)))
  #saidHello = false
  #settleHello: (came: boolean) => void = () => {}
  #onGoodbye: () => void = () => {}
  #onGone: () => void = () => {}
  #timer: NodeJS.Timeout | null = null
  #released = false

  /**
   * @param id of this attempt alone: its folder is named by it
   * @param name what prompt and title say
   */
  constructor(plan: SessionPlan, { id, name, service }: { id: string; name: string; service: Service }, adapters: Adapters, events: AttemptEvents) {
    this.plan = plan
    this.#name = name
    this.#service = service
    this.#adapters = adapters
    this.#events = events
    this.abort.signal.addEventListener('abort', () => this.#settleHello(false))
    this.folder = join(adapters.paths.runtime, id)
    mkdirSync(this.folder, { recursive: true, mode: 0o700 })
  }

  get shellPid(): number | null {
    return this.#pty?.pid ?? null
  }

  get saidHello(): boolean {
    return this.#saidHello
  }

  /**
   * Starts the shell and waits for its hello; false where the attempt was given up or the shell ended meanwhile.
   *
   * @throws TenantryError `shell-not-started`, `shell-no-hello`
   */
  async start(powershell: FoundPowerShell, size: Size, output: Output, onStarted: () => void): Promise<boolean> {
    if (this.abort.signal.aborted) return false
    const pipe = await openSessionPipe(this.folder, this.#adapters.platform, {
      onHello: (hello) => this.#onHello(hello),
      onMessage: (message) => this.#onMessage(message),
      onBroken: (reason) => this.#onBroken(reason),
      onClosed: () => this.#onPipeClosed()
    })
    this.#pipe = pipe
    if (this.abort.signal.aborted) {
      pipe.close()
      return false
    }
    this.#spawn(powershell, size, output)
    onStarted()
    return this.#awaitHello()
  }

  send(message: AppMessage): void {
    this.#pipe?.send(message)
  }

  resize({ cols, rows }: Size): void {
    this.#pty?.resize(cols, rows)
  }

  /** Lets the shell disconnect, where `goodbye` says that it can, and ends its process tree. */
  async end({ goodbye }: { goodbye: boolean }): Promise<void> {
    this.abort.abort()
    if (goodbye && this.#pty) await this.#sayGoodbye()
    if (this.#pty) {
      const gone = new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, exitPatienceMs)
        this.#onGone = () => {
          clearTimeout(timer)
          resolve()
        }
      })
      await endProcessTree(this.#pty, this.#adapters)
      await gone
    }
    this.release()
  }

  /** Frees all but the shell. */
  release(): void {
    this.#released = true
    this.abort.abort()
    if (this.#timer) clearTimeout(this.#timer)
    this.#settleHello(false)
    this.#pipe?.close()
    try {
      rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 })
    } catch {
      // Something on Windows still has a file of it open: the folder goes with the next start's sweep.
    }
  }

  #spawn(powershell: FoundPowerShell, size: Size, output: Output): void {
    const { paths, env, platform, spawn } = this.#adapters
    const { profile } = this.plan
    const workingFolder = profile.workingFolder || env.HOME || env.USERPROFILE || '.'
    if (!statSync(workingFolder, { throwIfNoEntry: false })?.isDirectory()) throw failure('shell-not-started', { reason: `the folder ${workingFolder} is not there` })
    const launch = launchShell({
      powershell,
      scriptsFolder: paths.scripts,
      pipe: this.#pipe!,
      ...size,
      workingFolder,
      loadPowerShellProfile: profile.loadPowerShellProfile,
      env,
      platform
    })
    const pty = startPty(() => spawn.pty(launch.file, launch.args, launch.options))
    this.#pty = pty
    // A profile of the person's own may ask them something before our module runs.
    if (!profile.loadPowerShellProfile) this.#holdKeys()
    const disconnect = output.connect({
      pause: () => pty.pause(),
      resume: () => pty.resume(),
      write: (data) => this.#keys.write(data)
    })
    // On Windows node-pty gives text whatever the encoding says.
    pty.onData((data: string | Uint8Array) => output.push(typeof data === 'string' ? Buffer.from(data) : data))
    pty.onExit(({ exitCode, signal }) => {
      // One that was killed from outside tidied nothing up; one that is being ended has its whole tree looked after.
      if (!this.abort.signal.aborted) removeDotnetLeftovers([pty.pid], env)
      this.#pty = null
      disconnect()
      this.#settleHello(false)
      this.#onGoodbye()
      this.#onGone()
      this.#events.onExit(exitCode, signal ?? 0)
    })
  }

  #awaitHello(): Promise<boolean> {
    if (this.#saidHello || this.abort.signal.aborted) return Promise.resolve(this.#saidHello)
    const deadlineMs = this.#adapters.helloDeadlineMs ?? helloDeadlineMs
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        // Whatever it waits for, it may be a key.
        this.#keys.release()
        reject(failure('shell-no-hello', { seconds: deadlineMs / 1000 }))
      }, deadlineMs)
      this.#settleHello = (came) => {
        clearTimeout(timer)
        resolve(came)
      }
    })
  }

  /** A Windows console keeps keys as they were typed, whoever reads them. */
  #holdKeys(): void {
    if (this.#adapters.platform !== 'win32') this.#keys.hold()
  }

  #onMessage(message: ShellMessage): void {
    if (message.type === 'disconnected') this.#onGoodbye()
    else if (message.type === 'ready') this.#keys.release()
    else this.#events.onMessage(message)
  }

  #onBroken(reason: string): void {
    this.#keys.release()
    this.#events.onBroken(reason)
  }

  #onHello(hello: Hello): void {
    this.#holdKeys()
    const { profile } = this.plan
    const module = moduleOf(this.plan, this.#service)
    this.send({
      type: 'prepare',
      tenantName: this.#name,
      colour: profile.colour,
      module,
      temporaryFolder: this.folder,
      logCommands: isLogged(profile)
    })
    // A shell that comes when nobody waits for it any more gets its prompt, without a connection.
    if (this.abort.signal.aborted) return this.send({ type: 'abandon', message: 'PowerShell took too long to start.' })
    this.#saidHello = true
    this.#events.onHello(hello)
    this.#settleHello(true)
  }

  #onPipeClosed(): void {
    if (this.#released || !this.#pty) return
    this.#timer = setTimeout(() => {
      if (this.#pty) this.#onBroken('PowerShell closed it')
    }, pipeClosedPatienceMs)
  }

  #sayGoodbye(): Promise<void> {
    return new Promise((resolve) => {
      const deadline = setTimeout(resolve, disconnectDeadlineMs)
      this.#onGoodbye = () => {
        clearTimeout(deadline)
        resolve()
      }
      this.send({ type: 'disconnect' })
    })
  }
}

/** @throws TenantryError `shell-not-started` */
function startPty(start: () => IPty): IPty {
  try {
    return start()
  } catch (error) {
    throw failure('shell-not-started', { reason: error instanceof Error ? error.message.slice(0, 200) : 'no reason given' })
  }
}
