import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Profile } from '../../app/contract.ts'
import { describeOnMainEngine } from '../engines.ts'
import { eventually } from '../renderer/window-in-chromium.ts'
import { startCore, type CoreUnderTest } from '../sessions/core-on-this-machine.ts'
import { RunsUnderTest, statesOf, tenant, WatchedSpawn } from './runs-on-this-machine.ts'

// Six tenants, two at a time, each with a PowerShell: a busy machine takes its time.
vi.setConfig({ testTimeout: 300_000 })

describeOnMainEngine('a run across tenants', ({ env }) => {
  let under: CoreUnderTest
  let runs: RunsUnderTest
  let tenants: Profile[]
  const spawn = new WatchedSpawn()
  const dataFolder = mkdtempSync(join(tmpdir(), 'tenantry-runs-'))

  beforeAll(async () => {
    under = await startCore({ env, demo: { generated: 6 }, spawn, dataFolder })
    runs = new RunsUnderTest(under)
    tenants = await runs.generated(6)
    expect(tenants).toHaveLength(6)
  })
  afterAll(async () => {
    await under?.dispose()
    rmSync(dataFolder, { recursive: true, force: true })
  })

  const ids = (of: Profile[] = tenants) => of.map(({ id }) => id)
  const start = async (script: string, more: { profileIds?: string[]; atOnce?: number; isReadOnly?: boolean } = {}) =>
    (await under.call('runs.start', { profileIds: ids(), script, ...more })).id
  /** What a tenant's mailboxes are, as rows of the table. */
  const mailboxesOf = (profile: Profile) => runs.tenantOf(profile).directory.mailboxes.map((mailbox) => ({ Tenant: profile.name, Alias: mailbox.alias }))
  const sorted = (rows: Array<Record<string, string>>) => rows.map((row) => JSON.stringify(row)).sort()

  it('puts the results of all tenants into one table, with errors as results, and is right to the row after a retry', async () => {
    const [first, second, third, fourth, fifth, sixth] = tenants as [Profile, Profile, Profile, Profile, Profile, Profile]
    const expired = runs.tenantOf(second).apps[0]!
    expired.secretExpired = true
    onTestFinished(() => void (expired.secretExpired = false))
    const noRole = under.core.demo.answerWith((request) => request.path.includes(runs.tenantOf(fifth).tenantId) && /EXOModuleFile/.test(request.path), { status: 403, body: '' })
    onTestFinished(() => noRole())
    under.core.demo.answerNext((request) => request.path.includes(runs.tenantOf(third).tenantId) && /EXOModuleFile/.test(request.path), { status: 429, headers: { 'retry-after': '1' }, body: '' })
    const throttled: string[] = []
    const undo = under.core.onEvent((event, data) => {
      if (event === 'runs.changed') throttled.push(...(data as { tenants: Array<{ state: string; detail: string }> }).tenants.flatMap(({ state, detail }) => (state === 'throttled' ? [detail] : [])))
    })
    // The last one waits until it is cancelled.
    const script = `Get-Mailbox -ResultSize Unlimited | Select-Object -Property Alias\nif ((Get-AcceptedDomain)[0].Name -like 'tenant06*') { Start-Sleep -Seconds 300 }`
    const id = await start(script, { atOnce: 2 })
    await runs.until(id, (run) => tenant(run, sixth).rows === mailboxesOf(sixth).length && run.tenants.every(({ state, name }) => name === sixth.name || state === 'done' || state === 'failed'))
    await under.call('runs.cancel', { id, profileId: sixth.id })
    const run = await runs.ended(id)
    expect(statesOf(run)).toEqual({ 'Tenant 01': 'done', 'Tenant 02': 'failed', 'Tenant 03': 'done', 'Tenant 04': 'done', 'Tenant 05': 'failed', 'Tenant 06': 'cancelled' })
    expect(tenant(run, second)).toMatchObject({ failure: { code: 'secret-expired' }, rows: 0 })
    expect(tenant(run, second).detail).toBe(tenant(run, second).failure!.message)
    expect(tenant(run, fifth).failure).toMatchObject({ code: expect.stringMatching(/role-missing|module-malformed/) })
    expect(throttled[0]).toMatch(/^Exchange Online is asked too often at the moment \(429\)\. Trying again in 1 s \(try 2 of 5\)\.$/)
    expect(spawn.mostAtOnce).toBeLessThanOrEqual(2)
    const errorOf = (profile: Profile) => ({ Tenant: profile.name, Error: tenant(run, profile).detail })
    const { view, rows } = await runs.table(run)
    expect(view.columns.map(({ name }) => name).sort()).toEqual(['Alias', 'Error', 'Tenant'])
    expect(view.columns[0]!.name).toBe('Tenant')
    expect(view).toMatchObject({ state: 'stopped', sessionId: id })
    expect(sorted(rows)).toEqual(sorted([...[first, third, fourth, sixth].flatMap(mailboxesOf), errorOf(second), errorOf(fifth)]))
    expect(run.tenants.map((one) => one.rows)).toEqual([first, second, third, fourth, fifth, sixth].map((profile) => (tenant(run, profile).state === 'failed' ? 0 : mailboxesOf(profile).length)))

    expired.secretExpired = false
    noRole()
    await under.call('runs.retry', { id })
    await runs.until(id, (again) => tenant(again, sixth).rows === mailboxesOf(sixth).length && tenant(again, fifth).state === 'done' && tenant(again, second).state === 'done')
    await under.call('runs.cancel', { id })
    const again = await runs.ended(id)
    expect(statesOf(again)).toEqual({ 'Tenant 01': 'done', 'Tenant 02': 'done', 'Tenant 03': 'done', 'Tenant 04': 'done', 'Tenant 05': 'done', 'Tenant 06': 'cancelled' })
    expect(sorted((await runs.table(again)).rows)).toEqual(sorted(tenants.flatMap(mailboxesOf)))
    expect(again.gridId).toBe(run.gridId)
    undo()
    expect(await eventually(() => spawn.alive, (alive) => alive.length === 0)).toEqual([])
    expect(spawn.runs.length).toBeGreaterThan(6)
    expect(spawn.folders).toEqual([])
  })

  it('runs a script as if it had been typed: errors do not end what follows, a thrown one does; nobody is asked anything', async () => {
    const script = [
      `'one'`, 'Get-Item -Path /not-there', 'NoSuchCommand', `[int]::Parse('x')`, '$undefined.Property', `"secret: [$script:Session]"`, 'function Get-Two { 2 }', 'Get-Two', 'Read-Host',
      `1..3 | ForEach-Object { [pscustomobject]@{ Tenant = 'mine'; Number = $_ } }`, `throw 'It is over.'`, `'never'`
    ].join('\n')
    const id = await start(script, { profileIds: ids([tenants[0]!]) })
    const run = await runs.ended(id)
    const [one] = run.tenants
    expect(one).toMatchObject({ state: 'failed', detail: 'It is over.', failure: { code: 'run-command-failed', message: 'It is over.' }, rows: 6, errors: 5 })
    expect(one!.errorSentences).toHaveLength(5)
    expect(one!.errorSentences[3]).toMatch(/nobody can answer in a run/)
    const { rows } = await runs.table(run)
    const name = 'Tenant 01'
    expect(rows.filter((row) => !row.Error)).toEqual([
      { Tenant: name, Value: 'one' }, { Tenant: name, Value: 'secret: []' }, { Tenant: name, Value: '2' },
      ...[1, 2, 3].map((number) => ({ Tenant: name, 'Tenant (of the result)': 'mine', Number: String(number) }))
    ])
    expect(rows.filter((row) => row.Error).map((row) => row.Error)).toEqual(one!.errorSentences)
  })

  it('asks Exchange in further tenants for the commands alone that the script names, and for all where a text may name them', async () => {
    const asked = async (script: string) => {
      const from = under.core.demo.log.length
      const { id } = await under.call('runs.start', { profileIds: ids(tenants.slice(0, 3)), script, atOnce: 1 })
      const run = await runs.ended(id)
      expect(Object.values(statesOf(run))).toEqual(['done', 'done', 'done'])
      const { rows } = await runs.table(run)
      expect(new Set(rows.map(({ Tenant }) => Tenant)).size).toBe(3)
      return under.core.demo.log.slice(from).filter(({ path }) => /EXOModuleFile/.test(path)).map(({ commandName }) => commandName)
    }
    expect(await asked('Get-Mailbox | Select-Object -Property Alias')).toEqual(['*', 'Get-Mailbox', 'Get-Mailbox'])
    expect(await asked("& ('Get-' + 'Mailbox') | Select-Object -Property Alias")).toEqual(['*', '*', '*'])
    // Where a tenant's service sends none of them, for all once more.
    const restore = under.core.demo.answerWith(({ commandName }) => commandName === 'Get-Mailbox', { status: 403, body: '' })
    onTestFinished(restore)
    expect(await asked('Get-Mailbox | Select-Object -Property Alias; if ($Error) { throw "An error of before" }')).toEqual(['*', 'Get-Mailbox', '*', 'Get-Mailbox', '*'])
  })

  it('takes a new token where the one from before the run is refused for those commands and for all', async () => {
    const [first, second] = tenants as [Profile, Profile]
    const { id } = await under.open(second.name)
    await under.until(id, ({ phase }) => phase === 'connected')
    const ofSecond = (request: { path: string }) => request.path.includes(runs.tenantOf(second).tenantId) && /EXOModuleFile/.test(request.path)
    const old = under.core.demo.log.findLast(ofSecond)!.token!.tokenUti
    onTestFinished(under.core.demo.answerWith((request) => ofSecond(request) && request.token?.tokenUti === old, { status: 403, body: '' }))
    const from = under.core.demo.log.length
    const run = await runs.ended(await start('Get-Mailbox | Select-Object -Property Alias', { profileIds: ids([first, second]), atOnce: 1 }))
    expect(Object.values(statesOf(run))).toEqual(['done', 'done'])
    expect(under.core.demo.log.slice(from).filter(ofSecond).map(({ commandName, status }) => `${commandName} ${status}`)).toEqual(['Get-Mailbox 403', '* 403', '* 200'])
    await under.call('sessions.close', { id, force: true })
  })

  it('is refused as a whole where PowerShell can’t read the script, before anything is connected', async () => {
    under.core.demo.clearLog()
    const run = await runs.ended(await start('Get-Mailbox | ForEach-Object {', { atOnce: 2 }))
    expect(new Set(run.tenants.map(({ state, detail }) => `${state}: ${detail}`)).size).toBe(1)
    expect(run.tenants[0]).toMatchObject({ state: 'failed', failure: { code: 'run-script-unreadable', message: expect.stringMatching(/^PowerShell can’t read the script, so nothing was run\. Line 1: Missing closing/) } })
    expect(under.core.demo.log.filter(({ path }) => /EXOModuleFile/.test(path))).toEqual([])
    await expect(start(' \n')).rejects.toMatchObject({ code: 'run-script-empty' })
    await expect(start('x'.repeat(200_001))).rejects.toMatchObject({ code: 'run-script-too-long' })
    await expect(under.call('runs.start', { profileIds: ids(), script: '1', service: 'graph' })).rejects.toMatchObject({ code: 'run-service-missing' })
  })

  it('says where the service does not tell which tenant it is, and runs the script all the same', async () => {
    const [silent, told] = tenants as [Profile, Profile]
    const undo = under.core.demo.answerWith(({ cmdletName, path }) => cmdletName === 'Get-AcceptedDomain' && path.includes(runs.tenantOf(silent).tenantId), { status: 403, body: '' })
    onTestFinished(undo)
    const run = await runs.ended(await start('Get-Mailbox -ResultSize 1', { profileIds: ids([silent, told]) }))
    expect(run.tenants.map(({ state, detail }) => [state, detail])).toEqual([['done', '1 row (tenant not confirmed)'], ['done', '1 row']])
  })

  it('runs nothing where the service lists another tenant’s domains, and says goodbye to it', async () => {
    const out = mkdtempSync(join(tmpdir(), 'tenantry-out-'))
    onTestFinished(() => rmSync(out, { recursive: true, force: true }))
    cpSync(resolve('out/scripts'), join(out, 'scripts'), { recursive: true })
    cpSync(resolve('out/demo/ExchangeOnlineManagement'), join(out, 'demo/ExchangeOnlineManagement'), { recursive: true })
    // The module of this core also writes down that it was told goodbye.
    const module = join(out, 'demo/ExchangeOnlineManagement/ExchangeOnlineManagement.psm1')
    const goodbye = join(out, 'goodbye')
    const question = `$question = 'Running this cmdlet clears`
    const text = readFileSync(module, 'utf8')
    expect(text.split(question)).toHaveLength(2)
    writeFileSync(module, text.replace(question, `[System.IO.File]::WriteAllText('${goodbye}', 'said')\n        ${question}`))
    const other = await startCore({ env, outFolder: out, demo: { generated: 1 } })
    onTestFinished(() => other.dispose())
    const runsThere = new RunsUnderTest(other)
    const [profile] = await runsThere.generated(1)
    const domains = { value: [{ DomainName: 'tailspin.onmicrosoft.com', InitialDomain: true }] }
    other.core.demo.answerWith('Get-AcceptedDomain', { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(domains) })
    const { id } = await other.call('runs.start', { profileIds: [profile!.id], script: 'Get-Mailbox' })
    const run = await runsThere.ended(id)
    expect(run.tenants[0]).toMatchObject({ state: 'failed', rows: 0, failure: { code: 'exchange-wrong-tenant' } })
    expect(other.core.demo.log.filter(({ cmdletName }) => cmdletName === 'Get-Mailbox')).toEqual([])
    expect(existsSync(goodbye)).toBe(true)
  })

  it('is gone with its claim on the computer’s being awake where it is deleted while it goes on', async () => {
    const awake: boolean[] = []
    const other = await startCore({ env, demo: { generated: 1 } }, { keepAwake: (on) => void awake.push(on) })
    onTestFinished(() => other.dispose())
    const runsThere = new RunsUnderTest(other)
    const { id } = await other.call('runs.start', { profileIds: (await runsThere.generated(1)).map((profile) => profile.id), script: 'Start-Sleep -Seconds 300' })
    await runsThere.until(id, ({ tenants: [only] }) => only!.state === 'running')
    await eventually(() => awake.at(-1), (isOn) => isOn === true)
    await other.call('runs.remove', { id })
    expect(awake.at(-1)).toBe(false)
  })

  it('has no command that changes data where it is read-only', async () => {
    const run = await runs.ended(await start(`Set-Mailbox -Identity (Get-Mailbox -ResultSize 1).Alias -CustomAttribute1 x`, { profileIds: ids([tenants[0]!]), isReadOnly: true }))
    expect(run.tenants[0]!.errors).toBeGreaterThan(0)
    expect(under.core.demo.log.filter(({ cmdletName }) => cmdletName === 'Set-Mailbox')).toEqual([])
  })

  it('keeps what was done in a journal that only the person may read, without secrets and without rows', async () => {
    const canary = `canary-${Math.random().toString(36).slice(2)}`
    const id = await start(`$password = '${canary}'; Set-Variable -Name token -Value '${canary}'; 'a row of ' + $password.Length`, { profileIds: ids([tenants[0]!]) })
    await runs.ended(id)
    const path = join(dataFolder, 'runs', `${id}.jsonl`)
    const text = await eventually(() => readFileSync(path, 'utf8'), (kept) => kept.includes('"ended"'))
    expect(text).not.toContain(canary)
    expect(text).toContain('[removed]')
    expect(text).not.toMatch(/a row of \d/)
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(await runs.get(id)).toMatchObject({ isRedacted: true, script: expect.not.stringContaining(canary), by: expect.stringMatching(/./) })
    await under.call('runs.remove', { id })
    expect(existsSync(path)).toBe(false)
    await expect(runs.get(id)).rejects.toMatchObject({ code: 'run-not-found' })
    expect((await under.call('grids.list', null)).grids.some(({ sessionId }) => sessionId === id)).toBe(false)
  })

  it('ends its processes and all below them when it is cancelled, and keeps what came', async () => {
    const command = process.platform === 'win32' ? 'ping -n 300 127.0.0.1 | Out-Null' : 'sleep 300'
    const id = await start(`'before'; ${command}`, { atOnce: 3 })
    await runs.until(id, (run) => run.tenants.filter(({ state, rows }) => state === 'running' && rows > 0).length === 3)
    expect(spawn.folders).toHaveLength(process.platform === 'win32' ? 0 : 3)
    const below = (await Promise.all(spawn.alive.map((pid) => spawn.tree(pid)))).flat()
    expect(below.length).toBeGreaterThanOrEqual(3)
    await under.call('runs.cancel', { id })
    const run = await runs.ended(id)
    expect(run.tenants.map(({ state, detail }) => `${state}: ${detail}`)).toEqual(tenants.map(() => 'cancelled: Cancelled'))
    expect((await runs.table(run)).rows).toHaveLength(3)
    expect(spawn.alive).toEqual([])
    expect(spawn.folders).toEqual([])
  })
})

describe('a data folder', () => {
  it('has no run in it before one was begun', async () => {
    const under = await startCore()
    expect((await under.call('runs.list', undefined)).runs).toEqual([])
    expect(readdirSync(under.dataFolder)).not.toContain('runs')
    await under.dispose()
  })
})
