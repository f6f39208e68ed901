import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { fromNetwork } from '../../app/failures.ts'
import { machineNetwork } from '../../app/tokens/network.ts'

const servers: Server[] = []
async function listen(server: Server): Promise<number> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}
const serve = (answer: RequestListener) => listen(createServer(answer))

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

const codeOf = (promise: Promise<unknown>) => promise.then(() => 'answered', (error: unknown) => fromNetwork(error, 'h').code)

describe('the machine’s network', () => {
  it('sends method, headers and body, and answers status, lower-case headers and text', async () => {
    const port = await serve((request, response) => {
      request.on('data', (bytes: Buffer) => {
        response.writeHead(418, { 'X-Said': 'Yes' }).end(`${request.method} ${request.headers['x-asked']} ${bytes}`)
      })
    })
    const answer = await machineNetwork({ url: `http://127.0.0.1:${port}/`, method: 'POST', headers: { 'X-Asked': 'a' }, body: 'ünï' })
    expect(answer).toMatchObject({ status: 418, body: 'POST a ünï', headers: { 'x-said': 'Yes' } })
  })

  it('never follows a redirect: what it carries may be a secret', async () => {
    let followed = 0
    const port = await serve((request, response) => {
      if (request.url === '/elsewhere') followed++
      response.writeHead(307, { location: '/elsewhere' }).end()
    })
    const answer = await machineNetwork({ url: `http://127.0.0.1:${port}/`, method: 'POST', headers: {}, body: 'x' })
    expect(answer.status).toBe(307)
    expect(fromNetwork(answer, 'h').code).toBe('redirected')
    expect(followed).toBe(0)
  })

  it('gives up on a host that does not answer', async () => {
    const port = await serve(() => {})
    expect(await codeOf(machineNetwork({ url: `http://127.0.0.1:${port}/`, method: 'GET', headers: {}, timeoutMs: 50 }))).toBe('timed-out')
  })

  it('gives up on a host that stops in the middle of its answer', async () => {
    const port = await serve((_, response) => void response.writeHead(200).write('{'))
    expect(await codeOf(machineNetwork({ url: `http://127.0.0.1:${port}/`, method: 'GET', headers: {}, timeoutMs: 50 }))).toBe('timed-out')
  })

  it('stops where its caller says so', async () => {
    const controller = new AbortController()
    const port = await serve(() => controller.abort())
    const asked = machineNetwork({ url: `http://127.0.0.1:${port}/`, method: 'GET', headers: {}, signal: controller.signal })
    expect(await codeOf(asked)).toBe('cancelled')
  })

  it('tells a refused connection', async () => {
    const port = await serve(() => {})
    await new Promise((resolve) => servers.pop()!.close(resolve))
    expect(await codeOf(machineNetwork({ url: `http://127.0.0.1:${port}/`, method: 'GET', headers: {} }))).toBe('connection-refused')
  })

  it('tells a name that is not there', async () => {
    expect(await codeOf(machineNetwork({ url: 'http://login.tenantry-test.invalid/', method: 'GET', headers: {} }))).toBe('host-not-found')
  })

  it('refuses a host whose certificate this machine does not trust', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tenantry-tls-'))
    try {
      const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
      execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, '-days', '1', '-subj', '/CN=127.0.0.1'], { stdio: 'ignore' })
      const port = await listen(createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) => response.end('{}')))
      expect(await codeOf(machineNetwork({ url: `https://127.0.0.1:${port}/`, method: 'GET', headers: {} }))).toBe('tls-untrusted')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('tells a host that speaks no TLS', async () => {
    const port = await serve((_, response) => response.end())
    expect(await codeOf(machineNetwork({ url: `https://127.0.0.1:${port}/`, method: 'GET', headers: {} }))).toBe('tls-failed')
  })
})
