import type { CallOutput } from '../../app/contract.ts'
import { sentenceOf, type Bridge } from '../bridge.ts'

/** A person is told about this often at most; the main process counts in minutes. */
const touchEveryMs = 10_000

/** Whether the window is locked. A lock and an unlock begin the page anew: nothing of before stays in it. */
export class WindowLock {
  state = $state.raw<CallOutput<'lock.state'> | null>(null)
  /** The main process said whether it is locked, or can't be asked. */
  isKnown = $state(false)
  problem = $state('')
  isAsking = $state(false)
  readonly isLocked = $derived(this.state?.isLocked ?? false)
  readonly #bridge: Bridge
  readonly #reload: () => void
  #touchedAt = 0

  constructor(bridge: Bridge, reload: () => void = () => location.reload()) {
    this.#bridge = bridge
    this.#reload = reload
    bridge.on('lock.changed', () => this.#reload())
    bridge.onState((link) => {
      if (link === 'connected') void this.load()
    })
  }

  async load(): Promise<void> {
    try {
      this.state = await this.#bridge.call('lock.state', null)
    } catch {
      // A link that broke is told elsewhere; the next one asks again.
    }
    this.isKnown = true
  }

  /** Somebody typed or pointed. */
  touch(): void {
    if (this.isLocked || Date.now() - this.#touchedAt < touchEveryMs) return
    this.#touchedAt = Date.now()
    void this.#bridge.call('lock.touch', null).catch(() => {})
  }

  async unlock(): Promise<void> {
    if (this.isAsking) return
    this.problem = ''
    this.isAsking = true
    try {
      await this.#bridge.call('lock.unlock', null)
    } catch (error) {
      this.problem = sentenceOf(error)
    } finally {
      this.isAsking = false
    }
  }
}
