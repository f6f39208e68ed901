import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { machineNetwork } from '../../app/tokens/network.ts'
import { makePfx } from '../credentials/make-pfx.ts'
import { describeOnMainEngine } from '../engines.ts'
import { startCore, type CoreUnderTest } from './core-on-this-machine.ts'

/* Services that can't be reached, each in its own way, with the words of the real network, .NET and Node. */

describeOnMainEngine('a session whose service can’t be reached', ({ env }) => {
  let under: CoreUnderTest
  let folder: string
  let beside: string
  const servers: Server[] = []
  /** Where each kind of trouble is. */
  const places: Record<string, string> = { nameless: 'https://service.tenantry-test.invalid' }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tenantry-unreachable-'))
    const { certificatePem: cert, privateKeyPem: key } = makePfx({ password: 'none of it is kept', subject: '/CN=127.0.0.1' })
    places.refusing = `https://127.0.0.1:${await portOf(createServer())}`
    await new Promise((done) => servers.pop()!.close(done))
    places.untrusted = `https://127.0.0.1:${await portOf(createTlsServer({ cert, key }, (_, response) => response.end('{}')))}`
    places.plain = `https://127.0.0.1:${await portOf(answering((_, response) => response.end('{}')))}`
    places.silent = `http://127.0.0.1:${await portOf(answering(() => {}))}`
    places.page = `http://127.0.0.1:${await portOf(answering((_, response) => void response.setHeader('content-type', 'text/html').end('<html>Please sign in</html>')))}`
    under = await startCore({ env, outFolder: moduleThatConnectsTo(join(folder, 'address')) })
    sendExchangeTo('')
    beside = (await under.open('Fabrikam demo')).id
    await under.until(beside, ({ tenant }) => tenant.proof === 'proven')
  })
  afterAll(async () => {
    await under?.dispose()
    for (const server of servers) server.closeAllConnections()
    await Promise.all(servers.map((server) => new Promise((done) => server.close(done))))
    rmSync(folder, { recursive: true, force: true })
  })

  const answering = (listener: RequestListener) => createServer(listener)

  async function portOf(server: Server): Promise<number> {
    servers.push(server)
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    return (server.address() as AddressInfo).port
  }

  /** The demo's module, but that it connects to the address in a file where one is in it, and waits for seconds, not minutes. */
  function moduleThatConnectsTo(file: string): string {
    const out = join(folder, 'out')
    for (const part of ['scripts', 'demo/ExchangeOnlineManagement']) cpSync(resolve('out', part), join(out, part), { recursive: true })
    const module = join(out, 'demo/ExchangeOnlineManagement/ExchangeOnlineManagement.psm1')
    const connects = '-ConnectionUri $ConnectionUri '
    const text = readFileSync(module, 'utf8')
    expect(text).toContain(connects)
    const patience = "$script:Assembly.GetType('Tenantry.Demo.ExchangeOnline.AdminApi').GetField('Client', 'NonPublic, Static').GetValue($null).Timeout = [timespan]'00:00:06'"
    writeFileSync(module, `${text}\n${patience}\n`.replaceAll(connects, `-ConnectionUri (@([System.IO.File]::ReadAllText('${file}'), $ConnectionUri) -ne '' | Select-Object -First 1) `))
    return out
  }

  const sendExchangeTo = (address: string) => writeFileSync(join(folder, 'address'), address)

  /** From now on the login authority is at another address. Returns the undo. */
  function sendLoginTo(address: string): () => void {
    const { demo } = under.core
    const { network } = demo
    demo.network = (request) => machineNetwork({ ...request, url: request.url.replace(/^https:\/\/[^/]+/, address), timeoutMs: 500 } as Parameters<typeof machineNetwork>[0])
    return () => void (demo.network = network)
  }

  /** Opens a session that fails; its shell must be usable and the session beside it undisturbed. */
  async function failing(): Promise<{ code: string; message: string; hint: string }> {
    const { id } = await under.open('Contoso demo')
    const view = await under.until(id, ({ phase }) => phase === 'failed')
    expect(view).toMatchObject({ alive: true, canReconnect: true })
    const window = await under.attach(id)
    await window.shows(/Contoso demo[^\n]*PS> /)
    window.type('6 * 7\r')
    await window.shows(/42\r/)
    const other = await under.until(beside, () => true)
    expect(other).toMatchObject({ phase: 'connected', failure: null, alive: true })
    const { code, message, hint } = view.failure!
    return { code, message, hint: hint ?? '' }
  }

  afterEach(async () => {
    sendExchangeTo('')
    for (const { id } of (await under.call('sessions.list', undefined)).sessions) if (id !== beside) await under.call('sessions.close', { id, force: true })
  })

  describe('Exchange', () => {
    it.each<[string, string, string, RegExp]>([
      ['that refuses connections', 'refusing', 'connection-refused', /network and the proxy/],
      ['whose certificate nobody here trusts', 'untrusted', 'tls-untrusted', /CA certificate trusted/],
      ['that speaks no TLS', 'plain', 'tls-failed', /TLS inspection/],
      ['whose name is not there', 'nameless', 'host-not-found', /DNS/],
      ['that takes the connection and never answers', 'silent', 'timed-out', /try again/]
    ])('%s', async (_, place, code, next) => {
      sendExchangeTo(places[place]!)
      const failure = await failing()
      expect(failure.code).toBe(code)
      expect(failure.message).toContain(place === 'nameless' ? 'service.tenantry-test.invalid' : place === 'refusing' ? '127.0.0.1' : 'Exchange Online')
      expect(failure.hint).toMatch(next)
    })
  })

  describe('the login service', () => {
    it.each<[string, string, string, RegExp]>([
      ['that refuses connections', 'refusing', 'connection-refused', /network and the proxy/],
      ['whose certificate nobody here trusts', 'untrusted', 'tls-untrusted', /CA certificate trusted/],
      ['that speaks no TLS', 'plain', 'tls-failed', /TLS inspection/],
      ['that never answers', 'silent', 'timed-out', /try again/],
      ['in whose place a proxy sends a page', 'page', 'not-json', /captive portal/]
    ])('%s', async (_, place, code, next) => {
      const undo = sendLoginTo(places[place]!)
      const failure = await failing().finally(undo)
      expect(failure.code).toBe(code)
      expect(failure.message).toContain('login.')
      expect(failure.hint).toMatch(next)
    })
  })

  it('and that is there again later connects by a reconnect, while the one beside it went on', async () => {
    sendExchangeTo(places.refusing!)
    const { id } = await under.open('Contoso demo')
    await under.until(id, ({ phase }) => phase === 'failed')
    sendExchangeTo('')
    await under.call('sessions.reconnect', { id })
    await under.until(id, ({ phase }) => phase === 'connected')
    const window = await under.attach(beside)
    window.type('"$((Get-AcceptedDomain).Count) " + "domains"\r')
    await window.shows(/2 domains/)
  })
})
