import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { describeOnMainEngine } from '../engines.ts'
import { startCore, type CoreUnderTest } from './core-on-this-machine.ts'

describeOnMainEngine('sessions', ({ env }) => {
  let under: CoreUnderTest
  beforeAll(async () => {
    under = await startCore({ env })
  })
  afterAll(() => under.dispose())
  afterEach(async () => {
    for (const { id } of (await under.call('sessions.list', undefined)).sessions) await under.call('sessions.close', { id, force: true })
  })

  describe('the three identities of a tenant', () => {
    const other = '99999999-8888-4777-8666-555555555555'

    it('agree, and the session says that Exchange confirmed it', async () => {
      const { id } = await under.open('Contoso demo')
      const view = await under.until(id, ({ tenant }) => tenant.proof !== 'pending')
      expect(view.phase).toBe('connected')
      expect(view.tenant.proof).toBe('proven')
    })

    it('refuses a token of another tenant than the pinned one', async () => {
      const { demo } = under.core
      const contoso = demo.tenants[0]!
      const token = demo.forgeToken(contoso, contoso.apps[0]!.clientId, { claims: { tid: other } })
      demo.answerNext('/oauth2/v2.0/token', { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ token_type: 'Bearer', expires_in: 3600, access_token: token }) })
      const { id } = await under.open('Contoso demo')
      const view = await under.until(id, ({ phase }) => phase === 'failed')
      expect(view.failure?.code).toBe('token-wrong-tenant')
      expect(view.failure?.message).toContain(other)
      expect(view.failure?.message).toContain(contoso.tenantId)
    })

    it('closes the session where Exchange lists another tenant’s domains than the profile’s', async () => {
      under.core.demo.answerNext('Get-AcceptedDomain', { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ value: [{ DomainName: 'tailspin.onmicrosoft.com', InitialDomain: true }] }) })
      const { id } = await under.open('Contoso demo')
      const view = await under.until(id, ({ tenant, alive }) => tenant.proof === 'refused' && !alive)
      expect(view.phase).toBe('failed')
      expect(view.failure?.code).toBe('exchange-wrong-tenant')
      expect(view.failure?.message).toContain('tailspin.onmicrosoft.com')
    })

    it('closes the session where the module connected another tenant than the pinned one and the token’s', async () => {
      // The module of this core tells a lie about its connection, and nothing else is changed.
      const out = mkdtempSync(join(tmpdir(), 'tenantry-out-'))
      cpSync(resolve('out/scripts'), join(out, 'scripts'), { recursive: true })
      cpSync(resolve('out/demo/ExchangeOnlineManagement'), join(out, 'demo/ExchangeOnlineManagement'), { recursive: true })
      const bootstrap = join(out, 'scripts/Tenantry.psm1')
      const told = 'tenantId = [string]$Connection.TenantID'
      const text = readFileSync(bootstrap, 'utf8')
      expect(text).toContain(told)
      writeFileSync(bootstrap, text.replace(told, `tenantId = '${other}'`))
      const lying = await startCore({ env, outFolder: out })
      try {
        const { id } = await lying.open('Contoso demo')
        const view = await lying.until(id, ({ phase, alive }) => phase === 'failed' && !alive)
        expect(view.tenant.proof).toBe('refused')
        expect(view.failure?.code).toBe('exchange-wrong-tenant')
        expect(view.failure?.message).toContain(other)
        expect(view.failure?.message).toContain(lying.core.demo.tenants[0]!.tenantId)
      } finally {
        await lying.dispose()
        rmSync(out, { recursive: true, force: true })
      }
    })

    it('says that the tenant is not confirmed where the app may not ask Exchange', async () => {
      under.core.demo.answerNext('Get-AcceptedDomain', { status: 403, body: '' })
      const { id } = await under.open('Contoso demo')
      const view = await under.until(id, ({ tenant }) => tenant.proof !== 'pending')
      expect(view.tenant.proof).toBe('unconfirmed')
      expect(view.phase).toBe('connected')
    })
  })

  describe('a failure’s sentence', () => {
    const cases: Array<[string, string, { status?: number; headers?: Record<string, string>; body?: string; drop?: boolean }, string]> = [
      ['a page instead of data', 'EXOModuleFile', { status: 200, headers: { 'content-type': 'text/html' }, body: '<html><body>Please sign in to the network</body></html>' }, 'not-json'],
      ['an empty 401', 'EXOModuleFile', { status: 401, body: '' }, 'exchange-unauthorized'],
      ['an empty 403', 'EXOModuleFile', { status: 403, body: '' }, 'module-malformed'],
      ['429', 'EXOModuleFile', { status: 429, headers: { 'retry-after': '300' }, body: '' }, 'throttled']
    ]
    it.each(cases)('comes from what the service sent under an unchanged profile: %s', async (_name, matcher, answer, code) => {
      const undo = under.core.demo.answerWith(matcher, answer)
      const { id } = await under.open('Contoso demo')
      const view = await under.until(id, ({ phase }) => phase === 'failed')
      undo()
      expect(view.failure?.code).toBe(code)
      expect(view.alive).toBe(true)
      await under.call('sessions.reconnect', { id })
      await under.until(id, ({ phase }) => phase === 'connected')
    })
  })

  describe('a session', () => {
    it.each([[300, 300], [-300, 300], [100, null]])('whose login service’s clock is %i s ahead says so from two minutes on', async (seconds, said) => {
      under.core.demo.setSkew(seconds)
      const { id } = await under.open('Contoso demo')
      const { clockSkewSeconds } = await under.until(id, ({ phase }) => phase === 'connected').finally(() => under.core.demo.setSkew(0))
      // The Date header has whole seconds.
      expect(clockSkewSeconds && Math.round(clockSkewSeconds / 10) * 10).toBe(said)
    })

    it('says when a command runs, asks before it closes or connects anew over one, and can do either anyway', async () => {
      const { id } = await under.open('Contoso demo')
      await under.until(id, ({ phase }) => phase === 'connected')
      const window = await under.attach(id)
      await window.shows(/PS> /)
      window.type('Start-Sleep -Seconds 60\r')
      await under.until(id, ({ busy }) => busy)
      await expect(under.call('sessions.close', { id })).rejects.toMatchObject({ code: 'session-busy' })
      await expect(under.call('sessions.reconnect', { id })).rejects.toMatchObject({ code: 'session-busy' })
      expect(await under.until(id, () => true)).toMatchObject({ phase: 'connected', busy: true })
      window.type('\x03')
      await under.until(id, ({ busy }) => !busy)
      window.type('Start-Sleep -Seconds 60\r')
      await under.until(id, ({ busy }) => busy)
      await under.call('sessions.reconnect', { id, force: true })
      await under.until(id, ({ phase }) => phase === 'connected')
      await window.shows(/reconnecting[^]*PS> /)
      window.type('Start-Sleep -Seconds 60\r')
      await under.until(id, ({ busy }) => busy)
      await under.call('sessions.close', { id, force: true })
      expect((await under.call('sessions.list', undefined)).sessions).toEqual([])
    })

    it.each([
      ['exit', null],
      ['exit 3', 'PowerShell ended with code 3'],
      ['exit 87', 'PowerShell ended with code 87']
    ])('is closed by a typed %s, and can be connected again', async (typed, message) => {
      const { id } = await under.open('Contoso demo')
      await under.until(id, ({ phase }) => phase === 'connected')
      const window = await under.attach(id)
      await window.shows(/PS> /)
      window.type(`${typed}\r`)
      const view = await under.until(id, ({ alive }) => !alive)
      expect([view.phase, view.canReconnect]).toEqual(['closed', true])
      expect(view.failure).toEqual(message && expect.objectContaining({ code: 'shell-exited', message: expect.stringContaining(message) as string }))
    })

    it('says the tenant’s name in its colour at each prompt, and in the window’s title', async () => {
      const { id, colour } = await under.open('Contoso demo')
      const [red, green, blue] = [1, 3, 5].map((start) => Number.parseInt(colour.slice(start, start + 2), 16))
      await under.until(id, ({ phase }) => phase === 'connected')
      const window = await under.attach(id)
      await window.shows(/PS> /)
      // From here on the bytes are the shell's own; what came before is the screen as it was put together again.
      const before = window.text.length
      window.type('"a " + "command"\r')
      await window.shows(/a command\r[^]*PS> /)
      const raw = window.text.slice(before)
      expect(raw).toMatch(new RegExp(`\\x1b\\[1;38;2;${red};${green};${blue}mContoso demo\\x1b\\[0m PS> `))
      expect(raw).toMatch(/\x1b\][02];Contoso demo(\x07|\x1b\\)/)
    })

    it('gets its token and its shell side by side: the shell is ready for it while the login service still thinks', async () => {
      const { demo } = under.core
      const { network } = demo
      let answer = () => {}
      const held = new Promise<void>((resolve) => (answer = resolve))
      let asked = 0
      demo.network = async (request) => {
        if (request.url.includes('/oauth2/v2.0/token')) {
          asked++
          await held
        }
        return network(request)
      }
      try {
        const { id } = await under.open('Fabrikam demo')
        const view = await under.until(id, ({ moduleVersion }) => moduleVersion !== null)
        expect([view.phase, view.powershellVersion === null, asked]).toEqual(['signing-in', false, 1])
        answer()
        await under.until(id, ({ phase }) => phase === 'connected')
      } finally {
        answer()
        demo.network = network
      }
    })

    it('says when its shell was killed, and connects again', async () => {
      const { id } = await under.open('Contoso demo')
      await under.until(id, ({ phase }) => phase === 'connected')
      const window = await under.attach(id)
      await window.shows(/PS> /)
      window.type('[System.Diagnostics.Process]::GetCurrentProcess().Kill()\r')
      const view = await under.until(id, ({ alive }) => !alive)
      expect(view.failure?.code).toBe('shell-exited')
      expect(view.canReconnect).toBe(true)
      await under.call('sessions.reconnect', { id })
      await under.until(id, ({ phase }) => phase === 'connected')
    })

    it('finishes a 100 MB print while nobody is attached and shows its last screen', async () => {
      const { id } = await under.open('Contoso demo')
      await under.until(id, ({ phase }) => phase === 'connected')
      const window = await under.attach(id)
      await window.shows(/PS> /)
      // 16 times 6.25 MiB of letters, begun only when nobody looks.
      const begin = join(mkdtempSync(join(tmpdir(), 'tenantry-print-')), 'begin')
      window.type(`& /bin/sh -c 'until [ -e ${begin} ]; do sleep 0.1; done; i=0; while [ $i -lt 16 ]; do head -c 6553600 /dev/zero | tr "\\\\0" x | fold -w 100; i=$((i+1)); done'; 'the ' + 'end'\r`)
      await under.until(id, ({ busy }) => busy)
      await under.call('sessions.detach', { id })
      const before = window.sequence
      writeFileSync(begin, '')
      await under.until(id, ({ busy }) => !busy)
      rmSync(dirname(begin), { recursive: true })
      expect(window.sequence).toBe(before)
      const again = await under.attach(id)
      await again.shows(/x{100}[^]*the end\r?\n[^]*PS> /)
      expect(again.sequence - before).toBeGreaterThan(16 * 6_553_600)
    })
  })
})
