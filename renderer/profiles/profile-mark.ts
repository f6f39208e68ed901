import type { Profile, SignInView } from '../../app/contract.ts'

/** What a tenant's row, or a sign-in's, says beside its name. */
export interface Mark {
  text: string
  sentence: string
  look: 'ok' | 'soon' | 'warn' | 'bad' | 'bad now' | ''
}

/** The most urgent thing to say of a profile; null where there is nothing. */
export function profileMark(profile: Profile, signIn: SignInView | undefined): Mark | null {
  const urgent = signIn ? signInMark(signIn) : needsCredential
  return urgent ?? (profile.cloud === 'demo' ? { text: 'demo', sentence: 'demo tenant, on this machine', look: '' } : null)
}

const needsCredential: Mark = { text: 'needs credential', sentence: 'needs its credential before it can connect', look: 'warn' }

/** The same of a sign-in alone. */
export function signInMark(signIn: SignInView): Mark | null {
  if (!signIn.ready && !signIn.askEachTime) return needsCredential
  return signIn.expiry && expiryMark(signIn.expiry)
}

/** What is said of an end that comes near; each look is more urgent than the one before. */
const looks = { month: 'soon', fortnight: 'warn', week: 'bad', day: 'bad now', over: 'bad now' } as const

/** The mark of an end alone; null where there is time. The main process counts the days, by its clock. */
export function expiryMark({ notAfter, source, daysLeft, urgency }: NonNullable<SignInView['expiry']>): Mark | null {
  if (urgency === 'later') return null
  const what = source === 'certificate' ? 'its certificate' : 'its client secret'
  const look = looks[urgency]
  if (notAfter === null || daysLeft === null) return { text: 'expired', sentence: `${what} has expired, since when is not known`, look }
  const day = notAfter.slice(0, 10)
  if (urgency === 'over') return { text: 'expired', sentence: `${what} has expired, on ${day}`, look }
  if (daysLeft === 0) return { text: 'today', sentence: `${what} expires within a day, on ${day}`, look }
  const days = `${daysLeft} ${daysLeft === 1 ? 'day' : 'days'}`
  return { text: days, sentence: `${what} expires in ${days}, on ${day}`, look }
}
