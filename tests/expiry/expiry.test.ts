import { describe, expect, it } from 'vitest'
import { endOfValidity, expiryOf } from '../../app/expiry/expiry.ts'
import { ExpiryWatch } from '../../app/expiry/watch.ts'
import { aSignIn } from '../renderer/fake-data.ts'

const dayMs = 86_400_000
const now = Date.parse('2026-11-25T10:00:00Z')
const certificate = (at: number) => ({ thumbprint: 'AB'.repeat(20), subject: 'CN=x', notAfter: new Date(at).toISOString() })

describe('when a credential ends', () => {
  it.each([
    [31 * dayMs, 'later 31'], [31 * dayMs - 1, 'month 30'], [15 * dayMs, 'month 15'], [15 * dayMs - 1, 'fortnight 14'], [8 * dayMs, 'fortnight 8'],
    [8 * dayMs - 1, 'week 7'], [2 * dayMs, 'week 2'], [2 * dayMs - 1, 'day 1'], [dayMs - 1, 'day 0'], [0, 'day 0'], [-1, 'over -1']
  ])('%i ms before is %s', (left, expected) => {
    const ofFile = expiryOf({ kind: 'pfx', certificate: certificate(now + left) }, now)
    expect(`${ofFile!.urgency} ${ofFile!.daysLeft}`).toBe(expected)
    const ofSecret = expiryOf({ kind: 'secret', certificate: null, secretEnd: { notAfter: new Date(now + left).toISOString(), source: 'graph' } }, now)
    expect(ofSecret).toEqual({ ...ofFile, source: 'graph' })
  })

  it('is the end of a day that was typed, by this computer’s own midnight', () => {
    expect(endOfValidity('2026-11-25')).toBe(new Date(2026, 10, 26).getTime() - 1)
    const noon = new Date(2026, 10, 25, 12).getTime()
    const at = (notAfter: string) => expiryOf({ kind: 'secret', certificate: null, secretEnd: { notAfter, source: 'typed' } }, noon)
    expect([at('2026-11-24'), at('2026-11-25'), at('2026-11-26')].map((one) => [one!.urgency, one!.daysLeft])).toEqual([['over', -1], ['day', 0], ['day', 1]])
  })

  it('is over where Entra said so, since when is not known', () => {
    expect(expiryOf({ kind: 'secret', certificate: null, secretEnd: { notAfter: null, source: 'refused' } }, now)).toEqual({ notAfter: null, source: 'refused', daysLeft: null, urgency: 'over' })
  })

  it('is not known of a secret without a date, and never of an account', () => {
    expect(expiryOf({ kind: 'secret', certificate: null }, now)).toBeNull()
    expect(expiryOf({ kind: 'account', certificate: certificate(now), secretEnd: { notAfter: '2026-11-25', source: 'typed' } }, now)).toBeNull()
  })
})

it('is told anew when the days left become others, and only then', () => {
  let at = now
  let told = 0
  const until = certificate(now + 8 * dayMs)
  const watch = new ExpiryWatch(() => [{ ...aSignIn({ id: '6f3c6a3e-6f0b-4c53-9d07-1f2f3c1d2e4f' }), expiry: expiryOf({ kind: 'store', certificate: until }, at) }], () => told++)
  watch.look()
  expect(told).toBe(0)
  at += 1
  watch.look()
  watch.look()
  expect(told).toBe(1)
  watch.dispose()
})
