import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { replaceFile, sweepFolder } from '../atomic-file.ts'
import { failure } from '../failures.ts'
import { isGuid } from '../guid.ts'

const magic = Buffer.from('TENANTRY SEALED 1\n')
/** AES-GCM's own sizes (NIST SP 800-38D): a 96-bit nonce, new for each write, and a 128-bit tag. */
const nonceBytes = 12
const tagBytes = 16
const suffix = '.sealed'

/** What a sealed file is bound to: moved to another id or purpose it no longer opens. */
const boundTo = (id: string): Buffer => Buffer.from(`tenantry credential 1 ${id.toLowerCase()}`)

/** Seals bytes for an id with AES-256-GCM. */
export function seal(key: Buffer, id: string, plain: Uint8Array): Buffer {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(Buffer.concat([magic, boundTo(id)]))
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()])
  return Buffer.concat([magic, nonce, cipher.getAuthTag(), sealed])
}

/** Opens what `seal` made. Throws `credential-damaged` where it was changed, cut, moved or sealed with another key. */
export function unseal(key: Buffer, id: string, file: Buffer): Buffer {
  const start = magic.length + nonceBytes + tagBytes
  if (file.length < start || !file.subarray(0, magic.length).equals(magic)) {
    throw failure('credential-damaged', { reason: 'its sealed file is cut short or is not one' })
  }
  const nonce = file.subarray(magic.length, magic.length + nonceBytes)
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
  decipher.setAAD(Buffer.concat([magic, boundTo(id)]))
  decipher.setAuthTag(file.subarray(magic.length + nonceBytes, start))
  try {
    return Buffer.concat([decipher.update(file.subarray(start)), decipher.final()])
  } catch {
    throw failure('credential-damaged', { reason: 'its sealed file was changed, or the keychain’s key is not the one that sealed it' })
  }
}

/** The folder of sealed files: mode 0700, one file of mode 0600 per sign-in. */
export class SealedFolder {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Ids that have a file. */
  list(): string[] {
    if (!existsSync(this.#folder)) return []
    return readdirSync(this.#folder)
      .filter((name) => name.endsWith(suffix))
      .map((name) => name.slice(0, -suffix.length))
      .filter(isGuid)
  }

  has(id: string): boolean {
    return existsSync(this.#path(id))
  }

  /** The file's bytes; null where there is none. Throws `credential-damaged` where it can't be read. */
  read(id: string): Buffer | null {
    const path = this.#path(id)
    try {
      return readFileSync(path)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'ENOENT') return null
      throw failure('credential-damaged', { reason: `its sealed file can’t be read (${code ?? 'no reason given'})` })
    }
  }

  /** Replaces the file at once: a crash leaves the old one or the new one. */
  write(id: string, bytes: Buffer): void {
    const path = this.#path(id)
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    chmodSync(this.#folder, 0o700)
    replaceFile(path, bytes)
  }

  /** Removes what a write left that was cut off by the machine's end. */
  sweep(): void {
    sweepFolder(this.#folder)
  }

  delete(id: string): void {
    rmSync(this.#path(id), { force: true })
  }

  #path(id: string): string {
    // An id becomes a file name: anything but a UUID could name another file.
    if (!isGuid(id)) throw failure('bad-input', { what: 'the sign-in’s id' })
    return join(this.#folder, id.toLowerCase() + suffix)
  }
}
