import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import type { Profile } from '../../app/contract.ts'
import { describeOnMainEngine } from '../engines.ts'
import { startCore, type CoreUnderTest } from './core-on-this-machine.ts'

/* A profile whose domain was typed as people know it, which is not the one that Exchange's module has to be told. */

describeOnMainEngine('a profile by a vanity domain', ({ env }) => {
  const primary = 'contosodemo.onmicrosoft.com'
  let under: CoreUnderTest
  let profile: Profile
  beforeAll(async () => {
    under = await startCore({ env })
  })
  afterAll(() => under.dispose())
  beforeEach(async () => {
    const { profiles } = await under.call('profiles.list', undefined)
    const { tenantId: _, initialDomain: __, signInId, ...draft } = profiles.find(({ name }) => name === 'Contoso demo')!
    profile = await under.call('profiles.save', { profile: { ...draft, id: undefined, name: 'Vanity', domain: 'contoso.example' }, signIn: { use: 'existing', id: signInId! } })
    under.core.demo.clearLog()
  })
  afterEach(async () => {
    under.core.demo.setLatency(0)
    for (const { id } of (await under.call('sessions.list', undefined)).sessions) await under.call('sessions.close', { id, force: true })
    await under.call('profiles.delete', { id: profile.id })
  })

  const initialDomain = async () => (await under.call('profiles.list', undefined)).profiles.find(({ id }) => id === profile.id)!.initialDomain
  const asked = () => under.core.demo.log.filter(({ service }) => service === 'exchange').map(({ cmdletName, path }) => cmdletName ?? path.split('/').at(-1))

  it('is connected by the tenant’s initial domain from the first time on, which Exchange is asked for once', async () => {
    const { id } = await under.open('Vanity')
    const view = await under.until(id, ({ tenant }) => tenant.proof !== 'pending')
    expect(view).toMatchObject({ phase: 'connected', failure: null, tenant: { organization: primary, proof: 'proven' } })
    expect(await initialDomain()).toBe(primary)
    const requests = asked()
    expect(requests.filter((name) => name === 'Get-AcceptedDomain')).toHaveLength(1)
    expect(requests.indexOf('Get-AcceptedDomain')).toBeLessThan(requests.findIndex((name) => name?.startsWith('EXOModuleFile')))
  })

  it('says what is wrong where Exchange’s answer came too late, and a reconnect mends it', async () => {
    under.core.demo.setLatency(5_000)
    const { id } = await under.open('Vanity')
    await under.until(id, ({ phase }) => phase === 'connecting')
    under.core.demo.setLatency(0)
    const view = await under.until(id, ({ tenant }) => tenant.proof !== 'pending')
    expect(view).toMatchObject({ phase: 'connected', failure: { code: 'organization-vanity' }, tenant: { organization: 'contoso.example', proof: 'proven' } })
    expect(view.failure!.hint).toContain(primary)
    await under.call('sessions.reconnect', { id, force: true })
    const after = await under.until(id, ({ phase, tenant }) => phase === 'connected' && tenant.proof !== 'pending')
    expect(after).toMatchObject({ failure: null, tenant: { organization: primary } })
  })

  it('connects all the same where the app may not ask', async () => {
    const undo = under.core.demo.answerWith('Get-AcceptedDomain', { status: 403, body: '' })
    const { id } = await under.open('Vanity')
    const view = await under.until(id, ({ tenant }) => tenant.proof !== 'pending').finally(undo)
    expect(view).toMatchObject({ phase: 'connected', failure: null, tenant: { organization: 'contoso.example', proof: 'unconfirmed' } })
  })
})
