// The signature of a release for Linux, where neither the system nor electron-updater knows one: Ed25519 over the version
// and the checksums of its files, as the field `signature` of the file that announces it (latest-linux.yml).
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'

/** The file, beside app.asar, of the public key that a release must be signed with. */
export const releaseKeyFile = 'release-key.pem'

/**
 * What an announcement says that counts.
 *
 * @typedef {{ version: string, files: ReadonlyArray<{ url: string, sha512: string }> }} Release
 */

/** @param {Release} release */
const textOf = ({ version, files }) => Buffer.from(JSON.stringify(['Tenantry release', version, files.map(({ url, sha512 }) => [url, sha512])]))

/**
 * @param {Release} release
 * @param {string} privateKeyPem PKCS#8
 * @returns {string} base64
 */
export function signRelease(release, privateKeyPem) {
  const key = createPrivateKey(privateKeyPem)
  if (key.asymmetricKeyType !== 'ed25519') throw new Error(`A release is signed with an Ed25519 key, not with one of ${key.asymmetricKeyType}.`)
  return sign(null, textOf(release), key).toString('base64')
}

/**
 * Never throws: what can't be read is not signed.
 *
 * @param {Release & { signature?: unknown }} release
 * @param {string} publicKeyPem
 * @returns {boolean}
 */
export function isSignedRelease(release, publicKeyPem) {
  try {
    if (typeof release.signature !== 'string') return false
    return verify(null, textOf(release), createPublicKey(publicKeyPem), Buffer.from(release.signature, 'base64'))
  } catch {
    return false
  }
}

/**
 * @param {string} privateKeyPem
 * @returns {string} PEM
 */
export function publicKeyOf(privateKeyPem) {
  return createPublicKey(privateKeyPem).export({ type: 'spki', format: 'pem' }).toString()
}
