import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import type { Keychain, Question } from '../../app/adapters.ts'
import type { CallInput, Profile, StoreCertificate } from '../../app/contract.ts'
import { readPfx } from '../../app/credentials/pfx.ts'
import { createCredentialStore, type CredentialStore } from '../../app/credentials/store.ts'
import { failure } from '../../app/failures.ts'
import { WorkingFolders } from '../../app/profiles/folders.ts'
import { openProfiles, type Examples, type Profiles } from '../../app/profiles/profiles.ts'
import { builtInClouds, customCloud, normaliseDomain } from '../../app/tokens/clouds.ts'

type SaveInput = CallInput<'profiles.save'>

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'profiles-'))
  folders.push(folder)
  return folder
}

/** A keychain in memory: the real one has its own tests. */
export function memoryKeychain(): Keychain {
  const entries = new Map<string, string>()
  return {
    getPassword: async (service, account) => entries.get(`${service} ${account}`) ?? null,
    setPassword: async (service, account, password) => void entries.set(`${service} ${account}`, password),
    deletePassword: async (service, account) => entries.delete(`${service} ${account}`),
    findCredentials: async () => [...entries].map(([account, password]) => ({ account, password }))
  }
}

/** Real profiles over a real credential store; tenants, the dialog and the certificate store are the test's. */
export class ProfileDesk {
  readonly folder: string
  readonly keychain: Keychain
  readonly tenants = new Map<string, string>()
  readonly questions: Question[] = []
  readonly asked: string[] = []
  folders = new WorkingFolders()
  certificates: StoreCertificate[] = []
  answer = true
  now = Date.parse('2026-11-25T10:00:00Z')
  changes = 0
  lookupsNow = 0
  lookupsMost = 0
  profiles!: Profiles
  credentials!: CredentialStore

  constructor(folder = newFolder(), keychain = memoryKeychain()) {
    this.folder = folder
    this.keychain = keychain
  }

  static async open(examples: Examples | null = null): Promise<ProfileDesk> {
    const desk = new ProfileDesk()
    await desk.start(examples)
    return desk
  }

  /** Starts as the app does; again, as after a restart. */
  async start(examples: Examples | null = null): Promise<Profiles> {
    this.credentials = await createCredentialStore({ keychain: async () => this.keychain, dataFolder: this.folder, platform: 'linux' })
    this.profiles = await openProfiles({
      dataFolder: this.folder,
      now: () => this.now,
      credentials: this.credentials,
      cloudOf: (id, custom) => {
        const cloud = id === 'custom' && custom ? customCloud(custom) : builtInClouds.find((known) => known.id === id)
        if (!cloud) throw failure('cloud-unknown', { cloud: id })
        return cloud
      },
      resolveTenant: async (cloud, domain) => {
        const name = normaliseDomain(domain)
        this.asked.push(`${cloud.loginHost} ${name}`)
        this.lookupsMost = Math.max(this.lookupsMost, ++this.lookupsNow)
        await new Promise((resolve) => setImmediate(resolve))
        this.lookupsNow -= 1
        const tenantId = this.tenants.get(name)
        if (!tenantId) throw failure('unknown-tenant', { tenant: name, cloud: cloud.label })
        return { tenantId, cloud: cloud.id, authority: `https://${cloud.loginHost}/${tenantId}`, cloudLabel: cloud.label }
      },
      inspectPfx: (pfxBase64, password) => readPfx(Buffer.from(pfxBase64, 'base64'), password),
      certificates: async () => this.certificates,
      signedIn: () => {
        throw failure('account-not-held')
      },
      confirm: async (question) => {
        this.questions.push(question)
        return this.answer
      },
      folders: this.folders,
      examples,
      onChange: () => (this.changes += 1)
    })
    return this.profiles
  }

  /** A new tenant with this domain; answers its id. */
  tenant(domain: string): string {
    const id = randomUUID()
    this.tenants.set(domain, id)
    return id
  }

  /** Saves a new profile with a new sign-in of its own, by client secret. */
  async add(name: string, domain = `${name.toLowerCase()}.example.com`): Promise<Profile> {
    if (!this.tenants.has(domain)) this.tenant(domain)
    return this.profiles.save(newProfile(name, domain))
  }

  file(name = 'profiles.json'): string {
    return readFileSync(join(this.folder, name), 'utf8')
  }

  names(): string[] {
    return readdirSync(this.folder).sort()
  }

  sealed(): string[] {
    try {
      return readdirSync(join(this.folder, 'sealed'))
    } catch {
      return []
    }
  }
}

export const newSecret = () => randomBytes(20).toString('base64url')

export function draft(name: string, domain: string, change: Partial<SaveInput['profile']> = {}): SaveInput['profile'] {
  return { name, domain, cloud: 'worldwide', services: ['exchange'], colour: '#5aa9ff', environment: 'production', ...change }
}

export function newProfile(name: string, domain: string, secret = newSecret()): SaveInput {
  const signIn = { name: `${name} app`, clientId: randomUUID(), kind: 'secret' as const }
  return { profile: draft(name, domain), signIn: { use: 'new', signIn }, credential: { kind: 'secret', secret } }
}

/** The profile as the editor sends it back. */
export function edited(profile: Profile, change: Partial<SaveInput['profile']> = {}): SaveInput['profile'] {
  const { id, name, group, domain, cloud, customCloud: hosts, services, colour, environment, workingFolder, notes } = profile
  return { id, name, group, domain, cloud, customCloud: hosts, services, colour, environment, workingFolder, notes, ...change }
}

export function existing(id: string | null): SaveInput['signIn'] {
  return { use: 'existing', id: id! }
}
