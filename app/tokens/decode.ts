import { failure } from '../failures.ts'
import { isRecord } from '../json.ts'

/** No HTTP server takes a header that is longer, so nothing longer is a token that anybody could use. */
export const longestToken = 65_536
/** A pasted token may have quotes, line breaks and indents in it. */
const longestPasted = 2 * longestToken
/** Entra's claims are at most four levels deep. */
const deepestClaims = 16

/** What makes a text no JWT; it holds nothing of the text. */
class NotAJwt extends Error {}

/**
 * Reads a JWT's claims without verifying anything: evidence for our own checks, never proof.
 *
 * @throws TenantryError `token-malformed` where it is not a JWT; the error holds nothing of the text
 */
export function decodeClaims(token: string): Record<string, unknown> {
  try {
    return claimsOf(token.split('.'))
  } catch (error) {
    throw failure('token-malformed', { reason: reasonOf(error) })
  }
}

/**
 * Reads the claims of a token that somebody pasted: "Bearer", a header's name, quotes and white space around or in it
 * do no harm, and a signature need not be there.
 *
 * @throws TenantryError `not-a-token` for anything else, of whatever length; the error holds nothing of the text
 */
export function decodePasted(text: string): Record<string, unknown> {
  try {
    if (text.length > longestPasted) throw new NotAJwt('it is far too long for one')
    const token = text.replace(/[\s"'`“”‘’«»\u200b-\u200d\u2060\ufeff]/g, '').replace(/^(authorization:)?(bearer:?)?/i, '').replace(/[,;]+$/, '')
    if (token === '') throw new NotAJwt('there is nothing')
    if (token.length > longestToken) throw new NotAJwt('it is too long for one')
    const parts = token.split('.')
    if (parts.length === 5) throw new NotAJwt('it is encrypted, and only the service that it is for can read it')
    if (!parts.slice(0, 2).every((part) => /^[\w+/-]+=*$/.test(part))) throw new NotAJwt('it is not three parts of letters and digits')
    const claims = claimsOf(parts)
    const header = objectOf(parts[0]!, 'its first part')
    if (typeof header.alg !== 'string') throw new NotAJwt('its first part names no algorithm')
    if (isDeeper(claims, deepestClaims)) throw new NotAJwt('its claims are nested too deep')
    return claims
  } catch (error) {
    throw failure('not-a-token', { reason: reasonOf(error) })
  }
}

function claimsOf(parts: string[]): Record<string, unknown> {
  if (parts.length !== 3) throw new NotAJwt(`it has ${parts.length} ${parts.length === 1 ? 'part' : 'parts'} instead of 3`)
  return objectOf(parts[1]!, 'its claims')
}

function objectOf(part: string, what: string): Record<string, unknown> {
  const verb = what === 'its claims' ? 'are' : 'is'
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(part, 'base64url')))
  } catch {
    throw new NotAJwt(`${what} ${verb} not JSON`)
  }
  if (!isRecord(value)) throw new NotAJwt(`${what} ${verb} not an object`)
  return value
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1))
}

function reasonOf(error: unknown): string {
  return error instanceof NotAJwt ? error.message : 'it can’t be read'
}
