import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { endedRunStates, runTenantSchema, runViewSchema, type RunTenant, type RunView } from '../contract.ts'
import { failure } from '../failures.ts'
import { jsonOf } from '../json.ts'

/** The oldest go for newer ones. */
export const mostKeptRuns = 100
const version = 1

const headSchema = runViewSchema
  .pick({ id: true, service: true, atOnce: true, isReadOnly: true, by: true, startedAt: true })
  .extend({
    line: z.literal('run'),
    v: z.literal(version),
    // `tenant`: which one its profile led to, see `tenantOf`.
    tenants: z.array(runTenantSchema.pick({ profileId: true, name: true, colour: true, environment: true }).extend({ tenant: z.string() }))
  })

/** What is appended once a run goes on. Times are milliseconds since the epoch; `owner` is a process id. */
const lineSchema = z.discriminatedUnion('line', [
  /** A process has the run in its hands. */
  z.object({ line: z.literal('begun'), at: z.number(), owner: z.number().int() }),
  /** What is run, once PowerShell's parser told where secrets stand in it. */
  z.object({ line: z.literal('script'), at: z.number(), title: z.string(), script: z.string(), isRedacted: z.boolean() }),
  /** A tenant's PowerShell was started. */
  z.object({ line: z.literal('started'), at: z.number(), profileId: z.uuid() }),
  /** A tenant is done, in one way or another. */
  z.object({ line: z.literal('tenant'), at: z.number(), tenant: runTenantSchema.omit({ name: true, colour: true, environment: true }) }),
  /** These are run again. */
  z.object({ line: z.literal('retry'), at: z.number(), profileIds: z.array(z.uuid()) }),
  z.object({ line: z.literal('ended'), at: z.number() })
])
export type JournalLine = z.infer<typeof lineSchema>

/** A run as its journal tells it. */
export interface KeptRun {
  view: RunView
  /** Which tenant each profile led to when the run began, by the profile's id. */
  chosen: ReadonlyMap<string, string>
  /** The process that had it in its hands and did not write its end, and since when. */
  owner: { pid: number; since: number } | null
}

/**
 * One run on disk: lines of JSON (mode 0600) that are only ever appended, so that whatever ends Tenantry leaves what
 * was done before. Rows of results are not in it.
 */
export class Journal {
  readonly #path: string
  /** Lines that could not be written yet. */
  #left = ''

  constructor(folder: string, id: string) {
    this.#path = pathOf(folder, id)
  }

  /**
   * Begins a run's journal.
   *
   * @param chosen which tenant each profile leads to
   * @throws TenantryError `run-not-kept`
   */
  static begin(folder: string, view: RunView, chosen: ReadonlyMap<string, string>, at: number): Journal {
    const journal = new Journal(folder, view.id)
    const { id, service, atOnce, isReadOnly, by, startedAt } = view
    const tenants = view.tenants.map(({ profileId, name, colour, environment }) => ({ profileId, name, colour, environment, tenant: chosen.get(profileId)! }))
    const head: z.infer<typeof headSchema> = { line: 'run', v: version, id, service, atOnce, isReadOnly, by, startedAt, tenants }
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      appendFileSync(journal.#path, lineOf(head) + lineOf({ line: 'begun', at, owner: process.pid }), { mode: 0o600, flag: 'ax' })
    } catch (error) {
      throw failure('run-not-kept', { reason: (error as NodeJS.ErrnoException).code ?? 'no reason given' })
    }
    return journal
  }

  /** Appends a line; answers why that could not be done, null where it was. What could not be written is kept for `flush`. */
  append(line: JournalLine): string | null {
    this.#left += lineOf(line)
    return this.flush()
  }

  /** Appends a line or, where that can't be done, forgets it; answers why. */
  appendNowOrNever(line: JournalLine): string | null {
    return this.flush() ?? this.#write(lineOf(line))
  }

  /** Appends what could not be written before; answers why that can't be done still, null where nothing is left. */
  flush(): string | null {
    if (this.#left === '') return null
    const reason = this.#write(this.#left)
    if (reason === null) this.#left = ''
    return reason
  }

  #write(lines: string): string | null {
    try {
      // A half line of before, which a crash or a full disk left, ends here.
      appendFileSync(this.#path, lines, { mode: 0o600 })
      return null
    } catch (error) {
      return (error as NodeJS.ErrnoException).code ?? 'no reason given'
    }
  }

  remove(): void {
    rmSync(this.#path, { force: true })
  }
}

/** Every line begins anew, so that one that follows a half one can be read. */
const lineOf = (line: object): string => `\n${JSON.stringify(line)}`
const pathOf = (folder: string, id: string) => join(folder, `${id}.jsonl`)

/** All runs of a folder, the newest first. Files that can't be read as runs are left alone and passed over. */
export function readJournals(folder: string): KeptRun[] {
  let names: string[]
  try {
    names = readdirSync(folder)
  } catch {
    return []
  }
  const found = names.filter((name) => /^[0-9a-f-]{36}\.jsonl$/.test(name)).flatMap((name) => {
    try {
      return readJournal(readFileSync(join(folder, name), 'utf8')) ?? []
    } catch {
      return []
    }
  })
  return found.sort((a, b) => b.view.startedAt - a.view.startedAt)
}

/** A run by the text of its journal; null where it has no beginning. Lines that can't be read are passed over. */
export function readJournal(text: string): KeptRun | null {
  const [first, ...rest] = text.split('\n').filter((line) => line.trim() !== '').map(jsonOf)
  const head = headSchema.safeParse(first)
  if (!head.success) return null
  const { line: _, v: __, tenants, ...facts } = head.data
  const kept = new Map(tenants.map(({ tenant: _, ...facts }) => [facts.profileId, { ...facts, ...untouched }]))
  const run: Followed = { owner: null, endedAt: null, lastAt: facts.startedAt, what: { title: 'A run', script: '', isRedacted: true } }
  for (const parsed of rest) {
    const line = lineSchema.safeParse(parsed).data
    if (line) follow(run, kept, line)
  }
  const isOver = run.endedAt !== null
  const view: RunView = {
    ...facts,
    ...run.what,
    endedAt: run.endedAt ?? run.lastAt,
    gridId: null,
    question: null,
    secondsLeft: null,
    tenants: [...kept.values()].map((tenant) => (isFinal(tenant) ? tenant : interrupted(tenant)))
  }
  return { view, chosen: new Map(tenants.map(({ profileId, tenant }) => [profileId, tenant])), owner: isOver ? null : run.owner }
}

/** What a tenant is before anything was done in it. */
export const untouched = { state: 'waiting', detail: 'Waits for its turn', failure: null, seconds: null, rows: 0, errors: 0, errorSentences: [] } satisfies Partial<RunTenant>

/** Whether nothing more comes of a tenant unless it is run again. */
export const isFinal = ({ state }: Pick<RunTenant, 'state'>): boolean => endedRunStates.includes(state)

/** What the lines of a journal tell of the run as a whole. One that ended before its script was written has none. */
interface Followed {
  owner: KeptRun['owner']
  endedAt: number | null
  lastAt: number
  what: Pick<RunView, 'title' | 'script' | 'isRedacted'>
}

function follow(run: Followed, tenants: Map<string, RunTenant>, line: JournalLine): void {
  run.lastAt = line.at
  if (line.line === 'begun') run.owner = { pid: line.owner, since: line.at }
  if (line.line === 'script') run.what = { title: line.title, script: line.script, isRedacted: line.isRedacted }
  run.endedAt = line.line === 'ended' ? line.at : null
  const change = (profileId: string, to: Partial<RunTenant>) => {
    const tenant = tenants.get(profileId)
    if (tenant) tenants.set(profileId, { ...tenant, ...to })
  }
  if (line.line === 'started') change(line.profileId, { ...untouched, state: 'starting' })
  if (line.line === 'tenant') change(line.tenant.profileId, line.tenant)
  if (line.line === 'retry') for (const profileId of line.profileIds) change(profileId, untouched)
}

/** One that was not done when its process went away. */
function interrupted(tenant: RunTenant): RunTenant {
  const problem = tenant.state === 'waiting' ? null : failure('run-interrupted')
  return { ...tenant, state: 'interrupted', detail: problem?.message ?? 'Tenantry ended before it was this tenant’s turn.', failure: problem?.toFailure() ?? null }
}
