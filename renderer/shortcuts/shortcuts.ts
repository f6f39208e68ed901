import type { PaneAction } from '../panes/pane-actions.ts'
import type { Side } from '../panes/layout.ts'
import { settings } from '../settings/settings.svelte.ts'
import { chordOf, keyPlatform, shownChord, type Key, type KeyPlatform } from './chords.ts'
import { KeysInUse, type ChangedKeys } from './keys-in-use.ts'

export { chordOf, keyPlatform, shownChord, type KeyPlatform } from './chords.ts'

/** What a key does to the window itself, wherever the keyboard is. */
export type WindowAction =
  | PaneAction | 'palette' | 'find' | 'previous-command' | 'next-command' | 'select-output' | 'copy-output' | 'command-menu' | 'save-scrollback' | 'close' | 'next-region' | 'previous-region' | 'next-tab' | 'previous-tab' | 'last-tab' | 'snippets' | 'broadcast' | 'settings' | 'zoom-in' | 'zoom-out' | 'zoom-reset'
  | `tab-${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8}`

export interface Shortcut {
  action: WindowAction
  label: string
  /** Chords such as `Ctrl+Shift+P`, the modifiers in the order Ctrl, Alt, Shift, Meta; the first one is shown. */
  keys: Record<KeyPlatform, string[]>
}

const everywhere = (...chords: string[]) => ({ mac: chords, windows: chords, linux: chords })
/** Elsewhere ⌘ is nobody's, so that a Mac's keys differ by more than a modifier. */
const except = (mac: string, ...chords: string[]) => ({ mac: [mac], windows: chords, linux: chords })
const sides: ReadonlyArray<[Side, string]> = [['left', 'Left'], ['right', 'Right'], ['up', 'Up'], ['down', 'Down']]
const withCtrl = (name: string | number) => ({ mac: [`Meta+${name}`], windows: [`Ctrl+${name}`], linux: [`Ctrl+${name}`] })

const sideWords: Record<Side, string> = { left: 'to the left', right: 'to the right', up: 'above', down: 'below' }

/**
 * Every key of the window's own. None of them is one that PSReadLine binds in the edit mode that it begins with on that
 * platform (Windows, and Emacs elsewhere, where Ctrl+K deletes to the line's end).
 */
export const shortcuts: readonly Shortcut[] = [
  { action: 'palette', label: 'Go to a tenant, a session or a command', keys: { mac: ['Meta+K', 'Shift+Meta+P', 'Ctrl+Shift+P'], windows: ['Ctrl+K', 'Ctrl+Shift+P'], linux: ['Ctrl+Shift+P'] } },
  { action: 'find', label: 'Find in the terminal', keys: { mac: ['Meta+F', 'Ctrl+Shift+F'], windows: ['Ctrl+Shift+F'], linux: ['Ctrl+Shift+F'] } },
  { action: 'next-tab', label: 'The session used before this one', keys: everywhere('Ctrl+Tab') },
  { action: 'previous-tab', label: 'Back again', keys: everywhere('Ctrl+Shift+Tab') },
  ...([1, 2, 3, 4, 5, 6, 7, 8] as const).map((digit) => ({ action: `tab-${digit}` as const, label: `Session ${digit}`, keys: withCtrl(digit) })),
  { action: 'last-tab', label: 'The last session', keys: withCtrl(9) },
  { action: 'previous-command', label: 'The command before, in the terminal', keys: { mac: ['Meta+ArrowUp'], windows: ['Ctrl+ArrowUp'], linux: ['Ctrl+ArrowUp'] } },
  { action: 'next-command', label: 'The command after it', keys: { mac: ['Meta+ArrowDown'], windows: ['Ctrl+ArrowDown'], linux: ['Ctrl+ArrowDown'] } },
  { action: 'select-output', label: 'Select what a command printed: the one you went to, or the newest', keys: { mac: ['Shift+Meta+O'], windows: ['Ctrl+Shift+O'], linux: ['Ctrl+Shift+O'] } },
  { action: 'copy-output', label: 'Copy what it printed', keys: { mac: ['Shift+Meta+Y'], windows: ['Ctrl+Shift+Y'], linux: ['Ctrl+Shift+Y'] } },
  { action: 'command-menu', label: 'Its menu', keys: { mac: ['Shift+Meta+M'], windows: ['Ctrl+Shift+M'], linux: ['Ctrl+Shift+M'] } },
  { action: 'save-scrollback', label: 'Save the terminal’s scrollback', keys: except('Meta+S', 'Ctrl+Shift+K') },
  { action: 'close', label: 'Close the session', keys: { mac: ['Ctrl+Shift+W', 'Meta+W'], windows: ['Ctrl+Shift+W'], linux: ['Ctrl+Shift+W'] } },
  { action: 'split-right', label: 'Split: the same tenant to the right', keys: except('Meta+D', 'Ctrl+Shift+E') },
  { action: 'split-down', label: 'Split: the same tenant below', keys: except('Shift+Meta+D', 'Ctrl+Shift+D') },
  ...sides.map(([side, arrow]) => ({ action: `focus-${side}` as const, label: `The pane ${sideWords[side]}`, keys: except(`Alt+Meta+Arrow${arrow}`, `Alt+Arrow${arrow}`) })),
  ...sides.map(([side, arrow]) => ({ action: `resize-${side}` as const, label: `Move the pane’s line ${side}`, keys: except(`Ctrl+Meta+Arrow${arrow}`, `Alt+Shift+Arrow${arrow}`) })),
  ...sides.map(([side, arrow]) => ({ action: `move-${side}` as const, label: `Move the pane ${side}`, keys: except(`Alt+Shift+Meta+Arrow${arrow}`, `Ctrl+Alt+Shift+Arrow${arrow}`) })),
  { action: 'zoom', label: 'Zoom the pane, or show all of them', keys: except('Shift+Meta+Enter', 'Ctrl+Shift+X') },
  { action: 'tab-left', label: 'Move the tab to the left', keys: everywhere('Ctrl+Shift+PageUp') },
  { action: 'tab-right', label: 'Move the tab to the right', keys: everywhere('Ctrl+Shift+PageDown') },
  { action: 'snippets', label: 'Snippets', keys: except('Shift+Meta+S', 'Ctrl+Shift+S') },
  { action: 'broadcast', label: 'Broadcast input to the panes of the tab, or stop it', keys: except('Shift+Meta+B', 'Ctrl+Shift+B') },
  { action: 'settings', label: 'Settings', keys: withCtrl(',') },
  // On some keyboards + is written with Shift, on some without, and on some = is its key.
  { action: 'zoom-in', label: 'Larger text in terminals', keys: { mac: ['Meta++', 'Meta+=', 'Shift+Meta++'], windows: ['Ctrl++', 'Ctrl+=', 'Ctrl+Shift++'], linux: ['Ctrl++', 'Ctrl+=', 'Ctrl+Shift++'] } },
  { action: 'zoom-out', label: 'Smaller text in terminals', keys: withCtrl('-') },
  { action: 'zoom-reset', label: 'Text in terminals as large as at first', keys: withCtrl(0) },
  { action: 'next-region', label: 'The next part of the window', keys: everywhere('F6') },
  { action: 'previous-region', label: 'The part of the window before', keys: everywhere('Shift+F6') }
]

let known: { changed: ChangedKeys; platform: KeyPlatform; keys: KeysInUse } | null = null

/** The keys that hold now; a component that asks follows the setting. */
export function keysNow(platform = keyPlatform(), changed: ChangedKeys = settings.values.keys): KeysInUse {
  if (known?.changed !== changed || known.platform !== platform) known = { changed, platform, keys: new KeysInUse(shortcuts, changed, platform) }
  return known.keys
}

/** What a key does to the window, or null where it is the terminal's. What AltGr writes is nobody's key. */
export function windowAction(event: Key, platform = keyPlatform()): WindowAction | null {
  return event.getModifierState?.('AltGraph') ? null : keysNow(platform).actionOf(chordOf(event))
}

/** The key to show for an action; undefined where it has none. */
export function shownKey(action: WindowAction, platform = keyPlatform()): string | undefined {
  const [chord] = keysNow(platform).of(action)
  return chord && shownChord(chord, platform)
}
