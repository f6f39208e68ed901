import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isUsableChord, settingProblem } from '../../app/settings/check.ts'
import { Settings } from '../../app/settings/settings.ts'
import { defaultSettings, settingKeys, settingsTable, type SettingKey } from '../../app/settings/table.ts'
import { newFolder } from '../profiles/profile-desk.ts'

/** Settings over a file with this content, and what they told. */
function open(content?: unknown, file = join(newFolder(), 'settings.json')) {
  if (content !== undefined) writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  const told: SettingKey[][] = []
  const settings = new Settings({ file, now: () => 1_800_000_000_000, onChange: (_, keys) => told.push(keys) })
  return { settings, told, file, stored: () => JSON.parse(readFileSync(file, 'utf8')) as { version: number; settings: Record<string, unknown> } }
}

const version2 = (settings: Record<string, unknown>) => ({ version: 2, settings })

describe('the table of settings', () => {
  it('has defaults that are good values, and titles that name one setting each', () => {
    for (const key of settingKeys) expect(settingProblem(key, settingsTable[key].default), key).toBeNull()
    expect(new Set(settingKeys.map((key) => settingsTable[key].title)).size).toBe(settingKeys.length)
  })

  it.each<[SettingKey, unknown, boolean]>([
    ['terminal.fontSize', 6, true], ['terminal.fontSize', 5, false], ['terminal.fontSize', 41, false], ['terminal.fontSize', 13.5, false],
    ['terminal.fontSize', '13', false], ['terminal.fontSize', null, false], ['terminal.lineHeight', 1.1, true], ['terminal.lineHeight', 0.9, false],
    ['terminal.scrollback', 50_000, true], ['terminal.scrollback', 50_001, false], ['lock.afterMinutes', null, true], ['lock.afterMinutes', 0, false],
    ['appearance.theme', 'light', true], ['appearance.theme', 'toString', false], ['appearance.theme', 'Light', false],
    ['terminal.cursorBlink', 0, false], ['terminal.fontFamily', "'Fira Code', monospace", true], ['terminal.fontFamily', 'x; } body { color: red', false],
    ['terminal.fontFamily', '  ', false], ['powershell.path', '/usr/bin/pwsh', true], ['powershell.path', '', false], ['powershell.path', 'a\0b', false],
    ['keys', { palette: ['Ctrl+K', 'F1'] }, true], ['keys', { palette: [] }, true], ['keys', { palette: 'Ctrl+K' }, false], ['keys', { palette: ['K'] }, false],
    ['keys', [], false], ['keys', null, false]
  ])('takes of %s the value %j: %s', (key, value, isTaken) => {
    expect(settingProblem(key, value) === null).toBe(isTaken)
  })

  it.each([['Ctrl+K', true], ['Ctrl+Alt+Shift+Meta+Tab', true], ['Ctrl+,', true], ['Ctrl++', true], ['F12', true], ['Shift+F6', true], ['Shift+A', false], ['Shift+Ctrl+A', false], ['Ctrl+', false], ['Ctrl+k', false], ['F25', false], ['Enter', false]])(
    'has %s for a key of the window: %s',
    (text, isUsable) => expect(isUsableChord(text)).toBe(isUsable)
  )
})

describe('settings', () => {
  it('are their defaults where there is no file, and make none by being read', () => {
    const { settings, file } = open()
    expect(settings.view).toEqual({ values: defaultSettings(), changed: [], problems: [], notices: [], readOnly: null, file })
    settings.readAgain()
    expect(readdirSync(dirname(file))).toEqual([])
  })

  it('are kept, told and there again at the next start; the default is not written', () => {
    const { settings, told, file, stored } = open()
    settings.change('terminal.fontSize', 15)
    settings.change('terminal.fontSize', 15)
    settings.change('terminal.bell', 'none')
    expect(told).toEqual([['terminal.fontSize']])
    expect(stored()).toEqual(version2({ 'terminal.fontSize': 15 }))
    expect(open(undefined, file).settings.view).toMatchObject({ changed: ['terminal.fontSize'], values: { 'terminal.fontSize': 15, 'terminal.bell': 'none' } })
    expect(settings.reset('terminal.fontSize').values['terminal.fontSize']).toBe(13)
    expect(stored().settings).toEqual({})
  })

  it.each<[string, string, unknown, RegExp]>([
    ['a word in a number’s place', 'terminal.fontSize', 'large', /whole number from 6 to 40/],
    ['a number out of its limits', 'terminal.scrollback', 1e9, /from 100 to 50000/],
    ['a choice that there is not', 'terminal.bell', 'loud', /one of none, visual, sound/],
    ['a word in a yes-or-no’s place', 'terminal.cursorBlink', 'yes', /true or false/],
    ['null where that says nothing', 'appearance.theme', null, /one of system/],
    ['a list in a text’s place', 'terminal.fontFamily', ['Menlo'], /names of fonts/],
    ['a number in a path’s place', 'powershell.path', 7, /path of a file/],
    ['no list of keys', 'keys', 'Ctrl+K', /list of keys/],
    ['a setting that there is not', 'terminal.sparkle', true, /no setting of this Tenantry/],
    ['a name that objects have', '__proto__', { 'terminal.fontSize': 20 }, /no setting of this Tenantry/],
    ['a name that tables have', 'constructor', 1, /no setting of this Tenantry/]
  ])('name %s and ignore it alone', (_, key, value, sentence) => {
    const { settings } = open(`{"version":2,"settings":{"terminal.lineHeight":1.5,${JSON.stringify(key)}:${JSON.stringify(value)}}}`)
    expect(settings.view.values).toEqual({ ...defaultSettings(), 'terminal.lineHeight': 1.5 })
    expect(settings.view.problems).toEqual([{ name: key, found: JSON.stringify(value), sentence: expect.stringMatching(sentence) as string }])
  })

  it('ignore the broken keys of one action, and take those of the others', () => {
    const { settings } = open(version2({ keys: { palette: ['Ctrl+Shift+O'], close: ['W'], 'next-tab': 3 } }))
    expect(settings.values.keys).toEqual({ palette: ['Ctrl+Shift+O'] })
    expect(settings.view.problems.map(({ name }) => name)).toEqual(['keys.close', 'keys.next-tab'])
    expect(settings.reset('keys.close').problems.map(({ name }) => name)).toEqual(['keys.next-tab'])
    expect(settings.reset('keys.palette').values.keys).toEqual({})
  })

  it('keep what is unknown or broken in the file until it is changed or reset', () => {
    const { settings, stored } = open(version2({ 'terminal.sparkle': { much: 1 }, 'terminal.bell': 'loud' }))
    settings.change('terminal.fontSize', 20)
    expect(stored().settings).toEqual({ 'terminal.sparkle': { much: 1 }, 'terminal.bell': 'loud', 'terminal.fontSize': 20 })
    settings.reset(null)
    expect(stored().settings).toEqual({ 'terminal.sparkle': { much: 1 } })
    expect(settings.reset('terminal.sparkle').problems).toEqual([])
  })

  it('cut a found value that nobody reads to its end', () => {
    expect(open(version2({ 'terminal.bell': 'x'.repeat(10_000) })).settings.view.problems[0]!.found.length).toBeLessThan(100)
  })

  it('refuse what can’t be, and change nothing', () => {
    const { settings, told, file } = open()
    expect(() => settings.change('terminal.fontSize', 1)).toThrow(expect.objectContaining({ code: 'setting-refused', message: expect.stringContaining('“Font size” must be a whole number from 6 to 40') as string }))
    expect(told).toEqual([])
    expect(readdirSync(dirname(file))).toEqual([])
  })

  it('tell who needs one of them that it is another now, and not who stopped listening', () => {
    const { settings } = open()
    const heard: number[] = []
    const stop = settings.on('terminal.fontSize', () => heard.push(settings.values['terminal.fontSize']))
    settings.change('terminal.fontSize', 15)
    settings.change('terminal.bell', 'sound')
    settings.reset(null)
    stop()
    settings.change('terminal.fontSize', 16)
    expect(heard).toEqual([15, 13])
  })

  it('take no path from the window, which may only take one away', () => {
    const { settings } = open()
    for (const key of ['powershell.path', 'network.caFile', 'transcripts.folder'] as const) {
      expect(() => settings.change(key, '/tmp/of-the-window')).toThrow(expect.objectContaining({ code: 'setting-refused' }))
      settings.set(key, '/chosen')
      expect(settings.change(key, null).values[key]).toBeNull()
    }
  })
})

describe('the settings’ file', () => {
  it('of version 1 loses nothing', () => {
    const { settings, stored } = open({ version: 1, powershellPath: '/opt/pwsh', lockAfterMinutes: 15, updateChannel: 'beta', caFile: '/etc/proxy.pem', mine: 1 })
    expect(settings.values).toEqual({ ...defaultSettings(), 'powershell.path': '/opt/pwsh', 'lock.afterMinutes': 15, 'updates.channel': 'beta', 'network.caFile': '/etc/proxy.pem' })
    settings.change('terminal.fontSize', 14)
    expect(stored()).toEqual(version2({ 'powershell.path': '/opt/pwsh', 'lock.afterMinutes': 15, 'updates.channel': 'beta', 'network.caFile': '/etc/proxy.pem', mine: 1, 'terminal.fontSize': 14 }))
  })

  it('of version 1 with nothing chosen and something broken has that one named', () => {
    const { settings } = open({ version: 1, powershellPath: null, lockAfterMinutes: 'soon', updateChannel: 'stable', caFile: null })
    expect(settings.values).toEqual(defaultSettings())
    expect(settings.view.problems).toMatchObject([{ name: 'lock.afterMinutes', found: '"soon"' }])
  })

  it.each([['no JSON', '{"version": 2, "settings": {'], ['nothing', ''], ['a list', '[]'], ['no version', '{"settings":{}}'], ['no settings', '{"version":2}'], ['a megabyte and more', `{"version":2,"settings":{"a":"${'x'.repeat(1_100_000)}"}}`]])(
    'that holds %s is set aside and said, and the last good copy holds',
    (_, text) => {
      const { settings, file } = open()
      settings.change('terminal.fontSize', 18)
      const second = open(text, file)
      expect(second.settings.values['terminal.fontSize']).toBe(18)
      expect(second.settings.view.notices).toEqual([expect.stringMatching(/was broken and is kept as .*settings\.broken-2027.*The last good copy holds/)])
      const aside = readdirSync(dirname(file)).find((name) => name.includes('broken'))!
      expect(readFileSync(join(dirname(file), aside), 'utf8')).toBe(text)
      second.settings.change('terminal.bell', 'sound')
      expect(open(undefined, file).settings.view.changed).toEqual(['terminal.fontSize', 'terminal.bell'])
    }
  )

  it('that is broken while there is no copy leaves everything as at first', () => {
    const { settings } = open('nonsense')
    expect(settings.view).toMatchObject({ changed: [], readOnly: null, notices: [expect.stringContaining('Everything is as at first')] })
  })

  it('that an editor put a byte order mark before is read', () => {
    expect(open(`\uFEFF${JSON.stringify(version2({ 'terminal.fontSize': 9 }))}`).settings.values['terminal.fontSize']).toBe(9)
  })

  it('of a newer Tenantry holds as far as it is known, and is not written', () => {
    const { settings, file } = open({ version: 3, settings: { 'terminal.fontSize': 9, 'terminal.bell': { volume: 3 } } })
    expect(settings.view).toMatchObject({ changed: ['terminal.fontSize'], problems: [{ name: 'terminal.bell' }], readOnly: expect.stringContaining('newer') as string })
    expect(() => settings.change('terminal.fontSize', 10)).toThrow(expect.objectContaining({ code: 'settings-read-only' }))
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ version: 3 })
  })

  it('that somebody changes meanwhile keeps both changes', () => {
    const { settings, told, file, stored } = open()
    settings.change('terminal.fontSize', 14)
    const other = open(undefined, file)
    other.settings.change('terminal.bell', 'visual')
    settings.change('terminal.lineHeight', 1)
    expect(stored().settings).toEqual({ 'terminal.fontSize': 14, 'terminal.bell': 'visual', 'terminal.lineHeight': 1 })
    expect(told.at(-1)).toEqual(['terminal.lineHeight', 'terminal.bell'])
    expect(other.settings.readAgain().values['terminal.lineHeight']).toBe(1)
  })

  it('leaves no draft of a crash', () => {
    const { file } = open(version2({}))
    writeFileSync(`${file}.${randomUUID()}.draft`, '{"vers')
    open(undefined, file)
    expect(readdirSync(dirname(file))).toEqual(['settings.json'])
  })

  it('that is a folder is set aside too', () => {
    const file = join(newFolder(), 'settings.json')
    mkdirSync(file)
    const { settings, stored } = open(undefined, file)
    settings.change('terminal.fontSize', 14)
    expect(stored().settings).toEqual({ 'terminal.fontSize': 14 })
  })

  it('whose folder is no folder any more is left alone, and is written again once it is mended', () => {
    const folder = join(newFolder(), 'data')
    mkdirSync(folder)
    const { settings, stored } = open(undefined, join(folder, 'settings.json'))
    settings.change('terminal.fontSize', 14)
    renameSync(folder, `${folder}.away`)
    writeFileSync(folder, '')
    expect(() => settings.change('terminal.fontSize', 15)).toThrow(expect.objectContaining({ code: 'settings-read-only' }))
    rmSync(folder)
    renameSync(`${folder}.away`, folder)
    settings.change('terminal.fontSize', 16)
    expect(stored().settings).toEqual({ 'terminal.fontSize': 16 })
  })

  it.skipIf(process.platform === 'win32')('that can’t be written leaves everything as it was', () => {
    const folder = join(newFolder(), 'data')
    symlinkSync(join(folder, 'nowhere', 'at', 'all'), folder)
    const { settings, told } = open(undefined, join(folder, 'settings.json'))
    expect(() => settings.change('terminal.fontSize', 15)).toThrow(expect.objectContaining({ code: expect.stringMatching(/settings-(not-written|read-only)/) as string }))
    expect(settings.values).toEqual(defaultSettings())
    expect(told.flat()).toEqual([])
  })
})
