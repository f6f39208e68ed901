import { longestTabName, mostPanes, panesOf, settled, tabOf, type Layout, type Tab } from '../../app/arrangement.ts'
import { beside, swapped, without, type Side } from './layout.ts'

/** The tab that a pane is in. */
export function tabWith(tabs: readonly Tab[], pane: string | null): Tab | undefined {
  return tabs.find(({ layout }) => panesOf(layout).includes(pane ?? ''))
}

export function changed(tabs: readonly Tab[], id: string, change: Partial<Tab>): Tab[] {
  return tabs.map((tab) => (tab.id === id ? settled({ ...tab, ...change }) : tab))
}

/** A tab stands at another place; the pinned ones always stand before the others. */
export function movedTab(tabs: readonly Tab[], id: string, index: number): Tab[] {
  const tab = tabs.find((one) => one.id === id)
  if (!tab) return [...tabs]
  const others = tabs.filter((one) => one !== tab)
  const pinned = others.filter(({ isPinned }) => isPinned).length
  const place = Math.min(Math.max(index, tab.isPinned ? 0 : pinned), tab.isPinned ? pinned : others.length)
  return others.toSpliced(place, 0, tab)
}

/** A tab goes one place to the left or to the right. */
export function shiftedTab(tabs: readonly Tab[], id: string, step: 1 | -1): Tab[] {
  return movedTab(tabs, id, tabs.findIndex((tab) => tab.id === id) + step)
}

/** A tab that is pinned goes behind the other pinned ones; one that is let loose stands before all others. */
export function pinned(tabs: readonly Tab[], id: string, isPinned: boolean): Tab[] {
  const place = tabs.filter((tab) => tab.isPinned && tab.id !== id).length
  return movedTab(changed(tabs, id, { isPinned }), id, place)
}

/** Without a name a tab is called after its sessions again. */
export function renamed(tabs: readonly Tab[], id: string, name: string): Tab[] {
  const clean = name.replaceAll(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g, ' ').trim().slice(0, longestTabName).trim()
  return changed(tabs, id, { name: clean || null })
}

/** A pane that has no place yet, or that leaves its own, goes beside another one; in its middle the two change places. */
export function paneBeside(tabs: readonly Tab[], pane: string, target: string, side: Side | 'middle'): Tab[] {
  const goal = tabWith(tabs, target)
  if (!goal || pane === target) return [...tabs]
  if (side === 'middle' && panesOf(goal.layout).includes(pane)) return changed(tabs, goal.id, { layout: swapped(goal.layout, pane, target) })
  return withAdded(taken(tabs, pane), target, side === 'middle' ? 'right' : side, { pane }, pane)
}

/** All panes of a tab go beside a pane of another one, and the tab is gone. */
export function tabBeside(tabs: readonly Tab[], id: string, target: string, side: Side | 'middle'): Tab[] {
  const tab = tabs.find((one) => one.id === id)
  if (!tab || panesOf(tab.layout).includes(target)) return [...tabs]
  const others = tabs.filter((one) => one !== tab)
  const goal = tabWith(others, target)
  if (!goal || panesOf(goal.layout).length + panesOf(tab.layout).length > mostPanes) return [...tabs]
  return withAdded(others, target, side === 'middle' ? 'right' : side, tab.layout, tab.active)
}

/** A pane gets a tab of its own: at a place among the tabs, or else behind its own. */
export function paneToTab(tabs: readonly Tab[], pane: string, id: string, index?: number): Tab[] {
  const before = tabWith(tabs, pane)
  if (!before) return [...tabs]
  if (panesOf(before.layout).length === 1) return index === undefined ? [...tabs] : movedTab(tabs, before.id, index)
  const made = [...taken(tabs, pane), tabOf(pane, id)]
  return movedTab(made, id, index ?? tabs.indexOf(before) + 1)
}

function taken(tabs: readonly Tab[], pane: string): Tab[] {
  return tabs.flatMap((tab) => {
    if (!panesOf(tab.layout).includes(pane)) return [tab]
    const layout = without(tab.layout, pane)
    return layout ? [settled({ ...tab, layout })] : []
  })
}

/** What is added is seen: a tab that is zoomed shows all its panes again. */
function withAdded(tabs: readonly Tab[], target: string, side: Side, added: Layout, active: string): Tab[] {
  const goal = tabWith(tabs, target)
  return goal ? changed(tabs, goal.id, { layout: beside(goal.layout, target, side, added), active, isZoomed: false }) : [...tabs]
}
