import type { MenuItem } from '../app/contract.ts'
import { toggleBroadcast } from './broadcast/toggle-broadcast.ts'
import type { Desk } from './desk.svelte.ts'
import type { Dialogs } from './dialogs.svelte.ts'
import { terminalInFront } from './terminal/in-front.ts'
import { isDialogOpen } from './ui/open-dialog.ts'

/** Does what was chosen in the application's menu; a dialog that is open keeps the window to itself. */
export function actOnMenu(item: MenuItem, desk: Desk, dialogs: Dialogs): void {
  if (isDialogOpen()) return
  switch (item) {
    case 'palette':
      dialogs.openPalette()
      return
    case 'broadcast':
      toggleBroadcast(desk, dialogs)
      return
    case 'guide':
      dialogs.guide = {}
      return
    case 'save-scrollback':
      void terminalInFront()?.keeping.saveScrollback()
      return
    case 'close-session':
      if (desk.sessions.activeId) void desk.closing.close(desk.sessions.activeId)
      return
    default:
      dialogs.opened = { kind: dialogKinds[item] }
  }
}

const dialogKinds = {
  'new-profile': 'editor',
  import: 'import',
  export: 'export',
  'sign-ins': 'signIns',
  snippets: 'snippets',
  runs: 'runs',
  shortcuts: 'shortcuts',
  settings: 'settings',
  'explain-token': 'token',
  expiry: 'expiry',
  commands: 'commands',
  lock: 'lock',
  network: 'network',
  updates: 'updates',
  diagnostics: 'diagnostics',
  notices: 'notices'
} as const
