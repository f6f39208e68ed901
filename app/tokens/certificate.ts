import { readPfx } from '../credentials/pfx.ts'

/** A PFX as MSAL takes it: it signs PS256 with `x5t#S256` where the SHA-256 thumbprint is given. */
export function clientCertificate(credential: { pfxBase64: string; password: string }): {
  thumbprintSha256: string
  privateKey: string
  x5c: string
} {
  const pfx = readPfx(Buffer.from(credential.pfxBase64, 'base64'), credential.password)
  return { thumbprintSha256: pfx.thumbprintSha256, privateKey: pfx.privateKeyPem, x5c: pfx.x5c }
}
