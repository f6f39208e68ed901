import type { ITerminalOptions } from '@xterm/xterm'
import type { SettingValues } from '../../app/contract.ts'
import type { ShownTheme } from '../settings/theme.svelte.ts'
import { terminalThemes } from './terminal-theme.ts'

/** WCAG AAA's least contrast: who chose a theme of high contrast has it in what programs print, too. */
const highContrast = 7

/**
 * What an xterm takes of the settings.
 *
 * @param isStill whether the system asks for reduced motion
 */
export function terminalOptions(values: SettingValues, theme: ShownTheme, isStill: boolean): ITerminalOptions {
  const leastContrast = values['terminal.minimumContrast']
  return {
    fontFamily: values['terminal.fontFamily'],
    fontSize: values['terminal.fontSize'],
    lineHeight: values['terminal.lineHeight'],
    minimumContrastRatio: theme.startsWith('contrast') ? Math.max(leastContrast, highContrast) : leastContrast,
    cursorStyle: values['terminal.cursorStyle'],
    cursorBlink: values['terminal.cursorBlink'] && !isStill,
    scrollback: values['terminal.scrollback'],
    screenReaderMode: values['terminal.screenReader'],
    theme: terminalThemes[theme]
  }
}
