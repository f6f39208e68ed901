import { randomUUID } from 'node:crypto'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import type { HttpResponse } from '../../app/adapters.ts'
import { startChecks, type Around } from './demo-checks.ts'

const checks = await startChecks()
const { demo, check } = checks
afterAll(() => demo.dispose())
beforeEach(() => demo.clearLog())

const contoso = demo.tenants[0]!
const healthy = contoso.apps[0]!
const afterSignIn = ['permission', 'role', 'connect', 'probe', 'management']

const json = (status: number, body: unknown, headers: Record<string, string> = {}): HttpResponse => ({ status, headers, body: JSON.stringify(body) })
const forbidden = (message: string) => json(403, { error: { code: 'Forbidden', message, details: [{ message: `Ex6F9304|System.UnauthorizedAccessException|${message}` }] } })
const onCmdlet = (name: string, answer: () => HttpResponse): Around => ({ answer: ({ headers }) => (headers['X-CmdletName'] === name ? answer() : null) })

describe('forged answers', () => {
  it('a 403 at the probe makes the probe red, with both ways out', async () => {
    const { those, step } = await check('Contoso demo', onCmdlet('Get-AcceptedDomain', () => forbidden('The role assigned to application isn’t supported in this scenario.')))
    expect(those('bad')).toEqual(['probe'])
    expect(step('probe').fixes).toHaveLength(2)
  })

  it('Exchange’s own role allows what no directory role does: amber, and green behind it', async () => {
    const { those, step } = await check('Demo: no role', {
      answer: ({ url, headers }) => {
        if (url.includes('EXOModuleFile')) return json(200, { value: [{ fileName: 'x.psm1', fileContent: '', exportedCmdlets: 'Get-AcceptedDomain' }] })
        if (headers['X-CmdletName'] === 'Get-AcceptedDomain') return json(200, { value: [{ DomainName: 'contosodemo.onmicrosoft.com', InitialDomain: true }] })
        return headers['X-CmdletName'] ? json(404, { error: { message: 'not recognized as the name of a cmdlet' } }) : null
      }
    })
    expect(those('bad')).toEqual([])
    expect(those('warning')).toEqual(['role'])
    expect(step('management')).toMatchObject({ state: 'skipped', evidence: 'Skipped: the app’s role does not let it read management roles, which is no fault.' })
  })

  it('metadata of another tenant stops it before a credential is sent', async () => {
    const other = randomUUID()
    const { those, step } = await check('Contoso demo', {
      answer: ({ url }) => (url.includes('openid-configuration') ? json(200, { issuer: `https://login.tenantry-demo.invalid/${other}/v2.0` }) : null)
    })
    expect(those('bad')).toEqual(['tenant'])
    expect(step('tenant').evidence).toBe(`The domain contosodemo.onmicrosoft.com now belongs to the tenant ${other}; this profile is pinned to ${contoso.tenantId}.`)
    expect(those('skipped')).toEqual(expect.arrayContaining(['sign-in', ...afterSignIn]))
    expect(demo.log.some(({ path }) => path.endsWith('/token'))).toBe(false)
  })

  it('another tenant’s domains from Exchange make the probe red', async () => {
    const { those, step } = await check('Contoso demo', onCmdlet('Get-AcceptedDomain', () => json(200, { value: [{ DomainName: 'elsewhere.example' }] })))
    expect(those('bad')).toEqual(['probe'])
    expect(step('probe').evidence).toBe('It lists elsewhere.example, and not contosodemo.onmicrosoft.com.')
  })

  it('a probe that no role of the app holds is amber', async () => {
    const { those } = await check('Contoso demo', onCmdlet('Get-AcceptedDomain', () => json(404, { error: { message: 'The term is not recognized.' } })))
    expect(those('bad')).toEqual([])
    expect(those('warning')).toEqual(['probe'])
  })

  it.each([[400, 'behind'], [-400, 'ahead of']])('a clock that is %i s off is amber', async (seconds, how) => {
    demo.setSkew(seconds)
    const { those, step } = await check('Contoso demo').finally(() => demo.setSkew(0))
    expect(those('warning')).toEqual(['clock'])
    expect(step('clock').evidence).toBe(`This computer’s clock is 7 minutes ${how} the login service’s.`)
    expect(step('clock').fixes[0]!.commands).toBe('sudo timedatectl set-ntp true')
  })

  it.each([
    ['a web page', { status: 200, headers: {}, body: '<html>Sign in to the guest network</html>' }, /web page instead of data/],
    ['a redirect', { status: 302, headers: { location: 'http://portal.example/' }, body: '' }, /sent the request on to another address/],
    ['a 503', { status: 503, headers: {}, body: '' }, /problem of its own/]
  ])('%s in the login service’s place', async (_, answer, sentence) => {
    const { those, step } = await check('Contoso demo', { answer: ({ url }) => (url.includes('login.') ? answer : null) })
    expect(those('bad')).toEqual(['login'])
    expect(step('login').evidence).toMatch(sentence)
    expect(those('good')).toEqual(['service', 'powershell', 'module'])
  })

  it.each([
    ['ENOTFOUND', /can’t be found/],
    ['SELF_SIGNED_CERT_IN_CHAIN', /not trusted/],
    ['ECONNREFUSED', /refused the connection/]
  ])('%s on the way to the service', async (code, sentence) => {
    const { those, step } = await check('Contoso demo', {
      answer: ({ url }) => (url.startsWith(demo.exchangeUrl) ? Promise.reject(Object.assign(new TypeError('fetch failed'), { cause: Object.assign(new Error(code), { code }) })) : null)
    })
    expect(those('bad')).toEqual(['service'])
    expect(step('service').evidence).toMatch(sentence)
    expect(step('connect').evidence).toBe('Skipped: it needs “Exchange reachable”, which failed.')
  })

  it('a redirect of the connect request to a stranger is not followed', async () => {
    const strangers: string[] = []
    const { those, step } = await check('Contoso demo', {
      service: 'compliance',
      answer: ({ url }) => {
        if (!url.startsWith(demo.exchangeUrl)) strangers.push(url)
        return url.includes('EXOModuleFile') ? { status: 302, headers: { location: 'http://evil.example/AdminApi/v1.0/x/EXOModuleFile' }, body: '' } : null
      }
    })
    expect(those('bad')).toEqual(['connect'])
    expect(step('connect').evidence).toMatch(/was not followed/)
    expect(strangers.filter((url) => url.includes('evil'))).toEqual([])
  })

  it('a page of results elsewhere is not followed', async () => {
    const { step } = await check('Contoso demo', onCmdlet('Get-AcceptedDomain', () => json(200, { value: [], '@odata.nextLink': 'http://evil.example/x' })))
    expect(step('probe')).toMatchObject({ state: 'bad', evidence: expect.stringMatching(/was not followed/) as string })
  })

  it('a limited app is told its scopes', async () => {
    const app = { RoleAssigneeType: 'ServicePrincipal', RoleAssigneeName: healthy.objectId.toUpperCase(), Enabled: true }
    const rows = [
      { ...app, Role: 'Mail Recipients', RecipientWriteScope: 'CustomRecipientScope', CustomRecipientWriteScope: 'Shared mailboxes' },
      { ...app, Role: 'View-Only Recipients', RecipientWriteScope: 'None', Enabled: false },
      { ...app, Role: 'Somebody else’s', RoleAssigneeName: randomUUID() }
    ]
    const { step } = await check('Contoso demo', onCmdlet('Get-ManagementRoleAssignment', () => json(200, { value: rows })))
    expect(step('management').evidence).toBe('The app has 2 management roles of its own. The tenant has 2 management scopes; 1 limits the app.')
    expect(step('management').details).toEqual([
      "Mail Recipients: limited to the scope “Shared mailboxes” (RecipientTypeDetails -eq 'SharedMailbox')",
      'View-Only Recipients: reading only (switched off)'
    ])
  })
})
