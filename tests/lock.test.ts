import { afterEach, describe, expect, it } from 'vitest'
import { failure } from '../app/failures.ts'
import { checkUnlocked, Lock } from '../app/lock.ts'

/** A lock whose clock and whose OS a test speaks for. */
class LockDesk {
  now = 1_000_000
  minutes: number | null = null
  changes: boolean[] = []
  questions = 0
  answer: () => Promise<void> = async () => {}
  readonly lock = new Lock({
    now: () => this.now,
    idleMinutes: () => this.minutes,
    ask: () => {
      this.questions++
      return this.answer()
    },
    onChange: (isLocked) => this.changes.push(isLocked)
  })
}

describe('the lock', () => {
  let desk: LockDesk
  afterEach(() => desk.lock.dispose())

  it('never locks by itself until it is told to', () => {
    desk = new LockDesk()
    desk.now += 1_000 * 3_600_000
    desk.lock.look()
    expect(desk.lock.isLocked).toBe(false)
  })

  it('locks after the minutes without a touch, and counts them from the last one', () => {
    desk = new LockDesk()
    desk.minutes = 10
    desk.now += 9 * 60_000
    desk.lock.touch()
    desk.now += 9 * 60_000
    desk.lock.look()
    expect(desk.lock.isLocked).toBe(false)
    desk.now += 60_000
    desk.lock.look()
    desk.lock.look()
    expect(desk.changes).toEqual([true])
  })

  it('stays locked where the OS says no, and opens where it says yes', async () => {
    desk = new LockDesk()
    desk.lock.lock()
    desk.answer = () => Promise.reject(failure('unlock-refused', { reason: 'it was another one' }))
    await expect(desk.lock.unlock()).rejects.toMatchObject({ code: 'unlock-refused' })
    expect(desk.lock.isLocked).toBe(true)
    desk.answer = async () => {}
    await Promise.all([desk.lock.unlock(), desk.lock.unlock()])
    expect(desk.questions).toBe(2)
    expect(desk.changes).toEqual([true, false])
  })

  it('asks nobody where it is open, and does not lock at once after an unlock', async () => {
    desk = new LockDesk()
    desk.minutes = 1
    await desk.lock.unlock()
    expect(desk.questions).toBe(0)
    desk.now += 120_000
    desk.lock.look()
    await desk.lock.unlock()
    desk.lock.look()
    expect(desk.lock.isLocked).toBe(false)
  })

  it('keeps out every call but those of its own', () => {
    desk = new LockDesk()
    expect(() => checkUnlocked(desk.lock, 'sessions.list')).not.toThrow()
    desk.lock.lock()
    for (const call of ['sessions.list', 'sessions.attach', 'app.state', 'profiles.list', 'lock.setIdle', 'lock.touch']) {
      expect(() => checkUnlocked(desk.lock, call), call).toThrow(expect.objectContaining({ code: 'locked' }))
    }
    for (const call of ['lock.state', 'lock.unlock']) expect(() => checkUnlocked(desk.lock, call)).not.toThrow()
  })
})
