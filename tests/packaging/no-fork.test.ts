import { createRequire } from 'node:module'
import { expect, it } from 'vitest'
import { consoleOptions } from '../../app/powershell/launch.ts'

/*
 * With the fuse RunAsNode off nothing can be forked. node-pty's kill() forks a helper on Windows, unless it uses the
 * DLL that it brings: shown on the pinned version's own code, which runs nowhere but on Windows as a whole.
 */
interface Agent {
  kill(this: object): void
}
const { WindowsPtyAgent } = createRequire(import.meta.url)('node-pty/lib/windowsPtyAgent.js') as { WindowsPtyAgent: { prototype: Agent } }

function killed(useConptyDll: boolean): string[] {
  const calls: string[] = []
  const socket = { destroy: () => calls.push('socket'), on: () => {} }
  WindowsPtyAgent.prototype.kill.call({
    _useConptyDll: useConptyDll,
    _inSocket: socket,
    _outSocket: socket,
    _ptyNative: { kill: () => calls.push('pseudoconsole') },
    _conoutSocketWorker: { dispose: () => {} },
    _clearConnectionTimeout: () => {},
    _getConsoleProcessList: async () => {
      calls.push('fork')
      return []
    }
  })
  return calls
}

it('closes the pseudoconsole on Windows without a helper process', () => {
  expect(killed(consoleOptions('win32').useConptyDll === true)).toEqual(['socket', 'pseudoconsole'])
  expect(killed(false)).toContain('fork')
})
