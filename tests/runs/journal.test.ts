import { appendFileSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RunTenant, RunView } from '../../app/contract.ts'
import { Journal, readJournal, readJournals, untouched } from '../../app/runs/journal.ts'

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'tenantry-journal-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const aTenant = (name: string): RunTenant => ({ profileId: randomUUID(), name, colour: '#5aa9ff', environment: 'lab', ...untouched })
const aRun = (...names: string[]): RunView => ({
  id: randomUUID(), title: 'Get-Mailbox', script: "Get-Mailbox\nGet-User 'Zoë'", isRedacted: false, service: 'exchange', atOnce: 4, isReadOnly: false, by: 'admin', startedAt: 1_000,
  endedAt: null, gridId: null, question: null, secondsLeft: null, tenants: names.map(aTenant)
})
/** Which tenant each profile led to. */
const chosenOf = ({ tenants }: RunView) => new Map(tenants.map(({ profileId, name }) => [profileId, `id of ${name}`]))
/** What is run is written once a shell has read it. */
const scriptOf = ({ title, script, isRedacted }: RunView) => ({ line: 'script', at: 1_050, title, script, isRedacted }) as const
const outcome = ({ name: _, colour: __, environment: ___, ...tenant }: RunTenant, change: Partial<RunTenant>) => ({ ...tenant, ...change })
const done = { state: 'done', detail: '3 rows', rows: 3, seconds: 2.5 } as const

describe('a run’s journal', () => {
  it('tells of a whole run what it was, and what became of each tenant', () => {
    const run = aRun('A', 'B')
    const journal = Journal.begin(folder, run, chosenOf(run), 1_000)
    journal.append(scriptOf(run))
    journal.append({ line: 'started', at: 1_100, profileId: run.tenants[0]!.profileId })
    journal.append({ line: 'tenant', at: 1_200, tenant: outcome(run.tenants[0]!, done) })
    journal.append({ line: 'tenant', at: 1_300, tenant: outcome(run.tenants[1]!, { state: 'cancelled', detail: 'Cancelled' }) })
    journal.append({ line: 'ended', at: 1_400 })
    const [kept] = readJournals(folder)
    expect(kept).toEqual({
      owner: null,
      chosen: chosenOf(run),
      view: { ...run, endedAt: 1_400, tenants: [{ ...run.tenants[0], ...done }, { ...run.tenants[1], state: 'cancelled', detail: 'Cancelled' }] }
    })
  })

  it('has nothing of the script before somebody knows where secrets stand in it', () => {
    const run = { ...aRun('A'), title: 'secret title', script: 'secret script' }
    Journal.begin(folder, run, chosenOf(run), 1_000)
    expect(readFileSync(join(folder, `${run.id}.jsonl`), 'utf8')).not.toContain('secret')
    expect(readJournals(folder)[0]!.view).toMatchObject({ script: '', isRedacted: true })
  })

  it('can be read by nobody else', () => {
    const run = aRun('A')
    Journal.begin(folder, run, chosenOf(run), 1_000)
    if (process.platform !== 'win32') expect(statSync(join(folder, `${run.id}.jsonl`)).mode & 0o777).toBe(0o600)
  })

  it('without an end tells who was not done, and whether anything ran there', () => {
    const run = aRun('done', 'begun', 'waiting')
    const journal = Journal.begin(folder, run, chosenOf(run), 1_000)
    journal.append({ line: 'started', at: 1_100, profileId: run.tenants[0]!.profileId })
    journal.append({ line: 'tenant', at: 1_200, tenant: outcome(run.tenants[0]!, done) })
    journal.append({ line: 'started', at: 1_300, profileId: run.tenants[1]!.profileId })
    const [kept] = readJournals(folder)
    expect(kept!.owner).toEqual({ pid: process.pid, since: 1_000 })
    expect(kept!.view.endedAt).toBe(1_300)
    expect(kept!.view.tenants.map(({ state, failure }) => [state, failure?.code ?? null])).toEqual([['done', null], ['interrupted', 'run-interrupted'], ['interrupted', null]])
  })

  it('stands a half line, of the last write or before another one', () => {
    const run = aRun('A', 'B')
    const journal = Journal.begin(folder, run, chosenOf(run), 1_000)
    const path = join(folder, `${run.id}.jsonl`)
    journal.append({ line: 'tenant', at: 1_200, tenant: outcome(run.tenants[0]!, done) })
    appendFileSync(path, '\n{"line":"tenant","at":1300,"ten')
    expect(readJournals(folder)[0]!.view.tenants.map(({ state }) => state)).toEqual(['done', 'interrupted'])
    journal.append({ line: 'tenant', at: 1_400, tenant: outcome(run.tenants[1]!, done) })
    journal.append({ line: 'ended', at: 1_500 })
    expect(readJournals(folder)[0]!.view).toMatchObject({ endedAt: 1_500, tenants: [{ state: 'done' }, { state: 'done' }] })
  })

  it('of any length that a crash may leave is a run, or none where even its first line is half', () => {
    const run = aRun('A', 'B')
    const journal = Journal.begin(folder, run, chosenOf(run), 1_000)
    journal.append({ line: 'tenant', at: 1_200, tenant: outcome(run.tenants[0]!, done) })
    const text = readFileSync(join(folder, `${run.id}.jsonl`), 'utf8')
    const firstEnd = text.indexOf('\n', 1)
    for (let length = 0; length <= text.length; length++) {
      const kept = readJournal(text.slice(0, length))
      if (length < firstEnd) expect(kept).toBeNull()
      else expect(kept!.view.tenants[0]!.state).toBe(length === text.length ? 'done' : 'interrupted')
    }
  })

  it('follows a retry: those are as if nothing had been, and the run has no end until the next one', () => {
    const run = aRun('A', 'B')
    const journal = Journal.begin(folder, run, chosenOf(run), 1_000)
    for (const tenant of run.tenants) journal.append({ line: 'tenant', at: 1_200, tenant: outcome(tenant, { state: 'failed', detail: 'No.', errors: 1, errorSentences: ['No.'] }) })
    journal.append({ line: 'ended', at: 1_300 })
    journal.append({ line: 'begun', at: 2_000, owner: process.pid })
    journal.append({ line: 'retry', at: 2_000, profileIds: [run.tenants[1]!.profileId] })
    const { view, owner } = readJournals(folder)[0]!
    expect(owner).toEqual({ pid: process.pid, since: 2_000 })
    expect(view.tenants).toMatchObject([{ state: 'failed', errors: 1 }, { state: 'interrupted', errors: 0, errorSentences: [] }])
  })

  it('lists the newest first, and passes over what is no journal', () => {
    for (const startedAt of [1_000, 3_000, 2_000]) Journal.begin(folder, { ...aRun(), startedAt }, new Map(), startedAt)
    writeFileSync(join(folder, `${randomUUID()}.jsonl`), 'not JSON')
    writeFileSync(join(folder, 'notes.txt'), '{}')
    expect(readJournals(folder).map(({ view }) => view.startedAt)).toEqual([3_000, 2_000, 1_000])
    expect(readJournals(join(folder, 'not-there'))).toEqual([])
  })

  it('writes later what a full disk did not take, in its order, and never what was not to be kept for later', () => {
    const run = aRun('A', 'B')
    const [first, second] = run.tenants as [RunTenant, RunTenant]
    const journal = Journal.begin(folder, run, chosenOf(run), 1_000)
    renameSync(folder, `${folder}.away`)
    try {
      expect(journal.append({ line: 'tenant', at: 1_200, tenant: outcome(first, done) })).toBe('ENOENT')
      expect(journal.appendNowOrNever({ line: 'started', at: 1_300, profileId: second.profileId })).toBe('ENOENT')
      expect(journal.flush()).toBe('ENOENT')
    } finally {
      renameSync(`${folder}.away`, folder)
    }
    expect(journal.append({ line: 'ended', at: 1_400 })).toBe(null)
    expect(journal.flush()).toBe(null)
    const lines = readFileSync(join(folder, `${run.id}.jsonl`), 'utf8').split('\n').filter((line) => line !== '').map((line) => (JSON.parse(line) as { line: string }).line)
    expect(lines).toEqual(['run', 'begun', 'tenant', 'ended'])
    expect(readJournals(folder)[0]!.view.tenants.map(({ state }) => state)).toEqual(['done', 'interrupted'])
  })

  it('that can’t be begun keeps the run from starting', () => {
    writeFileSync(join(folder, 'file'), '')
    expect(() => Journal.begin(join(folder, 'file'), aRun(), new Map(), 1_000)).toThrow(expect.objectContaining({ code: 'run-not-kept' }))
  })
})
