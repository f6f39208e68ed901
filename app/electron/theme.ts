import type { NativeTheme } from 'electron'
import type { Core } from '../core.ts'

/**
 * What the system draws for the app (dialogs, menus, and what a page takes for the system's own theme) follows the theme
 * that a person chose, from now on.
 */
export function followTheme(core: Pick<Core, 'theme' | 'onEvent'>, nativeTheme: Pick<NativeTheme, 'themeSource'>): void {
  const take = () => {
    const theme = core.theme()
    nativeTheme.themeSource = theme === 'system' ? 'system' : theme.endsWith('light') ? 'light' : 'dark'
  }
  take()
  core.onEvent((event) => event === 'settings.changed' && take())
}
