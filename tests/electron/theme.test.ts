import type { NativeTheme } from 'electron'
import { expect, it } from 'vitest'
import type { SettingValues } from '../../app/contract.ts'
import type { Core } from '../../app/core.ts'
import { followTheme } from '../../app/electron/theme.ts'

it('what the system draws follows the theme that was chosen, at the start and after each change', () => {
  const nativeTheme: Pick<NativeTheme, 'themeSource'> = { themeSource: 'system' }
  let chosen: SettingValues['appearance.theme'] = 'contrast-light'
  const heard: Array<Parameters<Core['onEvent']>[0]> = []
  followTheme({ theme: () => chosen, onEvent: (listener) => (heard.push(listener), () => {}) }, nativeTheme)
  expect(nativeTheme.themeSource).toBe('light')
  for (const [theme, source] of [['dark', 'dark'], ['contrast-dark', 'dark'], ['system', 'system'], ['light', 'light']] as const) {
    chosen = theme
    for (const listener of heard) listener('settings.changed', {} as never)
    expect(nativeTheme.themeSource, theme).toBe(source)
  }
})
