import { leastRatio, mapPanes, panesOf, type Direction, type Layout, type Split } from '../../app/arrangement.ts'

/** A side of a pane. */
export type Side = 'left' | 'right' | 'up' | 'down'

/** A place in the tab, in shares of its width and height. */
export interface Box {
  left: number
  top: number
  width: number
  height: number
}

/** In CSS pixels. */
export interface Size {
  width: number
  height: number
}

/** The way from the whole tab to one of its splits. */
export type Path = ReadonlyArray<'first' | 'second'>

/** The line between two halves: it lies at `ratio` of `box`. */
export interface Divider {
  path: Path
  split: Direction
  ratio: number
  box: Box
}

/** No split makes a pane smaller: some 25 columns and 4 lines under its name, below which no prompt can be read. */
export const leastPane: Size = { width: 220, height: 130 }
/** A window that was made smaller shows panes down to this; then the active one is shown alone. */
export const leastShown: Size = { width: 140, height: 72 }

const whole: Box = { left: 0, top: 0, width: 1, height: 1 }
/** Shares that differ by less are the same: they come of sums of halves. */
const tiny = 1e-6

const isAcross = (side: Side | Direction) => side === 'left' || side === 'right'
const comesFirst = (side: Side) => side === 'left' || side === 'up'

/** Where each pane is. */
export function boxesOf(layout: Layout, box = whole): Map<string, Box> {
  if ('pane' in layout) return new Map([[layout.pane, box]])
  const [first, second] = halvesOf(layout, box)
  return new Map([...boxesOf(layout.first, first), ...boxesOf(layout.second, second)])
}

/** The lines that can be dragged. */
export function dividersOf(layout: Layout, box = whole, path: Path = []): Divider[] {
  if ('pane' in layout) return []
  const [first, second] = halvesOf(layout, box)
  const { split, ratio } = layout
  return [{ path, split, ratio, box }, ...dividersOf(layout.first, first, [...path, 'first']), ...dividersOf(layout.second, second, [...path, 'second'])]
}

function halvesOf({ split, ratio }: Split, box: Box): [Box, Box] {
  const { left, top, width, height } = box
  if (split === 'right') return [{ ...box, width: width * ratio }, { ...box, left: left + width * ratio, width: width * (1 - ratio) }]
  return [{ ...box, height: height * ratio }, { ...box, top: top + height * ratio, height: height * (1 - ratio) }]
}

/** Halves the place of `target` and puts what is `added` at that side of it. */
export function beside(layout: Layout, target: string, side: Side, added: Layout): Layout {
  if ('pane' in layout) return layout.pane === target ? halves(layout, side, added) : layout
  return { ...layout, first: beside(layout.first, target, side, added), second: beside(layout.second, target, side, added) }
}

function halves(layout: Layout, side: Side, added: Layout): Layout {
  const split = isAcross(side) ? 'right' : 'down'
  return comesFirst(side) ? { split, ratio: 0.5, first: added, second: layout } : { split, ratio: 0.5, first: layout, second: added }
}

/** The layout without a pane, whose place its other half takes; null where it was the only one. */
export function without(layout: Layout, pane: string): Layout | null {
  return mapPanes(layout, (other) => (other === pane ? null : other))
}

/** Two panes change places. */
export function swapped(layout: Layout, one: string, other: string): Layout {
  return mapPanes(layout, (pane) => (pane === one ? other : pane === other ? one : pane))!
}

/** A pane goes over all of one side of the tab. */
export function atEdge(layout: Layout, pane: string, side: Side): Layout {
  const rest = without(layout, pane)
  return rest ? halves(rest, side, { pane }) : layout
}

/** The pane next to one at that side: of several, the one that lies along most of it, and the upper or left one of equals. */
export function neighbour(layout: Layout, pane: string, side: Side): string | null {
  const boxes = boxesOf(layout)
  const own = boxes.get(pane)
  if (!own) return null
  const edge = edgeOf(own, side)
  const near = [...boxes].filter(([id, box]) => id !== pane && Math.abs(edgeOf(box, opposite[side]) - edge) < tiny)
  const best = near.map(([id, box]) => ({ id, along: overlap(own, box, side) })).filter(({ along }) => along > tiny)
  return best.reduce<{ id: string; along: number } | null>((found, next) => (found && found.along > next.along - tiny ? found : next), null)?.id ?? null
}

export const opposite: Record<Side, Side> = { left: 'right', right: 'left', up: 'down', down: 'up' }

function edgeOf(box: Box, side: Side): number {
  if (isAcross(side)) return side === 'left' ? box.left : box.left + box.width
  return side === 'up' ? box.top : box.top + box.height
}

/** How far two boxes lie along each other, on the axis that `side` is across. */
function overlap(one: Box, other: Box, side: Side): number {
  const [from, to] = isAcross(side) ? (['up', 'down'] as const) : (['left', 'right'] as const)
  return Math.min(edgeOf(one, to), edgeOf(other, to)) - Math.max(edgeOf(one, from), edgeOf(other, from))
}

/** The pane that takes the keyboard when another one goes: one of those that take its place. */
export function heirOf(layout: Layout, pane: string): string | null {
  const rest = without(layout, pane)
  if (!rest) return null
  const own = boxesOf(layout).get(pane)!
  const middle = (box: Box) => [box.left + box.width / 2, box.top + box.height / 2] as const
  const [x, y] = middle(own)
  const distances = [...boxesOf(rest)].map(([id, { left, top, width, height }]) => {
    const [dx, dy] = [Math.max(left - x, 0, x - left - width), Math.max(top - y, 0, y - top - height)]
    return { id, distance: Math.hypot(dx, dy) }
  })
  return distances.sort((one, other) => one.distance - other.distance)[0]!.id
}

/** Gives a split another ratio, as far as the panes on both sides stay large enough to be seen. */
export function withRatio(layout: Layout, path: Path, ratio: number, stage: Size): Layout {
  return at(layout, path, whole, (split, box) => ({ ...split, ratio: boundRatio(split, box, ratio, stage) }))
}

function at(layout: Layout, path: Path, box: Box, change: (split: Split, box: Box) => Split): Layout {
  if ('pane' in layout) return layout
  const [step, ...rest] = path
  if (!step) return change(layout, box)
  const [first, second] = halvesOf(layout, box)
  return { ...layout, [step]: at(layout[step], rest, step === 'first' ? first : second, change) }
}

function boundRatio(split: Split, box: Box, ratio: number, stage: Size): number {
  const key = split.split === 'right' ? 'width' : 'height'
  const extent = Math.max(1, box[key] * stage[key])
  const low = Math.max(leastRatio, needOf(split.first, key) / extent)
  const high = Math.min(1 - leastRatio, 1 - needOf(split.second, key) / extent)
  // Where not even both fit, the ratio that was there is as good as any other.
  return low > high || !Number.isFinite(ratio) ? split.ratio : Math.min(Math.max(ratio, low), high)
}

/** How wide or high a layout must be for each of its panes to be seen. */
function needOf(layout: Layout, key: keyof Size): number {
  if ('pane' in layout) return leastShown[key]
  const [first, second] = [needOf(layout.first, key), needOf(layout.second, key)]
  const isAlong = (layout.split === 'right') === (key === 'width')
  return isAlong ? Math.max(first / layout.ratio, second / (1 - layout.ratio)) : Math.max(first, second)
}

/** Whether all panes are large enough to be seen at once. */
export function fits(layout: Layout, stage: Size): boolean {
  return needOf(layout, 'width') <= stage.width && needOf(layout, 'height') <= stage.height
}

/** The first of these panes that a layout makes too small to work in, with the side on which it is; null where none is. */
export function tooSmall(layout: Layout, panes: readonly string[], stage: Size): keyof Size | null {
  const boxes = boxesOf(layout)
  for (const pane of panes) {
    const box = boxes.get(pane)
    if (box && box.width * stage.width < leastPane.width) return 'width'
    if (box && box.height * stage.height < leastPane.height) return 'height'
  }
  return null
}

/**
 * Moves a line of a pane by `pixels` towards a side: the line at that side, so that the pane grows, or else the one
 * opposite to it, so that it shrinks.
 */
export function resized(layout: Layout, pane: string, side: Side, pixels: number, stage: Size): Layout {
  const candidates = splitsAround(layout, pane).filter(({ split }) => isAcross(split.split) === isAcross(side))
  const facing = comesFirst(side) ? 'second' : 'first'
  const found = candidates.findLast(({ half }) => half === facing) ?? candidates.at(-1)
  if (!found) return layout
  const key = isAcross(side) ? 'width' : 'height'
  const step = pixels / Math.max(1, found.box[key] * stage[key])
  return withRatio(layout, found.path, found.split.ratio + (comesFirst(side) ? -step : step), stage)
}

/** The splits that a pane is in, from the outermost on, with the half of each that it is in. */
function splitsAround(layout: Layout, pane: string, box = whole, path: Path = []): Array<{ split: Split; half: 'first' | 'second'; box: Box; path: Path }> {
  if ('pane' in layout) return []
  const half = panesOf(layout.first).includes(pane) ? 'first' : 'second'
  const [first, second] = halvesOf(layout, box)
  return [{ split: layout, half, box, path }, ...splitsAround(layout[half], pane, half === 'first' ? first : second, [...path, half])]
}

/** At which side of a pane something is dropped, by where the pointer is in it: near an edge, or in the middle of it. */
export function sideAt(x: number, y: number): Side | 'middle' {
  const distances: Array<[Side, number]> = [['left', x], ['right', 1 - x], ['up', y], ['down', 1 - y]]
  const [side, distance] = distances.reduce((least, next) => (next[1] < least[1] ? next : least))
  return distance > dropMargin ? 'middle' : side
}

/** The share of a pane's width or height that counts as its edge. */
const dropMargin = 0.3

/** Where something will be that is dropped at a side of a box. */
export function halfOf(box: Box, side: Side | 'middle'): Box {
  if (side === 'middle') return box
  const [first, second] = halvesOf({ split: isAcross(side) ? 'right' : 'down', ratio: 0.5 } as Split, box)
  return comesFirst(side) ? first : second
}
