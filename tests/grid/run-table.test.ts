import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { Grid } from '../../app/grid/grid.ts'
import type { GridPipe, GridPipeEvents } from '../../app/grid/grid-pipe.ts'
import { MergedColumns, RunTable, SourceColumns } from '../../app/grid/run-table.ts'
import { mostColumns, mostRows } from '../../app/grid/table.ts'

describe('the columns of many sources', () => {
  it('are one where their names are, whatever their case and order', () => {
    const columns = new MergedColumns()
    const [one, other] = [new SourceColumns(columns, 'A'), new SourceColumns(columns, 'B')]
    one.add(['Name', 'Size'])
    other.add(['size', 'When'])
    expect(one.row(['anna', 3])).toEqual(['A', 'anna', 3])
    expect(other.row([7, 'today'])).toEqual(['B', null, 7, 'today'])
    one.add(['When'])
    expect(one.row(['zoë', null, 'now'])).toEqual(['A', 'zoë', null, 'now'])
    expect(columns.takeNews()).toEqual(['Tenant', 'Name', 'Size', 'When'])
    expect(columns.takeNews()).toEqual([])
  })

  it('stand beside the table’s own ones where a result has such', () => {
    const columns = new MergedColumns()
    const source = new SourceColumns(columns, 'A')
    source.add(['tenant', 'Error'])
    expect(source.row(['x', 'y'])).toEqual(['A', 'x', 'y'])
    expect(columns.takeNews()).toEqual(['Tenant', 'tenant (of the result)', 'Error (of the result)'])
  })

  it('are left out, and counted, beyond what a table has', () => {
    const columns = new MergedColumns()
    const source = new SourceColumns(columns, 'A')
    source.add(Array.from({ length: mostColumns + 1 }, (_, at) => `C${at}`))
    expect(columns.leftOut).toBe(3)
    expect(source.row(Array.from({ length: mostColumns + 1 }, (_, at) => at))).toHaveLength(mostColumns - 1)
    // The last place is the errors’, and a property that further tenants have is the same one.
    const other = new SourceColumns(columns, 'B')
    other.add([`c${mostColumns}`, 'C0', 'Another'])
    expect(columns.leftOut).toBe(4)
    expect([columns.place('Error'), columns.place('Yet another'), columns.leftOut]).toEqual([mostColumns - 1, -1, 5])
  })
})

describe('the table of a run', () => {
  function opened(hasRoom: (grid: Grid) => boolean = () => true) {
    const grid = new Grid(randomUUID(), randomUUID(), { title: 'A run' }, 0)
    const events: GridPipeEvents[] = []
    const openPipe = async (_: string, told: GridPipeEvents): Promise<GridPipe> => {
      events.push(told)
      return { path: 'nowhere', nonce: '', send() {}, close: () => told.onClosed() }
    }
    let closed = 0
    const table = new RunTable(grid, { openPipe, hasRoom: () => hasRoom(grid), onChange() {}, onClosed: () => closed++ })
    const page = (rows: unknown[][], columns: string[] = []) => ({ v: 1, type: 'rows', columns, rows })
    /** Its rows, those alone that hold a text where one is given. */
    const all = async (search = '') => {
      const columns = grid.view.columns.map((_, at) => at)
      const { arrangement } = await grid.arrange({ sort: [], filters: [], search, columns })
      return grid.page({ arrangement, start: 0, count: 200, columns }).rows.map(({ cells }) => cells)
    }
    return { grid, table, events, page, all, closed: () => closed }
  }

  it('takes rows of its tenants as they come, and errors beside them', async () => {
    const { grid, table, events, page, all } = opened()
    let counted = 0
    await table.offer('a', 'Contoso', '', (count) => (counted += count))
    await table.offer('b', 'Fabrikam', '', () => {})
    await events[0]!.onMessage(page([['anna']], ['Alias']))
    await events[1]!.onMessage(page([[1, 'ben']], ['Size', 'Alias']))
    await events[0]!.onMessage(page([['carl'], ['dora']]))
    table.addError('b', 'Fabrikam', 'No.')
    table.end(false)
    expect(grid.view).toMatchObject({ rows: 5, state: 'complete', columns: ['Tenant', 'Alias', 'Size', 'Error'].map((name) => ({ name })) })
    expect(await all()).toEqual([['Contoso', 'anna', null, null], ['Fabrikam', 'ben', '1', null], ['Contoso', 'carl', null, null], ['Contoso', 'dora', null, null], ['Fabrikam', null, null, 'No.']])
    expect(counted).toBe(3)
  })

  it('lets the rows of those go that are run again, the others’ stay in their order', async () => {
    const { grid, table, events, page, all } = opened()
    await table.offer('a', 'A', '', () => {})
    await table.offer('b', 'B', '', () => {})
    await events[0]!.onMessage(page([['a1']], ['Name']))
    await events[1]!.onMessage(page([['b1'], [['e', 'never']]], ['Name']))
    await events[0]!.onMessage(page([['a2']]))
    table.addError('b', 'B', 'No.')
    table.end(true)
    const before = await grid.arrange({ sort: [], filters: [], search: '', columns: [0] })
    expect(grid.view.notes).toContain('1 value could not be read and says why.')
    table.drop(new Set(['b']))
    expect(grid.view).toMatchObject({ rows: 2, state: 'filling', notes: [] })
    expect(() => grid.page({ arrangement: before.arrangement, start: 0, count: 9, columns: [0] })).toThrow(expect.objectContaining({ code: 'grid-arranged-anew' }))
    // What the earlier shell still said is not taken.
    await events[1]!.onMessage(page([['late']]))
    await table.offer('b', 'B', '', () => {})
    await events[2]!.onMessage(page([['again']], ['Name']))
    expect((await all()).map((row) => row.slice(0, 2))).toEqual([['A', 'a1'], ['A', 'a2'], ['B', 'again']])
    table.drop(new Set(['a']))
    expect((await all()).map((row) => row.slice(0, 2))).toEqual([['B', 'again']])
  })

  it('counts what it had no room for by tenant, and has the errors all the same', async () => {
    const { grid, table, events, page, all } = opened()
    const counted: Array<[string, number, number]> = []
    await table.offer('a', 'A', '', (...counts) => counted.push(['a', ...counts]))
    await table.offer('b', 'B', '', (...counts) => counted.push(['b', ...counts]))
    await events[0]!.onMessage(page(Array.from({ length: mostRows - 1 }, () => ['x']), ['Name']))
    await events[1]!.onMessage(page([['b1'], ['b2'], ['b3']], ['Name']))
    table.addError('b', 'B', 'No.')
    await events[0]!.onMessage(page([['late']]))
    // What a shell itself keeps back is told by its end.
    await events[0]!.onMessage({ v: 1, type: 'end', isStopped: false, leftOut: 7 })
    table.end(false)
    expect(counted).toEqual([['a', mostRows - 1, 0], ['b', 3, 2], ['a', 1, 1], ['a', 7, 7]])
    expect(grid.view).toMatchObject({ rows: mostRows + 1, notes: ['10 more were left out: a table holds 250,000.'] })
    expect(await all('B')).toEqual([['B', 'b1', null], ['B', null, 'No.']])
  })

  it('has an error also where the results have more properties than a table has columns', async () => {
    const { grid, table, events, page, all } = opened()
    const names = Array.from({ length: mostColumns }, (_, at) => `C${at}`)
    for (const tenant of ['A', 'B']) {
      await table.offer(tenant, tenant, '', () => {})
      await events.at(-1)!.onMessage({ ...page([names], names), leftOutColumns: 20 })
    }
    table.addError('A', 'A', 'No.')
    table.end(false)
    expect(grid.view).toMatchObject({ rows: 3, notes: ['22 properties were left out: a table has at most 500 columns.'] })
    expect(grid.view.columns.at(-1)!.name).toBe('Error')
    expect((await all('No.')).map((row) => [row[0], row.at(-1)])).toEqual([['A', 'No.']])
  })

  it('has an error also where memory has no room for rows', async () => {
    const { grid, table, events, page, all } = opened(() => false)
    const counted: number[][] = []
    await table.offer('a', 'A', '', (...counts) => counted.push(counts))
    await events[0]!.onMessage(page([['a1'], ['a2']], ['Name']))
    table.addError('a', 'A', 'No.')
    table.end(false)
    expect(counted).toEqual([[2, 2]])
    expect(await all()).toEqual([['A', null, 'No.']])
    expect(grid.view.notes).toEqual(['2 more were left out: this is all that memory allows for tables.'])
  })

  it('has room again for those that are run again, and says still what the others lack', async () => {
    // Less than two pages of what the tenants put out.
    const { grid, table, events, page, all } = opened(({ table }) => table.bytes < 45_000)
    const long = (tenant: string) => Array.from({ length: 100 }, (_, at) => [`${tenant}${at}`.padEnd(100, '~')])
    for (const tenant of ['A', 'B', 'C']) {
      await table.offer(tenant, tenant, '', () => {})
      await events.at(-1)!.onMessage(page(long(tenant), ['Name']))
      await events.at(-1)!.onMessage(page([['last']]))
    }
    table.end(false)
    expect(grid.view).toMatchObject({ rows: 201, notes: ['102 more were left out: this is all that memory allows for tables.'] })
    table.drop(new Set(['B']))
    expect(grid.view).toMatchObject({ rows: 101, state: 'filling', notes: ['101 more were left out: this is all that memory allows for tables.'] })
    let counted: number[] = []
    await table.offer('B', 'B', '', (...counts) => (counted = counts))
    await events.at(-1)!.onMessage(page([['again'], ['A1'.padEnd(100, '~')]], ['Name']))
    expect(counted).toEqual([2, 0])
    expect(await all('again')).toEqual([['B', 'again']])
    expect((await all('A1~')).map(([tenant]) => tenant)).toEqual(['A', 'B'])
    table.drop(new Set(['C']))
    expect(grid.view.notes).toEqual([])
  })

  it('takes no more memory than its rows need, whichever went', async () => {
    const { grid, table, events, page } = opened()
    const fill = async (tenant: string) => {
      await table.offer(tenant, tenant, '', () => {})
      await events.at(-1)!.onMessage(page([[tenant, ['l', ['x', 'y']], null], ['same', 1, true]], ['Name', 'List', 'On']))
    }
    await fill('A')
    const alone = grid.table.bytes
    await fill('B')
    table.drop(new Set(['B']))
    expect(grid.table.bytes).toBe(alone)
    table.drop(new Set(['A']))
    expect(grid.table.bytes).toBe(0)
    expect(grid.table.columns.map(({ values }) => values.length)).toEqual([1, 1, 1, 1])
  })

  it('is not written in parts of before and after rows were taken out', async () => {
    const { grid, table, events, page } = opened()
    for (const tenant of ['A', 'B']) {
      await table.offer(tenant, tenant, '', () => {})
      await events.at(-1)!.onMessage(page(Array.from({ length: 20_000 }, (_, at) => [`${tenant}${at}`.padEnd(200)]), ['Name']))
    }
    table.end(false)
    await grid.arrange({ sort: [], filters: [], search: '', columns: [0] })
    const written = grid.write('csv', [0, 1], false, 1e9)
    table.drop(new Set(['A']))
    await expect(written).rejects.toMatchObject({ code: 'grid-arranged-anew' })
    expect(await grid.write('csv', [0, 1], false, 1e9)).toMatchObject({ rows: 20_000 })
  })

  it('says that it is not the whole run’s', () => {
    const { grid, table } = opened()
    table.isOfSome()
    table.end(true)
    expect(grid.view.notes).toEqual(['Only the tenants that were run again are in this table: the first one was closed.', 'Stopped: 0 rows came before.'])
  })

  it('says when all rows of a tenant are in, whoever let the connection go', async () => {
    const { table, events } = opened()
    await table.whenIn('nobody')
    await table.offer('a', 'A', '', () => {})
    const isIn = table.whenIn('a')
    events[0]!.onClosed()
    await isIn
    await table.offer('b', 'B', '', () => {})
    const isGone = table.whenIn('b')
    table.letGo('b')
    await isGone
  })

  it('takes nothing more once it is closed, and says so once', async () => {
    const { grid, table, events, page, closed } = opened()
    await table.offer('a', 'A', '', () => {})
    table.dispose()
    table.dispose()
    await events[0]!.onMessage(page([['a1']], ['Name']))
    table.addError('a', 'A', 'No.')
    expect([grid.view.rows, table.isClosed, closed()]).toEqual([0, true, 1])
  })
})
