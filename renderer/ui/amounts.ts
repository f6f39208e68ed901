import { durationText } from '../../app/contract-values.ts'

/** `1 tenant`, `1,200 tenants`. */
export const countOf = (count: number, one: string) => `${count.toLocaleString('en-US')} ${count === 1 ? one : `${one}s`}`

/** From here on it would read 10.0 s. */
const endOfTenthsMs = 9950

/** How long something took: `40 ms`, `1.2 s`, `12 s`, `1 min 12 s`, `2 h 5 min`. */
export function duration(seconds: number): string {
  const milliseconds = Math.round(seconds * 1000)
  if (milliseconds < 1) return '<1 ms'
  if (milliseconds < 1000) return `${milliseconds} ms`
  return milliseconds < endOfTenthsMs ? `${seconds.toFixed(1)} s` : durationText(milliseconds)
}
