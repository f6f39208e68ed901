/** How a queue learns of time, so that tests need not wait. */
export interface SlotTimers {
  set(run: () => void, ms: number): unknown
  clear(timer: unknown): void
}

const realTimers: SlotTimers = { set: (run, ms) => setTimeout(run, ms), clear: (timer) => clearTimeout(timer as NodeJS.Timeout) }

/**
 * Who has a place, and who waits for one, in their order. One that has to wait for something else gives its place to
 * the others and comes back to the front of the queue.
 */
export class Slots {
  readonly #atOnce: number
  readonly #start: (key: string) => void
  readonly #timers: SlotTimers
  readonly #queue: string[] = []
  readonly #active = new Set<string>()
  readonly #away = new Map<string, unknown>()
  #isHeld = false

  /** @param start is told who has a place from now on; `leave` gives it back */
  constructor(atOnce: number, start: (key: string) => void, timers: SlotTimers = realTimers) {
    this.#atOnce = atOnce
    this.#start = start
    this.#timers = timers
  }

  get active(): number {
    return this.#active.size
  }

  add(keys: Iterable<string>): void {
    this.#queue.push(...keys)
    this.#fill()
  }

  /** Gives a place back, or leaves the queue; nothing where there is neither. */
  leave(key: string): void {
    this.#forget(key)
    this.#fill()
  }

  /** Gives a place back, to ask for one again after a while. */
  comeBack(key: string, ms: number): void {
    this.#forget(key)
    const timer = this.#timers.set(() => {
      this.#away.delete(key)
      this.#queue.unshift(key)
      this.#fill()
    }, ms)
    this.#away.set(key, timer)
    this.#fill()
  }

  /** Whether nobody new gets a place for now. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld
    this.#fill()
  }

  dispose(): void {
    this.#queue.length = 0
    for (const timer of this.#away.values()) this.#timers.clear(timer)
    this.#away.clear()
  }

  #forget(key: string): void {
    this.#active.delete(key)
    const place = this.#queue.indexOf(key)
    if (place >= 0) this.#queue.splice(place, 1)
    if (this.#away.has(key)) this.#timers.clear(this.#away.get(key))
    this.#away.delete(key)
  }

  #fill(): void {
    while (!this.#isHeld && this.#active.size < this.#atOnce && this.#queue.length > 0) {
      const key = this.#queue.shift()!
      this.#active.add(key)
      this.#start(key)
    }
  }
}
