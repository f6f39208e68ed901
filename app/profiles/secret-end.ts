import { z } from 'zod'
import { endOfValidity } from '../expiry/expiry.ts'
import { failure } from '../failures.ts'
import type { SecretEnd, SignIn } from './sign-in.ts'

/**
 * The sign-in with what is known of its secret's end. Of a secret that was just entered only what was typed with it is.
 *
 * @param typed a day; empty or null where it is not known; undefined leaves what is known
 * @throws TenantryError `not-a-date`, `date-is-over`
 */
export function withEnd(signIn: SignIn, { typed, isEntered }: { typed: string | null | undefined; isEntered: boolean }, now: number): SignIn {
  const { secretEnd: before, ...rest } = signIn
  if (signIn.kind !== 'secret') return rest
  const kept = isEntered ? undefined : before
  const end = typed === undefined ? kept : typedEnd(typed, kept, now)
  return end ? { ...rest, secretEnd: end } : rest
}

function typedEnd(typed: string | null, known: SecretEnd | undefined, now: number): SecretEnd | undefined {
  const day = (typed ?? '').trim()
  // Left empty: that a secret was refused stays known until it is replaced.
  if (day === '') return known?.source === 'refused' ? known : undefined
  if (!z.iso.date().safeParse(day).success) throw failure('not-a-date', { text: day.slice(0, 20) })
  if (known?.notAfter?.slice(0, 10) === day) return known
  const isOver = endOfValidity(day) < now
  // Of one that Entra refused, somebody may know since when.
  if (known?.source === 'refused' && !isOver) throw failure('expiry-refused')
  if (known?.source !== 'refused' && isOver) throw failure('date-is-over', { day })
  return { notAfter: day, source: 'typed' }
}

/** Entra said that it is over (AADSTS7000222), and no date: one that we have is kept where it is past. */
export function afterRefusal(now: number): (end: SecretEnd | undefined) => SecretEnd {
  return (end) => (end && (end.notAfter === null || endOfValidity(end.notAfter) < now) ? end : { notAfter: null, source: 'refused' })
}

/** Entra took it: it is not over. */
export function afterAcceptance(end: SecretEnd | undefined): SecretEnd | undefined {
  return end?.source === 'refused' ? undefined : end
}
