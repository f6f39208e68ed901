import { arrange, mostPanes, panesOf, type Direction, type Tab } from '../../app/arrangement.ts'
import type { SessionView } from '../../app/contract.ts'
import type { Sessions } from '../sessions/sessions.svelte.ts'
import { atEdge, beside, boxesOf, fits, heirOf, neighbour, resized, swapped, tooSmall, withRatio, type Path, type Side, type Size } from './layout.ts'
import { changed, paneBeside, paneToTab, pinned, renamed, movedTab, shiftedTab, tabBeside, tabWith } from './tab-list.ts'

/** How far a key moves a line between two panes: about three columns or two lines. */
const resizeStepPixels = 32

/** The window's tabs and the panes in each. A pane is a session's place and has the session's id. */
export class Tabs {
  all = $state.raw<Tab[]>([])
  /** The tab whose name is being typed. */
  renaming = $state<string | null>(null)
  /** The place that the panes of a tab have. */
  stage = $state.raw<Size>({ width: 0, height: 0 })
  /** The tab in front: the one with the active session. */
  readonly current: Tab | null = $derived.by(() => tabWith(this.all, this.#sessions.activeId) ?? null)
  /** The panes of the tab in front that are seen: all of them, or the active one alone where it is zoomed or they are too small. */
  readonly shown: string[] = $derived.by(() => this.#shownOf(this.current))
  readonly #sessions: Sessions
  /** A session that is being opened into a split. */
  #expected: { profileId: string; beside: string; side: Side } | null = null

  constructor(sessions: Sessions) {
    this.#sessions = sessions
  }

  /** Takes all tabs, as after a reload. */
  replace(tabs: readonly Tab[]): void {
    this.all = this.#filled(tabs)
  }

  /** Every session has its pane: one that is expected in a split there, another one in a tab of its own. */
  adopt(session: SessionView): void {
    if (tabWith(this.all, session.id)) return
    const place = this.#expected
    if (place?.profileId === session.profileId && tabWith(this.all, place.beside)) {
      this.#expected = null
      this.all = paneBeside(this.all, session.id, place.beside, place.side)
    } else this.all = this.#filled(this.all)
  }

  /** The next session of that profile opens beside a pane. Answers how to forget it, where none opens. */
  expect(profileId: string, beside: string, side: Side): () => void {
    const expected = (this.#expected = { profileId, beside, side })
    return () => {
      if (this.#expected === expected) this.#expected = null
    }
  }

  /** The session's pane goes. Answers the pane that takes the keyboard where it had it. */
  remove(id: string): string | null {
    const tab = tabWith(this.all, id)
    if (!tab) return null
    const index = this.all.indexOf(tab)
    const heir = heirOf(tab.layout, id)
    this.all = arrange(this.all, this.all.flatMap(({ layout }) => panesOf(layout)).filter((pane) => pane !== id), newId)
    return heir ?? (this.all[index] ?? this.all[index - 1])?.active ?? null
  }

  /** A pane has the keyboard. */
  note(id: string): void {
    const tab = tabWith(this.all, id)
    if (tab && tab.active !== id) this.all = changed(this.all, tab.id, { active: id })
  }

  // ---- panes ----

  get activePane(): string | null {
    return this.current && this.#sessions.activeId
  }

  /** Why a pane can't be split, as a sentence; null where it can. */
  problemOfSplit(pane: string, side: Side): string | null {
    const tab = tabWith(this.all, pane)
    if (!tab) return null
    if (panesOf(tab.layout).length >= mostPanes) return `A tab holds ${mostPanes} panes at most. Open this one in another tab.`
    return this.#problemOf(beside(tab.layout, pane, side, { pane: added }), [pane, added])
  }

  #problemOf(layout: Tab['layout'], panes: string[]): string | null {
    const what = tooSmall(layout, panes, this.stage)
    if (!what) return null
    return `There is no room: a pane would be too ${what === 'width' ? 'narrow' : 'low'} to work in. Make the window or this pane larger, or open it in a tab of its own.`
  }

  neighbourOf(pane: string, side: Side): string | null {
    const tab = tabWith(this.all, pane)
    return tab ? neighbour(tab.layout, pane, side) : null
  }

  /** A pane changes places with its neighbour at that side; at the tab's edge it goes over all of that edge. Answers why it can't. */
  move(pane: string, side: Side): string | null {
    const tab = tabWith(this.all, pane)
    if (!tab || panesOf(tab.layout).length === 1) return null
    const other = neighbour(tab.layout, pane, side)
    const layout = other ? swapped(tab.layout, pane, other) : atEdge(tab.layout, pane, side)
    const problem = other ? null : this.#problemOf(layout, panesOf(layout))
    if (!problem) this.all = changed(this.all, tab.id, { layout })
    return problem
  }

  /** What was dragged, a pane or a whole tab, goes beside a pane. Answers why it can't. */
  drop(dragged: { kind: 'pane' | 'tab'; id: string }, target: string, side: Side | 'middle'): string | null {
    const after = dragged.kind === 'pane' ? paneBeside(this.all, dragged.id, target, side) : tabBeside(this.all, dragged.id, target, side)
    const goal = tabWith(after, target)
    const isSwap = dragged.kind === 'pane' && side === 'middle'
    const problem = goal && !isSwap ? this.#problemOf(goal.layout, panesOf(goal.layout)) : null
    if (!problem) this.all = after
    return problem
  }

  toTab(pane: string, index?: number): void {
    this.all = paneToTab(this.all, pane, newId(), index)
  }

  resize(pane: string, side: Side): void {
    const tab = tabWith(this.all, pane)
    if (tab) this.all = changed(this.all, tab.id, { layout: resized(tab.layout, pane, side, resizeStepPixels, this.stage) })
  }

  setRatio(path: Path, ratio: number): void {
    const tab = this.current
    if (tab) this.all = changed(this.all, tab.id, { layout: withRatio(tab.layout, path, ratio, this.stage) })
  }

  /** Shows the active pane alone, or all of them again. */
  toggleZoom(): void {
    const tab = this.current
    if (tab) this.all = changed(this.all, tab.id, { isZoomed: !tab.isZoomed })
  }

  /** The size of a pane, where its whole tab is shown. */
  sizeOf(pane: string): Size {
    const tab = tabWith(this.all, pane)
    const box = (tab && boxesOf(tab.layout).get(pane)) ?? { width: 1, height: 1 }
    return { width: box.width * this.stage.width, height: box.height * this.stage.height }
  }

  /** The size that one half of a pane would have. */
  halfSize(pane: string, split: Direction): Size {
    const { width, height } = this.sizeOf(pane)
    return split === 'right' ? { width: width / 2, height } : { width, height: height / 2 }
  }

  // ---- tabs ----

  byId(id: string): Tab | undefined {
    return this.all.find((tab) => tab.id === id)
  }

  with(pane: string): Tab | undefined {
    return tabWith(this.all, pane)
  }

  sessionsOf(tab: Tab): SessionView[] {
    return panesOf(tab.layout).flatMap((pane) => this.#sessions.byId(pane) ?? [])
  }

  /** Its name, or else those of its sessions. */
  title(tab: Tab): string {
    return tab.name ?? this.sessionNames(tab)
  }

  sessionNames(tab: Tab): string {
    return this.sessionsOf(tab).map((session) => this.#sessions.title(session)).join(' + ')
  }

  moveTab(id: string, index: number): void {
    this.all = movedTab(this.all, id, index)
  }

  shiftTab(id: string, step: 1 | -1): void {
    this.all = shiftedTab(this.all, id, step)
  }

  pin(id: string, isPinned: boolean): void {
    this.all = pinned(this.all, id, isPinned)
  }

  rename(id: string, name: string): void {
    this.all = renamed(this.all, id, name)
  }

  #shownOf(tab: Tab | null): string[] {
    if (!tab) return []
    const { activeId } = this.#sessions
    // Before the stage is measured everything fits.
    const isCramped = this.stage.width > 0 && !fits(tab.layout, this.stage)
    return tab.isZoomed || isCramped ? [activeId ?? tab.active] : panesOf(tab.layout)
  }

  #filled(tabs: readonly Tab[]): Tab[] {
    return arrange(tabs, this.#sessions.all.map(({ id }) => id), newId)
  }
}

const newId = () => crypto.randomUUID()
/** Stands for the pane that a split would add. */
const added = 'added'
