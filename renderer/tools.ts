import type { Dialogs } from './dialogs.svelte.ts'
import { shownKey } from './shortcuts/shortcuts.ts'

/** What is about no single tenant: the menu of the tools, and the palette's commands. */
export function toolsOf(dialogs: Dialogs): Array<{ label: string; key?: string | undefined; act(): void }> {
  return [
    { label: 'How do I set this up?', act: () => (dialogs.guide = {}) },
    { label: 'Explain a token…', act: () => (dialogs.opened = { kind: 'token' }) },
    { label: 'Expiring credentials…', act: () => (dialogs.opened = { kind: 'expiry' }) },
    { label: 'Command log…', act: () => (dialogs.opened = { kind: 'commands' }) },
    { label: 'Snippets…', key: shownKey('snippets'), act: () => (dialogs.opened = { kind: 'snippets' }) },
    { label: 'Run across tenants…', act: () => (dialogs.opened = { kind: 'runs' }) },
    { label: 'Broadcast input…', act: () => (dialogs.opened = { kind: 'broadcast' }) },
    { label: 'Lock…', act: () => (dialogs.opened = { kind: 'lock' }) },
    { label: 'Settings…', key: shownKey('settings'), act: () => (dialogs.opened = { kind: 'settings' }) },
    { label: 'Network…', act: () => (dialogs.opened = { kind: 'network' }) },
    { label: 'Updates…', act: () => (dialogs.opened = { kind: 'updates' }) },
    { label: 'Keyboard shortcuts…', act: () => (dialogs.opened = { kind: 'shortcuts' }) },
    { label: 'Copy diagnostics…', act: () => (dialogs.opened = { kind: 'diagnostics' }) },
    { label: 'Third-party licences…', act: () => (dialogs.opened = { kind: 'notices' }) }
  ]
}
