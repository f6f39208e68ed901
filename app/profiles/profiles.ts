import type { Cloud, Question } from '../adapters.ts'
import type { CallInput, CallOutput, CallRequest, Profile, SignInView } from '../contract.ts'
import type { Binding } from '../credentials/credential.ts'
import type { CredentialStore, Kept, StoredCredential } from '../credentials/store.ts'
import { expiryOf } from '../expiry/expiry.ts'
import { failure } from '../failures.ts'
import { normaliseDomain, type ResolvedTenant } from '../tokens/clouds.ts'
import { bindingOf, boundAt, checkHost, confirmEntered, confirmUse, noTenant, rebind, replaceCredential, type Tenant } from './binding.ts'
import { checkDraft, checkPin, checkServices, findProfile, findSignIn, put } from './checks.ts'
import { ProfilesFile, type Content } from './file.ts'
import type { WorkingFolders } from './folders.ts'
import { Importer } from './importer.ts'
import { checkName, freeName } from './names.ts'
import { confirmRemoteHost } from './remote-host.ts'
import { withEnd } from './secret-end.ts'
import { checkClientId, checkCredential, factsOf, missingCredential, type CheckedCredential, type CredentialInspection, type SecretEnd, type SignIn } from './sign-in.ts'
import { SignInUsers } from './sign-in-users.ts'
import { exportText } from './transfer.ts'
import { TrustedHosts } from './trusted-hosts.ts'

export type { SignIn } from './sign-in.ts'

/** What a first start begins with. The credentials are held anew at every start, in memory only. */
export interface Examples {
  profiles: Profile[]
  signIns: SignIn[]
  credentials: Array<{ signInId: string; credential: StoredCredential; binding: Binding }>
}

export interface ProfilesOptions extends CredentialInspection {
  dataFolder: string
  /** Milliseconds since the epoch. */
  now(): number
  credentials: CredentialStore
  /** Throws `cloud-unknown` or `not-a-host`. */
  cloudOf(id: string, custom: Profile['customCloud']): Cloud
  resolveTenant(cloud: Cloud, domain: string, options?: { detect?: boolean }): Promise<ResolvedTenant>
  /** The host's own dialog. */
  confirm(question: Question): Promise<boolean>
  folders: WorkingFolders
  examples: Examples | null
  onChange(view: CallOutput<'profiles.list'>): void
}

type SaveInput = CallInput<'profiles.save'>
type OnUndo = (step: () => Promise<unknown>) => void

/** Opens the profiles' file and holds the examples' credentials for this run. A broken file is said in `notices`. */
export async function openProfiles(options: ProfilesOptions): Promise<Profiles> {
  const profiles = new Profiles(options)
  await profiles.begin()
  return profiles
}

/** The tenants and the sign-ins they share. Every change is all or nothing: file, secrets and memory. */
export class Profiles {
  readonly #options: ProfilesOptions
  readonly #file: ProfilesFile
  readonly #importer: Importer
  readonly #users: SignInUsers
  readonly #hosts: TrustedHosts
  /** Sign-ins whose credential is an example's and must stay out of the keychain. */
  readonly #examples = new Set<string>()

  constructor(options: ProfilesOptions) {
    this.#options = options
    this.#file = new ProfilesFile(options.dataFolder)
    this.#users = new SignInUsers(options.cloudOf)
    this.#hosts = new TrustedHosts({ ...options, profiles: () => this.#file.content.profiles })
    this.#importer = new Importer({
      ...options,
      file: this.#file,
      hosts: this.#hosts,
      keepOf: (id) => this.#keepOf(id),
      usedAt: (signInId, host) => this.#users.usedAt(signInId, host, this.#file.content.profiles)
    })
  }

  /** Writes the examples on a first start, holds their credentials, and removes secrets that belong to nobody. */
  async begin(): Promise<void> {
    const { examples, credentials } = this.#options
    // Secrets without any profile: the profiles' files were taken away.
    if (this.#file.opened === 'first' && credentials.list().length > 0) this.#file.markRescued()
    if (examples && this.#file.opened === 'first') {
      await this.#file.change((content) => {
        content.profiles.push(...structuredClone(examples.profiles))
        content.signIns.push(...structuredClone(examples.signIns))
      })
    }
    for (const { signInId, credential, binding } of examples?.credentials ?? []) {
      const signIn = this.#file.content.signIns.find(({ id }) => id === signInId)
      if (!signIn || signIn.kind !== credential.kind || signIn.clientId !== binding.clientId.toLowerCase()) continue
      await credentials.set(signInId, credential, binding, 'run')
      this.#examples.add(signInId)
    }
    await this.#removeOrphans()
  }

  /** Sentences for the admin on what was found at the start. */
  get notices(): string[] {
    return this.#file.notices
  }

  /** Whether every profile is known. Otherwise what belongs to nobody may belong to somebody yet. */
  get isWhole(): boolean {
    return this.#file.isWhole
  }

  /** Nothing is known of the profiles that there were. */
  get isLost(): boolean {
    return this.#file.isLost
  }

  list(): CallOutput<'profiles.list'> {
    const { profiles, signIns } = this.#file.content
    return { profiles: structuredClone(profiles), signIns: signIns.map((signIn) => this.#view(signIn)) }
  }

  has(id: string): boolean {
    return this.#file.content.profiles.some((profile) => profile.id === id)
  }

  /** Throws `profile-not-found`. */
  get(id: string): Profile {
    return structuredClone(findProfile(this.#file.content, id))
  }

  /** Throws `sign-in-not-found`. */
  signIn(id: string): SignIn {
    return structuredClone(findSignIn(this.#file.content, id))
  }

  /**
   * Asks a cloud which tenant a domain belongs to; a custom cloud only after its hosts were confirmed.
   *
   * @throws TenantryError as `resolveTenant` does; `cancelled` where the person refused the hosts
   */
  async resolve({ domain, cloud: id, customCloud, detect = false }: CallRequest<'profiles.resolve'>): Promise<CallOutput<'profiles.resolve'>> {
    const cloud = this.#options.cloudOf(id, customCloud ?? null)
    const name = normaliseDomain(domain)
    // The editor resolves as one types: who refused the hosts is asked again only when saving.
    await this.#hosts.confirm(cloud, { askAgain: false })
    return this.#options.resolveTenant(cloud, name, { detect })
  }

  /**
   * Saves a new or an edited profile: the domain is resolved and its tenant pinned, the credential looked at, and
   * whatever was not confirmed before is asked, before anything is written.
   *
   * @throws TenantryError with the form's field; `tenant-changed` with both ids; `cancelled` where the person refused
   */
  async save(input: SaveInput): Promise<Profile> {
    const { credentials, confirm, folders } = this.#options
    const before = input.profile.id ? findProfile(this.#file.content, input.profile.id) : null
    const draft = checkDraft(input.profile, this.#file.content, folders)
    const cloud = this.#options.cloudOf(draft.cloud, draft.customCloud)
    checkServices(draft.services, cloud)
    const signIn = this.#signInOf(input, draft.name)
    const entered = await this.#entered(signIn, input.credential, input.signIn.use === 'new')
    const typed = input.signIn.use === 'new' ? input.signIn.signIn.expiresOn : input.signIn.expiresOn
    const dated = (stored: SignIn) => withEnd({ ...stored, ...(entered ? factsOf(entered) : {}) }, { typed, isEntered: entered !== null }, this.#options.now())
    dated(signIn)
    // Before the first word to them.
    await this.#hosts.confirm(cloud)
    await confirmRemoteHost(draft, before, cloud, confirm)
    const { tenantId } = await this.#options.resolveTenant(cloud, draft.domain)
    if (before) checkPin(before, draft, tenantId)
    const usedElsewhere = (host: string) => this.#users.usedAt(signIn.id, host, this.#file.content.profiles, before?.id)
    const tenants = [{ domain: draft.domain, tenantId }]
    if (entered) await checkHost(signIn, cloud, credentials, usedElsewhere)
    const allowed = entered ? await this.#allowed(signIn, cloud.loginHost, tenants, before?.id) : []
    const binding = input.signIn.use === 'new' || entered ? null : await confirmUse(signIn, cloud, tenants, { credentials, confirm, usedElsewhere })

    return this.#change(async (content, onUndo) => {
      const profile: Profile = {
        ...checkDraft(input.profile, content, folders),
        id: before?.id ?? crypto.randomUUID(),
        tenantId,
        initialDomain: before?.tenantId === tenantId ? findProfile(content, before.id).initialDomain : null,
        signInId: signIn.id
      }
      put(content.profiles, profile)
      if (input.signIn.use === 'new') {
        checkName(signIn.name, content.signIns.map(({ name }) => name), 'signIn')
        content.signIns.push(dated(signIn))
      } else {
        const stored = findSignIn(content, signIn.id)
        if (entered || typed !== undefined) put(content.signIns, dated(stored))
      }
      if (entered) await this.#keep(signIn, entered, content, { authorityHost: cloud.loginHost, allowed }, onUndo)
      else if (binding) await rebind(credentials, signIn.id, binding, this.#keepOf(signIn.id), onUndo)
      return structuredClone(profile)
    })
  }

  /** A copy of a profile with the same sign-in, named “<name> copy”. */
  duplicate(id: string): Promise<Profile> {
    return this.#change((content) => {
      const profile = findProfile(content, id)
      const names = content.profiles.map(({ name }) => name)
      const copy = { ...structuredClone(profile), id: crypto.randomUUID(), name: freeName(`${profile.name.slice(0, 110)} copy`, names) }
      content.profiles.splice(content.profiles.indexOf(profile) + 1, 0, copy)
      return structuredClone(copy)
    })
  }

  /** Deletes a profile, and its sign-in with its secret where no other profile uses it. */
  async delete(id: string): Promise<void> {
    const { credentials } = this.#options
    let unused: string | null = null
    await this.#change(async (content, onUndo) => {
      const profile = findProfile(content, id)
      content.profiles.splice(content.profiles.indexOf(profile), 1)
      const { signInId } = profile
      if (!signInId) return
      if (content.profiles.some((other) => other.signInId === signInId)) return this.#narrow(signInId, content, onUndo)
      content.signIns = content.signIns.filter((signIn) => signIn.id !== signInId)
      unused = signInId
    })
    if (unused) await credentials.delete(unused)
    if (unused) this.#examples.delete(unused)
  }

  /** Profiles as text to be saved, without any secret. */
  export({ format, ids }: CallInput<'profiles.export'>): CallOutput<'profiles.export'> {
    const { profiles, signIns } = this.#file.content
    const chosen = ids ? ids.map((id) => findProfile(this.#file.content, id)) : profiles
    return { fileName: `tenantry-profiles.${format}`, text: exportText(format, chosen, signIns) }
  }

  /** What an import would do, row by row. `signInId`: the sign-in that a pasted list would use. */
  async previewImport(input: CallInput<'profiles.previewImport'> & { signInId?: string | null }): Promise<CallOutput<'profiles.previewImport'>> {
    return { rows: await this.#importer.preview(input) }
  }

  /** Takes an import: new ids, no credentials; rows that can't be taken are skipped. All or nothing. */
  async import(input: CallInput<'profiles.import'>): Promise<CallOutput<'profiles.import'>> {
    const done = await this.#importer.take(input)
    this.#changed()
    return done
  }

  /** Changes a sign-in for all its profiles; a new client id or kind needs the credential again. */
  async saveSignIn({ id, signIn: draft, credential }: CallInput<'signIns.save'>): Promise<SignInView> {
    const { credentials } = this.#options
    const before = findSignIn(this.#file.content, id)
    const others = (content: Content) => content.signIns.filter((other) => other.id !== id).map(({ name }) => name)
    const changed: SignIn = {
      ...before,
      name: checkName(draft.name || before.name, others(this.#file.content)),
      clientId: checkClientId(draft.clientId),
      kind: draft.kind,
      askEachTime: draft.askEachTime ?? false
    }
    const isOther = changed.clientId !== before.clientId || changed.kind !== before.kind
    const entered = await this.#entered(changed, credential, isOther)
    if (isOther || entered) Object.assign(changed, factsOf(entered))
    const next = withEnd(changed, { typed: draft.expiresOn, isEntered: isOther || entered !== null }, this.#options.now())
    const authorityHost = await this.#hostOf(id)
    const allowed = entered ? await this.#allowed(next, authorityHost, []) : []
    await this.#change(async (content, onUndo) => {
      findSignIn(content, id)
      checkName(next.name, others(content))
      put(content.signIns, next)
      if (entered) await this.#keep(next, entered, content, { authorityHost, allowed }, onUndo)
    })
    if (next.askEachTime) await credentials.delete(id)
    this.#changed()
    return this.#view(next)
  }

  /** Deletes a sign-in with its secret. Throws `sign-in-in-use`. */
  async deleteSignIn(id: string): Promise<void> {
    await this.#change((content) => {
      const signIn = findSignIn(content, id)
      const count = content.profiles.filter(({ signInId }) => signInId === id).length
      if (count > 0) throw failure('sign-in-in-use', { signIn: signIn.name, count })
      content.signIns.splice(content.signIns.indexOf(signIn), 1)
    })
    await this.#options.credentials.delete(id)
    this.#examples.delete(id)
  }

  /** Forgets the account of a sign-in; sessions keep the token they have until it ends. */
  async signOut(id: string): Promise<void> {
    await this.#change((content) => put(content.signIns, { ...findSignIn(content, id), account: null }))
    await this.#options.credentials.delete(id)
    this.#changed()
  }

  /** A cloud and tenant that a sign-in is used for; throws `sign-in-unused` where no profile uses it. */
  tenantOf(signInId: string): Profile {
    const profile = this.#file.content.profiles.find((one) => one.signInId === signInId && one.tenantId !== null)
    if (!profile) throw failure('sign-in-unused', { signIn: findSignIn(this.#file.content, signInId).name })
    return structuredClone(profile)
  }

  /** Keeps what Exchange said is the tenant's initial domain. Never throws: it is learned again at the next connection. */
  async noteInitialDomain(id: string, domain: string): Promise<void> {
    const known = this.#file.content.profiles.find((profile) => profile.id === id)
    if (!known || known.initialDomain === domain) return
    await this.#change((content) => {
      findProfile(content, id).initialDomain = domain
    }).catch(() => {})
  }

  /** Keeps what was learned of the end of a sign-in's client secret. Nothing is written where that is known already. */
  async noteSecretEnd(id: string, learn: (before: SecretEnd | undefined) => SecretEnd | undefined): Promise<void> {
    const known = this.#file.content.signIns.find((signIn) => signIn.id === id)
    if (known?.kind !== 'secret' || learn(known.secretEnd) === known.secretEnd) return
    await this.#change((content) => {
      const { secretEnd: before, ...rest } = findSignIn(content, id)
      const end = learn(before)
      put(content.signIns, end ? { ...rest, secretEnd: end } : rest)
    })
  }

  /** The sign-in that a profile is saved with; a new one gets its id here. */
  #signInOf({ signIn: chosen }: SaveInput, profileName: string): SignIn {
    const { content } = this.#file
    if (chosen.use === 'existing') return findSignIn(content, chosen.id)
    const taken = content.signIns.map(({ name }) => name)
    const draft = chosen.signIn
    return {
      id: crypto.randomUUID(),
      name: draft.name?.trim() ? checkName(draft.name, taken, 'signIn') : freeName(profileName, taken),
      clientId: checkClientId(draft.clientId),
      kind: draft.kind,
      askEachTime: draft.askEachTime ?? false,
      ...factsOf(null)
    }
  }

  async #entered(signIn: SignIn, credential: SaveInput['credential'], isNeeded: boolean): Promise<CheckedCredential | null> {
    if (credential) return checkCredential(signIn, credential, this.#options)
    if (isNeeded && !signIn.askEachTime) throw missingCredential(signIn.kind)
    return null
  }

  /** The login host that a sign-in's next credential is for: the one it is confirmed for, else the one most used. */
  async #hostOf(signInId: string): Promise<string> {
    const { profiles } = this.#file.content
    const bound = await bindingOf(this.#options.credentials, signInId)
    return bound && this.#users.usedAt(signInId, bound.authorityHost, profiles) ? bound.authorityHost : this.#users.mainHost(signInId, profiles)
  }

  /** Which tenants an entered credential may be bound to beside those the one before was confirmed for. */
  async #allowed(signIn: SignIn, host: string, enteredFor: Tenant[], exceptProfile?: string): Promise<string[]> {
    if (signIn.askEachTime) return []
    const users = this.#users.namedTenantsAt(signIn.id, host, this.#file.content.profiles.filter(({ id }) => id !== exceptProfile))
    return confirmEntered(signIn, host, { enteredFor, users }, this.#options)
  }

  /** Keeps an entered credential, bound to the tenants in use that were confirmed before or are allowed now. */
  async #keep(
    signIn: SignIn,
    entered: CheckedCredential,
    content: Content,
    { authorityHost, allowed }: { authorityHost: string; allowed: string[] },
    onUndo: OnUndo
  ): Promise<void> {
    const { credentials } = this.#options
    if (signIn.askEachTime) return
    const confirmed = new Set([...allowed, ...(await boundAt(credentials, signIn.id, authorityHost))])
    const tenantIds = this.#users.tenantsAt(signIn.id, authorityHost, content.profiles).filter((id) => confirmed.has(id))
    const binding = { authorityHost, clientId: signIn.clientId, tenantIds: tenantIds.length > 0 ? tenantIds : [noTenant] }
    const keepBefore = this.#keepOf(signIn.id)
    await replaceCredential(credentials, signIn.id, { credential: entered.credential, binding, keep: 'stored' }, onUndo, keepBefore)
    if (this.#examples.delete(signIn.id)) onUndo(async () => this.#examples.add(signIn.id))
  }

  /** Takes tenants that no profile has any more out of a sign-in's binding. */
  async #narrow(signInId: string, content: Content, onUndo: OnUndo): Promise<void> {
    const { credentials } = this.#options
    const bound = await bindingOf(credentials, signInId)
    if (!bound) return
    const used = this.#users.tenantsAt(signInId, bound.authorityHost, content.profiles)
    const tenantIds = bound.tenantIds.filter((id) => used.includes(id.toLowerCase()))
    if (tenantIds.length === bound.tenantIds.length) return
    const { authorityHost, clientId } = bound
    await rebind(credentials, signInId, { authorityHost, clientId, tenantIds: tenantIds.length > 0 ? tenantIds : [noTenant] }, this.#keepOf(signInId), onUndo)
  }

  #keepOf(signInId: string): Kept {
    return this.#examples.has(signInId) ? 'run' : 'stored'
  }

  /** Removes secrets that a crash left without a sign-in. */
  async #removeOrphans(): Promise<void> {
    const { credentials } = this.#options
    if (!this.isWhole) return
    const known = new Set(this.#file.content.signIns.map(({ id }) => id.toLowerCase()))
    for (const id of credentials.list()) {
      if (!known.has(id.toLowerCase())) await credentials.delete(id).catch(() => {})
    }
  }

  #view(signIn: SignIn): SignInView {
    const usedBy = this.#file.content.profiles.filter(({ signInId }) => signInId === signIn.id).length
    const { secretEnd: _, ...facts } = structuredClone(signIn)
    return { ...facts, expiry: expiryOf(signIn, this.#options.now()), ready: !signIn.askEachTime && this.#options.credentials.has(signIn.id), usedBy }
  }

  async #change<T>(change: (content: Content, onUndo: OnUndo) => T | Promise<T>): Promise<T> {
    const result = await this.#file.change(change)
    this.#changed()
    return result
  }

  #changed(): void {
    this.#options.onChange(this.list())
  }
}
