import type { Failure, Transport } from '../app/contract.ts'
import { electronTransport, type ElectronBridge } from './transports/electron.ts'
import { webSocketTransport } from './transports/websocket.ts'

/**
 * How the window stands to the main process. `refused`: the address's key was used before; `replaced`: another
 * window took over; `lost`: nobody answers, and it is tried again.
 */
export type LinkState = 'connecting' | 'connected' | 'lost' | 'replaced' | 'refused'

/** The contract's client, and the link's state. */
export interface Bridge extends Transport {
  /** Tells the state now and whenever it changes; answers how to stop listening. */
  onState(listener: (state: LinkState) => void): () => void
  /** Tries at once to reach a main process that was lost. */
  retry(): void
}

/** A call that the main process answered with a failure, or that never reached it. */
export class CallFailed extends Error {
  readonly failure: Failure

  constructor(failure: Failure) {
    super(failure.message)
    this.failure = failure
  }
}

/** What to show of anything that was thrown by a call. */
export function failureOf(error: unknown): Failure {
  if (error instanceof CallFailed) return error.failure
  return { code: 'window', message: error instanceof Error ? error.message : String(error), retryable: false }
}

/** The same as one text: what happened, and what to do next. */
export function sentenceOf(error: unknown): string {
  const { message, hint } = failureOf(error)
  return [message, hint].filter(Boolean).join(' ')
}

declare global {
  interface Window {
    tenantry?: ElectronBridge
  }
}

/** Electron where its preload is there, else the preview's sockets. */
export function connectBridge(): Bridge {
  return window.tenantry ? electronTransport(window.tenantry) : webSocketTransport()
}
