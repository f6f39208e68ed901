import type { Transport } from '../../app/contract.ts'
import type { Core } from '../../app/core.ts'

/** Somebody who is not our window and tries to be served. */
export interface Stranger {
  name: string
  /** Answers the failure's code, or that nobody listened. */
  call(name: string, input: unknown): Promise<string>
  /** Tries to open a session's stream; answers whether it could. */
  openStream(ticket: string): Promise<boolean>
}

/** One window on a core, over one transport. */
export interface OpenWindow {
  transport: Transport
  strangers: Stranger[]
  /** The window is loaded again. */
  reload(): Promise<void>
  close(): Promise<void>
}

export interface TransportUnderTest {
  name: string
  open(core: Core, log: (line: string) => void): Promise<OpenWindow>
}

/** Waits until something is so; a test's own time limit ends it. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5))
}
