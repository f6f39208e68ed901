import type { CallOutput, SignInView } from '../../app/contract.ts'

type Found = NonNullable<CallOutput<'expiry.read'>['taken']>['by']

/** Credentials that end, the next one first. What is over stands before all dates; what is not known, at the end. */
export function byEnd(signIns: SignInView[]): SignInView[] {
  return signIns.filter(({ kind }) => kind !== 'account').sort((a, b) => placeOf(a) - placeOf(b) || a.name.localeCompare(b.name))
}

function placeOf({ expiry }: SignInView): number {
  if (!expiry) return Number.MAX_VALUE
  return expiry.notAfter === null ? -Number.MAX_VALUE : Date.parse(expiry.notAfter)
}

/** The day as it is listed. */
export function dayOf({ expiry }: SignInView): string {
  if (!expiry) return 'Date not known'
  return expiry.notAfter?.slice(0, 10) ?? 'Over'
}

const sources = { typed: 'date typed', graph: 'date from Microsoft Graph', refused: 'refused by Microsoft Entra as expired, since when is not known', certificate: '' } as const

/** What kind of credential it is, and where its date comes from. */
export function kindWords({ kind, certificate, expiry }: SignInView): string {
  if (kind === 'secret') return ['Client secret', expiry && sources[expiry.source]].filter(Boolean).join(', ')
  return certificate?.subject ?? (kind === 'pfx' ? 'PFX file' : 'Certificate in store')
}

/** How a secret among those of its app was told. */
export const matchWords: Record<Found, string> = {
  only: 'the app’s only one',
  beginning: 'told from the others by how it begins',
  'chosen-before': 'the one that was told before',
  person: 'as you chose'
}
