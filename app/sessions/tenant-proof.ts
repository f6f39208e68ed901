import type { Cloud, Network } from '../adapters.ts'
import type { Profile } from '../contract.ts'
import { TenantryError } from '../failures.ts'
import type { Token } from '../tokens/acquire.ts'

/** The mailbox that app-only requests are routed by (recorded from ExchangeOnlineManagement 3.9.0). */
const anchorMailbox = 'SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}'
const askTimeoutMs = 30_000

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

/**
 * Asks Exchange itself which domains its tenant has (`Get-AcceptedDomain`, as the module asks) and compares them
 * with the profile's domain.
 *
 * @throws TenantryError `exchange-wrong-tenant` where Exchange's list lacks the profile's domain
 */
export async function proveTenant(profile: Profile, cloud: Cloud, token: Token, network: Network): Promise<TenantProof> {
  const domains = await acceptedDomains(cloud, token, network)
  if (!domains) return { proof: 'unconfirmed', initialDomain: null }
  const names = domains.map((domain) => String(domain.DomainName ?? domain.Name ?? '').toLowerCase())
  const initial = domains.find((domain) => String(domain.InitialDomain).toLowerCase() === 'true')
  const initialDomain = initial ? String(initial.DomainName ?? initial.Name) : null
  const isId = profile.domain.toLowerCase() === profile.tenantId?.toLowerCase()
  const expected = isId ? profile.initialDomain?.toLowerCase() : profile.domain.toLowerCase()
  if (expected !== undefined && !names.includes(expected)) {
    throw new TenantryError('exchange-wrong-tenant', { expected, actual: names.join(', ') || 'no domain at all' })
  }
  return { proof: 'proven', initialDomain }
}

async function acceptedDomains(cloud: Cloud, token: Token, network: Network): Promise<AcceptedDomain[] | null> {
  const service = cloud.services.exchange
  const tenantId = String(token.claims.tid)
  if (!service) return null
  try {
    const response = await network({
      url: `${service.url}/adminapi/beta/${tenantId}/InvokeCommand`,
      method: 'POST',
      headers: {
        Authorization: `Bearer ${token.accessToken}`,
        'Content-Type': 'application/json',
        'X-AnchorMailbox': `APP:${anchorMailbox}@${tenantId}`,
        'X-CmdletName': 'Get-AcceptedDomain',
        'X-ResponseFormat': 'json'
      },
      body: JSON.stringify({ CmdletInput: { CmdletName: 'Get-AcceptedDomain', Parameters: {} } }),
      timeoutMs: askTimeoutMs
    })
    if (response.status !== 200) return null
    const answer = JSON.parse(response.body) as { value?: AcceptedDomain[] }
    return Array.isArray(answer.value) ? answer.value : null
  } catch {
    // Exchange could not be asked: that proves nothing either way, and the strip says so.
    return null
  }
}
