import type { Network } from '../adapters.ts'
import type { CallOutput, CallRequest, EventData, Service, SignInView } from '../contract.ts'
import { failure } from '../failures.ts'
import type { FindResult } from '../powershell/find.ts'
import type { SessionPlan } from '../sessions/session-plan.ts'
import type { Audience } from '../tokens/audiences.ts'
import type { TokenBroker, TokenSubject } from '../tokens/broker.ts'
import type { Token } from '../tokens/acquire.ts'
import { serviceTable } from '../tokens/services.ts'
import { Check } from './check.ts'
import { reportOf, summaryOf } from './report.ts'

export interface ChecksOptions {
  version: string
  platform: NodeJS.Platform
  env: NodeJS.ProcessEnv
  network: Network
  now: () => number
  known: readonly Audience[]
  tokens: TokenBroker
  /** @throws TenantryError `profile-not-found` and what else keeps a profile from having one */
  plan(profileId: string): SessionPlan
  signIn(id: string): Pick<SignInView, 'clientId' | 'kind' | 'expiry'> | null
  /** Looks anew: what was missing may be there by now. */
  findPowerShell(): Promise<FindResult>
  onStep(event: EventData<'check.step'>): void
}

/** The checks that are under way. Each says what is missing on the way to a connected prompt, and changes nothing. */
export class Checks {
  readonly #options: ChecksOptions
  readonly #running = new Map<string, AbortController>()

  constructor(options: ChecksOptions) {
    this.#options = options
  }

  /**
   * Runs the check of a profile for one of its services, the first one unless told.
   *
   * @throws TenantryError `cancelled` where it was stopped; `service-unavailable-in-cloud`
   */
  async run({ run, profileId, service: wanted }: CallRequest<'checks.run'>): Promise<CallOutput<'checks.run'>> {
    const { platform, env, now, known, version } = this.#options
    const { profile, cloud, subject } = this.#options.plan(profileId)
    const service = wanted ?? profile.services[0]!
    if (!cloud.services[service]) throw failure('service-unavailable-in-cloud', { cloud: cloud.label, service: serviceTable[service].words })
    const abort = new AbortController()
    this.#running.get(run)?.abort()
    this.#running.set(run, abort)
    const startedAt = now()
    try {
      const check = new Check({
        profile, service, platform, env, now, known,
        cloud: cloud.network ? { ...cloud, network: stoppable(cloud.network, abort.signal) } : cloud,
        network: stoppable(this.#options.network, abort.signal),
        signIn: profile.signInId ? this.#options.signIn(profile.signInId) : null,
        takeToken: () => this.#takeToken(subject, service, abort.signal),
        findPowerShell: () => this.#options.findPowerShell()
      })
      const steps = await check.run((step) => {
        if (!abort.signal.aborted) this.#options.onStep({ run, step })
      })
      if (abort.signal.aborted) throw failure('cancelled')
      const report = reportOf(steps, { profile, service, cloudLabel: cloud.label, clientId: subject.clientId, version, startedAt })
      return { service, steps, summary: summaryOf(steps), report }
    } finally {
      if (this.#running.get(run) === abort) this.#running.delete(run)
    }
  }

  /** Stops a check; one that is over, or never was, is stopped already. */
  stop(run: string): void {
    this.#running.get(run)?.abort()
  }

  dispose(): void {
    for (const abort of this.#running.values()) abort.abort()
  }

  /** A token past every cache. Where no session has the profile's token, it is forgotten again. */
  async #takeToken(subject: TokenSubject, service: Service, signal: AbortSignal): Promise<Token> {
    const { tokens } = this.#options
    const leave = tokens.listen(subject, service, { onRenewed() {}, onFailed() {} })
    try {
      return await tokens.get(subject, service, { fresh: true, signal })
    } finally {
      leave()
    }
  }
}

const stoppable = (network: Network, signal: AbortSignal): Network => (request) => network({ ...request, signal })
