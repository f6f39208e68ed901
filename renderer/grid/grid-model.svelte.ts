import { SvelteMap } from 'svelte/reactivity'
import type { CallOutput, Failure, GridView } from '../../app/contract.ts'
import { failureOf, type Bridge } from '../bridge.ts'
import { countOf } from '../ui/amounts.ts'

export type Row = CallOutput<'grids.page'>['rows'][number]
type Sort = { column: number; isDescending: boolean }

/** Rows that are asked for at one go. */
const pageRows = 100
/** Pages that are kept; a screen shows one or two. */
const keptPages = 40
/** Whoever types a filter is not asked for at each letter. */
const typingMs = 150
/** A table that fills is looked at anew at most this often. */
const fillingMs = 500

/** One table as it is looked at: sorted, filtered, with its columns, its pages and what is selected in them. */
export class GridModel {
  readonly id: string
  readonly #bridge: Bridge
  view = $state.raw() as GridView
  /** Rows that are shown, and how many of them are selected. */
  rows = $state(0)
  selected = $state(0)
  sort = $state.raw<Sort[]>([])
  search = $state('')
  readonly filters = new SvelteMap<number, string>()
  /** What is wrong with a filter, by column. */
  refusals = $state.raw<Record<number, string>>({})
  /** The columns in their order; null for those that the table itself shows. */
  #chosen = $state.raw<number[] | null>(null)
  readonly shown = $derived(this.#chosen ?? this.view.columns.flatMap(({ isShown }, at) => (isShown ? [at] : [])))
  /** Widths that a person gave. */
  readonly widths = new SvelteMap<number, number>()
  failure = $state.raw<Failure | null>(null)
  said = $state('')
  /** Counts what changed of the pages. */
  #version = $state(0)
  readonly #pages = new Map<number, Row[] | 'asked'>()
  #arrangement = -1
  #asked = 0
  #rowsThen = -1
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(bridge: Bridge, view: GridView) {
    this.id = view.id
    this.#bridge = bridge
    this.view = view
  }

  /** Takes the table's news; one that came anew is looked at. */
  take(view: GridView): void {
    const hasMore = view.rows !== this.#rowsThen
    const wasFilling = this.view.state === 'filling'
    const isWider = view.columns.length !== this.view.columns.length
    this.view = view
    if (isWider) this.#forgetPages()
    if (this.#arrangement < 0) void this.arrange()
    else if (hasMore) this.#arrangeSoon(wasFilling && view.state === 'filling' ? fillingMs : 0)
  }

  dispose(): void {
    clearTimeout(this.#timer)
  }

  /** Sorts by a column: up, down, not at all; with `isMore` after what it is sorted by already. */
  sortBy(column: number, isMore: boolean): void {
    const before = this.sort.find((one) => one.column === column)
    const next: Sort[] = !before ? [{ column, isDescending: false }] : before.isDescending ? [] : [{ column, isDescending: true }]
    this.sort = isMore ? [...this.sort.filter((one) => one.column !== column), ...next] : next
    void this.arrange()
  }

  filter(column: number, text: string): void {
    if (text === '') this.filters.delete(column)
    else this.filters.set(column, text)
    this.#arrangeSoon(typingMs)
  }

  searchFor(text: string): void {
    this.search = text
    this.#arrangeSoon(typingMs)
  }

  choose(columns: number[] | null): void {
    this.#chosen = columns
    this.#forgetPages()
    // A column that is not seen must not hide rows.
    const hidden = [...this.filters.keys()].filter((column) => !this.shown.includes(column))
    for (const column of hidden) this.filters.delete(column)
    if (hidden.length > 0 || this.search !== '') this.#arrangeSoon(0)
  }

  /** A row, where it is here; else it is asked for. */
  row(at: number): Row | null {
    void this.#version
    const page = Math.floor(at / pageRows)
    const rows = this.#pages.get(page)
    if (Array.isArray(rows)) return rows[at - page * pageRows] ?? null
    if (rows === undefined && this.#arrangement >= 0) void this.#ask(page)
    return null
  }

  async arrange(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const ask = ++this.#asked
    this.#rowsThen = this.view.rows
    const filters = [...this.filters].map(([column, text]) => ({ column, text }))
    try {
      const answer = await this.#bridge.call('grids.arrange', { id: this.id, sort: this.sort, filters, search: this.search, columns: this.shown })
      if (ask !== this.#asked) return
      this.#arrangement = answer.arrangement
      this.rows = answer.rows
      this.selected = answer.selected
      this.refusals = Object.fromEntries(answer.refusals.map(({ column, sentence }) => [column, sentence]))
      this.#forgetPages()
      this.failure = null
    } catch (error) {
      if (ask === this.#asked && failureOf(error).code !== 'cancelled') this.failure = failureOf(error)
    }
  }

  async select(from: number, to: number, how: 'only' | 'add' | 'remove'): Promise<void> {
    const [first, last] = [Math.min(from, to), Math.max(from, to)]
    // What is seen is marked at once; the count is the core's.
    for (const [page, rows] of this.#pages) {
      if (!Array.isArray(rows)) continue
      this.#pages.set(page, rows.map((row, at) => {
        const place = page * pageRows + at
        return place >= first && place <= last ? { ...row, isSelected: how !== 'remove' } : how === 'only' ? { ...row, isSelected: false } : row
      }))
    }
    this.#version++
    await this.#attempt(async () => {
      this.selected = (await this.#bridge.call('grids.select', { id: this.id, arrangement: this.#arrangement, from: first, to: last, how })).selected
    })
  }

  /** The whole of a value; null where it is gone. */
  async whole(at: number, column: number): Promise<CallOutput<'grids.cell'> | null> {
    let cell = null
    await this.#attempt(async () => (cell = await this.#bridge.call('grids.cell', { id: this.id, arrangement: this.#arrangement, position: at, column })))
    return cell
  }

  /** What is selected, or all that is shown, as text. */
  async copy(): Promise<void> {
    await this.#attempt(async () => {
      const { text, rows } = await this.#bridge.call('grids.copy', { id: this.id, columns: this.shown, isSelectionOnly: this.selected > 0 })
      await navigator.clipboard.writeText(text)
      this.said = `Copied ${countOf(rows, 'row')}.`
    })
  }

  async save(format: 'csv' | 'json', download: (fileName: string, text: string, type: string) => void): Promise<void> {
    await this.#attempt(async () => {
      const { fileName, savedAs, text, rows } = await this.#bridge.call('grids.save', { id: this.id, columns: this.shown, isSelectionOnly: this.selected > 0, format })
      if (text !== null) download(fileName, text, format === 'csv' ? 'text/csv' : 'application/json')
      if (text !== null || savedAs !== null) this.said = `Saved ${countOf(rows, 'row')} as ${savedAs ?? fileName}.`
    })
  }

  /** Passes the selected rows to the command that waits. */
  pass(): Promise<void> {
    return this.#attempt(() => this.#bridge.call('grids.choose', { id: this.id }))
  }

  close(): Promise<void> {
    return this.#attempt(() => this.#bridge.call('grids.close', { id: this.id }))
  }

  async #attempt(action: () => Promise<unknown>): Promise<void> {
    try {
      this.failure = null
      this.said = ''
      await action()
    } catch (error) {
      this.failure = failureOf(error)
    }
  }

  #arrangeSoon(ms: number): void {
    if (ms === fillingMs && this.#timer !== undefined) return
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.arrange(), ms)
  }

  #forgetPages(): void {
    this.#pages.clear()
    this.#version++
  }

  async #ask(page: number): Promise<void> {
    const arrangement = this.#arrangement
    const columns = this.shown
    this.#pages.set(page, 'asked')
    for (const old of this.#pages.keys()) {
      if (this.#pages.size <= keptPages) break
      if (old !== page) this.#pages.delete(old)
    }
    try {
      const { rows } = await this.#bridge.call('grids.page', { id: this.id, arrangement, start: page * pageRows, count: pageRows, columns })
      const isStill = arrangement === this.#arrangement && columns.join() === this.shown.join()
      if (isStill) this.#pages.set(page, rows)
      else if (this.#pages.get(page) === 'asked') this.#pages.delete(page)
      this.#version++
    } catch {
      // It was arranged anew meanwhile, or the table is gone: either is told by itself.
      if (this.#pages.get(page) === 'asked') this.#pages.delete(page)
    }
  }
}


/** The tables that were looked at: each stays as it was while others are in front, so none belongs to what shows it. */
const models = new Map<string, { model: GridModel; end(): void }>()

/** The model of a table; those of tables that are closed are let go. */
export function modelOf(bridge: Bridge, view: GridView, open: GridView[]): GridModel {
  for (const [id, { end }] of models) {
    if (open.some((grid) => grid.id === id)) continue
    end()
    models.delete(id)
  }
  const kept = models.get(view.id) ?? makeModel(bridge, view)
  models.set(view.id, kept)
  return kept.model
}

/** What a component makes is derived no more once that component is gone; this is. */
function makeModel(bridge: Bridge, view: GridView): { model: GridModel; end(): void } {
  let model!: GridModel
  const release = $effect.root(() => {
    model = new GridModel(bridge, view)
  })
  const end = () => {
    model.dispose()
    release()
  }
  return { model, end }
}
