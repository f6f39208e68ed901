import type { Explanation, Failure, Service, SessionView } from '../../app/contract.ts'
import { failureOf, type Bridge } from '../bridge.ts'

/** The token of the session in front, as the main process explains it. */
export class TokenView {
  explanation = $state.raw<Explanation | null>(null)
  failure = $state.raw<Failure | null>(null)
  /** How far the authority's clock is ahead of this window's, milliseconds. */
  aheadMs = $state(0)
  readonly #bridge: Bridge
  /** Of whom the explanation is, so that another session's is not shown meanwhile. */
  #subject = ''
  #asked = 0

  constructor(bridge: Bridge) {
    this.#bridge = bridge
  }

  /** Asks anew; of two answers the one that was asked for last stays. */
  async load(session: SessionView, service: Service | undefined): Promise<void> {
    const asked = ++this.#asked
    const subject = `${session.id} ${service}`
    if (subject !== this.#subject) this.explanation = null
    this.#subject = subject
    try {
      const explanation = await this.#bridge.call('tokens.describe', { sessionId: session.id, service })
      if (asked === this.#asked) this.#show(explanation, null)
    } catch (error) {
      if (asked === this.#asked) this.#show(null, failureOf(error))
    }
  }

  #show(explanation: Explanation | null, failure: Failure | null): void {
    this.explanation = explanation
    this.failure = failure
    if (explanation) this.aheadMs = explanation.life.judgedAt - Date.now()
  }
}
