import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { EventData } from '../../app/contract.ts'
import { describeOnMainEngine } from '../engines.ts'
import { memoryKeychain } from '../profiles/profile-desk.ts'
import { startCore, type CoreUnderTest } from './core-on-this-machine.ts'

describeOnMainEngine('an imported profile', ({ env }) => {
  let under: CoreUnderTest
  const asked: Array<EventData<'credential.asked'>> = []
  beforeAll(async () => {
    const keychain = memoryKeychain()
    under = await startCore({ env, keychain: async () => keychain })
    under.core.onEvent((event, data) => {
      if (event === 'credential.asked') asked.push(data as EventData<'credential.asked'>)
    })
  })
  afterAll(() => under.dispose())

  async function answer(number: number, secret: string): Promise<void> {
    await expect.poll(() => asked.length, { timeout: 30_000 }).toBe(number)
    await under.call('credentials.answer', { id: asked.at(-1)!.id, credential: { kind: 'secret', secret } })
  }
  const sealed = () => {
    try {
      return readdirSync(join(under.dataFolder, 'sealed'))
    } catch {
      return []
    }
  }

  it('asks for its credential until a token comes for what was typed, and keeps only that', async () => {
    const tenant = under.core.demo.tenants[0]!
    const app = tenant.apps.find(({ behaviour }) => behaviour === 'healthy')!
    const { profiles } = await under.call('profiles.list', undefined)
    await under.call('profiles.delete', { id: profiles.find(({ name }) => name === tenant.name)!.id })
    const row = ['Imported', 'demo', tenant.domain, tenant.tenantId, app.clientId, 'secret'].join(',')
    await under.call('profiles.import', { format: 'csv', text: `name,cloud,domain,tenantId,clientId,kind\n${row}` })

    const { id } = await under.open('Imported')
    await answer(1, 'not the secret')
    const failed = await under.until(id, ({ phase }) => phase === 'failed')
    expect(failed.failure?.code).toBe('secret-wrong')
    expect(sealed()).toEqual([])

    await under.call('sessions.reconnect', { id })
    await answer(2, ` ${app.clientSecret}\n`)
    await under.until(id, ({ phase }) => phase === 'connected')
    const { signIns } = await under.call('profiles.list', undefined)
    const signIn = signIns.find(({ clientId }) => clientId === app.clientId)!
    expect(signIn).toMatchObject({ ready: true, usedBy: 1 })
    expect(sealed()).toEqual([`${signIn.id}.sealed`])

    await under.call('sessions.reconnect', { id })
    await under.until(id, ({ phase }) => phase !== 'connected')
    await under.until(id, ({ phase }) => phase === 'connected')
    expect(asked).toHaveLength(2)
  })
})
