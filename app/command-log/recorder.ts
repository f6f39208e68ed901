import type { LoggedCommand, Profile } from '../contract.ts'
import type { ShellMessage } from '../powershell/messages.ts'

type CommandMessage = Extract<ShellMessage, { type: 'command' }>

/** Where and as whom a session's commands run. */
export type CommandPlace = Pick<LoggedCommand, 'profile' | 'service' | 'tenantId' | 'app'>

export interface RecorderOptions {
  place: CommandPlace
  /** The `uti` of the token in use; empty where there is none. */
  uti(): string
  /** Milliseconds since the epoch. */
  now: () => number
  append(command: Omit<LoggedCommand, 'user'>): void
}

/** The commands go into the log where the profile says so, else in production. */
export const isLogged = ({ logCommands, environment }: Pick<Profile, 'logCommands' | 'environment'>): boolean => logCommands ?? environment === 'production'

/** Makes one entry of a command's beginning and its end; a shell has one command at a time. */
export class CommandRecorder {
  readonly #options: RecorderOptions
  #running: { startedAt: number; uti: string; command: string; cut: boolean } | null = null

  constructor(options: RecorderOptions) {
    this.#options = options
  }

  take({ running, line, cut, success, seconds }: CommandMessage): void {
    if (!running) return this.#end(success ?? null, seconds)
    // A prompt that never came back, such as one that somebody replaced, must not swallow the command before.
    this.#end(null)
    if (line !== undefined) this.#running = { startedAt: this.#options.now(), uti: this.#options.uti(), command: line, cut: cut ?? false }
  }

  /** The shell is gone, or its pipe: a command that ran then is logged without its outcome. */
  close(): void {
    this.#end(null)
  }

  #end(success: boolean | null, seconds?: number): void {
    const command = this.#running
    this.#running = null
    if (!command) return
    const { startedAt, ...rest } = command
    const took = seconds ?? (this.#options.now() - startedAt) / 1000
    this.#options.append({ at: new Date(startedAt).toISOString(), ...this.#options.place, ...rest, success, seconds: Math.round(took * 1000) / 1000 })
  }
}
