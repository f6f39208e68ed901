import type { Cloud, HttpResponse, Network } from '../adapters.ts'
import type { Profile, Service } from '../contract.ts'
import { failure } from '../failures.ts'
import { quote } from '../failures/reading.ts'
import type { Token } from '../tokens/acquire.ts'

/** The mailbox that app-only requests are routed by (recorded from ExchangeOnlineManagement 3.9.0). */
export const anchorMailbox = 'SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}'

/** By what a request is routed: a person's own mailbox in their own tenant, else the tenant's system mailbox. */
export function anchorOf(token: Token): string {
  return isAtHome(token) ? `UPN:${token.account!.username}` : `APP:${anchorMailbox}@${String(token.claims.tid)}`
}

/** A person's token for the tenant that their account lives in. */
export const isAtHome = ({ account, claims }: Token): boolean => account?.homeTenantId.toLowerCase() === String(claims.tid).toLowerCase()

const askTimeoutMs = 30_000
/** A tenant may verify 5,000 domains (learn.microsoft.com/entra/fundamentals/service-limits): five pages. */
const maxPages = 10

export interface TenantProof {
  /** `unconfirmed` where the app may not run Get-AcceptedDomain, or Exchange did not answer. */
  proof: 'proven' | 'unconfirmed'
  initialDomain: string | null
}

interface AcceptedDomain {
  DomainName?: string
  Name?: string
  InitialDomain?: boolean | string
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
  const initial = organization.verifiedDomains?.find(({ isInitial }) => isInitial === true)?.name
  return { proof: 'proven', initialDomain: typeof initial === 'string' ? initial.toLowerCase() : null }
}

interface GraphOrganization {
  id?: unknown
  verifiedDomains?: Array<{ name?: unknown; isInitial?: unknown }>
}

/** learn.microsoft.com/graph/api/organization-list; null where the app may not ask. */
async function askOrganization(cloud: Cloud, token: Token, network: Network): Promise<GraphOrganization | null> {
  const service = cloud.services.graph
  if (!service) return null
  const url = `${service.url}/v1.0/organization?$select=id,verifiedDomains`
  const answer = await network({ url, method: 'GET', headers: { Authorization: `Bearer ${token.accessToken}`, Accept: 'application/json' }, timeoutMs: askTimeoutMs })
  if (answer.status !== 200) return null
  const { value } = JSON.parse(answer.body) as { value?: GraphOrganization[] }
  return Array.isArray(value) && value.length === 1 && typeof value[0]?.id === 'string' ? value[0] : null
}

const nameOf = ({ DomainName, Name }: AcceptedDomain): string => String(DomainName ?? Name ?? '').toLowerCase()
const wrongTenant = (expected: string, actual: string) => failure('exchange-wrong-tenant', { expected: quote(expected), actual: quote(actual) })

/** Every page of the list; null where Exchange could not be asked, which proves nothing either way. */
async function acceptedDomains(cloud: Cloud, token: Token, network: Network): Promise<AcceptedDomain[] | null> {
  const service = cloud.services.exchange
  if (!service) return null
  const domains: AcceptedDomain[] = []
  let url: string | undefined = `${service.url}/adminapi/beta/${String(token.claims.tid)}/InvokeCommand`
  try {
    for (let page = 0; url !== undefined; page++) {
      if (page === maxPages) return null
      const answer = readPage(await askPage(url, token, network))
      if (!answer) return null
      domains.push(...answer.value)
      url = answer.next
      // The link carries the token: it is followed on the service's own host only.
      if (url !== undefined && new URL(url).origin !== new URL(service.url).origin) return null
    }
  } catch {
    return null
  }
  return domains
}

function askPage(url: string, token: Token, network: Network): Promise<HttpResponse> {
  return network({
    url,
    method: 'POST',
    headers: {
      Authorization: `Bearer ${token.accessToken}`,
      'Content-Type': 'application/json',
      Prefer: 'odata.maxpagesize=1000',
      'X-AnchorMailbox': anchorOf(token),
      'X-CmdletName': 'Get-AcceptedDomain',
      'X-ResponseFormat': 'json'
    },
    body: JSON.stringify({ CmdletInput: { CmdletName: 'Get-AcceptedDomain', Parameters: {} } }),
    timeoutMs: askTimeoutMs
  })
}

function readPage(response: HttpResponse): { value: AcceptedDomain[]; next: string | undefined } | null {
  if (response.status !== 200) return null
  const answer = JSON.parse(response.body) as { value?: AcceptedDomain[]; '@odata.nextLink'?: string }
  return Array.isArray(answer.value) ? { value: answer.value, next: answer['@odata.nextLink'] } : null
}
