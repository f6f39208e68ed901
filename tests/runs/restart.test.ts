import { randomUUID } from 'node:crypto'
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RunView } from '../../app/contract.ts'
import { Journal, untouched } from '../../app/runs/journal.ts'
import { Runs, type RunsOptions } from '../../app/runs/runs.ts'
import type { Outcome } from '../../app/runs/tenant-run.ts'
import type { SessionPlan } from '../../app/sessions/session-plan.ts'
import { aProfile } from '../renderer/fake-data.ts'

let data: string
let runs: Runs | null
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'tenantry-runs-'))
  runs = null
})
afterEach(async () => {
  await runs?.dispose()
  rmSync(data, { recursive: true, force: true })
})

const profile = aProfile({ name: 'Contoso' })
const done: Outcome = { kind: 'done', failure: null, errors: 0, sentences: [], caution: null }

/** Tenantry's start, as far as runs go; a try in a tenant is done at once, without a shell. */
function start(change: Partial<RunsOptions> = {}) {
  const interrupted: RunView[] = []
  const options = {
    services: { adapters: { paths: { data }, now: Date.now } },
    plan: () => ({ profile, cloud: { loginHost: 'login.test' } }) as SessionPlan,
    openTable: () => ({ id: randomUUID(), isClosed: false, letGo() {}, end() {}, drop() {}, addError() {} }),
    closeTable() {},
    onChange() {},
    onRemoved() {},
    onInterrupted: (view: RunView) => interrupted.push(view),
    onUnwritten() {},
    tenantRun: () => ({ run: () => Promise.resolve(done), cancel() {}, answer() {} }),
    ...change
  } as unknown as RunsOptions
  runs = new Runs(options)
  return { runs, interrupted }
}

/** A run in the hands of a process, as its journal tells it. */
function leaveRun(owner: number, since: number): string {
  const id = randomUUID()
  const view: RunView = {
    id, title: 'A run', script: '', isRedacted: false, service: 'exchange', atOnce: 1, isReadOnly: true, by: 'admin', startedAt: since, endedAt: null, gridId: null, question: null, secondsLeft: null,
    tenants: [{ profileId: profile.id, name: profile.name, colour: profile.colour, environment: profile.environment, ...untouched }]
  }
  const journal = Journal.begin(join(data, 'runs'), view, new Map([[profile.id, `${profile.tenantId} at login.test`]]), since)
  journal.append({ line: 'script', at: since, title: 'Get-Mailbox', script: 'Get-Mailbox', isRedacted: false })
  journal.append({ line: 'begun', at: since, owner })
  return id
}

describe('a run that a journal left without an end', () => {
  it('is another Tenantry’s while the process that has it lives', () => {
    leaveRun(process.ppid, Date.now())
    expect(start().interrupted).toEqual([])
  })

  it('was interrupted where that process is gone', () => {
    const id = leaveRun(2 ** 22 + 1, Date.now())
    expect(start().interrupted.map((view) => view.id)).toEqual([id])
    // Once: the end stands in the journal now.
    expect(start().interrupted).toEqual([])
  })

  it('was interrupted where the computer was started since, whoever has the process’s number now', () => {
    const id = leaveRun(process.ppid, 1)
    expect(start().interrupted.map((view) => view.id)).toEqual([id])
  })

  it('is run again in the tenant that its profile led to then, and in no other', async () => {
    const id = leaveRun(2 ** 22 + 1, Date.now())
    const { runs: again } = start({ plan: () => ({ profile: { ...profile, tenantId: randomUUID() }, cloud: { loginHost: 'login.test' } }) as SessionPlan })
    again.retry(id)
    await new Promise((resolve) => setImmediate(resolve))
    expect(again.get(id).tenants[0]).toMatchObject({ state: 'failed', failure: { code: 'run-of-another-tenant' } })
  })

  it('is exported with the tenant that its profile led to then', () => {
    const id = leaveRun(2 ** 22 + 1, Date.now())
    const { runs: again } = start({ plan: () => ({ profile: { ...profile, tenantId: randomUUID() }, cloud: { loginHost: 'login.test' } }) as SessionPlan })
    expect([...again.toExport(id).chosen]).toEqual([[profile.id, `${profile.tenantId} at login.test`]])
  })

  it('with half a line at its end is read all the same', () => {
    const id = leaveRun(2 ** 22 + 1, Date.now())
    appendFileSync(join(data, 'runs', `${id}.jsonl`), '\n{"line":"ten')
    expect(start().runs.get(id)).toMatchObject({ script: 'Get-Mailbox', tenants: [{ state: 'interrupted' }] })
  })
})
