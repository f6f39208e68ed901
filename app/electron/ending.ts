import { setTimeout as pause } from 'node:timers/promises'
import type { Core } from '../core.ts'
import { endProcess } from '../ending.ts'

/** As long as an installer may take to end the app by itself. */
const installerMs = 60_000

/**
 * What `will-quit` does: the core ends in order, an update that waits is installed, then the process ends. An updater
 * ends the app by quitting it once more, which is let through.
 *
 * @param exit ends the process at once
 * @param mayAsk false where the system ends: nobody is left to answer, and an update waits for the next end
 * @param patienceMs how long an updater that ends the app by itself is waited for
 */
export function endOnce(starting: Promise<Core>, exit: (code: number) => void, mayAsk: () => boolean = () => true, patienceMs = installerMs): (event: { preventDefault(): void }) => void {
  let isEnding = false
  let isInstalling = false
  const end = async (core: Core) => {
    const install = mayAsk() ? await core.updateAtQuit().catch(() => null) : null
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
