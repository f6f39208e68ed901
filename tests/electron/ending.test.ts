import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Core } from '../../app/core.ts'
import { endOnce, type EndingOptions } from '../../app/electron/ending.ts'

let steps: string[]
let exits: number[]
/** What the person answers, and what the installer does then. */
let install: (() => boolean) | null
let dispose: () => Promise<void>

const core = () =>
  ({
    updateAtQuit: async () => {
      steps.push('asked about the update')
      return install
    },
    dispose: async () => {
      steps.push('the sessions end')
      await dispose()
    },
    isWaiting: () => false
  }) as Partial<Core> as Core

const exit = (code: number) => {
  steps.push('exit')
  exits.push(code)
}

/** No window is open unless a test opens one. */
const ending = (change: Partial<EndingOptions> = {}, starting = Promise.resolve(core())) =>
  endOnce(starting, { exit, mayAsk: () => true, isOpenAgain: () => false, onEnd: () => steps.push('no window any more'), ...change })

/** One `will-quit`; whether it was held up. */
function willQuit(listener: ReturnType<typeof endOnce>): boolean {
  let isHeld = false
  listener({ preventDefault: () => (isHeld = true) })
  return isHeld
}

beforeEach(() => {
  steps = []
  exits = []
  install = null
  dispose = async () => {}
})
const settled = async () => {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
}

describe('the end', () => {
  it('waits for the core to end in order, however often it is asked for', async () => {
    const onQuit = ending()
    expect([willQuit(onQuit), willQuit(onQuit)]).toEqual([true, true])
    await settled()
    expect(steps).toEqual(['asked about the update', 'no window any more', 'the sessions end', 'exit'])
    expect(exits).toEqual([0])
  })

  it('asks nothing where the system ends', async () => {
    willQuit(ending({ mayAsk: () => false }))
    await settled()
    expect(steps).toEqual(['no window any more', 'the sessions end', 'exit'])
  })

  it('installs an update last, and leaves at once where the installer runs by itself', async () => {
    install = () => {
      steps.push('install')
      return false
    }
    willQuit(ending())
    await settled()
    expect(steps).toEqual(['asked about the update', 'no window any more', 'the sessions end', 'install', 'exit'])
  })

  it('goes no further where a window was opened again while it asked, and asks again the next time', async () => {
    let isOpen = true
    const onQuit = ending({ isOpenAgain: () => isOpen })
    willQuit(onQuit)
    await settled()
    expect(steps).toEqual(['asked about the update'])
    isOpen = false
    willQuit(onQuit)
    await settled()
    expect(steps).toEqual(['asked about the update', 'asked about the update', 'no window any more', 'the sessions end', 'exit'])
  })

  it('lets an updater that ends the app do so', async () => {
    install = () => true
    const onQuit = ending()
    expect(willQuit(onQuit)).toBe(true)
    await settled()
    expect(exits).toEqual([])
    expect(willQuit(onQuit)).toBe(false)
  })

  it('comes all the same where the updater does not end the app', async () => {
    install = () => true
    willQuit(ending({ patienceMs: 5 }))
    await vi.waitFor(() => expect(exits).toEqual([0]))
  })

  it('comes where the core can’t end, or the question fails', async () => {
    dispose = () => Promise.reject(new Error('a shell that stays'))
    const failing = { ...core(), updateAtQuit: () => Promise.reject(new Error('no dialog')) } as Core
    willQuit(ending({}, Promise.resolve(failing)))
    await settled()
    expect(exits).toEqual([0])
  })

  it('of an app that could not start is its failure', async () => {
    willQuit(ending({}, Promise.reject(new Error('no folder'))))
    await settled()
    expect([steps, exits]).toEqual([['exit'], [1]])
  })
})
