import { randomUUID } from 'node:crypto'
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { RunView } from '../../../app/contract.ts'
import { makePfx, type MadePfx } from '../../credentials/make-pfx.ts'
import { changed, DemoEngine, pwsh } from './demo-engine.ts'

vi.setConfig({ testTimeout: 400_000, hookTimeout: 400_000 })

interface Job {
  /** What it wrote to the output, as Automation would show it. */
  rows: Array<Record<string, unknown>>
  errors: string[]
  /** What ended it. */
  failure: string | null
}

/**
 * Stands in for Azure Automation: Get-AutomationCertificate is a function here, which opens a PFX file as the service
 * opens its asset, and the job's streams are caught. The runbook itself runs whole, as it stands.
 */
const jobScript = `
param([string]$Runbook, [string]$Parameters, [string]$Certificates, [string]$Output)
$assets = Get-Content -LiteralPath $Certificates -Raw | ConvertFrom-Json -AsHashtable
function global:Get-AutomationCertificate {
    param([Parameter(Mandatory)][string]$Name)
    if ($assets.ContainsKey($Name)) { [System.Security.Cryptography.X509Certificates.X509Certificate2]::new([Convert]::FromBase64String($assets[$Name].pfx), $assets[$Name].password) }
}
$given = $Parameters | ConvertFrom-Json -AsHashtable
$problem = $null
$all = [System.Collections.Generic.List[object]]::new()
try { & $Runbook @given 2>&1 | ForEach-Object { $all.Add($_) } } catch { $problem = $_.Exception.Message }
$errors = @($all | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] } | ForEach-Object { $_.Exception.Message })
$rows = @($all | Where-Object { $_ -isnot [System.Management.Automation.ErrorRecord] })
@{ rows = $rows; errors = $errors; failure = $problem } | ConvertTo-Json -Depth 6 | Set-Content -LiteralPath $Output -Encoding utf8
`

describe.skipIf(!pwsh)('a run exported to Azure Automation, run as it stands', () => {
  let engine: DemoEngine
  let folder: string
  let run: RunView
  let changing: RunView
  let pfx: MadePfx
  let identity: Server
  const password = randomUUID()
  const key = randomUUID()

  beforeAll(async () => {
    engine = await DemoEngine.start(2)
    folder = mkdtempSync(join(tmpdir(), 'tenantry-runbook-'))
    writeFileSync(join(folder, 'job.ps1'), jobScript)
    pfx = makePfx({ password })
    // Stands in for the identity of an Automation account in the first tenant.
    identity = createServer((request, response) => {
      if (request.headers['x-identity-header'] !== key) return void response.writeHead(401).end()
      const token = engine.demo.forgeToken(engine.tenantOf(0), engine.appOf(0).clientId, { resource: 'https://outlook.office365.com' })
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ access_token: token }))
    })
    await new Promise<void>((resolve) => identity.listen(0, '127.0.0.1', resolve))
    run = await engine.ran("Get-Mailbox -ResultSize 2 | Select-Object -Property Name, PrimarySmtpAddress\nWrite-Error 'One went wrong'\n$kept = 'of a tenant'", { title: 'Mailboxes', isReadOnly: true })
    changing = await engine.ran("'@ end'\n$kept")
  })
  afterAll(async () => {
    identity?.close()
    await engine?.dispose()
    if (folder) rmSync(folder, { recursive: true, force: true })
  })
  beforeEach(() => {
    for (const at of engine.tenants.keys()) engine.appOf(at).certificates = [pfx.certificatePem]
    engine.demo.clearLog()
  })

  const names = ['tenantry-tenant-01-app', 'tenantry-tenant-02-app']

  async function job(files: ReadonlyArray<{ path: string; text: string }>, parameters: Record<string, unknown> = {}): Promise<Job> {
    const own = mkdtempSync(join(folder, 'job-'))
    const runbook = join(own, 'runbook.ps1')
    writeFileSync(runbook, files.find(({ path }) => path.endsWith('.ps1'))!.text)
    writeFileSync(join(own, 'certificates.json'), JSON.stringify(Object.fromEntries(names.map((name) => [name, { pfx: pfx.bytes.toString('base64'), password }]))))
    const env = { ...engine.env, IDENTITY_ENDPOINT: `http://127.0.0.1:${(identity.address() as AddressInfo).port}/`, IDENTITY_HEADER: key }
    const child = spawn(pwsh!.path, ['-NoProfile', '-NonInteractive', '-File', join(folder, 'job.ps1'), runbook, JSON.stringify(parameters), join(own, 'certificates.json'), join(own, 'output.json')], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    let printed = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (printed += chunk.toString()))
    await new Promise((resolve) => child.on('close', resolve))
    try {
      return JSON.parse(readFileSync(join(own, 'output.json'), 'utf8')) as Job
    } catch {
      throw new Error(`The job wrote nothing: ${printed}`)
    }
  }

  it('has the same rows as in the app, one tenant after the other, by the certificate of the account', async () => {
    const { rows, errors, failure } = await job((await engine.export(run, { target: 'azure-automation', signIn: 'certificate' })).files)
    expect(failure, errors.join('\n')).toBe(null)
    const own = (await engine.runs.table(run)).rows.filter(({ Error: wrong }) => wrong === undefined)
    expect(rows.slice(0, 4)).toEqual([...own].sort((a, b) => a.Tenant!.localeCompare(b.Tenant!)))
    expect(rows.slice(4)).toMatchObject([{ Tenant: 'Tenant 01', State: 'done', Rows: 2, Errors: 1 }, { Tenant: 'Tenant 02', State: 'done', Rows: 2, Errors: 1 }])
    expect(errors).toEqual(['Tenant 01: One went wrong', 'Tenant 02: One went wrong'])
  })

  it('runs the others where one fails, and fails itself then; a tenant that is not the pinned one runs nothing', async () => {
    const made = await engine.export(run, { target: 'azure-automation', signIn: 'certificate' })
    const wrong = randomUUID()
    const files = changed(made, '.ps1', (text) => text.replace(`"tenantId": "${engine.tenants[0]!.tenantId}"`, `"tenantId": "${wrong}"`))
    const { rows, errors, failure } = await job(files)
    expect(failure).toBe('1 of 2 tenants failed: Tenant 01.')
    expect(errors[0]).toMatch(new RegExp(`Tenant 01: This is another tenant.*${engine.tenants[0]!.tenantId}`))
    expect(rows.filter(({ Tenant, State }) => Tenant === 'Tenant 01' && !State)).toEqual([])
    expect(rows.filter(({ Tenant, State }) => Tenant === 'Tenant 02' && !State)).toHaveLength(2)
    expect(engine.commandsIn(0)).not.toContain('Get-Mailbox')
  })

  it('runs in the tenant of the account’s own identity, and in no other', async () => {
    const { rows, failure } = await job((await engine.export(run, { target: 'azure-automation', signIn: 'managed-identity' })).files)
    expect(failure).toBe(null)
    expect(new Set(rows.map(({ Tenant }) => Tenant))).toEqual(new Set(['Tenant 01']))
    expect(engine.commandsIn(1)).toEqual([])
  })

  it('changes data only where the number of tenants was told, and has nothing of one tenant in the next', async () => {
    const { files } = await engine.export(changing, { target: 'azure-automation', signIn: 'certificate' })
    const refused = await job(files, { Tenants: 1 })
    expect(refused.failure).toContain('This run may change data in 2 tenants.')
    expect(engine.demo.log).toEqual([])
    const { rows, failure } = await job(files, { Tenants: 1, Tenant: 'tenant-02' })
    expect(failure).toBe(null)
    expect(rows).toMatchObject([{ Tenant: 'Tenant 02', Value: '@ end' }, { Tenant: 'Tenant 02', State: 'done' }])
  })
})
