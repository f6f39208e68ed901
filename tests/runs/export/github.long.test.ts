import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { RunView } from '../../../app/contract.ts'
import { githubIssuer } from '../../../app/runs/export/github-readme.ts'
import { makePfx } from '../../credentials/make-pfx.ts'
import { changed, DemoEngine, FakeGithubIdentity, pwsh } from './demo-engine.ts'
import { WorkflowRun, type WorkflowOptions } from './workflow-run.ts'

const script = "Get-Mailbox -ResultSize 2 | Select-Object -Property Name, PrimarySmtpAddress\nWrite-Error 'One went wrong, =1+1'\nWrite-Host '::error::not a word to GitHub'"

// Each step is a PowerShell of its own, and a tenant takes three of them.
vi.setConfig({ testTimeout: 400_000, hookTimeout: 400_000 })

describe.skipIf(!pwsh)('a run exported to GitHub Actions, run as it stands', () => {
  let engine: DemoEngine
  let identity: FakeGithubIdentity
  let run: RunView
  let changing: RunView
  const workflows: WorkflowRun[] = []

  beforeAll(async () => {
    engine = await DemoEngine.start(3)
    identity = await FakeGithubIdentity.start()
    run = await engine.ran(script, { title: 'Mailboxes ${{ secrets.GITHUB_TOKEN }}', isReadOnly: true })
    changing = await engine.ran("Set-Mailbox -Identity (Get-Mailbox -ResultSize 1).Identity -CustomAttribute1 'here'; 'changed'")
  })
  afterAll(async () => {
    identity?.close()
    await engine?.dispose()
  })
  beforeEach(() => {
    for (const at of engine.tenants.keys()) {
      engine.appOf(at).federatedCredentials = ['tenantry-read', 'tenantry-change'].map((environment) => ({
        issuer: githubIssuer, subject: FakeGithubIdentity.subjectOf(environment), audience: 'api://AzureADTokenExchange', key: identity.publicKey
      }))
      engine.appOf(at).certificates = []
    }
    engine.demo.clearLog()
    identity.signed.length = 0
  })
  afterEach(() => {
    for (const workflow of workflows.splice(0)) workflow.dispose()
  })

  const goThrough = async (files: WorkflowOptions['files'], more: Partial<WorkflowOptions> = {}) => {
    const workflow = new WorkflowRun({ files, pwsh: pwsh!.path, env: engine.env, identityOf: identity.identityOf, ...more })
    workflows.push(workflow)
    await workflow.run()
    return workflow
  }
  const rowsOf = (workflow: WorkflowRun) => JSON.parse(workflow.artifact('tenantry-results', 'results.json')) as Array<Record<string, string>>
  const logOf = (workflow: WorkflowRun) => Object.values(workflow.logs).join('\n')
  /** No token of GitHub's or Entra's is in a log, and the only commands that were heard hide them. */
  const showsNothing = ({ shown }: WorkflowRun) => {
    const text = Object.values(shown).map((log) => log.shown).join('\n')
    for (const token of identity.signed) expect(text).not.toContain(token)
    expect(text).not.toMatch(/eyJ[\w-]{20,}/)
    expect(Object.values(shown).flatMap(({ heard }) => heard)).toEqual(identity.signed.flatMap(() => ['add-mask', 'add-mask']))
  }
  const inOrder = (rows: Array<Record<string, string>>) => [...rows].sort((a, b) => a.Tenant!.localeCompare(b.Tenant!))

  it('has the same rows as in the app, signed in by GitHub’s own token', async () => {
    const workflow = await goThrough((await engine.export(run, { target: 'github-actions', signIn: 'federated' })).files)
    expect(workflow.results, logOf(workflow)).toEqual({ 'Look at the run': 'success', 'tenant-01': 'success', 'tenant-02': 'success', 'tenant-03': 'success', 'Put the results together': 'success' })
    expect(inOrder(rowsOf(workflow))).toEqual(inOrder((await engine.runs.table(run)).rows))
    const csv = workflow.artifact('tenantry-results', 'results.csv')
    expect(csv.split('\r\n')[0]).toBe('\ufeffTenant,Name,PrimarySmtpAddress,Error')
    expect(csv.trim().split('\r\n')).toHaveLength(10)
    expect(csv).toContain('"One went wrong, =1+1"')
    expect(workflow.summary).toContain('**3 of 3 tenants are done**')
    expect(identity.signed).toHaveLength(3)
    showsNothing(workflow)
  })

  it('keeps secrets out of the log where a job takes several tenants, and takes nothing that they print for a command', async () => {
    const named = "::add-mask::done\n::error::evil ##[group]<img src=x> O'Brien & Zo\u00eb"
    const made = await engine.export(run, { target: 'github-actions', signIn: 'federated' })
    const files = changed({ ...made, files: changed(made, 'New-RunPlan.ps1', (text) => text.replace('$mostJobs = 256', '$mostJobs = 1')) }, 'tenants.json', (text) => text.replace('"Tenant 02"', JSON.stringify(named)))
    const workflow = await goThrough(files)
    expect(workflow.results, logOf(workflow)).toEqual({ 'Look at the run': 'success', 'tenant-01 and 2 more': 'success', 'Put the results together': 'success' })
    expect(rowsOf(workflow).filter(({ Tenant }) => Tenant === named)).toHaveLength(3)
    expect(identity.signed).toHaveLength(3)
    showsNothing(workflow)
    expect(workflow.shown['tenant-01 and 2 more']!.shown).toContain('::error::evil')
    expect(workflow.summary).toContain(String.raw`| \:\:add\-mask\:\:done \:\:error\:\:evil \#\#\[group\]\<img src=x\> O'Brien \& Zoë | done |`)
  })

  it('hides the next tenant’s secrets where the one before ended its process', async () => {
    const made = await engine.export(changing, { target: 'github-actions', signIn: 'federated' })
    const files = changed({ ...made, files: changed(made, 'New-RunPlan.ps1', (text) => text.replace('$mostJobs = 256', '$mostJobs = 1')) }, 'script.ps1', () => '[Environment]::Exit(3)')
    const workflow = await goThrough(files, { inputs: { tenants: '3' } })
    expect(workflow.results).toMatchObject({ 'tenant-01 and 2 more': 'failure', 'Put the results together': 'success' })
    expect(rowsOf(workflow).map(({ Error: wrong }) => wrong)).toEqual(Array(3).fill(expect.stringContaining('ended before its time')))
    expect(identity.signed).toHaveLength(3)
    showsNothing(workflow)
  })

  it('goes on where one tenant fails, and says which and why', async () => {
    engine.appOf(1).federatedCredentials = []
    const workflow = await goThrough((await engine.export(run, { target: 'github-actions', signIn: 'federated' })).files)
    expect(workflow.results).toMatchObject({ 'tenant-01': 'success', 'tenant-02': 'failure', 'tenant-03': 'success', 'Put the results together': 'success' })
    const [error, ...more] = rowsOf(workflow).filter(({ Tenant }) => Tenant === 'Tenant 02')
    expect(error!.Error).toMatch(new RegExp(`AADSTS700211.*${FakeGithubIdentity.subjectOf('tenantry-read')}`))
    expect(more).toEqual([])
    expect(workflow.summary).toContain('**2 of 3 tenants are done**')
  })

  it('signs in with a certificate of the secret store', async () => {
    const password = `canary-${randomUUID()}`
    const [good, other] = [makePfx({ password }), makePfx({ password })]
    engine.appOf(0).certificates = [good.certificatePem]
    engine.appOf(1).certificates = [good.certificatePem]
    const { files } = await engine.export(run, { target: 'github-actions', signIn: 'certificate' })
    const names = (JSON.parse(files.find(({ path }) => path.endsWith('tenants.json'))!.text) as Array<{ certificate: string }>).map(({ certificate }) => certificate)
    const secrets = { [names[0]!]: good.bytes.toString('base64'), [`${names[0]}_PASSWORD`]: password, [names[1]!]: other.bytes.toString('base64'), [`${names[1]}_PASSWORD`]: password }
    const workflow = await goThrough(files, { secrets })
    expect(workflow.results, logOf(workflow)).toMatchObject({ 'tenant-01': 'success', 'tenant-02': 'failure', 'tenant-03': 'failure' })
    const told = rowsOf(workflow)
    expect(told.filter(({ Tenant }) => Tenant === 'Tenant 01')).toEqual((await engine.runs.table(run)).rows.filter(({ Tenant }) => Tenant === 'Tenant 01'))
    expect(told.find(({ Tenant }) => Tenant === 'Tenant 02')!.Error).toContain('AADSTS700027')
    expect(told.find(({ Tenant }) => Tenant === 'Tenant 03')!.Error).toContain(`The secret ${names[2]} is not there or empty`)
    expect(logOf(workflow)).not.toContain(password)
    for (const secret of Object.values(secrets)) expect(logOf(workflow)).not.toContain(secret)
  })

  it.each(['federated', 'certificate'] as const)('runs nothing in a tenant that is not the one that was pinned (%s)', async (signIn) => {
    const password = 'x'
    const pfx = makePfx({ password })
    for (const at of engine.tenants.keys()) engine.appOf(at).certificates = [pfx.certificatePem]
    const made = await engine.export(run, { target: 'github-actions', signIn })
    const wrong = randomUUID()
    const files = changed(made, 'tenants.json', (text) => text.replace(`"tenantId": "${engine.tenants[0]!.tenantId}"`, `"tenantId": "${wrong}"`))
    const secrets = Object.fromEntries((JSON.parse(files.find(({ path }) => path.endsWith('tenants.json'))!.text) as Array<{ certificate: string }>).flatMap(({ certificate }) => [[certificate, pfx.bytes.toString('base64')], [`${certificate}_PASSWORD`, password]]))
    const workflow = await goThrough(files, { secrets: signIn === 'certificate' ? secrets : {} })
    expect(workflow.results).toMatchObject({ 'tenant-01': 'failure', 'tenant-02': 'success' })
    const [row, ...more] = rowsOf(workflow).filter(({ Tenant }) => Tenant === 'Tenant 01')
    expect(row!.Error).toMatch(new RegExp(`another tenant.*${engine.tenants[0]!.tenantId}.*${wrong}`))
    expect(more).toEqual([])
    expect(engine.commandsIn(0)).not.toContain('Get-Mailbox')
    expect(engine.commandsIn(1)).toContain('Get-Mailbox')
  })

  it.each([
    ['Get-Mailbox; Set-Mailbox -Identity x -CustomAttribute1 y', /Line 1: Set-Mailbox is not known to only read/],
    ['$name = "Remove-Mailbox"\n& $name -Identity x', /Line 2: \$name is not the name of a command/],
    ["Invoke-MgGraphRequest -Method DELETE -Uri '/v1.0/users/x'", /Invoke-MgGraphRequest with -Method DELETE is not known to only read/],
    ["Search-Mailbox -Identity x -DeleteC", /Search-Mailbox with -DeleteContent changes data/],
    ['Get-Mailbox | % {', /Line 1: .*[Mm]issing/]
  ])('does not start %s where the run only reads', async (text, why) => {
    const workflow = await goThrough(changed(await engine.export(run, { target: 'github-actions', signIn: 'federated' }), 'script.ps1', () => text))
    expect(workflow.results).toEqual({ 'Look at the run': 'failure' })
    expect(logOf(workflow).replace(/\x1b\[[\d;]*m/g, '').replace(/\s*\n[ |]*/g, ' ')).toMatch(why)
    expect(engine.demo.log).toEqual([])
  })

  it('changes data only where the number of tenants was told', async () => {
    const { files } = await engine.export(changing, { target: 'github-actions', signIn: 'federated' })
    const refused = await goThrough(files, { inputs: { tenants: '2' } })
    expect(refused.results).toEqual({ 'Look at the run': 'failure' })
    expect(engine.demo.log).toEqual([])
    const workflow = await goThrough(files, { inputs: { tenants: '3' } })
    expect(workflow.results, logOf(workflow)).toMatchObject({ 'tenant-01': 'success', 'tenant-03': 'success' })
    expect(engine.commandsIn(2)).toContain('Set-Mailbox')
    expect(rowsOf(workflow).map(({ Value }) => Value)).toEqual(['changed', 'changed', 'changed'])
  })

  it('does not start in a public repository', async () => {
    const workflow = await goThrough((await engine.export(run, { target: 'github-actions', signIn: 'federated' })).files, { visibility: 'public' })
    expect(workflow.results).toEqual({ 'Look at the run': 'failure' })
    expect(engine.demo.log).toEqual([])
  })
})
