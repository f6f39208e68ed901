import type { SessionView } from '../contract.ts'

/** Whoever started a command that takes this long has turned to something else. */
const longCommandMs = 10_000

export interface AttentionOptions {
  /** Milliseconds since the epoch. */
  now: () => number
  /** Another time than the product's, milliseconds. */
  longCommandMs?: number | undefined
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

  constructor(options: AttentionOptions) {
    this.#options = options
  }

  /** Takes a session's news; answers the view with what nobody saw of it. */
  take(view: SessionView): SessionView {
    const { id, busy, alive } = view
    const since = this.#runningSince.get(id)
    if (busy && since === undefined) this.#runningSince.set(id, this.#options.now())
    if (busy || since === undefined) return this.mark(view)
    this.#runningSince.delete(id)
    const tookMs = this.#options.now() - since
    if (tookMs < (this.#options.longCommandMs ?? longCommandMs) || this.#options.isSeen(id)) return this.mark(view)
    const sentence = alive ? `A command ended after ${durationText(tookMs)}` : `The session ended; its command had run for ${durationText(tookMs)}`
    this.#unseen.set(id, sentence)
    this.#options.onUnseen(view, sentence)
    return this.mark(view)
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
    this.#runningSince.delete(id)
  }
}

/** "43 s", "12 min 5 s", "2 h 3 min". */
function durationText(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
