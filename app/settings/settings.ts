import type { SettingsView } from '../contract.ts'
import { failure } from '../failures.ts'
import { isRecord } from '../json.ts'
import { isSettingKey, keysProblem, settingProblem } from './check.ts'
import { readSettingsFile, sweepSettingsDrafts, writeSettingsFile, type ReadFile, type Stored } from './file.ts'
import { defaultSettings, settingKeys, settingsTable, type Setting, type SettingKey, type SettingValues } from './table.ts'

export interface SettingsOptions {
  /** Full path of settings.json. */
  file: string
  now(): number
  /** What holds changed; `keys` are the settings that have another value now. */
  onChange(view: SettingsView, keys: SettingKey[]): void
}

/**
 * What a person chose, one value at a time: one that is broken or unknown in the file is named and counts as not there,
 * and stays in the file as it is until it is changed or reset. The file is read anew before each change, so that what
 * somebody typed into it meanwhile is kept.
 */
export class Settings {
  readonly #options: SettingsOptions
  #file: ReadFile
  #judged: Pick<SettingsView, 'values' | 'changed' | 'problems'>
  readonly #listeners = new Map<SettingKey, Set<() => void>>()

  constructor(options: SettingsOptions) {
    this.#options = options
    sweepSettingsDrafts(options.file)
    this.#file = readSettingsFile(options.file, options.now())
    this.#judged = judge(this.#file.stored)
  }

  /** What holds now. */
  get values(): SettingValues {
    return this.#judged.values
  }

  /** Tells that a setting has another value now, in whatever way it got it; answers how to stop listening. */
  on(key: SettingKey, listener: () => void): () => void {
    const listeners = this.#listeners.get(key) ?? new Set()
    this.#listeners.set(key, listeners.add(listener))
    return () => void listeners.delete(listener)
  }

  get view(): SettingsView {
    const { notices, readOnly } = this.#file
    return { ...this.#judged, notices, readOnly, file: this.#options.file }
  }

  /** Reads the file again: what was changed in it by hand holds from now on. */
  readAgain(): SettingsView {
    this.#take(this.#reread())
    return this.view
  }

  /**
   * Changes one setting as the window asks. Paths are taken away only: they are chosen in the main process's own dialog.
   *
   * @throws TenantryError `setting-refused`, `settings-read-only`, `settings-not-written`
   */
  change(key: SettingKey, value: unknown): SettingsView {
    const { kind, title } = settingsTable[key]
    if ((kind === 'file' || kind === 'folder') && value !== null) throw failure('setting-refused', { title, problem: 'is chosen in Tenantry’s own dialog' })
    return this.set(key, value as never)
  }

  /** The same for the main process itself, which may set a path too. */
  set<K extends SettingKey>(key: K, value: SettingValues[K]): SettingsView {
    const problem = settingProblem(key, value)
    if (problem) throw failure('setting-refused', { title: settingsTable[key].title, problem })
    return this.#write((stored) => {
      const kept = key === 'keys' ? { ...brokenKeys(stored.get(key)), ...(value as object) } : value
      if (isDefault(key, kept)) stored.delete(key)
      else stored.set(key, kept)
    })
  }

  /**
   * Sets a setting back to its default, or all that are known for null. An unknown key is removed from the file, and
   * `keys.<action>` sets the keys of one action back.
   */
  reset(key: string | null): SettingsView {
    return this.#write((stored) => {
      if (key === null) for (const known of Object.keys(settingsTable)) stored.delete(known)
      else if (!stored.delete(key) && key.startsWith('keys.')) resetKeysOf(stored, key.slice('keys.'.length))
    })
  }

  #write(change: (stored: Map<string, unknown>) => void): SettingsView {
    const file = this.#reread()
    if (file.readOnly !== null) {
      this.#take(file)
      throw failure('settings-read-only', { reason: file.readOnly })
    }
    const stored = new Map(file.stored)
    change(stored)
    try {
      writeSettingsFile(this.#options.file, stored)
    } catch (error) {
      this.#take(file)
      throw failure('settings-not-written', { reason: (error as NodeJS.ErrnoException).code ?? 'no reason given' })
    }
    this.#take({ ...file, stored })
    return this.view
  }

  /** What was said of the file once is said as long as Tenantry runs. */
  #reread(): ReadFile {
    const file = readSettingsFile(this.#options.file, this.#options.now())
    return { ...file, notices: [...new Set([...this.#file.notices, ...file.notices])] }
  }

  #take(file: ReadFile): void {
    const before = JSON.stringify(this.view)
    const { values } = this.#judged
    this.#file = file
    this.#judged = judge(file.stored)
    if (JSON.stringify(this.view) === before) return
    const isOther = (key: SettingKey) => JSON.stringify(values[key]) !== JSON.stringify(this.values[key])
    const changed = settingKeys.filter(isOther)
    this.#options.onChange(this.view, changed)
    for (const key of changed) for (const listener of this.#listeners.get(key) ?? []) listener()
  }
}

function judge(stored: Stored): Pick<SettingsView, 'values' | 'changed' | 'problems'> {
  const values: Record<string, unknown> = defaultSettings()
  const changed: SettingKey[] = []
  const problems: SettingsView['problems'] = []
  const say = (name: string, value: unknown, sentence: string) => problems.push({ name, found: shortened(value), sentence })
  for (const [key, value] of stored) {
    if (!isSettingKey(key)) {
      say(key, value, 'is no setting of this Tenantry')
      continue
    }
    const setting: Setting = settingsTable[key]
    const used = setting.kind === 'keys' && isRecord(value) ? usableKeys(value, say) : value
    const problem = settingProblem(key, used)
    if (problem) say(key, value, problem)
    else if (!isDefault(key, used)) {
      values[key] = used
      changed.push(key)
    }
  }
  return { values: values as SettingValues, changed, problems }
}

/** The actions whose keys are usable; the others are named one by one. */
function usableKeys(keys: Record<string, unknown>, say: (name: string, value: unknown, sentence: string) => void): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(keys).filter(([action, chords]) => {
      const problem = keysProblem(chords)
      if (problem) say(`keys.${action}`, chords, problem)
      return problem === null
    })
  )
}

/** What the file has of keys that can't be: it stays until somebody changes or resets it. */
function brokenKeys(keys: unknown): Record<string, unknown> {
  return isRecord(keys) ? Object.fromEntries(Object.entries(keys).filter(([, chords]) => keysProblem(chords) !== null)) : {}
}

function resetKeysOf(stored: Map<string, unknown>, action: string): void {
  const keys = stored.get('keys')
  if (!isRecord(keys)) return
  const left = Object.entries(keys).filter(([name]) => name !== action)
  if (left.length > 0) stored.set('keys', Object.fromEntries(left))
  else stored.delete('keys')
}

const isDefault = (key: SettingKey, value: unknown) => JSON.stringify(value) === JSON.stringify(settingsTable[key].default)

/** As it stands in the file, cut where nobody reads on. */
function shortened(value: unknown): string {
  const text = JSON.stringify(value)
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}

/** One sentence on what of the settings' file counts as not there, and why; null where all of it holds. */
export function settingsNotice({ problems, notices }: SettingsView): string | null {
  const count = problems.length === 1 ? 'One value of the settings’ file can’t be used' : `${problems.length} values of the settings’ file can’t be used`
  const told = problems.length > 0 ? [`${count} and ${problems.length === 1 ? 'counts' : 'count'} as not there: Settings names what.`] : []
  return [...notices, ...told].join(' ') || null
}
