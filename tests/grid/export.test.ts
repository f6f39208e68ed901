import { describe, expect, it } from 'vitest'
import Papa from 'papaparse'
import { fileNameOf, writePart, type Format } from '../../app/grid/export.ts'
import { Slices } from '../../app/grid/slices.ts'
import { Table } from '../../app/grid/table.ts'

const table = new Table()
table.append(
  ['Name', 'Items', 'When', 'Addresses', 'Big', 'Is, it', 'Size'],
  [
    ['Zoë "Z", Ü', -5, ['d', 0, '2024-03-02 09:14:00'], ['l', ['SMTP:a', 'smtp:b']], ['n', '9223372036854775807'], true, '1 KB (1,024 bytes)'],
    ['=HYPERLINK("http://x")', null, ['d', 0, '2024-03-02 09:14:00 +02:00'], '@x', ['n', 'NaN'], false, 'Unlimited'],
    ['two\r\nlines\tand a tab', ['e', '-No.'], null, null, null, null, null]
  ]
)
const all = { rows: [0, 1, 2], columns: [0, 1, 2, 3, 4, 5, 6] }
const write = (format: Format, part = all, most = 1e6) => writePart(table, part, format, most, new Slices())

describe('a table as CSV', () => {
  it('is read back as it was, but for what a spreadsheet would take for a formula', async () => {
    const text = (await write('csv'))!
    expect(text.startsWith('\ufeff')).toBe(true)
    const [head, ...rows] = Papa.parse<string[]>(text.slice(1), { skipEmptyLines: true }).data
    expect(head).toEqual(['Name', 'Items', 'When', 'Addresses', 'Big', 'Is, it', 'Size'])
    expect(rows[0]).toEqual(['Zoë "Z", Ü', '-5', '2024-03-02 09:14:00', 'SMTP:a, smtp:b', '9223372036854775807', 'True', '1 KB (1,024 bytes)'])
    expect(rows[1]!.slice(0, 4)).toEqual([`'=HYPERLINK("http://x")`, '', '2024-03-02 09:14:00 +02:00', `'@x`])
    expect(rows[2]!.slice(0, 2)).toEqual(['two\r\nlines\tand a tab', `'-No.`])
  })
  it('has the rows and columns that are asked for, in their order', async () => expect(await write('csv', { rows: [1, 0], columns: [5, 1] })).toBe('\ufeff"Is, it",Items\r\nFalse,\r\nTrue,-5\r\n'))
  it('is none where it is too long', async () => expect(await write('csv', all, 40)).toBeNull())
})

describe('a table as JSON', () => {
  it('keeps numbers, booleans and lists, and texts of what JSON has no kind for', async () => {
    expect(JSON.parse((await write('json'))!)).toEqual([
      { Name: 'Zoë "Z", Ü', Items: -5, When: '2024-03-02T09:14:00', Addresses: ['SMTP:a', 'smtp:b'], Big: '9223372036854775807', 'Is, it': true, Size: '1 KB (1,024 bytes)' },
      { Name: '=HYPERLINK("http://x")', Items: null, When: '2024-03-02T09:14:00+02:00', Addresses: '@x', Big: 'NaN', 'Is, it': false, Size: 'Unlimited' },
      { Name: 'two\r\nlines\tand a tab', Items: '-No.', When: null, Addresses: null, Big: null, 'Is, it': null, Size: null }
    ])
  })
  it('of no rows is an empty list', async () => expect(JSON.parse((await write('json', { rows: [], columns: [0] }))!)).toEqual([]))
})

it('a table on the clipboard has a line a row, and no formula', async () =>
  expect(await write('tsv', { rows: [1, 2], columns: [0, 1] })).toBe(`Name\tItems\r\n'=HYPERLINK("http://x")\t\r\ntwo lines and a tab\t'-No.`))

it.each([
  ['Get-EXOMailbox -ResultSize 3', 'Get-EXOMailbox-ResultSize-3-2026-11-29.csv'],
  ['../../..\\x:*?', 'x-2026-11-29.csv'],
  ['邮箱', 'table-2026-11-29.csv']
])('a file of %s is called %s', (title, name) => expect(fileNameOf(title, 'csv', Date.UTC(2026, 10, 29))).toBe(name))
