import { randomBytes } from 'node:crypto'
import type { Keychain } from '../adapters.ts'
import { failure, TenantryError } from '../failures.ts'
import { quote } from '../failures/reading.ts'

/** The keychain's service name for everything of Tenantry's. */
export const keychainService = 'Tenantry'
/** The one entry: the key that seals the credentials' files. */
export const keyAccount = 'sealing key'
const checkAccount = 'check'
const keyBytes = 32
const keyPrefix = 'v1:'

/** Reads the sealing key; null where there is none yet. Throws `credential-damaged` where the entry is something else. */
export async function readKey(keychain: Keychain): Promise<Buffer | null> {
  const text = await keychain.getPassword(keychainService, keyAccount)
  if (text === null) return null
  const key = Buffer.from(text.startsWith(keyPrefix) ? text.slice(keyPrefix.length) : '', 'base64')
  if (key.length !== keyBytes) throw failure('credential-damaged', { reason: 'its key in the keychain was changed' })
  return key
}

/** Makes a sealing key and stores it; reads it back, since a keychain may take an entry and not keep it. */
export async function createKey(keychain: Keychain): Promise<Buffer> {
  const key = randomBytes(keyBytes)
  await keychain.setPassword(keychainService, keyAccount, keyPrefix + key.toString('base64'))
  const kept = await readKey(keychain)
  if (!kept?.equals(key)) throw new Error('the keychain did not keep the entry')
  return key
}

/** Whether the keychain takes an entry at all: a locked one answers "nothing there" to a question. Throws where not. */
export async function checkWritable(keychain: Keychain): Promise<void> {
  await keychain.setPassword(keychainService, checkAccount, 'check')
  await keychain.deletePassword(keychainService, checkAccount)
}

/** The name of a platform's keychain in sentences. */
export function keychainName(platform: NodeJS.Platform): string {
  if (platform === 'darwin') return 'The macOS Keychain'
  if (platform === 'win32') return 'Windows Credential Manager'
  return 'The Secret Service keyring'
}

/** A keychain that did not answer within its time limit: on Linux and macOS that is one waiting for its own prompt. */
export class KeychainSilent extends Error {
  override name = 'KeychainSilent'
}

/**
 * What an error of keytar means. Texts are libsecret's, the macOS Security framework's and the dynamic linker's.
 */
export function readKeychainProblem(error: unknown, platform: NodeJS.Platform): TenantryError {
  if (error instanceof TenantryError) return error
  const keychain = keychainName(platform)
  const text = error instanceof Error ? error.message : String(error)
  if (error instanceof KeychainSilent || /locked|interaction is not allowed|prompt/i.test(text)) {
    return failure('keychain-locked', { keychain })
  }
  if (/libsecret|shared object|MODULE_NOT_FOUND|Cannot find (module|package)|keytar\.node/i.test(text)) {
    return failure('keychain-missing', { keychain, reason: 'its library (libsecret) is not installed' })
  }
  if (/collection\/(login|default)|Object does not exist/i.test(text)) {
    return failure('keychain-missing', { keychain, reason: 'it has no login keyring yet' })
  }
  if (/d-?bus|message bus|freedesktop|DISPLAY|could not connect/i.test(text)) {
    return failure('keychain-missing', { keychain, reason: 'no keyring service, such as GNOME Keyring, runs in this login session' })
  }
  if (/cancel|denied|not correct|dismissed|not allowed/i.test(text)) {
    return failure('keychain-refused', { keychain, reason: 'access was denied' })
  }
  return failure('keychain-missing', { keychain, reason: quote(text) || 'it gave no reason' })
}
