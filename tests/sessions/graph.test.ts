import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import type { Profile, SessionView } from '../../app/contract.ts'
import { describeOnMainEngine } from '../engines.ts'
import { startCore, type CoreUnderTest } from './core-on-this-machine.ts'

describeOnMainEngine('a Microsoft Graph session', ({ env }) => {
  let under: CoreUnderTest
  beforeAll(async () => {
    under = await startCore({ env })
  })
  afterAll(() => under.dispose())
  afterEach(async () => {
    for (const { id } of (await under.call('sessions.list', undefined)).sessions) await under.call('sessions.close', { id, force: true })
  })

  async function open(): Promise<{ id: string; window: Awaited<ReturnType<CoreUnderTest['attach']>>; view: SessionView }> {
    const { profiles } = await under.call('profiles.list', undefined)
    const { id: profileId } = profiles.find(({ name }) => name === 'Contoso demo') as Profile
    const { id } = await under.call('sessions.open', { profileId, service: 'graph', cols: 140, rows: 30 })
    const window = await under.attach(id)
    const view = await under.until(id, ({ phase, tenant }) => phase === 'failed' || (phase === 'connected' && tenant.proof !== 'pending'))
    expect(view.failure).toBeNull()
    await window.shows(/PS> /)
    return { id, window, view }
  }

  it('is of the tenant that Graph names, and lists users', async () => {
    const { window, view } = await open()
    expect(view).toMatchObject({ name: 'Contoso demo · Graph', service: 'graph', moduleVersion: '2.25.0', tenant: { id: under.core.demo.tenants[0]!.tenantId, proof: 'proven' } })
    window.type('(Invoke-MgGraphRequest GET "v1.0/users?`$top=2").value.userPrincipalName; (Get-MgContext).AuthType\r')
    await window.shows(/(\S+@contoso\.example\s+){2}UserProvidedAccessToken/)
  })

  it('takes a new token over between Enter and the next command, and goes on with it', async () => {
    const { id, window } = await open()
    under.core.demo.refuseSuperseded(0)
    const before = under.core.demo.log.length
    await under.call('checks.run', { run: crypto.randomUUID(), profileId: (await under.until(id, () => true)).profileId, service: 'graph' })
    await under.until(id, ({ renewal }) => renewal?.state === 'at-prompt')
    window.type('(Invoke-MgGraphRequest GET v1.0/organization).value.displayName + "!"\r')
    await window.shows(/Contoso demo!/)
    under.core.demo.refuseSuperseded(null)
    expect((await under.until(id, ({ renewal }) => renewal?.state === 'fresh')).renewal?.renewedAt).not.toBeNull()
    const asked = under.core.demo.log.slice(before).filter(({ service, path }) => service === 'graph' && path === '/v1.0/organization')
    expect(asked.map(({ status }) => status)).toEqual(asked.map(() => 200))
  })

  it('ends where Graph names another tenant', async () => {
    const body = JSON.stringify({ value: [{ id: under.core.demo.tenants[1]!.tenantId }] })
    under.core.demo.answerNext('/v1.0/organization', { status: 200, body })
    const { profiles } = await under.call('profiles.list', undefined)
    const { id } = await under.call('sessions.open', { profileId: profiles.find(({ name }) => name === 'Contoso demo')!.id, service: 'graph', cols: 120, rows: 30 })
    const view = await under.until(id, ({ phase, alive }) => phase === 'failed' && !alive)
    expect(view).toMatchObject({ tenant: { proof: 'refused' }, failure: { code: 'graph-wrong-tenant' } })
  })
})
