export type KeyPlatform = 'mac' | 'windows' | 'linux'

/** The keys that belong to this computer. */
export function keyPlatform(name = navigator.platform): KeyPlatform {
  if (/^mac/i.test(name)) return 'mac'
  return /^win/i.test(name) ? 'windows' : 'linux'
}

export type Key = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'shiftKey' | 'altKey' | 'metaKey'> & Partial<Pick<KeyboardEvent, 'getModifierState'>>

/**
 * A key as the tables write it: `Ctrl+Shift+P`, the modifiers in the order Ctrl, Alt, Shift, Meta. A Latin letter is the
 * one on the key's cap, whatever the layout; on another script's layout, and for digits, which Shift turns into signs, it
 * is the key's place.
 */
export function chordOf(event: Key): string {
  const place = /^(?:Key|Digit|Numpad)([A-Z0-9])$/.exec(event.code)?.[1]
  const isLetter = /^[a-z]$/i.test(event.key)
  const name = isLetter ? event.key.toUpperCase() : (place ?? (event.key === ' ' ? 'Space' : event.key))
  const modifiers = [event.ctrlKey && 'Ctrl', event.altKey && 'Alt', event.shiftKey && 'Shift', event.metaKey && 'Meta']
  return [...modifiers.filter(Boolean), name].join('+')
}

const macSigns: Record<string, string> = { Ctrl: '⌃', Alt: '⌥', Shift: '⇧', Meta: '⌘' }

const arrows: Record<string, string> = { ArrowUp: '↑', ArrowDown: '↓', ArrowLeft: '←', ArrowRight: '→' }

/** A chord as the platform writes it: `Ctrl+Shift+P`, or `⌃⇧P`. */
export function shownChord(chord: string, platform = keyPlatform()): string {
  const [, modifiers = '', name = chord] = /^((?:(?:Ctrl|Alt|Shift|Meta)\+)*)(.+)$/.exec(chord) ?? []
  const shown = platform === 'mac' ? modifiers.replace(/(\w+)\+/g, (_, modifier: string) => macSigns[modifier]!) : modifiers
  return shown + (arrows[name] ?? name)
}
