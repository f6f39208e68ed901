import type { Profile } from '../../app/contract.ts'
import type { ProfileGroup } from './search.ts'

/** Pixels, as the styles of the list have them. */
export const rowHeight = 52
export const headingHeight = 30
/** Rows that are drawn above and below what is seen, so that a turn of the wheel shows no gap. */
const more = 6

export type ListItem = { kind: 'heading'; key: string; name: string } | { kind: 'tenant'; key: string; profile: Profile; position: number }

/** The lines of the list from top to bottom, and where each begins. */
export interface ListLines {
  items: ListItem[]
  /** Pixels from the top; one more than there are items, which is the height of all. */
  offsets: number[]
  /** How many tenants there are. */
  tenants: number
}

/** A line that is drawn, `gap` pixels below the one before it. */
export interface DrawnItem {
  item: ListItem
  gap: number
}

/** The groups with those of their tenants that match. */
export function listLines(groups: readonly ProfileGroup[], matching: ReadonlySet<string>): ListLines {
  const items: ListItem[] = []
  let position = 0
  for (const group of groups) {
    const profiles = group.profiles.filter(({ id }) => matching.has(id))
    if (profiles.length === 0) continue
    items.push({ kind: 'heading', key: `group ${group.name}`, name: group.name })
    for (const profile of profiles) items.push({ kind: 'tenant', key: profile.id, profile, position: ++position })
  }
  const offsets = [0]
  for (const { kind } of items) offsets.push(offsets.at(-1)! + (kind === 'heading' ? headingHeight : rowHeight))
  return { items, offsets, tenants: position }
}

/**
 * What is drawn of the list: what is seen and a little more, the heading that stays above it, and the tenant that the
 * keyboard is at, wherever that is. `after`: pixels below the last one.
 */
export function drawnItems({ items, offsets }: ListLines, seen: { top: number; height: number }, keptId: string | undefined): { drawn: DrawnItem[]; after: number } {
  const first = indexAt(offsets, seen.top)
  const indices = new Set<number>()
  for (let index = first; index >= 0 && index < items.length; index--) {
    if (items[index]!.kind !== 'heading') continue
    indices.add(index)
    break
  }
  const last = indexAt(offsets, seen.top + seen.height) + more
  for (let index = Math.max(0, first - more); index <= Math.min(items.length - 1, last); index++) indices.add(index)
  const kept = keptId === undefined ? -1 : items.findIndex(({ key }) => key === keptId)
  if (kept >= 0) indices.add(kept)
  let end = 0
  const drawn = [...indices].sort((a, b) => a - b).map((index): DrawnItem => {
    const gap = offsets[index]! - end
    end = offsets[index + 1]!
    return { item: items[index]!, gap }
  })
  return { drawn, after: offsets.at(-1)! - end }
}

/** Where the list has to stand for a tenant to be seen below the heading; null where it is already. */
export function topToShow({ items, offsets }: ListLines, id: string, seen: { top: number; height: number }): number | null {
  const index = items.findIndex(({ key }) => key === id)
  if (index < 0) return null
  const above = offsets[index]! - headingHeight
  const below = offsets[index + 1]! - seen.height
  if (above < seen.top) return Math.max(0, above)
  return below > seen.top ? below : null
}

/** The last line that begins at or above a place. */
function indexAt(offsets: readonly number[], place: number): number {
  let low = 0
  let high = offsets.length - 2
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (offsets[middle]! <= place) low = middle
    else high = middle - 1
  }
  return Math.max(0, low)
}
