import { describe, expect, it } from 'vitest'
import type { Explanation } from '../../app/contract.ts'
import { cutAtNames, lifeLine, moment, shortId, timeLeft } from '../../renderer/token/words.ts'

const now = new Date(2026, 10, 23, 22, 0).getTime()
const minutes = (count: number) => now + count * 60_000
const life = (change: Partial<Explanation['life']> = {}): Explanation['life'] => ({
  state: 'valid', issuedAt: minutes(-2), notBefore: minutes(-2), expiresOn: minutes(63), renewsAt: minutes(53), judgedAt: now, ...change
})

describe('a token’s life in one line', () => {
  it('tells when it was issued, when it expires and when it is renewed', () => {
    expect(lifeLine(life(), now)).toBe(`issued ${moment(minutes(-2), now)}, expires ${moment(minutes(63), now)}; a new one is fetched at about ${moment(minutes(53), now)}`)
  })

  it('tells what differs, what is over and what is not said', () => {
    expect(lifeLine(life({ notBefore: minutes(5) }), now)).toContain(`not valid before ${moment(minutes(5), now)}`)
    expect(lifeLine(life({ expiresOn: minutes(-1) }), now)).toMatch(/, expired [^;]+$/)
    expect(lifeLine(life({ issuedAt: null, notBefore: null, expiresOn: null, renewsAt: null }), now)).toBe('does not say when it was issued, does not say when it expires')
    expect(lifeLine(life({ renewsAt: minutes(-1) }), now)).not.toContain('fetched')
  })

  it('names the day where it is another one', () => {
    expect(moment(minutes(10), now)).not.toMatch(/2026/)
    expect(moment(minutes(180), now)).toMatch(/2026|24/)
  })
})

describe('what is left', () => {
  it.each([[0, '0 s left'], [119, '119 s left'], [120, '2 min left'], [47 * 60 + 30, '47 min left'], [120 * 60, '2 h left'], [-5, '0 s left']])('after %i seconds is %s', (seconds, words) => {
    expect(timeLeft(now + seconds * 1000, now)).toBe(words)
  })
})

describe('a sentence', () => {
  it('is cut at its names, the longer one first, and loses nothing', () => {
    const sentence = 'It has Exchange.ManageAsAppV2 and Exchange.ManageAsApp.'
    const parts = cutAtNames(sentence, ['Exchange.ManageAsApp', 'Exchange.ManageAsAppV2', 'not there', ''])
    expect(parts.map(({ text }) => text).join('')).toBe(sentence)
    expect(parts.filter(({ isName }) => isName).map(({ text }) => text)).toEqual(['Exchange.ManageAsAppV2', 'Exchange.ManageAsApp'])
    expect(cutAtNames('None.', [])).toEqual([{ text: 'None.', isName: false }])
  })
})

describe('an id', () => {
  it.each([['8f2c41aa-9c2b-4c6e-8a3f-0d6b7c9eb1d4', '8f2c…b1d4'], ['3F2A'.repeat(10), '3F2A…3F2A'], ['Exchange automation', 'Exchange automation']])('%s is shortened to %s', (text, short) => {
    expect(shortId(text)).toBe(short)
  })
})
