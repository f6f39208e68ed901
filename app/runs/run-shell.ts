import type { ChildProcess } from 'node:child_process'
import { mkdirSync, rmSync, statSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import type { Adapters } from '../adapters.ts'
import { removeDotnetLeftovers } from '../dotnet-leftovers.ts'
import { failure } from '../failures.ts'
import type { FoundPowerShell } from '../powershell/find.ts'
import { launchRun } from '../powershell/launch.ts'
import type { AppMessage, ShellMessage } from '../powershell/messages.ts'
import { openSessionPipe, type SessionPipe } from '../powershell/pipe.ts'
import { endProcessTree } from '../process-tree.ts'
import { disconnectDeadlineMs, type ShellEvents } from '../sessions/shell.ts'

/** Of what a shell prints: enough for why it could not start. */
const keptChars = 4_000
/** A pipe that closes is mostly the shell's end, which is told by itself within this time. */
const pipeClosedPatienceMs = 1_000

/** One PowerShell without a terminal, with its pipe and its folder, all of which it frees. */
export class RunShell {
  /** Where it keeps its temporary files; of mode 0700, and gone with the shell. */
  readonly folder: string
  readonly #adapters: Adapters
  readonly #events: ShellEvents
  #pipe: SessionPipe | null = null
  #child: ChildProcess | null = null
  #printed = ''
  #onGoodbye: () => void = () => {}
  #timer: NodeJS.Timeout | null = null
  #isReleased = false

  private constructor(id: string, adapters: Adapters, events: ShellEvents) {
    this.#adapters = adapters
    this.#events = events
    this.folder = join(adapters.paths.runtime, id)
    mkdirSync(this.folder, { recursive: true, mode: 0o700 })
  }

  /** Makes the folder and the pipe of a shell; `spawn` starts it. `id` is of this shell alone: the folder is named by it. */
  static async open(id: string, adapters: Adapters, events: ShellEvents): Promise<RunShell> {
    const shell = new RunShell(id, adapters, events)
    try {
      shell.#pipe = await openSessionPipe(shell.folder, adapters.platform, {
        onHello: (hello) => shell.#events.onHello(hello),
        onMessage: (message) => shell.#onMessage(message),
        onBroken: (reason) => shell.#events.onBroken(reason),
        onClosed: () => shell.#onPipeClosed()
      })
    } catch (error) {
      shell.release()
      throw error
    }
    return shell
  }

  /** What it printed last, for one that never said hello. */
  get printed(): string {
    return this.#printed
  }

  /** @throws TenantryError `shell-not-started` */
  async spawn(powershell: FoundPowerShell, workingFolder: string): Promise<void> {
    const { paths, env, platform, spawn } = this.#adapters
    if (!statSync(workingFolder, { throwIfNoEntry: false })?.isDirectory()) throw failure('shell-not-started', { reason: `the folder ${workingFolder} is not there` })
    const { file, args, options } = launchRun({ powershell, scriptsFolder: paths.scripts, pipe: this.#pipe!, workingFolder, env, platform })
    const child = await started(() => spawn.process(file, args, options))
    this.#child = child
    for (const stream of [child.stdout, child.stderr]) {
      // Read whatever it is: a script that prints must never wait for us.
      stream?.on('data', (data: Buffer) => (this.#printed = (this.#printed + data.toString('utf8')).slice(-keptChars)))
      stream?.on('error', () => {})
    }
    child.once('exit', (code, signal) => this.#onExit(child.pid!, code, signal))
  }

  send(message: AppMessage): void {
    this.#pipe?.send(message)
  }

  /** Lets the shell disconnect, where `goodbye` says that it can, and ends its process tree. */
  async end({ goodbye }: { goodbye: boolean }): Promise<void> {
    if (goodbye && this.#child) await this.#sayGoodbye()
    const child = this.#child
    if (child) await endProcessTree({ pid: child.pid!, kill: () => void child.kill() }, this.#adapters)
    this.release()
  }

  /** Frees all but the process. */
  release(): void {
    this.#isReleased = true
    if (this.#timer) clearTimeout(this.#timer)
    this.#pipe?.close()
    try {
      rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 })
    } catch {
      // Something on Windows still has a file of it open: the folder goes with the next start's sweep.
    }
  }

  #onExit(pid: number, code: number | null, signal: NodeJS.Signals | null): void {
    this.#child = null
    removeDotnetLeftovers([pid], this.#adapters.env)
    this.#onGoodbye()
    this.#events.onExit(code ?? 0, signal === null ? 0 : signalNumber(signal))
  }

  #onMessage(message: ShellMessage): void {
    if (message.type === 'disconnected') this.#onGoodbye()
    else this.#events.onMessage(message)
  }

  #onPipeClosed(): void {
    if (this.#isReleased || !this.#child) return
    this.#timer = setTimeout(() => {
      if (this.#child) this.#events.onBroken('PowerShell closed it')
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
function started(start: () => ChildProcess): Promise<ChildProcess> {
  const problem = (error: unknown) => failure('shell-not-started', { reason: error instanceof Error ? error.message.slice(0, 200) : 'no reason given' })
  return new Promise((resolve, reject) => {
    try {
      const child = start()
      child.once('spawn', () => resolve(child))
      child.once('error', (error) => reject(problem(error)))
    } catch (error) {
      reject(problem(error))
    }
  })
}

/** By its number, as a terminal tells it. */
const signalNumber = (signal: NodeJS.Signals): number => constants.signals[signal] ?? 0
