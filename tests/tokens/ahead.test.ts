import { rmSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Keychain } from '../../app/adapters.ts'
import { describeOnMainEngine } from '../engines.ts'
import { memoryKeychain } from '../profiles/profile-desk.ts'
import { eventually } from '../renderer/window-in-chromium.ts'
import { startCore, type CoreUnderTest } from '../sessions/core-on-this-machine.ts'

/* What the palette asks for, from the contract to the login authority; when it is kept and dropped is in broker.test.ts. */

/** A keychain in memory that notes what it is asked. */
function watchedKeychain(): { keychain: Keychain; calls: string[] } {
  const calls: string[] = []
  const noted = <A extends unknown[], R>(name: string, call: (...asked: A) => R) => (...asked: A): R => {
    calls.push(name)
    return call(...asked)
  }
  const { getPassword, setPassword, deletePassword, findCredentials } = memoryKeychain()
  return {
    calls,
    keychain: { getPassword: noted('get', getPassword), setPassword: noted('set', setPassword), deletePassword: noted('delete', deletePassword), findCredentials: noted('find', findCredentials) }
  }
}

/** Requests for a token of a tenant's so far. */
const askedFor = ({ core }: CoreUnderTest, name: string): number => {
  const { tenantId } = core.demo.tenants.find((tenant) => tenant.name === name)!
  return core.demo.log.filter(({ service, method, path }) => service === 'login' && method === 'POST' && path.includes(tenantId)).length
}

async function profileOf(under: CoreUnderTest, name: string) {
  const { profiles, signIns } = await under.call('profiles.list', undefined)
  const profile = profiles.find((one) => one.name === name)!
  return { id: profile.id, signIn: signIns.find(({ id }) => id === profile.signInId)! }
}

describeOnMainEngine('a token that is fetched ahead', ({ env }) => {
  let under: CoreUnderTest
  beforeAll(async () => {
    under = await startCore({ env })
  })
  afterAll(() => under?.dispose())

  it('is the one that the session connects with: the login authority is asked once', async () => {
    const { id: profileId } = await profileOf(under, 'Contoso demo')
    await under.call('tokens.fetchAhead', { profileId })
    await eventually(async () => askedFor(under, 'Contoso demo'), (count) => count === 1)
    const { id } = await under.open('Contoso demo')
    await under.until(id, ({ phase }) => phase === 'connected')
    expect(askedFor(under, 'Contoso demo')).toBe(1)
    await under.call('sessions.close', { id, force: true })
  })

  it('is none where a person would be asked for the credential', async () => {
    const { id: asking, signIn } = await profileOf(under, 'Fabrikam demo')
    await under.call('signIns.save', { id: signIn.id, signIn: { name: signIn.name, clientId: signIn.clientId, kind: 'secret', askEachTime: true } })
    const { id: other } = await profileOf(under, 'Contoso demo')
    const before = askedFor(under, 'Contoso demo')
    await under.call('tokens.fetchAhead', { profileId: asking })
    await under.call('tokens.fetchAhead', { profileId: other })
    await eventually(async () => askedFor(under, 'Contoso demo'), (count) => count > before)
    expect(askedFor(under, 'Fabrikam demo')).toBe(0)
  })
})

it('A start asks the keychain once, however many tokens are fetched then', async () => {
  const { keychain, calls } = watchedKeychain()
  const first = await startCore({ keychain: async () => keychain })
  for (const { name, apps } of first.core.demo.tenants.slice(0, 2)) {
    const { signIn } = await profileOf(first, name)
    await first.call('signIns.save', {
      id: signIn.id, signIn: { name: signIn.name, clientId: signIn.clientId, kind: 'secret', askEachTime: false }, credential: { kind: 'secret', secret: apps.find(({ clientId }) => clientId === signIn.clientId)!.clientSecret }
    })
  }
  await first.core.dispose()
  try {
    calls.length = 0
    const next = await startCore({ keychain: async () => keychain, dataFolder: first.dataFolder })
    await next.call('app.state', undefined)
    for (const { name } of next.core.demo.tenants.slice(0, 2)) {
      await next.call('tokens.fetchAhead', { profileId: (await profileOf(next, name)).id })
      await eventually(async () => askedFor(next, name), (count) => count > 0)
    }
    expect(calls).toEqual(['get'])
    await next.core.dispose()
  } finally {
    rmSync(first.dataFolder, { recursive: true, force: true })
  }
})
