import { randomUUID } from 'node:crypto'
import { cmdletErrors, type CmdletCall, type CmdletHandler, type CmdletResult } from './cmdlet-model.ts'
import { parseFilter, wildcard } from './filter.ts'
import { changeMailbox } from './mailbox-changes.ts'
import { formatSize, fullMailbox, type Mailbox, type MailboxKind } from './mailboxes.ts'
import { addressPart } from './people.ts'
import { limitResults } from './result-size.ts'

/** The mailbox a call names, or Exchange's error that there is none. */
export function namedMailbox(call: CmdletCall): Mailbox {
  const identity = call.parameters.text('Identity') ?? ''
  const found = call.tenant.directory.find(identity)
  if (!found) throw cmdletErrors.notFound(identity)
  return found
}

/** The mailboxes that Identity, Anr, Filter, RecipientTypeDetails leave, before ResultSize. */
export function selectMailboxes(call: CmdletCall): readonly Mailbox[] {
  const { parameters, tenant } = call
  const { directory } = tenant
  const identity = parameters.text('Identity')
  let found: readonly Mailbox[] = directory.mailboxes
  if (identity?.includes('*')) {
    const pattern = wildcard(identity)
    found = found.filter((mailbox) => [mailbox.alias, mailbox.displayName, mailbox.primaryAddress].some((name) => pattern.test(name)))
  } else if (identity) found = [namedMailbox(call)]
  const kinds = parameters.list('RecipientTypeDetails').map((kind) => kind.toLowerCase())
  if (kinds.length > 0) found = found.filter((mailbox) => kinds.includes(mailbox.kind.toLowerCase()))
  const start = parameters.text('Anr')?.toLowerCase()
  if (start) found = found.filter((mailbox) => [mailbox.displayName, mailbox.firstName, mailbox.lastName, mailbox.alias].some((name) => name.toLowerCase().startsWith(start)))
  const filter = parameters.text('Filter')
  if (filter) {
    const predicate = parseFilter(filter)
    found = found.filter((mailbox) => predicate(fullMailbox(mailbox, directory)))
  }
  return found
}

const getMailbox: CmdletHandler = (call) => {
  const never = ['GroupMailbox', 'InactiveMailboxOnly', 'Migration', 'PublicFolder', 'SoftDeletedMailbox', 'Archive']
  const items = never.some((name) => call.parameters.flag(name)) ? [] : limitResults(call, selectMailboxes(call))
  return showMailboxes(call, items)
}

function showMailboxes(call: CmdletCall, items: readonly Mailbox[]): CmdletResult<Mailbox> {
  return { items, show: (mailbox) => fullMailbox(mailbox, call.tenant.directory) }
}

const setMailbox: CmdletHandler = (call) => {
  const changed = changeMailbox(call, namedMailbox(call))
  if (!changed) call.warnings.push(`The command completed successfully but no settings of '${call.parameters.text('Identity') ?? ''}' have been modified.`)
  return { items: [], show: () => ({}) }
}

const newMailbox: CmdletHandler = (call) => {
  const { parameters, tenant } = call
  const { directory } = tenant
  const name = parameters.text('Name') ?? ''
  const alias = parameters.text('Alias') ?? (addressPart(name) || 'mailbox')
  const address = parameters.text('PrimarySmtpAddress') ?? parameters.text('MicrosoftOnlineServicesID') ?? `${alias}@${directory.domains[1] ?? directory.domains[0] ?? ''}`
  const taken = directory.find(address) ?? directory.find(alias)
  if (taken) throw cmdletErrors.addressTaken(address, taken.displayName)
  const mailbox: Mailbox = {
    guid: randomUUID(), alias, displayName: parameters.text('DisplayName') ?? name, firstName: parameters.text('FirstName') ?? '',
    lastName: parameters.text('LastName') ?? '', kind: newKind(call), primaryAddress: address,
    userPrincipalName: parameters.text('MicrosoftOnlineServicesID') ?? address, createdAt: call.now.getTime(),
    department: '', office: '', itemCount: 0, sizeBytes: 0, changes: {}
  }
  directory.add(mailbox)
  return showMailboxes(call, [mailbox])
}

function newKind(call: CmdletCall): MailboxKind {
  if (call.parameters.flag('Shared')) return 'SharedMailbox'
  if (call.parameters.flag('Room')) return 'RoomMailbox'
  return call.parameters.flag('Equipment') ? 'EquipmentMailbox' : 'UserMailbox'
}

const removeMailbox: CmdletHandler = (call) => {
  call.tenant.directory.remove(namedMailbox(call))
  return { items: [], show: () => ({}) }
}

/** What Get-MailboxStatistics shows of a mailbox. */
export function mailboxStatistics(mailbox: Mailbox): Record<string, unknown> {
  const lastLogon = new Date(mailbox.createdAt + mailbox.itemCount * 3_600_000).toISOString()
  return {
    DisplayName: mailbox.displayName,
    MailboxGuid: mailbox.guid,
    ItemCount: mailbox.itemCount,
    TotalItemSize: formatSize(mailbox.sizeBytes),
    DeletedItemCount: Math.floor(mailbox.itemCount / 40),
    TotalDeletedItemSize: formatSize(Math.floor(mailbox.sizeBytes / 60)),
    AssociatedItemCount: 180 + (mailbox.itemCount % 300),
    LastLogonTime: lastLogon,
    LastLogoffTime: null,
    LastInteractionTime: lastLogon,
    MailboxTypeDetail: mailbox.kind === 'UserMailbox' ? 'UserMailbox' : mailbox.kind,
    IsArchiveMailbox: false,
    IsQuarantined: false,
    StorageLimitStatus: null,
    DatabaseName: 'EURPR04DG201-db101',
    ServerName: 'AM0PR04MB0001',
    OwnerADGuid: mailbox.guid,
    Identity: mailbox.guid,
    IsValid: true,
    ObjectState: 'Unchanged'
  }
}

export const mailboxCmdlets: Record<string, CmdletHandler> = {
  'Get-Mailbox': getMailbox,
  'Set-Mailbox': setMailbox,
  'New-Mailbox': newMailbox,
  'Remove-Mailbox': removeMailbox,
  'Get-MailboxStatistics': (call) => ({ items: [namedMailbox(call)], show: mailboxStatistics })
}
