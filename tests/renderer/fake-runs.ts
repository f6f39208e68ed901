import { randomUUID } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runTenantStates } from '../../app/contract-values.ts'
import type { CallOutput, CallRequest, Profile, RunSummary, RunTenant, RunView, Selection } from '../../app/contract.ts'
import type { Handlers } from '../../app/dispatcher.ts'
import { failure } from '../../app/failures.ts'
import { Selections } from '../../app/runs/selections.ts'

export interface FakeRunsEvents {
  changed(run: RunView): void
  removed(id: string): void
  selections(selections: Selection[]): void
}

/** Runs without a shell: what becomes of their tenants, a test says. The selections are the real ones, in a folder of their own. */
export class FakeRuns {
  /** The newest first. */
  readonly all: RunView[] = []
  /** What the host's file dialog answers. */
  script: { name: string; text: string } | null = null
  /** Where the host's dialog saves an export: null where nobody chose, undefined where the host has no dialog. */
  exportPlace: string | null | undefined = '/home/admin/tenantry-run.zip'
  /** What a run is exported as; the files are made up. */
  exported: (request: CallRequest<'runs.export'>, run: RunView) => CallOutput<'runs.export'> | Promise<CallOutput<'runs.export'>> = madeUpExport
  readonly selections: Selections
  readonly #events: FakeRunsEvents
  readonly #profile: (id: string) => Profile

  constructor(profile: (id: string) => Profile, events: FakeRunsEvents) {
    this.#profile = profile
    this.#events = events
    this.selections = new Selections({ dataFolder: mkdtempSync(join(tmpdir(), 'tenantry-selections-')), onChange: (all) => events.selections(all) })
  }

  get(id: string): RunView {
    const run = this.all.find((one) => one.id === id)
    if (!run) throw failure('run-not-found')
    return run
  }

  /** Changes a run as a test says. */
  set(id: string, change: Partial<RunView>): void {
    Object.assign(this.get(id), change)
    this.#events.changed(structuredClone(this.get(id)))
  }

  /** Changes a tenant of a run. */
  setTenant(id: string, profileId: string, change: Partial<RunTenant>): void {
    this.set(id, { tenants: this.get(id).tenants.map((tenant) => (tenant.profileId === profileId ? { ...tenant, ...change } : tenant)) })
  }

  remove(id: string): void {
    this.all.splice(this.all.indexOf(this.get(id)), 1)
    this.#events.removed(id)
  }

  handlers() {
    return {
      'runs.list': () => ({ runs: this.all.map(summaryOf) }),
      'runs.get': ({ id }) => structuredClone(this.get(id)),
      'runs.start': (input) => this.#start(input),
      'runs.cancel': ({ id, profileId }) => this.#turn(id, ['waiting', 'starting', 'connecting', 'running', 'throttled'], { state: 'cancelled', detail: 'Cancelled' }, profileId),
      'runs.retry': ({ id }) => this.#turn(id, ['failed', 'cancelled', 'interrupted'], { state: 'waiting', detail: 'Waits for its turn', failure: null }),
      'runs.answer': ({ id, number }) => {
        if (this.get(id).question?.tenants !== number) throw failure('run-other-number', { number })
        this.set(id, { question: null })
      },
      'runs.refuse': ({ id }) => {
        this.set(id, { question: null })
        this.#turn(id, ['waiting', 'starting', 'connecting', 'running', 'throttled'], { state: 'cancelled', detail: 'Refused' })
      },
      'runs.remove': ({ id }) => this.remove(id),
      'runs.chooseScript': () => this.script,
      'runs.export': (request) => this.exported(request, this.get(request.id)),
      'runs.saveExport': async (request) => {
        const { fileName } = await this.exported(request, this.get(request.id))
        return { fileName, savedAs: this.exportPlace ?? null, base64: this.exportPlace === undefined ? madeUpZip.toString('base64') : null }
      },
      'selections.list': () => ({ selections: this.selections.list() }),
      'selections.save': (input) => this.selections.save(input),
      'selections.remove': ({ id }) => this.selections.remove(id)
    } satisfies Partial<Handlers>
  }

  #start({ profileIds, title, script, service, atOnce, isReadOnly }: CallRequest<'runs.start'>): { id: string } {
    if (script.trim() === '') throw failure('run-script-empty')
    const tenants = profileIds.map((profileId): RunTenant => {
      const { name, colour, environment } = this.#profile(profileId)
      return { profileId, name, colour, environment, state: 'waiting', detail: 'Waits for its turn', failure: null, seconds: null, rows: 0, errors: 0, errorSentences: [] }
    })
    const run: RunView = {
      id: randomUUID(), title: title || script.split('\n')[0]!, script, isRedacted: false, service, atOnce, isReadOnly, by: 'admin', startedAt: Date.now(), endedAt: null, gridId: null, question: null,
      secondsLeft: null, tenants
    }
    this.all.unshift(run)
    this.#events.changed(structuredClone(run))
    return { id: run.id }
  }

  #turn(id: string, from: Array<RunTenant['state']>, change: Partial<RunTenant>, profileId?: string): void {
    const isMeant = (tenant: RunTenant) => from.includes(tenant.state) && (profileId === undefined || profileId === tenant.profileId)
    this.set(id, { tenants: this.get(id).tenants.map((tenant) => (isMeant(tenant) ? { ...tenant, ...change } : tenant)) })
  }
}

function summaryOf({ tenants, script: _, isRedacted: __, ...facts }: RunView): RunSummary {
  const counts = Object.fromEntries(runTenantStates.map((state) => [state, tenants.filter((tenant) => tenant.state === state).length])) as RunSummary['counts']
  return { ...facts, counts }
}

/** Bytes that are no text. */
export const madeUpZip = Buffer.from([0x50, 0x4b, 0xff, 0x00, 0x80])

/** Files with the names of real ones: each says for which tenants, where to and how it signs in. Tenants without a sign-in are left out. */
function madeUpExport({ target, signIn }: CallRequest<'runs.export'>, { tenants, isReadOnly, script }: RunView): CallOutput<'runs.export'> {
  const isLeftOut = ({ name }: RunTenant) => name.endsWith('demo')
  const names = tenants.filter((tenant) => !isLeftOut(tenant)).map(({ name }) => name)
  const workflow = target === 'github-actions' ? '.github/workflows/tenantry-run.yml' : 'Invoke-TenantryRun.ps1'
  const files = [
    { path: workflow, text: `# signs in by ${signIn}\nname: Run across tenants\n${'      - name: A step of it that has a name which is rather long, with what it does there\n'.repeat(40)}` },
    { path: 'script.ps1', text: `${script}\n` },
    { path: 'tenants.json', text: `${JSON.stringify(names, null, 2)}\n` },
    { path: 'README.md', text: '# What to set up\n' }
  ]
  return {
    fileName: `tenantry-run-${target}.zip`,
    files: names.length === 0 ? [] : files,
    leftOut: tenants.filter(isLeftOut).map(({ name }) => ({ name, reason: 'It signs in with an account, which no other engine has.' })),
    notes: ['ExchangeOnlineManagement 3.9.0 is installed there.', ...(isReadOnly ? [] : ['Nobody is asked before a command changes data. Whoever starts it types how many tenants it may change.'])]
  }
}
