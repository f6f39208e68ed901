import type { CallOutput, CheckStep, Failure, Profile, Service } from '../../app/contract.ts'
import { failureOf, type Bridge } from '../bridge.ts'

/** A profile's check as the window follows it: its steps as they come, then what came of the whole. */
export class CheckRun {
  steps = $state.raw<CheckStep[]>([])
  answer = $state.raw<CallOutput<'checks.run'> | null>(null)
  failure = $state.raw<Failure | null>(null)
  isRunning = $state(false)
  readonly #bridge: Bridge
  readonly #profile: Profile
  readonly #forget: () => void
  #run = ''

  constructor(bridge: Bridge, profile: Profile) {
    this.#bridge = bridge
    this.#profile = profile
    this.#forget = bridge.on('check.step', ({ run, step }) => {
      if (run === this.#run) this.#take(step)
    })
  }

  /** Runs it, anew where it ran already; one that is under way is stopped. */
  async start(service: Service): Promise<void> {
    this.stop()
    const run = (this.#run = crypto.randomUUID())
    Object.assign(this, { steps: [], answer: null, failure: null, isRunning: true })
    try {
      const answer = await this.#bridge.call('checks.run', { run, profileId: this.#profile.id, service })
      if (run === this.#run) Object.assign(this, { answer, steps: answer.steps })
    } catch (error) {
      if (run === this.#run) this.failure = failureOf(error)
    } finally {
      if (run === this.#run) this.isRunning = false
    }
  }

  /** Nobody looks at it any more. */
  dispose(): void {
    this.#forget()
    this.stop()
  }

  stop(): void {
    if (!this.isRunning) return
    void this.#bridge.call('checks.stop', { run: this.#run }).catch(() => {})
    this.#run = ''
    this.isRunning = false
  }

  #take(step: CheckStep): void {
    const isKnown = this.steps.some(({ id }) => id === step.id)
    this.steps = isKnown ? this.steps.map((one) => (one.id === step.id ? step : one)) : [...this.steps, step]
  }
}
