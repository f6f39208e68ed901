import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { vi } from 'vitest'
import { electronModule, StandInWindow, startAnew, type StandInState } from './electron-stand-in.ts'

export interface StartedHost {
  electron: StandInState
  window: StandInWindow
  /** Lines of the program's standard error, before its core had a log. */
  folder: string
  quit(): Promise<number>
}

/** Starts the real main process, with its real core in a folder of its own, on the stand-in of Electron. */
export async function startHost({ args = [] as string[], prepare = (_electron: StandInState): void => {} } = {}): Promise<StartedHost> {
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-host-'))
  const electron = startAnew()
  prepare(electron)
  vi.resetModules()
  vi.doMock('electron', () => electronModule())
  const argv = process.argv
  process.argv = ['/electron', '/tenantry', '--data-dir', join(folder, 'data'), ...args]
  const opened = new Promise<StandInWindow>((resolve) => (electron.onWindow = resolve))
  const isSecond = electron.app.isSecond
  await import('../../app/main.ts')
  process.argv = argv
  const window = isSecond ? new StandInWindow({}) : await opened
  // The window comes first; tests begin once the core answers it, and all that follows the core is there.
  if (!isSecond) await electron.handlers.get('tenantry:call')!({ senderFrame: window.webContents.mainFrame } as never, 'lock.state' as never, null as never)
  await new Promise((resolve) => setImmediate(resolve))
  return {
    electron,
    window,
    folder,
    async quit() {
      if (!electron.app.calls.some((call) => call.startsWith('exit'))) electron.app.quit()
      const code = await electron.app.exited
      rmSync(folder, { recursive: true, force: true })
      vi.doUnmock('electron')
      return code
    }
  }
}
