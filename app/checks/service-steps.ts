import { fromNetwork, TenantryError } from '../failures.ts'
import { quote } from '../failures/reading.ts'
import { remoteOf } from '../sessions/remote-powershell.ts'
import { listFromGraph, Refusal, type ReadingCmdlet, type Row } from '../tokens/service-client.ts'
import { serviceTable } from '../tokens/services.ts'
import type { Check } from './check.ts'
import { giveRole, grantPermission } from './fixes.ts'
import { groupsInWords, inWords } from './management.ts'
import { remoteSteps } from './remote-steps.ts'
import { appNames, domainOf } from './sign-in-steps.ts'
import { failed, type Outcome, type Step } from './step.ts'

/** From the service's host to what the app may do there. */
export function serviceSteps(check: Check): Step[] {
  const remote = remoteOf(check.profile, check.service)
  if (remote) return remoteSteps(check, remote)
  const { words, probe: wanted } = serviceTable[check.service]
  const reachable: Step = { id: 'service', title: `${words} reachable`, badTitle: `${words} can’t be reached`, after: [], run: () => askService(check) }
  if ('path' in wanted) return [reachable, ...graphSteps(check, wanted.path)]
  const probe = wanted.cmdlet
  return [
    reachable,
    { id: 'connect', title: `Connection to ${words}`, badTitle: `${words} refused the connection`, after: ['service', 'permission'], run: () => connect(check, probe) },
    { id: 'probe', title: probe, badTitle: `${probe} failed`, after: ['connect'], run: () => runProbe(check, probe) },
    { id: 'management', title: 'Management roles and scopes', badTitle: 'Management roles can’t be read', after: ['connect'], run: () => readManagement(check) }
  ]
}

/** Connect-MgGraph asks nobody, so the probe is the first word from Graph. */
function graphSteps(check: Check, path: string): Step[] {
  const title = `GET ${path.replace(/^\/v1\.0/, '')}`
  return [
    { id: 'probe', title, badTitle: `${title} failed`, after: ['service', 'permission'], run: () => probeGraph(check, path, title) },
    { id: 'management', title: 'Management roles and scopes', badTitle: '', after: ['probe'], run: () => ({ state: 'skipped', evidence: 'Skipped: Microsoft Graph goes by the permissions in the token.' }) }
  ]
}

async function probeGraph(check: Check, path: string, title: string): Promise<Outcome> {
  const { profile, cloud, network, token } = check
  try {
    const [organization] = await listFromGraph({ url: cloud.services.graph!.url, token, network }, path)
    const actual = quote(String(organization?.id ?? '')).toLowerCase()
    if (actual === profile.tenantId?.toLowerCase()) return { state: 'good', title: `${title} works`, evidence: `Microsoft Graph says that this is ${actual}.` }
    const fixes = [{ text: 'Check the profile’s domain, and do not connect before you know why.', commands: null }]
    return { state: 'bad', title: 'Microsoft Graph says that this is another tenant', evidence: `It is ${actual || 'none that it names'}, not ${profile.tenantId ?? 'known'}.`, fixes }
  } catch (error) {
    if (!(error instanceof Refusal) || error.status !== 403) return refused(check, error)
    const evidence = `${error.text || 'Microsoft Graph answered 403.'} What the token's own permissions allow works all the same; sessions will say that the tenant is not confirmed.`
    return { state: 'warning', title: `${title} is not among what the app may do`, evidence, fixes: grantPermission(check.fixFacts) }
  }
}

async function askService(check: Check): Promise<Outcome> {
  const { url } = check.cloud.services[check.service]!
  const { host, protocol } = new URL(url)
  await check.network({ url: `${url}/`, method: 'GET', headers: {} }).catch((error: unknown) => {
    throw fromNetwork(error, host)
  })
  return { state: 'good', evidence: protocol === 'https:' ? `${host} answers over TLS.` : `${host} answers, on this machine.` }
}

async function connect(check: Check, probe: ReadingCmdlet): Promise<Outcome> {
  const { words } = serviceTable[check.service]
  const client = check.client()
  const evidence = (end: string) => `The request that a connection begins with (EXOModuleFile, for ${probe} alone, without a shell) was answered by ${client.host}${end}`
  try {
    if (await client.connect(probe)) return { state: 'good', title: `${words} takes the token`, evidence: evidence('.') }
    return { state: 'good', title: `${words} takes the token`, evidence: evidence(`, which has no ${probe} for the app.`) }
  } catch (error) {
    return refused(check, error)
  }
}

async function runProbe(check: Check, probe: ReadingCmdlet): Promise<Outcome> {
  try {
    const rows = await check.client().run(probe)
    return check.service === 'exchange' ? compareDomains(check, rows) : { state: 'good', title: `${probe} works`, evidence: `It answered ${counted(rows.length, 'policy', 'policies')}.` }
  } catch (error) {
    // 404: the cmdlet is in none of the app's roles. Sessions work without it.
    if (!(error instanceof Refusal) || error.status !== 404) return refused(check, error)
    return { state: 'warning', title: `${probe} is not among what the app may run`, evidence: `${error.text || 'It is in none of the app’s roles.'} Sessions will say that the tenant is not confirmed.` }
  }
}

/** Exchange's own word on which tenant it is. */
function compareDomains({ profile }: Check, rows: Row[]): Outcome {
  const names = rows.map(({ DomainName, Name }) => quote(String(DomainName ?? Name ?? '')).toLowerCase())
  const expected = domainOf(profile)
  if (expected === null || names.includes(expected)) {
    const which = expected === null ? names.slice(0, 3).join(', ') : expected
    return { state: 'good', title: 'Get-AcceptedDomain works', evidence: `It answered ${counted(names.length, 'domain', 'domains')}, ${which} among them.` }
  }
  return {
    state: 'bad',
    title: 'Exchange says that this is another tenant',
    evidence: `It lists ${names.slice(0, 5).join(', ') || 'no domain at all'}, and not ${expected}.`,
    fixes: [{ text: 'Check the profile’s domain, and do not connect before you know why.', commands: null }]
  }
}

async function readManagement(check: Check): Promise<Outcome> {
  try {
    const client = check.client()
    // Security & Compliance gives its permissions by role groups alone.
    if (check.service === 'compliance') return { state: 'good', ...groupsInWords(await client.run('Get-RoleGroup'), appNames(check), check.facts.directoryRoles) }
    const [assignments, scopes] = await Promise.all([client.run('Get-ManagementRoleAssignment'), client.run('Get-ManagementScope')])
    return { state: 'good', ...inWords(assignments, scopes, appNames(check), check.facts.directoryRoles) }
  } catch (error) {
    const mayNot = error instanceof Refusal && [400, 403, 404].includes(error.status)
    if (mayNot) return { state: 'skipped', evidence: 'Skipped: the app’s role does not let it read management roles, which is no fault.' }
    const known = error instanceof Refusal ? error.failure : TenantryError.from(error)
    return { ...failed(known), state: 'warning' }
  }
}

function refused(check: Check, error: unknown): Outcome {
  if (!(error instanceof Refusal)) return failed(TenantryError.from(error))
  const { words } = serviceTable[check.service]
  const said = error.text === '' ? [] : [`${words} said: ${error.text}`]
  if (error.status === 403) {
    return { state: 'bad', title: `${words} answered 403: the app has no role`, evidence: error.failure.message, details: said, fixes: giveRole(check.fixFacts) }
  }
  return { ...failed(error.failure), details: said }
}

const counted = (count: number, one: string, more: string): string => `${count} ${count === 1 ? one : more}`

