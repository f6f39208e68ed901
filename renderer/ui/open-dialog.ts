/** Whether a dialog keeps the window to itself; a question inside of a pane (`data-in-pane`) does not. */
export function isDialogOpen(): boolean {
  return document.querySelector(':is([role=dialog], [role=alertdialog]):not([data-in-pane])') !== null
}
