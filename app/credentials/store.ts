import { join } from 'node:path'
import { z } from 'zod'
import type { Keychain } from '../adapters.ts'
import { failure, TenantryError } from '../failures.ts'
import { jsonOf } from '../json.ts'
import { outsideOf, widened, type AccountCredential, type Binding, type CredentialRequest, type StoredCredential } from './credential.ts'
import { checkWritable, createKey, keychainName, KeychainSilent, readKey, readKeychainProblem } from './keychain-key.ts'
import { seal, SealedFolder, unseal } from './sealed.ts'

export type { Binding, CredentialRequest, StoredCredential } from './credential.ts'

export interface KeychainStatus {
  available: boolean
  /** E.g. "The macOS Keychain". */
  name: string
  /** Why it can't be used, in words. */
  reason: string | null
}

/** Where a credential was put: sealed on disk under the keychain's key, or in memory until the app ends. */
export type Kept = 'stored' | 'run'

/**
 * The secrets behind sign-ins, each together with what it may be used for: that belongs under the same seal, and for 200
 * tenants it is longer than an entry of Windows' Credential Manager (2,560 bytes: CRED_MAX_CREDENTIAL_BLOB_SIZE). So the
 * keychain holds the one key, and is asked once a run.
 */
export interface CredentialStore {
  status(): KeychainStatus
  /**
   * Stores a credential; without a usable keychain it is held for this run only, never on disk.
   *
   * @param keep `run` holds it in memory even where it could be stored ("Ask each time")
   */
  set(signInId: string, credential: StoredCredential, binding: Binding, keep?: Kept): Promise<Kept>
  /**
   * The credential for a request; null where there is none that can be had.
   *
   * @throws TenantryError `credential-unbound` outside of its binding, `credential-damaged` where it can't be read
   */
  get(signInId: string, request: CredentialRequest): Promise<StoredCredential | null>
  /** Widens the binding by a tenant. @throws TenantryError `needs-credential` where there is nothing to widen */
  confirmTenant(signInId: string, tenantId: string): Promise<void>
  /** Puts an account's next refresh token in the place of the one before; nothing happens where another account is signed in by now. */
  replaceAccount(signInId: string, next: AccountCredential): Promise<void>
  /** What the credential may be used for, its kind, and nothing secret; null where there is none. */
  bindingOf(signInId: string): Promise<(Binding & { kind: StoredCredential['kind'] }) | null>
  /** There is a credential that can be had now. */
  has(signInId: string): boolean
  /** Removes it from disk and memory; nothing happens where there is none. */
  delete(signInId: string): Promise<void>
  /**
   * A call to the keychain has not come back. Node waits at its end for as long as that takes, which may be for ever:
   * a host ends its process by `endProcess` (app/ending.ts).
   */
  isWaiting(): boolean
  /**
   * Reads from the keychain now, which a keychain that is locked or guarded lets nobody do unasked. Answers false where
   * there is none to ask.
   *
   * @throws TenantryError `keychain-…` where it does not let itself be read
   */
  askKeychain(): Promise<boolean>
  /** Every sign-in of which something is kept, on disk or in memory, whether it can be opened or not. */
  list(): string[]
}

export interface StoreOptions {
  keychain: () => Promise<Keychain>
  /** The app's data folder; sealed files go into its `sealed`. */
  dataFolder: string
  platform: NodeJS.Platform
  /** Told when the keychain becomes usable or unusable after the start. */
  onStatus?: (status: KeychainStatus) => void
  /** Milliseconds; see `probeLimitMs`. */
  probeLimitMs?: number
}

/** A keychain that wants a prompt answered may never answer: the window must not wait for it at start. */
export const probeLimitMs = 5_000
/** A write may show the keychain's dialog to a person who asked for it. */
const writeLimitMs = 60_000

const entrySchema = z.object({
  credential: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('secret'), secret: z.string() }),
    z.object({ kind: z.literal('pfx'), pfxBase64: z.string(), password: z.string() }),
    z.object({ kind: z.literal('store'), thumbprint: z.string() }),
    z.object({
      ...{ kind: z.literal('account'), cache: z.string(), homeAccountId: z.string(), username: z.string(), name: z.string(), homeTenantId: z.string() },
      ...{ clientId: z.string(), authorityHost: z.string() }
    })
  ]),
  binding: z.object({ authorityHost: z.string(), clientId: z.string(), tenantIds: z.array(z.string()) })
})
type Entry = z.infer<typeof entrySchema>

/** Opens the store. The keychain is asked once, within a time limit; a failure is the store's status, never thrown. */
export async function createCredentialStore(options: StoreOptions): Promise<CredentialStore> {
  const store = new SealedStore(options)
  await store.open()
  return store
}

class SealedStore implements CredentialStore {
  readonly #options: StoreOptions
  readonly #folder: SealedFolder
  readonly #run = new Map<string, Entry>()
  #keychain: Keychain | null = null
  #key: Buffer | null = null
  #problem: TenantryError | null = null
  #creating: Promise<void> | null = null
  #calls = 0

  constructor(options: StoreOptions) {
    this.#options = options
    this.#folder = new SealedFolder(join(options.dataFolder, 'sealed'))
  }

  async open(): Promise<void> {
    this.#folder.sweep()
    const asked = this.#counted(this.#askKeychain())
    try {
      await within(asked, this.#options.probeLimitMs ?? probeLimitMs)
    } catch (error) {
      this.#problem = readKeychainProblem(error, this.#options.platform)
      if (!(error instanceof KeychainSilent)) return
      // The person may still answer the keychain's own dialog.
      asked.then(
        () => this.#changeStatus(null),
        (late: unknown) => this.#changeStatus(late)
      )
    }
  }

  status(): KeychainStatus {
    const name = keychainName(this.#options.platform)
    return { available: this.#problem === null, name, reason: this.#problem?.message ?? null }
  }

  async set(signInId: string, credential: StoredCredential, binding: Binding, keep: Kept = 'stored'): Promise<Kept> {
    const entry: Entry = { credential, binding }
    const id = signInId.toLowerCase()
    const key = keep === 'stored' ? await this.#keyForWriting() : null
    if (!key) {
      this.#run.set(id, entry)
      return 'run'
    }
    this.#folder.write(id, seal(key, id, Buffer.from(JSON.stringify(entry))))
    this.#run.delete(id)
    return 'stored'
  }

  async get(signInId: string, request: CredentialRequest): Promise<StoredCredential | null> {
    const entry = this.#entry(signInId)
    if (!entry) return null
    const outside = outsideOf(entry.binding, request)
    if (outside === null) return entry.credential
    // One that was typed while the keychain was locked does not take from the stored one what that was confirmed for.
    const stored = this.#run.has(signInId.toLowerCase()) ? this.#stored(signInId) : null
    if (stored && outsideOf(stored.binding, request) === null) return stored.credential
    throw failure('credential-unbound', { what: outside })
  }

  async confirmTenant(signInId: string, tenantId: string): Promise<void> {
    const entry = this.#entry(signInId)
    if (!entry) throw failure('needs-credential', { signIn: 'this one' })
    const binding = widened(entry.binding, tenantId)
    if (binding === entry.binding) return
    await this.set(signInId, entry.credential, binding, this.#run.has(signInId.toLowerCase()) ? 'run' : 'stored')
  }

  async replaceAccount(signInId: string, next: AccountCredential): Promise<void> {
    const entry = this.#entry(signInId)
    if (entry?.credential.kind !== 'account' || entry.credential.homeAccountId !== next.homeAccountId) return
    await this.set(signInId, next, entry.binding, this.#run.has(signInId.toLowerCase()) ? 'run' : 'stored')
  }

  async bindingOf(signInId: string): Promise<(Binding & { kind: StoredCredential['kind'] }) | null> {
    const entry = this.#entry(signInId)
    return entry && { ...structuredClone(entry.binding), kind: entry.credential.kind }
  }

  has(signInId: string): boolean {
    return this.#run.has(signInId.toLowerCase()) || (this.#key !== null && this.#problem === null && this.#folder.has(signInId))
  }

  async delete(signInId: string): Promise<void> {
    this.#run.delete(signInId.toLowerCase())
    this.#folder.delete(signInId)
  }

  async askKeychain(): Promise<boolean> {
    const keychain = this.#keychain
    if (!keychain || this.#problem) return false
    try {
      const key = await within(this.#counted(readKey(keychain)), writeLimitMs)
      // A locked keyring answers "nothing there": where there was a key before, that is a no.
      if (!key && this.#key) throw failure('keychain-locked', { keychain: keychainName(this.#options.platform) })
      if (!key) await within(this.#counted(checkWritable(keychain)), writeLimitMs)
      return true
    } catch (error) {
      throw error instanceof TenantryError ? error : readKeychainProblem(error, this.#options.platform)
    }
  }

  isWaiting(): boolean {
    return this.#calls > 0
  }

  list(): string[] {
    return [...new Set([...this.#run.keys(), ...this.#folder.list()])].sort()
  }

  /** What this run holds goes before what the disk holds: it is the newer one. */
  #entry(signInId: string): Entry | null {
    return this.#run.get(signInId.toLowerCase()) ?? this.#stored(signInId)
  }

  #stored(signInId: string): Entry | null {
    const id = signInId.toLowerCase()
    const file = this.#problem === null ? this.#folder.read(id) : null
    if (!file) return null
    if (!this.#key) throw failure('credential-damaged', { reason: 'the key that sealed it is gone from the keychain' })
    const entry = entrySchema.safeParse(jsonOf(unseal(this.#key, id, file).toString('utf8')))
    if (!entry.success) throw failure('credential-damaged', { reason: 'another version of Tenantry sealed it' })
    return entry.data
  }

  async #askKeychain(): Promise<void> {
    const keychain = await this.#options.keychain()
    this.#keychain = keychain
    const key = await readKey(keychain)
    // A locked keyring answers "nothing there" (GNOME Keyring without a prompter does): only a write tells.
    if (!key) await checkWritable(keychain)
    this.#key = key
  }

  #counted<T>(call: Promise<T>): Promise<T> {
    this.#calls++
    return call.finally(() => this.#calls--)
  }

  /** The sealing key, made at the first need; null where the keychain can't hold it. */
  async #keyForWriting(): Promise<Buffer | null> {
    if (this.#problem || !this.#keychain) return null
    // Two first credentials at once must not make two keys: the later one would lock the earlier one's file.
    if (!this.#key) await (this.#creating ??= this.#createKey(this.#keychain).finally(() => (this.#creating = null)))
    return this.#key
  }

  async #createKey(keychain: Keychain): Promise<void> {
    try {
      this.#key = await within(this.#counted(createKey(keychain)), writeLimitMs)
    } catch (error) {
      this.#changeStatus(error)
    }
  }

  #changeStatus(error: unknown): void {
    this.#problem = error === null ? null : readKeychainProblem(error, this.#options.platform)
    this.#options.onStatus?.(this.status())
  }
}

async function within<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new KeychainSilent('no answer')), milliseconds)
  })
  // The loser must not become an unhandled rejection.
  work.catch(() => {})
  return Promise.race([work, silence]).finally(() => clearTimeout(timer))
}
