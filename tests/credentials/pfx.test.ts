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
