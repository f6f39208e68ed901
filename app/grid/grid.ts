import type { CallOutput, CallRequest, GridView } from '../contract.ts'
import { failure } from '../failures.ts'
import { arrange } from './arrange.ts'
import { writePart, type Format } from './export.ts'
import { Slices } from './slices.ts'
import { mostColumns, mostRows, Table } from './table.ts'

/** Why rows are left out. */
const limits = {
  memory: 'this is all that memory allows for tables',
  rows: `a table holds ${mostRows.toLocaleString('en-US')}`,
  shell: 'the shell keeps no more of a result'
}

/** Of a value in a page; the whole of it is asked for by itself. */
const shownChars = 300
/** A column is shown unless told where there are not more than these. */
const fewColumns = 12

/** The rows as they are looked at: all in their order, or those of an arrangement. */
interface Arrangement {
  id: number
  rows: Uint32Array | null
  length: number
}

/** One table: its rows, how they are looked at, and which are selected. */
export class Grid {
  readonly id: string
  readonly sessionId: string
  readonly table = new Table()
  #title: string
  #state: GridView['state'] = 'filling'
  /** What the shell waits for once all rows are there. */
  #selection: GridView['selection'] = 'none'
  #isAwaited = false
  #shown: string[] = []
  #leftOutRows = 0
  /** Why, of the last of them. */
  #limit = ''
  #leftOutColumns = 0
  /** A sentence that comes before what it says of itself. */
  #remark: string | null = null
  /** From the first row that memory had no room for until rows go: a table has no gaps. */
  #isOutOfMemory = false
  /** Whether something was left out of what comes now. */
  #isFull = false
  #arrangement: Arrangement = { id: 0, rows: null, length: 0 }
  #arranging: AbortController | null = null
  /** Ends what writes rows that go, or move, under its hands. */
  #writing = new AbortController()
  #selected = new Uint8Array(64)
  #selectedCount = 0
  readonly #openedAt: number

  constructor(id: string, sessionId: string, begin: Record<string, unknown>, openedAt: number) {
    this.id = id
    this.sessionId = sessionId
    this.#title = String(begin.title ?? '').slice(0, 200) || 'Table'
    this.#selection = begin.selection === 'single' || begin.selection === 'multiple' ? begin.selection : 'none'
    this.#openedAt = openedAt
  }

  get title(): string {
    return this.#title
  }

  get isAwaited(): boolean {
    return this.#isAwaited
  }

  get isFilling(): boolean {
    return this.#state === 'filling'
  }

  get view(): GridView {
    const shown = new Set(this.#shown.map((name) => name.toLowerCase()))
    const known = this.table.columns.filter(({ name }) => shown.has(name.toLowerCase())).length
    return {
      id: this.id,
      sessionId: this.sessionId,
      title: this.#title,
      state: this.#state,
      selection: this.#isAwaited ? this.#selection : 'none',
      rows: this.table.rowCount,
      columns: this.table.columns.map(({ name, kind }, at) => ({ name, kind: kind ?? 'text', isShown: known > 1 ? shown.has(name.toLowerCase()) : at < fewColumns })),
      notes: this.#notes,
      openedAt: this.#openedAt
    }
  }

  /** Takes what the shell says. `reserved` rows beyond the limits are kept free for what must not be left out. */
  take(message: Record<string, unknown>, hasMemory: boolean, reserved = 0): void {
    if (message.type === 'rows') {
      if (Array.isArray(message.shown)) this.#shown = message.shown.map(String)
      if (typeof message.leftOutColumns === 'number') this.#leftOutColumns = message.leftOutColumns
      this.#isOutOfMemory ||= !hasMemory
      const rows = Array.isArray(message.rows) ? message.rows : []
      const before = this.table.rowCount
      this.table.append(message.columns, this.#isOutOfMemory && reserved === 0 ? [] : rows, mostRows + reserved)
      this.leaveOut(rows.length - (this.table.rowCount - before))
    } else if (message.type === 'full') this.leaveOut(this.#leftOutRows === 0 ? 1 : 0)
    else if (message.type === 'end') {
      this.#state = message.isStopped === true ? 'stopped' : 'complete'
      if (typeof message.leftOut === 'number' && message.leftOut > 0) {
        this.#leftOutRows = 0
        this.leaveOut(message.leftOut)
      }
      this.#isAwaited = this.#selection !== 'none' && this.#state === 'complete'
    }
  }

  /** Says a sentence above its rows. */
  remark(sentence: string): void {
    this.#remark = sentence
  }

  /** Says of so many rows that they are not in it. */
  leaveOut(rows: number): void {
    if (rows <= 0) return
    this.#isFull = true
    this.#leftOutRows += rows
    this.#limit = this.#isOutOfMemory ? limits.memory : this.table.rowCount >= mostRows ? limits.rows : limits.shell
  }

  /** More rows come, after all. */
  refill(): void {
    this.#state = 'filling'
  }

  /**
   * Keeps these rows alone; of those that were left out, so many belong to them. What was shown of others is shown no
   * more, whoever looks at pages asks anew, and there is room again.
   */
  keep(rows: Uint32Array, leftOutRows: number): void {
    this.#arranging?.abort()
    this.#writing.abort(failure('grid-arranged-anew'))
    this.#writing = new AbortController()
    this.table.keep(rows)
    this.#leftOutRows = leftOutRows
    this.#isOutOfMemory = this.#isFull = false
    this.#selected = new Uint8Array(64)
    this.#selectedCount = 0
    this.#arrangement = { id: this.#arrangement.id + 1, rows: null, length: rows.length }
  }

  /** The shell has let go of it. */
  ended(): void {
    if (this.#state === 'filling') this.#state = 'stopped'
    this.#isAwaited = false
  }

  /**
   * Filters and sorts what is there now; a later call ends an earlier one. What is not shown any more is not selected
   * any more either: nobody passes on rows that they do not see.
   */
  async arrange(wish: Omit<CallRequest<'grids.arrange'>, 'id'>): Promise<CallOutput<'grids.arrange'>> {
    this.#arranging?.abort()
    const own = new AbortController()
    this.#arranging = own
    const isNatural = wish.sort.length === 0 && wish.filters.length === 0 && wish.search.trim() === ''
    const slices = new Slices(own.signal)
    const arranged = isNatural ? null : await arrange(this.table, wish, slices)
    const rows = arranged?.rows ?? null
    this.#arrangement = { id: this.#arrangement.id + 1, rows, length: rows?.length ?? this.table.rowCount }
    if (rows && this.#selectedCount > 0) {
      const kept = new Uint8Array(this.table.rowCount)
      let count = 0
      for (const row of rows) if (this.#selected[row]) count += kept[row] = 1
      this.#selected = kept
      this.#selectedCount = count
    }
    return { arrangement: this.#arrangement.id, rows: this.#arrangement.length, selected: this.#selectedCount, refusals: arranged?.refusals ?? [] }
  }

  /** @throws TenantryError `grid-arranged-anew` */
  page({ arrangement, start, count, columns }: Omit<CallRequest<'grids.page'>, 'id'>): CallOutput<'grids.page'> {
    this.#check(arrangement)
    const end = Math.min(start + count, this.#arrangement.length)
    const rows = Array.from({ length: Math.max(0, end - start) }, (_, at) => this.#rowAt(start + at))
    return { rows: rows.map((row) => ({ isSelected: this.#selected[row] === 1, cells: columns.map((column) => this.#shownCell(row, column)) })) }
  }

  /** The whole of a value. */
  cell({ arrangement, position, column }: Omit<CallRequest<'grids.cell'>, 'id'>): CallOutput<'grids.cell'> {
    this.#check(arrangement)
    const cell = position < this.#arrangement.length ? this.table.cell(this.#rowAt(position), column) : null
    return { text: cell?.items?.join('\n') ?? cell?.text ?? '', isCut: cell?.cutFrom !== undefined, length: cell?.cutFrom ?? null }
  }

  /** Selects rows by their places; `only` them, or beside what is selected, or no more. */
  select({ arrangement, from, to, how }: Omit<CallRequest<'grids.select'>, 'id'>): CallOutput<'grids.select'> {
    this.#check(arrangement)
    if (this.#selected.length < this.table.rowCount) {
      const grown = new Uint8Array(this.table.rowCount)
      grown.set(this.#selected)
      this.#selected = grown
    }
    if (how === 'only') {
      this.#selected.fill(0)
      this.#selectedCount = 0
    }
    const value = how === 'remove' ? 0 : 1
    for (let at = from; at <= Math.min(to, this.#arrangement.length - 1); at++) {
      const row = this.#rowAt(at)
      if (this.#selected[row] !== value) this.#selectedCount += value ? 1 : -1
      this.#selected[row] = value
    }
    return { selected: this.#selectedCount }
  }

  /** The numbers of the selected rows, in the order in which they are shown. */
  chosen(): number[] {
    const rows: number[] = []
    for (let at = 0; at < this.#arrangement.length; at++) {
      const row = this.#rowAt(at)
      if (this.#selected[row]) rows.push(row)
    }
    return rows
  }

  /**
   * Writes all that is shown, or what is selected of it. Null where it is longer than `mostChars`.
   *
   * @throws TenantryError `grid-arranged-anew` where rows were taken out meanwhile: a file of both would be neither
   */
  write(format: Format, columns: number[], isSelectionOnly: boolean, mostChars: number): Promise<{ text: string | null; rows: number }> {
    const rows = isSelectionOnly ? this.chosen() : Array.from({ length: this.#arrangement.length }, (_, at) => this.#rowAt(at))
    const known = columns.filter((column) => column < this.table.columns.length)
    return writePart(this.table, { rows, columns: known }, format, mostChars, new Slices(this.#writing.signal)).then((text) => ({ text, rows: rows.length }))
  }

  dispose(): void {
    this.#arranging?.abort()
  }

  #rowAt(position: number): number {
    return this.#arrangement.rows?.[position] ?? position
  }

  #check(arrangement: number): void {
    if (arrangement !== this.#arrangement.id) throw failure('grid-arranged-anew')
  }

  #shownCell(row: number, column: number) {
    const cell = this.table.cell(row, column)
    if (cell === null) return null
    const text = cell.text.length > shownChars ? `${cell.text.slice(0, shownChars)}…` : cell.text
    return cell.kind === 'problem' ? { problem: text } : text
  }

  get #notes(): string[] {
    const { cutCells, problems, rowCount } = this.table
    const count = (value: number, one: string, many: string) => `${value.toLocaleString('en-US')} ${value === 1 ? one : many}`
    // A stream that never ends is counted only where it is stopped.
    const more = this.isFilling && this.#isFull ? 'What still comes is left out' : `${count(this.#leftOutRows, 'more was', 'more were')} left out`
    return [
      ...(this.#remark === null ? [] : [this.#remark]),
      ...(this.#state === 'stopped' ? [`Stopped: ${count(rowCount, 'row', 'rows')} came before.`] : []),
      ...(this.#leftOutRows > 0 ? [`${more}: ${this.#limit}.`] : []),
      ...(this.#leftOutColumns > 0 ? [`${count(this.#leftOutColumns, 'property was', 'properties were')} left out: a table has at most ${mostColumns} columns.`] : []),
      ...(cutCells > 0 ? [`${count(cutCells, 'value is', 'values are')} cut: too long.`] : []),
      ...(problems > 0 ? [`${count(problems, 'value', 'values')} could not be read and say${problems === 1 ? 's' : ''} why.`] : [])
    ]
  }
}
