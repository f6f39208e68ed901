import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawn as ptySpawn } from 'node-pty'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { CallInput, Profile } from '../../app/contract.ts'
import { processTree } from '../../app/process-tree.ts'
import { describeOnMainEngine } from '../engines.ts'
import { startCore, type CoreUnderTest } from './core-on-this-machine.ts'

/* What people and machines do to a session while it is under way. */

describeOnMainEngine('a session', ({ env }) => {
  let under: CoreUnderTest
  beforeAll(async () => {
    under = await startCore({ env })
  })
  afterAll(() => under.dispose())
  afterEach(async () => {
    under.core.demo.setLatency(0)
    for (const { id } of (await under.call('sessions.list', undefined)).sessions) await under.call('sessions.close', { id, force: true })
  })

  const processes = async () => (await processTree(process.pid, process.platform, { pty: ptySpawn, process: spawn })).length

  const connected = async (name: string) => {
    const { id } = await under.open(name)
    await under.until(id, ({ phase }) => phase === 'connected')
    return id
  }

  async function profileNamed(name: string): Promise<Profile> {
    const { profiles } = await under.call('profiles.list', undefined)
    return profiles.find((profile) => profile.name === name)!
  }

  async function save(profile: Profile, change: Partial<CallInput<'profiles.save'>['profile']>): Promise<Profile> {
    const { tenantId: _, initialDomain: __, signInId, ...draft } = profile
    return under.call('profiles.save', { profile: { ...draft, ...change }, signIn: { use: 'existing', id: signInId! } })
  }

  it('that is reconnected twice at once, and again, has one shell, and none after it was closed', async () => {
    const before = await processes()
    const id = await connected('Contoso demo')
    const one = await processes()
    await Promise.all([under.call('sessions.reconnect', { id, force: true }), under.call('sessions.reconnect', { id, force: true })])
    await new Promise((resolve) => setTimeout(resolve, 30))
    await under.call('sessions.reconnect', { id, force: true })
    await under.until(id, ({ phase }) => phase === 'connected')
    expect(await processes()).toBe(one)
    const window = await under.attach(id)
    // The prompt of the last shell, not one of those before it.
    await window.shows(/reconnecting(?![^]*reconnecting)[^]*PS> /)
    window.type('"still " + "answers"\r')
    await window.shows(/still answers/)
    void under.call('sessions.reconnect', { id, force: true })
    await under.call('sessions.close', { id, force: true })
    expect(await processes()).toBe(before)
  })

  it('whose connecting is stopped by Ctrl+C says so, has its prompt and connects again', async () => {
    under.core.demo.setLatency(3_000)
    const openedAt = Date.now()
    const { id } = await under.open('Contoso demo')
    await under.until(id, ({ phase }) => phase === 'connecting')
    const window = await under.attach(id)
    // The keys belong to the shell once it has asked for the first thing.
    const asked = () => under.core.demo.log.some(({ service, at }) => service === 'exchange' && at >= openedAt)
    await expect.poll(asked, { timeout: 20_000 }).toBe(true)
    window.type('\x03')
    const view = await under.until(id, ({ phase }) => phase === 'failed')
    expect(view.alive).toBe(true)
    expect(view.canReconnect).toBe(true)
    await window.shows(/Contoso demo[^\n]*PS> /)
    window.type('6 * 7\r')
    await window.shows(/42\r/)
    under.core.demo.setLatency(0)
    await under.call('sessions.reconnect', { id, force: true })
    await under.until(id, ({ phase }) => phase === 'connected')
  })

  it('never becomes another tenant’s, whatever its profile was changed to', async () => {
    const profile = await save(await profileNamed('Contoso demo'), { id: undefined, name: 'Moving' })
    const fabrikam = await profileNamed('Fabrikam demo')
    const id = await connected('Moving')
    await save(profile, { domain: fabrikam.domain })
    await under.call('sessions.reconnect', { id, force: true })
    const view = await under.until(id, ({ phase }) => phase === 'failed')
    expect(view.failure?.code).toBe('session-of-another-tenant')
    expect(view.failure?.message).toContain(profile.tenantId!)
    expect(view.failure?.message).toContain(fabrikam.tenantId!)
    expect(view.alive).toBe(false)
    await under.call('profiles.delete', { id: profile.id })
  })

  it('whose profile was deleted goes on, and says so when it is reconnected', async () => {
    const profile = await save(await profileNamed('Contoso demo'), { id: undefined, name: 'Deleted' })
    const id = await connected('Deleted')
    await under.call('profiles.delete', { id: profile.id })
    const window = await under.attach(id)
    await window.shows(/PS> /)
    window.type('"$((Get-AcceptedDomain).Count) " + "domains"\r')
    await window.shows(/2 domains/)
    await under.call('sessions.reconnect', { id, force: true })
    const view = await under.until(id, ({ phase }) => phase === 'failed')
    expect(view.failure?.code).toBe('profile-not-found')
  })

  it('whose working folder is gone says which', async () => {
    const workingFolder = mkdtempSync(join(tmpdir(), 'tenantry-working-'))
    const profile = await save(await profileNamed('Contoso demo'), { id: undefined, name: 'Elsewhere', workingFolder })
    rmSync(workingFolder, { recursive: true })
    const { id } = await under.open('Elsewhere')
    const view = await under.until(id, ({ phase }) => phase === 'failed')
    expect(view.failure?.code).toBe('shell-not-started')
    expect(view.failure?.message).toContain(workingFolder)
    mkdirSync(workingFolder)
    await under.call('sessions.reconnect', { id, force: true })
    await under.until(id, ({ phase }) => phase === 'connected')
    const window = await under.attach(id)
    await window.shows(/PS> /)
    window.type('"in $((Get-Location).Path)" + "."\r')
    await window.shows(new RegExp(`in ${workingFolder}\\.`))
    await under.call('profiles.delete', { id: profile.id })
    rmSync(workingFolder, { recursive: true })
  })

  describe('of a profile that is known by its tenant id alone', () => {
    const answer = (...names: string[]) => ({
      status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ value: names.map((DomainName, index) => ({ DomainName, InitialDomain: index === 0 })) })
    })
    let profile: Profile
    beforeAll(async () => {
      const contoso = await profileNamed('Contoso demo')
      profile = await save(contoso, { id: undefined, name: 'By id', domain: contoso.tenantId! })
    })

    it.each([
      ['another tenant’s initial domain', () => answer('fabrikamdemo.onmicrosoft.com'), 'refused'],
      ['a domain that nobody knows', () => answer('evil.onmicrosoft.com'), 'unconfirmed'],
      ['no domain at all', () => answer(), 'unconfirmed']
    ])('is not proven by %s, and nothing of it is kept', async (_, forged, proof) => {
      const undo = under.core.demo.answerWith('Get-AcceptedDomain', forged())
      const { id } = await under.open('By id')
      const view = await under.until(id, ({ tenant }) => tenant.proof !== 'pending')
      undo()
      expect(view.tenant.proof).toBe(proof)
      expect((await profileNamed('By id')).initialDomain).toBeNull()
    })

    it('is proven by its own, which is kept', async () => {
      const { id } = await under.open('By id')
      expect((await under.until(id, ({ tenant }) => tenant.proof !== 'pending')).tenant.proof).toBe('proven')
      expect((await profileNamed('By id')).initialDomain).toBe('contosodemo.onmicrosoft.com')
      expect(profile.tenantId).toBe(profile.domain)
    })
  })
})
