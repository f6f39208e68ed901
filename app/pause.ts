import { setTimeout as wait } from 'node:timers/promises'

/** Waits so many milliseconds; false as soon as `signal` gave up. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  return wait(milliseconds, true, { signal }).catch(() => false)
}
