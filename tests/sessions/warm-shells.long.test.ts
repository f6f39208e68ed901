import { mkdtempSync, realpathSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'tenantry-working-')))
  const waiting = () => under.core.waitingShells()
  const count = (value: number) => under.call('settings.change', { key: 'sessions.warmShells', value })
  const becomes = (pids: number) => vi.waitFor(() => expect(waiting()).toHaveLength(pids), { timeout: 45_000, interval: 50 })

  beforeAll(async () => {
    under = await startCore({ env, isOnBattery: () => onBattery })
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

  it('are as many as the setting says, none where it says none, and none on battery', async () => {
    await count(0)
    await becomes(0)
    onBattery = true
    await count(2)
    await new Promise((resolve) => setTimeout(resolve, 4_000))
    expect(waiting()).toEqual([])
    onBattery = false
  })

  it('are gone with Tenantry', async () => {
    await count(1)
    await becomes(1)
    const [pid] = waiting()
    await under.dispose()
    expect(isThere(pid!)).toBe(false)
  })
})
