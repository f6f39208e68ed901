import { constants, sign, verify, type KeyObject } from 'node:crypto'

/** A JWT taken apart; nothing in it is trusted before `verifyJwt` said yes. */
export interface ParsedJwt {
  header: Record<string, unknown>
  claims: Record<string, unknown>
  signed: string
  signature: Buffer
}

const algorithms = {
  RS256: constants.RSA_PKCS1_PADDING,
  PS256: constants.RSA_PKCS1_PSS_PADDING
} as const
export type JwtAlgorithm = keyof typeof algorithms

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Signs claims as a JWT in compact form; `header.alg` chooses RS256 or PS256 (RFC 7518 sections 3.3 and 3.5). */
export function signJwt(
  header: { alg: JwtAlgorithm } & Record<string, unknown>,
  claims: Record<string, unknown>,
  key: KeyObject
): string {
  const signed = `${encode({ typ: 'JWT', ...header })}.${encode(claims)}`
  const signature = sign('sha256', Buffer.from(signed), keyOptions(key, header.alg))
  return `${signed}.${signature.toString('base64url')}`
}

/** Takes a compact JWT apart; null where it is not one. */
export function parseJwt(token: string): ParsedJwt | null {
  const [header, claims, signature, ...rest] = token.split('.')
  if (!header || !claims || !signature || rest.length > 0) return null
  try {
    const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as unknown
    const parsed = { header: read(header), claims: read(claims) }
    if (!isRecord(parsed.header) || !isRecord(parsed.claims)) return null
    return {
      header: parsed.header,
      claims: parsed.claims,
      signed: `${header}.${claims}`,
      signature: Buffer.from(signature, 'base64url')
    }
  } catch {
    return null
  }
}

/** True where the signature is this key's over exactly these parts. Only RS256 and PS256 count: never `none`. */
export function verifyJwt(jwt: ParsedJwt, key: KeyObject): boolean {
  const algorithm = jwt.header['alg']
  if (algorithm !== 'RS256' && algorithm !== 'PS256') return false
  try {
    return verify('sha256', Buffer.from(jwt.signed), keyOptions(key, algorithm), jwt.signature)
  } catch {
    return false
  }
}

function keyOptions(key: KeyObject, algorithm: JwtAlgorithm) {
  const padding = algorithms[algorithm]
  // RFC 7518 section 3.5: the salt is as long as the hash.
  return padding === constants.RSA_PKCS1_PSS_PADDING
    ? { key, padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : { key, padding }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
