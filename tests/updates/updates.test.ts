import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Question, Updater } from '../../app/adapters.ts'
import type { UpdateChannel, UpdateState } from '../../app/contract.ts'
import { failure } from '../../app/failures.ts'
import { Updates, type UpdatesOptions } from '../../app/updates/updates.ts'

/** Stands in for electron-updater: does what a test says, and tells what was asked of it. */
class StandInUpdater implements Updater {
  unavailable: string | null = null
  newest: { version: string; notes: string } | null = { version: '1.2.3', notes: '- New' }
  percents = [50, 99.6]
  problem: Error | null = null
  cannotInstall = false
  readonly asked: string[] = []

  async check(channel: UpdateChannel) {
    this.asked.push(`check ${channel}`)
    if (this.problem) throw this.problem
    return this.newest
  }
  async download(onPercent: (percent: number) => void) {
    this.asked.push('download')
    for (const percent of this.percents) onPercent(percent)
    if (this.problem) throw this.problem
  }
  install({ restart }: { restart: boolean }) {
    this.asked.push(restart ? 'restart' : 'install at the end')
    if (this.cannotInstall) return 'failed' as const
    return restart ? ('quits' as const) : ('at-end' as const)
  }
}

let updater: StandInUpdater
let live: { sessions: number; runs: number }
let channel: UpdateChannel
let answer: boolean
let questions: Question[]
let states: UpdateState[]
const made: Updates[] = []
beforeEach(() => {
  updater = new StandInUpdater()
  live = { sessions: 0, runs: 0 }
  channel = 'stable'
  answer = true
  questions = []
  states = []
  vi.useFakeTimers()
})
afterEach(() => {
  for (const updates of made.splice(0)) updates.dispose()
  vi.useRealTimers()
})

function updatesWith(change: Partial<UpdatesOptions> = {}): Updates {
  const updates = new Updates({
    updater,
    policy: { file: '/etc/tenantry/policy.json', updates: 'on', problem: null },
    channel: () => channel,
    now: () => 1000,
    live: () => live,
    confirm: async (question) => {
      questions.push(question)
      return answer
    },
    onChange: (state) => void states.push(state),
    ...change
  })
  made.push(updates)
  return updates
}

describe('an update', () => {
  it('is looked for, fetched and then ready, and each step is told', async () => {
    const updates = updatesWith()
    expect(await updates.check()).toMatchObject({ phase: 'ready', version: '1.2.3', notes: '- New', checkedAt: 1000, failure: null })
    expect(states.map(({ phase, percent }) => [phase, percent])).toEqual([['checking', null], ['checking', null], ['downloading', 0], ['downloading', 50], ['downloading', 100], ['ready', null]])
    expect(updater.asked).toEqual(['check stable', 'download'])
  })

  it('is not there where this is the newest version', async () => {
    updater.newest = null
    expect(await updatesWith().check()).toMatchObject({ phase: 'idle', version: null, checkedAt: 1000 })
    expect(updater.asked).toEqual(['check stable'])
  })

  it('is looked for by itself, a while after the start and then again and again', async () => {
    updater.newest = null
    updatesWith().start()
    await vi.advanceTimersByTimeAsync(59_000)
    expect(updater.asked).toEqual([])
    await vi.advanceTimersByTimeAsync(1000)
    expect(updater.asked).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(12 * 3600_000)
    expect(updater.asked).toHaveLength(3)
  })

  it('is looked for once where several ask at once', async () => {
    const updates = updatesWith()
    await Promise.all([updates.check(), updates.check()])
    expect(updater.asked).toEqual(['check stable', 'download'])
  })

  it('comes from the channel that was chosen', async () => {
    updater.newest = null
    const updates = updatesWith()
    await updates.check()
    channel = 'beta'
    await updates.channelChanged()
    expect(updater.asked).toEqual(['check stable', 'check beta'])
    expect(updates.state.channel).toBe('beta')
  })

  it('that fails says why, and is tried again', async () => {
    updater.problem = failure('update-refused', { version: '1.2.3', reason: 'it is not signed by the publisher of this Tenantry' })
    const updates = updatesWith()
    expect(await updates.check()).toMatchObject({ phase: 'failed', failure: { code: 'update-refused' } })
    expect(() => updates.install()).toThrow(expect.objectContaining({ code: 'update-not-ready' }))
    updater.problem = null
    expect(await updates.check()).toMatchObject({ phase: 'ready', failure: null })
  })
})

describe('installing', () => {
  it('is refused while anybody works, and restarts afterwards', async () => {
    const updates = updatesWith()
    await updates.check()
    for (const working of [{ sessions: 2, runs: 0 }, { sessions: 0, runs: 1 }]) {
      live = working
      expect(() => updates.install()).toThrow(expect.objectContaining({ code: 'update-sessions-open', message: `An update is not installed while sessions are open (${working.sessions}) or runs go on (${working.runs}).` }))
    }
    expect(updater.asked).not.toContain('restart')
    live = { sessions: 0, runs: 0 }
    updates.install()
    expect(updater.asked.at(-1)).toBe('restart')
  })

  it('that can’t be done says so, and is offered again', async () => {
    const updates = updatesWith()
    await updates.check()
    updater.cannotInstall = true
    expect(() => updates.install()).toThrow(expect.objectContaining({ code: 'update-not-installed' }))
    expect(updates.state.phase).toBe('ready')
    expect((await updates.atQuit())!()).toBe(false)
    expect(questions).toHaveLength(1)
  })

  it('by a restart asks nothing at the end that the restart begins with', async () => {
    const updates = updatesWith()
    await updates.check()
    updates.install()
    expect(await updates.atQuit()).toBeNull()
    expect(questions).toEqual([])
    expect(updater.asked).not.toContain('install at the end')
  })

  it('at the end is asked about, and done last where the person says yes', async () => {
    const updates = updatesWith()
    expect(await updates.atQuit()).toBeNull()
    await updates.check()
    const finish = await updates.atQuit()
    expect(questions).toEqual([expect.objectContaining({ message: 'Tenantry 1.2.3 is ready.' })])
    expect(updater.asked).not.toContain('install at the end')
    finish!()
    expect(updater.asked.at(-1)).toBe('install at the end')
  })

  it('at the end is left where the person says no', async () => {
    const updates = updatesWith()
    await updates.check()
    answer = false
    expect(await updates.atQuit()).toBeNull()
    expect(updater.asked).not.toContain('install at the end')
  })
})

describe('updates are off, and nothing is asked of anybody', () => {
  it.each<[string, Partial<UpdatesOptions> | (() => Partial<UpdatesOptions>), RegExp]>([
    ['by the policy', { policy: { file: '/etc/tenantry/policy.json', updates: 'off', problem: null } }, /policy \(\/etc\/tenantry\/policy\.json\) switches updates off/],
    ['by a policy that can’t be read', { policy: { file: 'policy.json', updates: 'off', problem: 'it is not JSON' } }, /can’t be read: it is not JSON/],
    ['where nothing is installed', { updater: null }, /not an installed Tenantry/],
    ['where the installation can’t', () => Object.assign(updater, { unavailable: 'It was installed as a package.' }) && {}, /installed as a package/]
  ])('%s', async (_, change, reason) => {
    const updates = updatesWith(typeof change === 'function' ? change() : change)
    updates.start()
    await vi.advanceTimersByTimeAsync(24 * 3600_000)
    expect(updates.state).toMatchObject({ phase: 'off', reason: expect.stringMatching(reason) as string })
    await expect(updates.check()).rejects.toMatchObject({ code: 'updates-off' })
    channel = 'beta'
    await updates.channelChanged()
    expect(() => updates.install()).toThrow(expect.objectContaining({ code: 'update-not-ready' }))
    expect(await updates.atQuit()).toBeNull()
    expect(updater.asked).toEqual([])
  })
})
