import type { GridColumnKind } from '../contract.ts'
import { kindOfBoth, readCell, type Cell } from './cell.ts'

/** As the shell holds it too. */
export const mostColumns = 500
export const mostRows = 250_000
/** Beyond this many values a column that hardly repeats any is not looked through for one that is there already. */
const fewValues = 2_000
/** About what a value costs beyond its characters. */
const bytesPerValue = 80
const bytesPerCode = 4

/** A column: each of its values once, and for each row which one it is. Code 0 is the empty cell. */
export class Column {
  readonly name: string
  kind: GridColumnKind | null = null
  values: Array<Cell | null> = [null]
  #codes = new Uint32Array(64)
  #known: Map<unknown, number> | null = new Map()

  constructor(name: string) {
    this.name = name
  }

  /** The code of a row's value; rows before the column came are empty. */
  code(row: number): number {
    return this.#codes[row] ?? 0
  }

  cell(row: number): Cell | null {
    return this.values[this.code(row)] ?? null
  }

  /** Sets a row's value; answers the bytes that it cost. */
  set(row: number, sent: unknown): number {
    const code = this.#codeOf(sent, row)
    if (row >= this.#codes.length) {
      const grown = new Uint32Array(Math.max(row + 1, this.#codes.length * 2))
      grown.set(this.#codes)
      this.#codes = grown
    }
    this.#codes[row] = Math.abs(code)
    const added = code < 0 ? this.values[-code] : null
    return bytesPerCode + (added ? bytesOf(added) : 0)
  }

  /** Keeps these rows alone, which move together in their order, and the values that they have; answers the bytes that both take. */
  keep(rows: Uint32Array): number {
    const codes = new Uint32Array(Math.max(64, rows.length))
    const values: Array<Cell | null> = [null]
    const newCodes = new Uint32Array(this.values.length)
    let bytes = 0
    for (const [at, row] of rows.entries()) {
      const code = this.code(row)
      const cell = this.values[code]
      if (!cell) continue
      bytes += bytesPerCode
      if (newCodes[code] === 0) {
        newCodes[code] = values.push(cell) - 1
        bytes += bytesOf(cell)
      }
      codes[at] = newCodes[code]!
    }
    this.#codes = codes
    this.values = values
    if (this.#known) this.#known = new Map([...this.#known].flatMap(([sent, code]) => (newCodes[code] ? [[sent, newCodes[code]] as const] : [])))
    return bytes
  }

  /** Negative where the value is a new one. */
  #codeOf(sent: unknown, row: number): number {
    if (sent === null || sent === undefined) return 0
    const name = typeof sent === 'object' ? `\u0000${JSON.stringify(sent)}` : sent
    const known = this.#known?.get(name)
    if (known !== undefined) return known
    const cell = readCell(sent)
    const code = cell === null ? 0 : this.values.push(cell) - 1
    if (cell) this.kind = kindOfBoth(this.kind, cell)
    this.#known?.set(name, code)
    if (this.values.length > fewValues && this.values.length > row / 2) this.#known = null
    return -code
  }
}

function bytesOf({ text, items }: Cell): number {
  return bytesPerValue + 2 * text.length + (items ? 2 * text.length : 0)
}

/** The rows of a table, in the order in which they came. */
export class Table {
  readonly columns: Column[] = []
  rowCount = 0
  /** About what it takes of memory. */
  bytes = 0
  cutCells = 0
  problems = 0

  /** Takes what a page of the shell brings, `most` rows in all; rows that are none are passed over as empty ones. */
  append(names: unknown, rows: unknown, most = mostRows): void {
    for (const name of Array.isArray(names) ? names : []) {
      if (this.columns.length < mostColumns) this.columns.push(new Column(Array.isArray(name) ? String(name[1]) : String(name)))
    }
    for (const row of Array.isArray(rows) ? rows : []) {
      if (this.rowCount >= most) return
      this.#add(Array.isArray(row) ? row : [])
    }
  }

  cell(row: number, column: number): Cell | null {
    return this.columns[column]?.cell(row) ?? null
  }

  /** Keeps these rows alone, in this order. Columns stay, whether a row has them or not. */
  keep(rows: Uint32Array): void {
    this.bytes = 0
    for (const column of this.columns) this.bytes += column.keep(rows)
    this.rowCount = rows.length
    this.cutCells = this.problems = 0
    for (const column of this.columns) {
      for (let row = 0; row < rows.length; row++) {
        const cell = column.cell(row)
        if (cell?.cutFrom !== undefined) this.cutCells++
        if (cell?.kind === 'problem') this.problems++
      }
    }
  }

  #add(cells: unknown[]): void {
    const row = this.rowCount++
    for (const [at, sent] of cells.entries()) {
      const column = this.columns[at]
      if (!column || sent === null) continue
      this.bytes += column.set(row, sent)
      if (!Array.isArray(sent)) continue
      if (sent[0] === 'x' || (sent[0] === 'l' && sent[2])) this.cutCells++
      if (sent[0] === 'e') this.problems++
    }
  }
}
