import type { CommandAction, TerminalMarks } from './marks.svelte.ts'

/** The commands of the terminal that the window's keys are about. */
let inFront: TerminalMarks | null = null

/** Keys are about these commands from now on. Returns the undo. */
export function bringMarksToFront(marks: TerminalMarks): () => void {
  inFront = marks
  return () => {
    if (inFront === marks) inFront = null
  }
}

const actions: Record<CommandAction, true> = { 'previous-command': true, 'next-command': true, 'select-output': true, 'copy-output': true, 'command-menu': true }
export const isCommandAction = (action: string): action is CommandAction => action in actions

export function actOnCommands(action: CommandAction): void {
  inFront?.act(action)
}
