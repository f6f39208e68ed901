import type { TerminalSearch } from './search.svelte.ts'

/** The search of the terminal that the window's keys are about. */
let inFront: TerminalSearch | null = null

/** Keys are about this search from now on. Returns the undo. */
export function bringSearchToFront(search: TerminalSearch): () => void {
  inFront = search
  return () => {
    if (inFront === search) inFront = null
  }
}

/** Opens the search of the terminal in front; answers whether there is one. */
export function findInFront(): boolean {
  inFront?.open()
  return inFront !== null
}
