import { mostRunTenants } from '../contract-values.ts'
import type { Grid } from './grid.ts'
import type { GridPipe, GridPipeEvents } from './grid-pipe.ts'
import { mostColumns } from './table.ts'

/** What stands in front of each row, and what a tenant that failed has instead of results. */
export const tenantColumn = 'Tenant'
export const errorColumn = 'Error'
/** Rows that errors may have beyond a table's limits: of each tenant five that ended nothing, and the one that ended its script. */
const reservedRows = mostRunTenants * 6

export interface RunTableOptions {
  /** Opens the connection of one shell's rows. */
  openPipe(folder: string, events: GridPipeEvents): Promise<GridPipe>
  /** Whether the table may have more rows. */
  hasRoom(): boolean
  /** Rows came or went; `isWhole` where nothing more comes for now. */
  onChange(isWhole: boolean): void
  onClosed(): void
}

/** The columns of a table of many sources, each of which numbers its own from 0: the same name is the same column, whatever its case. */
export class MergedColumns {
  readonly #places = new Map<string, number>()
  /** Those that no page named yet. */
  #news: string[] = []
  /** Names that the table has no place for, as many sources as have them. */
  readonly #leftOut = new Set<string>()
  #leftOutInShells = 0

  constructor() {
    this.place(tenantColumn)
  }

  get leftOut(): number {
    return this.#leftOut.size + this.#leftOutInShells
  }

  /** A shell has more than a table takes, and names those not: further shells mostly have the same. */
  leaveOutInShell(count: number): void {
    this.#leftOutInShells = Math.max(this.#leftOutInShells, count)
  }

  /** Where a column of that name is; -1 where the table has enough of them. One is kept for the errors. */
  place(name: string): number {
    const key = name.toLowerCase()
    const known = this.#places.get(key)
    if (known !== undefined) return known
    const kept = name === errorColumn || this.#places.has(errorColumn.toLowerCase()) ? 0 : 1
    if (this.#places.size >= mostColumns - kept) {
      this.#leftOut.add(key)
      return -1
    }
    this.#places.set(key, this.#places.size)
    this.#news.push(name)
    return this.#places.size - 1
  }

  takeNews(): string[] {
    const news = this.#news
    this.#news = []
    return news
  }
}

/** The columns of one source, and its rows as rows of the whole table. */
export class SourceColumns {
  readonly #columns: MergedColumns
  readonly #tenant: string
  readonly #places: number[] = []

  constructor(columns: MergedColumns, tenant: string) {
    this.#columns = columns
    this.#tenant = tenant
  }

  /** Takes the names of columns that are new in this source. */
  add(names: unknown): void {
    for (const name of Array.isArray(names) ? names : []) this.#places.push(this.#columns.place(nameBeside(Array.isArray(name) ? String(name[1]) : String(name))))
  }

  row(cells: unknown): unknown[] {
    const row: unknown[] = [this.#tenant]
    for (const [at, cell] of (Array.isArray(cells) ? cells : []).entries()) {
      const place = this.#places[at] ?? -1
      if (place < 0 || cell === null) continue
      while (row.length < place) row.push(null)
      row[place] = cell
    }
    return row
  }
}

/** A property that is called as one of the table's own columns stands beside it. */
function nameBeside(name: string): string {
  return [tenantColumn, errorColumn].some((own) => own.toLowerCase() === name.toLowerCase()) ? `${name} (of the result)` : name
}

interface Source {
  pipe: GridPipe
  columns: SourceColumns
  isOver: boolean
  onOver: Array<() => void>
}

/** The one table of a run. Its sources are the run's tenants, by their profiles' ids. */
export class RunTable {
  readonly #grid: Grid
  readonly #options: RunTableOptions
  readonly #columns = new MergedColumns()
  readonly #sources = new Map<string, Source>()
  /** By row, whose it is. */
  #owners: string[] = []
  /** How many rows of each there was no room for. */
  readonly #leftOut = new Map<string, number>()
  readonly #shown = new Set([tenantColumn, errorColumn])
  #isClosed = false

  constructor(grid: Grid, options: RunTableOptions) {
    this.#grid = grid
    this.#options = options
  }

  get id(): string {
    return this.#grid.id
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Says that it is not the whole run's: the table before it was closed, and tenants of that one are not run again. */
  isOfSome(): void {
    this.#grid.remark('Only the tenants that were run again are in this table: the first one was closed.')
    this.#options.onChange(true)
  }

  /** Opens the connection for the rows of a tenant, in its shell's own folder; `onRows` hears how many came, and how many of those are not in the table. */
  async offer(owner: string, tenant: string, folder: string, onRows: (came: number, leftOut: number) => void): Promise<{ path: string; nonce: string }> {
    const columns = new SourceColumns(this.#columns, tenant)
    const source: Source = {
      pipe: await this.#options.openPipe(folder, {
        onMessage: (message) => {
          // One that was given up meanwhile has no rows any more.
          if (this.#sources.get(owner) === source) this.#take(owner, columns, message, onRows)
        },
        onClosed: () => over(source)
      }),
      columns,
      isOver: false,
      onOver: []
    }
    if (this.#isClosed) source.pipe.close()
    else this.#sources.set(owner, source)
    return { path: source.pipe.path, nonce: source.pipe.nonce }
  }

  /** Settles once all rows of a tenant that its shell wrote are in the table. */
  whenIn(owner: string): Promise<void> {
    const source = this.#sources.get(owner)
    return !source || source.isOver ? Promise.resolve() : new Promise((resolve) => source.onOver.push(resolve))
  }

  /** A row that says what went wrong in a tenant: there is always room for it. */
  addError(owner: string, tenant: string, text: string): void {
    if (this.#isClosed) return
    const row: unknown[] = [tenant]
    const place = this.#columns.place(errorColumn)
    while (row.length < place) row.push(null)
    row[place] = text
    this.#append(owner, [row], reservedRows)
    this.#options.onChange(false)
  }

  /** Takes the rows of tenants out: they are run again. */
  drop(owners: ReadonlySet<string>): void {
    for (const owner of owners) {
      this.letGo(owner)
      this.#leftOut.delete(owner)
    }
    if (this.#isClosed) return
    const kept = Uint32Array.from(this.#owners.keys()).filter((row) => !owners.has(this.#owners[row]!))
    this.#owners = Array.from(kept, (row) => this.#owners[row]!)
    this.#grid.keep(kept, [...this.#leftOut.values()].reduce((sum, rows) => sum + rows, 0))
    this.#grid.refill()
    this.#options.onChange(true)
  }

  /** A tenant's shell is gone: nothing more of it is taken. */
  letGo(owner: string): void {
    const source = this.#sources.get(owner)
    this.#sources.delete(owner)
    source?.pipe.close()
  }

  /** All rows are there, or as many as there will be. */
  end(isStopped: boolean): void {
    if (this.#isClosed) return
    this.#grid.take({ type: 'end', isStopped }, true)
    this.#options.onChange(true)
  }

  dispose(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    for (const { pipe } of this.#sources.values()) pipe.close()
    this.#sources.clear()
    this.#options.onClosed()
  }

  #take(owner: string, columns: SourceColumns, message: Record<string, unknown>, onRows: (came: number, leftOut: number) => void): void {
    if (message.type === 'end' && typeof message.leftOut === 'number' && message.leftOut > 0) {
      // Its shell sent no more of them.
      this.#grid.leaveOut(message.leftOut)
      this.#countLeftOut(owner, message.leftOut)
      onRows(message.leftOut, message.leftOut)
    }
    if (message.type !== 'rows') return
    columns.add(message.columns)
    if (typeof message.leftOutColumns === 'number') this.#columns.leaveOutInShell(message.leftOutColumns)
    for (const name of Array.isArray(message.shown) ? message.shown : []) this.#shown.add(nameBeside(String(name)))
    const rows = (Array.isArray(message.rows) ? message.rows : []).map((cells) => columns.row(cells))
    const leftOut = this.#append(owner, rows)
    this.#options.onChange(false)
    onRows(rows.length, leftOut)
  }

  /** Answers how many of the rows found no room. */
  #append(owner: string, rows: unknown[][], reserved = 0): number {
    const { table } = this.#grid
    const before = table.rowCount
    const shown = this.#shown.size > 2 ? { shown: [...this.#shown] } : {}
    this.#grid.take({ type: 'rows', columns: this.#columns.takeNews(), leftOutColumns: this.#columns.leftOut, rows, ...shown }, reserved > 0 || this.#options.hasRoom(), reserved)
    for (let row = before; row < table.rowCount; row++) this.#owners.push(owner)
    const leftOut = rows.length - (table.rowCount - before)
    this.#countLeftOut(owner, leftOut)
    return leftOut
  }

  #countLeftOut(owner: string, rows: number): void {
    if (rows > 0) this.#leftOut.set(owner, (this.#leftOut.get(owner) ?? 0) + rows)
  }
}

function over(source: Source): void {
  source.isOver = true
  for (const settle of source.onOver.splice(0)) settle()
}
