import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as nodePty from 'node-pty'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Adapters } from '../../app/adapters.ts'
import type { FoundPowerShell } from '../../app/powershell/find.ts'
import { isAlive } from '../../app/process-tree.ts'
import type { SessionPlan } from '../../app/sessions/session-plan.ts'
import { quietMs, WarmShells } from '../../app/sessions/warm-shells.ts'
import { builtInClouds } from '../../app/tokens/clouds.ts'
import { aProfile } from '../renderer/fake-data.ts'

/** What every shell that waits is looked after by, at the latest. */
const lookAgainMs = 60_000

/** Stands in for PowerShell, which takes seconds to be ready: a process that says hello and then that it is ready, or what keeps it from it. */
const playedShell = (problem: string | null) => `
  const pipe = require('node:net').connect(process.env.TENANTRY_PIPE, () => say({ type: 'hello', nonce: process.env.TENANTRY_NONCE, pid: process.pid, psVersion: '7.6.5', edition: 'Core' }))
  const say = (message) => pipe.write(JSON.stringify({ v: 1, ...message }) + '\\n')
  pipe.on('data', (data) => say({ type: 'warmed', id: JSON.parse(data).id, problem: ${JSON.stringify(problem)}, refusal: null }))
  pipe.on('error', () => {})
  setInterval(() => {}, 1000)
`
const planOf = (moduleVersion: string) => ({ profile: aProfile({ name: 'Contoso', moduleVersion }), cloud: builtInClouds[0]! }) as SessionPlan

let folder: string
let warm: WarmShells
let powershell: FoundPowerShell
let started: number
let isBusy: boolean
let spare: boolean
let wanted: SessionPlan[]
/** Why a shell of this PowerShell is not ready. */
let problems: Map<string, string>
let log: string[]

/** Waits for what other processes do, in their time. */
async function becomes(what: () => boolean): Promise<void> {
  while (!what()) await new Promise((resolve) => setImmediate(resolve))
}

/** Lets time go by, and what then begins begin. */
async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms)
}

/** So many shells fail, one after the other. */
async function fail(count: number): Promise<void> {
  const before = log.length
  for (let failed = 1; failed <= count; failed++) {
    await pass(quietMs)
    await becomes(() => log.length === before + failed)
  }
}

beforeEach(() => {
  // What ends a process looks again and again whether it is gone: time goes by itself too.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true })
  folder = mkdtempSync(join(tmpdir(), 'tenantry-warm-'))
  powershell = { path: '/pwsh', version: '7.6.5', edition: 'Core', standIn: false, modules: {} }
  started = 0
  isBusy = false
  spare = true
  wanted = [planOf('')]
  problems = new Map()
  log = []
  const adapters = {
    platform: process.platform,
    env: process.env,
    paths: { runtime: folder, scripts: folder },
    spare: () => spare,
    spawn: {
      pty(file: string, _: string[], options: nodePty.IPtyForkOptions) {
        started++
        return nodePty.spawn(process.execPath, ['-e', playedShell(problems.get(file) ?? null)], options)
      },
      process: spawn
    }
  } as unknown as Adapters
  warm = new WarmShells({
    adapters,
    powershell: async () => powershell,
    wanted: () => wanted.map((plan) => ({ plan, service: 'exchange' })),
    count: () => wanted.length,
    isBusy: () => isBusy,
    log: (line) => log.push(line)
  })
})
afterEach(async () => {
  await warm.dispose()
  vi.useRealTimers()
  rmSync(folder, { recursive: true, force: true })
})

describe('shells that wait', () => {
  it('are started once the machine was quiet for 3 s', async () => {
    await pass(quietMs - 1000)
    warm.refill()
    await pass(quietMs - 1000)
    expect(started).toBe(0)
    await pass(1000)
    await becomes(() => warm.pids.length === 1)
    expect(started).toBe(1)
  })

  it('are not started while a session connects or a run goes on, and are 3 s after', async () => {
    isBusy = true
    for (let time = 0; time < 10; time++) await pass(quietMs)
    expect(started).toBe(0)
    isBusy = false
    await pass(quietMs)
    await becomes(() => warm.pids.length === 1)
  })

  it('are not tried for ever, until what they are made of is said to be new', async () => {
    problems.set(powershell.path, 'The module is not there.')
    await fail(3)
    expect(log[0]).toContain('The module is not there.')
    await pass(3 * lookAgainMs)
    expect(started).toBe(3)
    problems.clear()
    warm.clear()
    await pass(quietMs)
    await becomes(() => warm.pids.length === 1)
    // And one that fails then is one of a new three.
    process.kill(warm.pids[0]!)
    problems.set(powershell.path, 'It is gone again.')
    await becomes(() => warm.pids.length === 0)
    await fail(3)
    await pass(3 * lookAgainMs)
    expect(started).toBe(7)
  })

  it('are ended where the machine has nothing to spare, though others failed', async () => {
    await pass(quietMs)
    await becomes(() => warm.pids.length === 1)
    const [pid] = warm.pids
    problems.set(powershell.path, 'No.')
    wanted = [...wanted, planOf('3.9.0')]
    warm.refill()
    await fail(3)
    expect(warm.pids).toEqual([pid])
    spare = false
    await pass(lookAgainMs)
    await becomes(() => warm.pids.length === 0 && !isAlive(pid!))
  })

  it('are of the module that there is now, also where one was being made ready of what was there before', async () => {
    await pass(quietMs)
    await becomes(() => started === 1)
    warm.clear()
    await pass(quietMs)
    await becomes(() => started === 2)
    await becomes(() => warm.pids.length === 1)
    // Nothing went wrong with the first one.
    expect(log).toEqual([])
  })
})
