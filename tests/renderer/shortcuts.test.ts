import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { KeysInUse, type ChangedKeys } from '../../renderer/shortcuts/keys-in-use.ts'
import { psReadLineKeys } from '../../renderer/shortcuts/psreadline-keys.ts'
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
    ['Ctrl+Shift+E', press('KeyE', 'E', ['Ctrl', 'Shift']), 'windows', 'split-right'],
    ['Alt+Left', press('ArrowLeft', 'ArrowLeft', ['Alt']), 'windows', 'focus-left'],
    ['Alt+Left on a Mac, where it is a word back', press('ArrowLeft', 'ArrowLeft', ['Alt']), 'mac', null],
    ['F6', press('F6', 'F6'), 'mac', 'next-region'],
    ['Ctrl+Tab', press('Tab', 'Tab', ['Ctrl']), 'windows', 'next-tab'],
    ['Ctrl+,', press('Comma', ',', ['Ctrl']), 'linux', 'settings'],
    ['Ctrl and + with Shift, as on an American keyboard', press('Equal', '+', ['Ctrl', 'Shift']), 'windows', 'zoom-in'],
    ['Ctrl and + without Shift, as on a German keyboard', press('BracketRight', '+', ['Ctrl']), 'windows', 'zoom-in'],
    ['Ctrl and the number block’s +', press('NumpadAdd', '+', ['Ctrl']), 'linux', 'zoom-in'],
    ['Ctrl+Shift+-, which Emacs mode has for undo', press('Minus', '_', ['Ctrl', 'Shift']), 'linux', null]
  ])('take %s', (_, event, platform, action) => {
    expect(windowAction(event, platform)).toBe(action)
  })

  it('are written as each platform writes them', () => {
    expect(chordOf(press('KeyP', 'P', ['Shift', 'Meta']))).toBe('Shift+Meta+P')
    expect(shownChord('Shift+Meta+P', 'mac')).toBe('⇧⌘P')
    expect(shownChord('Meta++', 'mac')).toBe('⌘+')
    expect(shownChord('Ctrl+Shift+P', 'windows')).toBe('Ctrl+Shift+P')
    expect(shownChord('Meta+ArrowUp', 'mac')).toBe('⌘↑')
    expect(shownChord('Ctrl+ArrowDown', 'linux')).toBe('Ctrl+↓')
  })

  const pwsh = engines.find(({ name }) => name === 'pwsh')
  it.skipIf(!pwsh)(`take none that PSReadLine binds${pwsh ? '' : ' (skipped: no pwsh)'}`, () => {
    const bound = boundKeys(pwsh!.path)
    for (const platform of platforms) {
      const taken = bound[platform === 'windows' ? 'Windows' : 'Emacs']
      expect(taken).toContain('Ctrl+A')
      expect(taken).toContain('ArrowLeft')
      const known: readonly string[] = psReadLineKeys[platform === 'windows' ? 'Windows' : 'Emacs']
      expect(taken.filter((chord) => !known.includes(chord)), 'are refused too').toEqual([])
      expect(shortcuts.flatMap(({ keys }) => keys[platform]).filter((chord) => taken.includes(chord))).toEqual([])
    }
  })
})

describe('keys that a person changed', () => {
  const keys = (changed: ChangedKeys, platform: KeyPlatform = 'linux') => new KeysInUse(shortcuts, changed, platform)

  it('hold in the place of the table’s, and take them from whom they were', () => {
    const inUse = keys({ palette: ['Ctrl+Shift+J', 'F9'], close: [], 'previous-region': ['Ctrl+Tab'] })
    expect([inUse.of('palette'), inUse.of('close'), inUse.of('previous-region'), inUse.of('next-tab')]).toEqual([['Ctrl+Shift+J', 'F9'], [], ['Ctrl+Tab'], []])
    expect([inUse.actionOf('F9'), inUse.actionOf('Ctrl+Shift+P'), inUse.actionOf('Ctrl+Shift+W'), inUse.actionOf('Ctrl+Tab')]).toEqual(['palette', null, null, 'previous-region'])
    expect(inUse.problems).toEqual([])
  })

  it('of the file that can’t be are named and left out, one by one', () => {
    const inUse = keys({ palette: ['Ctrl+A', 'Ctrl+Shift+J'], close: ['Ctrl+Shift+J', 'F12'], sparkle: ['F9'], constructor: ['F10'] })
    expect([inUse.of('palette'), inUse.of('close')]).toEqual([['Ctrl+Shift+J'], ['F12']])
    expect(inUse.problems).toEqual([
      { name: 'keys.palette', chord: 'Ctrl+A', sentence: expect.stringContaining('PSReadLine') as string },
      { name: 'keys.close', chord: 'Ctrl+Shift+J', sentence: 'is the key of “Go to a tenant, a session or a command” already' },
      { name: 'keys.sparkle', chord: null, sentence: expect.stringContaining('nothing') as string },
      { name: 'keys.constructor', chord: null, sentence: expect.stringContaining('nothing') as string }
    ])
  })

  it.each<[string, KeyPlatform, RegExp | null]>([
    ['Ctrl+Shift+J', 'linux', null], ['F9', 'linux', null], ['Ctrl+Alt+F5', 'linux', null], ['Alt+X', 'windows', null], ['Shift+Meta+J', 'mac', null], ['Ctrl+Alt+O', 'mac', null], ['Ctrl+K', 'windows', /“Go to a tenant/],
    ['Ctrl+K', 'linux', /PSReadLine/], ['Ctrl+A', 'windows', /PSReadLine/], ['F8', 'windows', /PSReadLine/], ['Alt+Shift+<', 'linux', /PSReadLine/], ['Ctrl+Shift+_', 'linux', /PSReadLine/], ['Ctrl+Space', 'linux', /PSReadLine/], ['Ctrl+Delete', 'windows', /PSReadLine/],
    ['A', 'linux', /types something: a key of the window has Ctrl or Alt/], ['Shift+A', 'mac', /types something: .*⌘/], ['Enter', 'linux', /types something/], ['Ctrl+Dead', 'linux', /not a key by itself/],
    ['Ctrl+Alt+E', 'windows', /types a character/], ['Alt+L', 'mac', /types a character/], ['Ctrl+Tab', 'linux', /is the key of “The session used before this one”/], ['Ctrl+Shift+W', 'linux', /does that already/],
    ['Ctrl+Shift+C', 'linux', /copies in a terminal/], ['Meta+V', 'mac', /pastes/], ['Meta+O', 'windows', /belongs to the system/], ['Alt+F4', 'windows', /closes the window/], ['F11', 'linux', /as large as the screen/]
  ])('take for “Close the session” the key %s on %s unless %s', (chord, platform, refusal) => {
    const problem = keys({}, platform).problemOf(chord, 'close')
    if (refusal === null) expect(problem).toBeNull()
    else expect(problem).toMatch(refusal)
  })
})

/** The keys that PSReadLine binds in each edit mode, as `chordOf` writes them. */
function boundKeys(pwsh: string): Record<'Windows' | 'Emacs', string[]> {
  const script = "Import-Module PSReadLine; foreach ($mode in 'Windows', 'Emacs') { Set-PSReadLineOption -EditMode $mode; (Get-PSReadLineKeyHandler -Bound).Key -join ' ' }"
  const [windows = '', emacs = ''] = execFileSync(pwsh, ['-NoProfile', '-NonInteractive', '-Command', script], { encoding: 'utf8' }).split(/\r?\n/)
  return { Windows: windows.split(' ').map(chordOfPsReadLine), Emacs: emacs.split(' ').map(chordOfPsReadLine) }
}

function chordOfPsReadLine(key: string): string {
  // Of a sequence such as Ctrl+x,Ctrl+u the first.
  const parts = key.split(',')[0]!.split('+')
  const name = parts.at(-1)!.replace(/^(Left|Right|Up|Down)Arrow$/, 'Arrow$1').replace('Spacebar', 'Space')
  const modifiers = ['Ctrl', 'Alt', 'Shift'].filter((modifier) => parts.slice(0, -1).includes(modifier))
  // PSReadLine writes Alt+B for Alt and Shift with b.
  if (/^[A-Z]$/.test(name)) modifiers.push('Shift')
  return [...modifiers, name.length === 1 ? name.toUpperCase() : name].join('+')
}
