import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import * as nodePty from 'node-pty'
import type { Spawn } from '../../app/adapters.ts'
import type { GridView, Profile, RunTenant, RunView } from '../../app/contract.ts'
import type { DemoTenant } from '../../app/demo/tenants.ts'
import { isAlive, processTree } from '../../app/process-tree.ts'
import type { CoreUnderTest } from '../sessions/core-on-this-machine.ts'

/** How long a run may take until a test gives up on it; no figure of the product's. */
const patienceMs = 120_000

/** What a test knows of runs on a real core: its tenants by their short names, its run's state, and its table's cells. */
export class RunsUnderTest {
  readonly under: CoreUnderTest

  constructor(under: CoreUnderTest) {
    this.under = under
  }

  async profiles(): Promise<Profile[]> {
    return (await this.under.call('profiles.list', undefined)).profiles
  }

  /** The generated tenants, by their numbers. */
  async generated(count: number): Promise<Profile[]> {
    return (await this.profiles()).filter(({ name }) => /^Tenant \d+$/.test(name)).slice(0, count)
  }

  tenantOf(profile: Pick<Profile, 'tenantId'>): DemoTenant {
    return this.under.core.demo.tenants.find(({ tenantId }) => tenantId === profile.tenantId)!
  }

  get(id: string): Promise<RunView> {
    return this.under.call('runs.get', { id })
  }

  /** Waits for a run's state. */
  async until(id: string, what: (run: RunView) => boolean): Promise<RunView> {
    const deadline = Date.now() + patienceMs
    for (;;) {
      const run = await this.get(id)
      if (what(run)) return run
      if (Date.now() > deadline) throw new Error(`The run never got there; it is ${JSON.stringify(run)}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  ended(id: string): Promise<RunView> {
    return this.until(id, ({ endedAt }) => endedAt !== null)
  }

  /** The run's table: its view, and each row by the names of its columns; cells that are empty are left out. */
  async table({ gridId }: RunView): Promise<{ view: GridView; rows: Array<Record<string, string>> }> {
    const view = (await this.under.call('grids.list', null)).grids.find(({ id }) => id === gridId)!
    const columns = view.columns.map((_, at) => at)
    const { arrangement, rows } = await this.under.call('grids.arrange', { id: view.id, sort: [], filters: [], search: '', columns })
    const all: Array<Record<string, string>> = []
    for (let start = 0; start < rows; start += 200) {
      const page = await this.under.call('grids.page', { id: view.id, arrangement, start, count: 200, columns })
      for (const { cells } of page.rows) {
        all.push(Object.fromEntries(cells.flatMap((cell, at) => (cell === null ? [] : [[view.columns[at]!.name, typeof cell === 'string' ? cell : cell.problem]]))))
      }
    }
    return { view, rows: all }
  }
}

export const statesOf = (run: RunView): Record<string, RunTenant['state']> => Object.fromEntries(run.tenants.map(({ name, state }) => [name, state]))
export const tenant = (run: RunView, profile: Pick<Profile, 'id'>): RunTenant => run.tenants.find(({ profileId }) => profileId === profile.id)!

/** The real ways to start processes, and all that were started without a terminal. */
export class WatchedSpawn implements Spawn {
  readonly runs: ChildProcess[] = []
  /** Where their pipes are; on Windows those are in no folder. */
  readonly #pipes: string[] = []
  /** How many of a run's processes lived at the same time, at most. */
  mostAtOnce = 0
  readonly pty: Spawn['pty'] = nodePty.spawn

  readonly process: Spawn['process'] = (file, args, options) => {
    const child = spawn(file, args, options)
    if (args.some((argument) => argument.includes('Start-TenantryRun'))) {
      this.runs.push(child)
      this.#pipes.push(options.env?.TENANTRY_PIPE ?? '')
      this.mostAtOnce = Math.max(this.mostAtOnce, this.alive.length)
    }
    return child
  }

  get alive(): number[] {
    return this.runs.flatMap(({ pid }) => (pid !== undefined && isAlive(pid) ? [pid] : []))
  }

  /** The folders of shells that are there still. */
  get folders(): string[] {
    return process.platform === 'win32' ? [] : this.#pipes.map((pipe) => dirname(pipe)).filter((folder) => existsSync(folder))
  }

  /** A process and all below it. */
  tree(pid: number): Promise<number[]> {
    return processTree(pid, process.platform, this)
  }
}
