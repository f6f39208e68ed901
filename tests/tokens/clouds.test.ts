import { describe, expect, it } from 'vitest'
import type { Cloud, HttpResponse, Network } from '../../app/adapters.ts'
import { cloudIds } from '../../app/contract.ts'
import type { TenantryError } from '../../app/failures.ts'
import { builtInClouds, customCloud, normaliseDomain, resolveTenant } from '../../app/tokens/clouds.ts'
import { startLogin } from './login.ts'

const cloud = (id: string): Cloud => builtInClouds.find((one) => one.id === id)!
const tenantId = '11111111-2222-4333-8444-555555555555'
const noNetwork: Network = async () => expect.unreachable('the network was asked')

const answering = (metadata: Record<string, unknown>, status = 200): Network => async ({ url }) => ({
  status,
  headers: {},
  body: JSON.stringify({ issuer: `https://${new URL(url).host}/${tenantId}/v2.0`, ...metadata })
})
const codeOf = (asked: Promise<unknown>) => asked.then(() => 'resolved', (error: TenantryError) => error.code)

describe('Microsoft’s clouds', () => {
  it('are those of the contract that are not of one’s own making', () => {
    expect(builtInClouds.map(({ id }) => id)).toEqual(cloudIds.filter((id) => id !== 'custom' && id !== 'demo'))
  })

  it.each([
    ['worldwide', 'login.microsoftonline.com', 'https://outlook.office365.com', 'https://ps.compliance.protection.outlook.com', undefined, 'https://graph.microsoft.com', 'Global'],
    ['gcchigh', 'login.microsoftonline.us', 'https://outlook.office365.us', 'https://ps.compliance.protection.office365.us', 'O365USGovGCCHigh', 'https://graph.microsoft.us', 'USGov'],
    ['dod', 'login.microsoftonline.us', 'https://outlook-dod.office365.us', 'https://l5.ps.compliance.protection.office365.us', 'O365USGovDoD', 'https://dod-graph.microsoft.us', 'USGovDoD'],
    ['china', 'login.chinacloudapi.cn', 'https://partner.outlook.cn', 'https://ps.compliance.protection.partner.outlook.cn', 'O365China', 'https://microsoftgraph.chinacloudapi.cn', 'China']
  ])('%s', (id, loginHost, exchange, compliance, environment, graph, graphEnvironment) => {
    const { services, connectParameters, ...rest } = cloud(id)
    expect(rest.loginHost).toBe(loginHost)
    expect(services.graph).toEqual({ resource: graph, url: graph })
    expect(connectParameters.graph).toEqual({ Environment: graphEnvironment })
    // Other clouds' compliance hosts are no part of the module: it is told them.
    const { host } = new URL(compliance)
    expect(connectParameters.compliance).toEqual(
      environment === undefined ? {} : { ConnectionUri: `https://${host}/powershell-liveid/`, AzureADAuthorizationEndpointUri: `https://${loginHost}/common` }
    )
    expect(services.exchange).toEqual({ resource: exchange, url: exchange })
    expect(services.compliance?.url).toBe(compliance)
    expect(connectParameters.exchange.ExchangeEnvironmentName).toBe(environment)
  })

  it('asks DoD’s compliance token for GCC High’s scope', () => {
    expect(cloud('dod').services.compliance?.resource).toBe('https://ps.compliance.protection.office365.us')
  })
})

describe('a custom cloud', () => {
  it('is made of plain host names', () => {
    const made = customCloud({ loginHost: ' Login.Example.com ', exchangeHost: 'outlook.example.com.', complianceHost: '' })
    expect(made).toMatchObject({ id: 'custom', loginHost: 'login.example.com', services: { compliance: null } })
    expect(made.services.exchange).toEqual({ resource: 'https://outlook.example.com', url: 'https://outlook.example.com' })
    expect(made.connectParameters.exchange.ConnectionUri).toMatch(/^https:\/\/outlook\.example\.com\//)
  })

  it.each([
    ['https://login.example.com', /scheme/],
    ['http://login.example.com', /scheme/],
    ['login.example.com/common', /path/],
    ['login.example.com?x', /path/],
    ['login.example.com#x', /path/],
    ['login.example.com\\x', /path/],
    ['login.example.com:8443', /port/],
    ['user:word@login.example.com', /user name/],
    ['127.0.0.1', /IP address/],
    ['127.0.0.1:443', /IP address/],
    ['[::1]', /IP address/],
    ['::1', /IP address/],
    ['0x7f000001', /not a host name/],
    ['0x7f.1', /not a host name/],
    ['localhost', /not a host name/],
    ['-bad.example.com', /not a host name/],
    ['a b.example.com', /not a host name/],
    ['', /empty/]
  ])('refuses %s', (host, reason) => {
    const make = () => customCloud({ loginHost: 'login.example.com', exchangeHost: host })
    expect(make).toThrow(expect.objectContaining({ code: 'not-a-host', field: 'exchangeHost', message: expect.stringMatching(reason) as string }))
  })

  it('names the field that is wrong', () => {
    const error = (hosts: Partial<Parameters<typeof customCloud>[0]>) => {
      try {
        customCloud({ loginHost: 'a.example.com', exchangeHost: 'b.example.com', ...hosts })
        return 'made'
      } catch (caught) {
        return (caught as TenantryError).field
      }
    }
    expect(error({ loginHost: 'x' })).toBe('loginHost')
    expect(error({ complianceHost: 'x' })).toBe('complianceHost')
    expect(error({ graphHost: 'x' })).toBe('graphHost')
  })
})

describe('a tenant’s domain', () => {
  it.each([
    ['contoso.com', 'contoso.com'],
    ['  Contoso.OnMicrosoft.com ', 'contoso.onmicrosoft.com'],
    ['bücher.example', 'xn--bcher-kva.example'],
    [tenantId.toUpperCase(), tenantId]
  ])('%s is asked for as %s', (typed, asked) => expect(normaliseDomain(typed)).toBe(asked))

  it.each(['', 'contoso', 'contoso com', 'https://contoso.com', 'contoso.com/x', '../x.y', 'a@contoso.com', '10.0.0.1', '1.2', '-a.com', 'a..b', `${'a'.repeat(64)}.com`, tenantId.slice(1), `{${tenantId}}`, 'a.com?x=1', 'a.com%2f'])(
    '“%s” is none',
    async (typed) => {
      await expect(resolveTenant(cloud('worldwide'), typed, noNetwork)).rejects.toMatchObject({ code: 'not-a-domain', field: 'domain' })
    }
  )
})

describe('resolving a tenant', () => {
  it('finds the demo tenant by any of its domains and by its id', async () => {
    const { tenant, cloud: demo, network } = startLogin()
    for (const name of [...tenant.domains, tenant.tenantId]) {
      expect(await resolveTenant(demo, name, network)).toEqual({
        tenantId: tenant.tenantId,
        cloud: 'demo',
        authority: `https://${demo.loginHost}/${tenant.tenantId}`,
        cloudLabel: 'Demo'
      })
    }
  })

  it('says AADSTS90002’s sentence at the domain where there is no such tenant', async () => {
    const { cloud: demo, network } = startLogin()
    await expect(resolveTenant(demo, 'nobody.example', network)).rejects.toMatchObject({
      code: 'unknown-tenant', field: 'domain', message: 'There is no tenant “nobody.example” in Demo (AADSTS90002).'
    })
  })

  it('goes through the cloud’s own network', async () => {
    const { tenant, cloud: demo, network } = startLogin()
    expect((await resolveTenant({ ...demo, network }, tenant.domain, noNetwork)).tenantId).toBe(tenant.tenantId)
  })

  it.each([
    ['worldwide', { tenant_region_scope: 'EU' }, 'Microsoft 365 (worldwide)'],
    ['worldwide', { tenant_region_scope: 'NA', tenant_region_sub_scope: 'GCC' }, 'Microsoft 365 (GCC)'],
    ['gcchigh', { tenant_region_scope: 'USGov', tenant_region_sub_scope: 'DODCON' }, 'GCC High'],
    ['dod', { tenant_region_scope: 'USGov', tenant_region_sub_scope: 'DOD' }, 'DoD'],
    ['china', { tenant_region_scope: 'CN' }, 'China (21Vianet)']
  ])('%s with %o is %s', async (id, metadata, cloudLabel) => {
    expect(await resolveTenant(cloud(id), 'contoso.com', answering(metadata))).toMatchObject({ tenantId, cloudLabel })
  })

  it.each([
    ['worldwide', { tenant_region_scope: 'USGov', tenant_region_sub_scope: 'DODCON' }, 'GCC High'],
    ['gcchigh', { tenant_region_scope: 'USGov', tenant_region_sub_scope: 'DOD' }, 'DoD'],
    ['worldwide', { tenant_region_scope: 'CN' }, 'China (21Vianet)'],
    ['china', { tenant_region_scope: 'EU' }, 'Microsoft 365 (worldwide)']
  ])('asked in %s, a tenant with %o is said to be in %s', async (id, metadata, actual) => {
    const asked = resolveTenant(cloud(id), 'contoso.com', answering(metadata))
    await expect(asked).rejects.toMatchObject({ code: 'tenant-in-other-cloud', field: 'cloud', hint: `Choose ${actual} as the profile’s cloud.` })
  })

  it.each(['worldwide', 'gcchigh', 'dod', 'china'] as const)('of %s is detected from every other cloud, by the word of its own login authority', async (id) => {
    const metadata = { worldwide: { tenant_region_scope: 'EU' }, gcchigh: { tenant_region_sub_scope: 'DODCON' }, dod: { tenant_region_sub_scope: 'DOD' }, china: { tenant_region_scope: 'CN' } }[id]
    for (const { id: asked, loginHost } of builtInClouds) {
      const hosts: string[] = []
      const network: Network = (request) => {
        hosts.push(new URL(request.url).host)
        return answering(metadata)(request)
      }
      expect(await resolveTenant(cloud(asked), 'contoso.com', network, { detect: true })).toMatchObject({ cloud: id, authority: `https://${cloud(id).loginHost}/${tenantId}` })
      expect(hosts).toEqual(asked === id ? [loginHost] : [loginHost, cloud(id).loginHost])
    }
  })

  it('is not detected for a custom cloud, whose hosts are of one’s own choosing', async () => {
    const custom = customCloud({ loginHost: 'login.example.com', exchangeHost: 'outlook.example.com' })
    expect((await resolveTenant(custom, 'contoso.com', answering({ tenant_region_scope: 'CN' }), { detect: true })).cloud).toBe('custom')
  })

  it('is refused where two clouds each send it to the other', async () => {
    let count = 0
    const network: Network = (request) => answering({ tenant_region_scope: count++ === 0 ? 'CN' : 'EU' })(request)
    expect(await codeOf(resolveTenant(cloud('worldwide'), 'contoso.com', network, { detect: true }))).toBe('tenant-in-other-cloud')
  })

  it.each<[string, () => Promise<HttpResponse>, string]>([
    ['a web page', async () => ({ status: 200, headers: {}, body: '<html>' }), 'not-json'],
    ['a redirect', async () => ({ status: 302, headers: {}, body: '' }), 'redirected'],
    ['throttling', async () => ({ status: 429, headers: {}, body: '{}' }), 'throttled'],
    ['a service that is down', async () => ({ status: 500, headers: {}, body: '{}' }), 'service-down'],
    ['metadata without an issuer', async () => ({ status: 200, headers: {}, body: '{}' }), 'token-malformed'],
    ['metadata of no tenant', async () => ({ status: 200, headers: {}, body: '{"issuer":"https://x/{tenantid}/v2.0"}' }), 'token-malformed'],
    ['JSON that is null', async () => ({ status: 200, headers: {}, body: 'null' }), 'token-malformed'],
    ['no connection', () => Promise.reject(Object.assign(new Error('x'), { code: 'ECONNREFUSED' })), 'connection-refused']
  ])('tells %s', async (_, network, code) => {
    expect(await codeOf(resolveTenant(cloud('worldwide'), 'contoso.com', network))).toBe(code)
  })
})
