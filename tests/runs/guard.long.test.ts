import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { Profile } from '../../app/contract.ts'
import { describeOnMainEngine } from '../engines.ts'
import { startCore, type CoreUnderTest } from '../sessions/core-on-this-machine.ts'
import { RunsUnderTest, WatchedSpawn } from './runs-on-this-machine.ts'

vi.setConfig({ testTimeout: 300_000 })

describeOnMainEngine('a run that changes data', ({ env }) => {
  let under: CoreUnderTest
  let runs: RunsUnderTest
  let tenants: Profile[]
  const spawn = new WatchedSpawn()

  beforeAll(async () => {
    under = await startCore({ env, demo: { generated: 3 }, spawn })
    runs = new RunsUnderTest(under)
    const [first] = await runs.generated(3)
    // One of them is production: the run asks for all.
    const { id: _, tenantId: __, initialDomain: ___, signInId, ...draft } = first!
    await under.call('profiles.save', { profile: { ...draft, id: first!.id, environment: 'production' }, signIn: { use: 'existing', id: signInId! } })
    tenants = await runs.generated(3)
  })
  afterAll(() => under?.dispose())

  const changes = () => under.core.demo.log.filter(({ cmdletName }) => cmdletName === 'Set-Mailbox').length
  const script = `$box = (Get-Mailbox -ResultSize 1).Alias\nSet-Mailbox -Identity $box -CustomAttribute1 first\nSet-Mailbox -Identity $box -CustomAttribute2 second\nif ($false) { Remove-Mailbox -Identity nobody }\n(Get-Mailbox -Identity $box).CustomAttribute2`
  const start = async () => (await under.call('runs.start', { profileIds: tenants.map(({ id }) => id), script, atOnce: 2 })).id

  it('asks once for all tenants, names what would change what, and goes on after the number is typed', async () => {
    under.core.demo.clearLog()
    const id = await start()
    const { question } = await runs.until(id, (run) => run.question !== null)
    expect(question).toMatchObject({ asked: 'Set-Mailbox', commands: ['Remove-Mailbox', 'Set-Mailbox'], objects: [expect.stringMatching(/^Identity: /)], tenants: 3, production: 1 })
    await expect(under.call('runs.answer', { id, number: 2 })).rejects.toMatchObject({ code: 'run-other-number' })
    expect((await runs.get(id)).question).toMatchObject({ tenants: 3 })
    expect(changes()).toBe(0)
    await under.call('runs.answer', { id, number: 3 })
    const run = await runs.until(id, (now) => now.endedAt !== null || now.question !== null)
    expect(run.question).toBeNull()
    expect(run.tenants.map(({ state, errors }) => [state, errors])).toEqual([['done', 0], ['done', 0], ['done', 0]])
    expect(changes()).toBe(6)
    expect((await runs.table(run)).rows.map((row) => row.Value)).toEqual(['second', 'second', 'second'])
    const { commands } = await under.call('commands.list', { search: 'Set-Mailbox' })
    // The profile of production logs its commands, and no other one.
    expect(commands.map(({ profile, success }) => [profile, success])).toEqual([['Tenant 01', true]])
  })

  it('changes nothing anywhere where it is refused', async () => {
    under.core.demo.clearLog()
    const id = await start()
    await runs.until(id, (run) => run.question !== null)
    await under.call('runs.refuse', { id })
    const run = await runs.ended(id)
    expect(new Set(run.tenants.map(({ state, detail }) => `${state}: ${detail}`))).toEqual(new Set(['cancelled: Refused in Tenantry: no command that the guard asks about was run here.']))
    expect(changes()).toBe(0)
    expect(spawn.alive).toEqual([])
  })
})
