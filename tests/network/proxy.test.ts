import { createServer, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fromNetwork } from '../../app/failures.ts'
import { createRoute, readProxy } from '../../app/network/proxy.ts'
import { createNetwork } from '../../app/tokens/network.ts'

/* A real proxy on loopback. What is asked for has a name that only the proxy knows, and it answers by itself. */

let proxy: Server
let address: string
let refusal: number | null
const tunnels: string[] = []
const authorizations: Array<string | undefined> = []
const servers: Server[] = []

async function listen(server: Server): Promise<number> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

beforeEach(async () => {
  refusal = null
  tunnels.length = authorizations.length = 0
  const target = await listen(createServer((request, response) => response.end(`hello ${request.headers.host}`)))
  proxy = createServer((request, response) => {
    tunnels.push(`plain ${request.url}`)
    response.end('hello from the proxy')
  })
  proxy.on('connect', (request, socket, head) => {
    tunnels.push(request.url!)
    authorizations.push(request.headers['proxy-authorization'])
    if (refusal) return void socket.end(`HTTP/1.1 ${refusal} No\r\n\r\n`)
    const upstream = connect(target, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      upstream.write(head)
      upstream.pipe(socket).pipe(upstream)
    })
    socket.on('error', () => upstream.destroy())
    upstream.on('error', () => socket.destroy())
  })
  address = `127.0.0.1:${await listen(proxy)}`
})
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

const trust = { prepare() {}, certificates: null, version: 0 }
const url = 'http://login.tenantry.example/token'
function ask(options: { env?: NodeJS.ProcessEnv; resolveProxy?: (url: string) => Promise<string> }, to = url): Promise<string> {
  const network = createNetwork(createRoute({ env: {}, trust, ...options }))
  return network({ url: to, method: 'GET', headers: {} }).then(({ body }) => body, (error: unknown) => {
    const { code, message } = fromNetwork(error, 'login.tenantry.example')
    return `${code}: ${message}`
  })
}

describe('a request goes out', () => {
  it('through the proxy that the system names for its address', async () => {
    const asked: string[] = []
    const answer = await ask({ resolveProxy: async (address_) => (asked.push(address_), `PROXY ${address}; DIRECT`) })
    expect(answer).toContain('hello')
    expect(asked).toEqual([url])
    expect(tunnels.join()).toContain('login.tenantry.example')
  })

  it.each(['HTTP_PROXY', 'http_proxy', 'ALL_PROXY'])('through the proxy of %s, with its user', async (name) => {
    const answer = await ask({ env: { [name]: `http://me:word@${address}` }, resolveProxy: async () => 'DIRECT' })
    expect(answer).toContain('hello')
    expect(tunnels.join()).toContain('login.tenantry.example')
    expect(authorizations.filter(Boolean)).toEqual(authorizations)
  })

  it('over a tunnel that is opened anew once other authorities are trusted', async () => {
    const changing = { ...trust }
    const network = createNetwork(createRoute({ env: { ALL_PROXY: `http://${address}` }, trust: changing }))
    const ask = () => network({ url, method: 'GET', headers: {} }).then(({ body }) => body)
    await ask()
    const before = await ask().then(() => tunnels.length)
    changing.version++
    expect(await ask()).toContain('hello')
    expect(tunnels.length).toBe(before + 1)
  })

  it('straight to this machine, whatever is set', async () => {
    const own = await listen(createServer((_, response) => response.end('own')))
    expect(await ask({ env: { HTTP_PROXY: `http://${address}` }, resolveProxy: async () => `PROXY ${address}` }, `http://127.0.0.1:${own}/`)).toBe('own')
    expect(tunnels).toEqual([])
  })

  it('straight to what NO_PROXY names', async () => {
    const answer = await ask({ env: { HTTP_PROXY: `http://${address}`, NO_PROXY: '.tenantry.example' } })
    expect(answer).toMatch(/^(host-not-found|network-failed)/)
    expect(tunnels).toEqual([])
  })

  it.each([
    [407, /proxy-failed: The proxy .* login\.tenantry\.example: it asks for a user name and password \(HTTP 407\)/],
    [403, /proxy-failed: .*it answered HTTP 403/]
  ])('or says that the proxy refused with %i', async (status, sentence) => {
    refusal = status
    expect(await ask({ resolveProxy: async () => `PROXY ${address}` }, 'https://login.tenantry.example/token')).toMatch(sentence)
  })

  it('or says that the proxy is of another kind', async () => {
    expect(await ask({ resolveProxy: async () => 'SOCKS5 proxy.example:1080' })).toMatch(/proxy-failed: The proxy proxy\.example:1080 .*SOCKS/)
  })
})

describe('a PAC answer', () => {
  it.each([
    ['DIRECT', null],
    ['', null],
    ['PROXY proxy.example:8080', 'http://proxy.example:8080'],
    ['HTTPS proxy.example:443; DIRECT', 'https://proxy.example:443'],
    ['SOCKS5 socks.example:1080; PROXY proxy.example:8080', 'http://proxy.example:8080'],
    ['SOCKS socks.example:1080; DIRECT', null],
    ['PROXY [::1]:8080', 'http://[::1]:8080'],
    ['PROXY a@b/c; DIRECT', null]
  ])('%j leads to %j', (answer, proxyUrl) => {
    expect(readProxy(answer)).toBe(proxyUrl)
  })
})
