import type { Explanation, Service } from '../contract.ts'
import { normaliseAudience, type Audience } from './audiences.ts'
import { clockToleranceMs } from './clock.ts'
import { defaultAccessId, directoryRole, type DirectoryRole, type Reach } from './directory-roles.ts'
import { grantFor, manageAsApp, scopes as knownScopes } from './permissions.ts'
import type { Reading } from './reading.ts'
import { goesByRoles, serviceTable, type RoleService } from './services.ts'

/** What a token is held against. */
export interface Expected {
  /** The tenant it must be of; null where any may be, as with a pasted one. */
  tenantId: string | null
  /** What it must be for; null where whatever it is for is only told. */
  audience: { service: Service; resource: string } | null
  /** Milliseconds since the epoch, by the authority's clock where it is known. */
  now: number
  /** Resources that have a name. */
  known: readonly Audience[]
}

export type Verdict = Explanation['verdict']

const checkWillTell = 'the check will tell.'

/** What the checks go by: the reading, what is expected, and the service it is all about. */
interface Case {
  token: Reading
  expected: Expected
  service: Service
}

/** In this order; the first that has something to say is the verdict. */
const checks: ReadonlyArray<(of: Case) => Verdict | null> = [wrongTenant, endless, expired, notYet, forGraph, delegated, previewOnly, noPermission]

/** One sentence: what the token is good for, or the first reason why it is good for nothing. It never throws. */
export function judge(token: Reading, expected: Expected): Verdict {
  const service = serviceOf(token, expected)
  if (service === null) return wrongTenantOrAudience(token, expected)
  for (const check of checks) {
    const verdict = check({ token, expected, service })
    if (verdict) return verdict
  }
  // Graph has had its word.
  return byRoles(token, service as RoleService)
}

/** The service that the token is for, as far as that is what was expected; null where it is for something else. */
export function serviceOf(token: Reading, expected: Expected): Service | null {
  const audience = audienceOf(token, expected)
  if (!expected.audience) return audience?.service ?? null
  const { service, resource } = expected.audience
  const isResource = token.audience !== null && normaliseAudience(token.audience) === normaliseAudience(resource)
  const isAppId = token.audience !== null && normaliseAudience(token.audience) === serviceTable[service].resource.appId
  return isResource || isAppId ? service : null
}

/** The token's audience among those that have a name. */
export function audienceOf(token: Reading, { known }: Pick<Expected, 'known'>): Audience | undefined {
  const value = token.audience === null ? '' : normaliseAudience(token.audience)
  return known.find((audience) => audience.value === value)
}

/** The directory roles in the token: the known ones, and the ids of the others. The default access is neither. */
export function rolesIn(token: Reading): { known: DirectoryRole[]; unknown: string[] } {
  const ids = token.wids.filter((id) => id !== defaultAccessId)
  const known = ids.map(directoryRole).filter((role) => role !== undefined)
  return { known, unknown: ids.filter((id) => !directoryRole(id)) }
}

function wrongTenant({ token, expected }: Pick<Case, 'token' | 'expected'>): Verdict | null {
  const { tenantId } = expected
  if (tenantId === null || token.tenantId?.toLowerCase() === tenantId.toLowerCase()) return null
  const actual = token.tenantId ?? 'none that it names'
  return bad(`This token belongs to another tenant: ${actual}, not ${tenantId}.`, [actual], 'Do not use it. Check the profile’s domain and cloud.')
}

function wrongTenantOrAudience(token: Reading, expected: Expected): Verdict {
  const tenant = wrongTenant({ token, expected })
  if (tenant) return tenant
  const actual = audienceOf(token, expected)?.words ?? token.audience ?? 'nobody that it names'
  if (!expected.audience) return { level: 'warning', sentence: `This token is for ${actual}: Exchange does not take it.`, names: [actual], next: null }
  const { service, resource } = expected.audience
  return bad(`This token is for ${actual}, not for ${serviceTable[service].words}: the scope or the cloud is wrong.`, [actual], `Ask for a token of ${resource}, and check the cloud.`)
}

function endless({ token, service }: Case): Verdict | null {
  if (token.expiresOn !== null) return null
  return bad(`This token does not say when it expires, so ${serviceTable[service].words} does not take it.`, [], null)
}

function expired({ token, expected, service }: Case): Verdict | null {
  const ago = expected.now - token.expiresOn!
  if (ago < 0) return null
  return bad(`This token expired ${span(ago)} ago: ${serviceTable[service].words} refuses it.`, [], 'Take a new one; a session does that when it reconnects.')
}

function notYet({ token, expected }: Case): Verdict | null {
  const ahead = (token.notBefore ?? 0) - expected.now
  if (ahead <= clockToleranceMs) return null
  return bad(`This token is not valid before ${span(ahead)} have passed: a clock is wrong.`, [], 'Set this computer’s clock and its time zone.')
}

/** Graph's tokens carry what they allow in `roles` or `scp`; what a user's own roles add or take away, only Graph knows. */
function forGraph({ token, service }: Case): Verdict | null {
  if (goesByRoles(service)) return null
  const names = token.kind === 'delegated' ? token.scopes : token.roles
  if (names.length === 0) return bad('This token carries no permission of Microsoft Graph: none is granted, or none has admin consent.', [], grantIt(service))
  const listed = names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : joined(names)
  const who = token.kind === 'delegated' ? ` as ${token.user ?? 'a user that it does not name'}` : ''
  return { level: 'good', sentence: `This token can use Microsoft Graph${who} with ${listed}.`, names: names.slice(0, 5), next: null }
}

function delegated({ token, service }: Case): Verdict | null {
  if (token.kind !== 'delegated') return null
  const user = token.user ?? 'a user that it does not name'
  const opening = token.scopes.filter((name) => knownScopes.some((scope) => scope.name === name && scope.opens.includes(service)))
  if (opening.length === 0) {
    return bad(`This is a delegated token of ${user} without a scope that ${serviceTable[service].words} takes.`, [user], 'Grant the app the delegated permission Exchange.Manage, then sign in again.')
  }
  return {
    level: 'good',
    sentence: `This is a delegated token: connect as ${user}, and ${serviceTable[service].words} allows what that user’s roles allow.`,
    names: [user],
    next: null
  }
}

function previewOnly({ token, service }: Case): Verdict | null {
  const preview = 'Exchange.ManageAsAppV2'
  if (token.roles.includes(manageAsApp) || !token.roles.includes(preview)) return null
  return bad(`This token has only ${preview}, which is for the preview REST Admin API and not for PowerShell.`, [preview], grantIt(service))
}

function noPermission({ token, service }: Case): Verdict | null {
  if (token.roles.includes(manageAsApp)) return null
  return bad(`This token lacks ${manageAsApp}: the permission is not granted, or has no admin consent.`, [manageAsApp], grantIt(service))
}

function byRoles(token: Reading, service: RoleService): Verdict {
  const { known, unknown } = rolesIn(token)
  const opening = known.filter((role) => role.reach[service] !== null)
  if (opening.length === 0) return withoutRole(known, unknown, service)
  const names = opening.map(({ name }) => name)
  const tooMuch = opening.find((role) => role.tooMuch)?.tooMuch ?? null
  const can = strongest(opening.map((role) => role.reach[service]!))
  const which = `the directory ${names.length === 1 ? 'role' : 'roles'} ${joined(names)}`
  return {
    level: tooMuch ? 'warning' : 'good',
    sentence: `This token can ${can}: it has ${manageAsApp} and ${which}.`,
    names: [manageAsApp, ...names],
    next: tooMuch
  }
}

function withoutRole(known: DirectoryRole[], unknown: string[], service: RoleService): Verdict {
  const own = service === 'exchange' ? 'Exchange’s own roles' : 'the service’s own role groups'
  const end = `access depends on ${own}; ${checkWillTell}`
  const names = known.map(({ name }) => name)
  const start =
    names.length > 0
      ? `The directory ${names.length === 1 ? 'role' : 'roles'} ${joined(names)} ${names.length === 1 ? 'does' : 'do'} not open ${serviceTable[service].words}`
      : unknown.length > 0
        ? 'No directory role that Tenantry knows in the token'
        : 'No directory role in the token'
  const next = `Give the app’s service principal a directory role, or a role in ${serviceTable[service].words} itself, then take a new token.`
  return { level: 'warning', sentence: `${start}: ${end}`, names, next }
}

function strongest(reaches: Reach[]): string {
  const extent = (['all', 'part', 'read'] as const).find((one) => reaches.some((reach) => reach.extent === one))
  return joined([...new Set(reaches.filter((reach) => reach.extent === extent).map(({ can }) => can))])
}

const grantIt = (service: Service): string =>
  `Add the application permission ${grantFor(service).name} of ${grantFor(service).resource}, grant admin consent, then take a new token.`

function bad(sentence: string, names: string[], next: string | null): Verdict {
  return { level: 'bad', sentence, names, next }
}

function joined(words: string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)!}`
}

/** A length of time in its largest unit, as in "12 minutes". */
function span(ms: number): string {
  const units = [['day', 86_400_000], ['hour', 3_600_000], ['minute', 60_000]] as const
  const [name, size] = units.find(([, unitMs]) => ms >= unitMs) ?? (['second', 1000] as const)
  const count = Math.max(1, Math.floor(ms / size))
  return `${count} ${name}${count === 1 ? '' : 's'}`
}
