import { failure } from '../failures.ts'

/**
 * Reads a JWT's claims without verifying anything: evidence for our own checks, never proof.
 *
 * @throws TenantryError `token-malformed` where it is not a JWT; the error holds nothing of the text
 */
export function decodeClaims(token: string): Record<string, unknown> {
  const parts = token.split('.')
  if (parts.length !== 3) throw failure('token-malformed', { reason: `it has ${parts.length} parts instead of 3` })
  let claims: unknown
  try {
    claims = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(parts[1]!, 'base64url')))
  } catch {
    throw failure('token-malformed', { reason: 'its claims are not JSON' })
  }
  if (typeof claims !== 'object' || claims === null || Array.isArray(claims)) {
    throw failure('token-malformed', { reason: 'its claims are not an object' })
  }
  return claims as Record<string, unknown>
}
