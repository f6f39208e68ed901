import type { Desk } from '../desk.svelte.ts'
import type { Dialogs } from '../dialogs.svelte.ts'
import { canReceive } from './broadcast.svelte.ts'

/** The connected panes of the tab in front, where there are several. */
export function broadcastablePanes({ tabs, sessions }: Desk): string[] {
  const panes = tabs.current ? tabs.sessionsOf(tabs.current).map(({ id }) => id) : []
  const able = panes.filter((id) => canReceive(sessions.byId(id)))
  return able.length > 1 ? able : []
}

/** Ends the broadcast; else begins one to the panes of the tab in front, or where it has but one, to sessions that are chosen. */
export function toggleBroadcast(desk: Desk, dialogs: Dialogs): void {
  const panes = broadcastablePanes(desk)
  if (desk.broadcast.isOn) desk.broadcast.stop()
  else if (panes.length > 0) desk.broadcast.begin(panes)
  else dialogs.opened = { kind: 'broadcast' }
}
