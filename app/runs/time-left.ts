import type { RunTenant } from '../contract.ts'

/** Seconds until a run is done, by what its done tenants took; null where none is done yet. */
export function secondsLeft(tenants: ReadonlyArray<Pick<RunTenant, 'state' | 'seconds'>>, atOnce: number): number | null {
  const done = tenants.flatMap(({ state, seconds }) => ((state === 'done' || state === 'failed') && seconds !== null ? [seconds] : []))
  if (done.length === 0) return null
  const usual = done.reduce((sum, seconds) => sum + seconds, 0) / done.length
  const left = tenants.flatMap(({ state, seconds }) => {
    if (state === 'waiting' || state === 'throttled') return [usual]
    return state === 'starting' || state === 'connecting' || state === 'running' ? [Math.max(0, usual - (seconds ?? 0))] : []
  })
  // However many places there are, one tenant takes its time.
  const together = left.reduce((sum, seconds) => sum + seconds, 0) / Math.min(atOnce, Math.max(1, left.length))
  return Math.max(together, ...left, 0)
}
