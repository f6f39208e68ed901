import { describe, expect, it } from 'vitest'
import { Recency } from '../../renderer/sessions/recency.ts'

const open = ['a', 'b', 'c', 'd']

function used(...ids: string[]): Recency {
  const recency = new Recency()
  for (const id of ids) recency.note(id)
  return recency
}

describe('Ctrl+Tab', () => {
  it('goes to the tab that was used before, and back', () => {
    const recency = used('a', 'b', 'c')
    expect(recency.walk(1, open, 'c')).toBe('b')
    recency.note('b')
    recency.settle('b')
    expect(recency.walk(1, open, 'b')).toBe('c')
  })

  it('goes further back while Ctrl stays down, those never used last, and round the end', () => {
    const recency = used('a', 'b', 'c')
    const seen = [1, 2, 3, 4].map(() => {
      const id = recency.walk(1, open, 'c')!
      recency.note(id)
      return id
    })
    expect(seen).toEqual(['b', 'a', 'd', 'c'])
  })

  it('counts only where Ctrl is let go', () => {
    const recency = used('a', 'b', 'c')
    recency.note(recency.walk(1, open, 'c')!)
    recency.note(recency.walk(1, open, 'b')!)
    recency.settle('a')
    expect(recency.newestFirst(open)).toEqual(['a', 'c', 'b', 'd'])
  })

  it('goes the other way with Shift', () => {
    const recency = used('a', 'b', 'c')
    expect(recency.walk(-1, open, 'c')).toBe('d')
    expect(recency.walk(1, open, 'd')).toBe('c')
  })

  it('passes over tabs that were closed, also while it walks', () => {
    const recency = used('a', 'b', 'c')
    expect(recency.walk(1, ['a', 'c'], 'c')).toBe('a')
    expect(recency.walk(1, ['c'], 'c')).toBe(null)
    expect(new Recency().walk(1, [], null)).toBe(null)
  })
})
