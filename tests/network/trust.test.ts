import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fromNetwork } from '../../app/failures.ts'
import { createRoute } from '../../app/network/proxy.ts'
import { createTrust, readAuthorities } from '../../app/network/trust.ts'
import { createNetwork } from '../../app/tokens/network.ts'

let folder: string
let server: Server
let url: string
const at = (name: string) => join(folder, name)
const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tenantry-trust-'))
  openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=Corporate proxy CA/O=Contoso', '-days', '2', '-addext', 'basicConstraints=critical,CA:TRUE')
  openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'leaf.key', '-out', 'leaf.csr', '-subj', '/CN=localhost')
  writeFileSync(at('leaf.ext'), 'subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\n')
  openssl('x509', '-req', '-in', 'leaf.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-out', 'leaf.pem', '-days', '2', '-extfile', 'leaf.ext')
  server = createServer({ key: readFileSync(at('leaf.key')), cert: readFileSync(at('leaf.pem')) }, (_, response) => response.end('hello'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`
}, 60_000)
afterAll(() => {
  server?.closeAllConnections()
  server?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** A Node that can't change what it trusts by default, as 20. */
const node20 = {}

describe('a chosen file of certificate authorities', () => {
  it('counts for Tenantry’s requests while it is chosen, and no longer', async () => {
    const trust = createTrust(node20)
    const network = createNetwork(createRoute({ env: {}, trust }))
    const ask = () => network({ url, method: 'GET', headers: {} }).then(({ body }) => body, (error: unknown) => fromNetwork(error, 'h').code)
    expect(await ask()).toBe('tls-untrusted')
    trust.use(at('ca.pem'))
    expect(trust.view).toEqual({ systemCertificates: null, file: { path: at('ca.pem'), subjects: ['Corporate proxy CA'], problem: null } })
    expect(await ask()).toBe('hello')
    trust.use(null)
    expect(await ask()).toBe('tls-untrusted')
    expect(trust.view.file).toBeNull()
  })

  it('is asked by every connection once another is chosen: those of before are left', async () => {
    const trust = createTrust(node20)
    const network = createNetwork(createRoute({ env: {}, trust }))
    const ask = () => network({ url, method: 'GET', headers: {} }).then(({ body }) => body)
    const sockets: Socket[] = []
    const onConnection = (socket: Socket) => void sockets.push(socket)
    server.on('secureConnection', onConnection)
    trust.use(at('ca.pem'))
    expect(await ask()).toBe('hello')
    trust.use(at('ca.pem'))
    expect([await ask(), sockets.length]).toEqual(['hello', 2])
    await expect.poll(() => sockets.map(({ destroyed }) => destroyed)).toEqual([true, false])
    server.off('secureConnection', onConnection)
  })

  it('leaves Node’s own connections too, where one list is Node’s for all', async () => {
    const trust = createTrust({ getCACertificates: () => ['own'], setDefaultCACertificates() {} })
    const route = createRoute({ env: {}, trust })
    expect(await route(url)).toBeNull()
    trust.use(at('ca.pem'))
    const chosen = await route(url)
    expect([chosen === null, (await route(url)) === chosen]).toEqual([false, true])
    trust.use(null)
    const without = await route(url)
    expect([without === null, without === chosen]).toEqual([false, false])
  })

  it('is added to the system’s and Node’s own where Node can, once they are read', () => {
    const set: string[][] = []
    const certificates = { default: ['own'], system: ['own', 'of the system'] } as Record<string, string[]>
    const trust = createTrust({ getCACertificates: (type) => certificates[type]!, setDefaultCACertificates: (all) => void set.push(all) })
    trust.use(at('ca.pem'))
    expect(set).toEqual([])
    trust.prepare()
    trust.prepare()
    const ca = readAuthorities(at('ca.pem')).certificates[0]!
    expect(set).toEqual([['own', 'of the system', ca]])
    expect(trust.view.systemCertificates).toBe(2)
    expect(trust.certificates).toBeNull()
    trust.use(null)
    expect(set.at(-1)).toEqual(['own', 'of the system'])
  })

  it('is left out where the system’s can’t be read', () => {
    const set: string[][] = []
    const trust = createTrust({
      getCACertificates(type) {
        if (type === 'system') throw new Error('no store')
        return ['own']
      },
      setDefaultCACertificates: (all) => void set.push(all)
    })
    trust.prepare()
    expect(set).toEqual([['own']])
    expect(trust.view.systemCertificates).toBe(0)
  })

  it('that can’t be used leaves what is trusted as it is', () => {
    const trust = createTrust(node20)
    trust.use(at('ca.pem'))
    expect(() => trust.use(at('nothing.pem'))).toThrow(expect.objectContaining({ code: 'ca-file-refused' }))
    expect(trust.view.file!.path).toBe(at('ca.pem'))
    expect(trust.certificates).not.toBeNull()
  })

  it('that was chosen and is gone is shown with its problem', () => {
    const trust = createTrust(node20)
    trust.restore(at('nothing.pem'))
    expect(trust.view.file).toMatchObject({ path: at('nothing.pem'), subjects: [], problem: { code: 'ca-file-refused', message: expect.stringContaining('ENOENT') as string } })
    expect(trust.certificates).toBeNull()
  })

  it.each<[string, () => string, RegExp]>([
    ['holds nothing of the kind', () => 'hello', /no certificate in PEM form/],
    ['holds its authority’s key', () => readFileSync(at('ca.pem'), 'utf8') + readFileSync(at('ca.key'), 'utf8'), /private key/],
    ['is a server’s certificate', () => readFileSync(at('leaf.pem'), 'utf8'), /not those of an authority/],
    ['is damaged', () => readFileSync(at('ca.pem'), 'utf8').replace(/\nMI/, '\nMM'), /damaged/],
    ['is too large', () => 'x'.repeat(1024 * 1024 + 1), /too large/],
    ['has expired', () => expired(), /expired/]
  ])('is refused where it %s', (_, text, reason) => {
    writeFileSync(at('chosen.pem'), text())
    expect(() => readAuthorities(at('chosen.pem'))).toThrow(expect.objectContaining({ code: 'ca-file-refused', message: expect.stringMatching(reason) as string }))
  })
})

function expired(): string {
  openssl('req', '-new', '-key', 'ca.key', '-out', 'old.csr', '-subj', '/CN=Old CA')
  writeFileSync(at('old.ext'), 'basicConstraints=critical,CA:TRUE\n')
  writeFileSync(at('index.txt'), '')
  writeFileSync(at('serial'), '01\n')
  writeFileSync(at('ca.cnf'), '[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\nserial=serial\nnew_certs_dir=.\ndefault_md=sha256\npolicy=p\nunique_subject=no\n[p]\ncommonName=supplied\n')
  openssl('ca', '-batch', '-config', 'ca.cnf', '-selfsign', '-keyfile', 'ca.key', '-in', 'old.csr', '-out', 'old.pem', '-startdate', '200101000000Z', '-enddate', '210101000000Z', '-extfile', 'old.ext', '-notext')
  return readFileSync(at('old.pem'), 'utf8')
}
