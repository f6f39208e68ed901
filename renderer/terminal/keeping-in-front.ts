import type { Keeping } from './keeping.svelte.ts'

/** What is kept of the terminal that the window's keys are about. */
let inFront: Keeping | null = null

/** Keys are about this terminal from now on. Returns the undo. */
export function bringKeepingToFront(keeping: Keeping): () => void {
  inFront = keeping
  return () => {
    if (inFront === keeping) inFront = null
  }
}

/** The one of the terminal in front; null where there is none. */
export function keepingInFront(): Keeping | null {
  return inFront
}
