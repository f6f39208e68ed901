import { lastAadsts, quote, type Reading } from './reading.ts'
import type { FailureCode } from './table.ts'

/** What was asked, for the sentences that name it. */
export interface TokenRequestFacts {
  tenant?: string
  cloud?: string
  /** A person signs in, not an app. */
  isAccount?: boolean
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

/** What the same authority says of an account; codes that are not here mean what they mean for an app. */
const codesOfAccounts: Record<string, FailureCode> = {
  '50173': 'account-withdrawn',
  '54005': 'account-expired',
  '70000': 'account-expired',
  '70008': 'account-expired',
  '70043': 'account-expired',
  '700082': 'account-expired',
  '700084': 'account-expired',
  '50074': 'account-mfa',
  '50076': 'account-mfa',
  '50079': 'account-mfa',
  '50072': 'account-mfa',
  '500121': 'account-mfa-failed',
  '50158': 'account-external-check',
  '53003': 'account-conditional-access',
  '53000': 'account-device',
  '53001': 'account-device',
  '53002': 'account-device',
  '65001': 'account-no-consent',
  '65004': 'account-declined',
  '50105': 'account-not-assigned',
  '50020': 'account-unknown',
  '50034': 'account-unknown',
  '90072': 'account-unknown',
  '50126': 'account-wrong-password',
  '50053': 'account-disabled',
  '50055': 'account-disabled',
  '50057': 'account-disabled',
  '500133': 'account-clock',
  '7000218': 'app-not-public',
  '50011': 'redirect-not-registered',
  '70020': 'device-code-expired'
}

/** The reading of an AADSTS code, null where the text has none. */
export function readAadsts(text: string, facts: TokenRequestFacts = {}): Reading | null {
  const last = lastAadsts(text)
  if (!last) return null
  const code = (facts.isAccount ? codesOfAccounts[last.code] : undefined) ?? codesByAadsts[last.code]
  if (!code) return { code: 'token-refused', parameters: { text: quote(text.slice(last.from)), link: pageOf(last.code) } }
  return { code, parameters: { tenant: facts.tenant ?? 'that was asked for', cloud: facts.cloud ?? 'this cloud', aadsts: `AADSTS${last.code}` } }
}

/** Reads MSAL's error or the token endpoint's own text. */
export function readTokenProblem(error: unknown, facts: TokenRequestFacts = {}): Reading {
  const text = textOf(error)
  const known = readAadsts(text, facts)
  if (known) return known
  // These carry no code of Entra's.
  if (facts.isAccount && /\b(access_denied|authorization_declined)\b/.test(text)) return { code: 'account-declined' }
  if (facts.isAccount && /\b(expired_token|device_code_expired)\b/.test(text)) return { code: 'device-code-expired' }
  return { code: 'token-refused', parameters: { text: quote(text) || 'it gave no reason.', link: listOfCodes } }
}

function textOf(error: unknown): string {
  if (typeof error === 'string') return error
  if (typeof error !== 'object' || error === null) return ''
  const { errorMessage, errorCode, message, error_description: description } = error as Record<string, unknown>
  return [description, errorMessage, message, errorCode].find((part) => typeof part === 'string' && part !== '') as string ?? ''
}
