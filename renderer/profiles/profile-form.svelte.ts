import type { CallInput, CloudId, Failure, Profile, Service, SignInView } from '../../app/contract.ts'
import { tenantColours } from '../../app/contract-values.ts'
import { CredentialForm } from './credential-form.svelte.ts'

export const newSignIn = 'new'

/** A profile as it is being edited. What was typed stays, whatever the main process answers. */
export class ProfileForm {
  readonly id: string | undefined
  name = $state('')
  group = $state('')
  domain = $state('')
  cloud = $state<CloudId>('worldwide')
  loginHost = $state('')
  exchangeHost = $state('')
  complianceHost = $state('')
  graphHost = $state('')
  /** A sign-in's id, or `newSignIn`. */
  signIn = $state(newSignIn)
  clientId = $state('')
  signInName = $state('')
  askEachTime = $state(false)
  /** The credential of an existing sign-in is being replaced. */
  isReplacing = $state(false)
  readonly credential = new CredentialForm()
  services = $state<Service[]>(['exchange'])
  searchOnlySession = $state(false)
  readOnly = $state(false)
  keepTranscript = $state(false)
  isRemote = $state(false)
  connectionUri = $state('')
  allowRedirection = $state(false)
  colour = $state<string>(tenantColours[0])
  environment = $state<Profile['environment']>('production')
  workingFolder = $state('')
  loadPowerShellProfile = $state(false)
  moduleVersion = $state('')
  notes = $state('')
  /** Null follows the environment. */
  #logCommands = $state<boolean | null>(null)

  readonly #before: string

  constructor(profile?: Profile, signIns: SignInView[] = []) {
    this.id = profile?.id
    if (profile) this.#take(profile, signIns)
    this.#before = JSON.stringify(this.toInput())
  }

  /** Something was typed or chosen that would be lost. */
  get isChanged(): boolean {
    return JSON.stringify(this.toInput()) !== this.#before
  }

  #take(profile: Profile, signIns: SignInView[]): void {
    const { name, group, domain, cloud, services, colour, environment, workingFolder, loadPowerShellProfile, moduleVersion, notes } = profile
    Object.assign(this, { name, group, domain, cloud, services: [...services], colour, environment, workingFolder, loadPowerShellProfile, moduleVersion, notes })
    this.#logCommands = profile.logCommands ?? null
    this.searchOnlySession = profile.searchOnlySession ?? false
    this.readOnly = profile.readOnly ?? false
    this.keepTranscript = profile.keepTranscript ?? false
    const remote = profile.remotePowerShell
    if (remote) Object.assign(this, { isRemote: true, ...remote })
    Object.assign(this, profile.customCloud ?? {})
    if (signIns.some((signIn) => signIn.id === profile.signInId)) this.signIn = profile.signInId!
  }

  get customCloud(): Profile['customCloud'] {
    if (this.cloud !== 'custom') return null
    const { loginHost, exchangeHost, complianceHost, graphHost } = this
    return { loginHost: loginHost.trim(), exchangeHost: exchangeHost.trim(), complianceHost: complianceHost.trim(), graphHost: graphHost.trim() }
  }

  /** Whether the commands go into the command log: in production they do unless told otherwise. */
  get isLogged(): boolean {
    return this.#logCommands ?? this.environment === 'production'
  }

  set isLogged(isLogged: boolean) {
    this.#logCommands = isLogged === (this.environment === 'production') ? null : isLogged
  }

  toggleService(service: Service, isWanted: boolean): void {
    const others = this.services.filter((one) => one !== service)
    this.services = isWanted ? [...others, service] : others
  }

  /** What can be said without asking anybody, all at once; the main process judges the rest. */
  check(): Failure[] {
    const wrong = (field: string, message: string, hint: string): Failure => ({ code: 'field-empty', field, message, hint, retryable: false })
    const found: Failure[] = []
    if (!this.name.trim()) found.push(wrong('name', 'The profile has no name.', 'Type a name; the tab and the prompt will show it.'))
    if (!this.domain.trim()) found.push(wrong('domain', 'The tenant domain is missing.', 'Type any verified domain of the tenant, or its tenant ID.'))
    if (this.signIn === newSignIn && !this.clientId.trim()) {
      found.push(wrong('clientId', 'The application (client) ID is missing.', 'Copy it from the app’s overview in Microsoft Entra.'))
    }
    if (this.services.length === 0) found.push(wrong('services', 'No service is chosen.', 'Choose at least one.'))
    return found
  }

  /** The call's input. */
  toInput(): CallInput<'profiles.save'> {
    const { id, name, group, domain, cloud, customCloud, services, colour, environment, workingFolder, loadPowerShellProfile, moduleVersion, notes } = this
    const profile = {
      ...(id ? { id } : {}),
      ...{ name: name.trim(), group: group.trim(), domain: domain.trim(), cloud, customCloud, services: $state.snapshot(services), colour },
      ...{ environment, workingFolder, loadPowerShellProfile, moduleVersion, notes },
      ...(this.searchOnlySession && services.includes('compliance') ? { searchOnlySession: true } : {}),
      ...(this.readOnly ? { readOnly: true } : {}),
      ...(this.keepTranscript ? { keepTranscript: true } : {}),
      ...(this.isRemote ? { remotePowerShell: { connectionUri: this.connectionUri.trim(), allowRedirection: this.allowRedirection } } : {}),
      ...(this.#logCommands === null ? {} : { logCommands: this.#logCommands })
    }
    const { input: credential, end } = this.credential
    const dated = end === undefined ? {} : { expiresOn: end }
    if (this.signIn !== newSignIn) {
      return { profile, signIn: { use: 'existing', id: this.signIn, ...(this.isReplacing ? dated : {}) }, ...(this.isReplacing && credential ? { credential } : {}) }
    }
    const { signInName, clientId, askEachTime } = this
    const signIn = { name: signInName.trim(), clientId: clientId.trim(), kind: this.credential.kind, askEachTime, ...dated }
    return { profile, signIn: { use: 'new', signIn }, ...(credential ? { credential } : {}) }
  }
}
