import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import wire from '../fixtures/wire-requests.json' with { type: 'json' }

const script = 'build/demo-service.mjs'
const recordedTenantId = '11111111-2222-3333-4444-555555555555'

interface TenantLine {
  name: string
  domain: string
  tenantId: string
  clientId: string
  clientSecret: string
}

let folder: string
let cert: string
let key: string
let service: ChildProcess
let port: number
let contoso: TenantLine
let firstLine: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'demo-service-'))
  cert = join(folder, 'cert.pem')
  key = join(folder, 'key.pem')
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=outlook.office365.com', '-addext', 'subjectAltName=DNS:outlook.office365.com,DNS:login.microsoftonline.com'], { stdio: 'ignore' })
  service = spawn(process.execPath, [script, '--tls-cert', cert, '--tls-key', key], { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines = createInterface({ input: service.stdout! })[Symbol.asyncIterator]()
  firstLine = String((await lines.next()).value)
  contoso = (JSON.parse(firstLine) as { tenants: TenantLine[] }).tenants[0]!
  port = Number(/^Listening on https:\/\/127\.0\.0\.1:(\d+)$/.exec(String((await lines.next()).value))?.[1])
})
afterAll(() => {
  service.kill()
  rmSync(folder, { recursive: true })
})

/** A plain HTTPS client that calls the service by another name and trusts its certificate. */
function send(options: { host: string; path: string; method?: string; headers?: Record<string, string>; body?: string }): Promise<{ status: number; headers: Record<string, unknown>; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, path: options.path, method: options.method ?? 'GET', servername: options.host, ca: readFileSync(cert), checkServerIdentity: () => undefined, headers: { Host: options.host, ...options.headers } },
      (response) => {
        let body = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => (body += chunk))
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }))
      }
    )
    sent.on('error', reject)
    sent.end(options.body)
  })
}

async function token(resource: string): Promise<string> {
  const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: contoso.clientId, client_secret: contoso.clientSecret, scope: `${resource}/.default` })
  const answer = await send({ host: 'login.microsoftonline.com', path: `/${contoso.domain}/oauth2/v2.0/token`, method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: form.toString() })
  return (JSON.parse(answer.body) as { access_token: string }).access_token
}

describe('build/demo-service.mjs', () => {
  it('says the tenants and their secrets in its first line', () => {
    const { tenants } = JSON.parse(firstLine) as { tenants: TenantLine[] }
    expect(tenants.map((tenant) => tenant.name)).toEqual(['Contoso demo', 'Fabrikam demo'])
    expect(Object.keys(tenants[0]!)).toEqual(['name', 'domain', 'tenantId', 'clientId', 'clientSecret'])
  })

  it('serves the tenant\'s metadata under the name it is called by', async () => {
    const answer = await send({ host: 'login.microsoftonline.com', path: `/${contoso.domain}/v2.0/.well-known/openid-configuration` })
    expect(JSON.parse(answer.body)).toMatchObject({ issuer: `https://login.microsoftonline.com/${contoso.tenantId}/v2.0` })
  })

  describe('answers what Microsoft\'s module was recorded to send', () => {
    it.each(wire.requests.map((recorded, index) => [index, recorded.host, recorded.path.split('/').pop(), recorded] as const))('%i: %s %s', async (_, host, __, recorded) => {
      const accessToken = await token('https://outlook.office365.com')
      const place = (text: string) => text.replaceAll(recordedTenantId, contoso.tenantId).replaceAll('<token>', accessToken)
      const headers = Object.fromEntries(Object.entries(recorded.headers as unknown as Record<string, string>).map(([name, value]) => [name, place(value)]))
      const answer = await send({ host, path: encodeURI(place(recorded.path)) + (recorded.query ? `?${recorded.query}` : ''), method: recorded.method, headers })
      expect(answer.status).toBe(recorded.answerStatus)
      checkShape(recorded.path, answer)
    })

    function checkShape(path: string, answer: { status: number; headers: Record<string, unknown>; body: string }): void {
      if (answer.status === 302) {
        expect(answer.headers['location']).toMatch(/^https:\/\/[a-z0-9]+\.ps\.compliance\.protection\.outlook\.com\/AdminApi\/v1\.0\//)
        return
      }
      const body = JSON.parse(answer.body) as Record<string, unknown> & { value?: Array<Record<string, unknown>> }
      if (path.includes('EXOBanner')) expect(body).toEqual({ sessionType: 'AutogenSession', moduleBannerContent: expect.any(String) })
      else if (path.includes('EXOModuleFile')) expect(body.value![0]).toMatchObject({ fileName: expect.stringMatching(/\.psm1$/), fileContent: expect.any(String), exportedCmdlets: expect.stringContaining('Get-') })
      else if (path.includes('basicinfo')) expect(body).toEqual({ PropertyName: 'AdminApiState', PropertyValue: 'Running' })
      else checkMailboxes(body)
    }

    function checkMailboxes(body: Record<string, unknown> & { value?: Array<Record<string, unknown>> }): void {
      const accepted = wire.requests.find((recorded) => 'answerShapeThatItAccepted' in recorded)!.answerShapeThatItAccepted!
      const names = [...accepted.matchAll(/"([A-Za-z]+)": /g)].map((match) => match[1]!).filter((name) => name !== 'value')
      expect(body['@odata.context']).toMatch(/\$metadata#Mailbox$/)
      expect(body.value).toHaveLength(2)
      expect(Object.keys(body.value![0]!)).toEqual(expect.arrayContaining(names))
    }
  })

  it('takes the compliance audience on the compliance host, and refuses it on Exchange\'s', async () => {
    const authorization = `Bearer ${await token('https://ps.compliance.protection.outlook.com')}`
    const path = `/AdminApi/beta/${contoso.tenantId}/basicinfo('AdminApiState')`
    expect((await send({ host: 'eur01b.ps.compliance.protection.outlook.com', path, headers: { authorization } })).status).toBe(200)
    expect((await send({ host: 'outlook.office365.com', path, headers: { authorization } })).status).toBe(401)
  })
})

describe('build/demo-service.mjs refuses', () => {
  const run = (...args: string[]) =>
    new Promise<{ code: number; out: string; err: string }>((resolve) => {
      execFile(process.execPath, [script, ...args], (error, out, err) => resolve({ code: error ? Number(error.code) : 0, out, err }))
    })

  it('a missing certificate or key', async () => {
    expect(await run('--tls-key', key)).toMatchObject({ code: 1, out: '', err: expect.stringContaining('--tls-cert is missing') })
    expect(await run('--tls-cert', cert)).toMatchObject({ code: 1, out: '', err: expect.stringContaining('--tls-key is missing') })
    expect(await run('--tls-cert', join(folder, 'none.pem'), '--tls-key', key)).toMatchObject({ code: 1, err: expect.stringContaining("can't be read") })
  })

  it('what is no certificate, and a key of another certificate', async () => {
    expect(await run('--tls-cert', key, '--tls-key', key)).toMatchObject({ code: 1, err: expect.stringContaining('holds no certificate') })
    const other = join(folder, 'other.pem')
    writeFileSync(other, execFileSync('openssl', ['genrsa', '2048'], { stdio: ['ignore', 'pipe', 'ignore'] }))
    expect(await run('--tls-cert', cert, '--tls-key', other)).toMatchObject({ code: 1, err: expect.stringContaining('does not belong') })
  })

  it('a port that is no number, and one that is in use', async () => {
    expect(await run('--port', 'many', '--tls-cert', cert, '--tls-key', key)).toMatchObject({ code: 1, err: expect.stringContaining('--port must be a number') })
    const holder = createServer()
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve))
    const taken = (holder.address() as AddressInfo).port
    expect(await run('--port', String(taken), '--tls-cert', cert, '--tls-key', key)).toMatchObject({ code: 1, out: '', err: `Port ${taken} on 127.0.0.1 is in use by another program.\n` })
    holder.close()
  })
})
