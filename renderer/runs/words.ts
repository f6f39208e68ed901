import type { RunSummary, RunTenantState, RunView } from '../../app/contract.ts'
import { endedRunStates } from '../../app/contract-values.ts'
import { countOf, duration } from '../ui/amounts.ts'

export type Counts = RunSummary['counts']

/** Each state by a sign and a word, so that no colour is needed to tell them apart. */
export const stateWords: Record<RunTenantState, readonly [sign: string, word: string]> = {
  waiting: ['·', 'Waiting'],
  starting: ['…', 'Starting'],
  connecting: ['…', 'Connecting'],
  running: ['▸', 'Running'],
  throttled: ['‖', 'Throttled'],
  done: ['✓', 'Done'],
  failed: ['✕', 'Failed'],
  cancelled: ['–', 'Cancelled'],
  interrupted: ['!', 'Interrupted']
}

/** In the order in which they are told. */
export const runStates = Object.keys(stateWords) as RunTenantState[]

export const hasEnded = (state: RunTenantState) => endedRunStates.includes(state)
/** What another try is for. */
export const canRetry = (state: RunTenantState) => state === 'failed' || state === 'interrupted' || state === 'cancelled'

export function countsOf(tenants: ReadonlyArray<{ state: RunTenantState }>): Counts {
  const counts = Object.fromEntries(runStates.map((state) => [state, 0])) as Counts
  for (const { state } of tenants) counts[state]++
  return counts
}

export const totalOf = (counts: Counts) => runStates.reduce((sum, state) => sum + counts[state], 0)
export const endedOf = (counts: Counts) => endedRunStates.reduce((sum, state) => sum + counts[state], 0)

/** A guess, told as one. */
export function timeLeft(seconds: number): string {
  if (seconds <= 10) return 'a few seconds left'
  if (seconds < 55) return `about ${Math.ceil(seconds / 10) * 10} s left`
  return seconds < 5400 ? `about ${Math.max(1, Math.round(seconds / 60))} min left` : `about ${Math.round(seconds / 3600)} h left`
}

/** How far a run is, or how it ended: `18 of 40 finished, 2 of them failed, about 1 min left`. */
export function progressOf({ startedAt, endedAt, secondsLeft }: Pick<RunView, 'startedAt' | 'endedAt' | 'secondsLeft'>, counts: Counts): string {
  const total = totalOf(counts)
  if (endedAt !== null) return [outcomeOf(counts), `in ${duration((endedAt - startedAt) / 1000)}`].join(', ')
  const through = endedOf(counts)
  return [
    `${through} of ${total} finished`,
    counts.failed > 0 && `${counts.failed} of them failed`,
    counts.throttled > 0 && `${counts.throttled} throttled`,
    secondsLeft !== null && through < total && timeLeft(secondsLeft)
  ].filter(Boolean).join(', ')
}

/** How a run ended: `38 done, 2 failed`. */
export function outcomeOf(counts: Counts): string {
  const parts = endedRunStates.filter((state) => counts[state] > 0).map((state) => `${counts[state]} ${stateWords[state][1].toLowerCase()}`)
  return parts.join(', ') || 'none finished'
}

/** What Start will do, before it is pressed. */
export function startLabel(tenants: number, production: number): string {
  if (tenants === 0) return 'Run'
  if (production === tenants) return `Run in ${countOf(tenants, 'production tenant')}`
  return `Run in ${countOf(tenants, 'tenant')}${production > 0 ? `, ${production} of them production` : ''}`
}

/** Names in a sentence; of many the first ones and how many more there are. */
export function someOf(names: readonly string[], most = 8): string {
  if (names.length <= most) return new Intl.ListFormat('en').format(names)
  return `${names.slice(0, most).join(', ')} and ${names.length - most} more`
}
