import { describe, expect, it } from 'vitest'
import { drawnItems, headingHeight, listLines, rowHeight, topToShow } from '../../renderer/profiles/list-window.ts'
import { groupProfiles } from '../../renderer/profiles/search.ts'
import { aProfile } from './fake-data.ts'

const profiles = Array.from({ length: 2000 }, (_, index) => aProfile({ name: `Customer ${index}`, group: `Region ${Math.floor(index / 100)}` }))
const groups = groupProfiles(profiles)
const lines = listLines(groups, new Set(profiles.map(({ id }) => id)))
const height = 600
const whole = 20 * headingHeight + 2000 * rowHeight

/** Where each drawn line begins, by the gaps before it. */
function placesOf({ drawn }: ReturnType<typeof drawnItems>): Map<string, number> {
  let end = 0
  return new Map(drawn.map(({ item, gap }) => {
    const begin = end + gap
    end = begin + (item.kind === 'heading' ? headingHeight : rowHeight)
    return [item.key, begin]
  }))
}

describe('the lines of a long list', () => {
  it('are headings and tenants in the order of the screen, each tenant with its number', () => {
    expect(lines.tenants).toBe(2000)
    expect(lines.items.filter(({ kind }) => kind === 'heading')).toHaveLength(20)
    expect(lines.items.flatMap((item) => (item.kind === 'tenant' ? [item.position] : []))).toEqual(Array.from({ length: 2000 }, (_, at) => at + 1))
    expect(lines.offsets.at(-1)).toBe(whole)
  })

  it('have no heading where no tenant of the group matches', () => {
    const one = groups[3]!.profiles[7]!
    expect(listLines(groups, new Set([one.id])).items).toEqual([
      { kind: 'heading', key: `group ${groups[3]!.name}`, name: groups[3]!.name },
      { kind: 'tenant', key: one.id, profile: one, position: 1 }
    ])
    expect(listLines(groups, new Set()).items).toEqual([])
  })
})

describe('what is drawn of them', () => {
  it.each([0, 1, rowHeight, 5_000, 52_345, whole - height])('stands where it would stand among all, from %i pixels on', (top) => {
    const seen = { top, height }
    const { drawn, after } = drawnItems(lines, seen, undefined)
    const places = placesOf({ drawn, after })
    for (const [key, place] of places) expect(place, key).toBe(lines.offsets[lines.items.findIndex((item) => item.key === key)])
    const drawnHeight = [...places.values()].at(-1)! + (drawn.at(-1)!.item.kind === 'heading' ? headingHeight : rowHeight)
    expect(drawnHeight + after).toBe(whole)
    // All that can be seen, and little more.
    lines.items.forEach((item, index) => {
      if (lines.offsets[index + 1]! > top && lines.offsets[index]! < top + height) expect(places.has(item.key), item.key).toBe(true)
    })
    expect(drawn.length).toBeLessThan(40)
  })

  it('has the heading of the group that is seen, however far above it stands', () => {
    const { drawn } = drawnItems(lines, { top: headingHeight + 90 * rowHeight, height: 100 }, undefined)
    expect(drawn[0]!.item).toMatchObject({ kind: 'heading', name: groups[0]!.name })
  })

  it('has the tenant that the keyboard is at, wherever that is', () => {
    const last = lines.items.at(-1)!
    expect(drawnItems(lines, { top: 0, height }, last.key)).toMatchObject({ after: 0 })
    expect(placesOf(drawnItems(lines, { top: 0, height }, last.key)).get(last.key)).toBe(whole - rowHeight)
    const first = groups[0]!.profiles[0]!.id
    expect(placesOf(drawnItems(lines, { top: whole - height, height }, first)).get(first)).toBe(headingHeight)
  })

  it('is nothing of an empty list', () => {
    expect(drawnItems(listLines([], new Set()), { top: 0, height }, 'nobody')).toEqual({ drawn: [], after: 0 })
  })
})

describe('the place from which a tenant is seen', () => {
  const at = (index: number) => lines.items[index]!.key

  it('is none where it is seen already, below the heading that stays', () => {
    expect(topToShow(lines, at(1), { top: 0, height })).toBeNull()
    expect(topToShow(lines, at(3), { top: rowHeight, height })).toBeNull()
  })

  it('is the nearest one', () => {
    expect(topToShow(lines, at(1), { top: 500, height })).toBe(0)
    expect(topToShow(lines, at(50), { top: 0, height })).toBe(lines.offsets[51]! - height)
    expect(topToShow(lines, at(50), { top: 50_000, height })).toBe(lines.offsets[50]! - headingHeight)
  })

  it('is none for who is not in the list', () => {
    expect(topToShow(lines, 'nobody', { top: 0, height })).toBeNull()
  })
})
