import type { CallInput, CallName, CallOutput, Failure, SettingKey, SettingsView, SettingValues } from '../../app/contract.ts'
import { defaultSettings, settingsTable } from '../../app/settings/table.ts'
import { failureOf, type Bridge } from '../bridge.ts'

/** Keys that are held down ask for a value dozens of times a second; the file needs the last one alone. */
const soonMs = 300
/** Where the window kept this itself before there was a file of settings. */
const formerScreenReaderKey = 'tenantry.screenReader'

/**
 * What a person chose, as the window knows it: the defaults until the main process said more, then what holds. Components
 * read `settings.values['terminal.fontSize']` and follow it; what is no component listens with `onChange`.
 */
export class WindowSettings {
  view = $state.raw<SettingsView>({ values: defaultSettings(), changed: [], problems: [], notices: [], readOnly: null, file: '' })
  /** Whether the main process said what holds. */
  isKnown = $state(false)
  /** What is shown already and not written yet. */
  #ahead = $state.raw<Partial<SettingValues>>({})
  readonly values: SettingValues = $derived({ ...this.view.values, ...this.#ahead })
  readonly #listeners = new Set<(values: SettingValues) => void>()
  #bridge: Bridge | null = null
  #timer: ReturnType<typeof setTimeout> | undefined

  /** Follows the main process, from now on. */
  connect(bridge: Bridge): void {
    this.#bridge = bridge
    bridge.on('settings.changed', (view) => this.#take(view))
    bridge.onState((link) => {
      if (link === 'connected') void this.#load()
    })
  }

  /** Tells what holds now, and whenever that changes; answers how to stop listening. */
  onChange(listener: (values: SettingValues) => void): () => void {
    this.#listeners.add(listener)
    listener(this.values)
    return () => this.#listeners.delete(listener)
  }

  /** Reads the file again: what was changed in it by hand holds from then on. Throws as a call does. */
  async readAgain(): Promise<void> {
    this.#take(await this.#call('settings.read', null))
  }

  /** Throws as a call does where it can't have that value; nothing is changed then. */
  async change<K extends SettingKey>(key: K, value: SettingValues[K]): Promise<void> {
    this.#take(await this.#call('settings.change', { key, value }))
  }

  /**
   * The same for a value that may be another in a moment: it is shown at once and written a little later.
   *
   * @param onFailure told why it could not be written; then it is as it was again
   */
  changeSoon<K extends SettingKey>(key: K, value: SettingValues[K], onFailure: (failure: Failure) => void): void {
    this.#ahead = { ...this.#ahead, [key]: value }
    this.#tell()
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#write(onFailure), soonMs)
  }

  /** Sets one back to its default, all for null; takes a key out of the file that is no setting. Throws as a call does. */
  async reset(key: string | null): Promise<void> {
    this.#take(await this.#call('settings.reset', { key }))
  }

  /** Asks for a file or a folder in the host's own dialog. Throws as a call does. */
  async choose(key: SettingKey): Promise<void> {
    this.#take(await this.#call('settings.choose', { key }))
  }

  async #write(onFailure: (failure: Failure) => void): Promise<void> {
    const ahead = this.#ahead
    try {
      for (const key of Object.keys(ahead) as SettingKey[]) await this.change(key, ahead[key] as never)
    } catch (error) {
      onFailure(failureOf(error))
    }
    // Asked for again meanwhile, it is written again.
    if (this.#ahead !== ahead) return
    this.#ahead = {}
    this.#tell()
  }

  async #load(): Promise<void> {
    try {
      await this.readAgain()
      await this.#bringOver()
    } catch {
      // Behind the lock nothing is told; the unlock begins the page anew. A link that broke is told elsewhere.
    }
  }

  /** What the window kept itself is a setting now. */
  async #bringOver(): Promise<void> {
    const former = globalThis.localStorage?.getItem(formerScreenReaderKey)
    if (former === 'on' && !this.view.changed.includes('terminal.screenReader')) await this.change('terminal.screenReader', true)
    globalThis.localStorage?.removeItem(formerScreenReaderKey)
  }

  #take(view: SettingsView): void {
    this.view = view
    this.isKnown = true
    this.#tell()
  }

  #tell(): void {
    for (const listener of this.#listeners) listener(this.values)
  }

  #call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>> {
    return this.#bridge ? this.#bridge.call(name, input) : Promise.reject(new Error('Tenantry is not there yet.'))
  }
}

/** The one window's. */
export const settings = new WindowSettings()

/** A number within what its setting takes. */
export function within(key: SettingKey, value: number): number {
  const setting = settingsTable[key]
  return setting.kind === 'number' ? Math.min(Math.max(value, setting.min), setting.max) : value
}
