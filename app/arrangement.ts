/** Where the second half of a split is. */
export type Direction = 'right' | 'down'

/** How panes stand: one alone, or two halves of which each is one or more panes. `ratio` is the first half's share. */
export type Layout<P = string> = { pane: P } | Split<P>
export interface Split<P = string> {
  split: Direction
  ratio: number
  first: Layout<P>
  second: Layout<P>
}

/** A tab and its panes. A pane is a session's place in the window and has the session's id. */
export interface Tab {
  id: string
  /** Given by a person; null: it is called after its sessions. */
  name: string | null
  isPinned: boolean
  /** Only the active pane is shown. */
  isZoomed: boolean
  /** The pane that had the keyboard last. */
  active: string
  layout: Layout
}

/** More fit into no window, and whoever reads a layout goes no deeper. */
export const mostPanes = 32
export const longestTabName = 80
/** A half that is narrower can hardly be taken hold of. */
export const leastRatio = 0.05

/** All panes, from left to right and from top to bottom. */
export function panesOf<P>(layout: Layout<P>): P[] {
  return 'pane' in layout ? [layout.pane] : [...panesOf(layout.first), ...panesOf(layout.second)]
}

/** Each pane as `map` has it; where that is null the other half takes its place. Null where nothing is left. */
export function mapPanes<P, Q>(layout: Layout<P>, map: (pane: P) => Q | null): Layout<Q> | null {
  if ('pane' in layout) {
    const pane = map(layout.pane)
    return pane === null ? null : { pane }
  }
  const first = mapPanes(layout.first, map)
  const second = mapPanes(layout.second, map)
  return first && second ? { ...layout, first, second } : (first ?? second)
}

/** A tab of one pane, as a new session has it. */
export function tabOf(pane: string, id: string): Tab {
  return { id, name: null, isPinned: false, isZoomed: false, active: pane, layout: { pane } }
}

/**
 * The tabs as `panes` fill them: what is gone or stands there twice leaves its place to the other half, and what has no
 * place gets a tab of its own at the end.
 */
export function arrange(tabs: readonly Tab[], panes: readonly string[], newId: () => string): Tab[] {
  const left = new Set(panes)
  const kept = tabs.flatMap((tab): Tab[] => {
    const layout = mapPanes(tab.layout, (pane) => (left.delete(pane) ? pane : null))
    return layout ? [settled({ ...tab, layout })] : []
  })
  return [...kept, ...[...left].map((pane) => tabOf(pane, newId()))]
}

/** A tab whose active pane is one of its own, and that is zoomed only where it has others to hide. */
export function settled(tab: Tab): Tab {
  const panes = panesOf(tab.layout)
  return { ...tab, active: panes.includes(tab.active) ? tab.active : panes[0]!, isZoomed: tab.isZoomed && panes.length > 1 }
}

/**
 * A layout as it was written, as far as it can be read: what is broken is told to `onBroken` and left out, or stands in
 * two equal halves. Null where nothing of it can be read.
 */
export function readLayout<P>(value: unknown, readPane: (pane: unknown) => P | null, onBroken: () => void): Layout<P> | null {
  let left = mostPanes
  const read = (part: unknown, depth: number): Layout<P> | null => {
    if (typeof part !== 'object' || part === null || depth > mostPanes) return broken()
    if ('pane' in part) {
      const pane = left-- > 0 ? readPane(part.pane) : null
      return pane === null ? broken() : { pane }
    }
    if (!('first' in part) || !('second' in part)) return broken()
    const first = read(part.first, depth + 1)
    const second = read(part.second, depth + 1)
    if (!first || !second) return first ?? second
    return { split: directionOf(part), ratio: ratioOf(part), first, second }
  }
  const broken = () => (onBroken(), null)
  const directionOf = (part: object): Direction => {
    if ('split' in part && (part.split === 'right' || part.split === 'down')) return part.split
    onBroken()
    return 'right'
  }
  const ratioOf = (part: object): number => {
    if ('ratio' in part && typeof part.ratio === 'number' && part.ratio >= leastRatio && part.ratio <= 1 - leastRatio) return part.ratio
    onBroken()
    return 0.5
  }
  return read(value, 0)
}
