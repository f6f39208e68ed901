import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { IPty } from 'node-pty'
import type { Adapters } from '../adapters.ts'
import { TenantryError } from '../failures.ts'
import type { FoundPowerShell } from '../powershell/find.ts'
import { launchShell } from '../powershell/launch.ts'
import type { AppMessage, ShellMessage } from '../powershell/messages.ts'
import { openSessionPipe, type SessionPipe } from '../powershell/pipe.ts'
import { endProcessTree } from '../process-tree.ts'
import type { Output } from './output.ts'
import type { SessionPlan } from './session.ts'

/** A shell that says no hello within this time is reported; a cold start with a virus scanner takes up to 10 s. */
export const helloDeadlineMs = 20_000
/** How long a goodbye to the service may take before the shell is ended all the same. */
export const disconnectDeadlineMs = 2_000

export type Hello = Extract<ShellMessage, { type: 'hello' }>

/** What a session hears of its attempt. */
export interface AttemptEvents {
  onHello(hello: Hello): void
  onMessage(message: ShellMessage): void
  /** The shell spoke another version of the pipe, or garbage. */
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
  readonly #adapters: Adapters
  readonly #events: AttemptEvents
  #pipe: SessionPipe | null = null
  #pty: IPty | null = null
  #saidHello = false
  #settleHello: (came: boolean) => void = () => {}
  #onGoodbye: () => void = () => {}

  constructor(plan: SessionPlan, sessionId: string, adapters: Adapters, events: AttemptEvents) {
    this.plan = plan
    this.#adapters = adapters
    this.#events = events
    this.folder = join(adapters.paths.runtime, sessionId.slice(0, 8))
    rmSync(this.folder, { recursive: true, force: true })
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
   * @throws TenantryError `shell-no-hello`
   */
  async start(powershell: FoundPowerShell, size: Size, output: Output, onStarted: () => void): Promise<boolean> {
    const pipe = await openSessionPipe(this.folder, this.#adapters.platform, {
      onHello: (hello) => this.#onHello(hello),
      onMessage: (message) => (message.type === 'disconnected' ? this.#onGoodbye() : this.#events.onMessage(message)),
      onBroken: (reason) => this.#events.onBroken(reason),
      onClosed: () => {}
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
    if (this.#pty) await endProcessTree(this.#pty, this.#adapters)
    this.release()
  }

  /** Frees all but the shell. */
  release(): void {
    this.abort.abort()
    this.#settleHello(false)
    this.#pipe?.close()
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 })
  }

  #spawn(powershell: FoundPowerShell, size: Size, output: Output): void {
    const { paths, env, platform, spawn } = this.#adapters
    const { profile } = this.plan
    const launch = launchShell({
      powershell,
      scriptsFolder: paths.scripts,
      pipe: this.#pipe!,
      ...size,
      workingFolder: profile.workingFolder || env.HOME || env.USERPROFILE || '.',
      loadPowerShellProfile: profile.loadPowerShellProfile,
      env,
      platform
    })
    const pty = spawn.pty(launch.file, launch.args, launch.options)
    this.#pty = pty
    output.connect({
      pause: () => pty.pause(),
      resume: () => pty.resume(),
      write: (data) => pty.write(typeof data === 'string' ? data : Buffer.from(data))
    })
    // On Windows node-pty gives text whatever the encoding says.
    pty.onData((data: string | Uint8Array) => output.push(typeof data === 'string' ? Buffer.from(data) : data))
    pty.onExit(({ exitCode, signal }) => {
      this.#pty = null
      output.connect(null)
      this.#settleHello(false)
      this.#onGoodbye()
      this.#events.onExit(exitCode, signal ?? 0)
    })
  }

  #awaitHello(): Promise<boolean> {
    if (this.#saidHello || this.abort.signal.aborted) return Promise.resolve(this.#saidHello)
    const deadlineMs = this.#adapters.helloDeadlineMs ?? helloDeadlineMs
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new TenantryError('shell-no-hello', { seconds: deadlineMs / 1000 })), deadlineMs)
      this.#settleHello = (came) => {
        clearTimeout(timer)
        resolve(came)
      }
    })
  }

  #onHello(hello: Hello): void {
    this.#saidHello = true
    const { profile, cloud } = this.plan
    this.send({
      type: 'prepare',
      tenantName: profile.name,
      colour: profile.colour,
      module: { name: cloud.module.name, path: cloud.module.path ?? null, pinnedVersion: profile.moduleVersion || null },
      temporaryFolder: this.folder
    })
    this.#events.onHello(hello)
    this.#settleHello(true)
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
