import type { Service } from '../contract.ts'
import { failure, type TenantryError } from '../failures.ts'
import type { Token } from '../tokens/acquire.ts'
import { withSignal } from '../tokens/with-signal.ts'
import { remoteOf } from './remote-powershell.ts'
import { organizationOf, type SessionPlan, type SessionServices } from './session-plan.ts'
import type { TenantProof } from './tenant-proof.ts'

/** Milliseconds that a session's first connection waits for Exchange's word; the shell mostly takes as long to start. */
const learnMs = 4_000

/**
 * The domain that the module is told the tenant by. Under any but the tenant's initial one it connects, and cmdlets fail
 * in odd ways later; before the first connection nobody knows it, so Exchange is asked while the shell starts.
 */
export class Organization {
  #name: string
  #proof: Promise<TenantProof> | null = null
  readonly #plan: SessionPlan
  readonly #service: Service
  readonly #prove: SessionServices['prove']

  constructor(plan: SessionPlan, service: Service, prove: SessionServices['prove']) {
    this.#plan = plan
    this.#service = service
    this.#prove = prove
    this.#name = organizationOf(plan)
  }

  get name(): string {
    return this.#name
  }

  /**
   * Asks where it is not known yet. It never rejects: what keeps Exchange from answering keeps the module from connecting.
   *
   * @param patienceMs milliseconds after which it goes on without an answer
   */
  async learn(token: Token, patienceMs = learnMs): Promise<void> {
    const { profile } = this.#plan
    if (this.#service !== 'exchange' || profile.initialDomain !== null || remoteOf(profile, 'exchange')) return
    const proof = await withSignal(this.prove(token), AbortSignal.timeout(patienceMs)).catch(() => null)
    this.#name = proof?.initialDomain ?? this.#name
  }

  /**
   * What Exchange says of the tenant; asked once.
   *
   * @throws TenantryError as `proveTenant`
   */
  prove(token: Token): Promise<TenantProof> {
    this.#proof ??= this.#prove(this.#plan, this.#service, token)
    // Whoever asks hears of a refusal.
    this.#proof.catch(() => {})
    return this.#proof
  }

  /** What is wrong with the name that the module was told, by what Exchange said later; null where nothing is. */
  problemWith(told: string, { initialDomain }: TenantProof): TenantryError | null {
    if (this.#service !== 'exchange' || initialDomain === null || told.toLowerCase() === initialDomain) return null
    return failure('organization-vanity', { organization: told, primary: initialDomain })
  }
}
