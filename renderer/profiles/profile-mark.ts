import type { Profile, SignInView } from '../../app/contract.ts'

const dayMs = 24 * 3600 * 1000
/** Entra mails about an expiring credential 60 days ahead; half of that is when it becomes work to do. */
const soonDays = 30

/** What a tenant's row says beside its name. */
export interface ProfileMark {
  text: string
  sentence: string
  look: 'ok' | 'warn' | 'bad' | ''
}

/** The most urgent thing to say of a profile; null where there is nothing. `now` is in milliseconds since the epoch. */
export function profileMark(profile: Profile, signIn: SignInView | undefined, now: number): ProfileMark | null {
  if (!signIn || (!signIn.ready && !signIn.askEachTime)) {
    return { text: 'needs credential', sentence: 'needs its credential before it can connect', look: 'warn' }
  }
  if (signIn.certificate) {
    const days = Math.floor((Date.parse(signIn.certificate.notAfter) - now) / dayMs)
    if (days < 0) return { text: 'expired', sentence: 'its certificate has expired', look: 'bad' }
    if (days <= soonDays) return { text: `${days} d`, sentence: `its certificate expires in ${days} days`, look: 'warn' }
  }
  return profile.cloud === 'demo' ? { text: 'demo', sentence: 'demo tenant, on this machine', look: '' } : null
}
