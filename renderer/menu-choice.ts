import type { MenuItem } from '../app/contract.ts'
import type { Desk } from './desk.svelte.ts'
import type { Dialogs } from './dialogs.svelte.ts'

/** Does what was chosen in the application's menu; a dialog that is open keeps the window to itself. */
export function actOnMenu(item: MenuItem, desk: Desk, dialogs: Dialogs): void {
  if (document.querySelector('[role=dialog], [role=alertdialog]')) return
  switch (item) {
    case 'palette':
      dialogs.isPaletteOpen = true
      return
    case 'guide':
      dialogs.guide = {}
      return
    case 'close-session':
      if (desk.sessions.activeId) void desk.close(desk.sessions.activeId)
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
  shortcuts: 'shortcuts',
  'explain-token': 'token',
  expiry: 'expiry',
  commands: 'commands',
  lock: 'lock',
  network: 'network',
  updates: 'updates',
  diagnostics: 'diagnostics'
} as const
