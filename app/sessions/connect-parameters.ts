import type { Service } from '../contract.ts'
import type { Token } from '../tokens/acquire.ts'
import type { SessionPlan } from './session.ts'

/**
 * What the connect cmdlet is told beyond token and organization. Beside a token the module wants one of -Organization,
 * -UserPrincipalName and -DelegatedOrganization: the first for an app, the second for a person in their own tenant, the
 * third for one who lives in another tenant, as a partner's admin (GDAP) or a guest does. The token is the profile's
 * tenant's in each case.
 */
export function connectParameters({ cloud, profile }: SessionPlan, service: Service, { account }: Token): Record<string, string> {
  const parameters = cloud.connectParameters[service]
  if (!account) return parameters
  const isAtHome = account.homeTenantId.toLowerCase() === profile.tenantId?.toLowerCase()
  return isAtHome ? { ...parameters, UserPrincipalName: account.username } : { ...parameters, DelegatedOrganization: profile.initialDomain ?? profile.domain }
}
