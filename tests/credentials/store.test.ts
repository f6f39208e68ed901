import { randomBytes, randomUUID } from 'node:crypto'
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Keychain } from '../../app/adapters.ts'
import { createCredentialStore, type Binding, type CredentialStore, type KeychainStatus, type StoredCredential } from '../../app/credentials/store.ts'
import type { TenantryError } from '../../app/failures.ts'

/*
 * The store's own rules, over a keychain in memory: what a real keyring does is in keyring.test.ts.
 */

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'tenantry-store-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

class MemoryKeychain implements Keychain {
  readonly entries = new Map<string, string>()
  readonly calls: string[] = []
  /** Thrown by every call, while set. */
  problem: Error | null = null
  /** Every call waits for it. */
  gate: Promise<unknown> = Promise.resolve()

  async #pass(call: string): Promise<void> {
    this.calls.push(call)
    await this.gate
    if (this.problem) throw this.problem
  }
  async getPassword(service: string, account: string) {
    await this.#pass(`get ${service}`)
    return this.entries.get(account) ?? null
  }
  async setPassword(service: string, account: string, password: string) {
    await this.#pass(`set ${service}`)
    this.entries.set(account, password)
  }
  async deletePassword(service: string, account: string) {
    await this.#pass(`delete ${service}`)
    return this.entries.delete(account)
  }
  async findCredentials() {
    return [...this.entries].map(([account, password]) => ({ account, password }))
  }
}

const open = (keychain: Keychain, more: { onStatus?: (status: KeychainStatus) => void; probeLimitMs?: number; platform?: NodeJS.Platform } = {}) =>
  createCredentialStore({ keychain: async () => keychain, dataFolder: folder, platform: 'linux', ...more })

const newSecret = (): StoredCredential & { kind: 'secret' } => ({ kind: 'secret', secret: randomBytes(24).toString('base64url') })
const newBinding = (): Binding => ({ authorityHost: 'login.example.com', clientId: randomUUID(), tenantIds: [randomUUID()] })
const requestOf = ({ authorityHost, clientId, tenantIds }: Binding) => ({ authorityHost, clientId, tenantId: tenantIds[0]! })
const fileOf = (id: string) => join(folder, 'sealed', `${id}.sealed`)
const codeOf = (work: Promise<unknown>) => work.then(() => 'went well', (error: TenantryError) => error.code)

describe('a binding', () => {
  let store: CredentialStore
  let binding: Binding
  const id = randomUUID()
  const credential = newSecret()
  beforeEach(async () => {
    store = await open(new MemoryKeychain())
    binding = newBinding()
    await store.set(id, credential, binding)
  })

  it('covers its host, app and tenants, however they are written', async () => {
    const { authorityHost, clientId, tenantIds } = binding
    expect(await store.get(id.toUpperCase(), { authorityHost: authorityHost.toUpperCase(), clientId: clientId.toUpperCase(), tenantId: tenantIds[0]!.toUpperCase() })).toEqual(credential)
  })

  it.each([
    ['another login host', { authorityHost: 'login.evil.example' }, /login\.evil\.example/],
    ['a login host that only begins alike', { authorityHost: 'login.example.com.evil.example' }, /evil/],
    ['another app', { clientId: '00000000-0000-4000-8000-000000000000' }, /application 0000/],
    ['another tenant', { tenantId: '00000000-0000-4000-8000-000000000000' }, /tenant 0000/],
    ['no tenant', { tenantId: '' }, /tenant/]
  ])('refuses %s and names it', async (_, change, sentence) => {
    const asked = store.get(id, { ...requestOf(binding), ...change })
    await expect(asked).rejects.toMatchObject({ code: 'credential-unbound', message: expect.stringMatching(sentence) as string })
  })

  it('is widened by a confirmed tenant and stays so', async () => {
    const tenantId = randomUUID()
    await store.confirmTenant(id, tenantId.toUpperCase())
    await store.confirmTenant(id, tenantId)
    expect((await store.bindingOf(id))?.tenantIds).toEqual([binding.tenantIds[0], tenantId])
    expect(await store.get(id, { ...requestOf(binding), tenantId })).toEqual(credential)
  })

  it('can’t be widened where nothing is stored', async () => {
    expect(await codeOf(store.confirmTenant(randomUUID(), randomUUID()))).toBe('needs-credential')
  })

  it('can be looked at without the secret', async () => {
    const shown = await store.bindingOf(id)
    expect(shown).toEqual({ ...binding, kind: 'secret' })
    expect(JSON.stringify(shown)).not.toContain(credential.secret)
    shown!.tenantIds.push('x')
    expect((await store.bindingOf(id))?.tenantIds).toEqual(binding.tenantIds)
  })

  it('is replaced with the credential', async () => {
    const [other, secret] = [newBinding(), newSecret()]
    await store.set(id, secret, other)
    expect(await codeOf(store.get(id, requestOf(binding)))).toBe('credential-unbound')
    expect(await store.get(id, requestOf(other))).toEqual(secret)
  })
})

describe('sealed files', () => {
  it('hold nothing that can be read or told apart', async () => {
    const store = await open(new MemoryKeychain())
    const [id, credential, binding] = [randomUUID(), newSecret(), newBinding()]
    await store.set(id, credential, binding)
    const first = readFileSync(fileOf(id))
    await store.set(id, credential, binding)
    const second = readFileSync(fileOf(id))
    for (const text of [credential.secret, binding.clientId, binding.tenantIds[0]!, 'secret']) expect(first.includes(text)).toBe(false)
    // The same words sealed twice share nothing past the magic: the nonce is fresh.
    expect(first.subarray(18, 30).equals(second.subarray(18, 30))).toBe(false)
    expect(first.subarray(46).equals(second.subarray(46))).toBe(false)
  })

  it('are refused with a sentence when any byte is changed or any part is missing', async () => {
    const store = await open(new MemoryKeychain())
    const [id, binding] = [randomUUID(), newBinding()]
    await store.set(id, newSecret(), binding)
    const whole = readFileSync(fileOf(id))
    for (let at = 0; at < whole.length; at++) {
      const changed = Buffer.from(whole)
      changed[at]! ^= 1
      writeFileSync(fileOf(id), changed)
      expect(await codeOf(store.get(id, requestOf(binding)))).toBe('credential-damaged')
      writeFileSync(fileOf(id), whole.subarray(0, at))
      expect(await codeOf(store.get(id, requestOf(binding)))).toBe('credential-damaged')
    }
    writeFileSync(fileOf(id), Buffer.concat([whole, Buffer.from('x')]))
    expect(await codeOf(store.get(id, requestOf(binding)))).toBe('credential-damaged')
    writeFileSync(fileOf(id), whole)
    expect(await codeOf(store.get(id, requestOf(binding)))).toBe('went well')
  })

  it('do not open for another sign-in', async () => {
    const store = await open(new MemoryKeychain())
    const [id, other, binding] = [randomUUID(), randomUUID(), newBinding()]
    await store.set(id, newSecret(), binding)
    copyFileSync(fileOf(id), fileOf(other))
    expect(await codeOf(store.get(other, requestOf(binding)))).toBe('credential-damaged')
    expect(store.list()).toContain(other)
    await store.delete(other)
    expect(store.list()).toEqual([id])
  })

  it('do not open with another key', async () => {
    const [id, binding] = [randomUUID(), newBinding()]
    await (await open(new MemoryKeychain())).set(id, newSecret(), binding)
    const strange = new MemoryKeychain()
    await (await open(strange)).set(randomUUID(), newSecret(), binding)
    expect(await codeOf((await open(strange)).get(id, requestOf(binding)))).toBe('credential-damaged')
  })

  it('that can’t be read are said, not thrown about', async () => {
    const store = await open(new MemoryKeychain())
    const [id, binding] = [randomUUID(), newBinding()]
    await store.set(id, newSecret(), binding)
    rmSync(fileOf(id))
    expect(await store.get(id, requestOf(binding))).toBeNull()
    expect(store.has(id)).toBe(false)
  })

  it('leave no draft behind, and none is taken for a credential', async () => {
    const keychain = new MemoryKeychain()
    const store = await open(keychain)
    const id = randomUUID()
    await store.set(id, newSecret(), newBinding())
    writeFileSync(join(folder, 'sealed', `${randomUUID()}.sealed.${randomUUID()}.draft`), 'cut')
    writeFileSync(join(folder, 'sealed', '..sealed'), 'x')
    expect(store.list()).toEqual([id])
    await open(keychain)
    expect(readdirSync(join(folder, 'sealed')).sort()).toEqual(['..sealed', `${id}.sealed`])
  })

  it.each(['../../x', 'x', '', `${randomUUID()}/..`])('take no id that is none: “%s”', async (id) => {
    const store = await open(new MemoryKeychain())
    expect(await codeOf(store.set(id, newSecret(), newBinding()))).toBe('bad-input')
    expect(await codeOf(store.get(id, requestOf(newBinding())))).toBe('bad-input')
    expect(existsSync(join(folder, 'sealed'))).toBe(false)
  })
})

describe('the keychain', () => {
  it('is asked once at the start and not for each credential', async () => {
    const keychain = new MemoryKeychain()
    const [id, binding] = [randomUUID(), newBinding()]
    await (await open(keychain)).set(id, newSecret(), binding)
    keychain.calls.length = 0
    const store = await open(keychain)
    for (let turn = 0; turn < 5; turn++) await store.get(id, requestOf(binding))
    await store.set(randomUUID(), newSecret(), binding)
    expect(keychain.calls).toEqual(['get Tenantry'])
  })

  it('holds one key, even where two first credentials come at once', async () => {
    const keychain = new MemoryKeychain()
    const store = await open(keychain)
    const [ids, binding] = [Array.from({ length: 5 }, () => randomUUID()), newBinding()]
    await Promise.all(ids.map((id) => store.set(id, newSecret(), binding)))
    const again = await open(keychain)
    for (const id of ids) expect(await codeOf(again.get(id, requestOf(binding)))).toBe('went well')
    expect([...keychain.entries.keys()]).toEqual(['sealing key'])
  })

  it('with a key that was changed: says so, and nothing is overwritten', async () => {
    const keychain = new MemoryKeychain()
    const [id, binding] = [randomUUID(), newBinding()]
    await (await open(keychain)).set(id, newSecret(), binding)
    keychain.entries.set('sealing key', 'v1:short')
    const store = await open(keychain)
    expect(store.status().available).toBe(false)
    expect(await store.set(id, newSecret(), binding)).toBe('run')
    expect(keychain.entries.get('sealing key')).toBe('v1:short')
  })

  it('that answers late becomes usable, and its owner is told', async () => {
    const keychain = new MemoryKeychain()
    let answer = () => {}
    keychain.gate = new Promise<void>((resolve) => (answer = resolve))
    let told: (status: KeychainStatus) => void = () => {}
    const change = new Promise<KeychainStatus>((resolve) => (told = resolve))
    const store = await open(keychain, { probeLimitMs: 20, onStatus: told })
    expect(store.status()).toMatchObject({ available: false, reason: 'The Secret Service keyring is locked.' })
    expect(store.isWaiting()).toBe(true)
    answer()
    expect(await change).toMatchObject({ available: true, reason: null })
    expect(store.isWaiting()).toBe(false)
    expect(await store.set(randomUUID(), newSecret(), newBinding())).toBe('stored')
  })

  it('that refuses the first write is said then, and the secret is held for the run', async () => {
    const keychain = new MemoryKeychain()
    const seen: KeychainStatus[] = []
    const store = await open(keychain, { onStatus: (status) => seen.push(status) })
    keychain.problem = new Error('User canceled the operation.')
    const [id, credential, binding] = [randomUUID(), newSecret(), newBinding()]
    expect(await store.set(id, credential, binding)).toBe('run')
    expect(await store.get(id, requestOf(binding))).toEqual(credential)
    expect(seen).toEqual([expect.objectContaining({ available: false })])
    expect(existsSync(join(folder, 'sealed'))).toBe(false)
  })

  it.each<[NodeJS.Platform, string, RegExp]>([
    ['linux', 'Cannot autolaunch D-Bus without X11 $DISPLAY', /no keyring service/],
    ['linux', 'The name org.freedesktop.secrets was not provided by any .service files', /no keyring service/],
    ['linux', 'libsecret-1.so.0: cannot open shared object file: No such file or directory', /libsecret/],
    ['linux', 'Cannot create an item in a locked collection', /is locked/],
    ['linux', 'Object does not exist at path “/org/freedesktop/secrets/collection/login”', /no login keyring/],
    ['darwin', 'User interaction is not allowed.', /macOS Keychain is locked/],
    ['darwin', 'The user name or passphrase you entered is not correct.', /access was denied/],
    ['win32', 'Something odd.', /Windows Credential Manager can’t be used: Something odd/]
  ])('on %s saying “%s” is put into words', async (platform, message, sentence) => {
    const keychain = new MemoryKeychain()
    keychain.problem = new Error(message)
    expect((await open(keychain, { platform })).status().reason).toMatch(sentence)
  })

  it('that can’t even be loaded is one more reason', async () => {
    const store = await createCredentialStore({
      keychain: () => Promise.reject(Object.assign(new Error("Cannot find module '../build/Release/keytar.node'"), { code: 'MODULE_NOT_FOUND' })),
      dataFolder: folder,
      platform: 'linux'
    })
    expect(store.status().reason).toMatch(/libsecret/)
  })
})

describe('for this run only', () => {
  it('a credential is held in memory though it could be stored', async () => {
    const keychain = new MemoryKeychain()
    const store = await open(keychain)
    const [id, credential, binding] = [randomUUID(), newSecret(), newBinding()]
    expect(await store.set(id, credential, binding, 'run')).toBe('run')
    await store.confirmTenant(id, randomUUID())
    expect(store.has(id)).toBe(true)
    expect(existsSync(join(folder, 'sealed'))).toBe(false)
    expect((await open(keychain)).has(id)).toBe(false)
  })

  it('it is bound all the same', async () => {
    const store = await open(new MemoryKeychain())
    const [id, binding] = [randomUUID(), newBinding()]
    await store.set(id, newSecret(), binding, 'run')
    expect(await codeOf(store.get(id, { ...requestOf(binding), authorityHost: 'x.example' }))).toBe('credential-unbound')
  })

  it('deleting takes it from memory and disk', async () => {
    const store = await open(new MemoryKeychain())
    const [id, binding] = [randomUUID(), newBinding()]
    await store.set(id, newSecret(), binding)
    await store.set(id, newSecret(), binding, 'run')
    await store.delete(id)
    await store.delete(id)
    expect(store.list()).toEqual([])
    expect(existsSync(fileOf(id))).toBe(false)
  })
})

it('no error or status holds the secret', async () => {
  const keychain = new MemoryKeychain()
  const store = await open(keychain)
  const [id, credential, binding] = [randomUUID(), newSecret(), newBinding()]
  await store.set(id, credential, binding)
  const said: string[] = [JSON.stringify(store.status())]
  const note = (work: Promise<unknown>) =>
    work.then(() => expect.unreachable(), (error: TenantryError) => said.push(JSON.stringify(error.toFailure()), String(error.stack), String(error.cause)))
  await note(store.get(id, { ...requestOf(binding), tenantId: 'x' }))
  writeFileSync(fileOf(id), readFileSync(fileOf(id)).fill(0, 60))
  await note(store.get(id, requestOf(binding)))
  await note(store.set('x', credential, binding))
  const key = keychain.entries.get('sealing key')!.slice(3)
  for (const canary of [credential.secret, key]) expect(said.join('\n')).not.toContain(canary)
})
