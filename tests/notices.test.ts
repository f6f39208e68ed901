import { expect, it } from 'vitest'
import { Notices } from '../app/notices.ts'

const texts = (notices: Notices) => notices.list().map(({ id, text }) => `${id}: ${text}`)

it('a notice is said once for as long as it lasts, and again where it is another one or comes back', () => {
  let changes = 0
  const notices = new Notices([['first', 'There from the start.']], () => changes++)
  notices.set('disk', 'The disk is full.')
  notices.set('disk', 'The disk is full.')
  expect(texts(notices)).toEqual(['first: There from the start.', 'disk: The disk is full.'])
  expect(changes).toBe(1)
  notices.dismiss('disk')
  notices.set('disk', 'The disk is full.')
  expect(texts(notices)).toEqual(['first: There from the start.'])
  expect(changes).toBe(1)
  notices.set('disk', 'The disk is gone.')
  expect(texts(notices)).toEqual(['first: There from the start.', 'disk: The disk is gone.'])
  notices.set('disk', null)
  notices.set('disk', null)
  notices.set('disk', 'The disk is gone.')
  expect(texts(notices)).toContain('disk: The disk is gone.')
  expect(changes).toBe(4)
  notices.dismiss('nothing of this name')
})
