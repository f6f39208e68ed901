import Papa from 'papaparse'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Profile } from '../../app/contract.ts'
import { describeOnMainEngine } from '../engines.ts'
import { startCore, type CoreUnderTest } from '../sessions/core-on-this-machine.ts'
import { RunsUnderTest, statesOf, WatchedSpawn } from './runs-on-this-machine.ts'

const count = 40

describeOnMainEngine(`a run across ${count} tenants`, ({ env }) => {
  let under: CoreUnderTest
  let runs: RunsUnderTest
  let tenants: Profile[]
  const spawn = new WatchedSpawn()
  const saved: string[] = []
  beforeAll(async () => {
    under = await startCore({ env, demo: { generated: count }, spawn }, { saveFile: async ({ content }) => `/somewhere/${saved.push(String(content))}` })
    runs = new RunsUnderTest(under)
    tenants = await runs.generated(count)
    expect(tenants).toHaveLength(count)
  })
  afterAll(() => under?.dispose())

  it('runs four at once: two fail, one throttles, one is cancelled; after a retry the table and its CSV are right to the row', { timeout: 900_000 }, async () => {
    const [failing, broken, throttled, slow] = [tenants[4]!, tenants[17]!, tenants[9]!, tenants[1]!]
    runs.tenantOf(failing).apps[0]!.failWith = 7000215
    runs.tenantOf(broken).apps[0]!.secretExpired = true
    under.core.demo.answerNext((request) => request.path.includes(runs.tenantOf(throttled).tenantId) && /EXOModuleFile/.test(request.path), { status: 429, headers: { 'retry-after': '3' }, body: '' })
    const script = `Get-Mailbox -ResultSize Unlimited | Select-Object -Property DisplayName, Alias\nif ((Get-AcceptedDomain)[0].Name -like 'tenant02*') { Start-Sleep -Seconds 600 }`
    const { id } = await under.call('runs.start', { profileIds: tenants.map((profile) => profile.id), script })
    const isDone = (states: Record<string, string>) => Object.entries(states).every(([name, state]) => name === slow.name || state === 'done' || state === 'failed')
    const patient = async (what: () => Promise<boolean>) => {
      while (!(await what())) await new Promise((resolve) => setTimeout(resolve, 200))
    }
    await patient(async () => isDone(statesOf(await runs.get(id))))
    const wrong = (await runs.get(id)).tenants.filter(({ state }) => state === 'failed').map(({ name, failure }) => [name, failure!.code, failure!.message])
    expect(wrong).toEqual([[failing.name, 'secret-wrong', expect.any(String)], [broken.name, 'secret-expired', expect.any(String)]])
    await under.call('runs.cancel', { id, profileId: slow.id })
    const run = await runs.ended(id)
    expect(spawn.mostAtOnce).toBe(4)
    // The one that was throttled came back when it was told to, and others had their turn meanwhile.
    const asks = under.core.demo.log.filter(({ path }) => /EXOModuleFile/.test(path))
    const ofThrottled = asks.filter(({ path }) => path.includes(runs.tenantOf(throttled).tenantId))
    expect(ofThrottled.map(({ status }) => status)).toEqual([429, 200])
    const [refused, letIn] = ofThrottled.map(({ at }) => at) as [number, number]
    expect(letIn - refused).toBeGreaterThanOrEqual(3_000)
    expect(asks.filter(({ at, status }) => status === 200 && at > refused && at < letIn).length).toBeGreaterThan(0)
    expect((await under.call('runs.list', undefined)).runs[0]!.counts).toMatchObject({ done: count - 3, failed: 2, cancelled: 1 })
    expect((await runs.table(run)).rows.filter(({ Error: error }) => error)).toEqual([failing, broken].map((profile) => ({ Tenant: profile.name, Error: run.tenants.find(({ name }) => name === profile.name)!.detail })))

    runs.tenantOf(failing).apps[0]!.failWith = null
    runs.tenantOf(broken).apps[0]!.secretExpired = false
    await under.call('runs.retry', { id })
    await patient(async () => isDone(statesOf(await runs.get(id))))
    await runs.until(id, ({ tenants: now }) => now.find(({ name }) => name === slow.name)!.rows === runs.tenantOf(slow).directory.mailboxes.length)
    await under.call('runs.cancel', { id })
    const again = await runs.ended(id)
    const expected = tenants.flatMap((profile) => runs.tenantOf(profile).directory.mailboxes.map(({ displayName, alias }) => ({ Tenant: profile.name, DisplayName: displayName, Alias: alias })))
    const sorted = (rows: object[]) => rows.map((row) => JSON.stringify(row)).sort()
    const { view, rows } = await runs.table(again)
    expect(sorted(rows.map(({ Tenant, DisplayName, Alias }) => ({ Tenant, DisplayName, Alias })))).toEqual(sorted(expected))
    const columns = ['Tenant', 'DisplayName', 'Alias'].map((name) => view.columns.findIndex((column) => column.name === name))
    for (const format of ['csv', 'json'] as const) await under.call('grids.save', { id: view.id, columns, isSelectionOnly: false, format })
    const csv = Papa.parse<object>(saved[0]!.replace(/^\ufeff/, ''), { header: true, skipEmptyLines: true })
    expect(sorted(csv.data)).toEqual(sorted(expected))
    expect(sorted(JSON.parse(saved[1]!) as object[])).toEqual(sorted(expected))
    expect(spawn.alive).toEqual([])
  })
})
