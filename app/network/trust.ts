import { X509Certificate } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import * as tls from 'node:tls'
import type { AppState } from '../contract.ts'
import { failure, TenantryError } from '../failures.ts'

/** A bundle of every public authority is a fifth of it. */
const maxFileBytes = 1024 * 1024
const certificate = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g

/** What Node has since 22.19 and 24.5 (nodejs.org/api/tls.html); Node 20 has neither. */
interface TlsOfNode24 {
  getCACertificates?(type: 'default' | 'system' | 'bundled' | 'extra'): string[]
  setDefaultCACertificates?(certificates: string[]): void
}

/** The certificate authorities that Tenantry's own requests trust. */
export interface Trust {
  readonly view: AppState['trust']
  /** Trusts the authorities of a PEM file too, or of none. @throws TenantryError `ca-file-refused`; what was trusted stays */
  use(file: string | null): void
  /** The file that was chosen in an earlier run; one that can't be used any more is shown with its problem. */
  restore(file: string | null): void
  /** Makes the system's authorities count; called before the first request, since reading them takes a while. */
  prepare(): void
  /** What a connection has to be given where this Node has no other way; null where the default knows all. The same list until another file is chosen. */
  readonly certificates: string[] | null
  /** Goes up with every change: a connection of before was judged by what was trusted then. */
  readonly version: number
}

/** @param node for tests: the calls of a newer Node, or none */
export function createTrust(node: TlsOfNode24 = tls as TlsOfNode24): Trust {
  const isSettable = node.getCACertificates !== undefined && node.setDefaultCACertificates !== undefined
  let base: { certificates: string[]; fromSystem: number } | null = null
  let chosen: string[] = []
  let file: AppState['trust']['file'] = null
  let forConnections: string[] | null = null
  let version = 0

  const apply = () => {
    version++
    if (!isSettable) forConnections = chosen.length === 0 ? null : [...tls.rootCertificates, ...chosen]
    else if (base) node.setDefaultCACertificates!([...new Set([...base.certificates, ...chosen])])
  }
  return {
    get view() {
      return { systemCertificates: base?.fromSystem ?? null, file }
    },
    get certificates() {
      return forConnections
    },
    get version() {
      return version
    },
    prepare() {
      if (!isSettable || base) return
      base = readBase(node)
      // Nothing was asked of anybody before.
      const before = version
      apply()
      version = before
    },
    use(path) {
      if (path === null) {
        chosen = []
        file = null
        return apply()
      }
      const read = readAuthorities(path)
      chosen = read.certificates
      file = { path, subjects: read.subjects, problem: null }
      apply()
    },
    restore(path) {
      try {
        this.use(path)
      } catch (error) {
        file = { path: path!, subjects: [], problem: TenantryError.from(error).toFailure() }
      }
    }
  }
}

function readBase(node: TlsOfNode24): { certificates: string[]; fromSystem: number } {
  const own = node.getCACertificates!('default')
  try {
    const system = node.getCACertificates!('system')
    return { certificates: [...own, ...system], fromSystem: system.length }
  } catch {
    return { certificates: own, fromSystem: 0 }
  }
}

/**
 * The certificate authorities in a PEM file.
 *
 * @throws TenantryError `ca-file-refused` where it is no such file, holds a private key, or no authority that is valid today
 */
export function readAuthorities(path: string): { certificates: string[]; subjects: string[] } {
  const text = readText(path)
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) throw refused('it holds a private key, which belongs nowhere but to its owner')
  const blocks = text.match(certificate) ?? []
  if (blocks.length === 0) throw refused('it holds no certificate in PEM form')
  const parsed = blocks.map(parse).filter((one) => one.ca)
  if (parsed.length === 0) throw refused('its certificates are not those of an authority')
  const valid = parsed.filter(({ validTo }) => Date.parse(validTo) > Date.now())
  if (valid.length === 0) throw refused('its certificates have expired')
  return { certificates: valid.map(String), subjects: valid.map(({ subject }) => nameOf(subject)) }
}

function readText(path: string): string {
  try {
    if (statSync(path).size > maxFileBytes) throw refused('it is too large to be one')
    return readFileSync(path, 'latin1')
  } catch (error) {
    if (error instanceof TenantryError) throw error
    throw refused(`it can’t be opened (${(error as NodeJS.ErrnoException).code ?? 'no reason given'})`)
  }
}

function parse(block: string): X509Certificate {
  try {
    return new X509Certificate(block)
  } catch {
    throw refused('a certificate in it is damaged')
  }
}

/** The common name, else the whole subject on one line. */
function nameOf(subject: string): string {
  return (/^CN=(.+)$/m.exec(subject)?.[1] ?? subject.replaceAll('\n', ', ')).slice(0, 200)
}

const refused = (reason: string) => failure('ca-file-refused', { reason })
