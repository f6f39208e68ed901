import type { Cloud } from '../adapters.ts'
import type { Service } from '../contract.ts'
import type { FailureCode } from '../failures.ts'
import { consentLink } from '../tokens/consent.ts'
import { directoryRole, roleIds, type DirectoryRole } from '../tokens/directory-roles.ts'
import { disconnectGraph } from '../tokens/graph-commands.ts'
import { grantFor } from '../tokens/permissions.ts'
import { goesByRoles, type RoleService } from '../tokens/services.ts'
import type { Fix } from './step.ts'

/** Whom the commands are about. Whatever is no GUID is not put into a command. */
export interface FixFacts {
  cloud: Cloud
  service: Service
  tenantId: string | null
  clientId: string
  /** The object id of the app's service principal (the enterprise application): the token's `oid`. */
  objectId: string | null
}

/** Roles to offer, by template id; the least first. */
const offeredRoles: Record<RoleService, { reads: string; manages: string }> = {
  exchange: { reads: roleIds.globalReader, manages: roleIds.exchangeAdministrator },
  compliance: { reads: roleIds.globalReader, manages: roleIds.complianceAdministrator }
}

/** Grants the permission that the service's sessions need, with admin consent. */
export function grantPermission(facts: FixFacts): Fix[] {
  const { name, resource, resourceAppId, appRoleId } = grantFor(facts.service)
  const { lines, id } = principal(facts)
  return [
    {
      text: `In Microsoft Entra: App registrations, the app, API permissions, Add a permission, APIs my organization uses, ${resource}, Application permissions, ${name}; then Grant admin consent.`,
      commands: null
    },
    {
      text: 'Or with Microsoft Graph PowerShell; afterwards a new token is needed:',
      commands: [
        connectGraph(facts, 'Application.Read.All', 'AppRoleAssignment.ReadWrite.All'),
        ...lines,
        `$resource = Get-MgServicePrincipal -Filter "appId eq '${resourceAppId}'"`,
        `New-MgServicePrincipalAppRoleAssignment -ServicePrincipalId ${id} -PrincipalId ${id} -ResourceId $resource.Id -AppRoleId ${appRoleId}`
      ].join('\n')
    }
  ]
}

/** The two ways to a role: Entra's directory roles, and the service's own. */
export function giveRole(facts: FixFacts): Fix[] {
  const { service } = facts
  if (!goesByRoles(service)) return grantPermission(facts)
  return [giveDirectoryRole(facts, service), service === 'exchange' ? exchangeRole(facts) : roleGroup(facts)]
}

function giveDirectoryRole(facts: FixFacts, service: RoleService): Fix {
  const { lines, id } = principal(facts)
  const [reads, manages] = [directoryRole(offeredRoles[service].reads)!, directoryRole(offeredRoles[service].manages)!]
  const assign = (role: DirectoryRole) => `New-MgRoleManagementDirectoryRoleAssignment -PrincipalId ${id} -RoleDefinitionId ${role.id} -DirectoryScopeId '/'`
  return {
    text: `Give the app’s service principal a directory role: ${reads.name} is enough for reading, ${manages.name} manages. Then wait some minutes and take a new token.`,
    commands: [connectGraph(facts, 'Application.Read.All', 'RoleManagement.ReadWrite.Directory'), ...lines, `# ${reads.name}`, assign(reads), `# or ${manages.name}`, `# ${assign(manages)}`].join('\n')
  }
}

/** learn.microsoft.com/exchange/permissions-exo/application-rbac: New-ServicePrincipal, New-ManagementRoleAssignment -App. */
function exchangeRole(facts: FixFacts): Fix {
  return {
    text: 'Or give it a role inside Exchange only, from a session of an Exchange admin:',
    commands: [...ownPrincipal(facts), `New-ManagementRoleAssignment -App ${facts.objectId ?? '$id'} -Role 'View-Only Configuration'`].join('\n')
  }
}

/** learn.microsoft.com/powershell/exchange/app-only-auth-powershell-v2: role groups take a service principal as member. */
function roleGroup(facts: FixFacts): Fix {
  return {
    text: 'Or make it a member of a role group of Security & Compliance only, from a session of a compliance admin:',
    commands: [...ownPrincipal(facts), `Add-RoleGroupMember -Identity 'ComplianceAdministrator' -Member ${facts.objectId ?? '$id'}`].join('\n')
  }
}

function ownPrincipal({ clientId, objectId }: FixFacts): string[] {
  const asked = objectId === null ? ["$id = Read-Host 'Object ID of the enterprise application'"] : []
  return [...asked, `New-ServicePrincipal -AppId ${clientId} -ObjectId ${objectId ?? '$id'} -DisplayName 'Tenantry'`]
}

/** What helps against a refused sign-in, beyond the failure's own hint. */
export function mendSignIn(code: FailureCode, facts: FixFacts): Fix[] {
  const app = `Get-MgApplication -Filter "appId eq '${facts.clientId}'"`
  switch (code) {
    case 'secret-wrong':
    case 'secret-expired':
      return [
        {
          text: 'A new secret with Microsoft Graph PowerShell; its value is shown once and goes into the sign-in:',
          commands: [connectGraph(facts, 'Application.ReadWrite.All'), `$app = ${app}`, "Add-MgApplicationPassword -ApplicationId $app.Id -PasswordCredential @{ DisplayName = 'Tenantry' }"].join('\n')
        }
      ]
    case 'app-not-in-tenant':
    case 'app-unknown':
    case 'no-consent':
      return [
        { text: 'Where the app is of another tenant (a partner’s), an admin of this tenant opens its consent link:', commands: consentLink(facts.cloud.loginHost, facts.tenantId ?? 'organizations', facts.clientId) }
      ]
    case 'certificate-not-registered':
      return [{ text: 'The certificates that the app has now, with Microsoft Graph PowerShell:', commands: [connectGraph(facts, 'Application.Read.All'), `(${app}).KeyCredentials | Format-List DisplayName, EndDateTime, CustomKeyIdentifier`].join('\n') }]
    default:
      return []
  }
}

function connectGraph({ cloud, tenantId }: FixFacts, ...scopes: string[]): string {
  const environment = cloud.connectParameters.graph.Environment
  // The module's own default, and a name that only a session of ours adds, say nothing to the admin's shell.
  const isNamed = cloud.id !== 'worldwide' && cloud.connectParameters.graph.GraphEndpoint === undefined
  const parts = ['Connect-MgGraph', tenantId === null ? '' : `-TenantId ${tenantId}`, environment && isNamed ? `-Environment ${environment}` : '', `-Scopes ${scopes.join(', ')}`]
  return [disconnectGraph, parts.filter(Boolean).join(' ')].join('\n')
}

/** How a command names the service principal: by its id where the token told it, else by looking it up. */
function principal({ clientId, objectId }: FixFacts): { lines: string[]; id: string } {
  if (objectId !== null) return { lines: [], id: objectId }
  return { lines: [`$app = Get-MgServicePrincipal -Filter "appId eq '${clientId}'"`], id: '$app.Id' }
}
