import { describe, expect, it } from 'vitest'
import { defaultSettings, settingKeys } from '../../app/settings/table.ts'
import { foundSettings, shownValue, usedInstead } from '../../renderer/settings/settings-list.ts'
import { themeOf } from '../../renderer/settings/theme.svelte.ts'
import { rangesOf } from '../../renderer/terminal/ligatures.ts'
import { terminalOptions } from '../../renderer/terminal/terminal-options.ts'

const found = (search: string) => foundSettings(search).flatMap(({ keys }) => keys)

describe('a search of the settings', () => {
  it('shows all by section where nothing is typed, each once', () => {
    expect(found(' ').toSorted()).toEqual(settingKeys.toSorted())
    expect(foundSettings('').map(({ section }) => section)).toEqual([...new Set(foundSettings('').map(({ section }) => section))])
  })

  it.each([
    ['by title', 'FONT size', 'terminal.fontSize'], ['by a word of the explanation', 'wcag', 'terminal.minimumContrast'], ['by a choice', 'flashes', 'terminal.bell'],
    ['by the name in the file', 'terminal.scrollback', 'terminal.scrollback'], ['by what a key does', 'session used before', 'keys']
  ])('finds one %s', (_, search, key) => expect(found(search)).toContain(key))

  it('finds nothing that lacks one of the words', () => {
    expect(found('font nonsense')).toEqual([])
  })
})

describe('a value', () => {
  it.each([
    ['terminal.fontSize', 13, '13 px'], ['terminal.minimumContrast', 4.5, '4.5 : 1'], ['terminal.lineHeight', 1.25, '1.25'], ['terminal.bell', 'none', 'Nothing'], ['terminal.cursorBlink', true, 'On'],
    ['lock.afterMinutes', null, 'Never by itself'], ['powershell.path', null, 'The one that is found'], ['powershell.path', '/opt/pwsh', '/opt/pwsh'], ['keys', {}, 'None changed'], ['keys', { palette: ['F9'] }, '1 changed']
  ] as const)('of %s that is %j reads as “%s”', (key, value, text) => expect(shownValue(key, value as never)).toBe(text))

  it('that can’t be has said what is used instead', () => {
    expect([usedInstead('terminal.fontSize', defaultSettings()), usedInstead('keys.close', defaultSettings()), usedInstead('toString', defaultSettings())]).toEqual(
      ['Used instead: “13 px”.', 'Used instead: its default keys.', '']
    )
  })
})

it('signs that a font may draw as one are joined, the longest first', () => {
  expect(rangesOf('a -> b !== c ==> d')).toEqual([[2, 4], [7, 10], [13, 16]])
  expect(rangesOf('Get-Mailbox | Where Name -eq 1')).toEqual([])
})

describe('the theme', () => {
  it.each([
    ['system', true, false, 'dark'], ['system', false, false, 'light'], ['system', false, true, 'contrast-light'], ['light', true, false, 'light'], ['dark', false, true, 'contrast-dark'], ['contrast-light', true, false, 'contrast-light']
  ] as const)('that was chosen as %s, where the system is dark: %s and wants contrast: %s, is %s', (choice, isDark, contrast, shown) => expect(themeOf(choice, isDark, contrast)).toBe(shown))
})

describe('a terminal', () => {
  it('takes what the settings say', () => {
    const values = { ...defaultSettings(), 'terminal.fontSize': 20, 'terminal.cursorStyle': 'bar', 'terminal.scrollback': 50_000 } as const
    expect(terminalOptions(values, 'light', false)).toMatchObject({ fontSize: 20, cursorStyle: 'bar', cursorBlink: true, scrollback: 50_000, minimumContrastRatio: 4.5, screenReaderMode: false, theme: { background: '#f6f7f9' } })
  })

  it('has still cursors where the system asks for less motion, and 7:1 at least in themes of high contrast', () => {
    expect(terminalOptions(defaultSettings(), 'contrast-dark', true)).toMatchObject({ cursorBlink: false, minimumContrastRatio: 7, theme: { background: '#000000' } })
    expect(terminalOptions({ ...defaultSettings(), 'terminal.minimumContrast': 21 }, 'contrast-light', false).minimumContrastRatio).toBe(21)
    expect(terminalOptions({ ...defaultSettings(), 'terminal.minimumContrast': 1 }, 'dark', false).minimumContrastRatio).toBe(1)
  })
})
