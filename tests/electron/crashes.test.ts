import { EventEmitter } from 'node:events'
import { beforeEach, describe, expect, it } from 'vitest'
import { watchPage, type CrashOptions } from '../../app/electron/crashes.ts'

class StandInWindow extends EventEmitter {
  reloads = 0
  isGone = false
  isDestroyed = () => this.isGone
  readonly webContents = Object.assign(new EventEmitter(), {
    reload: () => void this.reloads++,
    forcefullyCrashRenderer: () => void this.webContents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 9 })
  })
  crash(reason = 'crashed'): void {
    this.webContents.emit('render-process-gone', {}, { reason, exitCode: 5 })
  }
}

const tick = () => new Promise((resolve) => setImmediate(resolve))

let window: StandInWindow
let now: number
let left: number
let log: string[]
let asked: Array<Parameters<CrashOptions['ask']>[0]>
let answer: (button: number) => void
beforeEach(() => {
  window = new StandInWindow()
  now = 1_800_000_000_000
  left = 0
  log = []
  asked = []
  watchPage(window, {
    core: { leave: () => void left++ },
    now: () => now,
    log: (line) => log.push(line),
    ask: (options) => {
      asked.push(options)
      return new Promise((resolve) => (answer = resolve))
    }
  })
})

describe('a page whose process ended', () => {
  it('is loaded again, the reason logged, and nobody is taken to look at it meanwhile', () => {
    window.crash('oom')
    expect({ reloads: window.reloads, left, log }).toEqual({ reloads: 1, left: 1, log: ['the window’s page ended: oom, code 5'.replace('’', "'")] })
  })

  it('is not where it ended as it should', () => {
    window.crash('clean-exit')
    expect(window.reloads).toBe(0)
  })

  it('is loaded again three times a minute; then a dialog says so, and can try it once more', async () => {
    for (let crash = 0; crash < 4; crash++) window.crash()
    expect({ reloads: window.reloads, asked: asked.length }).toEqual({ reloads: 3, asked: 1 })
    expect(asked[0]).toMatchObject({ message: expect.stringContaining('4 times within a minute'), buttons: ['Leave it', 'Try again'] })
    answer(1)
    await tick()
    expect(window.reloads).toBe(4)
    window.crash()
    expect(window.reloads).toBe(5)
  })

  it('is forgiven what is longer ago', () => {
    for (let crash = 0; crash < 6; crash++) {
      window.crash()
      now += 20_001
    }
    expect({ reloads: window.reloads, asked }).toEqual({ reloads: 6, asked: [] })
  })

  it('stays away where its window is gone', () => {
    window.isGone = true
    window.crash()
    expect(window.reloads).toBe(0)
  })
})

describe('a page that does not answer', () => {
  it('is asked about once, and is loaded anew on Reload', async () => {
    window.emit('unresponsive')
    window.emit('unresponsive')
    expect(asked).toHaveLength(1)
    expect(asked[0]!.buttons).toEqual(['Wait', 'Reload'])
    answer(1)
    await tick()
    expect(window.reloads).toBe(1)
  })

  it('is left alone on Wait, and asked about again the next time', async () => {
    window.emit('unresponsive')
    answer(0)
    await tick()
    expect(window.reloads).toBe(0)
    window.emit('unresponsive')
    expect(asked).toHaveLength(2)
  })

  it('takes the question back where it answers after all', async () => {
    window.emit('unresponsive')
    window.emit('responsive')
    expect(asked[0]!.signal?.aborted).toBe(true)
    answer(1)
    await tick()
    expect(window.reloads).toBe(0)
  })
})
