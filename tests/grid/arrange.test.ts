import { describe, expect, it } from 'vitest'
import { arrange, type Wish } from '../../app/grid/arrange.ts'
import { Slices } from '../../app/grid/slices.ts'
import { Table } from '../../app/grid/table.ts'

function tableOf(names: string[], rows: unknown[][]): Table {
  const table = new Table()
  table.append(names, rows)
  return table
}

const natural: Wish = { sort: [], filters: [], search: '', columns: [] }

async function column(table: Table, at: number, wish: Partial<Wish>) {
  const { rows } = await arrange(table, { ...natural, ...wish }, new Slices())
  return [...rows].map((row) => table.cell(row, at)?.text ?? null)
}

const one = (values: unknown[]) => tableOf(['Value'], values.map((value) => [value]))
const sorted = (values: unknown[], isDescending = false) => column(one(values), 0, { sort: [{ column: 0, isDescending }] })
const filtered = async (values: unknown[], text: string) => column(one(values), 0, { filters: [{ column: 0, text }] })

describe('sorting', () => {
  it('has numbers by their value, not by their digits', async () => expect(await sorted([10, 9, -1, ['n', '9007199254740993'], 2.5])).toEqual(['-1', '2.5', '9', '10', '9007199254740993']))
  it('has dates by the moment', async () =>
    expect(await sorted([['d', 2, '2024-03-01 09:00:00 +02:00'], ['d', 1, '2024-03-01 10:00:00 +05:00']])).toEqual(['2024-03-01 10:00:00 +05:00', '2024-03-01 09:00:00 +02:00']))
  it('has sizes by their bytes, and what has no limit above all', async () => {
    const sizes = ['2 GB (2,147,483,648 bytes)', 'Unlimited', '900 MB (943,718,400 bytes)', '10 KB (10,240 bytes)']
    expect(await sorted(sizes)).toEqual([sizes[3], sizes[2], sizes[0], 'Unlimited'])
    expect(await sorted(sizes, true)).toEqual(['Unlimited', sizes[0], sizes[2], sizes[3]])
  })
  it('has spans and booleans by theirs', async () => {
    expect(await sorted([['t', 90, 'a'], ['t', 5, 'b']])).toEqual(['b', 'a'])
    expect(await sorted([true, false, true])).toEqual(['False', 'True', 'True'])
  })
  it('has texts whatever their case, in the order of a dictionary', async () => expect(await sorted(['zebra', 'Émile', 'emma', 'Zoë', 'Dora'])).toEqual(['Dora', 'Émile', 'emma', 'zebra', 'Zoë']))
  it('has empty cells last, both ways, and those that could not be read before them', async () => {
    expect(await sorted([null, 'b', ['e', 'No.'], 'a'])).toEqual(['a', 'b', 'No.', null])
    expect((await sorted([null, 2, 1], true)).at(-1)).toBeNull()
  })
  it('keeps the order of equals, and takes a second column for them', async () => {
    const table = tableOf(['A', 'B'], [['x', 1], ['y', 1], ['x', 2], ['y', 0]])
    expect(await column(table, 1, { sort: [{ column: 0, isDescending: true }] })).toEqual(['1', '0', '1', '2'])
    expect(await column(table, 1, { sort: [{ column: 0, isDescending: true }, { column: 1, isDescending: false }] })).toEqual(['0', '1', '1', '2'])
  })
  it('of 20,000 texts is the engine’s own, though done in slices', async () => {
    const values = Array.from({ length: 20_000 }, (_, at) => `user ${(at * 7919) % 20_011}`)
    expect(await sorted(values)).toEqual([...values].sort())
  })
  it('ends where another one is asked for', async () => {
    const end = new AbortController()
    const values = Array.from({ length: 50_000 }, (_, at) => `é${(at * 7919) % 50_021}`)
    const work = arrange(one(values), { ...natural, sort: [{ column: 0, isDescending: false }] }, new Slices(end.signal))
    end.abort()
    await expect(work).rejects.toThrow(/abort/i)
  })
})

describe('a filter', () => {
  const names = ['Adele Vance', 'ALEX Wilber', null, 'a.b', '']
  it.each<[string, unknown[], unknown[]]>([
    ['ale', names, ['ALEX Wilber']],
    ['!ale', names, ['Adele Vance', null, 'a.b', null]],
    ['=adele vance', names, ['Adele Vance']],
    ['=', names, [null, null]],
    ['!=', names, ['Adele Vance', 'ALEX Wilber', 'a.b']],
    ['a*b', names, ['ALEX Wilber', 'a.b']],
    ['=a*b', names, ['a.b']],
    ['.', names, ['a.b']],
    ['=b', [['l', ['a', 'b']], ['l', ['ab']]], ['a, b']],
    ['>9', [8, 9, 10], ['10']],
    ['<= 1,000', [999, 1000, 1001], ['999', '1000']],
    ['!=9', [8, 9], ['8']],
    ['>1.5 GB', ['1 GB (1,073,741,824 bytes)', '2 GB (2,147,483,648 bytes)', 'Unlimited'], ['2 GB (2,147,483,648 bytes)', 'Unlimited']],
    ['=unlimited', ['1 GB (1,073,741,824 bytes)', 'Unlimited'], ['Unlimited']],
    ['>=2024-03', [['d', 1, '2024-02-29 23:59:59'], ['d', 2, '2024-03-01 00:00:00'], ['d', 3, '2025-01-01 00:00:00']], ['2024-03-01 00:00:00', '2025-01-01 00:00:00']],
    ['=2024-03', [['d', 1, '2024-02-29 23:59:59'], ['d', 2, '2024-03-31 23:59:59'], ['d', 3, '2025-01-01 00:00:00']], ['2024-03-31 23:59:59']],
    ['<2024-03-01 09:30', [['d', 1, '2024-03-01 09:29:59'], ['d', 2, '2024-03-01 09:30:00']], ['2024-03-01 09:29:59']],
    ['>1:00:00', [['t', 3_600_000, '01:00:00'], ['t', 3_600_001, '01:00:00.001']], ['01:00:00.001']],
    ['true', [true, false], ['True']],
    ['>b', ['a', 'b', 'C'], ['C']]
  ])('%s', async (text, values, left) => expect(await filtered(values, text)).toEqual(left))

  it('that can’t be compared says so, and filters nothing', async () => {
    const { rows, refusals } = await arrange(one([1, 2]), { ...natural, filters: [{ column: 0, text: '>many' }] }, new Slices())
    expect(rows).toHaveLength(2)
    expect(refusals).toEqual([{ column: 0, sentence: '“many” is no number.' }])
  })

  it('of stars alone takes no longer than its text', async () => expect(await filtered(['a'.repeat(30_000)], `${'a*'.repeat(400)}b`)).toEqual([]))

  it('of words takes rows that have all of them, in whichever shown column', async () => {
    const table = tableOf(['A', 'B', 'C'], [['Adele', 'Berlin', 'x'], ['Alex', 'Berlin', 'x'], ['Adele', 'Rome', 'berlin']])
    expect(await column(table, 1, { search: 'ADEL berl', columns: [0, 1] })).toEqual(['Berlin'])
  })
})

describe('a column', () => {
  const kindOf = (...values: unknown[]) => one(values).columns[0]!.kind
  it('is of its values’ kind, and text where they do not go together', () => {
    expect(kindOf(1, null, 2)).toBe('number')
    expect(kindOf('10 KB (10,240 bytes)', 'Unlimited')).toBe('size')
    expect(kindOf(1, 'x')).toBe('text')
    expect(kindOf(['l', ['a']], 'b')).toBe('list')
    expect(kindOf(['e', 'No.'], true)).toBe('boolean')
  })
  it('that comes late is empty before', () => {
    const table = tableOf(['A'], [[1], [2]])
    table.append(['B'], [[3, 'x']])
    expect([0, 1, 2].map((row) => table.cell(row, 1)?.text)).toEqual([undefined, undefined, 'x'])
  })
  it('keeps each of few values once', () => {
    const table = one(Array.from({ length: 10_000 }, (_, at) => `kind ${at % 3}`))
    expect(table.columns[0]!.values).toHaveLength(4)
  })
})

describe('a table', () => {
  it('has at most 500 columns and 250,000 rows', () => {
    const table = tableOf(Array.from({ length: 600 }, (_, at) => `C${at}`), [Array(600).fill('x')])
    expect(table.columns).toHaveLength(500)
    for (let page = 0; page < 26; page++) table.append([], Array(10_000).fill([1]))
    expect(table.rowCount).toBe(250_000)
  })
  it('counts what was cut and what could not be read', () => {
    const table = tableOf(['A'], [[['x', 'a', 9]], [['l', ['a'], 1]], [['e', 'No.']], ['not a list'], 'not a row' as never])
    expect(table).toMatchObject({ rowCount: 5, cutCells: 2, problems: 1 })
  })
})
