import type { Cloud } from '../adapters.ts'
import { isLogged } from '../command-log/recorder.ts'
import { tenantColours, type CallInput, type CallOutput, type ImportRow, type Profile } from '../contract.ts'
import type { Binding } from '../credentials/credential.ts'
import type { Kept } from '../credentials/store.ts'
import { failure, TenantryError } from '../failures.ts'
import { normaliseDomain } from '../tokens/clouds.ts'
import { confirmUse, rebind } from './binding.ts'
import { checkServices, findSignIn, sameHosts } from './checks.ts'
import type { Content, ProfilesFile } from './file.ts'
import { freeName } from './names.ts'
import type { ProfilesOptions } from './profiles.ts'
import type { SignIn } from './sign-in.ts'
import { readRows, type TransferFormat, type TransferRow } from './transfer.ts'
import type { TrustedHosts } from './trusted-hosts.ts'

/** Who sends a file must not decide what of the reader's doing is kept. */
const logStaysOn = 'Its command log is on here: only you can switch that off.'
const transcriptStaysOff = 'It kept transcripts where it comes from, and keeps none here: only you can switch them on.'
/** Tenants that are looked up at the same time. */
const lookupsAtOnce = 4

export interface ImporterOptions extends Pick<ProfilesOptions, 'cloudOf' | 'resolveTenant' | 'confirm' | 'credentials'> {
  file: ProfilesFile
  hosts: TrustedHosts
  keepOf(signInId: string): Kept
  /** A profile uses the sign-in at this login host. */
  usedAt(signInId: string, host: string): boolean
}

export interface ImportInput {
  format: TransferFormat
  text: string
  cloud?: Profile['cloud']
  signInId?: string | null
}

/** A row whose cloud and tenant are known. */
interface KnownRow {
  line: number
  row: TransferRow
  domain: string
  tenantId: string
  cloudId: Profile['cloud']
  customCloud: Profile['customCloud']
  cloud: Cloud
}
interface BadRow {
  line: number
  name: string
  domain: string
  problem: string
}

/** Takes profiles from files and pasted lists: new ids, no credentials, duplicates merged. */
export class Importer {
  readonly #options: ImporterOptions
  /** What the last preview looked up: the import takes what the person saw. */
  #lookups = new Map<string, Promise<string>>()

  constructor(options: ImporterOptions) {
    this.#options = options
  }

  /** What would become of each row. Throws `import-unreadable`, `import-too-long`. */
  async preview(input: ImportInput): Promise<ImportRow[]> {
    this.#lookups = new Map()
    const rows = await this.#know(input)
    const content = structuredClone(this.#options.file.content)
    return rows.map((known) => {
      if ('problem' in known) return { ...known, tenantId: null, signIn: '', outcome: 'invalid' }
      const { line, row, domain, tenantId } = known
      const { outcome, profile } = place(content, known, signInOf(content, known, input))
      const signIn = content.signIns.find(({ id }) => id === profile.signInId)?.name ?? ''
      const told = [row.logCommands === false && isLogged(profile) ? logStaysOn : '', row.keepTranscript ? transcriptStaysOff : ''].filter(Boolean).join(' ')
      return { line, name: outcome === 'new' ? profile.name : row.name, domain, tenantId, signIn, outcome, problem: outcome === 'new' && told ? told : null }
    })
  }

  /** Takes the rows that can be taken, after what needs a confirmation was confirmed, once for all of them. */
  async take(input: CallInput<'profiles.import'>): Promise<CallOutput<'profiles.import'>> {
    const { file, hosts, credentials, keepOf } = this.#options
    const listSignIn = input.format === 'list' && input.signInId ? findSignIn(file.content, input.signInId).id : null
    const all = await this.#know(input)
    const rows = all.filter((row) => !('problem' in row)) as KnownRow[]
    for (const { cloud } of rows) await hosts.confirm(cloud)
    const binding = listSignIn ? await this.#confirmList(listSignIn, rows) : null
    const done = { added: 0, merged: 0, skipped: all.length - rows.length }
    await file.change(async (content, onUndo) => {
      for (const row of rows) {
        const { outcome, profile } = place(content, row, signInOf(content, row, input))
        if (outcome === 'new' && input.group?.trim()) profile.group = input.group.trim()
        if (outcome === 'new') done.added += 1
        else done.merged += 1
      }
      if (binding && listSignIn) await rebind(credentials, listSignIn, binding, keepOf(listSignIn), onUndo)
    })
    this.#lookups.clear()
    return done
  }

  /** One question for the whole list. A list is of one cloud, so of one login host. */
  async #confirmList(signInId: string, rows: KnownRow[]): Promise<Binding | null> {
    const { file, confirm, credentials, usedAt } = this.#options
    const cloud = rows[0]?.cloud
    if (!cloud) return null
    const usedElsewhere = (host: string) => usedAt(signInId, host)
    return confirmUse(findSignIn(file.content, signInId), cloud, rows, { credentials, confirm, usedElsewhere })
  }

  async #know(input: ImportInput): Promise<Array<KnownRow | BadRow>> {
    const read = readRows(input.format, input.text)
    const known: Array<KnownRow | BadRow> = new Array(read.length)
    let next = 0
    const worker = async () => {
      for (let at = next++; at < read.length; at = next++) {
        const row = read[at]!
        known[at] = 'problem' in row ? row : await this.#knowRow(row.line, row.row, input).catch((error: unknown) => bad(row.line, row.row, error))
      }
    }
    await Promise.all(Array.from({ length: lookupsAtOnce }, worker))
    return known
  }

  /** A tenant id that a file names is taken as the pin, which every connection proves; a domain alone is looked up. */
  async #knowRow(line: number, row: TransferRow, input: ImportInput): Promise<KnownRow> {
    const cloudId = row.cloud ?? input.cloud ?? 'worldwide'
    const [loginHost, exchangeHost, complianceHost, graphHost] = [row.loginHost, row.exchangeHost, row.complianceHost, row.graphHost].map((host) => host.toLowerCase()) as [string, string, string, string]
    const customCloud = cloudId === 'custom' ? { loginHost, exchangeHost, complianceHost, graphHost } : null
    const cloud = this.#options.cloudOf(cloudId, customCloud)
    checkServices(row.services, cloud)
    const domain = normaliseDomain(row.domain)
    if (!row.tenantId && !this.#options.hosts.has(cloud)) {
      // Hosts that nobody has confirmed are not spoken to.
      throw failure('import-unreadable', { reason: 'a row of a new custom cloud must name its tenantId' })
    }
    const tenantId = row.tenantId ?? (await this.#lookUp(cloud, domain))
    return { line, row, domain, tenantId, cloudId, customCloud, cloud }
  }

  #lookUp(cloud: Cloud, domain: string): Promise<string> {
    const key = `${cloud.id} ${cloud.loginHost} ${domain}`
    const known = this.#lookups.get(key)
    if (known) return known
    const asked = this.#options.resolveTenant(cloud, domain).then(({ tenantId }) => tenantId.toLowerCase())
    this.#lookups.set(key, asked)
    // What failed may work the next time.
    asked.catch(() => this.#lookups.delete(key))
    return asked
  }
}

function bad(line: number, row: TransferRow, error: unknown): BadRow {
  return { line, name: row.name, domain: row.domain, problem: TenantryError.from(error).message }
}

/** The sign-in of a row: the list's one, the known one of the same client id and kind, or a new one without credential. */
function signInOf(content: Content, { row }: KnownRow, { format, signInId }: ImportInput): SignIn | null {
  if (format === 'list') return signInId ? findSignIn(content, signInId) : null
  if (!row.clientId) return null
  const kind = row.kind ?? 'secret'
  const known = content.signIns.find((signIn) => signIn.clientId === row.clientId && signIn.kind === kind)
  if (known) return known
  const name = freeName(row.signIn || row.name, content.signIns.map((signIn) => signIn.name))
  const signIn: SignIn = { id: crypto.randomUUID(), name, clientId: row.clientId, kind, askEachTime: row.askEachTime, certificate: null, account: null }
  content.signIns.push(signIn)
  return signIn
}

/** Puts a row into the content: into the profile of the same tenant and sign-in where there is one. */
function place(content: Content, known: KnownRow, signIn: SignIn | null): { outcome: 'new' | 'merge'; profile: Profile } {
  const same = content.profiles.find((profile) => isSameTenant(profile, known) && isSameSignIn(content, profile, signIn))
  if (same) {
    // What the person has here stays; only what is empty is filled.
    same.tenantId ??= known.tenantId
    same.group ||= known.row.group
    same.notes ||= known.row.notes
    return { outcome: 'merge', profile: same }
  }
  const profile = newProfile(content, known, signIn)
  content.profiles.push(profile)
  return { outcome: 'new', profile }
}

/** The same tenant id says nothing where another login authority vouches for it. */
function isSameTenant(profile: Profile, { tenantId, domain, cloudId, customCloud }: KnownRow): boolean {
  if (profile.cloud !== cloudId || !sameHosts(profile.customCloud, customCloud)) return false
  return profile.tenantId ? profile.tenantId.toLowerCase() === tenantId : profile.domain === domain
}

/** A row without a sign-in is about the tenant, whatever signs in to it. */
function isSameSignIn(content: Content, profile: Profile, signIn: SignIn | null): boolean {
  if (!signIn || profile.signInId === signIn.id) return true
  const own = content.signIns.find(({ id }) => id === profile.signInId)
  return own?.clientId === signIn.clientId && own.kind === signIn.kind
}

function newProfile(content: Content, { row, domain, tenantId, cloudId, customCloud }: KnownRow, signIn: SignIn | null): Profile {
  const { group, services, environment, loadPowerShellProfile, moduleVersion, notes } = row
  return {
    ...{ group, services, environment, loadPowerShellProfile, moduleVersion, notes },
    ...{ domain, tenantId, customCloud, cloud: cloudId },
    ...(row.searchOnlySession ? { searchOnlySession: true } : {}),
    ...(row.readOnly ? { readOnly: true } : {}),
    ...(row.logCommands ? { logCommands: true } : {}),
    id: crypto.randomUUID(),
    name: freeName(row.name, content.profiles.map(({ name }) => name)),
    initialDomain: null,
    signInId: signIn?.id ?? null,
    colour: row.colour ?? tenantColours[content.profiles.length % tenantColours.length]!,
    // A folder of another computer is none here, and looking for it could mean asking that computer.
    workingFolder: ''
  }
}
