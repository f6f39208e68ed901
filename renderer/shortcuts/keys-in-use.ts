import { isUsableChord } from '../../app/settings/check.ts'
import { shownChord, type KeyPlatform } from './chords.ts'
import { psReadLineKeys } from './psreadline-keys.ts'
import type { Shortcut, WindowAction } from './shortcuts.ts'

/** Chords by action, as the setting `keys` has them: an action that is missing keeps its own. */
export type ChangedKeys = Readonly<Record<string, readonly string[]>>

export interface KeyProblem {
  /** The setting's name: `keys.<action>`. */
  name: string
  /** The chord that counts as not there; null where the action itself is unknown. */
  chord: string | null
  /** The rest of a sentence that begins with the chord, or with the name. */
  sentence: string
}

/** The keys that hold: the changed ones as far as they can be, and of the others those of the table that are left. */
export class KeysInUse {
  /** What was changed and can't be. */
  readonly problems: KeyProblem[] = []
  readonly #table: readonly Shortcut[]
  readonly #platform: KeyPlatform
  readonly #keys = new Map<WindowAction, readonly string[]>()
  readonly #actions = new Map<string, WindowAction>()

  constructor(table: readonly Shortcut[], changed: ChangedKeys, platform: KeyPlatform) {
    this.#table = table
    this.#platform = platform
    const isChanged = ({ action }: Shortcut) => Object.hasOwn(changed, action)
    for (const { action } of table.filter(isChanged)) this.#take(action, changed[action]!.filter((chord) => this.#isUsable(action, chord)))
    // What a person chose goes before what the table has.
    for (const { action, keys } of table.filter((row) => !isChanged(row))) this.#take(action, keys[platform].filter((chord) => !this.#actions.has(chord)))
    for (const name of Object.keys(changed)) {
      if (!table.some(({ action }) => action === name)) this.problems.push({ name: `keys.${name}`, chord: null, sentence: 'is nothing that a key of this Tenantry does' })
    }
  }

  /** The chords of an action; the first one is shown. */
  of(action: WindowAction): readonly string[] {
    return this.#keys.get(action) ?? []
  }

  actionOf(chord: string): WindowAction | null {
    return this.#actions.get(chord) ?? null
  }

  /** Why a chord can't become a key of an action, as a sentence; null where it can. */
  problemOf(chord: string, action: WindowAction): string | null {
    const shown = shownChord(chord, this.#platform)
    const owner = ownerOf(chord, this.#platform)
    if (owner) return `${shown} ${owner}.`
    const other = this.actionOf(chord)
    if (other === action) return `${shown} does that already.`
    return other ? `${shown} is the key of “${this.#labelOf(other)}”. Take it away there first.` : null
  }

  #isUsable(action: WindowAction, chord: string): boolean {
    const other = this.#actions.get(chord)
    const sentence = ownerOf(chord, this.#platform) ?? (other ? `is the key of “${this.#labelOf(other)}” already` : null)
    if (sentence) this.problems.push({ name: `keys.${action}`, chord, sentence })
    return sentence === null
  }

  #take(action: WindowAction, chords: readonly string[]): void {
    this.#keys.set(action, [...new Set(chords)])
    for (const chord of chords) this.#actions.set(chord, action)
  }

  #labelOf(action: WindowAction): string {
    return this.#table.find((row) => row.action === action)!.label
  }
}

/** Whose a chord is that can be nobody's of the window: the rest of a sentence; null where it can be had. */
function ownerOf(chord: string, platform: KeyPlatform): string | null {
  if (/\+?(Dead|Unidentified|Process|Compose)$/.test(chord)) return 'is not a key by itself'
  if (!isUsableChord(chord)) return platform === 'mac' ? 'types something: a key of the window has ⌃, ⌥ or ⌘, or is one of F1 to F24' : 'types something: a key of the window has Ctrl or Alt, or is one of F1 to F24'
  if (typesCharacter(chord, platform)) return 'types a character on many keyboards'
  const system = systemKeys[platform].find(([key]) => key === chord)?.[1] ?? (platform !== 'mac' && chord.includes('Meta+') ? 'belongs to the system' : null)
  if (system) return system
  const bound: readonly string[] = psReadLineKeys[platform === 'windows' ? 'Windows' : 'Emacs']
  return bound.includes(chord) || bound.includes(withoutSignShift(chord)) ? 'is one of PSReadLine’s, which edits the line in the terminal' : null
}

/** Option writes letters on a Mac; Ctrl and Alt together are AltGr elsewhere. */
function typesCharacter(chord: string, platform: KeyPlatform): boolean {
  const name = nameOf(chord)
  const modifiers = chord.slice(0, -name.length)
  if ([...name].length > 1 || modifiers.includes('Meta+')) return false
  return platform === 'mac' ? modifiers.includes('Alt+') && !modifiers.includes('Ctrl+') : modifiers.startsWith('Ctrl+Alt+')
}

/** PSReadLine names a sign by itself: whether Shift writes it is the keyboard's. */
function withoutSignShift(chord: string): string {
  return /[A-Za-z0-9]$/.test(chord) ? chord : chord.replace('Shift+', '')
}

const nameOf = (chord: string) => /(?:^|\+)([^+]+|\+)$/.exec(chord)?.[1] ?? chord

/** What a terminal or the system does with a key, whatever the table says. */
const systemKeys: Record<KeyPlatform, Array<[string, string]>> = {
  mac: [
    ['Meta+C', 'copies'], ['Meta+V', 'pastes'], ['Meta+X', 'cuts'], ['Meta+A', 'selects everything'], ['Meta+Z', 'takes back'], ['Shift+Meta+Z', 'does again'],
    ['Meta+Q', 'ends Tenantry'], ['Meta+H', 'hides Tenantry'], ['Alt+Meta+H', 'hides everything else'], ['Meta+M', 'minimises the window'], ['Shift+Meta+W', 'closes the window'],
    ['Meta+N', 'makes a new profile'], ['Meta+Tab', 'belongs to the system'], ['Meta+Space', 'belongs to the system'], ['Meta+`', 'belongs to the system']
  ],
  windows: [['Ctrl+Shift+C', 'copies in a terminal'], ['Ctrl+Shift+V', 'pastes into a terminal'], ['F11', 'makes the window as large as the screen'], ['Alt+F4', 'closes the window'], ['Alt+Tab', 'belongs to the system'], ['Alt+Escape', 'belongs to the system'], ['Ctrl+Escape', 'belongs to the system'], ['Ctrl+Shift+Escape', 'belongs to the system'], ['Alt+Space', 'belongs to the system']],
  linux: [['Ctrl+Shift+C', 'copies in a terminal'], ['Ctrl+Shift+V', 'pastes into a terminal'], ['F11', 'makes the window as large as the screen'], ['Alt+F4', 'closes the window'], ['Alt+Tab', 'belongs to the system'], ['Alt+Escape', 'belongs to the system'], ['Alt+Space', 'belongs to the system']]
}
