import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { build } from 'vite'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { isAlive } from '../../app/process-tree.ts'
import { describeOnMainEngine } from '../engines.ts'
import { eventually } from '../renderer/window-in-chromium.ts'
import { startCore } from '../sessions/core-on-this-machine.ts'
import { RunsUnderTest, WatchedSpawn } from './runs-on-this-machine.ts'

/* What is left of a run whose Tenantry went away in the middle of it, and what the next one says and does. */

vi.setConfig({ testTimeout: 300_000 })

describeOnMainEngine('a run whose Tenantry goes away', ({ env }) => {
  let folder: string
  let program: string
  beforeAll(async () => {
    mkdirSync('.cache', { recursive: true })
    folder = mkdtempSync(join(resolve('.cache'), 'run-program-'))
    program = join(folder, 'run-program.mjs')
    await build({
      configFile: false, logLevel: 'error',
      build: { ssr: resolve(import.meta.dirname, 'run-program.ts'), outDir: folder, emptyOutDir: false, rolldownOptions: { output: { entryFileNames: 'run-program.mjs', codeSplitting: false } } }
    })
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  /** The third tenant stays in the middle of its script: the first two are done then. */
  const script = `(Get-AcceptedDomain)[0].Name; if ((Get-AcceptedDomain)[0].Name -like 'tenant03*') { Start-Sleep -Seconds 300 }`
  const isThere = (states: string[]) => states.join() === 'done 1,done 1,running 1,waiting 0'

  /** Begins a run in a Tenantry of its own; answers it, and the shells that live, once the third tenant is in the middle. */
  async function midRun(dataFolder: string): Promise<{ tenantry: ChildProcess; pids: number[] }> {
    const tenantry = spawn(process.execPath, [program, dataFolder, resolve('out'), script], { env, stdio: ['ignore', 'pipe', 'inherit'] })
    for await (const line of createInterface({ input: tenantry.stdout! })) {
      const { states, pids } = JSON.parse(line) as { states: string[]; pids: number[] }
      if (isThere(states)) return { tenantry, pids }
    }
    throw new Error('it ended before the run was in the middle')
  }

  it('leaves no shell behind, is told of once at the next start, and goes on from there', async () => {
    const dataFolder = mkdtempSync(join(tmpdir(), 'tenantry-killed-'))
    try {
      const { tenantry, pids } = await midRun(dataFolder)
      const trees = (await Promise.all(pids.map((pid) => new WatchedSpawn().tree(pid)))).flat()
      expect(trees.length).toBeGreaterThan(0)
      tenantry.kill('SIGKILL')
      expect(await eventually(() => trees.filter(isAlive), (alive) => alive.length === 0)).toEqual([])

      const next = await startCore({ env, dataFolder, demo: { generated: 4 } })
      const runs = new RunsUnderTest(next)
      const [summary] = (await next.call('runs.list', undefined)).runs
      expect(summary!.counts).toMatchObject({ done: 2, interrupted: 2 })
      const run = await runs.get(summary!.id)
      expect(run.tenants.map(({ state, failure }) => [state, failure?.code ?? null])).toEqual([['done', null], ['done', null], ['interrupted', 'run-interrupted'], ['interrupted', null]])
      expect(run.endedAt).not.toBeNull()
      const { notices } = await next.call('app.state', undefined)
      expect(notices.map(({ text }) => text).filter((text) => text.includes('was under way'))).toEqual([expect.stringContaining('2 of 4 tenants were done')])
      await next.call('runs.retry', { id: run.id })
      await runs.until(run.id, ({ tenants }) => tenants[2]!.state === 'running' && tenants[2]!.rows === 1)
      await next.call('runs.cancel', { id: run.id, profileId: run.tenants[2]!.profileId })
      const again = await runs.ended(run.id)
      expect(again.tenants.map(({ state }) => state)).toEqual(['done', 'done', 'cancelled', 'done'])
      // Rows are not kept: the table has those of the tenants that were run again.
      expect((await runs.table(again)).rows.map((row) => row.Tenant).sort()).toEqual(['Tenant 03', 'Tenant 04'])
      await next.core.dispose()

      const third = await startCore({ env, dataFolder, demo: { generated: 4 } })
      expect((await third.call('app.state', undefined)).notices.filter(({ text }) => text.includes('was under way'))).toEqual([])
      expect((await third.call('runs.list', undefined)).runs[0]!.counts).toMatchObject({ done: 3, cancelled: 1 })
      await third.dispose()
    } finally {
      rmSync(dataFolder, { recursive: true, force: true })
    }
  })

  it('that ends in order ends its shells too, and says the same at the next start', async () => {
    const dataFolder = mkdtempSync(join(tmpdir(), 'tenantry-ended-'))
    const watched = new WatchedSpawn()
    const first = await startCore({ env, dataFolder, demo: { generated: 4 }, spawn: watched })
    const runs = new RunsUnderTest(first)
    const { id } = await first.call('runs.start', { profileIds: (await runs.generated(4)).map((profile) => profile.id), script, atOnce: 1 })
    await runs.until(id, (run) => isThere(run.tenants.map(({ state, rows }) => `${state} ${rows}`)))
    expect([first.core.liveSessions(), first.core.liveRuns()]).toEqual([[], [{ done: 2, tenants: 4 }]])
    await first.core.dispose()
    expect(watched.alive).toEqual([])
    const next = await startCore({ env, dataFolder, demo: { generated: 4 } })
    expect((await next.call('runs.list', undefined)).runs[0]!.counts).toMatchObject({ done: 2, interrupted: 2 })
    await next.dispose()
  })
})
