import type { SessionView } from '../contract.ts'
import { durationText } from '../contract-values.ts'

/** Behind the lock it is shown too, so it names nothing. */
const asksSentence = 'A command asks before it changes data'

export interface AttentionOptions {
  /** Milliseconds since the epoch. */
  now: () => number
  /** Whoever started a command that takes this many milliseconds has turned to something else; null: nobody is told. */
  longCommandMs(): number | null
  /** Whether somebody looks at a session. */
  isSeen(id: string): boolean
  /** A long command ended that nobody looked at; `sentence` names neither the command nor what it said. */
  onUnseen(view: SessionView, sentence: string): void
}

/** Notices long commands that end while nobody looks, and remembers them until somebody does. */
export class Attention {
  readonly #options: AttentionOptions
  readonly #runningSince = new Map<string, number>()
  readonly #unseen = new Map<string, string>()
  /** Which question each session waits with. */
  readonly #asked = new Map<string, string>()

  constructor(options: AttentionOptions) {
    this.#options = options
  }

  /** Takes a session's news; answers the view with what nobody saw of it. */
  take(view: SessionView): SessionView {
    this.#noticeQuestion(view)
    const { id, busy, alive } = view
    const since = this.#runningSince.get(id)
    if (busy && since === undefined) this.#runningSince.set(id, this.#options.now())
    if (busy || since === undefined) return this.mark(view)
    this.#runningSince.delete(id)
    const tookMs = this.#options.now() - since
    const longMs = this.#options.longCommandMs()
    if (longMs === null || tookMs < longMs || this.#options.isSeen(id)) return this.mark(view)
    const sentence = alive ? `A command ended after ${durationText(tookMs)}` : `The session ended; its command had run for ${durationText(tookMs)}`
    this.#unseen.set(id, sentence)
    this.#options.onUnseen(view, sentence)
    return this.mark(view)
  }

  /** A command that waits for an answer is told as one that ended is. */
  #noticeQuestion(view: SessionView): void {
    const { id } = view
    const question = view.guard?.question?.id ?? null
    if (question === (this.#asked.get(id) ?? null)) return
    if (question === null) {
      this.#asked.delete(id)
      if (this.#unseen.get(id) === asksSentence) this.#unseen.delete(id)
      return
    }
    this.#asked.set(id, question)
    if (this.#options.isSeen(id)) return
    this.#unseen.set(id, asksSentence)
    this.#options.onUnseen(view, asksSentence)
  }

  mark(view: SessionView): SessionView {
    return { ...view, unseen: this.#unseen.get(view.id) ?? null }
  }

  /** Somebody looks at the session; answers whether there was something that nobody had seen. */
  see(id: string): boolean {
    return this.#unseen.delete(id)
  }

  /** The session is gone. */
  forget(id: string): void {
    this.#unseen.delete(id)
    this.#asked.delete(id)
    this.#runningSince.delete(id)
  }
}
