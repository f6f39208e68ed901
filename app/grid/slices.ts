import { performance } from 'node:perf_hooks'

/** How long a table may keep the core at one go: a key typed meanwhile waits no longer than this for its glyph. */
const sliceMs = 8

/** Long work in slices, between which everything else has its turn. */
export class Slices {
  #began = performance.now()
  readonly #signal: AbortSignal | undefined

  /** @param signal ends the work at its next pause, with an AbortError */
  constructor(signal?: AbortSignal) {
    this.#signal = signal
  }

  /** Whether it is time for a pause; cheap enough to be asked every few hundred steps. */
  get isOver(): boolean {
    return performance.now() - this.#began > sliceMs
  }

  async pause(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve))
    this.#signal?.throwIfAborted()
    this.#began = performance.now()
  }
}
