import { createPublicKey, randomBytes, sign, verify, X509Certificate } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import forge from 'node-forge'
import { describe, expect, it } from 'vitest'
import { readPfx } from '../../app/credentials/pfx.ts'
import type { TenantryError } from '../../app/failures.ts'
import { makePfx, type MadePfx } from './make-pfx.ts'

const newPassword = () => `${randomBytes(9).toString('base64url')} ä€"'`

/** The key signs and the certificate verifies; thumbprints are those of the certificate as it was made. */
function expectWhole(made: MadePfx, password: string) {
  const pfx = readPfx(made.bytes, password)
  const original = new X509Certificate(made.certificatePem)
  expect(pfx.thumbprintSha1).toBe(original.fingerprint.replaceAll(':', ''))
  expect(pfx.thumbprintSha256).toBe(original.fingerprint256.replaceAll(':', ''))
  const data = randomBytes(100)
  expect(verify('sha256', data, createPublicKey(made.certificatePem), sign('sha256', data, pfx.privateKeyPem))).toBe(true)
  expect(new X509Certificate(pfx.certificatePem).raw.equals(original.raw)).toBe(true)
  return pfx
}

function codeOf(bytes: Uint8Array, password: string, now?: number): TenantryError {
  try {
    readPfx(bytes, password, now)
  } catch (error) {
    return error as TenantryError
  }
  return expect.unreachable('it was read')
}

describe('a PFX of the openssl command', () => {
  it.each(['modern', 'legacy', 'none'] as const)('is read with %s encryption', (encryption) => {
    const password = newPassword()
    const pfx = expectWhole(makePfx({ password, encryption }), password)
    expect(pfx.subject).toBe('CN=Tenantry test, O=Zoë & Co')
    expect(Date.parse(pfx.notAfter) - Date.parse(pfx.notBefore)).toBe(30 * 86_400_000)
    expect(pfx.x5c.match(/BEGIN CERTIFICATE/g)).toHaveLength(1)
  })

  it.each(['modern', 'legacy'] as const)('is read without a password, %s', (encryption) => {
    expectWhole(makePfx({ password: '', encryption }), '')
  })

  it('with its issuers gives the key’s own certificate first, then the issuer', () => {
    const password = newPassword()
    const made = makePfx({
      password,
      prepare(folder, openssl) {
        openssl(['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'ca-key.pem', '-out', 'ca.pem', '-days', '30', '-subj', '/CN=Issuer'])
        openssl(['req', '-new', '-key', 'key.pem', '-out', 'request.pem', '-subj', '/CN=Leaf'])
        openssl(['x509', '-req', '-in', 'request.pem', '-CA', 'ca.pem', '-CAkey', 'ca-key.pem', '-CAcreateserial', '-out', 'cert.pem', '-days', '20'])
        writeFileSync(join(folder, 'keep'), '')
      },
      args: ['-inkey', 'key.pem', '-in', 'cert.pem', '-certfile', 'ca.pem']
    })
    const pfx = expectWhole(made, password)
    expect(pfx.subject).toBe('CN=Leaf')
    const chain = pfx.x5c.match(/-----BEGIN[^]+?END CERTIFICATE-----/g)!.map((pem) => new X509Certificate(pem).subject)
    expect(chain).toEqual(['CN=Leaf', 'CN=Issuer'])
  })
})

describe('a PFX of node-forge', () => {
  it.each(['aes256', '3des'] as const)('is read with %s', (algorithm) => {
    const password = randomBytes(12).toString('hex')
    const source = makePfx({ password })
    const key = forge.pki.privateKeyFromPem(source.privateKeyPem)
    const structure = forge.pkcs12.toPkcs12Asn1(key, [forge.pki.certificateFromPem(source.certificatePem)], password, { algorithm })
    expectWhole({ ...source, bytes: Buffer.from(forge.asn1.toDer(structure).getBytes(), 'binary') }, password)
  })
})

describe('a PFX that can’t be used', () => {
  it.each(['modern', 'legacy', 'none'] as const)('a wrong password is said at its field, %s', (encryption) => {
    const { bytes } = makePfx({ password: newPassword(), encryption })
    expect(codeOf(bytes, newPassword())).toMatchObject({ code: 'pfx-wrong-password', field: 'pfxPassword' })
    expect(codeOf(bytes, '').code).toBe('pfx-wrong-password')
  })

  it.each([
    ['ec', /elliptic-curve key, prime256v1/],
    ['ed25519', /ed25519/]
  ] as const)('an %s key is named', (key, kind) => {
    const password = newPassword()
    expect(codeOf(makePfx({ password, key }).bytes, password)).toMatchObject({ code: 'pfx-not-rsa', message: expect.stringMatching(kind) as string })
  })

  it('a missing key', () => {
    const password = newPassword()
    const { bytes } = makePfx({ password, args: ['-nokeys', '-in', 'cert.pem'] })
    expect(codeOf(bytes, password).code).toBe('pfx-no-key')
  })

  it('a missing certificate', () => {
    const password = newPassword()
    const { bytes } = makePfx({ password, args: ['-nocerts', '-inkey', 'key.pem'] })
    expect(codeOf(bytes, password).code).toBe('pfx-no-certificate')
  })

  it('only another key’s certificate', () => {
    const password = randomBytes(12).toString('hex')
    const [one, two] = [makePfx({ password }), makePfx({ password })]
    const structure = forge.pkcs12.toPkcs12Asn1(forge.pki.privateKeyFromPem(one.privateKeyPem), [forge.pki.certificateFromPem(two.certificatePem)], password)
    expect(codeOf(Buffer.from(forge.asn1.toDer(structure).getBytes(), 'binary'), password).code).toBe('pfx-no-certificate')
  })

  it('several keys', () => {
    const password = randomBytes(12).toString('hex')
    expect(codeOf(twoKeys(password), password).code).toBe('pfx-several-keys')
  })

  it('an expired certificate, with its date', () => {
    const password = newPassword()
    const { bytes } = makePfx({ password, validity: ['20200101000000Z', '20210304000000Z'] })
    expect(codeOf(bytes, password).message).toBe('The certificate CN=Tenantry old expired on 2021-03-04.')
  })

  it('a certificate that is not valid yet', () => {
    const password = newPassword()
    const { bytes } = makePfx({ password })
    expect(codeOf(bytes, password, Date.now() - 5 * 86_400_000).code).toBe('pfx-not-yet-valid')
  })

  it.each<[string, (made: MadePfx) => Uint8Array]>([
    ['nothing', () => new Uint8Array()],
    ['a PEM file', ({ certificatePem }) => Buffer.from(certificatePem)],
    ['a certificate', ({ certificatePem }) => new X509Certificate(certificatePem).raw],
    ['random bytes', () => randomBytes(2000)],
    ['a file cut short', ({ bytes }) => bytes.subarray(0, bytes.length / 2)]
  ])('%s is no PFX', (_, spoil) => {
    const password = newPassword()
    expect(codeOf(spoil(makePfx({ password })), password).code).toBe('pfx-not-pfx')
  })

  it('a changed byte anywhere is an error of the table or changes nothing, never a crash', () => {
    const password = randomBytes(6).toString('hex')
    const made = makePfx({ password, encryption: 'legacy' })
    for (let at = 0; at < made.bytes.length; at += 97) {
      const bytes = Buffer.from(made.bytes)
      bytes[at]! ^= 0x5a
      try {
        readPfx(bytes, password)
      } catch (error) {
        expect((error as TenantryError).code).toMatch(/^pfx-/)
      }
    }
  })

  const legacyKey = ['-inkey', 'key.pem', '-in', 'cert.pem', '-keypbe', 'PBE-SHA1-3DES', '-certpbe', 'NONE', '-provider', 'legacy', '-provider', 'default']
  it.each<[string, string[] | undefined, (pfx: Asn1) => void]>([
    ['the MAC', undefined, (pfx) => setRounds(partsOf(pfx)[2]!, 0x7fffffff)],
    ['the MAC, in the modern way', [], (pfx) => setRounds(partsOf(pfx)[2]!, 0x7fffffff)],
    ['the MAC, beyond any number', undefined, (pfx) => setRounds(partsOf(pfx)[2]!, 2 ** 80)],
    ['legacy encryption of the certificates', undefined, (pfx) => changeSafes(pfx, ([certificates]) => setRounds(certificates!, 0x7fffffff))],
    ['legacy encryption of the key', legacyKey, (pfx) => changeSafes(pfx, (safes) => changeKeyBag(safes, (bag) => setRounds(bag, 0x7fffffff)))],
    ['PBKDF2', [], (pfx) => changeSafes(pfx, ([certificates]) => setRounds(certificates!, 0x7fffffff))],
    ['encryption, beyond 32 bits', undefined, (pfx) => changeSafes(pfx, ([certificates]) => setRounds(certificates!, 2 ** 35))]
  ])('more rounds of hashing for %s than anybody can wait for are refused', (_, args, spoil) => {
    const password = randomBytes(8).toString('hex')
    const made = makePfx({ password, ...(args ? { args: args.length > 0 ? args : ['-inkey', 'key.pem', '-in', 'cert.pem'] } : { encryption: 'legacy' }) })
    const structure = forge.asn1.fromDer(made.bytes.toString('binary'))
    spoil(structure)
    const message = expect.stringMatching(/hashed [\d.e+]+ times|an encryption it does not know/) as string
    expect(codeOf(der(structure), password)).toMatchObject({ code: 'pfx-unsupported', field: 'pfx', message })
  })

  it('counts the rounds of a whole file', () => {
    const password = randomBytes(8).toString('hex')
    const { bytes } = makePfx({ password, args: ['-inkey', 'key.pem', '-in', 'cert.pem', '-certpbe', 'NONE', '-iter', '3000000'] })
    const structure = forge.asn1.fromDer(bytes.toString('binary'))
    changeSafes(structure, (safes) => changeKeyBag(safes, (bag, bags) => partsOf(bags).push(bag, bag)))
    expect(readPfx(der(structure), password).subject).toBe('CN=Tenantry test, O=Zoë & Co')
    changeSafes(structure, (safes) => changeKeyBag(safes, (bag, bags) => partsOf(bags).push(bag)))
    expect(codeOf(der(structure), password).message).toContain('hashed 3000000 times')
  })

  it('says nothing of the password or the key', () => {
    const [password, wrong] = [newPassword(), newPassword()]
    const made = makePfx({ password })
    const key = made.privateKeyPem.split('\n')[3]!
    for (const error of [codeOf(made.bytes, wrong), codeOf(made.bytes.subarray(0, 50), password), codeOf(makePfx({ password, key: 'ec' }).bytes, password)]) {
      const said = JSON.stringify(error.toFailure()) + error.stack + String(error.cause)
      for (const canary of [password, wrong, key]) expect(said).not.toContain(canary)
    }
  })
})

type Asn1 = forge.asn1.Asn1
const partsOf = (structure: Asn1) => structure.value as Asn1[]
const der = (structure: Asn1) => Buffer.from(forge.asn1.toDer(structure).getBytes(), 'binary')
const isOctets = ({ type, tagClass }: Asn1) => type === forge.asn1.Type.OCTETSTRING && tagClass === forge.asn1.Class.UNIVERSAL

/** Sets the number of rounds that stands behind a salt, the first one of a structure. */
function setRounds(structure: Asn1, rounds: number): boolean {
  if (!Array.isArray(structure.value)) return false
  const parts = partsOf(structure)
  const at = parts.findIndex((part, index) => isOctets(part) && parts[index + 1]?.type === forge.asn1.Type.INTEGER)
  if (at < 0) return parts.some((part) => setRounds(part, rounds))
  const digits = BigInt(rounds).toString(16)
  parts[at + 1]!.value = Buffer.from(digits.padStart(digits.length + 2 + (digits.length % 2), '0'), 'hex').toString('binary').replace(/^\0(?=[\0-\x7f])/, '')
  return true
}

/** Changes what the MAC protects, and leaves the MAC away, since it is checked before all else. */
function changeSafes(pfx: Asn1, change: (safes: Asn1[]) => void): void {
  const octets = partsOf(partsOf(partsOf(pfx)[1]!)[1]!)[0]!
  const safes = forge.asn1.fromDer(octets.value as string)
  change(partsOf(safes))
  octets.value = forge.asn1.toDer(safes).getBytes()
  partsOf(pfx).splice(2)
}

/** Changes the key's bag in the last safe, which is not encrypted itself. */
function changeKeyBag(safes: Asn1[], change: (bag: Asn1, bags: Asn1) => void): void {
  const octets = partsOf(partsOf(safes.at(-1)!)[1]!)[0]!
  const bags = forge.asn1.fromDer(octets.value as string)
  change(partsOf(bags)[0]!, bags)
  octets.value = forge.asn1.toDer(bags).getBytes()
}

/** Two keys and their certificates, one PFX's contents put behind the other's. */
function twoKeys(password: string): Buffer {
  const made = [makePfx({ password }), makePfx({ password })]
  const bags = made.map(({ privateKeyPem }) => forge.pki.privateKeyToAsn1(forge.pki.privateKeyFromPem(privateKeyPem)))
  const { Class, Type, create } = forge.asn1
  const oid = (name: string) => create(Class.UNIVERSAL, Type.OID, false, forge.asn1.oidToDer(forge.pki.oids[name]!).getBytes())
  const explicit = (value: forge.asn1.Asn1) => create(Class.CONTEXT_SPECIFIC, 0, true, [value])
  const sequence = (values: forge.asn1.Asn1[]) => create(Class.UNIVERSAL, Type.SEQUENCE, true, values)
  const octets = (value: forge.asn1.Asn1) => create(Class.UNIVERSAL, Type.OCTETSTRING, false, forge.asn1.toDer(value).getBytes())
  const contents = sequence(bags.map((key) => sequence([oid('keyBag'), explicit(forge.pki.wrapRsaPrivateKey(key))])))
  const safe = sequence([sequence([oid('data'), explicit(octets(contents))])])
  const version = create(Class.UNIVERSAL, Type.INTEGER, false, forge.asn1.integerToDer(3).getBytes())
  return Buffer.from(forge.asn1.toDer(sequence([version, sequence([oid('data'), explicit(octets(safe))])])).getBytes(), 'binary')
}
