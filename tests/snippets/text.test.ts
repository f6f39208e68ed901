import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { scanPowerShell } from '../../app/snippets/scan.ts'
import { fillSnippet, powerShellLiteral, readSnippet, tidySnippet, valueProblem } from '../../app/snippets/text.ts'
import { describeOnMainEngine } from '../engines.ts'

const problemOf = (text: string) => readSnippet(text).problem

describe('the values that a snippet asks for', () => {
  it('are each asked for once, in their order, with their defaults', () => {
    const { parameters, problem } = readSnippet('Get-MessageTrace -SenderAddress {{Mailbox}} -StartDate (Get-Date).AddDays(-{{ x }})\n$days = {{Days=7}}; {{mailbox}}, {{Zoë’s name}}, {{Note=}}'.replace('-{{ x }}', '0').replace('{{Zoë’s name}}', '{{Größe in MB}}'))
    expect(problem).toBeNull()
    expect(parameters).toEqual([
      { name: 'Mailbox', defaultValue: null },
      { name: 'Days', defaultValue: '7' },
      { name: 'Größe in MB', defaultValue: null },
      { name: 'Note', defaultValue: '' }
    ])
  })

  it.each(['{{0}} -f 1', '1 | ForEach-Object {{ $_ }}', '@{{ a = 1 }}', '{{ Mailbox }}', '{{$x}}'])('are none in %s', (text) => {
    expect(readSnippet(text).parameters).toEqual([])
  })

  it('are none in a comment', () => {
    expect(readSnippet('# asks for {{Mailbox}}\nGet-Mailbox {{Who}} <# not {{This}} #>')).toEqual({ parameters: [{ name: 'Who', defaultValue: null }], problem: null })
  })

  it.each([
    ['single quotes', "'Dear {{Name}}'", /In line 1 \{\{Name}} stands in quotes/],
    ['double quotes', '\n"Dear {{Name}}"', /In line 2 \{\{Name}} stands in quotes/],
    ['typographic quotes', '“Dear {{Name}}”', /stands in quotes/],
    ['a here-string', "@'\nDear {{Name}}\n'@", /stands in quotes/],
    ['what --% passes on as it is', 'icacls --% {{Path}}', /stands in quotes or in another text/],
    ['a word', 'Get-Mailbox {{Name}}@contoso.com', /\{\{Name}} must stand by itself/],
    ['another word', 'Get-Mailbox user{{Number}}', /must stand by itself/],
    ['a text’s end', "'a'{{Name}}", /must stand by itself/],
    ['a word that an escaped space goes on with', 'Get-Mailbox anna` {{Name}}', /must stand by itself/],
    ['another value', '{{A}}{{B}}', /must stand by itself/]
  ])('can’t be put into %s', (_, text, sentence) => {
    expect(problemOf(text)).toMatch(sentence)
  })

  it.each(['$({{A}})', '"in $({{A}}) here"', '-First:{{N}}', '$x={{A}}', '[string]{{A}}'.replace(']', '] '), '@({{A}},{{B}})', '& { {{A}} }', "'a' + {{A}}", "foo`'bar {{A}}"])('can be put into %s', (text) => {
    expect(problemOf(text)).toBeNull()
    expect(readSnippet(text).parameters.length).toBeGreaterThan(0)
  })
})

describe('a text that can’t be used says why:', () => {
  it.each([
    ['a bracket that is not closed', 'if (1) {\n  1', 'In line 1 “{” is not closed.'],
    ['a bracket that closes nothing', 'Get-Mailbox\n}', 'In line 2 “}” closes nothing.'],
    ['brackets that cross', '({)}', 'In line 1 “)” closes nothing.'],
    ['a text that is not closed', "Get-Mailbox 'anna", 'In line 1 a text in quotes is not closed.'],
    ['a here-string that is not closed', "@'\na\n  '@", 'In line 1 a text in quotes is not closed.'],
    ['a comment that is not closed', '<# a', 'In line 1 a comment is not closed.'],
    ['a sign of which nobody knows', "$x#don't", /write a space before #/],
    ['a character that can’t be seen', 'Get-Mailbox\nanna\u200b', 'In line 2 is a character that can’t be seen (U+200B).'],
    ['a control character', 'a\x1b[201~', 'In line 1 is a character that can’t be seen (U+001B).'],
    ['two defaults', '{{A=1}}, {{a=2}}', '{{A}} has two defaults, “1” and “2”.'],
    ['a default that can’t be used', '{{A=\u202e}}', /can’t be seen/]
  ])('%s', (_, text, sentence) => {
    expect(problemOf(text)).toMatch(sentence)
  })

  it('a guest’s name with #EXT# is a word', () => {
    expect(problemOf('Get-Mailbox anna_fabrikam.com#EXT#@contoso.onmicrosoft.com {{Who}}')).toBeNull()
  })
})

describe('filling in', () => {
  it('puts texts in single quotes, numbers as they are, and defaults where nothing was typed', () => {
    expect(fillSnippet('Get-Mailbox {{Who}} -ResultSize {{Size=100}} # {{Who}}\n{{WHO}}', { who: "O'Brien" })).toEqual({ text: "Get-Mailbox 'O''Brien' -ResultSize 100 # {{Who}}\n'O''Brien'" })
    expect(fillSnippet('{{A}} + {{B=}}', { A: '{{B}}' })).toEqual({ text: "'{{B}}' + ''" })
  })

  it('tells the first value that is missing', () => {
    expect(fillSnippet('{{A=1}}, {{B}}, {{C}}', { A: '', B: '' })).toEqual({ missing: 'B' })
  })

  it.each(['7', '-5', '0', '1.5', '999999999999999'])('takes %s for a number', (value) => expect(powerShellLiteral(value)).toBe(value))
  it.each(['007', '+49', '1e5', '0x10', '1kb', '1,5', '.5', '5.', '--5', ' 7', '1234567890123456', '', '٣'])('takes %j for a text', (value) => expect(powerShellLiteral(value)).toBe(`'${value}'`))

  it('refuses what can’t be seen, and takes what joins letters and emoji', () => {
    for (const value of ['a\nb', 'a\tb', '\x00', '\x7f', '\x85', '\u2028', '\u202e', '\u200b', '\ud800']) expect(valueProblem(value), JSON.stringify(value)).toMatch(/can’t be seen/)
    for (const value of ['Zoë', '👩‍👩‍👧', 'می‌خواهم', '   ', "''"]) expect(valueProblem(value)).toBeNull()
    expect(valueProblem('x'.repeat(4001))).toMatch(/longer than 4,000/)
  })

  it('keeps a text with one kind of line end, without empty lines around it', () => {
    expect(tidySnippet('\r\n  \r\n  a\r\n\r\nb\r  ')).toBe('  a\n\nb')
  })
})

/** Pieces of PowerShell that begin, end and hide each other. */
const pieces = [
  ' {{A}} ', ' {{A}} ', '{{A}}', ' ', '\n', ';', ' | ', "'", '"', '’', '“', "'t is'", '"x"', '"$(', ')', ' (', '{', '}', '@{', '$(', '# ', '#', '<#', '#>', "@'\n", "\n'@", '@"\n', '\n"@',
  '`', '$x', '${a b}', '$$', '$?', 'foo', 'Get-X -Y ', ' = ', ',', '--%', ' --% ', '1', '..', '[int]', '::', '.Length', '%', '&', '\\', '-', "don't ", 'é', 'if (1) { ', ' } else { ', ' -f ', '\n\n'
]
/** Whole ones, so that many texts have no errors. */
const statements = [
  'Get-X {{A}}', '"a $({{A}}) b"', "'it''s'; {{A}}", "# don't\n", "@'\ndon't \"\n'@\n", '@"\n$({{A}})\n"@\n', '<# \' " { #> {{A}}', '$x = {{A}}', 'foo#bar {{A}}', "‘a’’b‘, {{A}}", '“a””$("b" + {{A}})“', '& { {{A}} }', "@{ a = {{A}}; b = '}' }",
  'icacls --% \' " {\n{{A}}', 'if ($true) { {{A}} } else { $null }', "foo`'bar {{A}}", '"`"$x`$("; {{A}}', "${a'b} + {{A}}".replace('$', '$'), '"$${{x"; {{A}}', '(1, 2) | ForEach-Object { $_, {{A}} }', '$$ + {{A}}', '"$$("; {{A}}', "[int]'1', {{A}}", "a'b c'd {{A}}", '# {{A}}\n', '{{A}}', '"${a"b}", {{A}}', "if ('}' -eq {{A}}) {\n  'x' # }\n}", '1 `\n + {{A}}'
]

const value = "x'; \"$(1)\" #> | ‘y` } ’ {{A}} \\"
const literals = ["O'Brien", '‘a’‚b‛', "'", "''", '$x $(1) `n "q"', 'Zoë 日本 👩‍👩‍👧', '007', '  spaced  ', '{{A}}', '-5', '1.5', '999999999999999', '@{a=1}', '#>', '; Remove-Mailbox anna', '']

/** PowerShell itself says whether what we take for a value is one, and whether a block stays open to its end. */
describeOnMainEngine('PowerShell’s own parser', ({ path, env }) => {
  const texts = [
    ...statements,
    ...fc.sample(fc.array(fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...statements) }, { weight: 1, arbitrary: fc.constantFrom(...pieces) }), { minLength: 1, maxLength: 5 }).map((parts) => parts.join('\n')), { numRuns: 600, seed: 7 }),
    ...fc.sample(fc.array(fc.constantFrom(...pieces), { minLength: 2, maxLength: 9 }).map((parts) => parts.join('')), { numRuns: 1500, seed: 11 })
  ].filter((text) => readSnippet(text).problem === null)
  let answer: { values: string[]; texts: Array<{ errors: number; wrong: number[]; isEarly: boolean }> }
  beforeAll(() => {
    const folder = mkdtempSync(join(tmpdir(), 'tenantry-snippets-'))
    const asked = texts.map((text) => {
      const { placeholders } = scanPowerShell(text)
      const longer = powerShellLiteral(value).length
      let added = 0
      const starts = placeholders.map(({ start, end }) => {
        const at = start + added
        added += longer - (end - start)
        return at
      })
      return { filled: (fillSnippet(text, { A: value }) as { text: string }).text, value, starts }
    })
    writeFileSync(join(folder, 'in.json'), JSON.stringify({ literals: literals.map(powerShellLiteral), texts: asked }))
    execFileSync(path, ['-NoLogo', '-NoProfile', '-File', join(import.meta.dirname, 'ReadSnippets.ps1'), '-In', join(folder, 'in.json'), '-Out', join(folder, 'out.json')], { env, stdio: 'pipe' })
    answer = JSON.parse(readFileSync(join(folder, 'out.json'), 'utf8')) as typeof answer
    rmSync(folder, { recursive: true, force: true })
  })

  it('reads each value back as it was typed', () => {
    expect(answer.values).toEqual(literals)
  })

  it('finds every value where it was put, whatever quotes and comments stand around it', () => {
    const judged = texts.map((text, index) => ({ text, ...answer.texts[index]! })).filter(({ errors }) => errors === 0)
    expect(judged.filter(({ wrong }) => wrong.length > 0)).toEqual([])
    const withValues = judged.filter(({ text }) => readSnippet(text).parameters.length > 0).length
    expect(withValues).toBeGreaterThan(300)
  })

  it('takes no text that it can read for complete before the block around it ends', () => {
    const readable = texts.filter((_, index) => answer.texts[index]!.errors === 0)
    expect(readable.length).toBeGreaterThan(300)
    expect(texts.filter((_, index) => answer.texts[index]!.errors === 0 && answer.texts[index]!.isEarly)).toEqual([])
  })
})
