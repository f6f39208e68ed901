import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { signRelease } from '../../app/updates/release-signature.mjs'

/**
 * Signs what announces a release for Linux, in the place where electron-builder wrote it.
 *
 * @param {string} folder
 * @param {string} privateKeyPem Ed25519, PKCS#8
 * @returns {string[]} the files that are signed
 */
export function signReleases(folder, privateKeyPem) {
  const names = readdirSync(folder).filter((name) => /-linux(-\w+)?\.yml$/.test(name))
  for (const name of names) {
    const file = join(folder, name)
    const release = parse(readFileSync(file, 'utf8'))
    writeFileSync(file, stringify({ ...release, signature: signRelease(release, privateKeyPem) }, { lineWidth: 0 }))
  }
  return names
}
