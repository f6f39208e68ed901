import { CmdletError, cmdletErrors } from './cmdlet-model.ts'
import type { Directory } from './directory.ts'
import { exchangeError, type ExchangeAnswer } from './exchange-answer.ts'
import { parseFilter } from './filter.ts'
import { guidFrom } from './guid.ts'
import { pageSizeOf, type ServiceContext } from './invoke-command.ts'
import { mailboxStatistics } from './mailbox-cmdlets.ts'
import { folderStatistics } from './mailbox-folders.ts'
import { fullMailbox, identityOf, type Mailbox } from './mailboxes.ts'
import { selectProperties } from './property-sets.ts'
import { mailboxPermissions, showRecipient } from './recipient-cmdlets.ts'

type Row = Record<string, unknown>

/**
 * Answers the OData GETs of the Get-EXO* cmdlets: `Mailbox`, `Recipient`, `CasMailbox`, one of them by
 * `('<identity>')` (base64url with `?isEncoded=true`), and what hangs below one.
 */
export function answerOData(context: ServiceContext, action: string): ExchangeAnswer {
  if (context.request.method !== 'GET') return exchangeError(405, 'MethodNotAllowed', 'Only GET is served here.')
  const parts = /^([A-Za-z]+)(?:\('((?:[^']|'')*)'\))?(?:\/([\s\S]+))?$/.exec(action)
  const collection = collections[parts?.[1]?.toLowerCase() ?? '']
  if (!parts || !collection) return exchangeError(404, 'NotFound', `Resource not found for the segment '${action}'.`)
  try {
    const identity = parts[2] === undefined ? null : readIdentity(context, parts[2])
    if (identity === null) return answerCollection(context, collection)
    const mailbox = context.tenant.directory.find(identity)
    if (!mailbox) throw cmdletErrors.notFound(identity)
    return parts[3] === undefined ? answerRows(context, collection.name, [collection.show(context, mailbox)]) : answerBelow(context, mailbox, parts[3])
  } catch (error) {
    if (error instanceof CmdletError) return exchangeError(error.status, String(error.status), error.message, error.exceptionType)
    throw error
  }
}

interface Collection {
  name: string
  show: (context: ServiceContext, mailbox: Mailbox) => Row
}

const collections: Record<string, Collection> = {
  mailbox: { name: 'Mailbox', show: ({ tenant, request }, mailbox) => selectProperties(fullMailbox(mailbox, tenant.directory), request.query) },
  recipient: { name: 'Recipient', show: ({ tenant, request }, mailbox) => selectProperties(showRecipient(mailbox, tenant.directory), request.query) },
  casmailbox: { name: 'CasMailbox', show: ({ tenant }, mailbox) => casMailbox(mailbox, tenant.directory) }
}

function answerCollection(context: ServiceContext, collection: Collection): ExchangeAnswer {
  const { query } = context.request
  const found = filtered(context)
  const top = Number(query.get('$top') ?? Infinity)
  const first = Number(query.get('$skiptoken') ?? query.get('$skip') ?? 0)
  const size = pageSizeOf(context.request)
  const end = Math.min(found.length, top)
  const page = found.slice(first, Math.min(first + size, end))
  const next = new URLSearchParams(query)
  next.set('$skiptoken', String(first + size))
  const nextLink = first + size < end ? context.request.url(`/adminapi/beta/${context.tenant.tenantId}/${collection.name}?${next.toString()}`) : null
  const answer = answerRows(context, collection.name, page.map((mailbox) => collection.show(context, mailbox)), nextLink)
  return { ...answer, page: Math.floor(first / size) + 1 }
}

function filtered(context: ServiceContext): readonly Mailbox[] {
  const { query } = context.request
  const { directory } = context.tenant
  const filter = query.get('$filter') ?? query.get('filter')
  const kinds = (query.get('RecipientTypeDetails') ?? '').toLowerCase().split(',').filter(Boolean)
  const start = query.get('Anr')?.toLowerCase()
  // OData writes its operators without the dash.
  const predicate = filter ? parseFilter(filter.replace(/\s(eq|ne|gt|ge|lt|le|and|or|like)\s/gi, ' -$1 ')) : null
  return directory.mailboxes.filter(
    (mailbox) =>
      (kinds.length === 0 || kinds.includes(mailbox.kind.toLowerCase())) &&
      (!start || [mailbox.displayName, mailbox.lastName, mailbox.alias].some((name) => name.toLowerCase().startsWith(start))) &&
      (!predicate || predicate(fullMailbox(mailbox, directory)))
  )
}

function answerBelow(context: ServiceContext, mailbox: Mailbox, rest: string): ExchangeAnswer {
  const name = /^(?:Exchange\.)?([A-Za-z]+)/.exec(rest)?.[1]?.toLowerCase() ?? ''
  const { directory } = context.tenant
  switch (name) {
    case 'getmailboxstatistics':
      return answerRows(context, 'MailboxStatistics', [mailboxStatistics(mailbox)])
    case 'getmailboxfolderstatistics':
      return answerRows(context, 'MailboxFolderStatistics', folderStatistics(mailbox))
    case 'mailboxpermission':
      return answerRows(context, 'MailboxPermission', mailboxPermissions(mailbox))
    case 'recipientpermission':
      return answerRows(context, 'RecipientPermission', recipientPermissionRows(directory, mailbox))
    case 'getmobiledevicestatistics':
      return answerRows(context, 'MobileDeviceStatistics', mobileDevices(mailbox))
    default:
      return exchangeError(404, 'NotFound', `Resource not found for the segment '${rest}'.`)
  }
}

function answerRows(context: ServiceContext, name: string, value: Row[], nextLink: string | null = null): ExchangeAnswer {
  const metadata = context.request.url(`/adminapi/beta/${context.tenant.tenantId}/$metadata#${name}`)
  return { status: 200, body: { '@odata.context': metadata, value, ...(nextLink ? { '@odata.nextLink': nextLink } : {}) } }
}

function readIdentity(context: ServiceContext, text: string): string {
  const encoded = context.request.query.get('isEncoded')?.toLowerCase() === 'true'
  return encoded ? Buffer.from(text, 'base64url').toString('utf8') : text.replace(/''/g, "'")
}

function casMailbox(mailbox: Mailbox, directory: Directory): Row {
  const { ExternalDirectoryObjectId, Name, DisplayName, PrimarySmtpAddress, EmailAddresses, Guid } = identityOf(mailbox, directory)
  return {
    ExternalDirectoryObjectId, Name, DisplayName, PrimarySmtpAddress, EmailAddresses, Guid, ActiveSyncEnabled: true, OWAEnabled: true, PopEnabled: false,
    ImapEnabled: false, MAPIEnabled: true, EwsEnabled: true, SmtpClientAuthenticationDisabled: null, ECPEnabled: true
  }
}

function mobileDevices(mailbox: Mailbox): Row[] {
  if (mailbox.kind !== 'UserMailbox' || mailbox.itemCount % 3 === 0) return []
  const synced = new Date(mailbox.createdAt + mailbox.itemCount * 3_600_000).toISOString()
  return [{
    Identity: `${mailbox.alias}\\ExchangeActiveSyncDevices\\REST§Outlook`, Guid: guidFrom(`device ${mailbox.guid}`), DeviceType: 'Outlook', DeviceModel: 'Outlook for iOS and Android',
    DeviceOS: mailbox.itemCount % 2 ? 'iOS 19.1' : 'Android 16', DeviceUserAgent: 'Outlook-iOS-Android/1.0', DeviceAccessState: 'Allowed', FirstSyncTime: synced, LastSuccessSync: synced, ClientType: 'Outlook'
  }]
}

function recipientPermissionRows(directory: Directory, mailbox: Mailbox): Row[] {
  const granted = directory.recipientPermissions.filter((permission) => permission.mailbox === mailbox.alias)
  return [{ mailbox: mailbox.alias, trustee: 'NT AUTHORITY\\SELF', accessRights: ['SendAs'] }, ...granted].map((permission) => ({
    Identity: permission.mailbox, Trustee: permission.trustee, AccessControlType: 'Allow', AccessRights: permission.accessRights, IsInherited: false, InheritanceType: 'None'
  }))
}
