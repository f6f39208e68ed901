import { createHash, X509Certificate } from 'node:crypto'
import { parseJwt, verifyJwt } from './jwt.ts'
import type { DemoApp } from './tenants.ts'

/** Why an assertion was refused: the AADSTS code and what its message tells. */
export interface AssertionProblem {
  code: 700027 | 700024 | 50027 | 700021 | 700023
  text: string
}

/** Entra lets the two clocks differ by this much. */
const allowedSkewSeconds = 300

/**
 * Verifies a client assertion as Entra does: a JWT of the client about itself, for this authority, in its validity,
 * signed by a certificate registered on the app (found by `x5t#S256` or `x5t`).
 * https://learn.microsoft.com/entra/identity-platform/certificate-credentials
 */
export function checkAssertion(
  assertion: string,
  app: DemoApp,
  allowedAudiences: string[],
  nowSeconds: number
): AssertionProblem | null {
  const jwt = parseJwt(assertion)
  if (!jwt) return { code: 50027, text: 'JWT token is invalid or malformed.' }
  const { header, claims } = jwt
  const thumbprints = [header['x5t#S256'], header['x5t']].filter((value) => typeof value === 'string')
  const certificate = registeredCertificates(app).find((candidate) => thumbprints.some((value) => isThumbprint(candidate, value)))
  if (!certificate) return { code: 700027, text: unknownCertificate(thumbprints) }
  if (!verifyJwt(jwt, certificate.publicKey)) {
    return { code: 700027, text: "Client assertion failed signature validation. The key was found, but the signature doesn't match." }
  }
  if (claims['sub'] !== app.clientId || claims['iss'] !== app.clientId) {
    return { code: 700021, text: 'Client assertion application identifier does not match the client_id parameter.' }
  }
  if (!allowedAudiences.includes(String(claims['aud']).toLowerCase())) {
    return { code: 700023, text: `Client assertion audience claim does not match Realm issuer. Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials .` }
  }
  if (typeof claims['jti'] !== 'string' || !claims['jti']) return { code: 50027, text: 'JWT token is invalid or malformed: it has no jti.' }
  const expired = checkTimes(claims, nowSeconds)
  if (expired) return expired
  if (Date.parse(certificate.validTo) / 1000 < nowSeconds) {
    return { code: 700027, text: 'The certificate used to sign the client assertion is expired.' }
  }
  return null
}

function checkTimes(claims: Record<string, unknown>, now: number): AssertionProblem | null {
  const from = Number(claims['nbf'] ?? claims['iat'] ?? 0)
  const until = Number(claims['exp'])
  if (Number.isFinite(until) && from <= now + allowedSkewSeconds && until >= now - allowedSkewSeconds) return null
  const time = (seconds: number) => (Number.isFinite(seconds) ? new Date(seconds * 1000).toISOString() : 'none')
  return {
    code: 700024,
    text: `Client assertion is not within its valid time range. Current time: ${time(now)}, assertion valid from ${time(from)}, expiry time of assertion ${time(until)}. Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials .`
  }
}

function unknownCertificate(thumbprints: string[]): string {
  const first = Buffer.from(thumbprints[0] ?? '', 'base64url').toString('hex').toUpperCase()
  return `The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found., Thumbprint of key used by client: '${first}']`
}

function registeredCertificates(app: DemoApp): X509Certificate[] {
  return app.certificates.map((certificate) =>
    certificate instanceof X509Certificate ? certificate : new X509Certificate(certificate)
  )
}

function isThumbprint(certificate: X509Certificate, value: string): boolean {
  const digest = (algorithm: string) => createHash(algorithm).update(certificate.raw).digest()
  const wanted = Buffer.from(value, 'base64url')
  return wanted.equals(digest('sha256')) || wanted.equals(digest('sha1'))
}
