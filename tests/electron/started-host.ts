import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { vi } from 'vitest'
import type { Host } from '../../app/adapters.ts'
import type { MachineOptions } from '../../app/machine.ts'
import { electronModule, interrupt, StandInWindow, startAnew, type StandInState } from './electron-stand-in.ts'

export interface StartedHost {
  electron: StandInState
  window: StandInWindow
  /** What it keeps lies in its `data`. */
  folder: string
  quit(options?: { keepsFolder?: boolean }): Promise<number>
}

/** Started from its source, the core finds what was built; and a shell may be slow beside other tests. */
const ofThisCheckout = { outFolder: resolve('out'), helloDeadlineMs: 60_000 }

/** Runs the main script anew, on the stand-in of Electron that was started last. */
async function runMain(argv: string[]): Promise<void> {
  vi.resetModules()
  vi.doMock('electron', () => electronModule())
  vi.doMock('../../app/machine.ts', async (original) => {
    const { createMachineCore } = await original<typeof import('../../app/machine.ts')>()
    return { createMachineCore: (host: Host, options: MachineOptions) => createMachineCore(host, { ...options, ...ofThisCheckout }) }
  })
  const own = process.argv
  process.argv = argv
  try {
    await import('../../app/main.ts')
  } finally {
    process.argv = own
  }
}

const argumentsFor = (folder: string, args: string[]) => ['/electron', '/tenantry', '--data-dir', join(folder, 'data'), ...args]

/** A second process's start beside a host: how it ended, and with which arguments it began. */
export async function startSecond({ folder }: StartedHost, args: string[]): Promise<{ code: number; argv: string[] }> {
  const goOn = interrupt()
  const second = startAnew()
  second.app.isSecond = true
  const argv = argumentsFor(folder, args)
  try {
    await runMain(argv)
    return { code: await second.app.exited, argv }
  } finally {
    goOn()
  }
}

/** Starts the real main process, with its real core in a folder of its own, on the stand-in of Electron. */
export async function startHost({
  folder = mkdtempSync(join(tmpdir(), 'tenantry-host-')),
  args = [] as string[],
  prepare = (_electron: StandInState): void => {}
} = {}): Promise<StartedHost> {
  const electron = startAnew()
  prepare(electron)
  const opened = new Promise<StandInWindow>((resolve) => (electron.onWindow = resolve))
  const isSecond = electron.app.isSecond
  await runMain(argumentsFor(folder, args))
  const window = isSecond ? new StandInWindow({}) : await opened
  // The window comes first; tests begin once the core answers it, and all that follows the core is there.
  if (!isSecond) await electron.handlers.get('tenantry:call')!({ senderFrame: window.webContents.mainFrame } as never, 'lock.state' as never, null as never)
  await new Promise((resolve) => setImmediate(resolve))
  return {
    electron,
    window,
    folder,
    async quit({ keepsFolder = false } = {}) {
      if (!electron.app.calls.some((call) => call.startsWith('exit'))) electron.app.quit()
      const code = await electron.app.exited
      if (!keepsFolder) rmSync(folder, { recursive: true, force: true })
      vi.doUnmock('electron')
      vi.doUnmock('../../app/machine.ts')
      return code
    }
  }
}
