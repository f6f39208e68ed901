import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const openssl = (folder: string, args: string[], input?: string) =>
  execFileSync('openssl', args, { cwd: folder, stdio: ['pipe', 'pipe', 'pipe'], ...(input === undefined ? {} : { input }) })

export interface MadePfx {
  bytes: Buffer
  certificatePem: string
  privateKeyPem: string
}

/** What to make: an RSA key and a modern file where nothing else is said. */
export interface PfxRequest {
  password: string
  subject?: string
  key?: 'rsa' | 'ec' | 'ed25519'
  /** `legacy` is RC2 and 3DES with SHA-1, as Windows wrote until 2019. */
  encryption?: 'modern' | 'legacy' | 'none'
  /** Arguments of `openssl pkcs12 -export` in place of the usual ones; `key.pem` and `cert.pem` lie beside. */
  args?: string[]
  /** Runs in the folder before the export, for files that hold more. */
  prepare?: (folder: string, openssl: (args: string[]) => void) => void
  /** `notBefore` and `notAfter` as `YYYYMMDDHHMMSSZ`. */
  validity?: [string, string]
}

/** Makes a PFX file with the openssl command in a folder of its own. */
export function makePfx(request: PfxRequest): MadePfx {
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-pfx-'))
  try {
    const kinds = { rsa: ['rsa:2048'], ec: ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'], ed25519: ['ed25519'] }
    const subject = request.subject ?? '/CN=Tenantry test/O=Zoë & Co'
    openssl(folder, ['req', '-x509', '-utf8', '-newkey', ...kinds[request.key ?? 'rsa'], '-nodes', '-keyout', 'key.pem', '-out', 'cert.pem', '-days', '30', '-subj', subject])
    if (request.validity) reissue(folder, request.validity)
    request.prepare?.(folder, (args) => openssl(folder, args))
    const encryption = { modern: [], legacy: ['-legacy'], none: ['-keypbe', 'NONE', '-certpbe', 'NONE'] }[request.encryption ?? 'modern']
    // The password goes through a file: nothing of a test's secrets is on a command line either.
    writeFileSync(join(folder, 'password'), `${request.password}\n`)
    const args = request.args ?? ['-inkey', 'key.pem', '-in', 'cert.pem']
    openssl(folder, ['pkcs12', '-export', ...args, ...encryption, '-passout', 'file:password', '-out', 'made.pfx'])
    const text = (name: string) => readFileSync(join(folder, name), 'utf8')
    return { bytes: readFileSync(join(folder, 'made.pfx')), certificatePem: text('cert.pem'), privateKeyPem: text('key.pem') }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Signs the same certificate again for another time; `openssl req` of version 3.0 can't be told one. */
function reissue(folder: string, [from, until]: [string, string]): void {
  writeFileSync(join(folder, 'ca.cnf'), '[ca]\ndefault_ca=c\n[c]\ndatabase=index\nserial=serial\nnew_certs_dir=.\ndefault_md=sha256\npolicy=p\n[p]\ncommonName=optional\norganizationName=optional\n')
  writeFileSync(join(folder, 'index'), '')
  writeFileSync(join(folder, 'serial'), '01')
  openssl(folder, ['req', '-new', '-key', 'key.pem', '-out', 'request.pem', '-subj', '/CN=Tenantry old'])
  openssl(folder, ['ca', '-batch', '-config', 'ca.cnf', '-selfsign', '-keyfile', 'key.pem', '-in', 'request.pem', '-out', 'cert.pem', '-startdate', from, '-enddate', until, '-notext'])
}
