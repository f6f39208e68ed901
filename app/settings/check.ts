import { settingsTable, type Setting, type SettingKey } from './table.ts'

/** More fonts than anybody lists. */
const maxFontChars = 400
/** Names and quotes alone: what is typed here becomes part of a style. */
const fontNames = /^[\p{L}\p{N} ,'"._-]+$/u
const maxPathChars = 4096
const chord = /^(Ctrl\+)?(Alt\+)?(Shift\+)?(Meta\+)?([A-Z0-9]|F[1-9]|F1\d|F2[0-4]|[A-Z][A-Za-z]{1,20}|[^\sA-Za-z0-9])$/u
const maxChords = 4

/** Whether a setting is known by this name. */
export function isSettingKey(key: string): key is SettingKey {
  return Object.hasOwn(settingsTable, key)
}

/** Why a value can't be that of a setting, as the rest of a sentence ("must be …"); null where it can. */
export function settingProblem(key: SettingKey, value: unknown): string | null {
  const setting: Setting = settingsTable[key]
  switch (setting.kind) {
    case 'flag':
      return typeof value === 'boolean' ? null : 'must be true or false'
    case 'choice':
      return typeof value === 'string' && Object.hasOwn(setting.choices, value) ? null : `must be one of ${Object.keys(setting.choices).join(', ')}`
    case 'number':
      return isNumberOf(setting, value) ? null : `must be ${isWhole(setting) ? 'a whole number' : 'a number'} from ${setting.min} to ${setting.max}${setting.none ? ', or null' : ''}`
    case 'fonts':
      return typeof value === 'string' && value.trim() !== '' && value.length <= maxFontChars && fontNames.test(value) ? null : 'must be names of fonts with commas between them'
    case 'file':
    case 'folder':
      return value === null || (typeof value === 'string' && value !== '' && value.length <= maxPathChars && !value.includes('\0')) ? null : `must be the path of a ${setting.kind}, or null`
    case 'keys': {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'must be a list of keys by what they do'
      const wrong = Object.entries(value).find(([, chords]) => keysProblem(chords) !== null)
      return wrong ? `of “${wrong[0]}” ${keysProblem(wrong[1])}` : null
    }
  }
}

/** The same of the keys of one action. */
export function keysProblem(chords: unknown): string | null {
  if (!Array.isArray(chords) || chords.length > maxChords || !chords.every((one) => typeof one === 'string')) return `must be a list of up to ${maxChords} keys`
  const wrong = chords.find((one: string) => !isUsableChord(one))
  return wrong === undefined ? null : `must be keys such as Ctrl+Shift+P: with Ctrl, Alt or Meta, or one of F1 to F24`
}

/** Whether a chord names one key, and no key that types something. */
export function isUsableChord(text: string): boolean {
  const parts = chord.exec(text)
  if (!parts) return false
  const [, ctrl, alt, , meta, name = ''] = parts
  return Boolean(ctrl ?? alt ?? meta) || /^F\d/.test(name)
}

type NumberSetting = Extract<Setting, { kind: 'number' }>

const isWhole = ({ step }: NumberSetting) => Number.isInteger(step)

function isNumberOf(setting: NumberSetting, value: unknown): boolean {
  if (value === null) return setting.none !== undefined
  if (typeof value !== 'number' || !Number.isFinite(value) || value < setting.min || value > setting.max) return false
  return !isWhole(setting) || Number.isInteger(value)
}
