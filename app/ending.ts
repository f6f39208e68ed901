import type { Core } from './core.ts'

/**
 * Ends this process once its core was disposed of. Node, and Electron with it, waits at its end for a keychain call
 * that has not come back, and behind an open prompt that may be for ever: nothing but SIGKILL ends the process then.
 *
 * @param core null where none was made
 * @param exit how the host ends otherwise
 */
export function endProcess(core: Pick<Core, 'isWaiting'> | null, exit: () => void): void {
  if (core?.isWaiting()) process.kill(process.pid, 'SIGKILL')
  exit()
}
