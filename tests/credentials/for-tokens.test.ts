import { randomBytes, randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Keychain } from '../../app/adapters.ts'
import type { CredentialInput, EventData } from '../../app/contract.ts'
import { readPfx } from '../../app/credentials/pfx.ts'
import { CredentialQuestions } from '../../app/credentials/asking.ts'
import { TokenCredentials } from '../../app/credentials/for-tokens.ts'
import type { AccountCredential } from '../../app/credentials/credential.ts'
import { createCredentialStore, type CredentialStore } from '../../app/credentials/store.ts'
import { failure, type TenantryError } from '../../app/failures.ts'
import { checkCredential, type SignIn } from '../../app/profiles/sign-in.ts'
import type { TokenSubject } from '../../app/tokens/broker.ts'
import { builtInClouds } from '../../app/tokens/clouds.ts'
import { makePfx } from './make-pfx.ts'
import { memoryKeychain, newFolder } from '../profiles/profile-desk.ts'

const [worldwide, gcchigh] = builtInClouds as [(typeof builtInClouds)[0], (typeof builtInClouds)[0]]
const noSignal = new AbortController().signal
const newSecret = () => ({ kind: 'secret' as const, secret: randomBytes(20).toString('base64url') })
const codeOf = (work: Promise<unknown>) => work.then(() => 'went well', (error: TenantryError) => error.code)

/** Credentials for tokens over a real store and real questions; who answers is the test. */
class Desk {
  readonly signIn: SignIn = { id: randomUUID(), name: 'Contoso app', clientId: randomUUID(), kind: 'secret', askEachTime: false, certificate: null, account: null }
  readonly folder = newFolder()
  readonly asked: Array<EventData<'credential.asked'>> = []
  readonly allowed: TokenSubject[] = []
  readonly withdrawn: string[] = []
  answer: (asked: EventData<'credential.asked'>) => CredentialInput | null = newSecret
  answers = (settle: (credential: CredentialInput | null) => void, asked: EventData<'credential.asked'>): void => void setImmediate(() => settle(this.answer(asked)))
  allows = true
  signedIn: () => AccountCredential = () => { throw new Error('nobody signed in') }
  kept = 0
  isDeleted = false
  store!: CredentialStore
  credentials!: TokenCredentials

  async start(keychain: () => Promise<Keychain>, probeLimitMs = 5_000): Promise<void> {
    this.store = await createCredentialStore({ keychain, dataFolder: this.folder, platform: 'linux', probeLimitMs })
    const questions: CredentialQuestions = new CredentialQuestions(
      (asked) => {
        this.asked.push(asked)
        this.answers((credential) => questions.answer(asked.id, credential), asked)
      },
      (id) => this.withdrawn.push(id)
    )
    this.credentials = new TokenCredentials({
      store: this.store, questions,
      signIn: () => {
        if (this.isDeleted) throw failure('sign-in-not-found')
        return this.signIn
      },
      tenantName: (id) => `tenant of ${id}`,
      allow: async (_, subject) => {
        this.allowed.push(subject)
        return this.allows
      },
      check: async (kind, typed) =>
        (await checkCredential(kind, typed, { inspectPfx: (pfx, password) => readPfx(Buffer.from(pfx, 'base64'), password), certificates: async () => [], signedIn: () => this.signedIn() })).credential,
      onKept: () => (this.kept += 1)
    })
  }

  subject(change: Partial<TokenSubject> = {}): TokenSubject {
    return { profileId: randomUUID(), tenantId: randomUUID(), signInId: this.signIn.id, clientId: this.signIn.clientId, cloud: worldwide, ...change }
  }

  /** Only looks for the credential: no token comes. */
  seek(subject: TokenSubject, purpose: 'connect' | 'renew' = 'connect') {
    return this.credentials.find(subject, purpose, noSignal)
  }

  /** Finds it, and a token comes for it. */
  async find(subject: TokenSubject, purpose: 'connect' | 'renew' = 'connect') {
    const credential = await this.seek(subject, purpose)
    await this.credentials.accepted(subject, credential)
    return credential
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

describe('a typed credential and its first token', () => {
  beforeEach(() => desk.start(async () => memoryKeychain()))

  it('it is stored only once that came, and serves the connection’s other services meanwhile', async () => {
    const typed = await desk.seek(contoso)
    expect([desk.store.list(), desk.kept]).toEqual([[], 0])
    expect(await desk.seek(contoso)).toBe(typed)
    await Promise.all([desk.credentials.accepted(contoso, typed), desk.credentials.accepted(contoso, typed), desk.seek(contoso)])
    expect([desk.store.list(), desk.kept, desk.asked.length]).toEqual([[desk.signIn.id], 1, 1])
    expect(await desk.seek(contoso)).toEqual(typed)
    expect(await desk.tenants()).toEqual([contoso.tenantId])
  })

  it('where it was refused it is forgotten, and the next connection asks again', async () => {
    const wrong = await desk.seek(contoso)
    desk.credentials.refused(contoso, wrong, failure('secret-wrong'))
    const right = await desk.find(contoso)
    expect(right).not.toEqual(wrong)
    expect([desk.store.list(), desk.asked.length]).toEqual([[desk.signIn.id], 2])
    desk.credentials.refused(contoso, right, failure('secret-expired'))
    expect(await desk.seek(contoso)).toEqual(right)
  })

  it('where the network failed it is kept for another try', async () => {
    const typed = await desk.seek(contoso)
    desk.credentials.refused(contoso, typed, failure('connection-refused', { host: 'login.microsoftonline.com' }))
    expect(await desk.find(contoso)).toBe(typed)
    expect(desk.asked).toHaveLength(1)
  })

  it('blanks around a secret are taken away', async () => {
    desk.answer = () => ({ kind: 'secret', secret: '  abc\n' })
    expect(await desk.seek(contoso)).toEqual({ kind: 'secret', secret: 'abc' })
  })

  it.each([
    ['an empty secret', 'secret', { kind: 'secret', secret: '  ' }, 'credential-missing'],
    ['another kind', 'pfx', { kind: 'secret', secret: 'abc' }, 'credential-missing'],
    ['no PFX file', 'pfx', { kind: 'pfx', pfxBase64: 'AAAA', password: '' }, 'pfx-not-pfx'],
    ['a certificate that is not there', 'store', { kind: 'store', thumbprint: 'a'.repeat(40) }, 'certificate-not-found']
  ] as const)('%s is refused before anybody is asked for a token, and asked for again', async (_, kind, answer, code) => {
    desk.signIn.kind = kind
    desk.answer = () => answer
    expect(await codeOf(desk.seek(contoso))).toBe(code)
    expect(await codeOf(desk.seek(contoso))).toBe(code)
    expect([desk.asked.length, desk.store.list()]).toEqual([2, []])
  })

  it('a PFX file must open with its password', async () => {
    const pfxBase64 = makePfx({ password: 'right' }).bytes.toString('base64')
    desk.signIn.kind = 'pfx'
    desk.answer = () => ({ kind: 'pfx', pfxBase64, password: 'wrong' })
    expect(await codeOf(desk.seek(contoso))).toBe('pfx-wrong-password')
    desk.answer = () => ({ kind: 'pfx', pfxBase64, password: 'right' })
    expect(await desk.find(contoso)).toMatchObject({ kind: 'pfx', password: 'right' })
  })

  it.each([
    ['deleted', () => (desk.isDeleted = true)],
    ['changed to another app', () => (desk.signIn.clientId = randomUUID())]
  ])('it is not stored for a sign-in that was %s meanwhile', async (_, change) => {
    const typed = await desk.seek(contoso)
    change()
    await desk.credentials.accepted(contoso, typed)
    expect(desk.store.list()).toEqual([])
  })

  it('a question for a connection that was given up already is not shown', async () => {
    const gone = AbortSignal.abort()
    expect(await codeOf(desk.credentials.find(contoso, 'connect', gone))).toBe('cancelled')
    expect(desk.asked).toEqual([])
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

  it('and a second service’s wrong answer leaves the first one’s renewals alone', async () => {
    const right = await desk.find(contoso)
    const wrong = await desk.seek(contoso)
    desk.credentials.refused(contoso, wrong, failure('secret-wrong'))
    expect(await desk.find(contoso, 'renew')).toEqual(right)
  })

  describe('shared by two services of one profile', () => {
    const answers: Array<(credential: CredentialInput | null) => void> = []
    let first: AbortController
    let second: AbortController
    let both: Array<Promise<string>>
    beforeEach(async () => {
      // The person takes their time.
      desk.answers = (settle) => answers.push(settle)
      ;[first, second] = [new AbortController(), new AbortController()]
      both = [first, second].map(({ signal }) => codeOf(desk.credentials.find(contoso, 'connect', signal)))
      await expect.poll(() => desk.asked.length).toBe(1)
    })
    afterEach(() => answers.splice(0))

    it('is one question, which stays where the first to ask is closed, and serves the other', async () => {
      first.abort()
      expect(await both[0]).toBe('cancelled')
      expect(desk.withdrawn).toEqual([])
      answers[0]!(newSecret())
      expect(await both[1]).toBe('went well')
      expect(desk.asked).toHaveLength(1)
    })

    it('is withdrawn with the last, and asked anew for who comes later', async () => {
      first.abort()
      second.abort()
      expect(await Promise.all(both)).toEqual(['cancelled', 'cancelled'])
      expect(desk.withdrawn).toEqual([desk.asked[0]!.id])
      const later = codeOf(desk.seek(contoso))
      await expect.poll(() => answers.length).toBe(2)
      answers[1]!(newSecret())
      expect(await later).toBe('went well')
    })
  })

  it('that is an account and asked each time is used as the use before left it, and a new sign-in goes before it', async () => {
    Object.assign(desk.signIn, { kind: 'account', askEachTime: true })
    const account = (cache: string): AccountCredential => ({ kind: 'account', cache, homeAccountId: 'a.b', username: 'anna@contoso.example', name: 'Anna', homeTenantId: randomUUID(), clientId: desk.signIn.clientId, authorityHost: worldwide.loginHost })
    desk.answer = () => ({ kind: 'account', signedIn: randomUUID() })
    const used: string[] = []
    /** Asks for a token: the refresh token that is used is another one afterwards. */
    const use = async (purpose: 'connect' | 'renew') => {
      const found = (await desk.seek(contoso, purpose)) as AccountCredential
      await desk.credentials.inTurnWith(contoso, found, async (newest) => {
        used.push(newest.cache)
        await desk.credentials.rotated(contoso, newest, { ...newest, cache: `after ${newest.cache}` })
      })
      await desk.credentials.accepted(contoso, found)
    }
    desk.signedIn = () => account('one')
    await use('connect')
    await use('renew')
    desk.signedIn = () => account('two')
    await use('connect')
    await use('renew')
    expect(used).toEqual(['one', 'after one', 'two', 'after two'])
  })

  it('given up says which sign-in needs its credential', async () => {
    desk.answer = () => null
    expect(await codeOf(desk.find(contoso))).toBe('needs-credential')
  })
})
