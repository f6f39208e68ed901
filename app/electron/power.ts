import type { Core } from '../core.ts'

/** What the core is told of the machine's sleep and of the OS session's lock. */
export function followPower(
  powerMonitor: { on(event: 'suspend' | 'resume' | 'lock-screen' | 'unlock-screen', listener: () => void): unknown },
  core: Pick<Core, 'wake' | 'lock'>,
  log: (line: string) => void
): void {
  powerMonitor.on('suspend', () => log('the computer goes to sleep'))
  powerMonitor.on('resume', () => core.wake())
  powerMonitor.on('lock-screen', () => core.lock())
  // Some systems sleep behind their lock and tell only of the unlock.
  powerMonitor.on('unlock-screen', () => core.wake())
}
