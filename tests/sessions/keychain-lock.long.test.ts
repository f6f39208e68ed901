import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Keychain } from '../../app/adapters.ts'
import type { SessionView } from '../../app/contract.ts'
import { engines } from '../engines.ts'
import { memoryKeychain } from '../profiles/profile-desk.ts'
import { startCore, type CoreUnderTest } from './core-on-this-machine.ts'

const engine = engines.at(-1)!
const tokenLifeSeconds = 12

/** A keychain that is locked while the app runs: from then on it answers no call. */
class KeychainThatLocks implements Keychain {
  isLocked = false
  callsWhileLocked = 0
  readonly #open = memoryKeychain()

  getPassword = (...asked: Parameters<Keychain['getPassword']>) => this.#ask(() => this.#open.getPassword(...asked))
  setPassword = (...asked: Parameters<Keychain['setPassword']>) => this.#ask(() => this.#open.setPassword(...asked))
  deletePassword = (...asked: Parameters<Keychain['deletePassword']>) => this.#ask(() => this.#open.deletePassword(...asked))
  findCredentials = (...asked: Parameters<Keychain['findCredentials']>) => this.#ask(() => this.#open.findCredentials(...asked))

  async #ask<T>(answer: () => Promise<T>): Promise<T> {
    if (!this.isLocked) return answer()
    this.callsWhileLocked++
    throw new Error('Cannot get secret of a locked object')
  }
}

describe(`a session whose keychain is locked between two renewals, on ${engine.name}`, () => {
  const keychain = new KeychainThatLocks()
  let under: CoreUnderTest
  let signInId: string
  let id: string
  let view: SessionView

  beforeAll(async () => {
    under = await startCore({ env: engine.env, keychain: async () => keychain })
    under.core.demo.setTokenLife(tokenLifeSeconds)
    const tenant = under.core.demo.tenants[0]!
    const { profiles, signIns } = await under.call('profiles.list', undefined)
    const profile = profiles.find(({ name }) => name === tenant.name)!
    const signIn = signIns.find((one) => one.id === profile.signInId)!
    signInId = signIn.id
    const { clientSecret } = tenant.apps.find(({ clientId }) => clientId === signIn.clientId)!
    await under.call('signIns.save', { id: signInId, signIn: { name: signIn.name, clientId: signIn.clientId, kind: 'secret', askEachTime: false }, credential: { kind: 'secret', secret: clientSecret! } })
    ;({ id } = await under.open(tenant.name))
    view = await under.until(id, ({ phase }) => phase === 'connected' || phase === 'failed')
    expect(view.failure).toBeNull()
  })
  afterAll(() => under.dispose())

  it('goes on: the key of the sealed file was read at the start, and no renewal asks the keychain', async () => {
    keychain.isLocked = true
    const end = view.tokenExpiresOn!
    const renewed = await under.until(id, ({ renewal, tokenExpiresOn }) => renewal?.state === 'fresh' && renewal.renewedAt !== null && tokenExpiresOn! > end + 1000)
    expect(renewed.phase).toBe('connected')
    expect(keychain.callsWhileLocked).toBe(0)
    await under.until(id, ({ renewal }) => renewal!.renewedAt! > renewed.renewal!.renewedAt!)
  })

  it('says what is missing where the sealed secret itself is gone, while the old token still serves', async () => {
    rmSync(join(under.dataFolder, 'sealed', `${signInId}.sealed`))
    const stopped = await under.until(id, ({ renewal }) => renewal?.state === 'stopped' || renewal?.state === 'failing')
    expect(stopped.renewal!.problem!.code).toBe('needs-credential')
    expect(stopped.renewal!.problem!.hint).toBeTruthy()
    expect(stopped.tokenExpiresOn!).toBeGreaterThan(Date.now())
    const window = await under.attach(id)
    window.type('"still: $((Get-AcceptedDomain).Count)" + " domains"\r')
    await window.shows(/still: 2 domains/)
  })
})
