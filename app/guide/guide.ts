import type { Cloud } from '../adapters.ts'
import type { CallOutput, CallRequest, Profile, Service } from '../contract.ts'
import { guidOf } from '../guid.ts'
import { builtInClouds } from '../tokens/clouds.ts'
import { consentLink } from '../tokens/consent.ts'
import { directoryRole, roleIds } from '../tokens/directory-roles.ts'
import { disconnectGraph } from '../tokens/graph-commands.ts'
import { grantFor } from '../tokens/permissions.ts'
import { goesByRoles, serviceTable } from '../tokens/services.ts'

type Guide = CallOutput<'guide.read'>
type Step = Guide['steps'][number]

/** What the guide is filled in with. Whatever is not known, or no safe part of a command, stands as `<what it is>`. */
export interface GuideFacts {
  loginHost: string
  /** Of Microsoft Graph, as Connect-MgGraph names it; null for the worldwide cloud. */
  graphEnvironment: string | null
  /** Where Microsoft Graph is, without a slash at the end. */
  graphUrl: string
  /** Of Azure, as `az cloud set` names it; null for the worldwide cloud. */
  azureCloud: string | null
  /** Where the clicks begin. */
  portal: string
  tenant: string
  clientId: string
  appName: string
  certificatePath: string
  roleId: string
  services: readonly Service[]
  isPartner: boolean
  /** A partner's customers, each by its tenant's id or domain. */
  customers: ReadonlyArray<{ name: string; tenant: string }>
}

/** Roles in the order in which they are offered: the least first, and Compliance Administrator where compliance is wanted. */
export function offeredRoleIds(services: readonly Service[]): [string, ...string[]] {
  const forCompliance = services.includes('compliance') ? [roleIds.complianceAdministrator] : []
  return [roleIds.globalReader, roleIds.exchangeRecipientAdministrator, roleIds.exchangeAdministrator, ...forCompliance]
}

type Tools = Pick<GuideFacts, 'azureCloud' | 'portal'>

/**
 * Where the national clouds have their tools: learn.microsoft.com/entra/identity-platform/authentication-national-cloud
 * (portals), cli/azure/manage-clouds-azure-cli (names of clouds).
 */
const nationalTools: Partial<Record<Cloud['id'], Tools>> = {
  gcchigh: { azureCloud: 'AzureUSGovernment', portal: 'portal.azure.us, Microsoft Entra ID' },
  dod: { azureCloud: 'AzureUSGovernment', portal: 'portal.azure.us, Microsoft Entra ID' },
  china: { azureCloud: 'AzureChinaCloud', portal: 'portal.azure.cn, Microsoft Entra ID' }
}

function placeOf(id: Cloud['id']): Tools & Pick<GuideFacts, 'graphEnvironment' | 'graphUrl'> {
  // Of the admin's own: nobody else knows where its tools are.
  if (id === 'custom') return { graphEnvironment: '<environment>', graphUrl: 'https://<graph host>', azureCloud: '<cloud>', portal: '<portal>, Microsoft Entra ID' }
  const cloud = builtInClouds.find((known) => known.id === id) ?? builtInClouds[0]!
  const graphUrl = cloud.services.graph!.url
  const tools = nationalTools[cloud.id]
  // Untold, the tools work on the worldwide cloud.
  if (!tools) return { graphEnvironment: null, graphUrl, azureCloud: null, portal: 'entra.microsoft.com, Entra ID' }
  return { graphEnvironment: cloud.connectParameters.graph.Environment!, graphUrl, ...tools }
}

const domainPattern = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/i

const namePattern = /^[\p{L}\p{N}][\p{L}\p{N} ._()-]{0,118}$/u

const tenantOf = (text: string): string => guidOf(text.trim()) ?? (domainPattern.test(text.trim()) ? text.trim().toLowerCase() : '<tenant>')

/**
 * What was typed, as far as it may stand in a command that is pasted into a shell.
 *
 * @param customers the profiles that a partner's steps are filled in for
 */
export function factsOf(typed: CallRequest<'guide.read'>, loginHost: string, customers: ReadonlyArray<Pick<Profile, 'name' | 'tenantId' | 'domain'>> = []): GuideFacts {
  const tenant = tenantOf(typed.tenant)
  const offered = offeredRoleIds(typed.services)
  const isName = namePattern.test(typed.appName.trim())
  const isPath = typed.certificatePath.trim() !== '' && !/[\p{Cc}'"`$‘’“”]/u.test(typed.certificatePath)
  return {
    loginHost,
    ...placeOf(typed.cloud),
    tenant,
    clientId: guidOf(typed.clientId.trim()) ?? '<client id>',
    appName: isName ? typed.appName.trim() : 'Tenantry',
    certificatePath: isPath ? typed.certificatePath.trim() : '<path>.cer',
    roleId: offered.find((id) => id === typed.roleId) ?? offered[0],
    services: typed.services,
    isPartner: typed.isPartner,
    customers: customers.map(({ name, tenantId, domain }) => ({ name, tenant: tenantOf(tenantId ?? domain) }))
  }
}

/** The set-up of an app from its registration to the first command, each step in three forms; nobody but the admin runs any of it. */
export function guideOf(facts: GuideFacts): Guide['steps'] {
  return [register(facts), permission(facts), consent(facts), proof(facts), role(facts), waiting(), probe(facts)]
}

/** An admin of a customer opens it and accepts: the app is in that tenant then. */
export function customerConsentLink(loginHost: string, profile: Pick<Profile, 'tenantId' | 'domain'>, clientId: string): string {
  return consentLink(loginHost, encodeURIComponent(profile.tenantId ?? profile.domain), guidOf(clientId) ?? '<client id>')
}

function register({ tenant, graphEnvironment, azureCloud, portal, appName, isPartner, clientId }: GuideFacts): Step {
  const audience = isPartner ? 'AzureADMultipleOrgs' : 'AzureADMyOrg'
  return {
    id: 'register', title: 'Register the app', checkedBy: ['tenant', 'sign-in'],
    text: isPartner
      ? 'One app for all customers, in the partner’s own tenant: multitenant. Nobody outside can use it without its certificate.'
      : 'An app of the one tenant. Copy its application (client) ID from the overview; the object ID there is another one and is not needed.',
    portal: [`${portal}, App registrations, New registration`, `Name: ${appName}`, `Supported account types: ${isPartner ? 'Multiple Entra ID tenants' : 'Single tenant'}; no redirect URI`, 'Register, then copy the Application (client) ID'],
    powershell: [
      disconnectGraph,
      `Connect-MgGraph -TenantId ${tenant}${graphEnvironment ? ` -Environment ${graphEnvironment}` : ''} -Scopes ${isPartner ? 'Application.ReadWrite.All' : 'Application.ReadWrite.All, AppRoleAssignment.ReadWrite.All, RoleManagement.ReadWrite.Directory'}`,
      `$app = New-MgApplication -DisplayName '${appName}' -SignInAudience ${audience}`,
      '$principal = New-MgServicePrincipal -AppId $app.AppId',
      '$app.AppId',
      ...(clientId.startsWith('<') ? [] : ['# of an app that is there already, instead:', ...known(clientId).map((line) => `# ${line}`)])
    ].join('\n'),
    cli: [...logIn(azureCloud, tenant), `az ad app create --display-name '${appName}' --sign-in-audience ${audience} --query appId -o tsv`, `az ad sp create --id ${clientId}`].join('\n')
  }
}

const logIn = (azureCloud: string | null, tenant: string): string[] => [...(azureCloud === null ? [] : [`az cloud set --name ${azureCloud}`]), `az login --tenant ${tenant} --allow-no-subscriptions`]

const known = (clientId: string): string[] => [`$app = Get-MgApplication -Filter "appId eq '${clientId}'"`, `$principal = Get-MgServicePrincipal -Filter "appId eq '${clientId}'"`]

function permission({ services, clientId }: GuideFacts): Step {
  const grants = services.map(grantFor)
  const access = grants.map(({ resourceAppId, appRoleId }) => `@{ ResourceAppId = '${resourceAppId}'; ResourceAccess = @(@{ Id = '${appRoleId}'; Type = 'Role' }) }`)
  return {
    id: 'permission', title: `Give it the permission ${[...new Set(grants.map(({ name }) => name))].join(' and ')}`, checkedBy: ['permission'],
    text: 'The application permission, not the delegated one. It only opens the door: what the app may do inside comes from a role.',
    portal: [
      'The app, API permissions, Add a permission, APIs my organization uses',
      ...grants.map(({ name, resource, resourceAppId }) => `${resource} (${resourceAppId}), Application permissions, ${name}`)
    ],
    powershell: `Update-MgApplication -ApplicationId $app.Id -RequiredResourceAccess @(${access.join(', ')})`,
    cli: grants.map(({ resourceAppId, appRoleId }) => `az ad app permission add --id ${clientId} --api ${resourceAppId} --api-permissions ${appRoleId}=Role`).join('\n')
  }
}

function consent(facts: GuideFacts): Step {
  const { loginHost, services, clientId, isPartner } = facts
  const about = { id: 'consent', title: 'Grant admin consent', checkedBy: ['permission'] } satisfies Partial<Step>
  if (isPartner) {
    const links = customersOf(facts).flatMap((customer) => [...remark(customer.name), `# ${consentLink(loginHost, customer.tenant, clientId)}`])
    const lines = ['# No command does this. To each customer’s admin, to be opened in a browser:', ...links].join('\n')
    return {
      ...about,
      text: `In each customer’s tenant one of its admins opens the consent link and accepts; in the partner’s own tenant nothing is granted: ${consentLink(loginHost, '<customer>', clientId)}`,
      portal: ['Send each customer its consent link (below)', 'Its admin signs in there and accepts'],
      powershell: lines, cli: lines
    }
  }
  return {
    ...about,
    text: 'Without it the permission is asked for and not given. It does not give the role of step 5.',
    portal: ['The app, API permissions, Grant admin consent', 'The column Status says Granted'],
    powershell: services.flatMap((service) => [
      `$resource = Get-MgServicePrincipal -Filter "appId eq '${grantFor(service).resourceAppId}'"`,
      `New-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $principal.Id -PrincipalId $principal.Id -ResourceId $resource.Id -AppRoleId ${grantFor(service).appRoleId}`
    ]).join('\n'),
    cli: `az ad app permission admin-consent --id ${clientId}`
  }
}

function proof({ clientId, appName, certificatePath }: GuideFacts): Step {
  return {
    id: 'proof', title: 'Give it a certificate (or a client secret)', checkedBy: ['sign-in'],
    text: 'A certificate is better: its key stays on this computer, and nothing that could be copied is typed anywhere. Tenantry makes one at “Make a certificate…” (here, or in a profile at Certificate in store). Upload its public part (.cer) alone. Of a client secret copy the value, which is shown once, and not its ID.',
    portal: ['The app, Certificates & secrets, Certificates, Upload certificate', `Choose ${certificatePath}`, 'Or: Client secrets, New client secret, and copy its Value at once'],
    powershell: [
      '# Where Tenantry made none, on Windows, a certificate whose key can’t be exported:',
      `$certificate = New-SelfSignedCertificate -Subject 'CN=${appName}' -CertStoreLocation Cert:\\CurrentUser\\My -KeyExportPolicy NonExportable -KeySpec KeyExchange -KeyLength 3072 -NotAfter (Get-Date).AddYears(1)`,
      `$null = Export-Certificate -Cert $certificate -FilePath '${certificatePath}'`,
      '# Registers it; certificates that the app has already are kept:',
      `$bytes = [System.Security.Cryptography.X509Certificates.X509Certificate2]::new('${certificatePath}').RawData`,
      "$keys = @((Get-MgApplication -ApplicationId $app.Id).KeyCredentials) + @{ Type = 'AsymmetricX509Cert'; Usage = 'Verify'; Key = $bytes }",
      'Update-MgApplication -ApplicationId $app.Id -KeyCredentials $keys'
    ].join('\n'),
    cli: `az ad app credential reset --id ${clientId} --cert '@${certificatePath}' --append`
  }
}

function role(facts: GuideFacts): Step {
  const { roleId, isPartner, services } = facts
  const { name } = directoryRole(roleId)!
  const compliance = services.includes('compliance') ? ' In Security & Compliance Global Reader reads and Compliance Administrator manages; roles of Exchange open nothing there.' : ''
  return {
    id: 'role', title: 'Give its service principal a role', checkedBy: ['role', 'connect'],
    text: `The least that does: Global Reader (or the management role below) reads, Exchange Recipient Administrator manages recipients, Exchange Administrator everything in Exchange.${compliance} Chosen here: ${name}, which ${reachOf(roleId, services)}. The role goes to the enterprise application, not to its owner${isPartner ? ', and in each customer’s tenant anew' : ''}.`,
    portal: [
      ...(isPartner ? customersOf(facts).map((customer) => `As an admin of ${customer.name === customer.tenant ? customer.tenant : `${customer.name} (${customer.tenant})`}, the same each time:`) : []),
      'Entra ID, Roles and administrators', `${name}, Add assignments`, 'Search for the app by its name and assign it as Active'
    ],
    powershell: [
      ...(isPartner ? customersOf(facts).flatMap((customer) => assignIn(facts, customer)) : [assign(roleId)]),
      '# Or less than any directory role, in an Exchange session of an admin:',
      "# New-ServicePrincipal -AppId $app.AppId -ObjectId $principal.Id -DisplayName 'Tenantry'",
      "# New-ManagementRoleAssignment -App $principal.Id -Role 'View-Only Configuration'",
      ...(services.includes('compliance') ? ['# For Security & Compliance, in a session of it:', "# New-ServicePrincipal -AppId $app.AppId -ObjectId $principal.Id -DisplayName 'Tenantry'", "# Add-RoleGroupMember -Identity 'ComplianceAdministrator' -Member $principal.Id"] : [])
    ].join('\n'),
    cli: (isPartner ? customersOf(facts) : [{ name: null, tenant: facts.tenant }]).flatMap((customer) => assignByCli(facts, customer)).join('\n')
  }
}

/** What a role does in the services that are wanted. */
function reachOf(roleId: string, services: readonly Service[]): string {
  const { reach } = directoryRole(roleId)!
  const byRoles = services.filter(goesByRoles)
  return (byRoles.length > 0 ? byRoles : (['exchange'] as const)).map((service) => (reach[service] ? `can ${reach[service].can}` : `opens nothing in ${serviceTable[service].words}`)).join(' and ')
}

const customersOf = ({ customers }: GuideFacts) => (customers.length > 0 ? customers : [{ name: '<customer>', tenant: '<customer>' }])

const assign = (roleId: string) => `New-MgRoleManagementDirectoryRoleAssignment -PrincipalId $principal.Id -RoleDefinitionId ${roleId} -DirectoryScopeId '/'`

/** A name that could end its comment is not put into one. */
const remark = (name: string) => (namePattern.test(name) ? [`# ${name}`] : [])

function assignIn({ clientId, roleId, graphEnvironment }: GuideFacts, { name, tenant }: GuideFacts['customers'][number]): string[] {
  return [
    ...remark(name),
    disconnectGraph,
    `Connect-MgGraph -TenantId ${tenant}${graphEnvironment ? ` -Environment ${graphEnvironment}` : ''} -Scopes Application.Read.All, RoleManagement.ReadWrite.Directory`,
    `$principal = Get-MgServicePrincipal -Filter "appId eq '${clientId}'"`,
    assign(roleId)
  ]
}

function assignByCli({ clientId, roleId, graphUrl, azureCloud }: GuideFacts, { name, tenant }: { name: string | null; tenant: string }): string[] {
  const graph = `${graphUrl}/v1.0/roleManagement/directory/roleAssignments`
  return [
    ...(name === null ? [] : remark(name)),
    ...logIn(azureCloud, tenant),
    `az ad sp show --id ${clientId} --query id -o tsv`,
    `az rest --method POST --url ${graph} --body '{"principalId":"<what the line before said>","roleDefinitionId":"${roleId}","directoryScopeId":"/"}'`
  ]
}

function waiting(): Step {
  return {
    id: 'wait', title: 'Wait, and take a new token', checkedBy: ['sign-in', 'role'],
    text: 'A role takes some minutes to be known everywhere, and a token from before it does not have it. Tenantry’s check and its Reconnect always take a new one.',
    portal: ['Save the profile in Tenantry: tenant, client ID, certificate or secret', 'Save and test'], powershell: null, cli: null
  }
}

function probeCommand(service: Service): string {
  const { probe } = serviceTable[service]
  return 'cmdlet' in probe ? probe.cmdlet : `Invoke-MgGraphRequest -Uri ${probe.path}`
}

function probe({ services }: GuideFacts): Step {
  return {
    id: 'probe', title: 'Try it', checkedBy: ['probe'],
    text: 'The first command that only reads. Tenantry’s check runs it, and says what is missing where it fails.',
    portal: ['Connect the tenant, or Check… in its menu'],
    powershell: services.map(probeCommand).join('\n'), cli: null
  }
}
