import { describe, expect, it } from 'vitest'
import { Slots } from '../../app/runs/slots.ts'

/** Timers that a test lets go off. */
function heldTimers() {
  const waiting = new Map<number, { run: () => void; ms: number }>()
  let last = 0
  return {
    waiting,
    timers: {
      set: (run: () => void, ms: number) => {
        waiting.set(++last, { run, ms })
        return last
      },
      clear: (timer: unknown) => void waiting.delete(timer as number)
    },
    fire() {
      for (const [id, { run }] of [...waiting]) {
        waiting.delete(id)
        run()
      }
    }
  }
}

function slotsOf(atOnce: number) {
  const started: string[] = []
  const held = heldTimers()
  return { started, held, slots: new Slots(atOnce, (key) => started.push(key), held.timers) }
}

describe('places', () => {
  it('are given in turn, so many at once', () => {
    const { slots, started } = slotsOf(2)
    slots.add(['a', 'b', 'c', 'd'])
    expect(started).toEqual(['a', 'b'])
    slots.leave('b')
    expect(started).toEqual(['a', 'b', 'c'])
    slots.leave('a')
    slots.leave('c')
    expect([started, slots.active]).toEqual([['a', 'b', 'c', 'd'], 1])
  })

  it('go to others while one waits for something else, which then comes first', () => {
    const { slots, started, held } = slotsOf(1)
    slots.add(['a', 'b', 'c'])
    slots.comeBack('a', 5_000)
    expect([started, [...held.waiting.values()].map(({ ms }) => ms)]).toEqual([['a', 'b'], [5_000]])
    held.fire()
    expect(started).toEqual(['a', 'b'])
    slots.leave('b')
    expect(started).toEqual(['a', 'b', 'a'])
  })

  it('are given to nobody who left the queue, or who left while it was away', () => {
    const { slots, started, held } = slotsOf(1)
    slots.add(['a', 'b', 'c'])
    slots.leave('b')
    slots.comeBack('a', 1_000)
    slots.leave('a')
    held.fire()
    slots.leave('c')
    expect([started, slots.active]).toEqual([['a', 'c'], 0])
  })

  it('are held back while nobody new may begin', () => {
    const { slots, started } = slotsOf(2)
    slots.add(['a'])
    slots.hold(true)
    slots.add(['b', 'c'])
    expect(started).toEqual(['a'])
    slots.hold(false)
    expect(started).toEqual(['a', 'b'])
  })

  it('leave no timer behind', () => {
    const { slots, held, started } = slotsOf(1)
    slots.add(['a', 'b'])
    slots.comeBack('a', 1_000)
    slots.dispose()
    slots.leave('b')
    expect([held.waiting.size, started]).toEqual([0, ['a', 'b']])
  })
})
