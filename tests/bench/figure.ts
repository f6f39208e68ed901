/** What a figure has to reach, and by which of its statistics it is judged. */
export interface Goal {
  atMost?: number
  atLeast?: number
  by: 'median' | 'p95'
}

/** One figure that was measured; `values` are its samples in the order they were taken. */
export interface Figure {
  name: string
  what: string
  unit: string
  values: number[]
  goal?: Goal
  note?: string
}

/** A figure that could not be measured here, and why. */
export interface Missing {
  name: string
  what: string
  reason: string
}

export type Result = Figure | Missing

/** The value below which `share` of the values lie (nearest rank); NaN of nothing. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

/** The middle value, or the mean of the two in the middle; NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]]
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2
}

/** A figure as one line of the table and one object of the JSON file. */
export interface Row {
  name: string
  what: string
  unit: string
  runs: number
  median: number | null
  p95: number | null
  goal: string
  /** Null where there is no goal, or nothing was measured. */
  reached: boolean | null
  note: string
  values: number[]
}

export function rowOf(result: Result): Row {
  if ('reason' in result) {
    const { name, what, reason } = result
    return { name, what, unit: '', runs: 0, median: null, p95: null, goal: '', reached: null, note: `could not run: ${reason}`, values: [] }
  }
  const { name, what, unit, values, goal, note = '' } = result
  if (values.length === 0) return rowOf({ name, what, reason: 'it gave no values' })
  const statistics = { median: median(values), p95: quantile(values, 0.95) }
  const round = (value: number) => Number(value.toPrecision(4))
  return {
    name,
    what,
    unit,
    runs: values.length,
    median: round(statistics.median),
    p95: round(statistics.p95),
    goal: goal ? describe(goal, unit) : '',
    reached: goal ? reaches(statistics[goal.by], goal) : null,
    note,
    values: values.map(round)
  }
}

function describe({ atMost, atLeast, by }: Goal, unit: string): string {
  return `${by} ${atMost === undefined ? `≥ ${atLeast}` : `≤ ${atMost}`} ${unit}`.trim()
}

const reaches = (value: number, { atMost, atLeast }: Goal) =>
  (atMost === undefined || value <= atMost) && (atLeast === undefined || value >= atLeast)

/** The rows as text in columns. */
export function tableOf(rows: readonly Row[]): string {
  const header = ['figure', 'what', 'n', 'median', 'p95', 'unit', 'goal', 'reached', 'note']
  const lines = rows.map((row) => [
    row.name, row.what, String(row.runs), String(row.median ?? '–'), String(row.p95 ?? '–'), row.unit, row.goal,
    row.reached === null ? '' : row.reached ? 'yes' : 'NO', row.note
  ])
  const widths = header.map((title, column) => Math.max(title.length, ...lines.map((line) => line[column]!.length)))
  const print = (line: string[]) => line.map((cell, column) => cell.padEnd(widths[column]!)).join('  ').trimEnd()
  return [print(header), print(widths.map((width) => '-'.repeat(width))), ...lines.map(print)].join('\n')
}
