import { domainToASCII } from 'node:url'
import type { Cloud, Network } from '../adapters.ts'
import { failure, fromNetwork, fromTokenEndpoint } from '../failures.ts'
import { isGuid } from '../guid.ts'

/**
 * Microsoft's clouds. Sources: learn.microsoft.com/powershell/exchange/connect-to-exchange-online-powershell and
 * connect-to-scc-powershell (environment names, connection and authorization URIs), entra/identity-platform
 * authentication-national-cloud (login hosts), graph/deployments (Graph's hosts), powershell/microsoftgraph/
 * authentication-commands (`-Environment`). Not confirmed by documentation: the scope of DoD's compliance service
 * (GCC High's is used) and China's Exchange and compliance hosts.
 */
export const builtInClouds: Cloud[] = [
  microsoftCloud('worldwide', 'Microsoft 365 (worldwide)', 'login.microsoftonline.com', {
    environment: null,
    exchange: 'outlook.office365.com',
    compliance: 'ps.compliance.protection.outlook.com',
    graph: 'graph.microsoft.com',
    graphEnvironment: 'Global'
  }),
  microsoftCloud('gcchigh', 'GCC High', 'login.microsoftonline.us', {
    environment: 'O365USGovGCCHigh',
    exchange: 'outlook.office365.us',
    compliance: 'ps.compliance.protection.office365.us',
    graph: 'graph.microsoft.us',
    graphEnvironment: 'USGov'
  }),
  microsoftCloud('dod', 'DoD', 'login.microsoftonline.us', {
    environment: 'O365USGovDoD',
    exchange: 'outlook-dod.office365.us',
    compliance: 'l5.ps.compliance.protection.office365.us',
    complianceScope: 'ps.compliance.protection.office365.us',
    graph: 'dod-graph.microsoft.us',
    graphEnvironment: 'USGovDoD'
  }),
  microsoftCloud('china', 'China (21Vianet)', 'login.chinacloudapi.cn', {
    environment: 'O365China',
    exchange: 'partner.outlook.cn',
    compliance: 'ps.compliance.protection.partner.outlook.cn',
    graph: 'microsoftgraph.chinacloudapi.cn',
    graphEnvironment: 'China'
  })
]

interface MicrosoftHosts {
  /** `-ExchangeEnvironmentName`; null for the module's own default. */
  environment: string | null
  exchange: string
  compliance: string
  /** The host of the compliance scope where it is another one. */
  complianceScope?: string
  graph: string
  graphEnvironment: string
}

function microsoftCloud(id: Cloud['id'], label: string, loginHost: string, hosts: MicrosoftHosts): Cloud {
  const elsewhere = hosts.environment !== null
  return {
    id,
    label,
    loginHost,
    services: {
      exchange: at(hosts.exchange),
      compliance: { resource: `https://${hosts.complianceScope ?? hosts.compliance}`, url: `https://${hosts.compliance}` },
      graph: at(hosts.graph)
    },
    connectParameters: {
      exchange: hosts.environment === null ? {} : { ExchangeEnvironmentName: hosts.environment },
      compliance: elsewhere ? uris(hosts.compliance, loginHost) : {},
      graph: { Environment: hosts.graphEnvironment }
    }
  }
}

/** A service whose tokens are for the host that it is at. */
function at(host: string): { resource: string; url: string } {
  return { resource: `https://${host}`, url: `https://${host}` }
}

/** Connection parameters that name the hosts themselves; the module keeps only the host of the first. */
function uris(host: string, loginHost: string): Record<string, string> {
  return {
    ConnectionUri: `https://${host}/powershell-liveid/`,
    AzureADAuthorizationEndpointUri: `https://${loginHost}/common`
  }
}

/**
 * A cloud from hosts that the admin typed (and confirmed in the host's own dialog, which is the caller's to ask).
 *
 * @throws TenantryError `not-a-host` with the field's name where one is not a plain public host name
 */
export function customCloud(hosts: { loginHost: string; exchangeHost: string; complianceHost?: string; graphHost?: string }): Cloud {
  const loginHost = checkHost(hosts.loginHost, 'loginHost')
  const exchangeHost = checkHost(hosts.exchangeHost, 'exchangeHost')
  const complianceHost = hosts.complianceHost?.trim() ? checkHost(hosts.complianceHost, 'complianceHost') : null
  const graphHost = hosts.graphHost?.trim() ? checkHost(hosts.graphHost, 'graphHost') : null
  return {
    id: 'custom',
    label: `Custom (${loginHost})`,
    loginHost,
    services: {
      exchange: at(exchangeHost),
      compliance: complianceHost === null ? null : at(complianceHost),
      graph: graphHost === null ? null : at(graphHost)
    },
    connectParameters: {
      exchange: uris(exchangeHost, loginHost),
      compliance: complianceHost === null ? {} : uris(complianceHost, loginHost),
      graph: graphHost === null ? {} : graphEnvironment(graphHost, loginHost)
    }
  }
}

/** An environment of Graph's module that is not built into it: the session adds it by these three before it connects. */
function graphEnvironment(host: string, loginHost: string): Record<string, string> {
  return { Environment: `Tenantry ${host}`, GraphEndpoint: `https://${host}`, AzureADEndpoint: `https://${loginHost}` }
}

const labelPattern = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/

/** A DNS name of two labels or more in its ASCII form, null where it is none; an IP address is none. */
function asDomain(text: string): string | null {
  const trimmed = text.trim().replace(/\.$/, '')
  // domainToASCII reads its text as a URL's host: it stops at a path, and takes an IPv4 address in many spellings.
  if (/[\s/\\?#@:%]/.test(trimmed)) return null
  const ascii = domainToASCII(trimmed)
  const labels = ascii.split('.')
  const isName = ascii.length <= 253 && labels.length >= 2 && labels.every((label) => labelPattern.test(label))
  return isName && !/^\d+$/.test(labels.at(-1)!) ? ascii : null
}

function checkHost(text: string, field: string): string {
  const host = text.trim()
  const refuse = (reason: string) => failure('not-a-host', { host: host.replace(/\/\/[^/]*@/, '//…@').slice(0, 100), reason }, { field })
  if (host === '') throw refuse('it is empty')
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(host)) throw refuse('it has a scheme')
  if (host.includes('@')) throw refuse('it has a user name')
  if (/[/\\?#]/.test(host)) throw refuse('it has a path')
  if (/^\[|^[\d.]+(:\d*)?$|:.*:/.test(host)) throw refuse('it is an IP address')
  if (host.includes(':')) throw refuse('it has a port')
  const name = asDomain(host)
  if (name === null) throw refuse('it is not a host name')
  return name
}

export interface ResolvedTenant {
  /** Lower-case GUID. */
  tenantId: string
  /** The cloud that it is in: the one that was asked, or the one that was detected. */
  cloud: Cloud['id']
  authority: string
  /** The cloud's label; GCC, which shares the worldwide hosts, is named. */
  cloudLabel: string
}

/** The domain or tenant id as it is asked for: trimmed, lower case, ASCII. Throws `not-a-domain` for anything else. */
export function normaliseDomain(text: string): string {
  const lower = text.trim().toLowerCase()
  const domain = isGuid(lower) ? lower : asDomain(lower)
  if (domain === null) throw failure('not-a-domain', { domain: text.trim().slice(0, 100) })
  return domain
}

/**
 * Which tenant a domain (or tenant id) belongs to, from the cloud's OpenID metadata; nobody signs in for it.
 *
 * @param options.detect a tenant of another of Microsoft's clouds is resolved there instead of being refused
 * @throws TenantryError `not-a-domain`, `unknown-tenant`, `tenant-in-other-cloud`, or what the network did
 */
export async function resolveTenant(cloud: Cloud, domain: string, network: Network, { detect = false } = {}): Promise<ResolvedTenant> {
  const name = normaliseDomain(domain)
  const metadata = await askMetadata(cloud, name, cloud.network ?? network)
  const tenantId = /^https:\/\/[^/]+\/([0-9a-f-]{36})(\/|$)/i.exec(String(metadata.issuer))?.[1]?.toLowerCase()
  if (!tenantId || !isGuid(tenantId)) {
    throw failure('token-malformed', { reason: 'its metadata names no tenant' })
  }
  const actual = cloudOf(metadata)
  const isMicrosofts = builtInClouds.some(({ id }) => id === cloud.id)
  if (isMicrosofts && actual.id !== cloud.id) {
    // Its own login authority has the last word, and is not asked to detect once more.
    if (detect) return resolveTenant(builtInClouds.find(({ id }) => id === actual.id)!, name, network)
    throw failure('tenant-in-other-cloud', { tenant: name, actual: actual.label, cloud: cloud.label })
  }
  return {
    tenantId,
    cloud: cloud.id,
    authority: `https://${cloud.loginHost}/${tenantId}`,
    cloudLabel: isMicrosofts ? actual.label : cloud.label
  }
}

async function askMetadata(cloud: Cloud, name: string, network: Network): Promise<Record<string, unknown>> {
  const url = `https://${cloud.loginHost}/${name}/v2.0/.well-known/openid-configuration`
  const answer = await network({ url, method: 'GET', headers: { accept: 'application/json' } }).catch((error: unknown) => {
    throw fromNetwork(error, cloud.loginHost)
  })
  let body: unknown
  try {
    body = JSON.parse(answer.body)
  } catch {
    throw fromNetwork(answer, cloud.loginHost)
  }
  const known = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
  if (answer.status === 200) return known
  if (typeof known.error_description !== 'string') throw fromNetwork(answer, cloud.loginHost)
  throw fromTokenEndpoint(known.error_description, { tenant: name, cloud: cloud.label })
}

/**
 * The Microsoft cloud that a tenant's metadata tells of: `DODCON` is GCC High, `DOD` is DoD, `GCC` lives on the
 * worldwide hosts (learn.microsoft.com/entra/identity/hybrid … "tenant_region_sub_scope"; seen in public tenants).
 */
function cloudOf(metadata: Record<string, unknown>): { id: string; label: string } {
  const scope = String(metadata.tenant_region_scope ?? '').toUpperCase()
  const subScope = String(metadata.tenant_region_sub_scope ?? '').toUpperCase()
  const labelled = (id: string) => builtInClouds.find((cloud) => cloud.id === id)!
  if (subScope === 'DOD') return labelled('dod')
  if (subScope === 'DODCON' || scope === 'USGOV') return labelled('gcchigh')
  if (scope === 'CN') return labelled('china')
  return subScope === 'GCC' ? { id: 'worldwide', label: 'Microsoft 365 (GCC)' } : labelled('worldwide')
}
