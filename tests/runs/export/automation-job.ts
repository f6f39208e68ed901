import { randomUUID } from 'node:crypto'
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MadePfx } from '../../credentials/make-pfx.ts'
import { pwsh, type DemoEngine } from './demo-engine.ts'

export interface Job {
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

/** Plays an Automation account that lives in the first tenant: its certificates, its identity, and its jobs. */
export class FakeAutomation {
  readonly #engine: DemoEngine
  readonly #folder = mkdtempSync(join(tmpdir(), 'tenantry-runbook-'))
  readonly #identity: Server
  readonly #key = randomUUID()
  /** What was asked of its identity. */
  readonly resources: string[] = []

  private constructor(engine: DemoEngine) {
    this.#engine = engine
    writeFileSync(join(this.#folder, 'job.ps1'), jobScript)
    this.#identity = createServer((request, response) => {
      const resource = new URL(request.url!, 'http://127.0.0.1').searchParams.get('resource')
      if (request.headers['x-identity-header'] !== this.#key || resource === null) return void response.writeHead(401).end()
      this.resources.push(resource)
      const token = engine.demo.forgeToken(engine.tenantOf(0), engine.appOf(0).clientId, { resource })
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ access_token: token }))
    })
  }

  static async start(engine: DemoEngine): Promise<FakeAutomation> {
    const fake = new FakeAutomation(engine)
    await new Promise<void>((resolve) => fake.#identity.listen(0, '127.0.0.1', resolve))
    return fake
  }

  /** Runs the runbook of an export whole. `certificates` are the names under which the account has the one certificate. */
  async job(files: ReadonlyArray<{ path: string; text: string }>, { parameters = {}, certificates }: { parameters?: Record<string, unknown>; certificates: { names: readonly string[]; pfx: MadePfx; password: string } }): Promise<Job> {
    const own = mkdtempSync(join(this.#folder, 'job-'))
    const runbook = join(own, 'runbook.ps1')
    const asset = { pfx: certificates.pfx.bytes.toString('base64'), password: certificates.password }
    writeFileSync(runbook, files.find(({ path }) => path.endsWith('.ps1'))!.text)
    writeFileSync(join(own, 'certificates.json'), JSON.stringify(Object.fromEntries(certificates.names.map((name) => [name, asset]))))
    const env = { ...this.#engine.env, IDENTITY_ENDPOINT: `http://127.0.0.1:${(this.#identity.address() as AddressInfo).port}/`, IDENTITY_HEADER: this.#key }
    const child = spawn(pwsh!.path, ['-NoProfile', '-NonInteractive', '-File', join(this.#folder, 'job.ps1'), runbook, JSON.stringify(parameters), join(own, 'certificates.json'), join(own, 'output.json')], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    let printed = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (printed += chunk.toString()))
    await new Promise((resolve) => child.on('close', resolve))
    try {
      return JSON.parse(readFileSync(join(own, 'output.json'), 'utf8')) as Job
    } catch {
      throw new Error(`The job wrote nothing: ${printed}`)
    }
  }

  dispose(): void {
    this.#identity.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
