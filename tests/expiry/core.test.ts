import { afterAll, beforeAll, expect, it } from 'vitest'
import { credentialOf, type DemoApp } from '../../app/demo/tenants.ts'
import { startCore, type CoreUnderTest } from '../sessions/core-on-this-machine.ts'

let machine: CoreUnderTest
let contoso: DemoApp
let fabrikam: DemoApp
beforeAll(async () => {
  machine = await startCore()
  ;[contoso, fabrikam] = machine.core.demo.tenants.map(({ apps }) => apps[0]!) as [DemoApp, DemoApp]
})
afterAll(() => machine.dispose())

async function of(name: string) {
  const { profiles, signIns } = await machine.call('profiles.list', undefined)
  const profile = profiles.find((one) => one.name === name)!
  return { profileId: profile.id, expiry: signIns.find(({ id }) => id === profile.signInId)!.expiry }
}

it('takes the end of a sign-in’s secret from Microsoft Graph, through a token of the profile’s own', async () => {
  const { profileId, expiry } = await of('Contoso demo')
  expect(expiry).toBeNull()
  const answer = await machine.call('expiry.read', { profileId })
  const [credential] = contoso.passwordCredentials
  expect(answer).toEqual({ found: [{ id: credential!.keyId, name: 'Made for Tenantry', startsOn: credential!.startDateTime, endsOn: credential!.endDateTime }], taken: { id: credential!.keyId, by: 'only' } })
  expect((await of('Contoso demo')).expiry).toMatchObject({ notAfter: credential!.endDateTime, source: 'graph', urgency: 'month' })
  expect(JSON.stringify([answer, await machine.call('profiles.list', undefined)])).not.toContain(contoso.clientSecret)
  const asked = machine.core.demo.log.filter(({ path }) => path.includes('applications'))
  expect(asked.map(({ method, status, token }) => [method, status, token?.appId])).toEqual([['GET', 200, contoso.clientId]])
})

it('tells it from others by its beginning, and leaves it to the person where that tells nothing', async () => {
  const { profileId } = await of('Contoso demo')
  const [own] = contoso.passwordCredentials
  const other = credentialOf('Of a script', `zz${contoso.clientSecret.startsWith('zz') ? 'y' : 'z'}`, 400)
  const twin = credentialOf('A twin', contoso.clientSecret, 90)
  contoso.passwordCredentials.push(other)
  const signIns = async () => (await machine.call('profiles.list', undefined)).signIns.find(({ clientId }) => clientId === contoso.clientId)!
  // Another secret, of which nothing is known.
  const { id, name, clientId, kind } = await signIns()
  await machine.call('signIns.save', { id, signIn: { name, clientId, kind, expiresOn: null } })
  expect((await machine.call('expiry.read', { profileId })).taken).toEqual({ id: own!.keyId, by: 'beginning' })
  await machine.call('signIns.save', { id, signIn: { name, clientId, kind, expiresOn: null } })
  contoso.passwordCredentials.push(twin)
  const open = await machine.call('expiry.read', { profileId })
  expect([open.taken, open.found.map(({ name: of }) => of)]).toEqual([null, ['Made for Tenantry', 'A twin', 'Of a script']])
  expect((await signIns()).expiry).toBeNull()
  await machine.call('expiry.read', { profileId, id: twin.keyId })
  expect((await signIns()).expiry?.notAfter).toBe(twin.endDateTime)
  expect((await machine.call('expiry.read', { profileId })).taken).toEqual({ id: twin.keyId, by: 'chosen-before' })
})

it('says that an app may not, and what to do', async () => {
  const { profileId } = await of('Fabrikam demo')
  await expect(machine.call('expiry.read', { profileId })).rejects.toMatchObject({ code: 'expiry-not-allowed', hint: expect.stringContaining('Application.Read.All') as string })
  fabrikam.graphRoles.push('Application.ReadWrite.OwnedBy')
  expect((await machine.call('expiry.read', { profileId })).taken?.by).toBe('only')
})

it('remembers of a refused secret that it is over, until one is taken', async () => {
  const { profileId, expiry } = await of('Demo: expired secret')
  expect(expiry).toBeNull()
  await expect(machine.call('expiry.read', { profileId })).rejects.toMatchObject({ code: 'secret-expired' })
  expect((await of('Demo: expired secret')).expiry).toEqual({ notAfter: null, source: 'refused', daysLeft: null, urgency: 'over' })
  const app = machine.core.demo.tenants[0]!.apps.find(({ behaviour }) => behaviour === 'expiredSecret')!
  app.secretExpired = false
  await machine.call('expiry.read', { profileId }).catch(() => {})
  expect((await of('Demo: expired secret')).expiry?.source).not.toBe('refused')
})
