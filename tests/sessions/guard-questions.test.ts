import { beforeEach, describe, expect, it } from 'vitest'
import type { AppMessage, ShellMessage } from '../../app/powershell/messages.ts'
import { Attention } from '../../app/sessions/attention.ts'
import { Guard } from '../../app/sessions/guard.ts'
import { aProfile, aSession } from '../renderer/fake-data.ts'

const asking = (ask: number): Extract<ShellMessage, { type: 'guard' }> => ({ v: 1, type: 'guard', ask, command: 'Set-Mailbox', objects: ['Identity: anna'], more: 0, fromPipeline: false, parameters: [] })

describe('a question of the guard', () => {
  let now: number
  let sent: AppMessage[]
  let guard: Guard
  beforeEach(() => {
    now = 1_800_000_000_000
    sent = []
    guard = new Guard({ now: () => now, pauseMinutes: () => 15, send: (message) => sent.push(message), onChange: () => {} })
  })

  it.each([
    ['run', 'run', 0],
    ['refuse', 'refuse', 0],
    ['run-each', 'run-each', 0],
    ['run-quietly', 'run', 15 * 60_000]
  ] as const)('that is answered %s goes to the shell as %s', (answer, told, quietMs) => {
    guard.take(asking(3))
    expect(guard.view.question).toMatchObject({ command: 'Set-Mailbox', objects: ['Identity: anna'] })
    guard.answer(guard.view.question!.id, answer)
    expect(sent).toEqual([{ type: 'guard-answer', ask: 3, answer: told, quietUntil: quietMs && now + quietMs }])
    expect(guard.view).toEqual({ question: null, quietUntil: quietMs ? now + quietMs : null, pauseMinutes: 15 })
  })

  it('is answered once, and by its own id alone', () => {
    guard.take(asking(1))
    const { id } = guard.view.question!
    guard.answer(crypto.randomUUID(), 'run')
    expect(sent).toEqual([])
    guard.answer(id, 'refuse')
    guard.answer(id, 'run')
    guard.take(asking(2))
    guard.answer(id, 'run')
    expect(sent).toEqual([{ type: 'guard-answer', ask: 1, answer: 'refuse', quietUntil: 0 }])
  })

  it('that was taken back is none, and the taking back of another one is nothing to it', () => {
    guard.take(asking(2))
    guard.take({ v: 1, type: 'guard-withdrawn', ask: 1 })
    const { id } = guard.view.question!
    guard.take({ v: 1, type: 'guard-withdrawn', ask: 2 })
    guard.answer(id, 'run')
    expect(sent).toEqual([])
    expect(guard.view.question).toBeNull()
  })

  it('is asked again once that is wanted', () => {
    guard.take(asking(1))
    guard.answer(guard.view.question!.id, 'run-quietly')
    guard.askAgain()
    expect(sent.at(-1)).toEqual({ type: 'guard-quiet', quietUntil: 0 })
    expect(guard.view.quietUntil).toBeNull()
  })

  it('is noticed where nobody looks, without a name, until it is answered', () => {
    const session = { ...aSession(aProfile({ name: 'Contoso', environment: 'production' })), phase: 'connected' as const }
    const told: string[] = []
    let seen = ''
    const attention = new Attention({ now: () => now, longCommandMs: () => null, isSeen: (id) => id === seen, onUnseen: (_, sentence) => told.push(sentence) })
    const take = () => attention.take({ ...session, busy: true, guard: guard.view }).unseen
    guard.take(asking(1))
    expect([take(), take()]).toEqual(['A command asks before it changes data', 'A command asks before it changes data'])
    guard.answer(guard.view.question!.id, 'refuse')
    expect(take()).toBeNull()
    seen = session.id
    guard.take(asking(2))
    expect(take()).toBeNull()
    expect(told).toEqual(['A command asks before it changes data'])
  })
})
