import { searchFor } from '../../app/search-words.ts'
import { settingKeys, settingSections, settingsTable, type Setting, type SettingKey, type SettingSection, type SettingValues } from '../../app/settings/table.ts'
import { shortcuts } from '../shortcuts/shortcuts.ts'

export interface ShownSection {
  section: SettingSection
  keys: SettingKey[]
}

/** The settings in which every word of a search is found: in the title, the explanation, the section, the choices or the name in the file. */
export function foundSettings(search: string, among: readonly SettingKey[] = settingKeys): ShownSection[] {
  const isFound = searchFor(search)
  const found = among.filter((key) => isFound(textOf(key)))
  return settingSections.map((section) => ({ section, keys: found.filter((key) => settingsTable[key].section === section) })).filter(({ keys }) => keys.length > 0)
}

function textOf(key: SettingKey): string {
  const setting: Setting = settingsTable[key]
  const more = setting.kind === 'choice' ? Object.values(setting.choices) : setting.kind === 'keys' ? shortcuts.map(({ label }) => label) : []
  return [setting.title, setting.explanation, setting.section, key, ...more].join('\n').toLowerCase()
}

/** A value as a person reads it. */
export function shownValue<K extends SettingKey>(key: K, value: SettingValues[K]): string {
  const setting: Setting = settingsTable[key]
  switch (setting.kind) {
    case 'flag':
      return value ? 'On' : 'Off'
    case 'choice':
      return setting.choices[value as string] ?? String(value)
    case 'number':
      return value === null ? (setting.none ?? '') : `${String(value)} ${setting.unit}`.trim()
    case 'fonts':
      return String(value)
    case 'file':
    case 'folder':
      return value === null ? setting.none : String(value)
    case 'keys': {
      const count = Object.keys(value as object).length
      return count === 0 ? 'None changed' : `${count} changed`
    }
  }
}

/** What is used where a value of the file can't be, as a sentence; nothing for a name that is no setting. */
export function usedInstead(name: string, values: SettingValues): string {
  if (Object.hasOwn(settingsTable, name)) return `Used instead: “${shownValue(name as SettingKey, values[name as SettingKey])}”.`
  return name.startsWith('keys.') ? 'Used instead: its default keys.' : ''
}
