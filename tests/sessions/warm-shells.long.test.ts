import { spawn } from 'node:child_process'
import { mkdtempSync, realpathSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as nodePty from 'node-pty'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { describeOnMainEngine } from '../engines.ts'
import { startCore, type CoreUnderTest } from './core-on-this-machine.ts'

const isThere = (pid: number) => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describeOnMainEngine('shells that wait', ({ env }) => {
  let under: CoreUnderTest
  let onBattery = false
  let memory = 8 * 1024 ** 3
  /** Shells that were started in a terminal so far, whether they wait yet or not. */
  let started = 0
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'tenantry-working-')))
  const waiting = () => under.core.waitingShells()
  const count = (value: number) => under.call('settings.change', { key: 'sessions.warmShells', value })
  const becomes = (pids: number) => vi.waitFor(() => expect(waiting()).toHaveLength(pids), { timeout: 45_000, interval: 50 })

  beforeAll(async () => {
    const pty: typeof nodePty.spawn = (...how) => {
      // Nothing is installed here: what would ends at once.
      if (String(how[1].at(-1)).startsWith('Install-Module')) return nodePty.spawn(process.execPath, ['-e', ''], how[2])
      started++
      return nodePty.spawn(...how)
    }
    under = await startCore({ env, isOnBattery: () => onBattery, availableMemory: () => memory, spawn: { pty, process: spawn } })
    await count(1)
  })
  afterAll(async () => {
    await under?.dispose()
    rmdirSync(folder)
  })

  describe('one of them', () => {
    it('waits, connected to nothing, and without a request or a token', async () => {
      await becomes(1)
      expect(under.core.demo.log).toEqual([])
      const { sessions } = await under.call('sessions.list', undefined)
      expect(sessions).toEqual([])
    })

    it('is what the next session runs in, connected to its tenant and in its folder', async () => {
      const [pid] = waiting()
      const { profiles } = await under.call('profiles.list', undefined)
      const { tenantId, initialDomain, signInId, ...contoso } = profiles.find(({ name }) => name === 'Contoso demo')!
      await under.call('profiles.save', { profile: { ...contoso, workingFolder: folder, environment: 'production' }, signIn: { use: 'existing', id: signInId! } })
      const { id } = await under.open('Contoso demo')
      const view = await under.until(id, ({ phase }) => phase === 'connected')
      expect(view.tenant.organization).toBe('contosodemo.onmicrosoft.com')
      expect(waiting()).not.toContain(pid)
      const window = await under.attach(id)
      await window.shows(/PS> /)
      window.type(`"In $PWD with $($Error.Count) errors and $(@(Get-ConnectionInformation).Count) connection"\r`)
      await window.shows(new RegExp(`In ${folder} with 0 errors and 1 connection`))
      // And nothing is left of what was rehearsed.
      window.type('"Left: $(@(Get-Module tenantry?*).Count) modules, $(@(Get-Command Get-tenantry*).Count) commands, $(@(Get-FormatData -TypeName tenantry*).Count) formats, collecting $([Runtime.GCSettings]::LatencyMode)"\r')
      await window.shows(/Left: 0 modules, 0 commands, 0 formats, collecting (?!NoGCRegion)\w+/)
      // What belongs to the profile came with it.
      window.type('Set-Mailbox (Get-EXOMailbox -ResultSize 1).UserPrincipalName -MailTip hello\r')
      const { guard } = await under.until(id, ({ guard }) => Boolean(guard?.question))
      await under.call('guard.answer', { id, question: guard!.question!.id, answer: 'refuse' })
      await window.shows(/Refused in Tenantry/)
      expect(under.core.demo.log.filter(({ cmdletName }) => cmdletName === 'Set-Mailbox')).toEqual([])
      await under.call('sessions.close', { id, force: true })
      expect(isThere(pid!)).toBe(false)
    })

    it('comes back once the machine is quiet, and a reconnect takes it', async () => {
      const { id } = await under.open('Fabrikam demo')
      await under.until(id, ({ phase }) => phase === 'connected')
      await becomes(1)
      const [pid] = waiting()
      await under.call('sessions.reconnect', { id })
      await under.until(id, ({ phase }) => phase === 'connected')
      expect(isThere(pid!)).toBe(true)
      expect(waiting()).not.toContain(pid)
      await under.call('sessions.close', { id, force: true })
      expect(isThere(pid!)).toBe(false)
    })
  })

  it('that is killed is replaced', async () => {
    await becomes(1)
    const [pid] = waiting()
    process.kill(pid!, 'SIGKILL')
    await vi.waitFor(() => expect(waiting()).not.toContain(pid), { timeout: 10_000 })
    await becomes(1)
  })

  it.skipIf(env.TENANTRY_ENGINE_CONSOLE)('are made anew once a module was installed, or was looked for', async () => {
    await becomes(1)
    const [old] = waiting()
    await under.call('app.installModule', { service: 'exchange' })
    await vi.waitFor(() => expect(waiting()).not.toContain(old), { timeout: 10_000 })
    await becomes(1)
    const [newer] = waiting()
    await under.call('app.findPowerShell', null)
    expect(waiting()).not.toContain(newer)
    await becomes(1)
    expect(isThere(old!)).toBe(false)
  })

  it('are as many as the setting says, and none where it says none', async () => {
    await count(2)
    await becomes(2)
    await count(0)
    await becomes(0)
  })

  it.each([
    ['on battery', () => void (onBattery = true)],
    ['where memory is short', () => void (memory = 1024 ** 3)]
  ])('end %s, and none is started then', async (_, become) => {
    await count(1)
    await becomes(1)
    become()
    // A change of the setting has the machine looked at anew.
    await count(2)
    await becomes(0)
    const before = started
    await count(3)
    // Longer than the quiet that is waited for.
    await new Promise((resolve) => setTimeout(resolve, 4_000))
    expect([started, waiting()]).toEqual([before, []])
    onBattery = false
    memory = 8 * 1024 ** 3
    await count(1)
    await becomes(1)
  })

  it('are of the module that the tenants which are opened most share, and no session of another one takes them', async () => {
    await count(0)
    await becomes(0)
    const { profiles } = await under.call('profiles.list', undefined)
    const { tenantId, initialDomain, signInId, ...fabrikam } = profiles.find(({ name }) => name === 'Fabrikam demo')!
    await under.call('profiles.save', { profile: { ...fabrikam, moduleVersion: '3.9.0' }, signIn: { use: 'existing', id: signInId! } })
    const openOnce = async (name: string) => {
      const { id } = await under.open(name)
      await under.until(id, ({ phase }) => phase === 'connected')
      await under.call('sessions.close', { id, force: true })
    }
    for (let time = 0; time < 4; time++) await openOnce('Fabrikam demo')
    await count(1)
    await becomes(1)
    const [pid] = waiting()
    await openOnce('Contoso demo')
    expect(waiting()).toEqual([pid])
    const { id } = await under.open('Fabrikam demo')
    await under.until(id, ({ phase }) => phase === 'connected')
    expect(isThere(pid!)).toBe(true)
    expect(waiting()).not.toContain(pid)
    await under.call('sessions.close', { id, force: true })
    expect(isThere(pid!)).toBe(false)
  })

  it('are gone with Tenantry', async () => {
    await count(1)
    await becomes(1)
    const [pid] = waiting()
    await under.dispose()
    expect(isThere(pid!)).toBe(false)
  })
})
