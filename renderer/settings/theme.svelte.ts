import { MediaQuery } from 'svelte/reactivity'
import type { SettingValues } from '../../app/contract.ts'
import { settings } from './settings.svelte.ts'

export type ShownTheme = 'dark' | 'light' | 'contrast-dark' | 'contrast-light'
type Choice = SettingValues['appearance.theme']

/** The choice of the last time, so that a start does not begin in other colours. It is no setting: only a guess at one. */
const guessKey = 'tenantry.theme'

/** What is shown where a person chose that and the system says this. Whoever asks the system for more contrast gets it. */
export function themeOf(choice: Choice, isSystemDark: boolean, wantsContrast: boolean): ShownTheme {
  if (choice === 'contrast-dark' || choice === 'contrast-light') return choice
  const scheme = choice === 'system' ? (isSystemDark ? 'dark' : 'light') : choice
  return wantsContrast ? `contrast-${scheme}` : scheme
}

/** The colours of the window and its terminals; follows the setting and the system. */
class Theme {
  readonly #isSystemDark = new MediaQuery('(prefers-color-scheme: dark)', true)
  readonly #wantsContrast = new MediaQuery('(prefers-contrast: more)')
  readonly #wantsStillness = new MediaQuery('(prefers-reduced-motion: reduce)')
  readonly #guess = (globalThis.localStorage?.getItem(guessKey) ?? 'system') as Choice
  readonly shown: ShownTheme = $derived(
    themeOf(settings.isKnown ? settings.values['appearance.theme'] : this.#guess, this.#isSystemDark.current, this.#wantsContrast.current)
  )

  /** Whether the system asks for reduced motion. */
  get isStill(): boolean {
    return this.#wantsStillness.current
  }

  /** Puts it on the page, for theme.css. */
  show(): void {
    const { dataset } = document.documentElement
    dataset.scheme = this.shown.endsWith('light') ? 'light' : 'dark'
    dataset.contrast = this.shown.startsWith('contrast') ? 'more' : 'usual'
    if (settings.isKnown) localStorage.setItem(guessKey, settings.values['appearance.theme'])
  }
}

export const theme = new Theme()
