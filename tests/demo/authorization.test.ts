import { generateKeyPairSync } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { parseJwt, signJwt } from '../../app/demo/jwt.ts'
import { defaultAppRole, demoHosts, directoryRoles, systemMailbox } from '../../app/demo/names.ts'
import { startDemo, type Demo } from '../../app/demo/service.ts'
import type { DemoApp, DemoTenant } from '../../app/demo/tenants.ts'
import { fetchToken, invoke } from './exchange-client.ts'

let demo: Demo
let contoso: DemoTenant
let fabrikam: DemoTenant
let app: DemoApp

beforeAll(async () => {
  demo = await startDemo()
  contoso = demo.tenants[0]!
  fabrikam = demo.tenants[1]!
  app = contoso.apps[0]!
})
afterAll(() => demo.dispose())
afterEach(() => {
  demo.setSkew(0)
  demo.refuseSuperseded(null)
  demo.clearLog()
})

const seconds = () => Math.floor(Date.now() / 1000)
const ask = async (token: string, tenant = contoso) => (await invoke(demo, tenant.tenantId, token, 'Get-AcceptedDomain')).status

/** A token whose claims are changed and which is signed by whoever made the changes. */
async function resigned(change: Record<string, unknown>): Promise<string> {
  const { claims } = parseJwt(await fetchToken(demo, contoso, app))!
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return signJwt({ alg: 'RS256' }, { ...claims, ...change }, privateKey)
}

describe('the Exchange service', () => {
  it('takes an honest token', async () => {
    expect(await ask(await fetchToken(demo, contoso, app))).toBe(200)
  })

  it.each<[string, () => Promise<string> | string]>([
    ['no token', () => ''],
    ['no JWT', () => 'nonsense'],
    ['a signature by another key', () => resigned({})],
    ['no signature', async () => {
      const { claims } = parseJwt(await fetchToken(demo, contoso, app))!
      const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
      return `${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.AA`
    }],
    ['changed claims under the old signature', async () => {
      const token = await fetchToken(demo, contoso, app)
      const [head, , signature] = token.split('.')
      const claims = { ...parseJwt(token)!.claims, exp: seconds() + 99_999 }
      return `${head}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`
    }],
    ['Graph\'s audience', () => fetchToken(demo, contoso, app, 'https://graph.microsoft.com')],
    ['the compliance audience', () => fetchToken(demo, contoso, app, `https://${demoHosts.compliance}`)],
    ['another tenant\'s token', () => fetchToken(demo, fabrikam, fabrikam.apps[0]!)],
    ['an expired token', () => demo.forgeToken(contoso, app.clientId, { claims: { exp: seconds() - 1 } })],
    ['a token of the future', () => demo.forgeToken(contoso, app.clientId, { claims: { nbf: seconds() + 60 } })],
    ['a token without validity', () => demo.forgeToken(contoso, app.clientId, { claims: { exp: undefined } })],
    ['no permission', () => demo.forgeToken(contoso, app.clientId, { claims: { roles: [] } })],
    ['only the permission of the preview API', () => demo.forgeToken(contoso, app.clientId, { claims: { roles: ['Exchange.ManageAsAppV2'] } })],
    ['the app without permission', () => fetchToken(demo, contoso, contoso.apps.find((candidate) => candidate.behaviour === 'noPermission')!)],
    ['an app nobody knows', () => demo.forgeToken(contoso, app.clientId, { claims: { appid: 'f0000000-0000-4000-8000-000000000000' } })]
  ])('answers %s with an empty 401', async (_, token) => {
    const response = await invoke(demo, contoso.tenantId, await token(), 'Get-AcceptedDomain')
    expect(response.status).toBe(401)
    expect(await response.text()).toBe('')
  })

  it('refuses a token when the services\' clock has passed its expiry', async () => {
    const token = await fetchToken(demo, contoso, app)
    demo.setSkew(5000)
    expect(await ask(token)).toBe(401)
    demo.setSkew(-1000)
    expect(await ask(token)).toBe(401)
    demo.setSkew(0)
    expect(await ask(token)).toBe(200)
  })

  it('says which app has no directory role', async () => {
    const roleless = contoso.apps.find((candidate) => candidate.behaviour === 'noRole')!
    const response = await invoke(demo, contoso.tenantId, await fetchToken(demo, contoso, roleless), 'Get-AcceptedDomain')
    expect(response.status).toBe(403)
    expect(((await response.json()) as { error: { message: string } }).error.message).toMatch(new RegExp(`^The role assigned to application ${roleless.clientId} isn't supported in this scenario`))
  })

  it.each([['of no role', [defaultAppRole]], ['of a role Exchange does not take', ['fe930be7-5e62-47db-91af-98c3a49a38b1']], ['of nothing', []]])('answers 403 to wids %s', async (_, wids) => {
    expect(await ask(demo.forgeToken(contoso, app.clientId, { claims: { wids } }))).toBe(403)
  })

  it('lets the roles Exchange takes in, each alone', async () => {
    for (const role of Object.values(directoryRoles)) expect(await ask(demo.forgeToken(contoso, app.clientId, { claims: { wids: [role] } }))).toBe(200)
  })

  it('tells a throttled app how long to wait', async () => {
    const throttled = contoso.apps.find((candidate) => candidate.behaviour === 'throttled')!
    const response = await invoke(demo, contoso.tenantId, await fetchToken(demo, contoso, throttled), 'Get-AcceptedDomain')
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '5'])
  })

  it('follows what is changed on an app while it runs', async () => {
    const other = fabrikam.apps[0]!
    const token = await fetchToken(demo, fabrikam, other)
    other.throttled = true
    expect(await ask(token, fabrikam)).toBe(429)
    other.throttled = false
    expect(await ask(token, fabrikam)).toBe(200)
  })

  it('refuses an old token once a newer one is out, where it was told to', async () => {
    const old = await fetchToken(demo, contoso, app)
    const fresh = await fetchToken(demo, contoso, app)
    expect(await ask(old)).toBe(200)
    demo.refuseSuperseded(-1)
    expect([await ask(old), await ask(fresh)]).toEqual([401, 200])
  })

  describe('and X-AnchorMailbox', () => {
    const withAnchor = async (anchor: string | null) => {
      const token = await fetchToken(demo, contoso, app)
      const headers = { authorization: `Bearer ${token}`, ...(anchor === null ? {} : { 'x-anchormailbox': anchor }) }
      return (await fetch(`${demo.exchangeUrl}/adminapi/beta/${contoso.tenantId}/Mailbox?$top=1`, { headers })).status
    }

    it('takes this tenant\'s id and domains, and domains nobody has', async () => {
      for (const place of [contoso.tenantId, contoso.domain, 'contoso.example', 'contoso.onmicrosoft.com']) expect(await withAnchor(`UPN:${systemMailbox}@${place}`)).toBe(200)
    })

    it('refuses another tenant\'s, an unknown tenant id, nonsense and none', async () => {
      expect(await withAnchor(`APP:${systemMailbox}@${fabrikam.tenantId}`)).toBe(403)
      expect(await withAnchor(`UPN:admin@${fabrikam.domain}`)).toBe(403)
      expect(await withAnchor('APP:SystemMailbox@f0000000-0000-4000-8000-000000000000')).toBe(403)
      expect(await withAnchor('nonsense')).toBe(400)
      expect(await withAnchor(null)).toBe(400)
    })
  })

  it('logs which token came, and never the token', async () => {
    const token = await fetchToken(demo, contoso, app)
    demo.clearLog()
    await ask(token)
    expect(demo.log[0]).toMatchObject({ service: 'exchange', method: 'POST', status: 200, cmdletName: 'Get-AcceptedDomain', token: { tid: contoso.tenantId, appId: app.clientId, tokenUti: parseJwt(token)!.claims['uti'] } })
    const written = JSON.stringify(demo.log)
    for (const part of token.split('.')) expect(written).not.toContain(part)
  })
})

describe('Security & Compliance', () => {
  const anchor = () => `UPN:${systemMailbox}@${contoso.domain}`
  const askModule = (token: string, url: string) => fetch(url, { redirect: 'manual', headers: { authorization: `Bearer ${token}`, 'x-anchormailbox': anchor() } })
  const moduleUrl = () => `${demo.complianceUrl}/AdminApi/v1.0/${contoso.tenantId}/EXOModuleFile?Version=3.9.0`

  it('sends the first request to a regional host, which has its own cmdlets', async () => {
    const token = await fetchToken(demo, contoso, app, `https://${demoHosts.compliance}`)
    const first = await askModule(token, moduleUrl())
    expect(first.status).toBe(302)
    const second = await askModule(token, first.headers.get('location')!)
    expect(second.status).toBe(200)
    const [module] = ((await second.json()) as { value: Array<{ exportedCmdlets: string }> }).value
    expect(module!.exportedCmdlets).toContain('Get-RetentionCompliancePolicy')
    expect(module!.exportedCmdlets).not.toContain('Get-Mailbox,')
    expect(demo.log.every((request) => request.service === 'compliance' || request.service === 'login')).toBe(true)
  })

  it('takes Exchange\'s audience too, and refuses the role that is for Exchange only', async () => {
    expect((await askModule(await fetchToken(demo, contoso, app), moduleUrl())).status).toBe(302)
    const recipientOnly = demo.forgeToken(contoso, app.clientId, { claims: { wids: [directoryRoles.exchangeRecipientAdministrator] } })
    expect((await askModule(recipientOnly, moduleUrl())).status).toBe(403)
  })
})
