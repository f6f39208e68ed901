import { createHash, createPrivateKey, createPublicKey, pbkdf2Sync, X509Certificate, type KeyObject } from 'node:crypto'
import forge from 'node-forge'
import { failure, TenantryError } from '../failures.ts'

/** What a PFX file holds, as signing in needs it. Its key never leaves the main process. */
export interface Pfx {
  /** PKCS #8. */
  privateKeyPem: string
  certificatePem: string
  /** The certificate and those that issued it, PEM after PEM. */
  x5c: string
  /** Upper-case hex. */
  thumbprintSha1: string
  thumbprintSha256: string
  subject: string
  /** ISO 8601. */
  notBefore: string
  notAfter: string
}

type Bag = forge.pkcs12.Bag

/**
 * How often a password may be hashed to open one file; the file itself says how often, and more would hang the app.
 * Tools write 2,000 (Windows) to 600,000 (careful people). PBKDF2 is OpenSSL's here (3 million a second); PKCS #12's own
 * derivation, which MACs and legacy encryption use, is node-forge's (0.1 to 0.5 million a second).
 */
const mostRounds = { pbkdf2: 10_000_000, pkcs12: 3_000_000 }
type Derivation = keyof typeof mostRounds

/** What is left of them for the file that is being opened. */
let roundsLeft = { ...mostRounds }

function spend(derivation: Derivation, rounds: number): void {
  if (!(rounds >= 1 && rounds <= roundsLeft[derivation])) throw failure('pfx-unsupported', { what: `its password would have to be hashed ${rounds} times` })
  roundsLeft[derivation] -= rounds
}

/**
 * node-forge's own PBKDF2 takes the password's characters for bytes, so that a password with an accent opens no modern
 * file, and is plain JavaScript. RFC 8018 leaves the encoding open; OpenSSL and .NET use UTF-8.
 */
forge.pkcs5.pbkdf2 = ((password: string | null, salt: string, iterations: number, length: number, digest?: { algorithm: string }) => {
  spend('pbkdf2', iterations)
  return pbkdf2Sync(Buffer.from(password ?? '', 'utf8'), Buffer.from(salt, 'binary'), iterations, length, digest?.algorithm ?? 'sha1').toString('binary')
}) as typeof forge.pkcs5.pbkdf2

type DeriveKey = (password: string | null, salt: unknown, id: number, iterations: number, length: number, digest?: { digestLength: number }) => unknown
// @types/node-forge knows neither of the two names under which node-forge calls it.
const pbe = (forge.pki as unknown as { pbe: { generatePkcs12Key: DeriveKey } }).pbe
const deriveKey = pbe.generatePkcs12Key
const deriveKeyWithin: DeriveKey = (password, salt, id, iterations, length, digest) => {
  spend('pkcs12', iterations * Math.ceil(length / (digest?.digestLength ?? 20)))
  return deriveKey(password, salt, id, iterations, length, digest)
}
pbe.generatePkcs12Key = deriveKeyWithin
;(forge.pkcs12 as unknown as { generateKey: DeriveKey }).generateKey = deriveKeyWithin

/**
 * Reads a PFX (PKCS #12) file, encrypted in the modern way (AES, PBES2, SHA-256) or the legacy one (RC2, 3DES), and
 * chooses the certificate that belongs to its one RSA key.
 *
 * @param now milliseconds since the epoch, for the certificate's validity
 * @throws TenantryError `pfx-…`, one code per thing that can be wrong; none holds bytes of the file or the password
 */
export function readPfx(bytes: Uint8Array, password: string, now = Date.now()): Pfx {
  const pfx = open(parse(bytes), password)
  const key = onlyRsaKey(bagsOf(pfx, [forge.pki.oids.pkcs8ShroudedKeyBag!, forge.pki.oids.keyBag!]))
  const certificates = bagsOf(pfx, [forge.pki.oids.certBag!]).flatMap(certificateOf)
  const own = certificates.find((certificate) => certificate.checkPrivateKey(key))
  if (!own) throw failure('pfx-no-certificate')
  const subject = own.subject.split('\n').join(', ')
  const [notBefore, notAfter] = [own.validFrom, own.validTo].map((text) => new Date(text).toISOString()) as [string, string]
  if (Date.parse(notAfter) < now) throw failure('pfx-expired', { subject, notAfter: notAfter.slice(0, 10) })
  if (Date.parse(notBefore) > now) throw failure('pfx-not-yet-valid', { subject, notBefore: notBefore.slice(0, 10) })
  const issuers = chainAbove(own, certificates)
  return {
    privateKeyPem: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificatePem: own.toString(),
    x5c: [own, ...issuers].map((certificate) => certificate.toString()).join(''),
    thumbprintSha1: thumbprint(own, 'sha1'),
    thumbprintSha256: thumbprint(own, 'sha256'),
    subject,
    notBefore,
    notAfter
  }
}

function parse(bytes: Uint8Array): forge.asn1.Asn1 {
  try {
    // Windows pads some exports: bytes after the structure are let pass.
    return forge.asn1.fromDer(forge.util.createBuffer(Buffer.from(bytes).toString('binary')), { strict: true, parseAllBytes: false } as never)
  } catch {
    throw failure('pfx-not-pfx')
  }
}

function open(structure: forge.asn1.Asn1, password: string): forge.pkcs12.Pkcs12Pfx {
  // An empty password is written as no password at all by some tools, and as an empty text by others.
  const spellings = password === '' ? ['', null] : [password]
  let problem = ''
  roundsLeft = { ...mostRounds }
  for (const spelling of spellings) {
    try {
      return forge.pkcs12.pkcs12FromAsn1(structure, false, spelling as string)
    } catch (error) {
      if (error instanceof TenantryError) throw error
      problem = error instanceof Error ? error.message : ''
    }
  }
  if (/not an PKCS#12 PFX|PFX of version|ContentInfo/i.test(problem)) throw failure('pfx-not-pfx')
  if (/MAC could not be verified|Unable to decrypt|wrong password|Failed to decrypt/i.test(problem)) throw failure('pfx-wrong-password')
  // A number of rounds beyond 32 bits is refused by node-forge itself.
  if (/OID|unsupported|bits supported|mac/i.test(problem)) throw failure('pfx-unsupported', { what: 'an encryption it does not know' })
  // Without a MAC a wrong password shows only as nonsense after decryption.
  throw failure('pfx-wrong-password')
}

function bagsOf(pfx: forge.pkcs12.Pkcs12Pfx, types: string[]): Bag[] {
  return types.flatMap((bagType) => pfx.getBags({ bagType })[bagType] ?? [])
}

function der(structure: forge.asn1.Asn1): Buffer {
  return Buffer.from(forge.asn1.toDer(structure).getBytes(), 'binary')
}

function onlyRsaKey(bags: Bag[]): KeyObject {
  const keys = new Map(bags.flatMap(keyOf).map((key) => [publicPart(key), key]))
  const [key, ...others] = keys.values()
  if (!key) throw failure('pfx-no-key')
  if (others.length > 0) throw failure('pfx-several-keys')
  if (key.asymmetricKeyType !== 'rsa') throw failure('pfx-not-rsa', { what: nameOfKey(key) })
  return key
}

function keyOf(bag: Bag): KeyObject[] {
  // What forge can't read as RSA it leaves as PKCS #8.
  const pkcs8 = bag.key ? null : bag.asn1
  try {
    if (bag.key) return [createPrivateKey(forge.pki.privateKeyToPem(bag.key))]
    return pkcs8 ? [createPrivateKey({ key: der(pkcs8), format: 'der', type: 'pkcs8' })] : []
  } catch {
    throw failure('pfx-unsupported', { what: 'a kind of key it does not know' })
  }
}

function publicPart(key: KeyObject): string {
  return createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64')
}

function nameOfKey(key: KeyObject): string {
  const type = key.asymmetricKeyType ?? 'unknown'
  return type === 'ec' ? `an elliptic-curve key, ${key.asymmetricKeyDetails?.namedCurve ?? 'EC'}` : `a key of type ${type}`
}

function certificateOf(bag: Bag): X509Certificate[] {
  try {
    if (bag.cert) return [new X509Certificate(der(forge.pki.certificateToAsn1(bag.cert)))]
    return bag.asn1 ? [new X509Certificate(der(bag.asn1))] : []
  } catch {
    return []
  }
}

/** The issuers of a certificate, nearest first, as far as the file has them. */
function chainAbove(certificate: X509Certificate, all: X509Certificate[]): X509Certificate[] {
  const issuer = all.find((candidate) => candidate !== certificate && certificate.checkIssued(candidate))
  if (!issuer || issuer.fingerprint256 === certificate.fingerprint256) return []
  return [issuer, ...chainAbove(issuer, all.filter((candidate) => candidate !== certificate))]
}

function thumbprint(certificate: X509Certificate, algorithm: 'sha1' | 'sha256'): string {
  return createHash(algorithm).update(certificate.raw).digest('hex').toUpperCase()
}
