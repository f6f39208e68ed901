import { randomUUID } from 'node:crypto'
import type { CallOutput, CallRequest, GridView } from '../../app/contract.ts'
import { failure } from '../../app/failures.ts'
import { Grid } from '../../app/grid/grid.ts'

/** Real tables without a shell: a test puts the rows in, and nobody waits for the ones that are passed on. */
export class FakeGrids {
  readonly #grids = new Map<string, Grid>()
  readonly #tell: { changed(view: GridView): void; removed(id: string): void }

  constructor(tell: { changed(view: GridView): void; removed(id: string): void }) {
    this.#tell = tell
  }

  /** Shows objects as a table under a session's terminal. */
  show(sessionId: string, title: string, rows: Array<Record<string, string>>, selection: GridView['selection'] = 'none'): Grid {
    const grid = new Grid(randomUUID(), sessionId, { title, selection }, Date.now())
    const columns = Object.keys(rows[0] ?? {})
    grid.take({ type: 'rows', columns, shown: columns, rows: rows.map((row) => columns.map((name) => row[name])) }, true)
    grid.take({ type: 'end' }, true)
    this.#grids.set(grid.id, grid)
    this.#tell.changed(grid.view)
    return grid
  }

  list(): GridView[] {
    return [...this.#grids.values()].map(({ view }) => view)
  }

  close(id: string): void {
    this.#of(id).dispose()
    this.#grids.delete(id)
    this.#tell.removed(id)
  }

  handlers() {
    return {
      'grids.list': () => ({ grids: this.list() }),
      'grids.arrange': ({ id, ...wish }: CallRequest<'grids.arrange'>) => this.#of(id).arrange(wish),
      'grids.page': ({ id, ...wish }: CallRequest<'grids.page'>) => this.#of(id).page(wish),
      'grids.cell': ({ id, ...wish }: CallRequest<'grids.cell'>) => this.#of(id).cell(wish),
      'grids.select': ({ id, ...wish }: CallRequest<'grids.select'>) => this.#of(id).select(wish),
      'grids.copy': async ({ id, columns, isSelectionOnly }: CallRequest<'grids.copy'>): Promise<CallOutput<'grids.copy'>> => {
        const { text, rows } = await this.#of(id).write('tsv', columns, isSelectionOnly, 1_000_000)
        return { text: text ?? '', rows }
      },
      'grids.save': async ({ id, columns, isSelectionOnly, format }: CallRequest<'grids.save'>): Promise<CallOutput<'grids.save'>> => {
        const { text, rows } = await this.#of(id).write(format, columns, isSelectionOnly, 1_000_000)
        return { fileName: `table.${format}`, savedAs: null, text, rows }
      },
      'grids.choose': () => {
        throw failure('grid-not-awaited')
      },
      'grids.close': ({ id }: { id: string }) => this.close(id),
      'grids.showLast': () => {
        throw failure('result-nothing')
      }
    }
  }

  #of(id: string): Grid {
    const grid = this.#grids.get(id)
    if (!grid) throw failure('grid-not-found')
    return grid
  }
}
