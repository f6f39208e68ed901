import { serviceLabels, services, type Service } from '../contract.ts'

/** How a service's module keeps its connection, which is what the shell goes by. */
export type ConnectFamily = 'exchange' | 'graph' | 'remote'

/** What there is to know about a service that sessions are opened with. A further one is a further row. */
export interface ServiceRow {
  /** In the window: the editor, the tab's chip, the check. */
  label: string
  /** In sentences: "… takes the token". */
  words: string
  /** Follows the profile's name on a tab; empty for the service that a profile mostly has. */
  suffix: string
  /** The cmdlet that takes the token. */
  connect: string
  family: ConnectFamily
  module: string
  /** The module's first version whose connect cmdlet takes a token as it is given here. */
  takesTokenFrom: string
  /** Set at each connecting, whatever the cloud. */
  parameters: Record<string, string | boolean>
  /** The resource that tokens are for: its name in Entra, and its app id, which a token may name as its audience. */
  resource: { name: string; appId: string }
  /** The application permission to grant, with its app role's id. */
  permission: { name: string; appRoleId: string }
  /** What is read to prove that the app can. */
  probe: { cmdlet: 'Get-AcceptedDomain' | 'Get-RetentionCompliancePolicy' } | { path: string }
  /** Where Microsoft supports it. */
  supportedOn: 'everywhere' | 'windows'
}

/**
 * Sources: learn.microsoft.com/powershell/exchange/app-only-auth-powershell-v2 (permissions, probes), the reference
 * pages of Connect-ExchangeOnline, Connect-IPPSSession and Connect-MgGraph (tokens; Connect-MgGraph takes a SecureString
 * from 2.0.0 on), learn.microsoft.com/graph/permissions-reference (Organization.Read.All).
 */
export const serviceTable: Record<Service, ServiceRow> = {
  exchange: {
    label: serviceLabels.exchange,
    words: 'Exchange',
    suffix: '',
    connect: 'Connect-ExchangeOnline',
    family: 'exchange',
    module: 'ExchangeOnlineManagement',
    takesTokenFrom: '3.1.0',
    parameters: { ShowBanner: false },
    resource: { name: 'Office 365 Exchange Online', appId: '00000002-0000-0ff1-ce00-000000000000' },
    permission: { name: 'Exchange.ManageAsApp', appRoleId: 'dc50a0fb-09a3-484d-be87-e023b12c6440' },
    probe: { cmdlet: 'Get-AcceptedDomain' },
    supportedOn: 'everywhere'
  },
  compliance: {
    label: serviceLabels.compliance,
    words: 'Security & Compliance',
    suffix: 'Compliance',
    connect: 'Connect-IPPSSession',
    family: 'exchange',
    module: 'ExchangeOnlineManagement',
    takesTokenFrom: '3.8.0',
    parameters: {},
    resource: { name: 'Microsoft Exchange Online Protection', appId: '00000007-0000-0ff1-ce00-000000000000' },
    permission: { name: 'Exchange.ManageAsApp', appRoleId: '455e5cd2-84e8-4751-8344-5672145dfa17' },
    probe: { cmdlet: 'Get-RetentionCompliancePolicy' },
    supportedOn: 'windows'
  },
  graph: {
    label: serviceLabels.graph,
    words: 'Microsoft Graph',
    suffix: 'Graph',
    connect: 'Connect-MgGraph',
    family: 'graph',
    module: 'Microsoft.Graph.Authentication',
    takesTokenFrom: '2.0.0',
    parameters: { NoWelcome: true },
    resource: { name: 'Microsoft Graph', appId: '00000003-0000-0000-c000-000000000000' },
    permission: { name: 'Organization.Read.All', appRoleId: '498476ce-e0fe-48b0-b801-37ba7e2685c6' },
    probe: { path: '/v1.0/organization' },
    supportedOn: 'everywhere'
  }
}

/** The services whose access goes by directory roles and the service's own; Graph goes by its permissions alone. */
export type RoleService = Exclude<Service, 'graph'>

export const goesByRoles = (service: Service): service is RoleService => service !== 'graph'

/** The modules that sessions connect with, each once, and the services that need it. */
export const connectModules: ReadonlyArray<{ name: string; services: Service[] }> = [...new Set(services.map((service) => serviceTable[service].module))].map((name) => ({
  name,
  services: services.filter((service) => serviceTable[service].module === name)
}))

/** What Microsoft says against a service on this kind of computer; null where it says nothing. */
export function cautionOf(service: Service, platform: NodeJS.Platform): string | null {
  const { label, supportedOn } = serviceTable[service]
  return supportedOn === 'windows' && platform !== 'win32' ? `Microsoft supports ${label} PowerShell on Windows only. Here it may work, or fail in ways that Microsoft does not fix.` : null
}

/** The services that Microsoft does not support on this kind of computer, each with its one sentence for the admin. */
export function cautionsOn(platform: NodeJS.Platform): Array<{ service: Service; sentence: string }> {
  return services.flatMap((service) => {
    const sentence = cautionOf(service, platform)
    return sentence === null ? [] : [{ service, sentence }]
  })
}
