import type { TenantryError } from '../failures.ts'

/**
 * How a refused connect is tried again. Microsoft's module asks once for the service's cmdlets (EXOModuleFile) and
 * gives up at 429 and 5xx.
 */
export const connectRetry = {
  /** Tries in all. */
  tries: 3,
  /** The pause where the service names none; the next one is twice as long. */
  firstPauseMs: 2_000,
  /** Who is asked to wait for longer decides for themselves. */
  longestPauseMs: 60_000
}

export type ConnectRetry = typeof connectRetry

const passing = new Set(['throttled', 'service-down', 'token-not-renewed'])
const ofToken = new Set(['exchange-unauthorized', 'role-missing', 'module-malformed'])

/**
 * Milliseconds until a connect that was refused for the `tried`-th time is tried again; null where that would be of no
 * use.
 */
export function pauseBeforeRetry(refusal: TenantryError, tried: number, { tries, firstPauseMs, longestPauseMs }: ConnectRetry = connectRetry): number | null {
  if (!passing.has(refusal.code) || tried >= tries) return null
  const pauseMs = refusal.retryAfter === undefined ? firstPauseMs * 2 ** (tried - 1) : refusal.retryAfter * 1000
  return pauseMs > longestPauseMs ? null : pauseMs
}

/** Whether a newer token may be taken where this one was refused: its app may have been given its permission or role since. */
export const isOfToken = ({ code }: TenantryError): boolean => ofToken.has(code)

/** What a session says while it waits. */
export function waitingDetail(refusal: TenantryError, pauseMs: number, tried: number): string {
  const reason = reasonOf(refusal)
  return `${reason} Connecting again in ${Math.ceil(pauseMs / 1000)} s (try ${tried + 1} of ${connectRetry.tries}); Ctrl+C gives up.`
}

/** Why it waits, without for how long. */
export const reasonOf = (refusal: TenantryError): string => refusal.message.replace(/ It asks to wait .*$/, '')
