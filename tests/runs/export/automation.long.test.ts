import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { RunView } from '../../../app/contract.ts'
import { makePfx, type MadePfx } from '../../credentials/make-pfx.ts'
import { FakeAutomation } from './automation-job.ts'
import { changed, DemoEngine, pwsh } from './demo-engine.ts'

vi.setConfig({ testTimeout: 400_000, hookTimeout: 400_000 })

describe.skipIf(!pwsh)('a run exported to Azure Automation, run as it stands', () => {
  let engine: DemoEngine
  let account: FakeAutomation
  let run: RunView
  let changing: RunView
  let pfx: MadePfx
  const password = randomUUID()

  beforeAll(async () => {
    engine = await DemoEngine.start(2)
    pfx = makePfx({ password })
    account = await FakeAutomation.start(engine)
    run = await engine.ran("Get-Mailbox -ResultSize 2 | Select-Object -Property Name, PrimarySmtpAddress\nWrite-Error 'One went wrong'\n$kept = 'of a tenant'", { title: 'Mailboxes', isReadOnly: true })
    changing = await engine.ran("'@ end'\n$kept")
  })
  afterAll(async () => {
    account?.dispose()
    await engine?.dispose()
  })
  beforeEach(() => {
    for (const at of engine.tenants.keys()) engine.appOf(at).certificates = [pfx.certificatePem]
    engine.demo.clearLog()
  })

  const names = ['tenantry-tenant-01-app', 'tenantry-tenant-02-app']

  const job = (files: ReadonlyArray<{ path: string; text: string }>, parameters: Record<string, unknown> = {}) => account.job(files, { parameters, certificates: { names, pfx, password } })

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
