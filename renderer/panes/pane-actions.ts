import type { Desk } from '../desk.svelte.ts'
import type { Side } from './layout.ts'

/** What a key does to panes and tabs. */
export type PaneAction = 'split-right' | 'split-down' | `${'focus' | 'resize' | 'move'}-${Side}` | 'zoom' | 'tab-left' | 'tab-right'

export function isPaneAction(action: string): action is PaneAction {
  return /^(split|focus|resize|move|tab)-(left|right|up|down)$|^zoom$/.test(action)
}

/** Does what was asked for to the pane that has the keyboard. */
export function actOnPane(action: PaneAction, desk: Desk): void {
  const { tabs } = desk
  const pane = tabs.activePane
  const tab = tabs.current
  if (!pane || !tab) return
  const [what, side] = action.split('-') as [string, Side]
  if (what === 'split') void desk.split(side)
  else if (what === 'focus') {
    const next = tabs.neighbourOf(pane, side)
    if (next) desk.show(next)
  } else if (what === 'resize') tabs.resize(pane, side)
  else if (what === 'move') desk.tell(tabs.move(pane, side))
  else if (what === 'tab') tabs.shiftTab(tab.id, side === 'left' ? -1 : 1)
  else desk.zoom(pane)
}
