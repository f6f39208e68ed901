import Papa from 'papaparse'
import { z } from 'zod'
import { cloudIdSchema, environmentSchema, profileSchema, serviceSchema, signInKindSchema, type Profile } from '../contract.ts'
import { failure } from '../failures.ts'
import { escapeFormula, unescapeFormula } from '../spreadsheet.ts'
import { normaliseDomain } from '../tokens/clouds.ts'
import { hasUnseenCharacters } from './names.ts'
import type { SignIn } from './sign-in.ts'

export type TransferFormat = 'json' | 'csv' | 'list'

/** Rows that one import takes: more than the 500 profiles Tenantry is made for, few enough to look through. */
export const maxRows = 2000

const text = (max: number) => z.string().trim().max(max).refine((value) => !hasUnseenCharacters(value), 'it holds characters that can’t be shown')
const yesNo = z.stringbool().or(z.boolean()).or(z.literal('').transform(() => false))
/** An empty cell is a missing one. */
const optional = <T extends z.ZodType, D>(schema: T, fallback: D) => z.union([z.literal('').transform(() => fallback), schema]).default(fallback as never)

/** One profile as it is exported: flat, the same in JSON and CSV, without anything secret and without folders of this computer. */
export const rowSchema = z.object({
  name: text(120).default(''),
  group: text(120).default(''),
  domain: text(255).min(1),
  tenantId: optional(z.guid().toLowerCase().nullable(), null),
  cloud: optional(cloudIdSchema, null),
  loginHost: text(255).default(''),
  exchangeHost: text(255).default(''),
  complianceHost: text(255).default(''),
  graphHost: text(255).default(''),
  signIn: text(120).default(''),
  clientId: optional(z.guid().toLowerCase().nullable(), null),
  kind: optional(signInKindSchema.nullable(), null),
  askEachTime: yesNo.default(false),
  services: optional(z.array(serviceSchema).min(1).or(z.string().transform((list) => list.split(/[\s,+;]+/)).pipe(z.array(serviceSchema).min(1))), ['exchange' as const]),
  colour: optional(profileSchema.shape.colour, null),
  environment: optional(environmentSchema, 'production' as const),
  loadPowerShellProfile: yesNo.default(false),
  moduleVersion: text(40).default(''),
  searchOnlySession: yesNo.default(false),
  readOnly: yesNo.default(false),
  /** Null, an empty cell, where the environment decides. */
  logCommands: optional(z.stringbool().or(z.boolean()).nullable(), null),
  keepTranscript: yesNo.default(false),
  notes: z.string().max(20_000).default('')
})
type ParsedRow = z.output<typeof rowSchema>
export type TransferRow = Omit<ParsedRow, 'colour' | 'cloud'> & { colour: Profile['colour'] | null; cloud: Profile['cloud'] | null }

const columns = Object.keys(rowSchema.shape) as Array<keyof ParsedRow>

/** A row that was read, or why it can't be. `line` counts from 1: the line of a list, the row of a table, the item of JSON. */
export type ReadRow = { line: number; row: TransferRow } | { line: number; problem: string; name: string; domain: string }

/** Profiles as JSON or CSV. CSV begins with a byte order mark, by which Excel knows UTF-8. */
export function exportText(format: 'json' | 'csv', profiles: Profile[], signIns: SignIn[]): string {
  const rows = profiles.map((profile) => exportRow(profile, signIns.find(({ id }) => id === profile.signInId)))
  if (format === 'json') return `${JSON.stringify({ tenantry: 'profiles', version: 1, profiles: rows }, null, 2)}\n`
  const cells = rows.map((row) => columns.map((column) => escapeFormula(cellText(row[column]))))
  return `\ufeff${Papa.unparse([columns, ...cells], { newline: '\r\n' })}\r\n`
}

function exportRow(profile: Profile, signIn: SignIn | undefined): TransferRow {
  const { name, group, domain, tenantId, cloud, services, colour, environment, loadPowerShellProfile, moduleVersion, notes } = profile
  const { loginHost, exchangeHost, complianceHost, graphHost } = profile.customCloud ?? { loginHost: '', exchangeHost: '', complianceHost: '', graphHost: '' }
  return {
    ...{ name, group, domain, tenantId, cloud, loginHost, exchangeHost, complianceHost, graphHost },
    ...{ signIn: signIn?.name ?? '', clientId: signIn?.clientId ?? null, kind: signIn?.kind ?? null, askEachTime: signIn?.askEachTime ?? false },
    ...{ services, colour, environment, loadPowerShellProfile, moduleVersion, notes, searchOnlySession: profile.searchOnlySession ?? false, readOnly: profile.readOnly ?? false, logCommands: profile.logCommands ?? null, keepTranscript: profile.keepTranscript ?? false }
  }
}

function cellText(value: TransferRow[keyof TransferRow]): string {
  if (value === null) return ''
  return Array.isArray(value) ? value.join(' ') : String(value)
}

/**
 * Reads what an import brings, row by row; a bad row does not spoil the others.
 *
 * @throws TenantryError `import-unreadable` where the whole can't be read, `import-too-long`
 */
export function readRows(format: TransferFormat, input: string): ReadRow[] {
  const content = input.replace(/^\ufeff/, '')
  const raw = { json: readJson, csv: readCsv, list: readList }[format](content)
  if (raw.length === 0) throw unreadable('it holds no rows')
  if (raw.length > maxRows) throw failure('import-too-long', { limit: maxRows })
  return raw.map(({ line, value }) => readRow(line, value))
}

interface RawRow {
  line: number
  value: unknown
}

function readJson(content: string): RawRow[] {
  const fileSchema = z.object({ tenantry: z.literal('profiles'), version: z.number(), profiles: z.array(z.unknown()) })
  let parsed: unknown
  try {
    parsed = JSON.parse(content)
  } catch {
    throw unreadable('it is not whole JSON')
  }
  const file = fileSchema.safeParse(parsed)
  if (!file.success) throw unreadable('it is not a file of profiles')
  if (file.data.version !== 1) throw unreadable('a newer Tenantry wrote it')
  return file.data.profiles.map((value, index) => ({ line: index + 1, value }))
}

/** Other spellings of columns, in lower-case letters only. */
const aliases = new Map<string, keyof ParsedRow>([
  ...columns.map((column) => [column.toLowerCase(), column] as const),
  ['tenant', 'domain'],
  ['tenantdomain', 'domain'],
  ['primarydomainname', 'domain'],
  ['companyname', 'name'],
  ['microsoftid', 'tenantId'],
  ['applicationid', 'clientId'],
  ['appid', 'clientId'],
  ['applicationclientid', 'clientId'],
  ['signinwith', 'kind'],
  ['color', 'colour']
])

function readCsv(content: string): RawRow[] {
  // Excel's own hint of the separator, which only Excel takes for one.
  const hint = /^sep=(.)\r?\n/i.exec(content)
  const body = hint ? content.slice(hint[0].length) : content
  const parsed = Papa.parse<string[]>(body, { delimiter: hint?.[1] ?? delimiterOf(body) })
  if (parsed.errors.some(({ type }) => type === 'Quotes')) throw unreadable('a quotation mark in it is not closed')
  const [head = [], ...rows] = parsed.data
  const keys = head.map((cell) => aliases.get(unescapeFormula(cell).toLowerCase().replace(/[^a-z]/g, '')))
  if (!keys.includes('domain')) throw unreadable('its first row names no column “domain”')
  const firstLine = hint ? 3 : 2
  return rows
    .map((cells, index) => ({ line: index + firstLine, cells }))
    .filter(({ cells }) => cells.some((cell) => cell.trim() !== ''))
    .map(({ line, cells }) => ({ line, value: Object.fromEntries(keys.flatMap((key, at) => (key ? [[key, unescapeFormula(cells[at] ?? '')]] : []))) }))
}

/** What parts the first row: a file of one column or of short rows leaves papaparse's own guess nothing to count. */
function delimiterOf(body: string): string {
  const head = /^[^\r\n]*/.exec(body)![0]
  const counts = [',', ';', '\t', '|'].map((delimiter) => ({ delimiter, count: head.split(delimiter).length }))
  return counts.reduce((most, next) => (next.count > most.count ? next : most)).delimiter
}

/**
 * One tenant a line: its domain or tenant id and its name, in either order, with a tab, comma or semicolon between
 * them; or the domain alone. A name may hold commas.
 */
function readList(content: string): RawRow[] {
  return content
    .split(/\r\n|\r|\n/)
    .map((line, index) => ({ line: index + 1, text: line.replace(/^[\s,;]+|[\s,;]+$/g, '') }))
    .filter(({ text }) => text !== '')
    .map(({ line, text }) => ({ line, value: readListLine(text) }))
}

function readListLine(text: string): { domain: string; name: string } {
  // Cells at the even places, what parts them at the odd ones.
  const pieces = text.split(/([\t,;])/)
  const tenantId = pieces.findIndex(isTenantId)
  const at = Math.max(0, tenantId >= 0 ? tenantId : pieces.findIndex(isDomain))
  const name = at > 0 ? pieces.slice(0, at - 1) : pieces.slice(at + 2)
  return { domain: pieces[at]!.trim(), name: name.join('').replace(/\t/g, ' ').trim() }
}

const isTenantId = (cell: string) => z.guid().safeParse(cell.trim()).success

function isDomain(cell: string): boolean {
  try {
    return normaliseDomain(cell) !== ''
  } catch {
    return false
  }
}

function readRow(line: number, value: unknown): ReadRow {
  const row = rowSchema.safeParse(value)
  if (row.success) return { line, row: { ...row.data, name: row.data.name || row.data.domain } as TransferRow }
  const issue = row.error.issues[0]
  const { name, domain } = z.object({ name: z.string().catch(''), domain: z.string().catch('') }).catch({ name: '', domain: '' }).parse(value)
  const column = String(issue?.path[0] ?? '')
  const problem = column === '' ? 'This is not a profile.' : `“${column}” can’t be used: ${reasonOf(issue)}.`
  return { line, problem, name: clean(name), domain: clean(domain) }
}

function reasonOf(issue: z.core.$ZodIssue | undefined): string {
  if (issue?.code === 'custom') return issue.message
  if (issue?.code === 'too_small') return 'it is empty'
  if (issue?.code === 'too_big') return 'it is too long'
  return 'it is not one of the values it can have'
}

const clean = (value: string) => [...value].map((char) => (hasUnseenCharacters(char) ? ' ' : char)).join('').slice(0, 255)

const unreadable = (reason: string) => failure('import-unreadable', { reason })
