import { EventEmitter } from 'node:events'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Question } from '../../app/adapters.ts'
import type { LiveSession } from '../../app/core.ts'
import { Quitting, quitQuestion } from '../../app/electron/quitting.ts'
import type { LiveRun } from '../../app/runs/runs.ts'

/** Of Electron's app what an end goes through: `quit` asks by `before-quit`, then closes the window, and ends. */
class StandInApp extends EventEmitter {
  hasEnded = false
  window: StandInWindow | null = null

  quit(): void {
    if (isPrevented(this, 'before-quit')) return
    if (this.window && !this.window.close()) return
    this.hasEnded = true
  }
}

class StandInWindow extends EventEmitter {
  isClosed = false

  close(): boolean {
    this.isClosed ||= !isPrevented(this, 'close')
    return this.isClosed
  }
}

function isPrevented(emitter: EventEmitter, event: string): boolean {
  let prevented = false
  emitter.emit(event, { preventDefault: () => (prevented = true) })
  return prevented
}

const tick = () => new Promise((resolve) => setImmediate(resolve))
const live = (name: string | null, busy = false): LiveSession => ({ profileId: `id of ${name}`, name, busy })

let app: StandInApp
let powerMonitor: EventEmitter
let window: StandInWindow
let sessions: LiveSession[]
let runs: LiveRun[]
let asked: Question[]
let answer: (yes: boolean) => void

function start(platform: NodeJS.Platform): Quitting {
  const quitting = new Quitting({
    platform, app, powerMonitor, core: () => ({ liveSessions: () => sessions, liveRuns: () => runs }),
    confirm: (question) => {
      asked.push(question)
      return new Promise((resolve) => (answer = resolve))
    }
  })
  app.window = window
  quitting.watch(window)
  return quitting
}
/** What Electron does where the last window closed. */
const closeByHand = () => {
  if (window.close()) {
    app.window = null
    app.emit('window-all-closed')
  }
}

beforeEach(() => {
  app = new StandInApp()
  powerMonitor = new EventEmitter()
  window = new StandInWindow()
  sessions = [live('Contoso', true), live('Fabrikam')]
  runs = []
  asked = []
})

describe.each(['win32', 'linux'] as const)('closing the window on %s', (platform) => {
  it('asks, keeps everything on Cancel, asks again the next time, and quits on yes', async () => {
    start(platform)
    closeByHand()
    expect({ asked: asked.length, closed: window.isClosed }).toEqual({ asked: 1, closed: false })
    answer(false)
    await tick()
    expect({ closed: window.isClosed, ended: app.hasEnded }).toEqual({ closed: false, ended: false })
    closeByHand()
    // Once, however often it is tried.
    closeByHand()
    expect(asked).toHaveLength(2)
    answer(true)
    await tick()
    expect({ closed: window.isClosed, ended: app.hasEnded, asked: asked.length }).toEqual({ closed: true, ended: true, asked: 2 })
  })

  it('quits without a question where no session lives', () => {
    sessions = []
    start(platform)
    closeByHand()
    expect({ ended: app.hasEnded, asked }).toEqual({ ended: true, asked: [] })
  })

  it('asks where a run goes on and no session lives', () => {
    sessions = []
    runs = [{ done: 1, tenants: 3 }]
    start(platform)
    closeByHand()
    expect({ ended: app.hasEnded, asked: asked.length }).toEqual({ ended: false, asked: 1 })
  })
})

describe('on macOS', () => {
  it('closing the window keeps the app and its sessions, without a question', () => {
    start('darwin')
    closeByHand()
    expect({ closed: window.isClosed, ended: app.hasEnded, asked }).toEqual({ closed: true, ended: false, asked: [] })
  })

  it('quitting asks, with a window or without', async () => {
    start('darwin')
    closeByHand()
    app.quit()
    expect({ asked: asked.length, ended: app.hasEnded }).toEqual({ asked: 1, ended: false })
    answer(true)
    await tick()
    expect(app.hasEnded).toBe(true)
  })
})

describe('the system’s own end', () => {
  it('is not held up, told by the power monitor', () => {
    start('linux')
    powerMonitor.emit('shutdown')
    app.quit()
    expect({ ended: app.hasEnded, asked }).toEqual({ ended: true, asked: [] })
  })

  it('is not held up, told by Windows to the window', () => {
    start('win32')
    window.emit('session-end')
    closeByHand()
    expect({ ended: app.hasEnded, asked }).toEqual({ ended: true, asked: [] })
  })
})

describe('a dialog that fails', () => {
  it('keeps everything', async () => {
    new Quitting({ platform: 'linux', app, powerMonitor, core: () => ({ liveSessions: () => sessions, liveRuns: () => runs }), confirm: () => Promise.reject(new Error('no display')) })
    app.quit()
    await tick()
    expect(app.hasEnded).toBe(false)
  })
})

describe('the question', () => {
  it('counts tenants and names those in which a command runs', () => {
    expect(quitQuestion([])).toBe(null)
    expect(quitQuestion([live('Contoso'), live('Contoso')])).toMatchObject({ message: 'Quit and end the sessions of 1 tenant?', detail: 'No command is running in them.' })
    expect(quitQuestion([live('Contoso', true), live('Fabrikam', true), live('Adatum')])).toMatchObject({
      message: 'Quit and end the sessions of 3 tenants?', detail: 'A command is running in Contoso and Fabrikam. Quitting stops it.'
    })
  })

  it('says how far runs are', () => {
    const run = { done: 12, tenants: 40 }
    expect(quitQuestion([], [run])).toMatchObject({ message: 'Quit and stop the run across 40 tenants?', detail: '12 of 40 are done; the next start says which.' })
    expect(quitQuestion([live('Contoso')], [run, { done: 0, tenants: 1 }])).toMatchObject({
      message: 'Quit and end the sessions of 1 tenant, and stop 2 runs across 41 tenants?', detail: 'No command is running in them. 12 of 41 are done; the next start says which.'
    })
  })

  it('names no more than can be read, and none behind the lock', () => {
    const many = Array.from({ length: 8 }, (_, index) => live(`T${index}`, true))
    expect(quitQuestion(many)?.detail).toBe('A command is running in T0, T1, T2, T3, T4 and 3 more. Quitting stops it.')
    expect(quitQuestion([live(null, true)])?.detail).toBe('A command is running in a tenant. Quitting stops it.')
  })
})
