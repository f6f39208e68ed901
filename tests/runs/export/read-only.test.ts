import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pwsh } from './demo-engine.ts'
import { exported, runOver, sourceNamed } from './exports.ts'

const scripts = resolve(import.meta.dirname, '../../../app/runs/export')

const reads = [
  'Invoke-MgGraphRequest -Uri $uri',
  'Invoke-MgGraphRequest -Method GET -Uri $uri',
  'Invoke-MgGraphRequest -Uri $uri -OutputType PSObject -Method GET',
  "Invoke-MgGraphRequest -Uri '/v1.0/users' -Headers @{ ConsistencyLevel = 'eventual' } -OutputType PSObject -ErrorAction Stop -SkipHttpErrorCheck",
  'Invoke-MgGraphRequest -Uri:$uri -SkipHttpErrorCheck -EA SilentlyContinue',
  'Invoke-MgGraphRequest GET $uri',
  'Invoke-MgGraphRequest get -Uri $uri',
  '(Invoke-MgGraphRequest GET $uri).value | Select-Object -Property id'
]
const mayChange = [
  'Invoke-MgGraphRequest -Method DELETE -Uri $uri',
  'Invoke-MgGraphRequest -Me DELETE -Uri $uri',
  'Invoke-MgGraphRequest -Method:DELETE -Uri $uri',
  'Invoke-MgGraphRequest -Method $method -Uri $uri',
  'Invoke-MgGraphRequest DELETE $uri',
  'Invoke-MgGraphRequest $method $uri',
  'Invoke-MgGraphRequest -Uri $uri DELETE',
  'Invoke-MgGraphRequest -Uri:$uri DELETE',
  'Invoke-MgGraphRequest -Uri $uri -OutputType PSObject DELETE',
  'Invoke-MgGraphRequest -Uri $uri $method',
  'Invoke-MgGraphRequest -Uri $uri "$method"',
  'Invoke-MgGraphRequest -PassThru DELETE -Uri $uri',
  'Invoke-MgGraphRequest -SkipHttpErrorCheck 4 $uri',
  'Invoke-MgGraphRequest -SkipHttpErrorCheck -Uri $uri DELETE',
  'Invoke-MgGraphRequest -Uri $uri -Verbose DELETE',
  'Invoke-MgGraphRequest -Uri $uri -- DELETE',
  'Invoke-MgGraphRequest DELETE $uri -- -Method GET',
  'Invoke-MgGraphRequest @request',
  'Invoke-MgGraphRequest -Uri $uri @request',
  'Invoke-MgRestMethod -Uri $uri DELETE'
]

describe.skipIf(!pwsh)('a request to Graph in a run that only reads', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-reads-'))
  let refusals: Array<string | null>

  beforeAll(async () => {
    const sources = [sourceNamed('Contoso')]
    const { files } = await exported(runOver(sources, { service: 'graph' }), sources)
    writeFileSync(join(folder, 'run.json'), files.find(({ path }) => path.endsWith('run.json'))!.text)
    writeFileSync(join(folder, 'scripts.json'), JSON.stringify([...reads, ...mayChange]))
    const check = `
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
. '${join(scripts, 'TenantRun.ps1')}'
$run = Get-Content -LiteralPath '${join(folder, 'run.json')}' -Raw | ConvertFrom-Json
$told = foreach ($text in (Get-Content -LiteralPath '${join(folder, 'scripts.json')}' -Raw | ConvertFrom-Json)) {
    try { Assert-Script -Run $run -Text $text; @{ refusal = $null } } catch { @{ refusal = $_.Exception.Message } }
}
ConvertTo-Json -InputObject @($told) -Compress
`
    writeFileSync(join(folder, 'check.ps1'), check)
    const { stdout, stderr } = spawnSync(pwsh!.path, ['-NoProfile', '-NonInteractive', '-File', join(folder, 'check.ps1')], { env: { ...pwsh!.env, NO_COLOR: '1' }, encoding: 'utf8' })
    expect(stderr).toBe('')
    refusals = (JSON.parse(stdout) as Array<{ refusal: string | null }>).map(({ refusal }) => refusal)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it.each(reads.map((text, at) => ({ text, at })))('runs: $text', ({ at }) => {
    expect(refusals[at]).toBe(null)
  })

  it.each(mayChange.map((text, at) => ({ text, at })))('is refused: $text', ({ at }) => {
    expect(refusals[reads.length + at]).toMatch(/^The run only reads, so nothing was run\. Line 1: /)
  })
})
