import { quote } from '../failures/reading.ts'
import type { Row } from '../tokens/service-client.ts'

/** So many roles are listed. */
const mostRoles = 40

/**
 * The app's management roles and what limits them. An assignment names a service principal by its object id, its app
 * id or its display name, and Get-ManagementRoleAssignment can't be asked for one, so all are looked through.
 *
 * @param app what the app may be called, lower case
 * @param directoryRoles the directory roles that open Exchange to it
 */
export function inWords(assignments: Row[], scopes: Row[], app: string[], directoryRoles: string[]): { evidence: string; details: string[] } {
  const own = assignments.filter((row) => isOf(row, app))
  const filters = new Map(scopes.map((scope) => [text(scope.Name).toLowerCase(), text(scope.RecipientFilter)]))
  const used = new Set(own.flatMap(scopesOf).map((name) => name.toLowerCase()))
  const limits = `The tenant has ${counted(scopes.length, 'management scope')}; ${used.size === 0 ? 'none limits the app' : `${used.size} ${used.size === 1 ? 'limits' : 'limit'} the app`}.`
  const lines = own.map((row) => lineOf(row, filters))
  const details = lines.length > mostRoles ? [...lines.slice(0, mostRoles), `and ${lines.length - mostRoles} more`] : lines
  if (own.length > 0) return { evidence: `The app has ${counted(own.length, 'management role')} of its own. ${limits}`, details }
  const from = directoryRoles.length > 0 ? `what it may do comes from ${directoryRoles.join(', ')}` : 'what it may do comes from a role group'
  return { evidence: `The app has no management role of its own; ${from}. ${limits}`, details: [] }
}

/**
 * The role groups of Security & Compliance that the app is a member of, with their roles
 * (learn.microsoft.com/powershell/module/exchangepowershell/get-rolegroup).
 *
 * @param app what the app may be called, lower case
 */
export function groupsInWords(groups: Row[], app: string[], directoryRoles: string[]): { evidence: string; details: string[] } {
  const own = groups.filter((group) => textsOf(group.Members).some((member) => app.includes(member.toLowerCase())))
  const details = own.slice(0, mostRoles).map((group) => `${text(group.Name)}: ${textsOf(group.Roles).join(', ') || 'roles not named'}`)
  if (own.length > 0) return { evidence: `The app is a member of ${counted(own.length, 'role group')}.`, details }
  const from = directoryRoles.length > 0 ? `what it may do comes from ${directoryRoles.join(', ')}` : 'what it may do is not told'
  return { evidence: `The app is a member of none of the ${groups.length} role groups; ${from}.`, details: [] }
}

function isOf(row: Row, app: string[]): boolean {
  if (text(row.RoleAssigneeType) !== 'ServicePrincipal') return false
  return [row.RoleAssignee, row.RoleAssigneeName, row.EffectiveUserName].some((name) => app.includes(text(name).toLowerCase()))
}

function lineOf(row: Row, filters: ReadonlyMap<string, string>): string {
  const isOff = String(row.Enabled).toLowerCase() === 'false'
  return `${text(row.Role)}: ${reachOf(row, filters)}${isOff ? ' (switched off)' : ''}`
}

function reachOf(row: Row, filters: ReadonlyMap<string, string>): string {
  const [scope] = scopesOf(row)
  if (scope !== undefined) {
    const filter = filters.get(scope.toLowerCase())
    return `limited to the scope “${scope}”${filter ? ` (${filter})` : ''}`
  }
  switch (text(row.RecipientWriteScope)) {
    case 'Organization':
      return 'in the whole organization'
    case 'None':
    case '':
      return 'reading only'
    default:
      return `on ${text(row.RecipientWriteScope)}`
  }
}

const scopesOf = (row: Row): string[] => [row.CustomRecipientWriteScope, row.CustomConfigWriteScope].map(text).filter((name) => name !== '')
const textsOf = (value: unknown): string[] => (Array.isArray(value) ? value : [value]).map(text).filter((one) => one !== '')
const text = (value: unknown): string => (typeof value === 'string' ? quote(value) : '')
const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`
