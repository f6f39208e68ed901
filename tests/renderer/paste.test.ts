import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { copyKey, rightClick, type CopyKey } from '../../renderer/terminal/copy-keys.ts'
import { quotedPath, quotedPaths } from '../../renderer/terminal/drop-path.ts'
import { asOneLine } from '../../renderer/terminal/paste-one-line.ts'
import { cleanPaste, leftOutText, pasteDecision, textToPaste } from '../../renderer/terminal/paste-text.ts'
import { engines } from '../engines.ts'

describe('a pasted text', () => {
  it.each<[string, string, string, string]>([
    ['plain text', 'Get-Mailbox', 'Get-Mailbox', ''],
    ['a line with its end, which must not run it', 'Get-Mailbox\r\n', 'Get-Mailbox', ''],
    ['lines of each system', 'a\r\nb\rc\nd', 'a\nb\nc\nd', ''],
    ['line ends of Word and of Unicode', 'a\vb\u2028c\u2029d\u0085e\ff', 'a\nb\nc\nd\ne\nf', ''],
    ['empty lines around it', '\n  \n  a\n\nb  \n\n', '  a\n\nb', ''],
    ['a tab', 'a\tb', 'a\tb', ''],
    ['the end of a bracketed paste, hidden in it', 'Get-Mailbox\x1b[201~\rRemove-Mailbox', 'Get-Mailbox\nRemove-Mailbox', '1 sequence that ends a paste'],
    ['the same in eight bits', 'a\x9b201~b', 'ab', '1 sequence that ends a paste'],
    ['a sequence made of two halves around another', 'a\x1b[2\x1b[201~01~b', 'a[201~b', '1 control character and 1 sequence that ends a paste'],
    ['colours of another terminal', '\x1b[31mred\x1b[0m', 'red', '2 terminal sequences'],
    ['a title of an OSC, and a clipboard', 'a\x1b]0;title\x07b\x1b]52;c;AAAA\x1b\\c', 'abc', '2 terminal sequences'],
    ['a sequence without an end', 'a\x1b]0;title', 'a]0;title', '1 control character'],
    ['Ctrl+C, backspace and delete', 'a\x03b\x08c\x7fd', 'abcd', '3 control characters'],
    ['a NUL', 'a\0b', 'ab', '1 control character'],
    ['a turned reading direction', 'Get-\u202exobliaM\u202c', 'Get-xobliaM', '2 characters that turn the reading direction'],
    ['isolates and marks of direction', '\u2066a\u2069\u200e\u061c', 'a', '4 characters that turn the reading direction'],
    ['spaces of no width from a chat', 'Get\u200b-Mail\ufeffbox', 'Get-Mailbox', '2 characters of no width'],
    ['a soft hyphen', 'Get\u00ad-Mailbox', 'Get-Mailbox', '1 character of no width'],
    ['tags, which hide a text in a text', 'a\u{e0041}\u{e0042}', 'a', '2 invisible characters'],
    ['a Hangul filler', 'a\u3164b', 'ab', '1 invisible character'],
    ['half of a character', 'a\ud83db', 'ab', '1 invisible character'],
    ['a variation selector after a letter', 'a\ufe0fb', 'ab', '1 invisible character'],
    ['an emoji of several', '👨‍👩‍👧 ❤️ 1️⃣ 👩🏽‍💻', '👨‍👩‍👧 ❤️ 1️⃣ 👩🏽‍💻', ''],
    ['Persian, whose letters a joiner of no width parts', 'می‌خواهم', 'می‌خواهم', ''],
    ['Hindi with a joiner', 'क्‍ष', 'क्‍ष', ''],
    ['a Han letter in one of its forms', '葛\u{e0100}城', '葛\u{e0100}城', ''],
    ['Hebrew, which runs the other way by itself', 'שלום', 'שלום', ''],
    ['a hard space', 'a\u00a0b', 'a\u00a0b', ''],
    ['nothing that can be seen', '\u200b\x1b[201~', '', '1 character of no width and 1 sequence that ends a paste']
  ])('%s', (_, text, kept, leftOut) => {
    const paste = cleanPaste(text)
    expect(paste.text).toBe(kept)
    expect(leftOutText(paste.leftOut)).toBe(leftOut)
    // What is shown is all that was there.
    expect(paste.pieces.filter((piece) => !('kept' in piece))).toHaveLength(Object.values(paste.leftOut).reduce((sum, count) => sum + count, 0))
  })

  it('is shown with a sign for what is left out, at its place', () => {
    expect(cleanPaste('a\x1b[201~b\x07\u202ec\x7f').pieces).toEqual([
      { kept: 'a' }, { sign: 'ESC[201~', name: 'paste-end' }, { kept: 'b' }, { sign: 'BEL', name: 'control' }, { sign: 'U+202E', name: 'direction' },
      { kept: 'c' }, { sign: 'DEL', name: 'control' }
    ])
  })

  it('never keeps an escape, whatever it is made of', () => {
    const parts = ['\x1b', '\x9b', '[', ']', '201~', '200', '~', '\x07', '\x1b\\', 'a', '\n', '\u200b', 'P', ';', '\x00']
    let seed = 7
    const next = () => (seed = (seed * 1103515245 + 12345) % 2 ** 31)
    const texts = Array.from({ length: 5000 }, () => Array.from({ length: 12 }, () => parts[next() % parts.length]).join(''))
    expect(texts.map((text) => cleanPaste(text).text).filter((text) => /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b]/.test(text))).toEqual([])
  })

  it('of megabytes takes no long time', () => {
    expect(cleanPaste('\x1b]0;'.repeat(100_000)).text).toHaveLength(300_000)
    expect(cleanPaste(`${'Get-Mailbox\n'.repeat(100_000)}`).lines).toBe(100_000)
  })

  it.each<[string, string, { isProduction?: boolean; wantsPreview?: boolean }, string]>([
    ['one line', 'Get-Mailbox\n', {}, 'paste'],
    ['two lines', 'a\nb', {}, 'look'],
    ['two lines where the setting is off', 'a\nb', { wantsPreview: false }, 'paste'],
    ['two lines in production, whatever the setting', 'a\nb', { wantsPreview: false, isProduction: true }, 'look'],
    ['one line in production', 'a', { isProduction: true }, 'paste'],
    ['one line with what can’t be seen, whatever the setting', 'a\u200bb', { wantsPreview: false }, 'look'],
    ['one line of very many characters', 'a'.repeat(20_001), { wantsPreview: false }, 'look'],
    ['nothing', '\r\n', {}, 'nothing'],
    ['nothing that can be seen', '\u200b', {}, 'look']
  ])('%s', (_, text, situation, decision) => {
    expect(pasteDecision(cleanPaste(text), { isProduction: false, wantsPreview: true, ...situation })).toBe(decision)
  })

  it('has its tabs as spaces where each key counts, since a tab completes', () => {
    expect(textToPaste('a\tb', false)).toBe('a    b')
    expect(textToPaste('a\tb', true)).toBe('a\tb')
  })
})

const key = (chord: string) => {
  const parts = chord.split('+')
  const name = parts.at(-1)!
  return {
    key: name.length === 1 ? name.toLowerCase() : name, code: name.length === 1 ? `Key${name}` : name,
    ctrlKey: parts.includes('Ctrl'), shiftKey: parts.includes('Shift'), altKey: parts.includes('Alt'), metaKey: parts.includes('Meta')
  }
}

describe('keys and clicks', () => {
  it.each<[string, CopyKey, CopyKey, CopyKey, string]>([
    // chord, Windows, Linux, Mac; with a selection at a prompt
    ['Ctrl+C', 'copy', 'copy', 'copy', 'selected'],
    ['Ctrl+C', 'shell', 'shell', 'shell', 'selected while a command runs'],
    ['Ctrl+C', 'shell', 'shell', 'shell', ''],
    ['Ctrl+Shift+C', 'copy', 'copy', 'copy', 'selected while a command runs'],
    ['Meta+C', 'shell', 'shell', 'copy', 'selected while a command runs'],
    ['Ctrl+Insert', 'copy', 'copy', 'shell', 'selected'],
    ['Ctrl+V', 'browser', 'shell', 'shell', ''],
    ['Ctrl+Shift+V', 'browser', 'browser', 'browser', ''],
    ['Meta+V', 'shell', 'shell', 'browser', ''],
    ['Shift+Insert', 'browser', 'browser', 'shell', ''],
    ['Alt+C', 'shell', 'shell', 'shell', 'selected'],
    ['C', 'shell', 'shell', 'shell', 'selected']
  ])('%s is %s on Windows, %s on Linux, %s on a Mac, with %s', (chord, windows, linux, mac, state) => {
    const situation = { hasSelection: state.startsWith('selected'), isRunning: state.endsWith('runs') }
    expect([copyKey(key(chord), 'windows', situation), copyKey(key(chord), 'linux', situation), copyKey(key(chord), 'mac', situation)]).toEqual([windows, linux, mac])
  })

  it.each([
    ['platform', 'windows', true, 'copy'], ['platform', 'windows', false, 'paste'], ['platform', 'linux', true, 'menu'], ['platform', 'mac', false, 'menu'],
    ['paste', 'linux', false, 'paste'], ['paste', 'mac', true, 'copy'], ['menu', 'windows', false, 'menu']
  ] as const)('a right click, set to %s on %s, selected: %s, is %s', (setting, platform, hasSelection, does) => {
    expect(rightClick(setting, platform, hasSelection)).toBe(does)
  })
})

describe('a dropped file', () => {
  it.each<[string, string, string | null, string?]>([
    ['a plain path', '/home/ada/list.csv', `'/home/ada/list.csv'`],
    ['a path of Windows', 'C:\\Users\\Ada Vance\\a.ps1', `'C:\\Users\\Ada Vance\\a.ps1'`],
    ['quotes', `/a'b"c.txt`, `'/a''b"c.txt'`],
    ['typographic quotes, which PowerShell takes for the plain one', '/O’Brien ‘x’.txt', `'/O’’Brien ‘‘x’’.txt'`],
    ['$ and a backtick', '/a$b`c.txt', "'/a$b`c.txt'"],
    ['brackets', '/a[1].txt', "'/a`[1`].txt'"],
    ['brackets after -LiteralPath', '/a[1].txt', "'/a[1].txt'", 'PS> Get-Content -LiteralPath '],
    ['brackets and a backtick', '/a[1]`b.txt', "'/a`[1`]``b.txt'"],
    ['a semicolon and a comment sign', '/a; b #c.txt', `'/a; b #c.txt'`],
    ['a line end, which would be an Enter', '/a\nb.txt', null],
    ['an escape', '/a\x1b[201~.txt', null]
  ])('%s', (_, path, quoted, before) => {
    expect(quotedPath(path, before)).toBe(quoted)
  })

  it('is one of a list where there are several, and none where one can’t be typed', () => {
    expect(quotedPaths(['/a', '/b c'])).toBe(`'/a', '/b c'`)
    expect(quotedPaths(['/a', '/b\n'])).toBeNull()
  })
})

/** Each with what it prints. */
const scripts: Array<[string, string]> = [
  ["'a'\n'b'", "'a'; 'b'"],
  ["1, 2 |\n  ForEach-Object { $_ * 2 }", '1, 2 | ForEach-Object { $_ * 2 }'],
  ["1, 2\n  | Measure-Object -Sum\n  | ForEach-Object Sum", '1, 2 | Measure-Object -Sum | ForEach-Object Sum'],
  ['Write-Output `\n  -InputObject 5', 'Write-Output    -InputObject 5'],
  ["if ($false) {\n  'x'\n}\nelse {\n  'y'\n  'z'\n}\n'end'", "if ($false) { 'x' } else { 'y'; 'z' }; 'end'"],
  ["foreach ($i in 1..2)\n{\n  $i\n}", 'foreach ($i in 1..2) { $i }'],
  ["$h = @{\n  a = 1\n  b = 2 # two\n}\n$h.b", '$h = @{ a = 1; b = 2 }; $h.b'],
  ["$x = @(\n  1\n  2\n)\n$x.Count", '$x = @( 1; 2 ); $x.Count'],
  ["function Add {\n  param(\n    [Parameter(Mandatory)]\n    [int]$A,\n    [int]$B = 2\n  )\n  $A + $B\n}\nAdd 1", 'function Add { param( [Parameter(Mandatory)] [int]$A, [int]$B = 2 ); $A + $B }; Add 1'],
  ["# a comment\n'a' # and one more\n<# over\nlines #>\n'#b'", "'a'; '#b'"],
  ["try {\n  throw 'no'\n}\ncatch {\n  'caught'\n}\nfinally { 'done' }", "try { throw 'no' } catch { 'caught' } finally { 'done' }"],
  ["$i = 0\ndo {\n  $i++\n} while ($i -lt 3)\n$i", '$i = 0; do { $i++ } while ($i -lt 3); $i'],
  ["'it''s ' +\n  \"`\"quoted`\"\"", "'it''s ' + \"`\"quoted`\"\""],
  ["[pscustomobject]@{\n  Name = 'x'\n} | ForEach-Object Name", "[pscustomobject]@{ Name = 'x' } | ForEach-Object Name"],
  ["$true -and\n$false", '$true -and $false'],
  ["Write-Output /\nWrite-Output *", 'Write-Output /; Write-Output *'],
  ["'a#b'.Length\n(1 +\n2)", "'a#b'.Length; (1 + 2)"]
]

describe('several lines as one', () => {
  it.each(scripts)('%j', (text, line) => {
    expect(asOneLine(text)).toEqual({ line })
  })

  it.each([
    ["$x = @'\na\n'@", 'here-string'],
    ["'a\nb'", 'a text that goes over several lines'],
    ["'a\nb", 'a text that goes over several lines'],
    ['cmd --% /c\ndir', '--%'],
    ['<# a\nb', 'a comment without an end']
  ])('%j can’t be one, and says why', (text, reason) => {
    expect(asOneLine(text)).toEqual({ problem: expect.stringContaining(reason) })
  })
})

describe('in a real PowerShell', () => {
  const engine = engines.at(-1)!
  let folder: string
  let answers: { scripts: Array<{ lines: string; line: string }>; files: string[] }
  const names = ["a b's.txt", 'O’Brien “x”.txt', 'a$b.txt', 'a[1].txt', 'a`b.txt', 'a[`1].txt', 'a; b #c & (d).txt', '日本 😀.txt']

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tenantry-paste-'))
    for (const name of names) writeFileSync(join(folder, name), name)
    const reads = names.map((name) => [`Get-Content ${quotedPath(join(folder, name))}`, `Get-Content -LiteralPath ${quotedPath(join(folder, name), ' -LiteralPath ')}`]).flat()
    const input = { scripts: scripts.map(([lines]) => ({ lines, line: (asOneLine(lines) as { line: string }).line })), reads }
    writeFileSync(join(folder, 'input.json'), JSON.stringify(input))
    writeFileSync(
      join(folder, 'run.ps1'),
      `param($Folder)
      $in = [IO.File]::ReadAllText("$Folder/input.json") | ConvertFrom-Json
      $run = { param($text) (& ([scriptblock]::Create($text)) | ForEach-Object { "$_" }) -join ',' }
      $out = @{ scripts = @($in.scripts | ForEach-Object { @{ lines = & $run $_.lines; line = & $run $_.line } }); files = @($in.reads | ForEach-Object { & $run $_ }) }
      [IO.File]::WriteAllText("$Folder/output.json", ($out | ConvertTo-Json -Depth 5))`
    )
    execFileSync(engine.path, ['-NoLogo', '-NoProfile', '-File', join(folder, 'run.ps1'), folder], { env: engine.env, stdio: 'pipe' })
    answers = JSON.parse(execFileSync('cat', [join(folder, 'output.json')], { encoding: 'utf8' })) as typeof answers
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('one line does what the lines did', () => {
    expect(answers.scripts).toHaveLength(scripts.length)
    for (const { lines, line } of answers.scripts) expect(line).toBe(lines)
    expect(answers.scripts.every(({ lines }) => lines !== '')).toBe(true)
  })

  it('a quoted path is that file, to -Path and to -LiteralPath', () => {
    expect(answers.files).toEqual(names.flatMap((name) => [name, name]))
  })
})
