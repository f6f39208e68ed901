/** What a key does to the window itself, wherever the keyboard is. */
export type WindowAction =
  | 'palette' | 'close' | 'next-region' | 'previous-region' | 'next-tab' | 'previous-tab' | 'last-tab'
  | `tab-${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8}`

export type KeyPlatform = 'mac' | 'windows' | 'linux'

export interface Shortcut {
  action: WindowAction
  label: string
  /** Chords such as `Ctrl+Shift+P`, the modifiers in the order Ctrl, Alt, Shift, Meta; the first one is shown. */
  keys: Record<KeyPlatform, string[]>
}

const everywhere = (...chords: string[]) => ({ mac: chords, windows: chords, linux: chords })
const numbered = (digit: number) => ({ mac: [`Meta+${digit}`], windows: [`Ctrl+${digit}`], linux: [`Ctrl+${digit}`] })

/**
 * Every key of the window's own. None of them is one that PSReadLine binds in the edit mode that it begins with on that
 * platform (Windows, and Emacs elsewhere, where Ctrl+K deletes to the line's end).
 */
export const shortcuts: readonly Shortcut[] = [
  { action: 'palette', label: 'Go to a tenant, a session or a command', keys: { mac: ['Meta+K', 'Shift+Meta+P', 'Ctrl+Shift+P'], windows: ['Ctrl+K', 'Ctrl+Shift+P'], linux: ['Ctrl+Shift+P'] } },
  { action: 'next-tab', label: 'The session used before this one', keys: everywhere('Ctrl+Tab') },
  { action: 'previous-tab', label: 'Back again', keys: everywhere('Ctrl+Shift+Tab') },
  ...([1, 2, 3, 4, 5, 6, 7, 8] as const).map((digit) => ({ action: `tab-${digit}` as const, label: `Session ${digit}`, keys: numbered(digit) })),
  { action: 'last-tab', label: 'The last session', keys: numbered(9) },
  { action: 'close', label: 'Close the session', keys: { mac: ['Ctrl+Shift+W', 'Meta+W'], windows: ['Ctrl+Shift+W'], linux: ['Ctrl+Shift+W'] } },
  { action: 'next-region', label: 'The next part of the window', keys: everywhere('F6') },
  { action: 'previous-region', label: 'The part of the window before', keys: everywhere('Shift+F6') }
]

/** The keys that belong to this computer. */
export function keyPlatform(name = navigator.platform): KeyPlatform {
  if (/^mac/i.test(name)) return 'mac'
  return /^win/i.test(name) ? 'windows' : 'linux'
}

type Key = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'shiftKey' | 'altKey' | 'metaKey'>

/**
 * A key as the table writes it. A Latin letter is the one on the key's cap, whatever the layout; on another script's
 * layout, and for digits, which Shift turns into signs, it is the key's place.
 */
export function chordOf(event: Key): string {
  const place = /^(?:Key|Digit|Numpad)([A-Z0-9])$/.exec(event.code)?.[1]
  const isLetter = /^[a-z]$/i.test(event.key)
  const name = isLetter ? event.key.toUpperCase() : (place ?? event.key)
  const modifiers = [event.ctrlKey && 'Ctrl', event.altKey && 'Alt', event.shiftKey && 'Shift', event.metaKey && 'Meta']
  return [...modifiers.filter(Boolean), name].join('+')
}

/** What a key does to the window, or null where it is the terminal's. */
export function windowAction(event: Key, platform = keyPlatform()): WindowAction | null {
  const chord = chordOf(event)
  return shortcuts.find(({ keys }) => keys[platform].includes(chord))?.action ?? null
}

const macSigns: Record<string, string> = { Ctrl: '⌃', Alt: '⌥', Shift: '⇧', Meta: '⌘' }

/** A chord as the platform writes it: `Ctrl+Shift+P`, or `⌃⇧P`. */
export function shownChord(chord: string, platform = keyPlatform()): string {
  return platform === 'mac' ? chord.split('+').map((part) => macSigns[part] ?? part).join('') : chord
}

/** The key to show for an action. */
export function shownKey(action: WindowAction, platform = keyPlatform()): string | undefined {
  const chord = shortcuts.find((shortcut) => shortcut.action === action)?.keys[platform][0]
  return chord && shownChord(chord, platform)
}
