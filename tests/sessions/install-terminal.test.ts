import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Adapters } from '../../app/adapters.ts'
import type { AppState } from '../../app/contract.ts'
import { InstallTerminal } from '../../app/sessions/install-terminal.ts'
import { PlayedPty } from '../contract/contract-core.ts'
import { startCore } from './core-on-this-machine.ts'

describe('a terminal that installs something', () => {
  it.each([
    ['win32', { useConpty: true, useConptyDll: true }],
    ['darwin', {}]
  ] as const)('is given the same console as a session on %s', (platform, options) => {
    const started: Array<Record<string, unknown>> = []
    const pty = new PlayedPty()
    const spawnPty = (file: string, args: string[], given: object) => {
      started.push({ file, args, ...given })
      return pty
    }
    const adapters = { platform, env: { ComSpec: 'cmd.exe', SHELL: '/bin/zsh', HOME: '/home' }, now: Date.now, spawn: { pty: spawnPty, process: spawn } } as unknown as Adapters
    new InstallTerminal('id', { name: 'Install it', command: 'install it' }, { cols: 80, rows: 24 }, adapters, { onChange() {}, onEnded() {} })
    expect(started).toEqual([expect.objectContaining({ file: platform === 'win32' ? 'cmd.exe' : '/bin/zsh', args: [], ...options })])
    expect('useConpty' in started[0]!).toBe(platform === 'win32')
    expect(pty.typed.map(String)).toEqual(['install it\r'])
  })
})

describe.skipIf(process.platform === 'win32')('installing the module', () => {
  let folder: string
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'tenantry-module-'))))
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  /** Stands in for a PowerShell whose gallery can be reached: it answers the version query, and installs a folder. */
  function aPowerShell(): string {
    const modules = join(folder, 'Modules')
    mkdirSync(modules)
    const file = join(folder, 'pwsh')
    writeFileSync(
      file,
      `#!/bin/sh
for last; do :; done
case "$last" in
  "Install-Module ExchangeOnlineManagement -Scope CurrentUser") printf 'Untrusted repository. [Y] Yes: '; read answer
    [ "$answer" = y ] && mkdir -p '${modules}/ExchangeOnlineManagement/3.9.0' && echo "installed by $*" ;;
  *) echo '7.6.5|Core|${modules}' ;;
esac
`
    )
    chmodSync(file, 0o755)
    return file
  }

  it('runs in the PowerShell of the sessions, asks in its terminal, and is seen when it has ended', async () => {
    const under = await startCore({ env: { ...process.env, TENANTRY_PWSH: aPowerShell(), TENANTRY_ENGINE_CONSOLE: undefined } })
    try {
      const states: AppState[] = []
      under.core.onEvent((event, data) => event === 'app.changed' && states.push(data as AppState))
      expect((await under.call('app.state', null)).modules[0]).toMatchObject({ name: 'ExchangeOnlineManagement', version: null })
      const { sessionId } = await under.call('app.installModule', { service: 'exchange' })
      const window = await under.attach(sessionId)
      await window.shows(/\[Y\] Yes:/)
      window.type('y\r')
      const view = await under.until(sessionId, ({ alive }) => !alive)
      expect(view).toMatchObject({ name: 'Install ExchangeOnlineManagement', detail: 'The terminal ended' })
      await expect.poll(() => states.at(-1)?.modules[0]?.version).toBe('3.9.0')
      await window.shows(/installed by -NoLogo -NoProfile -Command Install-Module ExchangeOnlineManagement -Scope CurrentUser/)
    } finally {
      await under.dispose()
    }
  })
})
