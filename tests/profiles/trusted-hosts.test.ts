import { randomUUID } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { draft, newSecret, ProfileDesk } from './profile-desk.ts'

const hosts = { loginHost: 'login.example.com', exchangeHost: 'exchange.example.com', complianceHost: '', graphHost: '' }

describe('resolving a domain in a custom cloud', () => {
  let desk: ProfileDesk
  let tenantId: string
  beforeEach(async () => {
    desk = await ProfileDesk.open()
    tenantId = desk.tenant('contoso.example.com')
  })

  const resolve = (change: Partial<typeof hosts> = {}, domain = 'contoso.example.com') =>
    desk.profiles.resolve({ domain, cloud: 'custom', customCloud: { ...hosts, ...change } })
  const save = () =>
    desk.profiles.save({
      profile: draft('Contoso', 'contoso.example.com', { cloud: 'custom', customCloud: hosts }),
      signIn: { use: 'new', signIn: { clientId: randomUUID(), kind: 'secret' } },
      credential: { kind: 'secret', secret: newSecret() }
    })

  it('asks for its hosts by name before the first word to them, once for the run', async () => {
    const asked = resolve()
    expect(desk.asked).toEqual([])
    expect(await asked).toMatchObject({ tenantId })
    expect(JSON.stringify(desk.questions)).toMatch(/login\.example\.com.*exchange\.example\.com/)
    await resolve()
    await resolve({ loginHost: ' Login.Example.com. ' })
    expect(desk.questions).toHaveLength(1)
    await desk.start()
    await resolve()
    expect(desk.questions).toHaveLength(2)
  })

  it('says nothing to hosts that were refused, and asks again only when saving', async () => {
    desk.answer = false
    await expect(resolve()).rejects.toMatchObject({ code: 'cancelled' })
    await expect(resolve()).rejects.toMatchObject({ code: 'cancelled' })
    expect([desk.questions.length, desk.asked]).toEqual([1, []])
    desk.answer = true
    await save()
    expect(await resolve()).toMatchObject({ tenantId })
    expect(desk.questions).toHaveLength(2)
  })

  it('asks for each set of hosts, however little differs', async () => {
    await resolve()
    for (const change of [{ exchangeHost: 'exchange.evil.example.com' }, { complianceHost: 'compliance.example.com' }, { loginHost: 'login.example.com.evil.example' }]) {
      const before = desk.questions.length
      await resolve(change)
      expect(desk.questions).toHaveLength(before + 1)
      expect(desk.questions.at(-1)!.detail).toContain(Object.values(change)[0])
    }
  })

  it('shows a look-alike letter for what it is', async () => {
    await resolve({ loginHost: 'lоgin.example.com' })
    expect(desk.questions[0]!.message).toContain('xn--')
    expect(desk.asked[0]).toMatch(/^xn--/)
  })

  it('asks nothing where a saved profile has the hosts, also after a restart', async () => {
    await save()
    await desk.start()
    desk.questions.length = 0
    await resolve()
    expect(desk.questions).toEqual([])
  })

  it('asks once where it is resolved twice at the same time', async () => {
    await Promise.all([resolve(), resolve()])
    expect(desk.questions).toHaveLength(1)
  })

  it('asks nothing for what could not be resolved anyway, nor for Microsoft’s clouds', async () => {
    await expect(resolve({}, 'not a domain')).rejects.toMatchObject({ code: 'not-a-domain' })
    await expect(resolve({ loginHost: 'https://login.example.com' })).rejects.toMatchObject({ code: 'not-a-host' })
    await desk.profiles.resolve({ domain: 'contoso.example.com', cloud: 'worldwide' })
    expect(desk.questions).toEqual([])
  })
})
