import { describe, expect, it } from 'vitest'
import { panesOf, type Layout } from '../../../app/arrangement.ts'
import {
  atEdge, beside, boxesOf, dividersOf, fits, halfOf, heirOf, leastPane, leastShown, neighbour, resized, sideAt, swapped, tooSmall, without, withRatio, type Side, type Size
} from '../../../renderer/panes/layout.ts'

const pane = (id: string): Layout => ({ pane: id })
const right = (first: Layout, second: Layout, ratio = 0.5): Layout => ({ split: 'right', ratio, first, second })
const down = (first: Layout, second: Layout, ratio = 0.5): Layout => ({ split: 'down', ratio, first, second })
const stage: Size = { width: 1000, height: 600 }

/**
 *  a | b
 *    |---
 *    | c|d
 */
const four = right(pane('a'), down(pane('b'), right(pane('c'), pane('d'))))
const ratioOf = (layout: Layout) => ('pane' in layout ? null : layout.ratio)

describe('a split', () => {
  it.each<[Side, Layout]>([
    ['right', right(pane('a'), pane('n'))],
    ['left', right(pane('n'), pane('a'))],
    ['down', down(pane('a'), pane('n'))],
    ['up', down(pane('n'), pane('a'))]
  ])('puts the new pane at the %s', (side, layout) => {
    expect(beside(pane('a'), 'a', side, pane('n'))).toEqual(layout)
  })

  it('halves the one pane it is of and leaves all others', () => {
    const after = beside(four, 'b', 'right', pane('n'))
    expect(panesOf(after)).toEqual(['a', 'b', 'n', 'c', 'd'])
    expect(boxesOf(after).get('a')).toEqual(boxesOf(four).get('a'))
    expect(boxesOf(after).get('n')).toEqual({ left: 0.75, top: 0, width: 0.25, height: 0.5 })
    expect(beside(four, 'nobody', 'right', pane('n'))).toEqual(four)
  })
})

describe('the places of panes', () => {
  it('fill the tab without a gap', () => {
    const boxes = boxesOf(right(pane('a'), down(pane('b'), pane('c'), 0.3), 0.25))
    expect(boxes.get('a')).toEqual({ left: 0, top: 0, width: 0.25, height: 1 })
    expect(boxes.get('b')).toEqual({ left: 0.25, top: 0, width: 0.75, height: 0.3 })
    expect(boxes.get('c')).toEqual({ left: 0.25, top: 0.3, width: 0.75, height: 0.7 })
  })

  it('have a line between each two halves', () => {
    expect(dividersOf(four).map(({ path, split, box }) => [path.join(), split, box.left, box.top])).toEqual([
      ['', 'right', 0, 0], ['second', 'down', 0.5, 0], ['second,second', 'right', 0.5, 0.5]
    ])
  })

  it('go to the other half where a pane goes', () => {
    expect(without(four, 'b')).toEqual(right(pane('a'), right(pane('c'), pane('d'))))
    expect(without(pane('a'), 'a')).toBeNull()
    expect(without(four, 'nobody')).toEqual(four)
  })
})

describe('the neighbour', () => {
  it.each<[string, Side, string | null]>([
    ['a', 'right', 'b'], ['a', 'left', null], ['a', 'up', null], ['b', 'left', 'a'], ['b', 'down', 'c'], ['c', 'right', 'd'], ['c', 'left', 'a'],
    ['d', 'left', 'c'], ['d', 'up', 'b'], ['d', 'down', null], ['nobody', 'up', null]
  ])('of %s at the %s is %s', (from, side, to) => {
    expect(neighbour(four, from, side)).toBe(to)
  })

  it('is the one along which most of the edge lies', () => {
    const layout = right(pane('a'), down(pane('b'), pane('c'), 0.3))
    expect(neighbour(layout, 'a', 'right')).toBe('c')
  })

  it('that takes the keyboard when a pane goes is one of those that take its place', () => {
    expect(heirOf(four, 'd')).toBe('c')
    expect(heirOf(four, 'a')).toBe('b')
    expect(heirOf(pane('a'), 'a')).toBeNull()
  })
})

describe('moving a pane', () => {
  it('swaps two', () => {
    expect(panesOf(swapped(four, 'a', 'd'))).toEqual(['d', 'b', 'c', 'a'])
  })

  it('takes it over all of an edge', () => {
    expect(atEdge(right(pane('a'), pane('b')), 'a', 'down')).toEqual(down(pane('b'), pane('a')))
    expect(atEdge(pane('a'), 'a', 'down')).toEqual(pane('a'))
  })
})

describe('resizing', () => {
  const two = right(pane('a'), pane('b'))

  it('moves the line at that side, or else the one opposite to it', () => {
    expect(ratioOf(resized(two, 'a', 'right', 100, stage))).toBeCloseTo(0.6)
    expect(ratioOf(resized(two, 'b', 'right', 100, stage))).toBeCloseTo(0.6)
    expect(ratioOf(resized(two, 'b', 'left', 100, stage))).toBeCloseTo(0.4)
    expect(resized(two, 'a', 'down', 100, stage)).toEqual(two)
  })

  it('takes the innermost line at that side', () => {
    const after = resized(four, 'c', 'right', 50, stage)
    expect(boxesOf(after).get('c')!.width).toBeCloseTo(0.3)
    expect(boxesOf(after).get('a')).toEqual(boxesOf(four).get('a'))
    expect(boxesOf(resized(four, 'c', 'left', 50, stage)).get('a')!.width).toBeCloseTo(0.45)
  })

  it('never makes a pane too small to be seen, nested ones too', () => {
    const far = (layout: Layout, ratio: number) => boxesOf(withRatio(layout, [], ratio, stage))
    expect(far(two, 0).get('a')!.width * stage.width).toBeCloseTo(leastShown.width)
    expect(far(two, 1).get('b')!.width * stage.width).toBeCloseTo(leastShown.width)
    expect(far(four, 1).get('c')!.width * stage.width).toBeCloseTo(leastShown.width)
    expect(far(four, Number.NaN).get('a')!.width).toBe(0.5)
  })

  it('leaves a window alone that is too small for both', () => {
    expect(withRatio(two, [], 0.9, { width: 100, height: 100 })).toEqual(two)
  })
})

describe('a window that is small', () => {
  it('shows all panes only where each can be seen', () => {
    const side = right(pane('a'), pane('b'))
    expect(fits(side, { width: 2 * leastShown.width, height: leastShown.height })).toBe(true)
    expect(fits(side, { width: 2 * leastShown.width - 1, height: leastShown.height })).toBe(false)
    expect(fits(four, { width: 4 * leastShown.width, height: 2 * leastShown.height - 1 })).toBe(false)
  })

  it('takes no split whose halves nobody could work in', () => {
    const side = right(pane('a'), pane('b'))
    expect(tooSmall(side, ['a', 'b'], { width: 2 * leastPane.width, height: leastPane.height })).toBeNull()
    expect(tooSmall(side, ['a', 'b'], { width: 2 * leastPane.width - 2, height: leastPane.height })).toBe('width')
    expect(tooSmall(down(pane('a'), pane('b')), ['b'], { width: 900, height: 2 * leastPane.height - 2 })).toBe('height')
    // Panes that were too small before are not its business.
    expect(tooSmall(right(pane('a'), pane('b'), 0.9), ['a'], { width: 600, height: 600 })).toBeNull()
  })
})

describe('what is dropped', () => {
  it.each<[number, number, Side | 'middle']>([[0.05, 0.5, 'left'], [0.95, 0.4, 'right'], [0.5, 0.1, 'up'], [0.6, 0.9, 'down'], [0.5, 0.5, 'middle'], [0.4, 0.6, 'middle'], [0.1, 0.2, 'left']])(
    'at %f, %f of a pane goes to the %s',
    (x, y, side) => expect(sideAt(x, y)).toBe(side)
  )

  it('lands in that half', () => {
    const box = { left: 0.5, top: 0, width: 0.5, height: 1 }
    expect(halfOf(box, 'right')).toEqual({ left: 0.75, top: 0, width: 0.25, height: 1 })
    expect(halfOf(box, 'up')).toEqual({ left: 0.5, top: 0, width: 0.5, height: 0.5 })
    expect(halfOf(box, 'middle')).toEqual(box)
  })
})

it('keeps every pane once, whatever is done in whatever order', () => {
  const sides: Side[] = ['left', 'right', 'up', 'down']
  let seed = 7
  const random = (count: number) => (seed = (seed * 1103515245 + 12345) % 2 ** 31) % count
  let layout: Layout = pane('p0')
  let made = 1
  for (let step = 0; step < 400; step++) {
    const all = panesOf(layout)
    const one = all[random(all.length)]!
    const side = sides[random(4)]!
    const before = all.length
    switch (random(5)) {
      case 0:
        if (before < 12) layout = beside(layout, one, side, pane(`p${made++}`))
        break
      case 1:
        if (before > 1) layout = without(layout, one)!
        break
      case 2:
        layout = swapped(layout, one, all[random(before)]!)
        break
      case 3:
        layout = atEdge(layout, one, side)
        break
      default:
        layout = resized(layout, one, side, random(300), stage)
    }
    const boxes = [...boxesOf(layout).values()]
    expect(new Set(panesOf(layout)).size).toBe(boxes.length)
    expect(boxes.reduce((area, { width, height }) => area + width * height, 0)).toBeCloseTo(1)
  }
})
