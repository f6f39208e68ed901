import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { isAlive } from '../../app/process-tree.ts'
import { describeOnMainEngine } from '../engines.ts'
import type { AttachedWindow } from './attached-window.ts'
import { startCore, type CoreUnderTest } from './core-on-this-machine.ts'

describeOnMainEngine('a connected session', ({ env }) => {
  let under: CoreUnderTest
  let id: string
  let window: AttachedWindow
  let folder: string
  const awake: boolean[] = []
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tenantry-shell-'))
    under = await startCore({ env }, { keepAwake: (on) => awake.push(on) })
  })
  afterAll(async () => {
    await under.dispose()
    rmSync(folder, { recursive: true, force: true })
  })
  beforeEach(async () => {
    id = (await under.open('Contoso demo')).id
    await under.until(id, ({ phase }) => phase === 'connected')
    window = await under.attach(id)
    await window.shows(/PS> /)
  })
  afterEach(async () => {
    for (const session of (await under.call('sessions.list', undefined)).sessions) await under.call('sessions.close', { id: session.id, force: true })
  })

  it('keeps the machine from sleeping while a command runs, and no longer', async () => {
    expect(awake.at(-1)).toBe(false)
    window.type('Start-Sleep -Seconds 600\r')
    await expect.poll(() => awake.at(-1), { timeout: 20_000 }).toBe(true)
    window.type('\x03')
    await expect.poll(() => awake.at(-1), { timeout: 20_000 }).toBe(false)
    window.type('Start-Sleep -Seconds 600\r')
    await expect.poll(() => awake.at(-1), { timeout: 20_000 }).toBe(true)
    await under.call('sessions.close', { id, force: true })
    expect(awake.at(-1)).toBe(false)
  })

  it('says goodbye to the service before it is closed', async () => {
    const said = join(folder, 'said')
    window.type(`function global:Disconnect-ExchangeOnline { [System.IO.File]::WriteAllText('${said}', "$args") }; "ready to " + "close"\r`)
    await window.shows(/ready to close\r/)
    await under.until(id, ({ busy }) => !busy)
    await under.call('sessions.close', { id })
    expect(readFileSync(said, 'utf8')).toContain('-Confirm')
  })

  it('is closed although its disconnecting never ends, and its processes are gone', async () => {
    const [begun, ended] = [join(folder, 'begun'), join(folder, 'ended')]
    window.type(`function global:Disconnect-ExchangeOnline { Set-Content '${begun}' x; Start-Sleep -Seconds 600; Set-Content '${ended}' x }; "process " + "$PID."\r`)
    await window.shows(/process \d+\./)
    const pid = Number(/process (\d+)\./.exec(window.text)![1])
    expect(isAlive(pid)).toBe(true)
    await under.until(id, ({ busy }) => !busy)
    await under.call('sessions.close', { id })
    expect([existsSync(begun), existsSync(ended)]).toEqual([true, false])
    expect(isAlive(pid)).toBe(false)
  })

  it('tells its shell and the programs in it when its window has another size', async () => {
    const size = '"$($Host.UI.RawUI.WindowSize.Width) by $($Host.UI.RawUI.WindowSize.Height)" + "; $(/bin/sh -c \'stty size </dev/tty\')" + "."\r'
    window.type(size)
    await window.shows(/120 by 30; 30 120\./)
    await under.call('sessions.resize', { id, cols: 97, rows: 41 })
    window.type(size)
    await window.shows(/97 by 41; 41 97\./)
  })
})
