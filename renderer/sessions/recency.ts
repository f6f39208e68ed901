/**
 * The order in which tabs were last in front, as Ctrl+Tab goes through it: while Ctrl stays down each Tab goes one further
 * back, and only where it is let go counts.
 */
export class Recency {
  /** Newest first. */
  #order: string[] = []
  #walked: { order: string[]; at: number } | null = null

  /** A tab came to the front. */
  note(id: string): void {
    if (!this.#walked) this.#order = [id, ...this.#order.filter((other) => other !== id)]
  }

  /** The tab that is `step` further back from the front one, round the end; null where there is no other. */
  walk(step: 1 | -1, open: readonly string[], activeId: string | null): string | null {
    const walked = (this.#walked ??= { order: this.newestFirst(open), at: Math.max(0, this.newestFirst(open).indexOf(activeId ?? '')) })
    const order = walked.order.filter((id) => open.includes(id))
    if (order.length < 2) return null
    walked.at = (walked.at + step + order.length) % order.length
    return order[walked.at]!
  }

  /** Ctrl was let go: what is in front now was used last. False where nobody walked. */
  settle(activeId: string | null): boolean {
    if (!this.#walked) return false
    this.#walked = null
    if (activeId) this.note(activeId)
    return true
  }

  /** The open tabs, the one used last first; those that were never in front at the end. */
  newestFirst(open: readonly string[]): string[] {
    const known = this.#order.filter((id) => open.includes(id))
    return [...known, ...open.filter((id) => !known.includes(id))]
  }
}
