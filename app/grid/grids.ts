import { randomUUID } from 'node:crypto'
import type { Host } from '../adapters.ts'
import type { CallOutput, CallRequest, GridView } from '../contract.ts'
import { failure } from '../failures.ts'
import { saveText } from '../saved-file.ts'
import { fileNameOf } from './export.ts'
import { Grid } from './grid.ts'
import { openGridPipe, type GridPipe } from './grid-pipe.ts'
import { RunTable } from './run-table.ts'

/** The window is told of rows that come at most this often. */
const tellMs = 200
/** Of one session; the oldest one goes for a new one. */
export const mostGridsOfSession = 20
/** All tables together, about: a quarter of what the process may have. */
const mostBytes = 512 * 1024 * 1024
/** On the clipboard. */
const mostCopiedChars = 20_000_000
/** In a file; the engine's longest text is half a billion. */
const mostSavedChars = 400_000_000

export interface GridsOptions {
  platform: NodeJS.Platform
  now: () => number
  saveFile: Host['saveFile']
  onChange(view: GridView): void
  onRemoved(id: string): void
  mostBytes?: number
}

/** All tables that shells showed, and their connections. */
export class Grids {
  readonly #options: GridsOptions
  /** The oldest first. */
  readonly #open = new Map<string, { grid: Grid; pipe: Pick<GridPipe, 'send' | 'close'>; timer: NodeJS.Timeout | null }>()
  /** Those whose shell has not said yet what they are. */
  readonly #offers = new Map<GridPipe, string>()
  #count = 0

  constructor(options: GridsOptions) {
    this.#options = options
  }

  list(): GridView[] {
    return [...this.#open.values()].map(({ grid }) => grid.view)
  }

  /**
   * Opens the connection for a table of a session.
   *
   * @param folder the session's own, of mode 0700
   */
  async offer(sessionId: string, folder: string): Promise<{ path: string; nonce: string }> {
    const id = randomUUID()
    const pipe: GridPipe = await openGridPipe(folder, `g${++this.#count}`, this.#options.platform, {
      onMessage: (message) => this.#take(id, sessionId, pipe, message),
      onClosed: () => this.#closed(id, pipe)
    })
    this.#offers.set(pipe, sessionId)
    return { path: pipe.path, nonce: pipe.nonce }
  }

  /** Opens the table of a run, which many shells fill; `onClosed` once a person closed it, or others needed its memory. */
  openRun(runId: string, title: string, onClosed: () => void): RunTable {
    const id = randomUUID()
    const { platform, now } = this.#options
    const grid = new Grid(id, runId, { title }, now())
    const table = new RunTable(grid, {
      openPipe: (folder, events) => openGridPipe(folder, `g${++this.#count}`, platform, events),
      hasRoom: () => this.#makeRoom(id),
      onChange: (isWhole) => (isWhole ? this.#tell(id) : this.#tellSoon(id)),
      onClosed
    })
    this.#open.set(id, { grid, pipe: { send() {}, close: () => table.dispose() }, timer: null })
    this.#tell(id)
    return table
  }

  arrange({ id, ...wish }: CallRequest<'grids.arrange'>): Promise<CallOutput<'grids.arrange'>> {
    return this.#get(id).arrange(wish)
  }

  page({ id, ...wish }: CallRequest<'grids.page'>): CallOutput<'grids.page'> {
    return this.#get(id).page(wish)
  }

  cell({ id, ...wish }: CallRequest<'grids.cell'>): CallOutput<'grids.cell'> {
    return this.#get(id).cell(wish)
  }

  select({ id, ...wish }: CallRequest<'grids.select'>): CallOutput<'grids.select'> {
    return this.#get(id).select(wish)
  }

  /** @throws TenantryError `grid-too-long` */
  async copy({ id, columns, isSelectionOnly }: CallRequest<'grids.copy'>): Promise<CallOutput<'grids.copy'>> {
    const { text, rows } = await this.#get(id).write('tsv', columns, isSelectionOnly, mostCopiedChars)
    if (text === null) throw failure('grid-too-long', { what: 'the clipboard' })
    return { text, rows }
  }

  /** @throws TenantryError `grid-too-long`, `file-not-saved` */
  async save({ id, columns, isSelectionOnly, format }: CallRequest<'grids.save'>): Promise<CallOutput<'grids.save'>> {
    const grid = this.#get(id)
    const { saveFile, now } = this.#options
    const { text, rows } = await grid.write(format, columns, isSelectionOnly, mostSavedChars)
    if (text === null) throw failure('grid-too-long', { what: 'one file' })
    const fileName = fileNameOf(grid.title, format, now())
    return { rows, ...(await saveText(saveFile, { title: 'Save the table', fileName, text })) }
  }

  /** Passes the selected rows to the shell, in the order in which they are shown. */
  choose(id: string): void {
    const { pipe, grid } = this.#entry(id)
    if (!grid.isAwaited) throw failure('grid-not-awaited')
    pipe.send({ type: 'selected', rows: grid.chosen() })
    grid.ended()
    this.#tell(id)
  }

  close(id: string): void {
    const { pipe, grid, timer } = this.#entry(id)
    this.#open.delete(id)
    if (timer) clearTimeout(timer)
    grid.dispose()
    pipe.close()
    this.#options.onRemoved(id)
  }

  /** A session is gone, and its tables with it. */
  forget(sessionId: string): void {
    for (const [id, { grid }] of this.#open) if (grid.sessionId === sessionId) this.close(id)
    for (const [pipe, of] of this.#offers) if (of === sessionId) pipe.close()
  }

  dispose(): void {
    for (const id of [...this.#open.keys()]) this.close(id)
    for (const pipe of [...this.#offers.keys()]) pipe.close()
  }

  #take(id: string, sessionId: string, pipe: GridPipe, message: Record<string, unknown>): void {
    const entry = this.#open.get(id)
    if (entry) {
      entry.grid.take(message, this.#makeRoom(id))
      if (message.type === 'end') this.#tell(id)
      else this.#tellSoon(id)
    } else if (message.type === 'begin' && this.#offers.delete(pipe)) {
      this.#open.set(id, { grid: new Grid(id, sessionId, message, this.#options.now()), pipe, timer: null })
      const own = [...this.#open].filter(([, { grid }]) => grid.sessionId === sessionId)
      // One that a shell still waits at is the last to go.
      for (const [old] of own.filter(([, { grid }]) => !grid.isAwaited && !grid.isFilling).slice(0, Math.max(0, own.length - mostGridsOfSession))) this.close(old)
      this.#tell(id)
    }
  }

  #closed(id: string, pipe: GridPipe): void {
    this.#offers.delete(pipe)
    const entry = this.#open.get(id)
    if (!entry) return
    entry.grid.ended()
    this.#tell(id)
  }

  /** Whether a table may have more rows; older ones that nobody waits at go for it. */
  #makeRoom(id: string): boolean {
    const most = this.#options.mostBytes ?? mostBytes
    for (const [old, { grid }] of this.#open) {
      if (this.#bytes <= most) return true
      if (old !== id && !grid.isAwaited && !grid.isFilling) this.close(old)
    }
    return this.#bytes <= most
  }

  get #bytes(): number {
    let bytes = 0
    for (const { grid } of this.#open.values()) bytes += grid.table.bytes
    return bytes
  }

  #tellSoon(id: string): void {
    const entry = this.#open.get(id)
    if (entry) entry.timer ??= setTimeout(() => this.#tell(id), tellMs)
  }

  #tell(id: string): void {
    const entry = this.#open.get(id)
    if (!entry) return
    if (entry.timer) clearTimeout(entry.timer)
    entry.timer = null
    this.#options.onChange(entry.grid.view)
  }

  #get(id: string): Grid {
    return this.#entry(id).grid
  }

  #entry(id: string) {
    const entry = this.#open.get(id)
    if (!entry) throw failure('grid-not-found')
    return entry
  }
}
