/** Hosts of the demo cloud: `.invalid` names (RFC 6761), so that nothing of it can ever reach a network. */
export const demoHosts = {
  login: 'login.tenantry-demo.invalid',
  exchange: 'outlook.tenantry-demo.invalid',
  compliance: 'ps.compliance.protection.tenantry-demo.invalid',
  graph: 'graph.tenantry-demo.invalid'
} as const

/** The audiences each service takes. Microsoft's own names are there for `build/demo-service.mjs` and real clients. */
export const audiences = {
  exchange: [`https://${demoHosts.exchange}`, 'https://outlook.office365.com'],
  compliance: [`https://${demoHosts.compliance}`, 'https://ps.compliance.protection.outlook.com'],
  graph: [`https://${demoHosts.graph}`, 'https://graph.microsoft.com']
} as const

/** Resources the login authority knows. */
export const knownResources: readonly string[] = Object.values(audiences).flat()

/** Entra's role template ids that Exchange takes, and whether Security & Compliance takes them too. */
export const directoryRoles = {
  globalAdministrator: '62e90394-69f5-4237-9190-012177145e10',
  exchangeAdministrator: '29232cdf-9323-42fd-ade2-1d097af3e4de',
  exchangeRecipientAdministrator: '31392ffb-586c-42d1-9346-e59415a2cc4e',
  globalReader: 'f2ef992c-3afb-46b9-b7cf-a126ee74c451',
  helpdeskAdministrator: '729827e3-9c14-49f7-bb1b-9608f156bbb8',
  securityAdministrator: '194ae4cb-b126-40b2-bd5b-6091b380977d',
  securityReader: '5d6b6bb7-de71-4623-b4af-96380a352509',
  complianceAdministrator: '17315797-102d-40b4-93e0-432062caca18'
} as const

const notForCompliance: readonly string[] = [
  directoryRoles.exchangeAdministrator,
  directoryRoles.exchangeRecipientAdministrator,
  directoryRoles.helpdeskAdministrator
]
export const capableRoles: Record<'exchange' | 'compliance', readonly string[]> = {
  exchange: Object.values(directoryRoles),
  compliance: Object.values(directoryRoles).filter((role) => !notForCompliance.includes(role))
}
export type DemoServiceName = 'exchange' | 'compliance' | 'graph'

/** Stands in most app tokens' `wids` and is no role. */
export const defaultAppRole = '0997a1d0-0d1d-4acb-b408-d5ca73121e90'

/** The mailbox that app sessions are routed by. */
export const systemMailbox = 'SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}'
