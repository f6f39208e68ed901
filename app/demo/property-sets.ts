/** What Get-EXOMailbox and Get-EXORecipient show unless more is asked for. */
const minimum = [
  'ExternalDirectoryObjectId', 'UserPrincipalName', 'Alias', 'DisplayName', 'EmailAddresses', 'PrimarySmtpAddress', 'RecipientType',
  'RecipientTypeDetails', 'Id', 'ExchangeVersion', 'Name', 'DistinguishedName', 'OrganizationId', 'Guid'
]

/**
 * Property sets and what belongs to each, by the names of their properties.
 * https://learn.microsoft.com/powershell/exchange/cmdlet-property-sets
 */
const sets: Record<string, RegExp> = {
  addresslist: /^(AddressBookPolicy|AddressListMembership|HiddenFromAddressListsEnabled|GeneratedOfflineAddressBook|OfflineAddressBook)$/,
  archive: /^(Archive|DisabledArchive|JournalArchive|AutoExpandingArchive)/,
  audit: /^Audit|^DefaultAuditSet$/,
  custom: /CustomAttribute\d+$/,
  delivery: /^(AcceptMessages|Deliver|Forwarding|GrantSendOnBehalfTo|MaxReceiveSize|MaxSendSize|MessageCopy|RejectMessages|RecipientLimits|RulesQuota|DowngradeHigh)/,
  hold: /Hold/,
  moderation: /^(BypassModeration|Moderat|SendModeration)/,
  move: /^MailboxMove/,
  policy: /Policy$|^Polic/,
  publicfolder: /PublicFolder/,
  quota: /Quota/,
  resource: /^Resource|^RoomMailbox|^IsResource$/,
  retention: /^(Retain|Retention|EndDateForRetention|StartDateForRetention|SingleItemRecovery|OrphanSoftDelete)/,
  scl: /^SCL|^AntispamBypass/,
  softdelete: /SoftDeleted|InactiveMailbox/,
  statisticsseed: /^(ArchiveDatabase|Database|ExchangeGuid|ArchiveGuid)/
}

/** The properties a query asks for: `PropertySet`, `Properties` and `$select`; the minimum where it asks for nothing. */
export function selectProperties(all: Record<string, unknown>, query: URLSearchParams): Record<string, unknown> {
  const list = (name: string) => (query.get(name) ?? '').split(',').map((part) => part.trim().toLowerCase()).filter(Boolean)
  const select = list('$select')
  const wantedSets = [...list('PropertySet'), ...list('PropertySets')]
  if (wantedSets.includes('all') || select.includes('*')) return all
  const names = new Set([...list('Properties'), ...select])
  const patterns = wantedSets.flatMap((name) => sets[name] ?? [])
  const base = select.length > 0 ? [] : minimum
  const chosen = Object.entries(all).filter(([name]) => base.includes(name) || names.has(name.toLowerCase()) || patterns.some((pattern) => pattern.test(name)))
  return Object.fromEntries(chosen)
}
