import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { RunExport, RunView } from '../../../app/contract.ts'
import { githubIssuer } from '../../../app/runs/export/github-readme.ts'
import { makePfx } from '../../credentials/make-pfx.ts'
import { FakeAutomation } from './automation-job.ts'
import { changed, DemoEngine, FakeGithubIdentity, pwsh } from './demo-engine.ts'
import { WorkflowRun } from './workflow-run.ts'

vi.setConfig({ testTimeout: 400_000, hookTimeout: 400_000 })

const scripts = {
  compliance: 'Get-RetentionCompliancePolicy | Select-Object -Property Name, Enabled',
  graph: "(Invoke-MgGraphRequest -Method GET -Uri '/v1.0/users?$top=2' -OutputType PSObject).value | Select-Object -Property id, userPrincipalName"
}

describe.skipIf(!pwsh)('runs of the other services, exported and run as they stand', () => {
  let engine: DemoEngine
  let identity: FakeGithubIdentity
  let account: FakeAutomation
  let runs: Record<keyof typeof scripts, RunView>
  const password = `canary-${randomUUID()}`
  const pfx = makePfx({ password })

  beforeAll(async () => {
    engine = await DemoEngine.start(2)
    identity = await FakeGithubIdentity.start()
    account = await FakeAutomation.start(engine)
    const ran = (service: keyof typeof scripts) => engine.ran(scripts[service], { title: service, service, isReadOnly: true })
    runs = { compliance: await ran('compliance'), graph: await ran('graph') }
  })
  afterAll(async () => {
    identity?.close()
    account?.dispose()
    await engine?.dispose()
  })
  beforeEach(() => {
    for (const at of engine.tenants.keys()) {
      engine.appOf(at).certificates = [pfx.certificatePem]
      engine.appOf(at).federatedCredentials = [{ issuer: githubIssuer, subject: FakeGithubIdentity.subjectOf('tenantry-read'), audience: 'api://AzureADTokenExchange', key: identity.publicKey }]
    }
    engine.demo.clearLog()
  })

  const rowsInApp = async (service: keyof typeof scripts) => {
    const { rows } = await engine.runs.table(runs[service])
    expect(new Set(rows.map(({ Tenant }) => Tenant)), JSON.stringify(rows)).toEqual(new Set(['Tenant 01', 'Tenant 02']))
    expect(rows.filter(({ Error: wrong }) => wrong !== undefined)).toEqual([])
    return rows.sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)))
  }
  /** Rows as the app's table has them: all as text, and what is empty left out. */
  const asText = (rows: Array<Record<string, unknown>>) => rows.map((row) => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null).map(([name, value]) => [name, String(value)]))).sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)))

  const certificatesOf = ({ files }: RunExport) => (JSON.parse(files.find(({ path }) => path.endsWith('tenants.json'))!.text) as Array<{ certificate: string }>).map(({ certificate }) => certificate)

  /** Goes through the workflow, and answers its log too. */
  async function workflow(made: RunExport, files = made.files): Promise<{ results: Record<string, string>; rows: Array<Record<string, unknown>>; log: string }> {
    const secrets = Object.fromEntries(certificatesOf(made).filter(Boolean).flatMap((name) => [[name, pfx.bytes.toString('base64')], [`${name}_PASSWORD`, password]]))
    const ran = new WorkflowRun({ files, pwsh: pwsh!.path, env: engine.env, identityOf: identity.identityOf, secrets })
    try {
      await ran.run()
      return { results: ran.results, rows: JSON.parse(ran.artifact('tenantry-results', 'results.json')) as never, log: Object.values(ran.shown).map(({ shown }) => shown).join('\n') }
    } finally {
      ran.dispose()
    }
  }

  const cases = (['compliance', 'graph'] as const).flatMap((service) => (['certificate', 'federated'] as const).map((signIn) => ({ service, signIn })))

  it.each(cases)('has the same rows as in the app: $service at GitHub, $signIn', async ({ service, signIn }) => {
    const { results, rows, log } = await workflow(await engine.export(runs[service], { target: 'github-actions', signIn }))
    expect(results, log).toMatchObject({ 'tenant-01': 'success', 'tenant-02': 'success' })
    expect(asText(rows)).toEqual(await rowsInApp(service))
    expect(log).not.toContain(password)
    expect(log).not.toMatch(/eyJ[\w-]{20,}/)
  })

  it.each(cases)('runs nothing in a tenant that is not the pinned one: $service, $signIn', async ({ service, signIn }) => {
    const made = await engine.export(runs[service], { target: 'github-actions', signIn })
    const wrong = randomUUID()
    const { results, rows } = await workflow(made, changed(made, 'tenants.json', (text) => text.replace(`"tenantId": "${engine.tenants[0]!.tenantId}"`, `"tenantId": "${wrong}"`)))
    expect(results).toMatchObject({ 'tenant-01': 'failure', 'tenant-02': 'success' })
    const [row, ...more] = rows.filter(({ Tenant }) => Tenant === 'Tenant 01')
    // Graph's module is told the id to sign in to, and Entra knows no tenant of that one.
    expect(row!.Error).toMatch(service === 'graph' && signIn === 'certificate' ? new RegExp(`AADSTS90002.*${wrong}`) : new RegExp(`another tenant.*${engine.tenants[0]!.tenantId}.*${wrong}`))
    expect(more).toEqual([])
  })

  it.each(['compliance', 'graph'] as const)('has them in a runbook: %s, by the account’s certificate', async (service) => {
    const names = ['tenantry-tenant-01-app', 'tenantry-tenant-02-app']
    const { rows, errors, failure } = await account.job((await engine.export(runs[service], { target: 'azure-automation', signIn: 'certificate' })).files, { certificates: { names, pfx, password } })
    expect(failure, errors.join('\n')).toBe(null)
    expect(asText(rows.filter(({ State }) => State === undefined))).toEqual(await rowsInApp(service))
  })

  it('has them in a runbook: graph, by the account’s own identity, in its own tenant alone', async () => {
    account.resources.length = 0
    const { rows, errors, failure } = await account.job((await engine.export(runs.graph, { target: 'azure-automation', signIn: 'managed-identity' })).files, { certificates: { names: [], pfx, password } })
    expect(failure, errors.join('\n')).toBe(null)
    expect(asText(rows.filter(({ State }) => State === undefined))).toEqual((await rowsInApp('graph')).filter(({ Tenant }) => Tenant === 'Tenant 01'))
    expect(account.resources.length).toBe(2)
    for (const resource of account.resources) expect(resource).toMatch(/graph/)
  })
})
