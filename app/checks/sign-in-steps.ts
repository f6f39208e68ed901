import type { Profile, SignInKind } from '../contract.ts'
import { failure, fromNetwork, TenantryError } from '../failures.ts'
import { quote } from '../failures/reading.ts'
import { guidOf } from '../guid.ts'
import { isJsonAnswer } from '../json.ts'
import { clockToleranceMs } from '../tokens/clock.ts'
import { resolveTenant } from '../tokens/clouds.ts'
import { grantFor } from '../tokens/permissions.ts'
import { readClaims } from '../tokens/reading.ts'
import { goesByRoles, serviceTable } from '../tokens/services.ts'
import { judge, rolesIn, type Expected, type Verdict } from '../tokens/verdict.ts'
import type { Check } from './check.ts'
import { grantPermission, mendSignIn } from './fixes.ts'
import { failed, type Outcome, type Step } from './step.ts'

/** From the login host to a token and what it says. */
export function signInSteps(check: Check): Step[] {
  const service = serviceTable[check.service].words
  const permission = goesByRoles(check.service) ? grantFor(check.service).name : `A permission of ${service}`
  return [
    { id: 'login', title: 'Login service reachable', badTitle: 'The login service can’t be reached', after: [], run: () => askLogin(check) },
    { id: 'tenant', title: 'Tenant exists', badTitle: 'The tenant can’t be found', after: ['login'], run: () => askTenant(check) },
    { id: 'sign-in', title: 'App signs in', badTitle: 'The app can’t sign in', after: ['tenant'], run: () => signIn(check) },
    { id: 'permission', title: `${permission} granted`, badTitle: `${permission} is not granted`, after: ['sign-in'], run: () => readPermission(check) },
    { id: 'role', title: `Directory role for ${service}`, badTitle: `No directory role for ${service}`, after: ['sign-in'], run: () => readRole(check) },
    { id: 'clock', title: 'Clock', badTitle: 'The clock can’t be compared', after: ['login'], run: () => compareClock(check) }
  ]
}

async function askLogin(check: Check): Promise<Outcome> {
  const { loginHost } = check.cloud
  const { profile } = check
  const url = `https://${loginHost}/${encodeURIComponent(profile.tenantId ?? profile.domain)}/v2.0/.well-known/openid-configuration`
  const sent = Date.now()
  const answer = await check.loginNetwork({ url, method: 'GET', headers: { accept: 'application/json' } }).catch((error: unknown) => {
    throw fromNetwork(error, loginHost)
  })
  // What else it says is the next step's; here it counts that it is the service and no web page in its place.
  if (answer.status >= 500 || answer.status === 429 || !isJsonAnswer(answer.body)) throw fromNetwork(answer, loginHost)
  const date = Date.parse(answer.headers.date ?? '')
  // The header has whole seconds; half of the way there is as good a guess as any.
  if (!Number.isNaN(date)) check.facts.skewMs = date + 500 - (sent + Date.now()) / 2
  return { state: 'good', evidence: `${loginHost} answers over TLS.` }
}

async function askTenant(check: Check): Promise<Outcome> {
  const { profile, cloud } = check
  try {
    const { tenantId, cloudLabel } = await resolveTenant(cloud, profile.domain, check.loginNetwork)
    if (profile.tenantId !== null && tenantId !== profile.tenantId.toLowerCase()) {
      throw failure('tenant-changed', { domain: profile.domain, actual: tenantId, expected: profile.tenantId })
    }
    if (profile.tenantId === null) {
      const fixes = [{ text: 'Edit the profile and save it: that pins the tenant’s id.', commands: null }]
      return { state: 'bad', title: 'The profile has no tenant id yet', evidence: `${profile.domain} is ${tenantId}, ${cloudLabel}.`, fixes }
    }
    return { state: 'good', evidence: `${profile.domain} is ${tenantId}, ${cloudLabel}.` }
  } catch (error) {
    const known = TenantryError.from(error)
    return { ...failed(known), ...(known.code === 'tenant-changed' ? { title: 'The domain belongs to another tenant' } : {}) }
  }
}

const kindWords: Record<SignInKind, string> = { secret: 'Client secret', store: 'Certificate', pfx: 'Certificate (PFX file)', account: 'Account' }

async function signIn(check: Check): Promise<Outcome> {
  try {
    const token = await check.takeToken()
    check.facts.token = token
    check.facts.skewMs ??= token.skewMs
    const what = check.signIn ? kindWords[check.signIn.kind] : 'Credential'
    return { state: 'good', evidence: `${what} accepted; ${endOf(check)}the new token lives ${Math.round(token.lifeMs / 60_000)} minutes.` }
  } catch (error) {
    const known = TenantryError.from(error)
    return failed(known, mendSignIn(known.code, check.fixFacts))
  }
}

function endOf({ signIn }: Check): string {
  const { notAfter = null, daysLeft = null } = signIn?.expiry ?? {}
  // One that was just accepted is not over, whatever was known of it.
  if (notAfter === null || daysLeft === null || daysLeft < 0) return ''
  return `it expires ${notAfter.slice(0, 10)}, in ${daysLeft} ${daysLeft === 1 ? 'day' : 'days'}; `
}

/** What the token itself says, held against the profile: the same words as in the token panel. */
function verdictOf(check: Check): Verdict {
  return judge(readClaims(check.token.claims), expectedOf(check))
}

function expectedOf({ profile, cloud, service, now, token, known }: Check): Expected {
  const { resource } = cloud.services[service]!
  return { tenantId: profile.tenantId, audience: { service, resource }, now: now() + (token.skewMs ?? 0), known }
}

function readPermission(check: Check): Outcome {
  const verdict = verdictOf(check)
  const { roles, scopes } = readClaims(check.token.claims)
  if (check.token.account && goesByRoles(check.service)) return readScopes(verdict, scopes)
  const isGranted = goesByRoles(check.service) ? roles.includes(grantFor(check.service).name) : roles.length + scopes.length > 0
  if (verdict.level !== 'bad') return { state: 'good', evidence: goesByRoles(check.service) ? 'It stands in the token’s roles.' : verdict.sentence }
  if (!isGranted) {
    return { state: 'bad', evidence: verdict.sentence, fixes: grantPermission(check.fixFacts) }
  }
  const next = verdict.next === null ? [] : [{ text: verdict.next, commands: null }]
  return { state: 'bad', title: 'The token can’t be used', evidence: verdict.sentence, fixes: next }
}

/** A person's token holds scopes in place of the app's permission. */
function readScopes(verdict: Verdict, scopes: string[]): Outcome {
  if (verdict.level !== 'bad') return { state: 'good', title: 'Delegated permission granted', evidence: `The token has ${scopes.join(', ')}.` }
  const next = verdict.next === null ? [] : [{ text: verdict.next, commands: null }]
  return { state: 'bad', title: 'No delegated permission in the token', evidence: verdict.sentence, fixes: next }
}

function readRole(check: Check): Outcome {
  const { service } = check
  if (!goesByRoles(service)) return { state: 'skipped', evidence: 'Skipped: Microsoft Graph goes by the permissions in the token.' }
  const { known } = rolesIn(readClaims(check.token.claims))
  const opening = known.filter((role) => role.reach[service] !== null)
  const verdict = verdictOf(check)
  if (opening.length === 0) {
    const own = service === 'exchange' ? 'Exchange’s own roles' : 'The service’s own role groups'
    return { state: 'warning', title: 'No directory role in the token', evidence: `${own} may still allow it; the next steps will tell.` }
  }
  check.facts.directoryRoles = opening.map(({ name }) => name)
  const evidence = `${opening.map(({ name, reach }) => `${name} can ${reach[service]!.can}`).join('; ')}.`
  if (verdict.level !== 'warning' || verdict.next === null) return { state: 'good', evidence }
  return { state: 'warning', evidence, fixes: [{ text: verdict.next, commands: null }] }
}

function compareClock(check: Check): Outcome {
  const { skewMs } = check.facts
  if (skewMs === null) return { state: 'skipped', evidence: `Skipped: ${check.cloud.loginHost} sent no date to compare with.` }
  const seconds = Math.round(Math.abs(skewMs) / 1000)
  if (Math.abs(skewMs) <= clockToleranceMs) {
    return { state: 'good', evidence: seconds < 2 ? 'This computer’s clock agrees with the login service’s.' : `This computer’s clock is ${seconds} s off, which does no harm.` }
  }
  const how = skewMs > 0 ? 'behind' : 'ahead of'
  return {
    state: 'warning',
    title: 'The clock is wrong',
    evidence: `This computer’s clock is ${Math.round(seconds / 60)} minutes ${how} the login service’s.`,
    fixes: [{ text: 'Set the clock and its time zone: a login service refuses what is signed at another time, and tokens seem to end early or late.', commands: clockCommand(check) }]
  }
}

function clockCommand({ platform }: Check): string {
  if (platform === 'win32') return 'w32tm /resync'
  return platform === 'darwin' ? 'sudo sntp -sS time.apple.com' : 'sudo timedatectl set-ntp true'
}

/** Who signed in, as Exchange may name it. */
export function appNames(check: Check): string[] {
  const { claims } = check.token
  const names = [guidOf(claims.oid), guidOf(claims.appid ?? claims.azp), typeof claims.app_displayname === 'string' ? quote(claims.app_displayname) : null]
  return names.filter((name): name is string => name !== null && name !== '').map((name) => name.toLowerCase())
}

/** The domain by which the profile's tenant is known; null where it has only the tenant's id. */
export function domainOf({ domain, initialDomain, tenantId }: Profile): string | null {
  return (domain.toLowerCase() === tenantId?.toLowerCase() ? initialDomain : domain)?.toLowerCase() ?? null
}
