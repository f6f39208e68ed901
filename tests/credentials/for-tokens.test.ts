import { randomBytes, randomUUID } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Keychain } from '../../app/adapters.ts'
import type { CredentialInput, EventData } from '../../app/contract.ts'
import { CredentialQuestions } from '../../app/credentials/asking.ts'
import { TokenCredentials } from '../../app/credentials/for-tokens.ts'
import { createCredentialStore, type CredentialStore } from '../../app/credentials/store.ts'
import type { TenantryError } from '../../app/failures.ts'
import type { SignIn } from '../../app/profiles/sign-in.ts'
import type { TokenSubject } from '../../app/tokens/broker.ts'
import { builtInClouds } from '../../app/tokens/clouds.ts'
import { memoryKeychain, newFolder } from '../profiles/profile-desk.ts'

const [worldwide, gcchigh] = builtInClouds as [(typeof builtInClouds)[0], (typeof builtInClouds)[0]]
const noSignal = new AbortController().signal
const newSecret = () => ({ kind: 'secret' as const, secret: randomBytes(20).toString('base64url') })
const codeOf = (work: Promise<unknown>) => work.then(() => 'went well', (error: TenantryError) => error.code)

/** Credentials for tokens over a real store and real questions; who answers is the test. */
class Desk {
  readonly signIn: SignIn = { id: randomUUID(), name: 'Contoso app', clientId: randomUUID(), kind: 'secret', askEachTime: false, certificate: null }
  readonly folder = newFolder()
  readonly asked: Array<EventData<'credential.asked'>> = []
  readonly allowed: TokenSubject[] = []
  answer: (asked: EventData<'credential.asked'>) => CredentialInput | null = newSecret
  allows = true
  store!: CredentialStore
  credentials!: TokenCredentials

  async start(keychain: () => Promise<Keychain>, probeLimitMs = 5_000): Promise<void> {
    this.store = await createCredentialStore({ keychain, dataFolder: this.folder, platform: 'linux', probeLimitMs })
    const questions: CredentialQuestions = new CredentialQuestions(
      (asked) => {
        this.asked.push(asked)
        setImmediate(() => questions.answer(asked.id, this.answer(asked)))
      },
      () => {}
    )
    this.credentials = new TokenCredentials({
      store: this.store, questions,
      signIn: () => this.signIn,
      tenantName: (id) => `tenant of ${id}`,
      allow: async (_, subject) => {
        this.allowed.push(subject)
        return this.allows
      },
      onKept: () => {}
    })
  }

  subject(change: Partial<TokenSubject> = {}): TokenSubject {
    return { profileId: randomUUID(), tenantId: randomUUID(), signInId: this.signIn.id, clientId: this.signIn.clientId, cloud: worldwide, ...change }
  }

  find(subject: TokenSubject, purpose: 'connect' | 'renew' = 'connect') {
    return this.credentials.find(subject, purpose, noSignal)
  }

  async tenants(): Promise<string[]> {
    return (await this.store.bindingOf(this.signIn.id))?.tenantIds ?? []
  }
}

const noKeychain = () => Promise.reject(new Error('no keychain in this test'))

let desk: Desk
let contoso: TokenSubject
let fabrikam: TokenSubject
beforeEach(() => {
  desk = new Desk()
  contoso = desk.subject()
  fabrikam = desk.subject()
})

describe('a credential that is typed for a connection', () => {
  it('is asked for once, however many services need it, and is bound to the tenant it was typed for', async () => {
    await desk.start(noKeychain)
    const [one, two] = await Promise.all([desk.find(contoso), desk.find(contoso)])
    expect(one).toEqual(two)
    expect(desk.asked).toMatchObject([{ tenant: `tenant of ${contoso.profileId}`, clientId: desk.signIn.clientId }])
    expect(await desk.tenants()).toEqual([contoso.tenantId])
    expect(await desk.find(contoso)).toEqual(one)
    expect(desk.asked).toHaveLength(1)
  })

  it('is used for another tenant once the person allowed it in the host’s own dialog, and stays bound to the first', async () => {
    await desk.start(noKeychain)
    const typed = await desk.find(contoso)
    expect(await Promise.all([desk.find(fabrikam), desk.find(fabrikam)])).toEqual([typed, typed])
    expect(desk.allowed).toEqual([fabrikam])
    expect(await desk.tenants()).toEqual([contoso.tenantId, fabrikam.tenantId])
    expect([await desk.find(contoso), await desk.find(fabrikam)]).toEqual([typed, typed])
    expect([desk.asked.length, desk.allowed.length]).toEqual([1, 1])
  })

  it('is not used where the person does not allow it', async () => {
    await desk.start(noKeychain)
    await desk.find(contoso)
    desk.allows = false
    expect(await codeOf(desk.find(fabrikam))).toBe('credential-unbound')
    expect(await desk.tenants()).toEqual([contoso.tenantId])
  })

  it('for two tenants at once is bound to both', async () => {
    await desk.start(async () => memoryKeychain())
    await Promise.all([desk.find(contoso), desk.find(fabrikam)])
    expect((await desk.tenants()).sort()).toEqual([contoso.tenantId!, fabrikam.tenantId!].sort())
  })

  it('takes nothing from the stored one that the keychain locks away: that serves its own tenants again', async () => {
    const keychain = memoryKeychain()
    await desk.start(async () => keychain)
    const stored = newSecret()
    const [a, b] = [contoso.tenantId!, fabrikam.tenantId!]
    await desk.store.set(desk.signIn.id, stored, { authorityHost: worldwide.loginHost, clientId: desk.signIn.clientId, tenantIds: [a, b] })
    let unlock = () => {}
    const unlocked = new Promise<void>((resolve) => (unlock = resolve))
    await desk.start(() => unlocked.then(() => keychain), 20)
    const typed = await desk.find(contoso)
    expect(typed).not.toEqual(stored)
    unlock()
    while (!desk.store.status().available) await new Promise((resolve) => setTimeout(resolve, 5))
    expect(await desk.find(fabrikam)).toEqual(stored)
    expect(await desk.find(contoso)).toEqual(typed)
    expect(desk.allowed).toEqual([])
    await desk.start(async () => keychain)
    expect(await desk.tenants()).toEqual([a, b])
  })

  it.each([
    ['another login host', () => ({ cloud: gcchigh })],
    ['another app', () => ({ clientId: randomUUID() })]
  ])('is never offered to %s', async (_, change) => {
    await desk.start(noKeychain)
    await desk.find(contoso)
    expect(await codeOf(desk.find({ ...contoso, ...change() }))).toBe('credential-unbound')
    expect(desk.allowed).toEqual([])
  })

  it('is never asked for, nor is its use, by a renewal', async () => {
    await desk.start(noKeychain)
    expect(await codeOf(desk.find(contoso, 'renew'))).toBe('needs-credential')
    await desk.find(contoso)
    expect(await codeOf(desk.find(fabrikam, 'renew'))).toBe('credential-unbound')
    expect([desk.asked.length, desk.allowed.length]).toEqual([1, 0])
  })
})

describe('“Ask each time”', () => {
  beforeEach(async () => {
    desk.signIn.askEachTime = true
    await desk.start(async () => memoryKeychain())
  })

  it('asks for each connection and keeps nothing but what its renewals need', async () => {
    const first = await desk.find(contoso)
    expect(await desk.find(contoso, 'renew')).toEqual(first)
    const second = await desk.find(contoso)
    expect(second).not.toEqual(first)
    expect(desk.store.list()).toEqual([])
    desk.credentials.forget(contoso)
    expect(await codeOf(desk.find(contoso, 'renew'))).toBe('needs-credential')
  })

  it('answered for one tenant leaves another one’s answer alone', async () => {
    const first = await desk.find(contoso)
    const second = await desk.find(fabrikam)
    expect(await desk.find(contoso, 'renew')).toEqual(first)
    expect(await desk.find(fabrikam, 'renew')).toEqual(second)
  })

  it('given up says which sign-in needs its credential', async () => {
    desk.answer = () => null
    expect(await codeOf(desk.find(contoso))).toBe('needs-credential')
  })
})
