import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { demoHosts } from '../../app/demo/names.ts'
import { startDemo, type Demo } from '../../app/demo/service.ts'

describe('the demo’s Microsoft Graph', () => {
  let demo: Demo
  beforeAll(async () => {
    demo = await startDemo()
  })
  afterAll(() => demo.dispose())

  const resource = `https://${demoHosts.graph}`
  async function ask(path: string, { claims = {}, of = resource, tenant = 0 }: { claims?: Record<string, unknown>; of?: string; tenant?: number } = {}) {
    const { [tenant]: asked } = demo.tenants
    const token = demo.forgeToken(asked!, asked!.apps[0]!.clientId, { resource: of, claims })
    const answer = await fetch(`${demo.graphUrl}${path}`, { headers: { authorization: `Bearer ${token}` } })
    return { status: answer.status, body: (await answer.json()) as { value?: Array<Record<string, unknown>>; error?: { code: string }; '@odata.nextLink'?: string } }
  }

  it('tells whose tenant a token is of', async () => {
    const [contoso, fabrikam] = [await ask('/v1.0/organization'), await ask('/v1.0/organization', { tenant: 1 })]
    expect(contoso.body.value).toMatchObject([{ id: demo.tenants[0]!.tenantId, displayName: 'Contoso demo' }])
    expect(fabrikam.body.value).toMatchObject([{ id: demo.tenants[1]!.tenantId }])
  })

  it('lists users in pages, each with the properties that were asked for', async () => {
    const { body } = await ask('/v1.0/users?$top=3&$select=userPrincipalName')
    expect(body.value).toHaveLength(3)
    expect(Object.keys(body.value![0]!)).toEqual(['userPrincipalName'])
    const next = await ask(body['@odata.nextLink']!.slice(demo.graphUrl.length))
    expect(next.body.value).toHaveLength(3)
    expect(next.body.value).not.toEqual(body.value)
  })

  it.each([
    ['a token for Exchange', '/v1.0/users', { of: `https://${demoHosts.exchange}` }, 401, 'InvalidAuthenticationToken'],
    ['an expired token', '/v1.0/users', { claims: { exp: 1_000_000 } }, 401, 'InvalidAuthenticationToken'],
    ['a token without the permission', '/v1.0/users', { claims: { roles: ['Organization.Read.All'] } }, 403, 'Authorization_RequestDenied'],
    ['an app that asks for “me”', '/v1.0/me', {}, 400, 'BadRequest'],
    ['something it has not', '/v1.0/groups', {}, 404, 'Request_ResourceNotFound']
  ])('refuses %s', async (_, path, change, status, code) => {
    expect(await ask(path, change)).toMatchObject({ status, body: { error: { code } } })
  })
})
