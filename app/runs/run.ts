import { runTenantStates } from '../contract-values.ts'
import type { Failure, RunSummary, RunTenant, RunView } from '../contract.ts'
import { failure, TenantryError } from '../failures.ts'
import { guardMode, guardRules, type GuardRules } from '../guard/rules.ts'
import type { RunTable } from '../grid/run-table.ts'
import { reasonOf } from '../sessions/connect-retry.ts'
import { leadsTo, tenantOf, type SessionPlan } from '../sessions/session-plan.ts'
import { SecretFilter } from '../transcripts/filter.ts'
import { isFinal, untouched, type Journal, type JournalLine } from './journal.ts'
import { keptScript, titleOf } from './kept-script.ts'
import { RunQuestions } from './question.ts'
import { forRun } from './run-hints.ts'
import { Slots } from './slots.ts'
import type { Outcome, TenantRun, TenantRunOptions } from './tenant-run.ts'
import { secondsLeft } from './time-left.ts'

/** The window is told of a run at most this often. */
const tellMs = 200
/** And at least this often while something of it goes on: its seconds run. */
const tickMs = 1_000
/** What could not be written down is tried again after so long. */
const writeAgainMs = 5_000

export interface RunOptions {
  now: () => number
  /** Throws where the profile is gone. */
  plan(profileId: string): SessionPlan
  /** Makes a try in one tenant. */
  tenantRun(options: TenantRunOptions): Pick<TenantRun, 'run' | 'cancel' | 'answer'>
  openTable(runId: string, title: string, onClosed: () => void): RunTable
  closeTable(id: string): void
  journal: Pick<Journal, 'append' | 'appendNowOrNever' | 'flush'>
  /** The journal can't be written, for this reason; null once it can. */
  onUnwritten(reason: string | null): void
  onChange(run: Run): void
}

interface Entry {
  tenant: RunTenant
  tried: number
  /** How many of its rows the table had no room for. */
  leftOut: number
  startedAt: number | null
  attempt: ReturnType<RunOptions['tenantRun']> | null
  /** What is said of it where it is being cancelled. */
  cancelledAs: string | null
}

/** One command across many tenants: who has a place, what became of whom, the one question, the one table. */
export class Run {
  readonly #options: RunOptions
  #facts: Omit<RunView, 'tenants' | 'endedAt' | 'gridId' | 'question' | 'secondsLeft'>
  /** Whole; null where only what is fit to be kept is left of it. */
  readonly #script: string | null
  /** Which tenant each profile led to when the run began: it goes nowhere else. */
  readonly #chosen: ReadonlyMap<string, string>
  readonly #entries: Map<string, Entry>
  readonly #slots: Slots
  readonly #questions: RunQuestions
  readonly #going = new Set<Promise<void>>()
  /** Knows what was taken out of the script: errors like to repeat it. */
  readonly #secrets = new SecretFilter()
  /** Which of the service's commands the script calls; null where it may call any. */
  #commands: readonly string[] | null | 'unknown' = 'unknown'
  #isWritten: boolean
  #endedAt: number | null
  #table: RunTable | null = null
  #tries = 0
  #timer: NodeJS.Timeout | null = null
  #ticker: NodeJS.Timeout | null = null
  /** While its journal can't be written. */
  #writer: NodeJS.Timeout | null = null
  #isDisposed = false

  constructor(view: RunView, script: string | null, chosen: ReadonlyMap<string, string>, options: RunOptions) {
    const { tenants, endedAt, gridId: _, question: __, secondsLeft: ___, ...facts } = view
    this.#facts = facts
    this.#script = script
    this.#chosen = chosen
    this.#endedAt = endedAt
    this.#isWritten = endedAt !== null
    this.#options = options
    this.#entries = new Map(tenants.map((tenant) => [tenant.profileId, { tenant, tried: 0, leftOut: 0, startedAt: null, attempt: null, cancelledAs: null }]))
    this.#slots = new Slots(facts.atOnce, (key) => this.#start(key))
    this.#questions = new RunQuestions({
      send: (key, ask, answer) => this.#entries.get(key)?.attempt?.answer(ask, answer),
      onChange: () => {
        this.#hold()
        this.#tellSoon()
      }
    })
  }

  get id(): string {
    return this.#facts.id
  }

  get isOver(): boolean {
    return this.#endedAt !== null
  }

  /** Whether secrets were looked for in its script, so that what its view says of it may leave this machine. */
  get isScriptRead(): boolean {
    return this.#isWritten && this.#facts.script !== ''
  }

  get view(): RunView {
    const tenants = this.#tenants
    return { ...this.#facts, ...this.#stateOf(tenants), tenants }
  }

  get summary(): RunSummary {
    const { script: _, isRedacted: __, ...facts } = this.#facts
    const tenants = this.#tenants
    const counts = Object.fromEntries(runTenantStates.map((state) => [state, 0])) as RunSummary['counts']
    for (const { state } of tenants) counts[state]++
    return { ...facts, ...this.#stateOf(tenants), counts }
  }

  /** Lets it begin. */
  begin(): void {
    this.#openTable()
    this.#slots.add(this.#entries.keys())
    this.#tellSoon()
  }

  /** Ends what is not done, or one tenant of it. */
  cancel(profileId?: string): void {
    this.#cancel('Cancelled', profileId)
  }

  /** @throws TenantryError `run-nothing-to-retry`, `run-script-redacted` */
  retry(): void {
    const again = [...this.#entries.values()].filter(({ tenant, attempt }) => attempt === null && isFinal(tenant) && tenant.state !== 'done').map(({ tenant }) => tenant.profileId)
    if (again.length === 0) throw failure('run-nothing-to-retry')
    if (this.#script === null) throw failure('run-script-redacted')
    const { now } = this.#options
    this.#questions.takeBack(again)
    this.#write({ line: 'begun', at: now(), owner: process.pid })
    this.#write({ line: 'retry', at: now(), profileIds: again })
    this.#endedAt = null
    for (const id of again) Object.assign(this.#entries.get(id)!, { tried: 0, leftOut: 0, startedAt: null, cancelledAs: null, tenant: { ...this.#entries.get(id)!.tenant, ...untouched } })
    if (!this.#table || this.#table.isClosed) {
      this.#openTable()
      if (again.length < this.#entries.size) this.#table!.isOfSome()
    } else this.#table.drop(new Set(again))
    this.#slots.add(again)
    this.#tellSoon()
  }

  /** @throws TenantryError `run-not-asking`, `run-other-number` */
  answer(number: number): void {
    const { question } = this.#stateOf(this.#tenants)
    if (!question) throw failure('run-not-asking')
    if (number !== question.tenants) throw failure('run-other-number', { number })
    this.#questions.allow([...this.#entries.values()].filter(({ tenant }) => !isFinal(tenant)).map(({ tenant }) => tenant.profileId))
  }

  /** @throws TenantryError `run-not-asking` */
  refuse(): void {
    if (!this.#questions.isAsking) throw failure('run-not-asking')
    this.#cancel(failure('run-refused').message)
    this.#questions.forget()
  }

  /** Ends what is left of it, and writes nothing more: a journal without an end tells that it was interrupted. */
  async dispose(): Promise<void> {
    this.#isDisposed = true
    this.#slots.dispose()
    if (this.#timer) clearTimeout(this.#timer)
    if (this.#ticker) clearInterval(this.#ticker)
    if (this.#writer) clearInterval(this.#writer)
    for (const { attempt } of this.#entries.values()) attempt?.cancel()
    await Promise.all(this.#going)
  }

  closeTable(): void {
    if (this.#table && !this.#table.isClosed) this.#options.closeTable(this.#table.id)
  }

  /** As they are told, with the seconds of those that go on. */
  get #tenants(): RunTenant[] {
    return [...this.#entries.values()].map((entry) => this.#viewOf(entry))
  }

  #stateOf(tenants: readonly RunTenant[]): Pick<RunView, 'endedAt' | 'gridId' | 'question' | 'secondsLeft'> {
    const left = tenants.filter((tenant) => !isFinal(tenant))
    // By what the profiles are now; one that is gone is run no more.
    const production = this.#questions.isAsking ? left.filter(({ profileId }) => this.#profileOrNull(profileId)?.environment === 'production').length : 0
    return {
      endedAt: this.#endedAt,
      gridId: this.#table && !this.#table.isClosed ? this.#table.id : null,
      question: this.#questions.view({ tenants: left.length, production }),
      secondsLeft: this.isOver ? null : secondsLeft(tenants, this.#facts.atOnce)
    }
  }

  #viewOf({ tenant, startedAt, attempt }: Entry): RunTenant {
    return attempt && startedAt !== null ? { ...tenant, seconds: (this.#options.now() - startedAt) / 1000 } : tenant
  }

  #openTable(): void {
    this.#table = this.#options.openTable(this.id, this.#facts.title, () => this.#tellSoon())
  }

  // ---- one tenant ----

  #start(id: string): void {
    const entry = this.#entries.get(id)!
    const startedAt = this.#options.now()
    // Where nobody could tell later that it was begun here, it does not begin.
    const unwritten = this.#options.journal.appendNowOrNever({ line: 'started', at: startedAt, profileId: id })
    if (unwritten !== null) {
      this.#waitForDisk(unwritten)
      this.#change(entry, { state: 'waiting', detail: `Waits: the run can’t be written down (${unwritten})` })
      return this.#slots.comeBack(id, writeAgainMs)
    }
    entry.tried++
    entry.startedAt = startedAt
    this.#change(entry, { state: 'starting', detail: 'Starting PowerShell' })
    const going: Promise<void> = this.#run(entry).then((outcome) => {
      this.#going.delete(going)
      this.#settle(entry, this.#cleaned(outcome))
    })
    this.#going.add(going)
    this.#ticker ??= setInterval(() => this.#tellSoon(), tickMs)
  }

  async #run(entry: Entry): Promise<Outcome> {
    try {
      entry.attempt = this.#options.tenantRun(this.#tryOf(entry))
      return await entry.attempt.run()
    } catch (error) {
      return { kind: 'failed', failure: TenantryError.from(error).toFailure(), errors: 0, sentences: [], caution: null }
    }
  }

  #tryOf(entry: Entry): TenantRunOptions {
    const { profileId, name } = entry.tenant
    const { service, isReadOnly } = this.#facts
    const found = this.#options.plan(profileId)
    const chosen = this.#chosen.get(profileId)!
    if (!leadsTo(found, chosen)) throw failure('run-of-another-tenant', { before: chosen, after: tenantOf(found) })
    const plan = { ...found, profile: { ...found.profile, readOnly: (found.profile.readOnly ?? false) || isReadOnly } }
    return {
      id: `${this.id.slice(0, 8)}-${++this.#tries}`,
      plan,
      service,
      script: this.#script!,
      guard: this.#guardOf(plan),
      tried: entry.tried,
      onState: (state, detail) => {
        if (entry.cancelledAs === null && !isFinal(entry.tenant)) this.#change(entry, { state, detail })
      },
      wantsSecrets: () => !this.#isWritten,
      onSecrets: (places) => this.#keepScript(places),
      // What a shell that reads only found there is not all that another one needs.
      commands: () => (plan.profile.readOnly === isReadOnly ? this.#commands : null),
      onCommands: (commands) => {
        if (plan.profile.readOnly === isReadOnly) this.#commands = commands
      },
      onQuestion: (message) => {
        if (entry.cancelledAs === null) this.#questions.ask(profileId, name, message)
      },
      onNoQuestion: () => this.#questions.withdraw(profileId),
      offerRows: (folder) => this.#table!.offer(profileId, name, folder, (came, leftOut) => this.#countRows(entry, came, leftOut)),
      rowsAreIn: () => this.#table!.whenIn(profileId)
    }
  }

  #countRows(entry: Entry, came: number, leftOut: number): void {
    entry.leftOut += leftOut
    this.#change(entry, { rows: entry.tenant.rows + came })
  }

  /** Writes down what is run, without secrets; the first shell that read it knows where they are. */
  #keepScript(places: readonly number[]): void {
    if (this.#isWritten || this.#script === null) return
    this.#isWritten = true
    const { script, isRedacted } = keptScript(this.#script, places)
    this.#secrets.command(this.#script, script)
    const title = this.#facts.title === titleOf(this.#facts.script) ? titleOf(script) : this.#facts.title
    this.#facts = { ...this.#facts, title, script, isRedacted }
    this.#write({ line: 'script', at: this.#options.now(), title, script, isRedacted })
    this.#tellSoon()
  }

  /** What is said of a try, shown and kept: without the script's secrets. */
  #cleaned(outcome: Outcome): Outcome {
    const clean = (text: string) => this.#secrets.sentence(text)
    const cleanFailure = (problem: Failure): Failure => forRun({ ...problem, message: clean(problem.message) })
    switch (outcome.kind) {
      case 'done':
      case 'failed':
        return { ...outcome, failure: outcome.failure && cleanFailure(outcome.failure), sentences: outcome.sentences.map(clean) }
      case 'unreadable':
        return { ...outcome, failure: cleanFailure(outcome.failure) }
      default:
        return outcome
    }
  }

  /** Where one of them asks before data is changed, all of them do: the question is the run's. */
  #guardOf({ profile }: SessionPlan): GuardRules | null {
    const { service, isReadOnly } = this.#facts
    const asks = [...this.#entries.keys()].some((id) => {
      const other = this.#profileOrNull(id)
      return other !== null && guardMode({ environment: other.environment, readOnly: other.readOnly || isReadOnly }) === 'ask'
    })
    return guardRules({ environment: asks ? 'production' : profile.environment, ...(profile.readOnly ? { readOnly: true } : {}) }, service)
  }

  #profileOrNull(id: string) {
    try {
      return this.#options.plan(id).profile
    } catch {
      return null
    }
  }

  /** A try has ended, and its shell is gone. */
  #settle(entry: Entry, outcome: Outcome): void {
    const { profileId } = entry.tenant
    entry.attempt = null
    this.#questions.withdraw(profileId)
    if (this.#isDisposed) return
    this.#table?.letGo(profileId)
    if (entry.cancelledAs !== null && outcome.kind !== 'done' && outcome.kind !== 'failed') this.#end(entry, { state: 'cancelled', detail: entry.cancelledAs })
    else if (outcome.kind === 'throttled') this.#wait(entry, outcome)
    else if (outcome.kind === 'unreadable') this.#giveUp(entry, outcome.failure)
    else if (outcome.kind === 'cancelled') this.#end(entry, { state: 'cancelled', detail: entry.cancelledAs ?? 'Cancelled' })
    else this.#finish(entry, outcome)
  }

  #wait(entry: Entry, { refusal, pauseMs, tries }: Extract<Outcome, { kind: 'throttled' }>): void {
    const again = `Trying again in ${Math.ceil(pauseMs / 1000)} s (try ${entry.tried + 1} of ${tries}).`
    this.#change(entry, { state: 'throttled', detail: `${reasonOf(refusal)} ${again}` })
    this.#slots.comeBack(entry.tenant.profileId, pauseMs)
  }

  #finish(entry: Entry, { kind, failure: problem, errors, sentences, caution }: Extract<Outcome, { kind: 'done' | 'failed' }>): void {
    const { profileId, name, rows } = entry.tenant
    // An error is a result too. The one that ended the script is the last of its sentences where there are not too many.
    const told = problem ? [...sentences.filter((sentence) => sentence !== problem.message), problem.message] : sentences
    for (const sentence of told) this.#table?.addError(profileId, name, sentence)
    const inTable = entry.leftOut > 0 ? `, of which ${(rows - entry.leftOut).toLocaleString('en')} are in the table` : ''
    const counted = `${rows.toLocaleString('en')} ${rows === 1 ? 'row' : 'rows'}${inTable}${errors > 0 ? `, ${errors.toLocaleString('en')} ${errors === 1 ? 'error' : 'errors'}` : ''}`
    const detail = `${problem?.message ?? counted}${caution === null ? '' : ` (${caution})`}`
    this.#end(entry, { state: kind, detail, failure: problem, errors, errorSentences: sentences })
  }

  /** PowerShell can't read the script: no tenant needs to find that out for itself. */
  #giveUp(entry: Entry, problem: Failure): void {
    const end = { state: 'failed', detail: problem.message, failure: problem } as const
    this.#slots.hold(true)
    for (const other of this.#entries.values()) {
      if (other === entry || (!other.attempt && !isFinal(other.tenant))) this.#end(other, end)
      else if (other.attempt && !isFinal(other.tenant)) {
        this.#change(other, end)
        other.attempt.cancel()
      }
    }
    this.#hold()
  }

  #end(entry: Entry, change: Partial<RunTenant>): void {
    const { now } = this.#options
    const isTold = isFinal(entry.tenant)
    const seconds = entry.startedAt === null ? null : Math.round(now() - entry.startedAt) / 1000
    this.#change(entry, { ...(isTold ? {} : change), seconds })
    const { name: _, colour: __, environment: ___, ...tenant } = entry.tenant
    this.#write({ line: 'tenant', at: now(), tenant })
    this.#slots.leave(tenant.profileId)
    this.#endIfDone()
  }

  #endIfDone(): void {
    if (this.isOver || ![...this.#entries.values()].every(({ tenant, attempt }) => isFinal(tenant) && attempt === null)) return
    this.#endedAt = this.#options.now()
    this.#write({ line: 'ended', at: this.#endedAt })
    if (this.#ticker) clearInterval(this.#ticker)
    this.#ticker = null
    this.#table?.end([...this.#entries.values()].some(({ tenant }) => tenant.state === 'cancelled'))
    this.#tellSoon()
  }

  #cancel(as: string, profileId?: string): void {
    const meant = [...this.#entries.values()].filter(({ tenant }) => !isFinal(tenant) && (profileId === undefined || tenant.profileId === profileId))
    // Those that have no place yet first, so that none of them gets one.
    this.#slots.hold(true)
    for (const entry of meant.filter(({ attempt }) => !attempt)) this.#end(entry, { state: 'cancelled', detail: as })
    for (const entry of meant) {
      if (!entry.attempt) continue
      entry.cancelledAs = as
      this.#change(entry, { detail: 'Being stopped' })
      this.#questions.withdraw(entry.tenant.profileId)
      entry.attempt.cancel()
    }
    this.#hold()
  }

  #change(entry: Entry, change: Partial<RunTenant>): void {
    entry.tenant = { ...entry.tenant, ...change }
    this.#tellSoon()
  }

  /** Nobody new gets a place while it asks, and while what becomes of them can't be written down. */
  #hold(): void {
    this.#slots.hold(this.#questions.isAsking || this.#writer !== null)
  }

  #write(line: JournalLine): void {
    if (this.#isDisposed) return
    const reason = this.#options.journal.append(line)
    if (reason !== null) this.#waitForDisk(reason)
  }

  #waitForDisk(reason: string): void {
    if (this.#writer) return
    this.#writer = setInterval(() => this.#writeAgain(), writeAgainMs)
    this.#hold()
    this.#options.onUnwritten(reason)
  }

  #writeAgain(): void {
    if (this.#options.journal.flush() !== null) return
    clearInterval(this.#writer!)
    this.#writer = null
    this.#options.onUnwritten(null)
    this.#hold()
  }

  #tellSoon(): void {
    if (this.#isDisposed) return
    this.#timer ??= setTimeout(() => {
      this.#timer = null
      this.#options.onChange(this)
    }, tellMs)
  }
}
