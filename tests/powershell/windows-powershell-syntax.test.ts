import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommand } from '../engine-console/console.ts'
import { describeOnMainEngine } from '../engines.ts'

const checker = join(import.meta.dirname, 'NewerSyntax.ps1')
const scripts = ['app/powershell', 'app/credentials'].flatMap((folder) =>
  readdirSync(folder).filter((name) => /\.ps[md]?1$/.test(name)).map((name) => join(folder, name))
)

/** What 5.1 refuses or reads otherwise, each as it would slip in, by the name that the checker has for it. */
const newer: Record<string, string[]> = {
  ternary: ['$a = $true ? 1 : 2'],
  '??': ['$a = $null ?? 1'],
  '??=': ['$a ??= 1'],
  '?.': ['${a}?.Length'],
  '?[]': ['${a}?[0]'],
  '&&': ['Get-Item . && Get-Date'],
  '||': ['Get-Item . || Get-Date'],
  'pipeline chain': ['Get-Item . && Get-Date'],
  'clean block': ['function A { process { 1 } clean { 2 } }'],
  'background job': ['Get-Date &'],
  'ForEach-Object -Parallel': ['1 | ForEach-Object -Parallel { $_ }', '1 | % -Parallel { $_ } -ThrottleLimit 2', '1 | ForEach-Object -Paral { $_ }'],
  'foreach -Parallel': ['foreach -parallel ($a in 1) { $a }'],
  'pipe at the beginning of a line': ["Get-Item .\n    | Select-Object Name", "Get-Item .\n    # why\n    | Select-Object Name"],
  number: ['0b1010', '5uy', '5n', '0xFFu', '1ul', '2usKB'],
  escape: ['"`e[31m"', '"`u{1F600}"', "@\"\n`e[0m\n\"@"],
  type: ['[semver]"1.2.3"', '[uint]$a = 1', 'param([ulong]$a)'],
  attribute: ['param([ValidateNotNullOrWhiteSpace()]$a)', 'param([ArgumentCompletions("a")]$a)', 'function A { [Experimental("a", "Show")] param() }'],
  'generic method': ['[array]::Empty[int]()'],
  'class or enum': ['class A { [int]$a }', 'enum A { B }'],
  using: ['using module A', 'using assembly A.dll'],
  'letters without a byte order mark': ["'Zoë'", "# “quoted”"],
  error: ['function {', '"unfinished']
}

const old = [
  "'a ? b : c'; \"`$a ?? `$b && c || d\"; \"``e[31m ``u{1}\"; '`e'",
  "# a && b ?? c\nGet-ChildItem | Where-Object { $_ } | ? { $_.Name } | % { $_ } | ForEach-Object -Process { $_ }",
  '$a = 0x1F, 0xB, 0x80090036, 1, 1.5, 2KB, 3L, 4d, 1e3, -128, 0x7FL',
  "Get-Item . |\n    Select-Object Name\nif ($a) { 1 } else { 2 }\n$b = @($a)[0].Length; [int]::MaxValue; foreach ($c in 1, 2) { $c }",
  "using namespace System.IO\nparam([Parameter(Mandatory)][ValidateSet('a', 'b')][string]$A)\n[Path]::Combine('a', $A)",
  'function Get-A { [CmdletBinding()] [OutputType([string])] param([AllowNull()][object]$B) begin { } process { } end { } }'
]

describeOnMainEngine('syntax that Windows PowerShell 5.1 has not', ({ path }) => {
  let folder: string
  let findings: Map<string, Array<{ line: number; what: string; text: string }>>
  const fileOf = (name: string, index: number) => join(folder, `${name.replace(/\W/g, (letter) => letter.codePointAt(0)!.toString(16))}-${index}.ps1`)

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tenantry-syntax-'))
    const samples = [...Object.entries(newer), ['old', old] as const].flatMap(([name, texts]) => texts.map((text, index) => ({ file: fileOf(name, index), text })))
    for (const { file, text } of samples) writeFileSync(file, text)
    writeFileSync(join(folder, 'marked.ps1'), "\ufeff'Zoë'")
    // One start for them all: a shell takes its time.
    const paths = [...samples.map(({ file }) => file), join(folder, 'marked.ps1'), ...scripts].join('|')
    const { stdout, stderr, exitCode } = await runCommand(path, ['-NoLogo', '-NoProfile', '-NonInteractive', '-File', checker, '-Path', paths])
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 })
    const rows = stdout.split(/\r?\n/).filter(Boolean).map((row) => row.split('\t') as [string, string, string, string])
    findings = new Map()
    for (const [file, line, what, text] of rows) findings.set(file, [...(findings.get(file) ?? []), { line: Number(line), what, text }])
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const found = (file: string) => (findings.get(file) ?? []).map(({ line, what, text }) => `line ${line}: ${what}: ${text}`)

  describe.each(Object.entries(newer))('is found: %s', (name, texts) => {
    it.each(texts.map((text, index) => ({ text, index })))('$text', ({ index }) => {
      expect((findings.get(fileOf(name, index)) ?? []).map(({ what }) => what)).toContain(name)
    })
  })

  it.each(old.map((text, index) => ({ text, index })))('is not taken for found: $text', ({ index }) => {
    expect(found(fileOf('old', index))).toEqual([])
  })

  it('is no letter beyond ASCII where a mark says how to read it', () => {
    expect(found(join(folder, 'marked.ps1'))).toEqual([])
  })

  it.each(scripts)('is not in %s', (script) => {
    expect(found(script)).toEqual([])
  })

  it('is looked for in every script that a session or the certificate helper runs', () => {
    expect(scripts.map((script) => script.replace(/.*\//, ''))).toEqual(expect.arrayContaining(['Tenantry.psm1', 'SessionPipe.ps1', 'TokenRenewal.ps1', 'CertificateSigner.ps1']))
  })
})
