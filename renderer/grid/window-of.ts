/** A column and where it begins, pixels from the left. */
export interface Placed {
  column: number
  /** Its number among the shown ones. */
  at: number
  left: number
  width: number
}

/** Where each column is. */
export function place(columns: number[], widthOf: (column: number) => number): { placed: Placed[]; width: number } {
  let left = 0
  const placed = columns.map((column, at) => {
    const width = widthOf(column)
    left += width
    return { column, at, left: left - width, width }
  })
  return { placed, width: left }
}

/** Those that can be seen, and one more at each side, so that a step by the keyboard finds its cell. */
export function seenColumns(placed: Placed[], from: number, width: number): Placed[] {
  const first = placed.findIndex((one) => one.left + one.width > from)
  if (first < 0) return placed.slice(-1)
  let last = first
  while (last + 1 < placed.length && placed[last + 1]!.left < from + width) last++
  return placed.slice(Math.max(0, first - 1), last + 2)
}

/** The rows that can be seen, and some more. */
export function seenRows(count: number, rowHeight: number, from: number, height: number): number[] {
  const more = 6
  const first = Math.max(0, Math.floor(from / rowHeight) - more)
  const last = Math.min(count - 1, Math.ceil((from + height) / rowHeight) + more)
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at)
}

/** A width for a column whose name and first values are these, pixels. */
export function guessWidth(name: string, values: Array<string | null>, isNumeric: boolean): number {
  const longest = Math.max(name.length + 3, ...values.map((value) => value?.length ?? 0))
  return Math.round(Math.min(320, Math.max(isNumeric ? 80 : 90, longest * 7.4 + 26)))
}
