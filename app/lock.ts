import { failure } from './failures.ts'

/** How often idleness is looked at: a timer that slept with the machine is at most this late. */
const lookEveryMs = 5_000

export interface LockOptions {
  now: () => number
  /** Minutes without a touch after which it locks; null for never. */
  idleMinutes: () => number | null
  /** Asks the OS who is there. Rejects where it is another one, or the question was dismissed. */
  ask: () => Promise<void>
  onChange: (isLocked: boolean) => void
}

/** Whether the window may see and do anything. What runs goes on behind it. */
export class Lock {
  readonly #options: LockOptions
  readonly #timer: NodeJS.Timeout
  #isLocked = false
  #touchedAt: number
  #asking: Promise<void> | null = null

  constructor(options: LockOptions) {
    this.#options = options
    this.#touchedAt = options.now()
    this.#timer = setInterval(() => this.look(), lookEveryMs)
    this.#timer.unref()
  }

  get isLocked(): boolean {
    return this.#isLocked
  }

  /** Somebody is there. */
  touch(): void {
    this.#touchedAt = this.#options.now()
  }

  /** Locks where nobody was there for long enough. */
  look(): void {
    const minutes = this.#options.idleMinutes()
    if (minutes !== null && this.#options.now() - this.#touchedAt >= minutes * 60_000) this.lock()
  }

  lock(): void {
    if (this.#isLocked) return
    this.#isLocked = true
    this.#options.onChange(true)
  }

  /**
   * Unlocks once the OS has said yes; asked twice at once, the OS asks once.
   *
   * @throws TenantryError `unlock-refused`, or why the keychain can't be asked
   */
  unlock(): Promise<void> {
    if (!this.#isLocked) return Promise.resolve()
    this.#asking ??= this.#unlock().finally(() => (this.#asking = null))
    return this.#asking
  }

  dispose(): void {
    clearInterval(this.#timer)
  }

  async #unlock(): Promise<void> {
    await this.#options.ask()
    this.touch()
    this.#isLocked = false
    this.#options.onChange(false)
  }
}

/** What a locked window may still ask. Everything else is refused. */
const openCalls: ReadonlySet<string> = new Set(['lock.state', 'lock.unlock'])

/** Throws `locked` for a call that the lock keeps out. */
export function checkUnlocked(lock: Pick<Lock, 'isLocked'>, call: string): void {
  if (lock.isLocked && !openCalls.has(call)) throw failure('locked')
}
