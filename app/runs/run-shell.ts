import type { ChildProcess } from 'node:child_process'
import { constants } from 'node:os'
import type { Adapters } from '../adapters.ts'
import { removeDotnetLeftovers } from '../dotnet-leftovers.ts'
import type { FoundPowerShell } from '../powershell/find.ts'
import { launchRun } from '../powershell/launch.ts'
import type { AppMessage } from '../powershell/messages.ts'
import { checkWorkingFolder, notStarted, ShellLink, type ShellEvents } from '../powershell/shell-link.ts'
import { endProcessTree } from '../process-tree.ts'

/** Of what a shell prints: enough for why it could not start. */
const keptChars = 4_000

/** One PowerShell without a terminal, with its pipe and its folder, all of which it frees. */
export class RunShell {
  readonly #adapters: Adapters
  readonly #events: ShellEvents
  #link!: ShellLink
  #child: ChildProcess | null = null
  #printed = ''

  private constructor(adapters: Adapters, events: ShellEvents) {
    this.#adapters = adapters
    this.#events = events
  }

  /** Makes the folder and the pipe of a shell; `spawn` starts it. `id` is of this shell alone: the folder is named by it. */
  static async open(id: string, adapters: Adapters, events: ShellEvents): Promise<RunShell> {
    const shell = new RunShell(adapters, events)
    shell.#link = await ShellLink.open(id, adapters, {
      onHello: (hello) => events.onHello(hello),
      onMessage: (message) => events.onMessage(message),
      onBroken: (reason) => events.onBroken(reason),
      isAlive: () => shell.#child !== null
    })
    return shell
  }

  /** Where it keeps its temporary files; of mode 0700, and gone with the shell. */
  get folder(): string {
    return this.#link.folder
  }

  /** What it printed last, for one that never said hello. */
  get printed(): string {
    return this.#printed
  }

  /** @throws TenantryError `shell-not-started` */
  async spawn(powershell: FoundPowerShell, workingFolder: string): Promise<void> {
    const { paths, env, platform, spawn } = this.#adapters
    checkWorkingFolder(workingFolder)
    const { file, args, options } = launchRun({ powershell, scriptsFolder: paths.scripts, pipe: this.#link.pipe, workingFolder, env, platform })
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
    this.#link.send(message)
  }

  /** Lets the shell disconnect, where `goodbye` says that it can, and ends its process tree. */
  async end({ goodbye }: { goodbye: boolean }): Promise<void> {
    if (goodbye && this.#child) await this.#link.sayGoodbye()
    const child = this.#child
    if (child) await endProcessTree({ pid: child.pid!, kill: () => void child.kill() }, this.#adapters)
    this.#link.release()
  }

  #onExit(pid: number, code: number | null, signal: NodeJS.Signals | null): void {
    this.#child = null
    removeDotnetLeftovers([pid], this.#adapters.env)
    this.#link.hasEnded()
    this.#events.onExit(code ?? 0, signal === null ? 0 : signalNumber(signal))
  }
}

/** @throws TenantryError `shell-not-started` */
function started(start: () => ChildProcess): Promise<ChildProcess> {
  return new Promise((resolve, reject) => {
    try {
      const child = start()
      child.once('spawn', () => resolve(child))
      child.once('error', (error) => reject(notStarted(error)))
    } catch (error) {
      reject(notStarted(error))
    }
  })
}

/** By its number, as a terminal tells it. */
const signalNumber = (signal: NodeJS.Signals): number => constants.signals[signal] ?? 0
