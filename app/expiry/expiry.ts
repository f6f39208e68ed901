import type { SignInView } from '../contract.ts'
import type { SignIn } from '../profiles/sign-in.ts'

export type Expiry = NonNullable<SignInView['expiry']>

const dayMs = 24 * 3600 * 1000

/** From how many days left on an end is as urgent as its row says. Entra mails 60 days ahead; half of that is when it becomes work to do. */
const urgencies: ReadonlyArray<[daysLeft: number, urgency: Expiry['urgency']]> = [[1, 'day'], [7, 'week'], [14, 'fortnight'], [30, 'month']]

/**
 * When a sign-in's credential ends, and how urgent that is; null where nothing is known, or nothing ends.
 *
 * @param now milliseconds since the epoch
 */
export function expiryOf({ kind, certificate, secretEnd }: Pick<SignIn, 'kind' | 'certificate' | 'secretEnd'>, now: number): Expiry | null {
  if (kind === 'account') return null
  const known = kind === 'secret' ? secretEnd : certificate && { notAfter: certificate.notAfter, source: 'certificate' as const }
  if (!known) return null
  const { notAfter, source } = known
  if (notAfter === null) return { notAfter, source, daysLeft: null, urgency: 'over' }
  const left = endOfValidity(notAfter) - now
  if (Number.isNaN(left)) return null
  const daysLeft = Math.floor(left / dayMs)
  return { notAfter, source, daysLeft, urgency: left < 0 ? 'over' : (urgencies.find(([days]) => daysLeft <= days)?.[1] ?? 'later') }
}

/**
 * When something is valid no more, milliseconds since the epoch; NaN where the text is no time.
 *
 * @param notAfter a moment (ISO 8601), or a day (`2027-05-31`), which ends with the computer's own midnight
 */
export function endOfValidity(notAfter: string): number {
  return Date.parse(notAfter.includes('T') ? notAfter : `${notAfter}T23:59:59.999`)
}
