import { describe, expect, it } from 'vitest'
import { bytesIn, readCell } from '../../app/grid/cell.ts'

describe('the bytes in a size of Exchange’s', () => {
  it.each<[string, number | null]>([
    ['1.2 GB (1,288,490,189 bytes)', 1_288_490_189],
    ['0 B (0 bytes)', 0],
    ['36 MB (37.748.736 bytes)', 37_748_736],
    ['36 Mo (37 748 736 octets)', null],
    ['36 MB (37\u202f748\u202f736 bytes)', 37_748_736],
    ['Unlimited', null],
    ['1.2 GB', null],
    ['(1 bytes)', null],
    [`1 B (${'1,'.repeat(1000)} bytes)`, null]
  ])('%s', (text, bytes) => expect(bytesIn(text)).toBe(bytes))
})

describe('a cell as the shell sends it', () => {
  it.each<[unknown, object | null]>([
    [null, null],
    ['', null],
    ['x', { kind: 'text', text: 'x' }],
    ['1 KB (1,024 bytes)', { kind: 'size', key: 1024 }],
    [12.5, { kind: 'number', text: '12.5', key: 12.5 }],
    [['n', '9223372036854775807'], { kind: 'number', text: '9223372036854775807', key: 2 ** 63 }],
    [['n', 'NaN'], { kind: 'number', text: 'NaN' }],
    [['n', '-∞'], { kind: 'number', key: -Infinity }],
    [true, { kind: 'boolean', text: 'True', key: 1 }],
    [['d', 1000, '1970-01-01 00:00:01'], { kind: 'date', text: '1970-01-01 00:00:01', key: 1000 }],
    [['t', 90_000, '00:01:30'], { kind: 'time', key: 90_000 }],
    [['l', ['a', 'b']], { kind: 'list', text: 'a, b', items: ['a', 'b'] }],
    [['l', []], null],
    [['l', ['a'], 1], { kind: 'list', cutFrom: null }],
    [['x', 'begin', 10_000_000], { kind: 'text', text: 'begin', cutFrom: 10_000_000 }],
    [['e', 'No.'], { kind: 'problem', text: 'No.' }],
    [['?'], { kind: 'problem' }],
    [['d', 'soon', 1], { kind: 'problem' }],
    [{}, { kind: 'problem' }]
  ])('%j', (sent, cell) => (cell ? expect(readCell(sent)).toMatchObject(cell) : expect(readCell(sent)).toBeNull()))
})
