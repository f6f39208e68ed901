import type { SessionTerminal } from './session-terminal.ts'

/** What the window's keys, menus and palette do something with. */
type InFront = Pick<SessionTerminal, 'search' | 'marks' | 'keeping'>

let inFront: InFront | null = null

/** The window's keys, menus and palette are about this terminal from now on. Returns the undo. */
export function bringToFront(terminal: InFront): () => void {
  inFront = terminal
  return () => {
    if (inFront === terminal) inFront = null
  }
}

/** The terminal that they are about; null where there is none. */
export function terminalInFront(): InFront | null {
  return inFront
}
