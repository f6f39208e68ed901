import { addressPart, departments, equipmentNames, firstNames, lastNames, offices, roomNames, seededRandom, sharedNames } from './people.ts'
import { commonMailboxProperties } from './mailbox-properties.ts'
import { guidFrom } from './guid.ts'

export type MailboxKind = 'UserMailbox' | 'SharedMailbox' | 'RoomMailbox' | 'EquipmentMailbox'

/** What is kept of each mailbox; its other properties are made when it is asked for. */
export interface Mailbox {
  guid: string
  alias: string
  displayName: string
  firstName: string
  lastName: string
  kind: MailboxKind
  primaryAddress: string
  userPrincipalName: string
  createdAt: number
  department: string
  office: string
  itemCount: number
  sizeBytes: number
  /** What Set-Mailbox changed, over everything else. */
  changes: Record<string, unknown>
}

/** The tenant as its objects' names show it. */
export interface MailboxPlace {
  tenantId: string
  domains: string[]
}

/** Makes mailbox number `index` of a tenant: the same tenant and number give the same mailbox. */
export function generateMailbox(place: MailboxPlace, index: number): Mailbox {
  const random = seededRandom(parseInt(place.tenantId.slice(0, 8), 16) ^ Math.imul(index + 1, 0x9e3779b1))
  const pick = (list: string[]) => list[Math.floor(random() * list.length)] ?? ''
  const kind = kindOf(random())
  const firstName = kind === 'UserMailbox' ? pick(firstNames) : ''
  const lastName = kind === 'UserMailbox' ? pick(lastNames) : ''
  const office = pick(offices)
  const displayName = kind === 'UserMailbox' ? `${firstName} ${lastName}` : otherName(kind, pick, office)
  // The number keeps aliases apart where names repeat; the first hundred people have theirs plain enough.
  const alias = `${addressPart(displayName.replace(/ /g, '.')).replace(/\.+/g, '.')}${index + 1}`
  const vanity = place.domains[1] ?? place.domains[0] ?? ''
  return {
    guid: guidFrom(`mailbox ${place.tenantId} ${index}`),
    alias,
    displayName,
    firstName,
    lastName,
    kind,
    primaryAddress: `${alias}@${vanity}`,
    userPrincipalName: `${alias}@${vanity}`,
    createdAt: Date.UTC(2019, 0, 7) + Math.floor(random() * 2400) * 86_400_000 + Math.floor(random() * 86_400_000),
    department: kind === 'UserMailbox' ? pick(departments) : '',
    office,
    itemCount: Math.floor(random() ** 2 * 60_000) + 12,
    sizeBytes: Math.floor(random() ** 3 * 40_000_000_000) + 2_000_000,
    changes: {}
  }
}

function kindOf(share: number): MailboxKind {
  if (share < 0.86) return 'UserMailbox'
  if (share < 0.96) return 'SharedMailbox'
  return share < 0.99 ? 'RoomMailbox' : 'EquipmentMailbox'
}

function otherName(kind: MailboxKind, pick: (list: string[]) => string, office: string): string {
  if (kind === 'SharedMailbox') return `${pick(sharedNames)} ${office}`
  return kind === 'RoomMailbox' ? `Room ${pick(roomNames)} ${office}` : `${pick(equipmentNames)} ${office}`
}

/** A size as Exchange writes it: "1.2 GB (1,288,490,189 bytes)". */
export function formatSize(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit += 1
  }
  const digits = value.toPrecision(4).includes('e') ? String(Math.round(value)) : String(Number(value.toPrecision(4)))
  return `${digits} ${units[unit]} (${Math.round(bytes).toLocaleString('en-US')} bytes)`
}

/** The addresses of a mailbox, the primary one marked `SMTP:`. */
export function addressesOf(mailbox: Mailbox, place: MailboxPlace): string[] {
  const changed = mailbox.changes['EmailAddresses']
  if (Array.isArray(changed)) return changed as string[]
  return [`SMTP:${mailbox.primaryAddress}`, `smtp:${mailbox.alias}@${place.domains[0] ?? ''}`]
}

/** Everything Get-Mailbox shows of a mailbox: about 200 properties. */
export function fullMailbox(mailbox: Mailbox, place: MailboxPlace): Record<string, unknown> {
  const created = new Date(mailbox.createdAt).toISOString()
  const shared = mailbox.kind !== 'UserMailbox'
  return {
    ...commonMailboxProperties,
    ...identityOf(mailbox, place),
    AccountDisabled: shared,
    ArchiveGuid: '00000000-0000-0000-0000-000000000000',
    Database: `EURPR04DG${200 + (mailbox.alias.length % 40)}-db${100 + (mailbox.itemCount % 80)}`,
    Department: mailbox.department,
    DisabledArchiveGuid: '00000000-0000-0000-0000-000000000000',
    ExchangeGuid: guidFrom(`exchange guid ${mailbox.guid}`),
    ExchangeObjectId: mailbox.guid,
    ExchangeSecurityDescriptor: 'System.Security.AccessControl.RawSecurityDescriptor',
    IsDirSynced: false,
    IsMailboxEnabled: true,
    IsResource: mailbox.kind === 'RoomMailbox' || mailbox.kind === 'EquipmentMailbox',
    IsShared: mailbox.kind === 'SharedMailbox',
    LegacyExchangeDN: `/o=ExchangeLabs/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn=${mailbox.guid.replace(/-/g, '')}-${mailbox.alias.slice(0, 12)}`,
    MailboxLocations: [`1;${mailbox.guid};Primary;eurprd04.prod.outlook.com;${mailbox.guid}`],
    Office: mailbox.office,
    ResourceType: mailbox.kind === 'RoomMailbox' ? 'Room' : mailbox.kind === 'EquipmentMailbox' ? 'Equipment' : null,
    SamAccountName: `$${mailbox.guid.slice(0, 6).toUpperCase()}-${mailbox.guid.slice(24).toUpperCase()}`,
    ServerLegacyDN: '/o=ExchangeLabs/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Configuration/cn=Servers/cn=AM0PR04MB0001',
    ServerName: 'am0pr04mb0001',
    UMDtmfMap: [`emailAddress:${mailbox.alias.length}`, `lastNameFirstName:${mailbox.displayName.length}`],
    WhenChanged: created,
    WhenChangedUTC: created,
    WhenCreated: created,
    WhenCreatedUTC: created,
    WhenMailboxCreated: created,
    ...mailbox.changes
  }
}

/** The properties that name a mailbox, shared by all cmdlets that show it. */
export function identityOf(mailbox: Mailbox, place: MailboxPlace): Record<string, unknown> {
  const domain = place.domains[0] ?? ''
  return {
    ExternalDirectoryObjectId: mailbox.guid,
    UserPrincipalName: mailbox.userPrincipalName,
    Alias: mailbox.alias,
    DisplayName: mailbox.displayName,
    EmailAddresses: addressesOf(mailbox, place),
    PrimarySmtpAddress: mailbox.primaryAddress,
    WindowsEmailAddress: mailbox.primaryAddress,
    MicrosoftOnlineServicesID: mailbox.userPrincipalName,
    RecipientType: 'UserMailbox',
    RecipientTypeDetails: mailbox.kind,
    Identity: mailbox.alias,
    Id: mailbox.alias,
    Name: mailbox.alias,
    DistinguishedName: `CN=${mailbox.alias},OU=${domain},OU=Microsoft Exchange Hosted Organizations,DC=EURPR04A001,DC=PROD,DC=OUTLOOK,DC=COM`,
    ExchangeVersion: '0.20 (15.0.0.0)',
    OrganizationId: `EURPR04A001.PROD.OUTLOOK.COM/Microsoft Exchange Hosted Organizations/${domain} - EURPR04A001.PROD.OUTLOOK.COM/ConfigurationUnits/${domain}/Configuration`,
    OrganizationalUnit: `eurpr04a001.prod.outlook.com/Microsoft Exchange Hosted Organizations/${domain}`,
    Guid: mailbox.guid
  }
}
