import type { Profile, SignInView } from '../../app/contract.ts'

const dayMs = 24 * 3600 * 1000
/** Entra mails about an expiring credential 60 days ahead; half of that is when it becomes work to do. */
const soonDays = 30
/** From here on it is urgent. */
const urgentDays = 7

/** What a tenant's row, or a sign-in's, says beside its name. */
export interface Mark {
  text: string
  sentence: string
  look: 'ok' | 'warn' | 'bad' | ''
}

/** The most urgent thing to say of a profile; null where there is nothing. `now` is in milliseconds since the epoch. */
export function profileMark(profile: Profile, signIn: SignInView | undefined, now: number): Mark | null {
  const urgent = signIn ? signInMark(signIn, now) : needsCredential
  return urgent ?? (profile.cloud === 'demo' ? { text: 'demo', sentence: 'demo tenant, on this machine', look: '' } : null)
}

const needsCredential: Mark = { text: 'needs credential', sentence: 'needs its credential before it can connect', look: 'warn' }

/** The same of a sign-in alone. */
export function signInMark(signIn: SignInView, now: number): Mark | null {
  if (!signIn.ready && !signIn.askEachTime) return needsCredential
  if (!signIn.certificate) return null
  const days = Math.floor((Date.parse(signIn.certificate.notAfter) - now) / dayMs)
  if (days === 0) return { text: 'today', sentence: 'its certificate expires within a day', look: 'bad' }
  if (days < 0) return { text: 'expired', sentence: 'its certificate has expired', look: 'bad' }
  if (days > soonDays) return null
  return { text: `${days} d`, sentence: `its certificate expires in ${days} ${days === 1 ? 'day' : 'days'}`, look: days <= urgentDays ? 'bad' : 'warn' }
}
