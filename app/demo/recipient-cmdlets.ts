import { cmdletErrors, type CmdletCall, type CmdletHandler } from './cmdlet-model.ts'
import type { RecipientPermission } from './directory.ts'
import { parseFilter } from './filter.ts'
import { guidFrom } from './guid.ts'
import { namedMailbox, selectMailboxes } from './mailbox-cmdlets.ts'
import { identityOf, type Mailbox, type MailboxPlace } from './mailboxes.ts'
import { addressPart, departments, offices } from './people.ts'
import { limitResults } from './result-size.ts'

interface Group {
  name: string
  alias: string
}

function groupsOf(): Group[] {
  const names = [...departments.flatMap((department) => [department, `${department} Managers`]), ...offices.map((office) => `Everyone in ${office}`)]
  return names.map((name) => ({ name, alias: addressPart(name.replace(/ /g, '.')) }))
}

function showGroup(group: Group, place: MailboxPlace): Record<string, unknown> {
  const guid = guidFrom(`group ${place.tenantId} ${group.alias}`)
  const address = `${group.alias}@${place.domains[1] ?? place.domains[0] ?? ''}`
  return {
    Name: group.name, DisplayName: group.name, Alias: group.alias, Identity: group.name, Id: group.name, GroupType: 'Universal',
    PrimarySmtpAddress: address, EmailAddresses: [`SMTP:${address}`], RecipientType: 'MailUniversalDistributionGroup',
    RecipientTypeDetails: 'MailUniversalDistributionGroup', ManagedBy: ['Organization Management'], MemberJoinRestriction: 'Closed',
    MemberDepartRestriction: 'Open', RequireSenderAuthenticationEnabled: true, HiddenFromAddressListsEnabled: false,
    ModerationEnabled: false, Guid: guid, ExchangeObjectId: guid, ExternalDirectoryObjectId: guid, IsDirSynced: false, IsValid: true,
    WhenCreated: '2021-03-15T09:30:00.000Z', WhenChanged: '2024-11-04T16:05:00.000Z', ObjectState: 'Unchanged'
  }
}

const getDistributionGroup: CmdletHandler = (call) => {
  const { directory } = call.tenant
  const identity = call.parameters.text('Identity')?.toLowerCase()
  let groups = groupsOf()
  if (identity) {
    groups = groups.filter((group) => [group.name, group.alias, `${group.alias}@${directory.domains[1] ?? ''}`].some((name) => name.toLowerCase() === identity))
    if (groups.length === 0) throw cmdletErrors.notFound(call.parameters.text('Identity') ?? '')
  }
  const filter = call.parameters.text('Filter')
  const predicate = filter ? parseFilter(filter) : null
  if (predicate) groups = groups.filter((group) => predicate(showGroup(group, directory)))
  return { items: limitResults(call, groups), show: (group: Group) => showGroup(group, directory) }
}

/** Recipients are the mailboxes and the groups of a tenant. */
const getRecipient: CmdletHandler = (call) => {
  const { directory } = call.tenant
  const show = (item: Mailbox | Group) => ('kind' in item ? showRecipient(item, directory) : showGroup(item, directory))
  const kinds = [...call.parameters.list('RecipientTypeDetails'), ...call.parameters.list('RecipientType')].map((kind) => kind.toLowerCase())
  const narrowed = call.parameters.has('Identity') || call.parameters.has('Anr')
  const groups = narrowed || call.parameters.has('Filter') ? [] : groupsOf()
  const wantsGroups = kinds.length === 0 || kinds.includes('mailuniversaldistributiongroup')
  return { items: limitResults(call, [...recipientMailboxes(call), ...(wantsGroups ? groups : [])]), show }
}

function recipientMailboxes(call: CmdletCall): readonly Mailbox[] {
  const kinds = call.parameters.list('RecipientType').map((kind) => kind.toLowerCase())
  return kinds.length > 0 && !kinds.includes('usermailbox') ? [] : selectMailboxes(call)
}

/** What Get-Recipient shows of a mailbox. */
export function showRecipient(mailbox: Mailbox, place: MailboxPlace): Record<string, unknown> {
  return {
    ...identityOf(mailbox, place), FirstName: mailbox.firstName, LastName: mailbox.lastName, Department: mailbox.department, Office: mailbox.office,
    City: mailbox.office, Company: '', Title: '', Phone: '', Notes: '', HiddenFromAddressListsEnabled: mailbox.changes['HiddenFromAddressListsEnabled'] ?? false,
    ManagedFolderMailboxPolicy: null, ArchiveState: 'None', IsDirSynced: false, IsValid: true, ObjectState: 'Unchanged',
    WhenCreated: new Date(mailbox.createdAt).toISOString(), WhenMailboxCreated: new Date(mailbox.createdAt).toISOString()
  }
}

const showPermission = (permission: RecipientPermission) => ({
  Identity: permission.mailbox, Trustee: permission.trustee, AccessControlType: 'Allow', AccessRights: permission.accessRights,
  IsInherited: false, InheritanceType: 'None', IsValid: true, ObjectState: 'Unchanged'
})

const addRecipientPermission: CmdletHandler = (call) => {
  const mailbox = namedMailbox(call)
  const trustee = trusteeOf(call)
  const accessRights = call.parameters.list('AccessRights')
  const wrong = accessRights.find((right) => right.toLowerCase() !== 'sendas')
  if (wrong !== undefined) throw cmdletErrors.badValue('AccessRights', wrong, 'Microsoft.Exchange.Management.RecipientTasks.RecipientAccessRight[]')
  const { recipientPermissions } = call.tenant.directory
  const existing = recipientPermissions.find((permission) => permission.mailbox === mailbox.alias && permission.trustee === trustee)
  if (existing) call.warnings.push(`The appropriate access control entry is already present on the object "${mailbox.alias}" for account "${trustee}".`)
  const permission = existing ?? { mailbox: mailbox.alias, trustee, accessRights: ['SendAs'] }
  if (!existing) recipientPermissions.push(permission)
  return { items: [permission], show: showPermission }
}

function trusteeOf(call: CmdletCall): string {
  const name = call.parameters.text('Trustee') ?? ''
  const found = call.tenant.directory.find(name)
  const group = groupsOf().find((candidate) => candidate.name.toLowerCase() === name.toLowerCase() || candidate.alias === name.toLowerCase())
  if (!found && !group) throw cmdletErrors.notFound(name)
  return found?.primaryAddress ?? group?.name ?? name
}

const getRecipientPermission: CmdletHandler = (call) => {
  const wanted = call.parameters.has('Identity') ? namedMailbox(call).alias : null
  const trustee = call.parameters.has('Trustee') ? trusteeOf(call) : null
  const found = call.tenant.directory.recipientPermissions.filter((permission) => (!wanted || permission.mailbox === wanted) && (!trustee || permission.trustee === trustee))
  return { items: limitResults(call, found), show: showPermission }
}

const removeRecipientPermission: CmdletHandler = (call) => {
  const mailbox = namedMailbox(call)
  const trustee = trusteeOf(call)
  const { recipientPermissions } = call.tenant.directory
  const index = recipientPermissions.findIndex((permission) => permission.mailbox === mailbox.alias && permission.trustee === trustee)
  if (index >= 0) recipientPermissions.splice(index, 1)
  return { items: [], show: () => ({}) }
}

const getMailboxPermission: CmdletHandler = (call) => ({ items: mailboxPermissions(namedMailbox(call)), show: (item: Record<string, unknown>) => item })

/** The permissions every mailbox has. */
export function mailboxPermissions(mailbox: Mailbox): Array<Record<string, unknown>> {
  const users = mailbox.kind === 'SharedMailbox' ? ['NT AUTHORITY\\SELF', 'Helpdesk'] : ['NT AUTHORITY\\SELF']
  return users.map((user, index) => ({
    Identity: mailbox.alias, User: user, AccessRights: index === 0 ? ['FullAccess', 'ReadPermission'] : ['FullAccess'],
    IsInherited: false, Deny: false, InheritanceType: 'All', IsValid: true
  }))
}

export const recipientCmdlets: Record<string, CmdletHandler> = {
  'Get-Recipient': getRecipient,
  'Get-DistributionGroup': getDistributionGroup,
  'Add-RecipientPermission': addRecipientPermission,
  'Get-RecipientPermission': getRecipientPermission,
  'Remove-RecipientPermission': removeRecipientPermission,
  'Get-MailboxPermission': getMailboxPermission
}
