import { panesOf, type Tab } from '../../app/arrangement.ts'
import type { SessionView } from '../../app/contract.ts'
import { broadcastablePanes, toggleBroadcast } from '../broadcast/toggle-broadcast.ts'
import type { Desk } from '../desk.svelte.ts'
import type { Dialogs } from '../dialogs.svelte.ts'
import { shownKey } from '../shortcuts/shortcuts.ts'

interface Item {
  label: string
  key?: string
  act(): void
  isDangerous?: boolean
}

/** What can be done with a pane; its own is brought to the front first. */
export function paneItems(session: SessionView, desk: Desk, dialogs: Dialogs): Item[] {
  const { tabs } = desk
  const tab = tabs.with(session.id)
  const isShared = tab !== undefined && panesOf(tab.layout).length > 1
  const here = (act: () => void) => () => {
    desk.show(session.id)
    act()
  }
  return [
    { label: 'Split right', key: shownKey('split-right'), act: here(() => void desk.split('right')) },
    { label: 'Split down', key: shownKey('split-down'), act: here(() => void desk.split('down')) },
    { label: 'Another tenant to the right…', act: here(() => dialogs.openPalette('right')) },
    { label: 'Another tenant below…', act: here(() => dialogs.openPalette('down')) },
    ...(isShared ? [{ label: tab.isZoomed ? 'Show all panes' : 'Zoom', key: shownKey('zoom'), act: () => desk.zoom(session.id) }] : []),
    ...(desk.broadcast.isOn || broadcastablePanes(desk).length > 0
      ? [{ label: desk.broadcast.isOn ? 'Stop broadcasting' : 'Broadcast input to all panes', key: shownKey('broadcast'), act: here(() => toggleBroadcast(desk, dialogs)) }]
      : []),
    ...(isShared ? [{ label: 'Move to a tab of its own', act: here(() => tabs.toTab(session.id)) }] : []),
    ...(session.canReconnect ? [{ label: 'Reconnect', act: () => void desk.reconnect(session.id) }] : []),
    { label: 'Close', key: shownKey('close'), act: () => void desk.closing.close(session.id), isDangerous: true }
  ]
}

/** What can be done with a tab. */
export function tabItems(tab: Tab, desk: Desk): Item[] {
  const { tabs } = desk
  const index = tabs.all.findIndex(({ id }) => id === tab.id)
  const others = tabs.all.filter((other) => other.id !== tab.id && !other.isPinned)
  return [
    { label: 'Rename…', key: 'F2', act: () => (tabs.renaming = tab.id) },
    { label: tab.isPinned ? 'Unpin' : 'Pin', act: () => tabs.pin(tab.id, !tab.isPinned) },
    ...(index > 0 ? [{ label: 'Move left', key: shownKey('tab-left'), act: () => tabs.shiftTab(tab.id, -1) }] : []),
    ...(index < tabs.all.length - 1 ? [{ label: 'Move right', key: shownKey('tab-right'), act: () => tabs.shiftTab(tab.id, 1) }] : []),
    ...(others.length > 0 ? [{ label: 'Close the others', act: () => void desk.closing.closeTabs(others) }] : []),
    { label: 'Close', key: 'Del', act: () => void desk.closing.closeTab(tab), isDangerous: true }
  ]
}
