import { escapeFormula } from '../spreadsheet.ts'
import type { Cell } from './cell.ts'
import type { Slices } from './slices.ts'
import type { Table } from './table.ts'

export type Format = 'csv' | 'json' | 'tsv'

/** Which part of a table leaves it: rows in their order, columns in theirs. */
export interface Part {
  rows: Iterable<number>
  columns: number[]
}

/** Rows that are written between two looks at the clock. */
const rowsBetweenLooks = 64

/**
 * Writes a part of a table. CSV begins with a byte order mark, by which Excel knows UTF-8, and its texts are never
 * taken for formulas: one that would be gets an apostrophe before it. TSV is for the clipboard, with tabs and line
 * breaks inside of values as blanks. JSON keeps numbers, booleans and lists.
 *
 * @returns null where it would be longer than `mostChars`
 */
export async function writePart(table: Table, part: Part, format: Format, mostChars: number, slices: Slices): Promise<string | null> {
  const names = part.columns.map((column) => table.columns[column]!.name)
  const writer = writers[format]
  const rows: string[] = []
  let chars = 0
  let count = 0
  for (const row of part.rows) {
    const cells = part.columns.map((column) => table.cell(row, column))
    const text = writer.row(names, cells)
    chars += text.length
    if (chars > mostChars) return null
    rows.push(text)
    if (++count % rowsBetweenLooks === 0 && slices.isOver) await slices.pause()
  }
  return writer.whole(names, rows)
}

const quoted = (text: string) => (/[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
const isText = ({ kind }: Cell) => kind === 'text' || kind === 'list' || kind === 'problem'
const csvText = (cell: Cell | null) => (cell === null ? '' : quoted(isText(cell) ? escapeFormula(cell.text) : cell.text))
const tsvText = (cell: Cell | null) => (cell === null ? '' : (isText(cell) ? escapeFormula(cell.text) : cell.text).replace(/[\t\r\n]+/g, ' '))

function jsonValue(cell: Cell | null): unknown {
  if (cell === null) return null
  if (cell.items) return cell.items
  if (cell.kind === 'boolean') return cell.key === 1
  // One that JSON can't hold as it is stays the text that it was.
  if (cell.kind === 'number' && Number.isFinite(cell.key) && String(cell.key) === cell.text) return cell.key
  // As the shell shows it, in whichever zone that is.
  return cell.kind === 'date' ? cell.text.replace(' ', 'T').replace(' ', '') : cell.text
}

const writers: Record<Format, { row(names: string[], cells: Array<Cell | null>): string; whole(names: string[], rows: string[]): string }> = {
  csv: {
    row: (_, cells) => `${cells.map(csvText).join(',')}\r\n`,
    whole: (names, rows) => `\ufeff${names.map((name) => quoted(escapeFormula(name))).join(',')}\r\n${rows.join('')}`
  },
  tsv: {
    row: (_, cells) => cells.map(tsvText).join('\t'),
    whole: (names, rows) => [names.map(escapeFormula).join('\t'), ...rows].join('\r\n')
  },
  json: {
    row: (names, cells) => JSON.stringify(Object.fromEntries(cells.map((cell, at) => [names[at]!, jsonValue(cell)]))),
    whole: (_, rows) => (rows.length === 0 ? '[]\n' : `[\n${rows.join(',\n')}\n]\n`)
  }
}

/** A name for a file of a table of that title. */
export function fileNameOf(title: string, format: Format, now: number): string {
  const name = title.normalize('NFKD').replace(/[^A-Za-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 40).replace(/-+$/, '') || 'table'
  return `${name}-${new Date(now).toISOString().slice(0, 10)}.${format}`
}
