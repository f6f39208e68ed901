/** Letters typed later than this begin a new name. */
const pauseMs = 800

/** Finds an item by the first letters of its name as they are typed; one letter alone goes on from item to item. */
export class TypeAhead {
  #typed = ''
  #at = 0

  find<T extends { id: string; name: string }>(key: string, items: readonly T[], currentId: string | null): T | undefined {
    const now = performance.now()
    this.#typed = now - this.#at > pauseMs ? key : this.#typed + key
    this.#at = now
    const letters = this.#typed.toLowerCase()
    const current = items.findIndex(({ id }) => id === currentId)
    // Longer beginnings may still fit the current item; a single letter asks for the next one.
    const from = letters.length === 1 ? current + 1 : Math.max(current, 0)
    const inTurn = [...items.slice(from), ...items.slice(0, from)]
    return inTurn.find(({ name }) => name.toLowerCase().startsWith(letters))
  }
}
