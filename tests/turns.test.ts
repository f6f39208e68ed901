import { describe, expect, it } from 'vitest'
import { Turns } from '../app/turns.ts'

describe('work that takes turns', () => {
  it('begins once what came before is over, and answers what it did', async () => {
    const turns = new Turns()
    const done: string[] = []
    const first = turns.next(async () => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      done.push('first')
      return 1
    })
    const second = turns.next(() => done.push('second'))
    expect(done).toEqual([])
    expect(await Promise.all([first, second])).toEqual([1, 2])
    expect(done).toEqual(['first', 'second'])
  })

  it.each([
    ['rejects', () => Promise.reject(new Error('broken'))],
    ['throws', () => { throw new Error('broken') }]
  ])('goes on after work that %s, which only its own caller hears of', async (_, broken) => {
    const turns = new Turns()
    const [first, second] = [turns.next(broken), turns.next(() => 'done')]
    await expect(first).rejects.toThrow('broken')
    expect(await second).toBe('done')
  })
})
