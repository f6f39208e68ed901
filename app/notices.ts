import type { AppState } from './contract.ts'

/** What the window says above everything else: sentences by what they are about, each until it is over or dismissed. */
export class Notices {
  readonly #told: Map<string, { text: string; isDismissed: boolean }>
  readonly #onChange: () => void

  /** @param first those that are there from the start */
  constructor(first: ReadonlyArray<readonly [id: string, text: string]>, onChange: () => void) {
    this.#told = new Map(first.map(([id, text]) => [id, { text, isDismissed: false }]))
    this.#onChange = onChange
  }

  /** Says something, once for as long as it lasts, also where it is dismissed meanwhile; null says that it is over. */
  set(id: string, text: string | null): void {
    if ((this.#told.get(id)?.text ?? null) === text) return
    if (text === null) this.#told.delete(id)
    else this.#told.set(id, { text, isDismissed: false })
    this.#onChange()
  }

  /** A person has read it. */
  dismiss(id: string): void {
    const notice = this.#told.get(id)
    if (notice) notice.isDismissed = true
  }

  list(): AppState['notices'] {
    return [...this.#told].filter(([, { isDismissed }]) => !isDismissed).map(([id, { text }]) => ({ id, level: 'warning', text }))
  }
}
