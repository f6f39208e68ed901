import type { Explanation, Service } from '../contract.ts'
import { claimNames, timeClaims } from './claim-names.ts'
import { appPermissions, manageAsApp, scopes as knownScopes, type Permission } from './permissions.ts'
import { readClaims, shown, time, withoutTokens, type Claims, type Reading } from './reading.ts'
import { goesByRoles, serviceTable } from './services.ts'
import { supportOf, type SignInWay } from './support.ts'
import { audienceOf, judge, rolesIn, serviceOf, type Expected as HeldAgainst } from './verdict.ts'

export interface Expected extends HeldAgainst {
  /** A name for a tenant id, where one is known. */
  nameOfTenant?: (tenantId: string) => string | null
  /** The certificate that signed in, where it was one. */
  certificate?: { thumbprint: string; notAfter: string } | null
  /** When it is renewed, milliseconds since the epoch; null where nobody does. */
  renewsAt?: number | null
}

/** So many claims are listed; Entra's tokens have about 30. */
const mostClaims = 200
const longestClaim = 2000

/**
 * What a token is and what it allows, in words. It goes by the claims alone, which is evidence and no proof, and
 * neither throws nor tells more of the token than its claims.
 */
export function explain(claims: Claims, expected: Expected): Explanation {
  const token = readClaims(claims)
  const service = serviceOf(token, expected)
  return {
    verdict: judge(token, expected),
    life: lifeOf(token, expected),
    facts: factsOf(token, expected),
    permissions: token.kind === 'app' ? permissionsOf(token, service) : [],
    directoryRoles: directoryRolesOf(token, service),
    scopes: token.scopes.map((name) => grantOf(name, knownScopes, service, 'consented')),
    support: supportOf(service, token.way),
    reminder: reminderOf(token, service),
    claims: Object.entries(claims).slice(0, mostClaims).map(([name, value]) => claimOf(name, value)),
    claimsJson: withoutTokens(JSON.stringify(claims, null, 2))
  }
}

function lifeOf({ issuedAt, notBefore, expiresOn }: Reading, { now, renewsAt }: Expected): Explanation['life'] {
  const state = expiresOn === null ? 'unknown' : expiresOn <= now ? 'expired' : (notBefore ?? 0) > now ? 'not-yet' : 'valid'
  return { state, issuedAt, notBefore, expiresOn, renewsAt: renewsAt ?? null, judgedAt: now }
}

type Fact = Explanation['facts'][number]

function factsOf(token: Reading, expected: Expected): Fact[] {
  const audience = audienceOf(token, expected)
  const isWrongAudience = expected.audience !== null && serviceOf(token, expected) === null
  const isWrongTenant = expected.tenantId !== null && token.tenantId?.toLowerCase() !== expected.tenantId.toLowerCase()
  const certificate = token.way === 'certificate' ? expected.certificate : null
  const tenantName = token.tenantId === null ? null : (expected.nameOfTenant?.(token.tenantId) ?? null)
  return [
    { ...named('Audience', audience?.words ?? null, token.audience), level: isWrongAudience ? 'bad' : null },
    { ...named('Tenant', tenantName, token.tenantId), level: isWrongTenant ? 'bad' : null },
    { name: 'Acts as', value: token.kind === 'app' ? 'the app itself' : (token.user ?? 'a user'), detail: null, level: null },
    ...(token.appName === null ? [] : [plain('App', token.appName)]),
    plain('App ID', token.appId ?? 'not said'),
    { name: 'Signed in with', value: signedInWith(token), detail: certificate?.thumbprint ?? null, level: token.way === 'nothing' ? 'warning' : null },
    ...(certificate ? [plain('Certificate expires', certificate.notAfter.slice(0, 10))] : [])
  ]
}

/** What has a name is shown by it, with what it is called in the token beside it. */
function named(name: string, words: string | null, value: string | null): Omit<Fact, 'level'> {
  return { name, value: words ?? value ?? 'not said', detail: words === null ? null : value }
}

const plain = (name: string, value: string): Fact => ({ name, value, detail: null, level: null })

const wayWords: Record<Exclude<SignInWay, 'user'>, string> = {
  certificate: 'a certificate',
  secret: 'a client secret',
  nothing: 'nothing: a public client, which can’t prove who it is',
  unknown: 'not said'
}

/** `amr` in words: learn.microsoft.com/entra/identity-platform/access-token-claims-reference, "amr claim". */
const methodWords: ReadonlyMap<string, string> = new Map([
  ['pwd', 'password'], ['rsa', 'key or Authenticator app'], ['otp', 'one-time passcode'], ['fed', 'federation'],
  ['wia', 'Windows sign-in'], ['mfa', 'multifactor authentication'], ['ngcmfa', 'multifactor authentication'], ['fido', 'security key']
])

function signedInWith({ way, methods }: Reading): string {
  if (way !== 'user') return wayWords[way]
  return methods.length === 0 ? 'a user’s account' : [...new Set(methods.map((method) => methodWords.get(method) ?? method))].join(', ')
}

type Grant = Explanation['permissions'][number]

function permissionsOf(token: Reading, service: Service | null): Grant[] {
  const granted = token.roles.map((name) => grantOf(name, appPermissions, service, 'granted'))
  if (service === null || !goesByRoles(service) || token.roles.includes(manageAsApp)) return granted
  const { allows } = appPermissions.find(({ name }) => name === manageAsApp)!
  return [{ name: manageAsApp, id: null, allows: `Would let it ${allows}.`, state: 'missing', level: 'bad' }, ...granted]
}

function grantOf(name: string, table: readonly Permission[], service: Service | null, state: Grant['state']): Grant {
  const known = table.find((permission) => permission.name === name)
  if (!known) return { name, id: null, allows: 'Tenantry has no words for it; PowerShell does not need it.', state, level: null }
  const opens = service !== null && known.opens.includes(service)
  const allows = [`Lets it ${known.allows}.`, known.tooMuch].filter(Boolean).join(' ')
  return { name, id: null, allows, state, level: opens ? 'good' : known.tooMuch ? 'warning' : null }
}

function directoryRolesOf(token: Reading, service: Service | null): Grant[] {
  const { known, unknown } = rolesIn(token)
  const named = known.map((role): Grant => {
    const opens = service !== null && goesByRoles(service) && role.reach[service] !== null
    return { name: role.name, id: role.id, allows: reachWords(role), state: 'assigned', level: role.tooMuch ? 'warning' : opens ? 'good' : null }
  })
  const nameless = unknown.map((id): Grant => ({ name: id, id, allows: 'A role id that Tenantry does not know.', state: 'unknown', level: null }))
  return [...named, ...nameless]
}

function reachWords({ reach, tooMuch }: ReturnType<typeof rolesIn>['known'][number]): string {
  const opening = (['exchange', 'compliance'] as const).filter((service) => reach[service] !== null)
  if (opening.length === 0) return 'Microsoft does not list it for Exchange or compliance PowerShell.'
  const can = `Can ${opening.map((service) => reach[service]!.can).join(', and ')}.`
  const closed = opening.length === 1 ? `Opens nothing in ${serviceTable[opening[0] === 'exchange' ? 'compliance' : 'exchange'].words}.` : null
  return [can, closed, tooMuch].filter(Boolean).join(' ')
}

function reminderOf({ kind, appName, user }: Reading, service: Service | null): string | null {
  if (service === null) return null
  const who = kind === 'app' ? `the app${appName ? ` “${appName}”` : ''}, not the person who uses it` : (user ?? 'the user')
  return `${serviceTable[service].words}’s audit log will show ${who}.`
}

function claimOf(name: string, value: unknown): Explanation['claims'][number] {
  const json = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  const meaning = Object.hasOwn(claimNames, name) ? claimNames[name]! : null
  return { name: shown(name), meaning, value: shown(json, longestClaim), at: timeClaims.has(name) ? time(value) : null }
}
