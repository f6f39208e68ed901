import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { chordOf, shortcuts, shownChord, windowAction, type KeyPlatform } from '../../renderer/shortcuts/shortcuts.ts'
import { engines } from '../engines.ts'

const platforms: KeyPlatform[] = ['mac', 'windows', 'linux']
const press = (code: string, key: string, modifiers: string[] = []) => ({
  code, key, ctrlKey: modifiers.includes('Ctrl'), altKey: modifiers.includes('Alt'), shiftKey: modifiers.includes('Shift'), metaKey: modifiers.includes('Meta')
})

describe('the keys of the window', () => {
  it.each(platforms)('name one action each on %s', (platform) => {
    const chords = shortcuts.flatMap(({ keys }) => keys[platform])
    expect(new Set(chords).size).toBe(chords.length)
    for (const { keys } of shortcuts) expect(keys[platform].length).toBeGreaterThan(0)
  })

  it.each<[string, ReturnType<typeof press>, KeyPlatform, ReturnType<typeof windowAction>]>([
    ['Ctrl+K on Windows', press('KeyK', 'k', ['Ctrl']), 'windows', 'palette'],
    ['Ctrl+K on Linux, where it deletes to the end of the line', press('KeyK', 'k', ['Ctrl']), 'linux', null],
    ['Ctrl+K on a Mac, where it does too', press('KeyK', 'k', ['Ctrl']), 'mac', null],
    ['Cmd+K', press('KeyK', 'k', ['Meta']), 'mac', 'palette'],
    ['Ctrl+Shift+P', press('KeyP', 'P', ['Ctrl', 'Shift']), 'linux', 'palette'],
    ['Ctrl+Shift+P at its place on a Dvorak keyboard, where another letter is', press('KeyR', 'P', ['Ctrl', 'Shift']), 'linux', 'palette'],
    ['Ctrl+Shift+P on a Greek keyboard', press('KeyP', 'Π', ['Ctrl', 'Shift']), 'linux', 'palette'],
    ['Ctrl+3', press('Digit3', '3', ['Ctrl']), 'windows', 'tab-3'],
    ['Ctrl+3 on a French keyboard', press('Digit3', '"', ['Ctrl']), 'windows', 'tab-3'],
    ['Ctrl+9', press('Digit9', '9', ['Ctrl']), 'windows', 'last-tab'],
    ['Cmd+1', press('Digit1', '1', ['Meta']), 'mac', 'tab-1'],
    ['Alt+1, PSReadLine’s digit argument', press('Digit1', '1', ['Alt']), 'windows', null],
    ['Ctrl+W', press('KeyW', 'w', ['Ctrl']), 'windows', null],
    ['a letter', press('KeyK', 'k'), 'windows', null],
    ['F6', press('F6', 'F6'), 'mac', 'next-region'],
    ['Ctrl+Tab', press('Tab', 'Tab', ['Ctrl']), 'windows', 'next-tab']
  ])('take %s', (_, event, platform, action) => {
    expect(windowAction(event, platform)).toBe(action)
  })

  it('are written as each platform writes them', () => {
    expect(chordOf(press('KeyP', 'P', ['Shift', 'Meta']))).toBe('Shift+Meta+P')
    expect(shownChord('Shift+Meta+P', 'mac')).toBe('⇧⌘P')
    expect(shownChord('Ctrl+Shift+P', 'windows')).toBe('Ctrl+Shift+P')
  })

  const pwsh = engines.find(({ name }) => name === 'pwsh')
  it.skipIf(!pwsh)(`take none that PSReadLine binds${pwsh ? '' : ' (skipped: no pwsh)'}`, () => {
    const bound = boundKeys(pwsh!.path)
    for (const platform of platforms) {
      const taken = bound[platform === 'windows' ? 'Windows' : 'Emacs']
      expect(taken).toContain('Ctrl+A')
      expect(shortcuts.flatMap(({ keys }) => keys[platform]).filter((chord) => taken.includes(chord))).toEqual([])
    }
  })
})

/** The keys that PSReadLine binds in each edit mode, as `chordOf` writes them. */
function boundKeys(pwsh: string): Record<'Windows' | 'Emacs', string[]> {
  const script = "Import-Module PSReadLine; foreach ($mode in 'Windows', 'Emacs') { Set-PSReadLineOption -EditMode $mode; (Get-PSReadLineKeyHandler -Bound).Key -join ' ' }"
  const [windows = '', emacs = ''] = execFileSync(pwsh, ['-NoProfile', '-NonInteractive', '-Command', script], { encoding: 'utf8' }).split(/\r?\n/)
  return { Windows: windows.split(' ').map(chordOfPsReadLine), Emacs: emacs.split(' ').map(chordOfPsReadLine) }
}

function chordOfPsReadLine(key: string): string {
  const parts = key.split('+')
  const name = parts.at(-1)!
  const modifiers = ['Ctrl', 'Alt', 'Shift'].filter((modifier) => parts.slice(0, -1).includes(modifier))
  // PSReadLine writes Alt+B for Alt and Shift with b.
  if (/^[A-Z]$/.test(name) && !modifiers.includes('Ctrl')) modifiers.push('Shift')
  return [...modifiers, name.length === 1 ? name.toUpperCase() : name].join('+')
}
