import { describe, expect, it } from 'vitest'
import { median, quantile, rowOf, tableOf, type Figure } from './figure.ts'

const figure = (values: number[], more: Partial<Figure> = {}): Figure => ({ name: 'keys', what: 'key to glyph', unit: 'ms', values, ...more })

describe('the statistics of a benchmark', () => {
  it.each<[number[], number, number]>([
    [[7], 7, 7],
    [[9, 1], 5, 9],
    [[3, 1, 2], 2, 3],
    [[10, 9, 8, 7, 6, 5, 4, 3, 2, 1], 5.5, 10],
    [Array.from({ length: 100 }, (_, index) => 100 - index), 50.5, 95]
  ])('of %j', (values, middle, p95) => {
    const before = [...values]
    expect(median(values)).toBe(middle)
    expect(quantile(values, 0.95)).toBe(p95)
    expect(values).toEqual(before)
  })

  it('of nothing are none, and said to be none', () => {
    expect(rowOf(figure([], { goal: { atMost: 1, by: 'median' } }))).toMatchObject({ runs: 0, median: null, p95: null, reached: null, note: 'could not run: it gave no values' })
  })
})

describe('a goal', () => {
  const nineAndOne = [...Array.from({ length: 9 }, () => 10), 50]
  it.each([
    [{ atMost: 20, by: 'median' }, true],
    [{ atMost: 20, by: 'p95' }, false],
    [{ atMost: 50, by: 'p95' }, true],
    [{ atLeast: 10, by: 'median' }, true],
    [{ atLeast: 10.1, by: 'median' }, false]
  ] as const)('of %j', (goal, reached) => {
    expect(rowOf(figure(nineAndOne, { goal })).reached).toBe(reached)
  })

  it('that was missed stands out in the table, which names what could not run', () => {
    const rows = [figure(nineAndOne, { goal: { atMost: 20, by: 'p95' } }), { name: 'warm', what: 'a warm shell', reason: 'there is none yet' }].map(rowOf)
    const [, , missed, absent] = tableOf(rows).split('\n')
    expect(missed).toMatch(/^keys +key to glyph +10 +10 +50 +ms +p95 ≤ 20 ms +NO$/)
    expect(absent).toMatch(/^warm +a warm shell +0 +– +– .*could not run: there is none yet$/)
  })
})
