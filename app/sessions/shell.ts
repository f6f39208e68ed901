import { randomBytes } from 'node:crypto'
import type { IPty } from 'node-pty'
import type { Adapters } from '../adapters.ts'
import { removeDotnetLeftovers } from '../dotnet-leftovers.ts'
import type { FoundPowerShell } from '../powershell/find.ts'
import { launchShell } from '../powershell/launch.ts'
import type { AppMessage, ShellMessage } from '../powershell/messages.ts'
import { checkWorkingFolder, notStarted, ShellLink, type ShellEvents } from '../powershell/shell-link.ts'
import { endProcessTree } from '../process-tree.ts'
import { HeldKeys } from './held-keys.ts'
import type { Output } from './output.ts'

/** How long the end of a killed shell's terminal is waited for. */
const exitPatienceMs = 500

export interface Size {
  cols: number
  rows: number
}

export interface ShellStart extends Size {
  powershell: FoundPowerShell
  workingFolder: string
  loadPowerShellProfile: boolean
}

/** One PowerShell in a terminal of its own, with its pipe and its folder, all of which it frees. */
export class Shell {
  /** No program that runs in the shell is told it, so that none can mark what it prints as a command. */
  readonly markNonce = randomBytes(18).toString('base64url')
  readonly #adapters: Adapters
  #events: ShellEvents
  #link!: ShellLink
  #pty: IPty | null = null
  readonly #keys = new HeldKeys((data) => this.#pty?.write(typeof data === 'string' ? data : Buffer.from(data)))
  #output: Output | null = null
  #stopShowing: () => void = () => {}
  #onGone: () => void = () => {}
  #isEnding = false

  private constructor(adapters: Adapters, events: ShellEvents) {
    this.#adapters = adapters
    this.#events = events
  }

  /** Makes the folder and the pipe of a shell; `spawn` starts it. `id` is of this shell alone: the folder is named by it. */
  static async open(id: string, adapters: Adapters, events: ShellEvents): Promise<Shell> {
    const shell = new Shell(adapters, events)
    shell.#link = await ShellLink.open(id, adapters, {
      onHello(hello) {
        shell.#holdKeys()
        shell.#events.onHello(hello)
      },
      onMessage: (message) => shell.#onMessage(message),
      onBroken(reason) {
        shell.#keys.release()
        shell.#events.onBroken(reason)
      },
      isAlive: () => shell.#pty !== null
    })
    return shell
  }

  /** Where it keeps its temporary files; of mode 0700, and gone with the shell. */
  get folder(): string {
    return this.#link.folder
  }

  /** Of its process; null before it started and after it ended. */
  get pid(): number | null {
    return this.#pty?.pid ?? null
  }

  /** Another owner hears of it from now on. */
  handOver(events: ShellEvents): void {
    this.#events = events
  }

  /** @throws TenantryError `shell-not-started` */
  spawn({ powershell, workingFolder, loadPowerShellProfile, cols, rows }: ShellStart): void {
    const { paths, env, platform, spawn } = this.#adapters
    checkWorkingFolder(workingFolder)
    const launch = launchShell({ powershell, scriptsFolder: paths.scripts, pipe: this.#link.pipe, cols, rows, workingFolder, loadPowerShellProfile, env, platform })
    const pty = startPty(() => spawn.pty(launch.file, launch.args, launch.options))
    this.#pty = pty
    // A profile of the person's own may ask them something before our module runs.
    if (!loadPowerShellProfile) this.#holdKeys()
    // On Windows node-pty gives text whatever the encoding says.
    pty.onData((data: string | Uint8Array) => this.#output?.push(typeof data === 'string' ? Buffer.from(data) : data))
    pty.onExit(({ exitCode, signal }) => {
      // One that was killed from outside tidied nothing up; one that is being ended has its whole tree looked after.
      if (!this.#isEnding) removeDotnetLeftovers([pty.pid], env)
      this.#pty = null
      this.#stopShowing()
      this.#output?.endMarks(this.markNonce)
      this.#link.hasEnded()
      this.#onGone()
      this.#events.onExit(exitCode, signal ?? 0)
    })
  }

  /**
   * Prints on an output from now on, and takes its input. What it printed on another one before comes first, as that one
   * shows it: raw, it would ask the terminal once more what was answered already.
   */
  show(output: Output): void {
    const pty = this.#pty
    if (!pty) return
    const before = this.#output
    this.#stopShowing()
    this.#output = output
    if (before) {
      const { text, later } = before.screen.snapshot()
      for (const bytes of [Buffer.from(text), ...later.map(({ bytes }) => bytes)]) if (bytes.length > 0) output.push(bytes)
    }
    output.setMarkNonce(this.markNonce)
    this.#stopShowing = output.connect({
      pause: () => pty.pause(),
      resume: () => pty.resume(),
      write: (data) => this.#keys.write(data)
    })
  }

  send(message: AppMessage): void {
    this.#link.send(message)
  }

  resize({ cols, rows }: Size): void {
    this.#pty?.resize(cols, rows)
  }

  /** What is typed waits for the first prompt, or for a fresh token. */
  get areKeysHeld(): boolean {
    return this.#keys.isHolding
  }

  /** Lets keys through that wait for the first prompt: whatever the shell waits for, it may be one. */
  releaseKeys(): void {
    this.#keys.release()
  }

  /** Lets the shell disconnect, where `goodbye` says that it can, and ends its process tree. */
  async end({ goodbye }: { goodbye: boolean }): Promise<void> {
    this.#isEnding = true
    if (goodbye && this.#pty) await this.#link.sayGoodbye()
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

  /** Frees all but the process. */
  release(): void {
    this.#link.release()
  }

  /** A Windows console keeps keys as they were typed, whoever reads them. */
  #holdKeys(): void {
    if (this.#adapters.platform !== 'win32') this.#keys.hold()
  }

  #onMessage(message: ShellMessage): void {
    if (message.type === 'ready') this.#keys.release()
    else if (message.type === 'waited') this.#keys.release(message.keys)
    else this.#events.onMessage(message)
    // The shell looks for Ctrl+C meanwhile, and would take every other key with it.
    if (message.type === 'needs-token') this.#keys.hold()
  }
}

/** @throws TenantryError `shell-not-started` */
function startPty(start: () => IPty): IPty {
  try {
    return start()
  } catch (error) {
    throw notStarted(error)
  }
}
