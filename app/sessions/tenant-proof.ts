import type { Cloud, Network } from '../adapters.ts'
import type { Profile, Service } from '../contract.ts'
import { failure } from '../failures.ts'
import { quote } from '../failures/reading.ts'
import { isRecord } from '../json.ts'
import type { Token } from '../tokens/acquire.ts'
import { listFromGraph, ServiceClient, type Row } from '../tokens/service-client.ts'

export interface TenantProof {
  /** `unconfirmed` where the app may not run Get-AcceptedDomain, or Exchange did not answer. */
  proof: 'proven' | 'unconfirmed'
  initialDomain: string | null
}

export interface ProofRequest {
  profile: Profile
  cloud: Cloud
  /** The service that is asked. */
  service: Service
  token: Token
  network: Network
  /** The tenant id that a domain belongs to, by the cloud's metadata. */
  resolveTenantId(domain: string): Promise<string>
}

/**
 * Asks Exchange itself which domains its tenant has (`Get-AcceptedDomain`, as the module asks) and compares them
 * with the profile's domain. Where the profile has only the tenant's id, the metadata must say that Exchange's
 * initial domain is of that id.
 *
 * @throws TenantryError `exchange-wrong-tenant` where Exchange's list lacks the profile's domain
 */
export async function proveTenant(request: ProofRequest): Promise<TenantProof> {
  if (request.service === 'graph') return proveByGraph(request)
  const { profile, cloud, token, network, resolveTenantId } = request
  const unconfirmed = { proof: 'unconfirmed', initialDomain: null } as const
  const domains = await acceptedDomains(cloud, token, network)
  if (!domains) return unconfirmed
  const names = domains.map(nameOf)
  const initial = domains.find((domain) => String(domain.InitialDomain).toLowerCase() === 'true')
  const initialDomain = initial ? nameOf(initial) : null
  const isId = profile.domain.toLowerCase() === profile.tenantId?.toLowerCase()
  const expected = isId ? profile.initialDomain?.toLowerCase() : profile.domain.toLowerCase()
  if (expected !== undefined) {
    if (!names.includes(expected)) throw wrongTenant(expected, names.join(', ') || 'no domain at all')
    return { proof: 'proven', initialDomain }
  }
  if (!initialDomain) return unconfirmed
  const actual = await resolveTenantId(initialDomain).catch(() => null)
  if (actual === null) return unconfirmed
  if (actual.toLowerCase() !== profile.tenantId?.toLowerCase()) throw wrongTenant(profile.tenantId ?? 'none', `${initialDomain}, which is ${actual}`)
  return { proof: 'proven', initialDomain }
}

/**
 * Asks Graph for the one organization that a token reaches: its id is the tenant's.
 *
 * @throws TenantryError `graph-wrong-tenant`
 */
async function proveByGraph({ profile, cloud, token, network }: ProofRequest): Promise<TenantProof> {
  const unconfirmed = { proof: 'unconfirmed', initialDomain: null } as const
  const organization = await askOrganization(cloud, token, network).catch(() => null)
  if (!organization) return unconfirmed
  const actual = String(organization.id).toLowerCase()
  if (actual !== profile.tenantId?.toLowerCase()) throw failure('graph-wrong-tenant', { expected: profile.tenantId ?? 'none', actual: quote(actual) || 'none' })
  const domains = Array.isArray(organization.verifiedDomains) ? organization.verifiedDomains.filter(isRecord) : []
  const initial = domains.find(({ isInitial }) => isInitial === true)?.name
  return { proof: 'proven', initialDomain: typeof initial === 'string' ? initial.toLowerCase() : null }
}

/** learn.microsoft.com/graph/api/organization-list; null where the app may not ask. */
async function askOrganization(cloud: Cloud, token: Token, network: Network): Promise<Row | null> {
  const service = cloud.services.graph
  if (!service) return null
  const found = await listFromGraph({ url: service.url, token, network }, '/v1.0/organization?$select=id,verifiedDomains')
  return found.length === 1 && typeof found[0]?.id === 'string' ? found[0] : null
}

const nameOf = ({ DomainName, Name }: Row): string => String(DomainName ?? Name ?? '').toLowerCase()
const wrongTenant = (expected: string, actual: string) => failure('exchange-wrong-tenant', { expected: quote(expected), actual: quote(actual) })

/** Every domain of the list; null where Exchange could not be asked for all of them, which proves nothing either way. */
async function acceptedDomains(cloud: Cloud, token: Token, network: Network): Promise<Row[] | null> {
  const service = cloud.services.exchange
  if (!service) return null
  return new ServiceClient({ url: service.url, token, network }).run('Get-AcceptedDomain').catch(() => null)
}
