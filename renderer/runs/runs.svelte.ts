import { SvelteMap } from 'svelte/reactivity'
import type { RunSummary, RunTenant, RunView, Selection } from '../../app/contract.ts'
import type { Bridge } from '../bridge.ts'
import { countsOf } from './words.ts'

/** The window's copy of the runs and of the saved selections, kept current by the main process. */
export class Runs {
  /** The newest first. */
  all = $state.raw<RunSummary[]>([])
  selections = $state.raw<Selection[]>([])
  readonly #bridge: Bridge
  /** The runs whose tenants are known: those that were looked at, and those that go on. */
  readonly #views = new SvelteMap<string, RunView>()
  /** Those that go on, the newest first. */
  readonly going: RunSummary[] = $derived(this.all.filter(({ endedAt }) => endedAt === null))

  constructor(bridge: Bridge) {
    this.#bridge = bridge
    bridge.on('runs.changed', (run) => this.#take(run))
    bridge.on('runs.removed', ({ id }) => {
      this.all = this.all.filter((run) => run.id !== id)
      this.#views.delete(id)
    })
    bridge.on('selections.changed', ({ selections }) => (this.selections = selections))
    bridge.onState((state) => {
      if (state !== 'connected') return
      this.#views.clear()
      // A link that breaks meanwhile is told elsewhere; the next one asks again.
      void bridge.call('runs.list', null).then(({ runs }) => (this.all = runs), () => {})
      void bridge.call('selections.list', null).then(({ selections }) => (this.selections = selections), () => {})
    })
  }

  /** A run with its tenants, where they are known (`load`). */
  byId(id: string): RunView | null {
    return this.#views.get(id) ?? null
  }

  /** Asks for a run with its tenants. Throws where it is gone. */
  async load(id: string): Promise<RunView> {
    const run = await this.#bridge.call('runs.get', { id })
    this.#take(run)
    return run
  }

  #take(run: RunView): void {
    const { script, isRedacted, tenants, ...facts } = run
    const summary: RunSummary = { ...facts, counts: countsOf(tenants) }
    const isKnown = this.all.some(({ id }) => id === run.id)
    this.all = isKnown ? this.all.map((old) => (old.id === run.id ? summary : old)) : [summary, ...this.all]
    this.#views.set(run.id, { ...run, tenants: withKnown(tenants, this.#views.get(run.id)?.tenants ?? []) })
  }
}

/** The tenants, each of which that is as it was being the same object: what shows it has nothing to do then. */
function withKnown(tenants: RunTenant[], before: readonly RunTenant[]): RunTenant[] {
  const known = new Map(before.map((tenant) => [tenant.profileId, tenant]))
  return tenants.map((tenant) => {
    const old = known.get(tenant.profileId)
    return old && JSON.stringify(old) === JSON.stringify(tenant) ? old : tenant
  })
}
