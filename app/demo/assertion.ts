import { createHash, X509Certificate } from 'node:crypto'
import { parseJwt, verifyJwt } from './jwt.ts'
import type { DemoApp } from './tenants.ts'

/** Why an assertion was refused: the AADSTS code and what its message tells. */
export interface AssertionProblem {
  code: 700027 | 700024 | 50027 | 700021 | 700023 | 700211 | 700212 | 700213
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

/** Whether an assertion is another issuer's word for the app: that has an address, where an app has an id. */
export function isFederated(assertion: string): boolean {
  return /^https:\/\//.test(String(parseJwt(assertion)?.claims['iss']))
}

/**
 * Verifies another issuer's token that stands for the app, as Entra does: one of the app's federated credentials has to
 * name its issuer, subject and audience exactly, and the issuer has to have signed it.
 * https://learn.microsoft.com/entra/workload-id/workload-identity-federation
 */
export function checkFederated(assertion: string, app: DemoApp, nowSeconds: number): AssertionProblem | null {
  const jwt = parseJwt(assertion)
  if (!jwt) return { code: 50027, text: 'JWT token is invalid or malformed.' }
  const [issuer, subject, audience] = [jwt.claims['iss'], jwt.claims['sub'], jwt.claims['aud']].map(String) as [string, string, string]
  const review = 'Check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://learn.microsoft.com/entra/workload-id/workload-identity-federation'
  const ofIssuer = app.federatedCredentials.filter((credential) => credential.issuer === issuer)
  if (ofIssuer.length === 0) return { code: 700211, text: `No matching federated identity record found for presented assertion issuer '${issuer}'. ${review}` }
  const ofSubject = ofIssuer.filter((credential) => credential.subject === subject)
  if (ofSubject.length === 0) return { code: 700213, text: `No matching federated identity record found for presented assertion subject '${subject}'. ${review}` }
  const credential = ofSubject.find((candidate) => candidate.audience === audience)
  if (!credential) return { code: 700212, text: `No matching federated identity record found for presented assertion audience '${audience}'. ${review}` }
  if (!verifyJwt(jwt, credential.key)) return { code: 700027, text: 'Client assertion failed signature validation.' }
  return checkTimes(jwt.claims, nowSeconds)
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
