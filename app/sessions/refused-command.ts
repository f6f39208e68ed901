import type { Failure } from '../contract.ts'
import { TenantryError } from '../failures.ts'
import type { ShellMessage } from '../powershell/messages.ts'

/** Refusals of the cmdlet itself, which a new token does not mend. */
const ofCommand = new Set<string>(['insufficient-access', 'command-not-for-apps'])

/** What a service said to a command of a connected session. */
export const refusalOf = (message: string): TenantryError => TenantryError.fromShell(message, 'connect')

export const isOfCommand = ({ code }: TenantryError): boolean => ofCommand.has(code)

/** What a connected session's last command was refused with, said until one ends without. */
export class RefusedCommand {
  #isRefused = false
  #said: Failure | null = null
  /** What was said before it, and is said again after it. */
  #before: Failure | null = null

  /**
   * What the session says now that its shell told this.
   *
   * @param now what it says until now
   */
  take(message: Extract<ShellMessage, { type: 'refused' | 'command' }>, now: Failure | null): Failure | null {
    if (message.type === 'refused') return this.#refuse(message.message, now)
    if (message.running) this.#isRefused = false
    // What something else said meanwhile stays.
    const isOver = !message.running && !this.#isRefused && this.#said !== null && now === this.#said
    return isOver ? this.#before : now
  }

  #refuse(message: string, now: Failure | null): Failure | null {
    const refusal = refusalOf(message)
    // A text that no row reads is not about connecting here; the terminal shows it.
    if (refusal.code === 'connect-failed') return now
    this.#isRefused = true
    if (now === null || now !== this.#said) this.#before = now
    this.#said = refusal.toFailure()
    return this.#said
  }
}
