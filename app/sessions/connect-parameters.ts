import type { Cloud } from '../adapters.ts'
import type { Profile, Service } from '../contract.ts'
import { readingCommandNames } from '../guard/commands.ts'
import type { ConnectMessage, PrepareMessage } from '../powershell/messages.ts'
import type { Token } from '../tokens/acquire.ts'
import { serviceTable } from '../tokens/services.ts'
import { composeUri, remoteAddress, remoteOf } from './remote-powershell.ts'

interface Plan {
  profile: Pick<Profile, 'searchOnlySession' | 'remotePowerShell' | 'tenantId' | 'moduleVersion' | 'readOnly'>
  cloud: Cloud
}

/** The module that a session of a service connects with. */
export function moduleOf({ profile, cloud }: Plan, service: Service): PrepareMessage['module'] {
  // The commands that remote PowerShell needs come with PowerShell.
  const own = 'Microsoft.PowerShell.Utility'
  if (remoteOf(profile, service)) return { name: own, path: own, pinnedVersion: null }
  const { module } = serviceTable[service]
  const isPinned = module === serviceTable.exchange.module && profile.moduleVersion !== ''
  return { name: module, path: cloud.modulePaths?.[module] ?? null, pinnedVersion: isPinned ? profile.moduleVersion : null }
}

/**
 * How the shell connects: with which command, and what that is given beyond the token (what the service always needs,
 * the cloud's words, the profile's).
 *
 * @param commands all that is wanted of the service's commands; null for every one
 * @throws TenantryError where the profile's remote endpoint may not be sent the token
 */
export function connectWith({ profile, cloud }: Plan, service: Service, organization: string, account: Token['account'], commands: readonly string[] | null = null): Pick<ConnectMessage, 'command' | 'family' | 'parameters'> {
  const remote = remoteOf(profile, service)
  if (remote) {
    const ConnectionUri = composeUri(remoteAddress(remote, cloud), organization)
    return { command: 'Connect-RemotePowerShell', family: 'remote', parameters: { ConnectionUri, TenantId: profile.tenantId ?? '', AllowRedirection: remote.allowRedirection } }
  }
  const { connect, family, parameters } = serviceTable[service]
  return {
    command: connect,
    family,
    parameters: {
      ...parameters,
      ...cloud.connectParameters[service],
      ...(family === 'exchange' ? whose(account, profile.tenantId, organization) : {}),
      ...(service === 'compliance' && profile.searchOnlySession ? { EnableSearchOnlySession: true } : {}),
      // A wish that the service may not follow: the shell removes what it sends beyond.
      ...(family === 'exchange' && (commands || profile.readOnly) ? { CommandName: commands ?? readingCommandNames } : {})
    }
  }
}

/**
 * Whom the token is for. Beside a token Exchange's module wants one of -Organization, -UserPrincipalName and
 * -DelegatedOrganization: the first for an app, the second for a person in their own tenant, the third for one who
 * lives in another tenant, as a partner's admin (GDAP) or a guest does. The token is the profile's tenant's in each case.
 */
function whose(account: Token['account'], tenantId: string | null, organization: string): Record<string, string> {
  if (!account) return { Organization: organization }
  return account.homeTenantId.toLowerCase() === tenantId?.toLowerCase() ? { UserPrincipalName: account.username } : { DelegatedOrganization: organization }
}
