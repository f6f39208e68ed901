import { describe, expect, it } from 'vitest'
import { arrange, mapPanes, mostPanes, panesOf, readLayout, tabOf, type Layout, type Tab } from '../app/arrangement.ts'

const split = (first: Layout, second: Layout): Layout => ({ split: 'right', ratio: 0.4, first, second })
const newId = () => 'new'

describe('the tabs that sessions fill', () => {
  const tabs: Tab[] = [{ ...tabOf('a', 'one'), isZoomed: true, layout: split({ pane: 'a' }, { pane: 'b' }) }, tabOf('c', 'two')]

  it('lose what is gone, and keep the rest as it stands', () => {
    expect(arrange(tabs, ['b', 'c'], newId)).toEqual([{ ...tabs[0], active: 'b', isZoomed: false, layout: { pane: 'b' } }, tabs[1]])
    expect(arrange(tabs, ['a', 'b'], newId)).toEqual([tabs[0]])
    expect(arrange(tabs, [], newId)).toEqual([])
  })

  it('get one for each session without a place, at the end', () => {
    expect(arrange(tabs, ['d', 'a', 'b', 'c'], newId)).toEqual([...tabs, tabOf('d', 'new')])
  })

  it('hold no session twice', () => {
    const twice = [{ ...tabs[0]!, layout: split({ pane: 'a' }, { pane: 'a' }) }, tabOf('a', 'two')]
    expect(arrange(twice, ['a'], newId).map(({ layout }) => panesOf(layout))).toEqual([['a']])
  })
})

describe('a layout that was written', () => {
  const readPane = (pane: unknown) => (typeof pane === 'string' && pane.length === 1 ? pane : null)
  const read = (value: unknown) => {
    let broken = 0
    const layout = readLayout(value, readPane, () => void broken++)
    return { layout, broken }
  }

  it('is read as it was', () => {
    const layout = split({ pane: 'a' }, { split: 'down', ratio: 0.7, first: { pane: 'b' }, second: { pane: 'c' } })
    expect(read(JSON.parse(JSON.stringify(layout)))).toEqual({ layout, broken: 0 })
  })

  it.each<[string, unknown, Layout | null, number]>([
    ['a pane that is none', split({ pane: 'a' }, { pane: 'too long' }), { pane: 'a' }, 1],
    ['a half that is missing', { split: 'right', ratio: 0.5, first: { pane: 'a' } }, null, 1],
    ['a half that is nothing', { split: 'right', ratio: 0.5, first: { pane: 'a' }, second: null }, { pane: 'a' }, 1],
    ['a direction that is none', { split: 'sideways', ratio: 0.5, first: { pane: 'a' }, second: { pane: 'b' } }, { split: 'right', ratio: 0.5, first: { pane: 'a' }, second: { pane: 'b' } }, 1],
    ['a ratio that hides a pane', { split: 'down', ratio: 1, first: { pane: 'a' }, second: { pane: 'b' } }, { split: 'down', ratio: 0.5, first: { pane: 'a' }, second: { pane: 'b' } }, 1],
    ['a ratio that is text', { split: 'down', ratio: '0.5', first: { pane: 'a' }, second: { pane: 'b' } }, { split: 'down', ratio: 0.5, first: { pane: 'a' }, second: { pane: 'b' } }, 1],
    ['a text', 'a', null, 1],
    ['nothing', undefined, null, 1]
  ])('is read as far as it goes: %s', (_, value, layout, broken) => {
    expect(read(value)).toEqual({ layout, broken })
  })

  it('is read no deeper and no longer than any window shows', () => {
    let deep: unknown = { pane: 'a' }
    for (let depth = 0; depth < 20_000; depth++) deep = { split: 'right', ratio: 0.5, first: { pane: 'b' }, second: deep }
    const { layout, broken } = read(deep)
    expect(panesOf(layout!).length).toBeLessThanOrEqual(mostPanes + 1)
    expect(broken).toBeGreaterThan(0)
  })
})

it('maps panes, and gives the place of those that are left out to their other half', () => {
  const layout = split({ pane: 'a' }, split({ pane: 'b' }, { pane: 'c' }))
  expect(mapPanes(layout, (pane) => (pane === 'b' ? null : pane.toUpperCase()))).toEqual(split({ pane: 'A' }, { pane: 'C' }))
  expect(mapPanes(layout, () => null)).toBeNull()
})
