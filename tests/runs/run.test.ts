import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Profile, RunTenant, RunView } from '../../app/contract.ts'
import { failure } from '../../app/failures.ts'
import type { RunTable } from '../../app/grid/run-table.ts'
import { untouched, type JournalLine } from '../../app/runs/journal.ts'
import { keptScript, titleOf } from '../../app/runs/kept-script.ts'
import type { GuardMessage } from '../../app/runs/question.ts'
import { Run } from '../../app/runs/run.ts'
import { secondsLeft } from '../../app/runs/time-left.ts'
import type { Outcome, TenantRunOptions } from '../../app/runs/tenant-run.ts'
import { tenantOf, type SessionPlan } from '../../app/sessions/session-plan.ts'
import { aProfile } from '../renderer/fake-data.ts'

/** Stands in for a try with a shell: a test says what the shell would have said, and how the try ends. */
class PlayedTry {
  readonly options: TenantRunOptions
  readonly answers: Array<[number, string]> = []
  isCancelled = false
  end: (outcome: Outcome) => void = () => {}

  readonly table: PlayedTable

  constructor(options: TenantRunOptions, table: PlayedTable) {
    this.options = options
    this.table = table
  }

  run(): Promise<Outcome> {
    return new Promise((resolve) => (this.end = resolve))
  }

  /** Rows come, for some of which the table has no room. */
  rows(came: number, leftOut: number): void {
    void this.options.offerRows('')
    this.table.onRows(came, leftOut)
  }

  cancel(): void {
    this.isCancelled = true
    this.end({ kind: 'cancelled' })
  }

  answer(ask: number, answer: string): void {
    this.answers.push([ask, answer])
  }
}

/** A table that keeps rows by their owners, without a shell's connection. */
class PlayedTable {
  readonly id = randomUUID()
  readonly errors: Array<[string, string]> = []
  readonly dropped: string[][] = []
  readonly ends: boolean[] = []
  isClosed = false
  hasSome = false
  /** Of the tenant whose connection was opened last. */
  onRows: (came: number, leftOut: number) => void = () => {}
  async offer(...[, , , onRows]: Parameters<RunTable['offer']>): Promise<{ path: string; nonce: string }> {
    this.onRows = onRows
    return { path: 'nowhere', nonce: '' }
  }
  isOfSome(): void {
    this.hasSome = true
  }
  addError(_: string, tenant: string, text: string): void {
    this.errors.push([tenant, text])
  }
  drop(owners: ReadonlySet<string>): void {
    this.dropped.push([...owners])
  }
  letGo(): void {}
  end(isStopped: boolean): void {
    this.ends.push(isStopped)
  }
}

const open: Run[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((run) => run.dispose()))
})

function begin(profiles: Profile[], more: Partial<RunView> & { script?: string } = {}, wholeScript: string | null = 'Get-Mailbox') {
  const tries: PlayedTry[] = []
  const lines: JournalLine[] = []
  const table = new PlayedTable()
  const tables: PlayedTable[] = []
  const tenants: RunTenant[] = profiles.map(({ id, name, colour, environment }) => ({ profileId: id, name, colour, environment, ...untouched }))
  const view: RunView = {
    id: randomUUID(), title: 'A run', script: 'Get-Mailbox', isRedacted: false, service: 'exchange', atOnce: 2, isReadOnly: false, by: 'admin', startedAt: 0, endedAt: null, gridId: null, question: null,
    secondsLeft: null, tenants, ...more
  }
  const planOf = (id: string) => ({ profile: profiles.find((profile) => profile.id === id)!, cloud: { loginHost: 'login.test' } }) as SessionPlan
  const disk = { problem: null as string | null, left: [] as JournalLine[], told: [] as Array<string | null> }
  const write = (line: JournalLine) => {
    if (disk.problem === null) lines.push(line)
    return disk.problem
  }
  const run = new Run(view, wholeScript, new Map(profiles.map(({ id }) => [id, tenantOf(planOf(id))])), {
    now: () => 0,
    plan: planOf,
    tenantRun(options) {
      const played = new PlayedTry(options, table)
      tries.push(played)
      return played
    },
    openTable() {
      tables.push(tables.length === 0 ? table : new PlayedTable())
      return tables.at(-1) as unknown as RunTable
    },
    closeTable: () => {},
    journal: {
      append(line) {
        const reason = write(line)
        if (reason !== null) disk.left.push(line)
        return reason
      },
      appendNowOrNever: write,
      flush() {
        if (disk.problem === null) lines.push(...disk.left.splice(0))
        return disk.problem
      }
    },
    onUnwritten: (reason) => disk.told.push(reason),
    onChange: () => {}
  })
  open.push(run)
  run.begin()
  const newest = (profile: Profile) => tries.findLast(({ options }) => options.plan.profile.id === profile.id)!
  return { run, tries, lines, disk, table, tables, newest, states: () => run.view.tenants.map(({ state }) => state) }
}

const profiles = (count: number, change: Partial<Profile> = {}) => Array.from({ length: count }, (_, index) => aProfile({ name: `T${index + 1}`, environment: 'lab', ...change }))
const settled = () => new Promise<void>((resolve) => setImmediate(resolve))
const done: Outcome = { kind: 'done', failure: null, errors: 0, sentences: [], caution: null }
const asking: GuardMessage = { v: 1, type: 'guard', ask: 7, command: 'Set-Mailbox', objects: ['Identity: anna'], more: 2, fromPipeline: true, parameters: [], commands: ['Remove-Mailbox', 'Set-Mailbox'] }

describe('a run', () => {
  it('has so many at once, and is over when the last one is', async () => {
    const all = profiles(3)
    const { run, tries, newest, states, table, lines } = begin(all)
    expect(states()).toEqual(['starting', 'starting', 'waiting'])
    newest(all[0]!).end(done)
    await settled()
    expect(states()).toEqual(['done', 'starting', 'starting'])
    newest(all[1]!).end({ kind: 'failed', failure: failure('role-missing').toFailure(), errors: 0, sentences: [], caution: null })
    newest(all[2]!).end({ kind: 'done', failure: null, errors: 2, sentences: ['One.', 'Two.'], caution: null })
    await settled()
    expect([tries.length, run.isOver, states()]).toEqual([3, true, ['done', 'failed', 'done']])
    expect(table.errors).toEqual([['T2', failure('role-missing').message], ['T3', 'One.'], ['T3', 'Two.']])
    expect(table.ends).toEqual([false])
    expect(run.view.tenants[2]).toMatchObject({ detail: '0 rows, 2 errors', errors: 2, errorSentences: ['One.', 'Two.'] })
    expect(lines.at(-1)!.line).toBe('ended')
  })

  it('says of a tenant how many of its rows found no room in the table, until it is run again', async () => {
    const all = profiles(2)
    const { run, newest } = begin(all)
    for (const [rows, leftOut] of [[600, 0], [400, 400]] as const) newest(all[0]!).rows(rows, leftOut)
    newest(all[1]!).rows(1, 1)
    newest(all[0]!).end({ ...done, errors: 2, sentences: ['One.', 'Two.'] })
    newest(all[1]!).end({ ...done, kind: 'failed', failure: failure('role-missing').toFailure() })
    await settled()
    expect(run.view.tenants[0]).toMatchObject({ rows: 1000, detail: '1,000 rows, of which 600 are in the table, 2 errors' })
    run.retry()
    newest(all[1]!).rows(2, 0)
    newest(all[1]!).end(done)
    await settled()
    expect(run.view.tenants[1]!.detail).toBe('2 rows')
  })

  it('lets the others go on while one is asked to wait', async () => {
    const all = profiles(3)
    const { newest, states, tries, run } = begin(all, { atOnce: 1 })
    newest(all[0]!).end({ kind: 'throttled', refusal: failure('throttled', { host: 'Exchange Online', wait: ' It asks to wait 1 s.' }, { retryAfter: 1 }), pauseMs: 1, tries: 5 })
    await settled()
    expect(states()).toEqual(['throttled', 'starting', 'waiting'])
    expect(run.view.tenants[0]!.detail).toBe('Exchange Online is asked too often at the moment (429). Trying again in 1 s (try 2 of 5).')
    await new Promise((resolve) => setTimeout(resolve, 50))
    newest(all[1]!).end(done)
    await settled()
    // It comes back before those that had no turn yet.
    expect(states()).toEqual(['starting', 'done', 'waiting'])
    expect(tries.at(-1)!.options.tried).toBe(2)
  })

  it('cancels one, or all, and starts nobody then', async () => {
    const all = profiles(4)
    const { run, newest, states, tries } = begin(all)
    run.cancel(all[0]!.id)
    await settled()
    expect(states()).toEqual(['cancelled', 'starting', 'starting', 'waiting'])
    run.cancel()
    await settled()
    expect([states(), tries.length, run.isOver]).toEqual([['cancelled', 'cancelled', 'cancelled', 'cancelled'], 3, true])
    expect(newest(all[1]!).isCancelled).toBe(true)
  })

  it('runs those again that are not done, and takes their rows out of the table', async () => {
    const all = profiles(2)
    const { run, newest, states, table, lines } = begin(all)
    newest(all[0]!).end(done)
    newest(all[1]!).end({ kind: 'failed', failure: failure('role-missing').toFailure(), errors: 0, sentences: [], caution: null })
    await settled()
    run.retry()
    expect([states(), table.dropped, run.isOver]).toEqual([['done', 'starting'], [[all[1]!.id]], false])
    newest(all[1]!).end(done)
    await settled()
    expect([states(), run.isOver]).toEqual([['done', 'done'], true])
    expect(lines.map(({ line }) => line)).toEqual(['started', 'started', 'tenant', 'tenant', 'ended', 'begun', 'retry', 'started', 'tenant', 'ended'])
    expect(() => run.retry()).toThrow(expect.objectContaining({ code: 'run-nothing-to-retry' }))
  })

  it('says above a table that has but some of its tenants that it has, and above no other', async () => {
    const all = profiles(2)
    const { run, newest, tables, table } = begin(all)
    for (const profile of all) newest(profile).end({ kind: 'failed', failure: failure('role-missing').toFailure(), errors: 0, sentences: [], caution: null })
    await settled()
    // Others needed its memory, or a person closed it.
    table.isClosed = true
    run.retry()
    newest(all[0]!).end(done)
    newest(all[1]!).end({ kind: 'cancelled' })
    await settled()
    tables[1]!.isClosed = true
    run.retry()
    expect(tables.map(({ hasSome }) => hasSome)).toEqual([false, false, true])
    newest(all[1]!).end({ kind: 'cancelled' })
    await settled()
    run.retry()
    expect([tables.length, tables[2]!.dropped]).toEqual([3, [[all[1]!.id]]])
  })

  it('writes its script down once, without the secrets that the first shell found', async () => {
    const all = profiles(2)
    const { run, lines, tries } = begin(all, { title: 'A title', script: "Set-Variable password 'wörd'; 1" }, "Set-Variable password 'wörd'; 1")
    for (const { options } of tries) options.onSecrets([22, 28])
    expect(run.view).toMatchObject({ title: 'A title', script: 'Set-Variable password [removed]; 1', isRedacted: true })
    expect(lines.filter(({ line }) => line === 'script')).toEqual([{ line: 'script', at: 0, title: 'A title', script: 'Set-Variable password [removed]; 1', isRedacted: true }])
  })

  it('takes the secrets of its script out of what PowerShell says of an error', async () => {
    const word = randomUUID()
    const script = `Connect-Thing -Password '${word}'; 1`
    const [ended, went, unreadable] = profiles(3) as [Profile, Profile, Profile]
    const { run, newest, lines, table } = begin([ended, went, unreadable], { atOnce: 3, script }, script)
    newest(ended).options.onSecrets([script.indexOf("'"), script.lastIndexOf("'") + 1])
    newest(ended).end({ kind: 'failed', failure: failure('run-command-failed', { text: `${word} is no password` }).toFailure(), errors: 2, sentences: [`no ${word}`, `${word} is no password`], caution: null })
    newest(went).end({ kind: 'done', failure: null, errors: 1, sentences: [`Refused.\nPassword: ${randomUUID()}\nBye.`], caution: null })
    await settled()
    newest(unreadable).end({ kind: 'unreadable', failure: failure('run-script-unreadable', { problem: `Line 1: Unexpected ${word}.` }).toFailure() })
    await settled()
    expect(run.view.tenants.map(({ detail, errorSentences }) => [detail, errorSentences])).toEqual([
      ['[removed] is no password', ['no [removed]', '[removed] is no password']],
      ['0 rows, 1 error', ['Refused.\nPassword: [removed]\nBye.']],
      ['PowerShell can’t read the script, so nothing was run. Line 1: Unexpected [removed].', []]
    ])
    expect(lines.filter(({ line }) => line === 'tenant')).toHaveLength(3)
    expect(JSON.stringify([run.view, lines, table.errors])).not.toContain(word)
  })

  it('goes to no other tenant than its profile led to at the beginning, also where it is run again', async () => {
    const [moved, stays] = profiles(2) as [Profile, Profile]
    const { run, tries, newest, states } = begin([stays, moved], { atOnce: 1 })
    moved.tenantId = randomUUID()
    newest(stays).end(done)
    await settled()
    expect([states(), tries.length]).toEqual([['done', 'failed'], 1])
    expect(run.view.tenants[1]).toMatchObject({ failure: { code: 'run-of-another-tenant', message: expect.stringContaining(moved.tenantId) as string } })
    run.retry()
    await settled()
    expect([states(), tries.length]).toEqual([['done', 'failed'], 1])
  })

  it('says beside the outcome that nobody confirmed the tenant', async () => {
    const [first, second] = profiles(2) as [Profile, Profile]
    const { run, newest } = begin([first, second])
    newest(first).end({ ...done, caution: 'tenant not confirmed' })
    newest(second).end({ kind: 'failed', failure: failure('role-missing').toFailure(), errors: 0, sentences: [], caution: 'tenant not confirmed' })
    await settled()
    expect(run.view.tenants.map(({ detail }) => detail)).toEqual(['0 rows (tenant not confirmed)', `${failure('role-missing').message} (tenant not confirmed)`])
  })

  it('begins nowhere while nobody could tell later that it did', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] })
    try {
      const [first, second, third] = profiles(3) as [Profile, Profile, Profile]
      const { run, newest, states, tries, lines, disk } = begin([first, second, third], { atOnce: 1 })
      disk.problem = 'ENOSPC'
      newest(first).end(done)
      await settled()
      expect([states(), tries.length, disk.told, lines.map(({ line }) => line)]).toEqual([['done', 'waiting', 'waiting'], 1, ['ENOSPC'], ['started']])
      vi.advanceTimersByTime(10_000)
      expect([tries.length, disk.told]).toEqual([1, ['ENOSPC']])
      disk.problem = null
      vi.advanceTimersByTime(5_000)
      expect([states(), disk.told, lines.map(({ line }) => line)]).toEqual([['done', 'starting', 'waiting'], ['ENOSPC', null], ['started', 'tenant', 'started']])
      // A disk that is full as one begins.
      disk.problem = 'ENOSPC'
      newest(second).end({ kind: 'throttled', refusal: failure('throttled', { host: 'Exchange', wait: '' }), pauseMs: 1, tries: 5 })
      await settled()
      expect([states(), disk.told]).toEqual([['done', 'throttled', 'waiting'], ['ENOSPC', null, 'ENOSPC']])
      expect(run.view.tenants[2]!.detail).toBe('Waits: the run can’t be written down (ENOSPC)')
      disk.problem = null
      vi.advanceTimersByTime(5_000)
      expect([states(), tries.length]).toEqual([['done', 'starting', 'waiting'], 3])
    } finally {
      vi.useRealTimers()
    }
  })

  it('tells and keeps the next step of a run, not that of a session', async () => {
    const all = profiles(1)
    const { run, newest, lines } = begin(all)
    newest(all[0]!).end({ kind: 'failed', failure: failure('connect-failed', { text: 'It said no.' }).toFailure(), errors: 0, sentences: [], caution: null })
    await settled()
    const told = { message: 'Exchange could not be connected: It said no.', hint: 'Retry the tenant; a session of it shows the whole message.' }
    expect(run.view.tenants[0]!.failure).toMatchObject(told)
    expect(lines.find(({ line }) => line === 'tenant')).toMatchObject({ tenant: { failure: told } })
  })

  it('connects further tenants with the commands alone that a shell found the script to need', async () => {
    const [first, reader, third, fourth] = profiles(4) as [Profile, Profile, Profile, Profile]
    reader.readOnly = true
    const { newest } = begin([first, reader, third, fourth], { atOnce: 2 })
    expect(newest(first).options.commands()).toBe('unknown')
    // One that only reads has not all commands, and says nothing of those of the others.
    expect(newest(reader).options.commands()).toBe(null)
    newest(reader).options.onCommands(['Get-Mailbox'])
    expect(newest(first).options.commands()).toBe('unknown')
    newest(first).options.onCommands(['Get-Mailbox', 'Set-Mailbox'])
    newest(first).end(done)
    await settled()
    expect(newest(third).options.commands()).toEqual(['Get-Mailbox', 'Set-Mailbox'])
    newest(third).options.onCommands(null)
    newest(third).end(done)
    await settled()
    expect(newest(fourth).options.commands()).toBe(null)
  })

  it('is not run again where the script is not whole any more', async () => {
    const all = profiles(1)
    const { run, newest } = begin(all, {}, null)
    newest(all[0]!).end({ kind: 'cancelled' })
    await settled()
    expect(() => run.retry()).toThrow(expect.objectContaining({ code: 'run-script-redacted' }))
  })

  it('fails with one sentence where PowerShell can’t read the script', async () => {
    const all = profiles(4)
    const { run, newest, states, tries } = begin(all)
    newest(all[0]!).end({ kind: 'unreadable', failure: failure('run-script-unreadable', { problem: 'Line 1: No.' }).toFailure() })
    newest(all[1]!).end({ kind: 'unreadable', failure: failure('run-script-unreadable', { problem: 'Line 1: No.' }).toFailure() })
    await settled()
    expect([states(), tries.length, run.isOver]).toEqual([['failed', 'failed', 'failed', 'failed'], 2, true])
    expect(new Set(run.view.tenants.map(({ detail }) => detail)).size).toBe(1)
  })

  it('writes nothing more once it is disposed of, so that its journal has no end', async () => {
    const all = profiles(2)
    const { run, lines } = begin(all)
    await run.dispose()
    expect(lines.map(({ line }) => line)).toEqual(['started', 'started'])
  })
})

describe('the question of a run', () => {
  it('is asked once, of whoever asks first, and answered by the number of tenants', async () => {
    const all = [...profiles(2, { environment: 'production' }), ...profiles(2)]
    const { run, newest, states } = begin(all)
    newest(all[0]!).options.onQuestion(asking)
    newest(all[1]!).options.onQuestion({ ...asking, ask: 3, command: 'Remove-Mailbox' })
    expect(run.view.question).toEqual({ commands: ['Remove-Mailbox', 'Set-Mailbox'], asked: 'Set-Mailbox', objects: ['Identity: anna'], more: 2, fromPipeline: true, tenant: 'T1', tenants: 4, production: 2 })
    expect(() => run.answer(3)).toThrow(expect.objectContaining({ code: 'run-other-number' }))
    expect(run.view.question).not.toBeNull()
    expect(newest(all[0]!).answers).toEqual([])
    run.answer(4)
    expect([run.view.question, newest(all[0]!).answers, newest(all[1]!).answers]).toEqual([null, [[7, 'run']], [[3, 'run']]])
    newest(all[0]!).end(done)
    await settled()
    // Whoever comes later is not asked again.
    expect(states()[2]).toBe('starting')
    newest(all[2]!).options.onQuestion({ ...asking, ask: 9 })
    expect([run.view.question, newest(all[2]!).answers]).toEqual([null, [[9, 'run']]])
    expect(() => run.answer(4)).toThrow(expect.objectContaining({ code: 'run-not-asking' }))
  })

  it('keeps others from starting while it waits, and counts those that are not done', async () => {
    const all = profiles(3, { environment: 'production' })
    const { run, newest, states } = begin(all)
    newest(all[0]!).options.onQuestion(asking)
    newest(all[1]!).end(done)
    await settled()
    expect([states(), run.view.question!.tenants]).toEqual([['starting', 'done', 'waiting'], 2])
    run.answer(2)
    expect(states()).toEqual(['starting', 'done', 'starting'])
  })

  it('refused, cancels what is not done, and lets nothing of it run', async () => {
    const all = profiles(3, { environment: 'production' })
    const { run, newest, states, tries } = begin(all)
    newest(all[0]!).options.onQuestion(asking)
    run.refuse()
    await settled()
    expect([states(), tries.length, newest(all[0]!).answers]).toEqual([['cancelled', 'cancelled', 'cancelled'], 2, []])
    expect(run.view.tenants[0]!.detail).toBe('Refused in Tenantry: no command that the guard asks about was run here.')
    expect(() => run.refuse()).toThrow(expect.objectContaining({ code: 'run-not-asking' }))
  })

  it('passes to the next shell that waits where the first one is gone', async () => {
    const all = profiles(2, { environment: 'production' })
    const { run, newest } = begin(all)
    newest(all[0]!).options.onQuestion(asking)
    newest(all[1]!).options.onQuestion({ ...asking, command: 'New-Mailbox' })
    run.cancel(all[0]!.id)
    await settled()
    expect(run.view.question).toMatchObject({ asked: 'New-Mailbox', tenant: 'T2', tenants: 1 })
  })

  it('is asked again where what was not done is run again later', async () => {
    const all = profiles(1, { environment: 'production' })
    const { run, newest } = begin(all)
    newest(all[0]!).options.onQuestion(asking)
    run.answer(1)
    newest(all[0]!).end({ kind: 'failed', failure: failure('role-missing').toFailure(), errors: 0, sentences: [], caution: null })
    await settled()
    run.retry()
    newest(all[0]!).options.onQuestion(asking)
    expect(run.view.question).toMatchObject({ tenants: 1 })
  })

  it('is asked of those that are run again while the run goes on, and of no other one', async () => {
    const [failed, going] = profiles(2, { environment: 'production' }) as [Profile, Profile]
    const { run, newest } = begin([failed, going])
    newest(failed).end({ kind: 'failed', failure: failure('role-missing').toFailure(), errors: 0, sentences: [], caution: null })
    await settled()
    newest(going).options.onQuestion(asking)
    // The number counted the one that goes on alone.
    run.answer(1)
    run.retry()
    newest(failed).options.onQuestion({ ...asking, ask: 8 })
    newest(going).options.onQuestion({ ...asking, ask: 9 })
    expect([run.view.question, newest(failed).answers, newest(going).answers]).toEqual([expect.objectContaining({ tenant: 'T1', tenants: 2 }), [], [[7, 'run'], [9, 'run']]])
    run.answer(2)
    expect(newest(failed).answers).toEqual([[8, 'run']])
  })

  it('counts as production what is production now', () => {
    const [changed, lab] = profiles(2) as [Profile, Profile]
    const { run, newest } = begin([changed, lab])
    changed.environment = 'production'
    newest(lab).options.onQuestion(asking)
    expect(run.view.question).toMatchObject({ tenants: 2, production: 1 })
  })

  it('is every shell’s where one of the profiles asks; a read-only profile changes nothing either way', () => {
    const all = [aProfile({ name: 'P', environment: 'production' }), aProfile({ name: 'L', environment: 'lab' }), aProfile({ name: 'R', environment: 'lab', readOnly: true })]
    const { tries } = begin(all, { atOnce: 3 })
    expect(tries.map(({ options }) => options.guard?.mode ?? null)).toEqual(['ask', 'ask', 'read-only'])
    expect(begin([all[1]!, all[2]!]).tries.map(({ options }) => options.guard?.mode ?? null)).toEqual([null, 'read-only'])
    const readOnly = begin(all, { atOnce: 3, isReadOnly: true }).tries
    expect(readOnly.map(({ options }) => [options.guard?.mode, options.plan.profile.readOnly])).toEqual([['read-only', true], ['read-only', true], ['read-only', true]])
  })
})

describe('a script as it is kept', () => {
  const script = "one 'first' two 'second'"

  it('is without what the parser found, from the end', () => {
    expect(keptScript(script, [16, 24, 4, 11])).toEqual({ script: 'one [removed] two [removed]', isRedacted: true })
    expect(keptScript(script)).toEqual({ script, isRedacted: false })
    expect(keptScript("$password = 'word'").script).toBe('$password = [removed]')
  })

  it.each([['behind its end', [20, 400]], ['that ends before it begins', [9, 4]], ['in the wrong order', [4, 11, 16, 24]], ['without an end', [4]]])('is gone whole where a place is none: %s', (_, places) => {
    expect(keptScript(script, places)).toEqual({ script: '[removed]', isRedacted: true })
  })

  it('gives a run its title by its first line', () => {
    expect(titleOf('\n  Get-Mailbox |\n  Format-List')).toBe('Get-Mailbox |')
    expect(titleOf('x'.repeat(100))).toBe(`${'x'.repeat(80)}…`)
  })
})

describe('the time that is left', () => {
  const of = (state: RunTenant['state'], seconds: number | null = null) => ({ state, seconds })

  it('follows from what is done, shared by the places', () => {
    expect(secondsLeft([of('waiting'), of('running', 3)], 2)).toBeNull()
    expect(secondsLeft([of('done', 10), of('failed', 20), of('waiting'), of('waiting'), of('waiting'), of('waiting')], 2)).toBe(30)
    expect(secondsLeft([of('done', 10), of('running', 4)], 4)).toBe(6)
    expect(secondsLeft([of('done', 10), of('running', 40)], 4)).toBe(0)
  })
})
