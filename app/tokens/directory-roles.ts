import type { RoleService } from './services.ts'

/** What a directory role lets an app do in one service. */
export interface Reach {
  /** How far: everything, a part, or looking at it. */
  extent: 'all' | 'part' | 'read'
  /** Goes on after "This token can …". */
  can: string
}

export interface DirectoryRole {
  /** Template id, lower case: the same in every tenant, and what `wids` holds. */
  id: string
  name: string
  /** Null where Microsoft does not list the role for the service's PowerShell. */
  reach: Record<RoleService, Reach | null>
  /** Why it is more than what is needed. */
  tooMuch?: string
}

/** Stands in most app tokens' `wids` (seen in public tokens) and is no role of anybody: never shown as one. */
export const defaultAccessId = '0997a1d0-0d1d-4acb-b408-d5ca73121e90'

/** Template ids of the roles that Tenantry offers to give. */
export const roleIds = {
  globalReader: 'f2ef992c-3afb-46b9-b7cf-a126ee74c451',
  exchangeRecipientAdministrator: '31392ffb-586c-42d1-9346-e59415a2cc4e',
  exchangeAdministrator: '29232cdf-9323-42fd-ade2-1d097af3e4de',
  complianceAdministrator: '17315797-102d-40b4-93e0-432062caca18'
}

/**
 * Entra's built-in roles by template id. Which of them work app-only, and in which of the two services:
 * learn.microsoft.com/powershell/exchange/app-only-auth-powershell-v2, step 5 (24 October 2025). Ids and what each
 * allows: learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference (20 January 2026).
 * Roles with no reach are here for their names alone.
 */
export const directoryRoles: readonly DirectoryRole[] = [
  {
    id: '62e90394-69f5-4237-9190-012177145e10',
    name: 'Global Administrator',
    reach: {
      exchange: { extent: 'all', can: 'manage Exchange' },
      compliance: { extent: 'all', can: 'manage Security & Compliance' }
    },
    tooMuch: 'It can change everything else in the tenant too: give the app a narrower role, such as Exchange Administrator or Compliance Administrator.'
  },
  {
    id: roleIds.exchangeAdministrator,
    name: 'Exchange Administrator',
    reach: { exchange: { extent: 'all', can: 'manage Exchange' }, compliance: null }
  },
  {
    id: roleIds.exchangeRecipientAdministrator,
    name: 'Exchange Recipient Administrator',
    reach: { exchange: { extent: 'part', can: 'manage recipients in Exchange' }, compliance: null }
  },
  {
    id: roleIds.globalReader,
    name: 'Global Reader',
    reach: {
      exchange: { extent: 'read', can: 'read Exchange' },
      compliance: { extent: 'read', can: 'read Security & Compliance' }
    }
  },
  {
    id: '729827e3-9c14-49f7-bb1b-9608f156bbb8',
    name: 'Helpdesk Administrator',
    reach: { exchange: { extent: 'part', can: 'do what Exchange’s Help Desk role group may' }, compliance: null }
  },
  {
    id: '194ae4cb-b126-40b2-bd5b-6091b380977d',
    name: 'Security Administrator',
    reach: {
      exchange: { extent: 'part', can: 'manage some security settings in Exchange' },
      compliance: { extent: 'part', can: 'manage security settings in Security & Compliance' }
    }
  },
  {
    id: '5d6b6bb7-de71-4623-b4af-96380a352509',
    name: 'Security Reader',
    reach: {
      exchange: { extent: 'read', can: 'read security settings in Exchange' },
      compliance: { extent: 'read', can: 'read security settings in Security & Compliance' }
    }
  },
  {
    id: roleIds.complianceAdministrator,
    name: 'Compliance Administrator',
    reach: {
      exchange: { extent: 'part', can: 'manage compliance settings in Exchange' },
      compliance: { extent: 'part', can: 'manage compliance settings in Security & Compliance' }
    }
  },
  namedOnly('88d8e3e3-8f55-4a1e-953a-9b9898b8876b', 'Directory Readers'),
  namedOnly('e6d1a23a-da11-4be4-9570-befc86d067a7', 'Compliance Data Administrator'),
  namedOnly('5f2222b1-57c3-48ba-8ad5-d4759f1fde6f', 'Security Operator'),
  namedOnly('fe930be7-5e62-47db-91af-98c3a49a38b1', 'User Administrator'),
  namedOnly('fdd7a751-b60b-444a-984c-02652fe8fa1c', 'Groups Administrator'),
  namedOnly('4a5d8f65-41da-4de4-8968-e035b65339cf', 'Reports Reader'),
  namedOnly('9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3', 'Application Administrator'),
  namedOnly('158c047a-c907-4556-b7ef-446551a6b5f7', 'Cloud Application Administrator'),
  namedOnly('e8611ab8-c189-46e8-94e1-60213ab1f814', 'Privileged Role Administrator'),
  namedOnly('69091246-20e8-4a56-aa4d-066075b2a7a8', 'Teams Administrator'),
  namedOnly('f28a1f50-f6e7-4571-818b-6a12f2af6b6c', 'SharePoint Administrator'),
  namedOnly('49eb8f75-97e9-4e37-9b2b-6c3ebfcffa31', 'Exchange Backup Administrator')
]

/** A role of the table; undefined for an id that it does not have. */
export function directoryRole(id: string): DirectoryRole | undefined {
  return byId.get(id.toLowerCase())
}

const byId = new Map(directoryRoles.map((role) => [role.id, role]))

function namedOnly(id: string, name: string): DirectoryRole {
  return { id, name, reach: { exchange: null, compliance: null } }
}
