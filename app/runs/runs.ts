import { randomUUID } from 'node:crypto'
import { uptime } from 'node:os'
import { join } from 'node:path'
import { nameOfUser } from '../command-log/command-log.ts'
import { longestRunScript, removed } from '../contract-values.ts'
import { serviceLabels, type CallRequest, type RunSummary, type RunTenant, type RunView } from '../contract.ts'
import { failure } from '../failures.ts'
import type { RunTable } from '../grid/run-table.ts'
import { isAlive } from '../process-tree.ts'
import { tenantOf, type SessionPlan } from '../sessions/session-plan.ts'
import { Journal, mostKeptRuns, readJournals, untouched } from './journal.ts'
import { keptScript, titleOf } from './kept-script.ts'
import { Run } from './run.ts'
import { TenantRun, type TenantRunOptions, type TenantRunServices } from './tenant-run.ts'

export interface RunsOptions {
  services: TenantRunServices
  /** Throws `profile-not-found`. */
  plan(profileId: string): SessionPlan
  openTable(runId: string, title: string, onClosed: () => void): RunTable
  closeTable(id: string): void
  onChange(view: RunView): void
  onRemoved(id: string): void
  /** A run was under way when Tenantry ended. */
  onInterrupted(view: RunView): void
  /** What became of tenants can't be written down, for this reason; null once it can. */
  onUnwritten(reason: string | null): void
  /** Another try than a real one, for tests without a shell. */
  tenantRun?: (options: TenantRunOptions) => Pick<TenantRun, 'run' | 'cancel' | 'answer'>
}

interface HeldRun {
  run: Run
  journal: Journal
  /** Which tenant each profile led to when it began. */
  chosen: ReadonlyMap<string, string>
}

/** A run on its way out, and which tenant each of its profiles led to when it began. */
export interface RunToExport {
  view: RunView
  chosen: ReadonlyMap<string, string>
}

/** How far a run is that is not over, in tenants. */
export interface LiveRun {
  done: number
  tenants: number
}

/** All runs across tenants: those that go on, and those of before by their journals. */
export class Runs {
  readonly #options: RunsOptions
  readonly #folder: string
  /** The newest first. */
  #runs: HeldRun[] = []

  constructor(options: RunsOptions) {
    this.#options = options
    this.#folder = join(options.services.adapters.paths.data, 'runs')
    for (const { view, chosen, owner } of readJournals(this.#folder)) {
      const journal = new Journal(this.#folder, view.id)
      this.#runs.push({ run: this.#runOf(view, view.isRedacted ? null : view.script, chosen, journal), journal, chosen })
      if (owner !== null && isGone(owner)) this.#interrupted(view, journal)
    }
  }

  list(): RunSummary[] {
    return this.#runs.map(({ run }) => run.summary)
  }

  /** Throws `run-not-found`. */
  get(id: string): RunView {
    return this.#find(id).run.view
  }

  /** Throws `run-not-found`, and `run-export-unread`, `run-export-secret` where its script may not leave this machine. */
  toExport(id: string): RunToExport {
    const { run, chosen } = this.#find(id)
    if (!run.isScriptRead) throw failure('run-export-unread')
    const { view } = run
    if (view.isRedacted) throw failure('run-export-secret')
    return { view, chosen }
  }

  /** Whether something runs. */
  get isBusy(): boolean {
    return this.#runs.some(({ run }) => !run.isOver)
  }

  /** Those that are not over. */
  get live(): LiveRun[] {
    return this.#runs.filter(({ run }) => !run.isOver).map(({ run: { summary: { counts } } }) => ({ done: counts.done, tenants: Object.values(counts).reduce((sum, count) => sum + count, 0) }))
  }

  /**
   * Begins a run; what becomes of it is told by its view.
   *
   * @throws TenantryError `run-script-empty`, `run-script-too-long`, `run-script-removed`, `run-service-missing`, `run-not-kept`, `profile-not-found`
   */
  start({ profileIds, script, title, ...wish }: CallRequest<'runs.start'>): { id: string } {
    if (script.trim() === '') throw failure('run-script-empty')
    if (script.length > longestRunScript) throw failure('run-script-too-long', { limit: longestRunScript.toLocaleString('en') })
    // It was repeated from a journal: the word would be taken for the secret, such as for the password of new accounts.
    if (script.includes(removed)) throw failure('run-script-removed')
    const { now } = this.#options.services.adapters
    const kept = keptScript(script)
    const view: RunView = {
      ...wish,
      id: randomUUID(),
      title: title.trim() || titleOf(kept.script),
      ...kept,
      by: nameOfUser(),
      startedAt: now(),
      endedAt: null,
      gridId: null,
      question: null,
      secondsLeft: null,
      tenants: [...new Set(profileIds)].map((id) => this.#tenantOf(id, wish.service))
    }
    const chosen = new Map(view.tenants.map(({ profileId }) => [profileId, tenantOf(this.#options.plan(profileId))]))
    this.#makeRoom()
    const journal = Journal.begin(this.#folder, view, chosen, now())
    const run = this.#runOf(view, script, chosen, journal)
    this.#runs.unshift({ run, journal, chosen })
    run.begin()
    return { id: view.id }
  }

  /** Throws `run-not-found`. */
  cancel(id: string, profileId?: string): void {
    this.#find(id).run.cancel(profileId)
  }

  /** Throws `run-not-found`, `run-nothing-to-retry`, `run-script-redacted`. */
  retry(id: string): void {
    this.#find(id).run.retry()
  }

  /** Throws `run-not-found`, `run-not-asking`, `run-other-number`. */
  answer(id: string, number: number): void {
    this.#find(id).run.answer(number)
  }

  /** Throws `run-not-found`, `run-not-asking`. */
  refuse(id: string): void {
    this.#find(id).run.refuse()
  }

  /** Throws `run-not-found`. */
  async remove(id: string): Promise<void> {
    const found = this.#find(id)
    this.#runs.splice(this.#runs.indexOf(found), 1)
    await found.run.dispose()
    found.run.closeTable()
    found.journal.remove()
    this.#options.onRemoved(id)
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#runs.map(({ run }) => run.dispose()))
  }

  #runOf(view: RunView, script: string | null, chosen: ReadonlyMap<string, string>, journal: Journal): Run {
    const { services, plan, openTable, closeTable, onChange, onUnwritten, tenantRun } = this.#options
    return new Run(view, script, chosen, {
      now: services.adapters.now,
      plan,
      tenantRun: tenantRun ?? ((options) => new TenantRun(options, services)),
      openTable,
      closeTable,
      journal,
      onUnwritten,
      onChange: (run) => onChange(run.view)
    })
  }

  #tenantOf(profileId: string, service: RunView['service']): RunTenant {
    const { name, colour, environment, services } = this.#options.plan(profileId).profile
    if (!services.includes(service)) throw failure('run-service-missing', { name, service: serviceLabels[service] })
    return { profileId, name, colour, environment, ...untouched }
  }

  /** Its end is written once, so that it is told of once. */
  #interrupted(view: RunView, journal: Journal): void {
    const { now } = this.#options.services.adapters
    for (const { name: _, colour: __, environment: ___, ...tenant } of view.tenants) {
      if (tenant.state === 'interrupted') journal.append({ line: 'tenant', at: view.endedAt ?? now(), tenant })
    }
    journal.append({ line: 'ended', at: view.endedAt ?? now() })
    this.#options.onInterrupted(view)
  }

  /** The oldest go, but none that goes on. */
  #makeRoom(): void {
    for (const old of this.#runs.slice(mostKeptRuns - 1).filter(({ run }) => run.isOver)) void this.remove(old.run.id).catch(() => {})
  }

  #find(id: string): HeldRun {
    const found = this.#runs.find(({ run }) => run.id === id)
    if (!found) throw failure('run-not-found')
    return found
  }
}

/** Whether a process is no more that had a run in its hands: another one may have its number, and surely has after the computer's start. */
const isGone = ({ pid, since }: { pid: number; since: number }): boolean => pid === process.pid || since < Date.now() - uptime() * 1000 || !isAlive(pid)

/** What is said of a run that was under way when Tenantry ended. */
export function interruptedText({ title, tenants }: RunView): string {
  const done = tenants.filter(({ state }) => state === 'done').length
  return `The run “${title}” was under way when Tenantry ended: ${done} of ${tenants.length} tenants were done. Run across tenants shows which.`
}
