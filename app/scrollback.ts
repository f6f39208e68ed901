/** Bytes that the lines of all terminals take together, in the main process and in the window. */
export const scrollbackBudget = 512_000_000
/** xterm keeps three 32-bit numbers of each cell (its BufferLine), and each process has a terminal of its own. */
const bytesPerCell = 2 * 3 * 4
const fewestLines = 100

/**
 * How many lines above its screen a terminal keeps: as many as wanted, within its share of the budget.
 *
 * @param terminals how many there are
 * @param cols its width, cells
 */
export function keptLines(wanted: number, terminals: number, cols: number): number {
  const share = Math.floor(scrollbackBudget / (Math.max(terminals, 1) * Math.max(cols, 1) * bytesPerCell))
  return Math.min(wanted, Math.max(share, fewestLines))
}
