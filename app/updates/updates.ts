import type { Question, Updater } from '../adapters.ts'
import type { UpdateChannel, UpdateState } from '../contract.ts'
import { failure, TenantryError } from '../failures.ts'
import type { Policy } from './policy.ts'

/** A start has better to do in its first minute. */
const firstCheckMs = 60_000
const checkEveryMs = 6 * 3600_000

export interface UpdatesOptions {
  updater: Updater | null
  policy: Policy
  channel(): UpdateChannel
  now(): number
  /** How many sessions have a shell, and how many runs are not over. */
  live(): { sessions: number; runs: number }
  confirm(question: Question): Promise<boolean>
  onChange(state: UpdateState): void
}

/**
 * Looks for updates, fetches them in the background, and installs them only when nobody works: on a click while no
 * session lives, or when Tenantry is quit and the person says yes.
 */
export class Updates {
  readonly #options: UpdatesOptions
  #state: UpdateState
  #work: Promise<void> | null = null
  #timer: ReturnType<typeof setTimeout> | null = null
  /** The restart into an update is under way: it quits the app, and that end asks for nothing more. */
  #isRestarting = false

  constructor(options: UpdatesOptions) {
    this.#options = options
    const reason = reasonOff(options)
    this.#state = { phase: reason === null ? 'idle' : 'off', channel: options.channel(), reason, version: null, notes: '', percent: null, checkedAt: null, failure: null }
  }

  get state(): UpdateState {
    return this.#state
  }

  /** Begins to look by itself. */
  start(): void {
    if (this.#state.phase !== 'off') this.#wait(firstCheckMs)
  }

  /** Looks now, and fetches what is found; a look that is under way is waited for. */
  async check(): Promise<UpdateState> {
    if (this.#state.phase === 'off') throw failure('updates-off', { reason: this.#state.reason ?? '' })
    // One that is ready waits for its restart.
    if (this.#state.phase !== 'ready') await (this.#work ??= this.#run().finally(() => (this.#work = null)))
    return this.#state
  }

  /** After the channel was chosen: what the other one has is looked up. What is fetched already stays. */
  async channelChanged(): Promise<void> {
    this.#change({ channel: this.#options.channel() })
    if (this.#state.phase === 'off' || this.#state.phase === 'ready') return
    await this.#work
    await this.check()
  }

  /** Restarts into the update. @throws TenantryError `update-not-ready`, `update-sessions-open`, `update-not-installed` */
  install(): void {
    if (this.#state.phase !== 'ready') throw failure('update-not-ready')
    const { sessions, runs } = this.#options.live()
    if (sessions + runs > 0) throw failure('update-sessions-open', { sessions, runs })
    this.#isRestarting = true
    if (this.#options.updater!.install({ restart: true }) !== 'failed') return
    this.#isRestarting = false
    throw failure('update-not-installed')
  }

  /**
   * Tenantry is about to end: asks whether a fetched update is to be installed. Answers what to call last, when
   * everything has ended; null where there is nothing to install or the person would rather not. What is called answers
   * whether the updater ends the process by itself, in a while.
   */
  async atQuit(): Promise<(() => boolean) | null> {
    const { phase, version } = this.#state
    const { updater, confirm } = this.#options
    if (phase !== 'ready' || !updater || this.#isRestarting) return null
    const yes = await confirm({
      title: 'Install the update?',
      message: `Tenantry ${version} is ready.`,
      detail: 'It is installed once Tenantry has ended, and is there at the next start.',
      confirmLabel: 'Install'
    })
    return yes ? () => updater.install({ restart: false }) === 'quits' : null
  }

  dispose(): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
  }

  #wait(milliseconds: number): void {
    this.#timer = setTimeout(() => {
      this.#wait(checkEveryMs)
      void this.check().catch(() => {})
    }, milliseconds)
    this.#timer.unref()
  }

  async #run(): Promise<void> {
    const updater = this.#options.updater!
    this.#change({ phase: 'checking', failure: null })
    try {
      const found = await updater.check(this.#state.channel)
      this.#change({ checkedAt: this.#options.now() })
      if (!found) return this.#change({ phase: 'idle', version: null, notes: '', percent: null })
      this.#change({ phase: 'downloading', version: found.version, notes: found.notes, percent: 0 })
      await updater.download((percent) => this.#change({ percent: Math.round(percent) }))
      this.#change({ phase: 'ready', percent: null })
    } catch (error) {
      this.#change({ phase: 'failed', percent: null, failure: TenantryError.from(error).toFailure() })
    }
  }

  #change(change: Partial<UpdateState>): void {
    this.#state = { ...this.#state, ...change }
    this.#options.onChange(this.#state)
  }
}

function reasonOff({ updater, policy }: UpdatesOptions): string | null {
  if (policy.problem !== null) return `This computer’s policy (${policy.file}) can’t be read: ${policy.problem}.`
  if (policy.updates === 'off') return `This computer’s policy (${policy.file}) switches updates off.`
  return updater ? updater.unavailable : 'This is not an installed Tenantry.'
}
