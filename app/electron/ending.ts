import { setTimeout as pause } from 'node:timers/promises'
import type { Core } from '../core.ts'
import { endProcess } from '../ending.ts'

/** As long as an installer may take to end the app by itself. */
const installerMs = 60_000

export interface EndingOptions {
  /** Ends the process at once. */
  exit(code: number): void
  /** False where the system ends: nobody is left to answer, and an update waits for the next end. */
  mayAsk(): boolean
  /** Whether a window was opened once more while the question about the update was there. */
  isOpenAgain(): boolean
  /** From here on no window may be opened: the core goes. */
  onEnd(): void
  /** Milliseconds that an updater which ends the app by itself is waited for. */
  patienceMs?: number
}

/**
 * What `will-quit` does: the core ends in order, an update that waits is installed, then the process ends. An updater
 * ends the app by quitting it once more, which is let through.
 */
export function endOnce(starting: Promise<Core>, { exit, mayAsk, isOpenAgain, onEnd, patienceMs = installerMs }: EndingOptions): (event: { preventDefault(): void }) => void {
  let isEnding = false
  let isInstalling = false
  const end = async (core: Core) => {
    const install = mayAsk() ? await core.updateAtQuit().catch(() => null) : null
    // Somebody works in it again, and is asked anew when they quit.
    if (isOpenAgain()) {
      isEnding = false
      return
    }
    onEnd()
    await core.dispose().catch(() => {})
    isInstalling = install !== null
    if (install?.()) await pause(patienceMs)
    endProcess(core, () => exit(0))
  }
  return (event) => {
    if (isInstalling) return
    event.preventDefault()
    if (isEnding) return
    isEnding = true
    void starting.then(end, () => exit(1))
  }
}
