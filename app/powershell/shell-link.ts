import { mkdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Adapters } from '../adapters.ts'
import { failure, type TenantryError } from '../failures.ts'
import type { AppMessage, ShellMessage } from './messages.ts'
import { openSessionPipe, type SessionPipe } from './pipe.ts'

/** Milliseconds that a goodbye to the service may take before the shell is ended all the same. */
export const disconnectDeadlineMs = 2_000
/** A pipe that closes is mostly the shell's end, which is told by itself within this time. */
const pipeClosedPatienceMs = 1_000

export type Hello = Extract<ShellMessage, { type: 'hello' }>

/** What the owner of a shell hears of it. */
export interface ShellEvents {
  onHello(hello: Hello): void
  onMessage(message: ShellMessage): void
  /** The shell spoke another version of the pipe, or garbage, or closed it and lives on. */
  onBroken(reason: string): void
  onExit(exitCode: number, signal: number): void
}

export interface ShellLinkEvents extends Omit<ShellEvents, 'onExit'> {
  /** Whether the shell's process lives. */
  isAlive(): boolean
}

/** What ties a PowerShell to the app, in a terminal or without one: its pipe and its folder, which it frees. */
export class ShellLink {
  /** Where the shell keeps its temporary files; of mode 0700, and gone with the link. */
  readonly folder: string
  readonly #events: ShellLinkEvents
  #pipe: SessionPipe | null = null
  #onGoodbye: () => void = () => {}
  #timer: NodeJS.Timeout | null = null
  #isReleased = false

  private constructor(folder: string, events: ShellLinkEvents) {
    this.folder = folder
    this.#events = events
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  }

  /** Makes the folder and the pipe of a shell. `id` is of this shell alone: the folder is named by it. */
  static async open(id: string, { paths, platform }: Pick<Adapters, 'paths' | 'platform'>, events: ShellLinkEvents): Promise<ShellLink> {
    const link = new ShellLink(join(paths.runtime, id), events)
    try {
      link.#pipe = await openSessionPipe(link.folder, platform, {
        onHello: (hello) => events.onHello(hello),
        onMessage: (message) => link.#onMessage(message),
        onBroken: (reason) => events.onBroken(reason),
        onClosed: () => link.#onPipeClosed()
      })
    } catch (error) {
      link.release()
      throw error
    }
    return link
  }

  /** What the shell is told of it at its start. */
  get pipe(): Pick<SessionPipe, 'path' | 'nonce'> {
    return this.#pipe!
  }

  send(message: AppMessage): void {
    this.#pipe?.send(message)
  }

  /** Asks the shell to disconnect from its service; settles once it has, has ended, or takes too long. */
  sayGoodbye(): Promise<void> {
    return new Promise((resolve) => {
      const deadline = setTimeout(resolve, disconnectDeadlineMs)
      this.#onGoodbye = () => {
        clearTimeout(deadline)
        resolve()
      }
      this.send({ type: 'disconnect' })
    })
  }

  /** The shell's process has ended. */
  hasEnded(): void {
    this.#onGoodbye()
  }

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

  #onMessage(message: ShellMessage): void {
    if (message.type === 'disconnected') this.#onGoodbye()
    else this.#events.onMessage(message)
  }

  #onPipeClosed(): void {
    if (this.#isReleased || !this.#events.isAlive()) return
    this.#timer = setTimeout(() => {
      if (this.#events.isAlive()) this.#events.onBroken('PowerShell closed it')
    }, pipeClosedPatienceMs)
  }
}

/** @throws TenantryError `shell-not-started` where a shell can't be started in a folder */
export function checkWorkingFolder(folder: string): void {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw failure('shell-not-started', { reason: `the folder ${folder} is not there` })
}

/** What is said where the system did not start a shell. */
export const notStarted = (error: unknown): TenantryError => failure('shell-not-started', { reason: error instanceof Error ? error.message.slice(0, 200) : 'no reason given' })
