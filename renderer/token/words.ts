import type { Explanation } from '../../app/contract.ts'

/** A moment as its time of day, with the date where that is another day. */
export function moment(at: number, now: number): string {
  const date = new Date(at)
  const time = date.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
  return date.toDateString() === new Date(now).toDateString() ? time : `${date.toLocaleDateString()} ${time}`
}

/** What is left of a token's life, in words. */
export function timeLeft(expiresOn: number, now: number): string {
  const seconds = Math.max(0, Math.floor((expiresOn - now) / 1000))
  if (seconds < 120) return `${seconds} s left`
  const minutes = Math.floor(seconds / 60)
  return minutes < 120 ? `${minutes} min left` : `${Math.floor(minutes / 60)} h left`
}

/** A life's dates in one line: issued, valid from, expires, renewed. */
export function lifeLine({ issuedAt, notBefore, expiresOn, renewsAt }: Explanation['life'], now: number): string {
  const startsLater = notBefore !== null && notBefore !== issuedAt
  const isOver = expiresOn !== null && expiresOn <= now
  const dates = [
    issuedAt === null ? 'does not say when it was issued' : `issued ${moment(issuedAt, now)}`,
    ...(startsLater ? [`not valid before ${moment(notBefore, now)}`] : []),
    expiresOn === null ? 'does not say when it expires' : `${isOver ? 'expired' : 'expires'} ${moment(expiresOn, now)}`
  ]
  const renewal = renewsAt !== null && renewsAt > now && !isOver ? `; a new one is fetched at about ${moment(renewsAt, now)}` : ''
  return dates.join(', ') + renewal
}

/** The sentence cut at the names in it, so that they can stand out. */
export function cutAtNames(sentence: string, names: readonly string[]): Array<{ text: string; isName: boolean }> {
  const parts: Array<{ text: string; isName: boolean }> = []
  let rest = sentence
  while (rest !== '') {
    const next = names
      .map((name) => ({ name, at: name === '' ? -1 : rest.indexOf(name) }))
      .filter(({ at }) => at >= 0)
      .sort((a, b) => a.at - b.at || b.name.length - a.name.length)[0]
    if (!next) break
    if (next.at > 0) parts.push({ text: rest.slice(0, next.at), isName: false })
    parts.push({ text: next.name, isName: true })
    rest = rest.slice(next.at + next.name.length)
  }
  return rest === '' ? parts : [...parts, { text: rest, isName: false }]
}

/** A GUID or a thumbprint by its ends, as in "8f2c…b1d4"; any other text as it is. */
export function shortId(text: string): string {
  const isId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text) || /^[0-9a-f]{40}$/i.test(text)
  return isId ? `${text.slice(0, 4)}…${text.slice(-4)}` : text
}
