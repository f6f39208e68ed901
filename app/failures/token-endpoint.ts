import { lastAadsts, quote, type Reading } from './reading.ts'
import type { FailureCode } from './table.ts'

/** What was asked, for the sentences that name it. */
export interface TokenRequestFacts {
  tenant?: string
  cloud?: string
}

const codesByAadsts: Record<string, FailureCode> = {
  '7000215': 'secret-wrong',
  '7000222': 'secret-expired',
  '7000229': 'app-not-in-tenant',
  '700016': 'app-unknown',
  '700027': 'certificate-not-registered',
  '700024': 'assertion-clock',
  '90002': 'unknown-tenant',
  // "Specified tenant identifier is neither a valid DNS name, nor a valid external domain".
  '900023': 'unknown-tenant',
  '500011': 'resource-missing',
  '53003': 'conditional-access',
  '50105': 'app-not-assigned',
  '65001': 'no-consent'
}

/** Microsoft's page on one code, which it names itself as `error_uri`; and the list of all of them. */
const pageOf = (code: string): string => `https://login.microsoftonline.com/error?code=${code}`
const listOfCodes = 'https://learn.microsoft.com/entra/identity-platform/reference-error-codes'

/** The reading of an AADSTS code, null where the text has none. */
export function readAadsts(text: string, facts: TokenRequestFacts = {}): Reading | null {
  const last = lastAadsts(text)
  if (!last) return null
  const code = codesByAadsts[last.code]
  if (!code) return { code: 'token-refused', parameters: { text: quote(text.slice(last.from)), link: pageOf(last.code) } }
  return { code, parameters: { tenant: facts.tenant ?? 'that was asked for', cloud: facts.cloud ?? 'this cloud' } }
}

/** Reads MSAL's error or the token endpoint's own text. */
export function readTokenProblem(error: unknown, facts: TokenRequestFacts = {}): Reading {
  const text = textOf(error)
  const known = readAadsts(text, facts)
  if (known) return known
  return { code: 'token-refused', parameters: { text: quote(text) || 'it gave no reason.', link: listOfCodes } }
}

function textOf(error: unknown): string {
  if (typeof error === 'string') return error
  if (typeof error !== 'object' || error === null) return ''
  const { errorMessage, errorCode, message, error_description: description } = error as Record<string, unknown>
  return [description, errorMessage, message, errorCode].find((part) => typeof part === 'string' && part !== '') as string ?? ''
}
