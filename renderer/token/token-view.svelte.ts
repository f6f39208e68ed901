import type { Explanation, Failure, SessionView } from '../../app/contract.ts'
import { failureOf, type Bridge } from '../bridge.ts'

/** The token of the session in front, as the main process explains it. */
export class TokenView {
  explanation = $state.raw<Explanation | null>(null)
  failure = $state.raw<Failure | null>(null)
  /** How far the authority's clock is ahead of this window's, milliseconds. */
  aheadMs = $state(0)
  readonly #bridge: Bridge
  /** The session that it is of, so that another one's is not shown meanwhile. */
  #sessionId = ''
  #asked = 0

  constructor(bridge: Bridge) {
    this.#bridge = bridge
  }

  /** Asks anew; of two answers the one that was asked for last stays. */
  async load({ id }: SessionView): Promise<void> {
    const asked = ++this.#asked
    if (id !== this.#sessionId) this.explanation = null
    this.#sessionId = id
    try {
      const explanation = await this.#bridge.call('tokens.describe', { sessionId: id })
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
