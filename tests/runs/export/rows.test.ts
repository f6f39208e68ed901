import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import Papa from 'papaparse'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pwsh } from './demo-engine.ts'

const scripts = resolve(import.meta.dirname, '../../../app/runs/export')

/** Results as a tenant may have them, each the answer of one line. */
const results = {
  keys: "@{ Keys = 'one'; Values = 'two'; Count = 3; PSObject = 'four' }",
  cut: "[pscustomobject]@{ Name = 'cut ' + [char]0xD83E; Whole = [char]::ConvertFromUtf32(0x1F986); Low = [char]0xDD86 + ' low' }",
  absent: "[System.IO.FileInfo]::new('/nowhere/file')",
  columns: "[pscustomobject]@{ '=1+1' = 'a'; 'x,\"y' = 'b'; \"line`nbreak\" = 'c'; Tenant = 'not it'; Error = 'nor this' }",
  formulas: "[pscustomobject]@{ Sum = '=1+1'; List = @('=1', '2'); Minus = -5; Tab = \"`t=1\" }",
  pointer: '[pscustomobject]@{ Pointer = [IntPtr]5; NaN = [double]::NaN; None = $null; One = @(7); Empty = @() }',
  nameless: "$nameless = [pscustomobject]@{ Name = 'no type' }; $nameless.PSObject.TypeNames.Clear(); $nameless",
  nested: "[pscustomobject]@{ Table = @{ Keys = 'k' } }"
}

describe.skipIf(!pwsh)('rows of an exported run', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-rows-'))
  let rows: Array<Record<string, unknown>>
  let csv: string[][]
  const row = (name: keyof typeof results) => rows[Object.keys(results).indexOf(name)]!

  beforeAll(() => {
    const script = `
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
. '${join(scripts, 'TenantRun.ps1')}'
. '${join(scripts, 'ResultFiles.ps1')}'
$made = @(${Object.values(results).map((line) => `{ ${line} }`).join('; ')})
$rows = foreach ($make in $made) { & $make | ForEach-Object -Process { ConvertTo-RowJson -Row (ConvertTo-Row -Tenant 'Contoso' -Result $_) } }
Write-ResultFile -Row $rows -Path '${join(folder, 'result')}'
`
    writeFileSync(join(folder, 'make.ps1'), `\ufeff${script}`)
    const { status, stdout, stderr } = spawnSync(pwsh!.path, ['-NoProfile', '-NonInteractive', '-File', join(folder, 'make.ps1')], { env: { ...pwsh!.env, NO_COLOR: '1' }, encoding: 'utf8' })
    expect(status, `${stdout}${stderr}`).toBe(0)
    rows = JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8')) as typeof rows
    csv = Papa.parse<string[]>(readFileSync(join(folder, 'result.csv'), 'utf8').replace(/^\ufeff/, ''), { skipEmptyLines: true }).data
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('keeps each, with its tenant in front', () => {
    expect(rows).toHaveLength(Object.keys(results).length)
    for (const one of rows) expect(one.Tenant).toBe('Contoso')
  })

  it('reads a table by its entries, whatever they are called', () => {
    expect(row('keys')).toEqual({ Tenant: 'Contoso', Keys: 'one', Values: 'two', Count: 3, 'PSObject (of the result)': 'four' })
    expect(row('nested').Table).toEqual(['Keys=k'])
  })

  it('has no half of a character, which no file can hold', () => {
    expect(row('cut')).toEqual({ Tenant: 'Contoso', Name: 'cut \ufffd', Whole: '🦆', Low: '\ufffd low' })
  })

  it('says why in the place of a value that can’t be told, and keeps the others', () => {
    expect(row('absent')).toMatchObject({ Tenant: 'Contoso', Name: 'file', Exists: false, Length: expect.stringContaining('nowhere') as string })
  })

  it('has its own columns to itself, and no column’s name or value that a spreadsheet computes', () => {
    expect(row('columns')).toMatchObject({ Tenant: 'Contoso', 'Tenant (of the result)': 'not it', 'Error (of the result)': 'nor this' })
    expect(csv[0]).toContain("'=1+1")
    expect(csv[0]).toContain('x,"y')
    const cells = csv[1 + Object.keys(results).indexOf('formulas')]!
    expect(cells).toEqual(expect.arrayContaining(["'=1+1", "'=1, 2", '-5', "'\t=1"]))
    for (const line of csv) expect(line).toHaveLength(csv[0]!.length)
  })

  it('reads what has no type', () => {
    expect(row('nameless')).toEqual({ Tenant: 'Contoso', Name: 'no type' })
  })

  it('has values of every kind as one cell', () => {
    expect(row('pointer')).toEqual({ Tenant: 'Contoso', Pointer: '5', NaN: 'NaN', None: null, One: ['7'], Empty: [] })
  })
})
