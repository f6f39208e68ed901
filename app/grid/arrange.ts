import { wordsOf } from '../search-words.ts'
import { keyIn, type Cell } from './cell.ts'
import { readFilter, type Test } from './filter.ts'
import type { Slices } from './slices.ts'
import type { Column, Table } from './table.ts'

/** How a table is looked at. Columns are numbers of the table's. */
export interface Wish {
  sort: Array<{ column: number; isDescending: boolean }>
  filters: Array<{ column: number; text: string }>
  /** Words that a row has all of, in any of `columns`. */
  search: string
  columns: number[]
}

/** Which rows are shown in which order, and which filters could not be read. */
export interface Arranged {
  rows: Uint32Array
  refusals: Array<{ column: number; sentence: string }>
}

/** Steps after which it is looked at the clock. */
const stepsBetweenLooks = 512
/** Rows whose order is worked out by the engine at one go. */
const runLength = 512

/**
 * Filters and sorts the rows that a table has now. Each value is looked at once, however many rows have it; sorting is
 * stable, and empty cells come last in both directions.
 *
 * @throws AbortError where `slices` were ended
 */
export async function arrange(table: Table, wish: Wish, slices: Slices): Promise<Arranged> {
  const refusals: Arranged['refusals'] = []
  const tests: Array<{ column: Column; test: Test }> = []
  for (const { column: at, text } of wish.filters) {
    const column = table.columns[at]
    if (!column) continue
    const test = readFilter(text, column.kind)
    if (typeof test === 'string') refusals.push({ column: at, sentence: test })
    else if (test) tests.push({ column, test })
  }
  let rows = await filtered(table, tests, slices)
  for (const word of wordsOf(wish.search)) {
    rows = await having(word, rows, wish.columns.flatMap((at) => table.columns[at] ?? []), slices)
  }
  // The most important one last: each keeps what the ones before it made of equals.
  for (const { column: at, isDescending } of [...wish.sort].reverse()) {
    const column = table.columns[at]
    if (column) rows = await sorted(rows, column, isDescending, slices)
  }
  return { rows, refusals }
}

async function filtered(table: Table, tests: Array<{ column: Column; test: Test }>, slices: Slices): Promise<Uint32Array> {
  const count = table.rowCount
  const rows = Uint32Array.from({ length: count }, (_, row) => row)
  let left: Uint32Array = rows
  for (const { column, test } of tests) left = await selected(left, [await passing(column, test, slices)], [column], slices)
  return left
}

async function having(word: string, rows: Uint32Array, columns: Column[], slices: Slices): Promise<Uint32Array> {
  const test: Test = (cell) => cell !== null && cell.text.toLowerCase().includes(word)
  const found: Uint8Array[] = []
  for (const column of columns) found.push(await passing(column, test, slices))
  return selected(rows, found, columns, slices)
}

/** By code, whether a value passes. */
async function passing(column: Column, test: Test, slices: Slices): Promise<Uint8Array> {
  const passes = new Uint8Array(column.values.length)
  for (let code = 0; code < passes.length; code++) {
    passes[code] = test(column.values[code] ?? null) ? 1 : 0
    if (code % stepsBetweenLooks === 0 && slices.isOver) await slices.pause()
  }
  return passes
}

/** The rows that pass in one of the columns. */
async function selected(rows: Uint32Array, passes: Uint8Array[], columns: Column[], slices: Slices): Promise<Uint32Array> {
  const left = new Uint32Array(rows.length)
  let count = 0
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at]!
    for (let index = 0; index < columns.length; index++) {
      if (!passes[index]![columns[index]!.code(row)]) continue
      left[count++] = row
      break
    }
    if (at % stepsBetweenLooks === 0 && slices.isOver) await slices.pause()
  }
  return left.slice(0, count)
}

async function sorted(rows: Uint32Array, column: Column, isDescending: boolean, slices: Slices): Promise<Uint32Array> {
  const ranks = await rankValues(column, slices)
  const most = ranks.length
  // Counted out by rank. The empty cell's rank is 0, which comes last.
  const placeOf = (row: number) => {
    const rank = ranks[column.code(row)] ?? 0
    return rank === 0 ? most : isDescending ? most - rank : rank - 1
  }
  const starts = new Uint32Array(most + 2)
  for (const row of rows) starts[placeOf(row) + 1]!++
  for (let place = 1; place < starts.length; place++) starts[place]! += starts[place - 1]!
  if (slices.isOver) await slices.pause()
  const result = new Uint32Array(rows.length)
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at]!
    result[starts[placeOf(row)]!++] = row
    if (at % stepsBetweenLooks === 0 && slices.isOver) await slices.pause()
  }
  return result
}

/** By code, the place of a value among the column's, from 1; equals have the same. */
async function rankValues(column: Column, slices: Slices): Promise<Uint32Array> {
  const { values } = column
  const compare = await comparison(column, slices)
  const order = await mergeSorted(Uint32Array.from({ length: values.length - 1 }, (_, index) => index + 1), compare, slices)
  const ranks = new Uint32Array(values.length)
  let rank = 0
  for (let at = 0; at < order.length; at++) {
    if (at === 0 || compare(order[at - 1]!, order[at]!) !== 0) rank++
    ranks[order[at]!] = rank
    if (at % stepsBetweenLooks === 0 && slices.isOver) await slices.pause()
  }
  return ranks
}

/** Compares two codes: what has a number by it, then texts, whatever their case; values that could not be read last. */
async function comparison(column: Column, slices: Slices): Promise<(a: number, b: number) => number> {
  const kind = column.kind ?? 'text'
  const byNumber = kind !== 'text' && kind !== 'list'
  const keys = new Float64Array(column.values.length)
  const texts: string[] = ['']
  let isPlain = true
  for (let code = 1; code < column.values.length; code++) {
    const cell = column.values[code] as Cell
    const key = byNumber && cell.kind !== 'problem' ? keyIn(cell, kind) : null
    // NaN is what has no number.
    keys[code] = key ?? NaN
    texts[code] = key === null ? (cell.kind === 'problem' ? `\uffff${cell.text}` : cell.text.toLowerCase()) : ''
    isPlain &&= key !== null || isAscii(cell.text)
    if (code % stepsBetweenLooks === 0 && slices.isOver) await slices.pause()
  }
  const collator = isPlain ? null : new Intl.Collator(undefined, { sensitivity: 'base' })
  return (a, b) => {
    const [one, other] = [keys[a]!, keys[b]!]
    if (one < other) return -1
    if (one > other) return 1
    if (one === other) return 0
    if (!Number.isNaN(one)) return -1
    if (!Number.isNaN(other)) return 1
    const [text, otherText] = [texts[a]!, texts[b]!]
    if (collator && !text.startsWith('\uffff') && !otherText.startsWith('\uffff')) return collator.compare(text, otherText)
    return text < otherText ? -1 : text > otherText ? 1 : 0
  }
}

// A collator takes ten times as long, and only tells more of letters beyond these.
const isAscii = (text: string) => /^[\x20-\x7e]*$/.test(text)

/** Sorts in slices: short runs by the engine, then merged. Stable. */
async function mergeSorted(items: Uint32Array, compare: (a: number, b: number) => number, slices: Slices): Promise<Uint32Array> {
  for (let start = 0; start < items.length; start += runLength) {
    items.subarray(start, start + runLength).sort(compare)
    if (slices.isOver) await slices.pause()
  }
  let from = items
  let to: Uint32Array = new Uint32Array(items.length)
  for (let width = runLength; width < items.length; width *= 2) {
    for (let start = 0; start < from.length; start += 2 * width) {
      await merge(from, to, { start, middle: Math.min(start + width, from.length), end: Math.min(start + 2 * width, from.length) }, compare, slices)
    }
    ;[from, to] = [to, from]
  }
  return from
}

async function merge(from: Uint32Array, to: Uint32Array, run: { start: number; middle: number; end: number }, compare: (a: number, b: number) => number, slices: Slices) {
  let [left, right] = [run.start, run.middle]
  for (let at = run.start; at < run.end; at++) {
    const isLeft = left < run.middle && (right >= run.end || compare(from[left]!, from[right]!) <= 0)
    to[at] = from[isLeft ? left++ : right++]!
    if (at % stepsBetweenLooks === 0 && slices.isOver) await slices.pause()
  }
}
