import { cmdletErrors, type CmdletCall } from './cmdlet-model.ts'
import { addressesOf, formatSize, fullMailbox, type Mailbox, type MailboxKind } from './mailboxes.ts'

const kinds: Record<string, MailboxKind> = { regular: 'UserMailbox', shared: 'SharedMailbox', room: 'RoomMailbox', equipment: 'EquipmentMailbox' }
const units: Record<string, number> = { '': 1, B: 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3, TB: 1024 ** 4 }
const isSize = /Quota$|^Max(Send|Receive)Size$/
const quotaOrder = ['IssueWarningQuota', 'ProhibitSendQuota', 'ProhibitSendReceiveQuota']

/** Does what Set-Mailbox asks; false where nothing would be different. Throws Exchange's errors for what it refuses. */
export function changeMailbox(call: CmdletCall, mailbox: Mailbox): boolean {
  const before = fullMailbox(mailbox, call.tenant.directory)
  const changes: Record<string, unknown> = {}
  for (const name of Object.keys(call.definition.parameters)) {
    if (name === 'Identity' || !call.parameters.has(name) || call.definition.parameters[name] === 'switch') continue
    changes[name] = newValue(call, mailbox, name, before)
  }
  checkQuotas({ ...before, ...changes })
  if (Object.entries(changes).every(([name, value]) => JSON.stringify(before[name]) === JSON.stringify(value))) return false
  applyNames(call, mailbox, changes)
  Object.assign(mailbox.changes, changes, { WhenChanged: call.now.toISOString(), WhenChangedUTC: call.now.toISOString() })
  call.tenant.directory.reindex()
  return true
}

function newValue(call: CmdletCall, mailbox: Mailbox, name: string, before: Record<string, unknown>): unknown {
  const raw = call.parameters.raw(name)
  if (isSize.test(name)) return readSize(name, String(raw))
  const type = call.definition.parameters[name]
  if (type === 'bool') return call.parameters.flag(name)
  if (type === 'object') {
    const current = name === 'EmailAddresses' ? addressesOf(mailbox, call.tenant.directory) : before[name]
    return changeList(Array.isArray(current) ? (current as string[]) : [], raw)
  }
  return raw
}

/** A list as it is given, or changed by `@{Add=…; Remove=…}`. */
function changeList(current: string[], raw: unknown): string[] {
  if (raw === null || raw === undefined) return []
  if (Array.isArray(raw)) return raw.map(String)
  if (typeof raw !== 'object') return String(raw).split(',')
  const given = new Map(Object.entries(raw as Record<string, unknown>).map(([name, value]) => [name.toLowerCase(), value]))
  const values = (name: string) => {
    const value = given.get(name)
    return value === undefined || value === null ? [] : Array.isArray(value) ? value.map(String) : [String(value)]
  }
  const plain = (address: string) => address.replace(/^smtp:/i, '').toLowerCase()
  const removed = values('remove').map(plain)
  const kept = current.filter((item) => !removed.includes(plain(item)))
  const added = values('add').filter((item) => !kept.some((other) => plain(other) === plain(item)))
  const isAddress = current.some((item) => /^smtp:/i.test(item))
  return [...kept, ...added.map((item) => (isAddress && !/^smtp:/i.test(item) ? `smtp:${item}` : item))]
}

function readSize(name: string, text: string): string {
  if (/^unlimited$/i.test(text)) return 'Unlimited'
  const bytes = /\(([\d,]+) bytes\)/.exec(text)?.[1]?.replace(/,/g, '')
  const parts = /^(\d+(?:\.\d+)?)\s*([KMGT]?B)?$/i.exec(text.trim())
  if (bytes) return formatSize(Number(bytes))
  if (!parts) throw cmdletErrors.badValue(name, text, 'Microsoft.Exchange.Data.ByteQuantifiedSize')
  return formatSize(Number(parts[1]) * (units[(parts[2] ?? '').toUpperCase()] ?? 1))
}

function checkQuotas(values: Record<string, unknown>): void {
  const bytes = quotaOrder.map((name) => Number(/\(([\d,]+) bytes\)/.exec(String(values[name]))?.[1]?.replace(/,/g, '') ?? Infinity))
  for (let index = 1; index < quotaOrder.length; index += 1) {
    if ((bytes[index - 1] ?? 0) > (bytes[index] ?? 0)) {
      throw cmdletErrors.invalid(`The value of property '${quotaOrder[index - 1]}' must be less than or equal to that of property '${quotaOrder[index]}'. ${quotaOrder[index - 1]}: '${String(values[quotaOrder[index - 1] ?? ''])}', ${quotaOrder[index]}: '${String(values[quotaOrder[index] ?? ''])}'.`)
    }
  }
}

/** Names and addresses live on the mailbox itself: it is found by them. */
function applyNames(call: CmdletCall, mailbox: Mailbox, changes: Record<string, unknown>): void {
  const { directory } = call.tenant
  const take = (name: string) => {
    const value = changes[name]
    delete changes[name]
    return value === undefined || value === null ? undefined : String(value)
  }
  const address = take('WindowsEmailAddress')
  const alias = take('Alias') ?? take('Name')
  for (const wanted of [address, alias]) {
    const other = wanted === undefined ? undefined : directory.find(wanted)
    if (other && other !== mailbox) throw cmdletErrors.addressTaken(wanted ?? '', other.displayName)
  }
  mailbox.primaryAddress = address ?? mailbox.primaryAddress
  mailbox.alias = alias ?? mailbox.alias
  mailbox.displayName = take('DisplayName') ?? mailbox.displayName
  mailbox.office = take('Office') ?? mailbox.office
  mailbox.userPrincipalName = take('MicrosoftOnlineServicesID') ?? mailbox.userPrincipalName
  const kind = take('Type')
  if (kind === undefined) return
  const known = kinds[kind.toLowerCase()]
  if (!known) throw cmdletErrors.badValue('Type', kind, 'Microsoft.Exchange.Data.Directory.Management.ConvertibleMailboxSubType')
  mailbox.kind = known
}
