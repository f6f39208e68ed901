import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Cloud, HttpRequest, HttpResponse } from '../../app/adapters.ts'
import type { Profile } from '../../app/contract.ts'
import type { TenantryError } from '../../app/failures.ts'
import { proveTenant } from '../../app/sessions/tenant-proof.ts'
import type { Token } from '../../app/tokens/acquire.ts'
import { builtInClouds } from '../../app/tokens/clouds.ts'
import { ServiceClient } from '../../app/tokens/service-client.ts'

const url = 'https://outlook.office365.com'
const tenantId = randomUUID()
const token = { accessToken: 'of no meaning', claims: { tid: tenantId } } as unknown as Token
const first = `${url}/adminapi/beta/${tenantId}/InvokeCommand`
const codeOf = (work: Promise<unknown>) => work.then(() => 'it went well', (error: TenantryError) => error.code)

/** A service whose pages are what `page` answers for their number, and what it was asked. */
function serviceOf(page: (number: number) => { value: unknown[]; next?: string }) {
  const asked: HttpRequest[] = []
  const network = async (request: HttpRequest): Promise<HttpResponse> => {
    const { value, next } = page(asked.push(request))
    return { status: 200, headers: {}, body: JSON.stringify({ value, ...(next ? { '@odata.nextLink': next } : {}) }) }
  }
  return { asked, network, client: new ServiceClient({ url, token, network }) }
}

describe('a cmdlet that Tenantry runs itself', () => {
  it('answers the objects of every page', async () => {
    const { asked, client } = serviceOf((number) => ({ value: [{ number }], ...(number < 3 ? { next: `${first}?page=${number + 1}` } : {}) }))
    expect(await client.run('Get-ManagementScope')).toEqual([{ number: 1 }, { number: 2 }, { number: 3 }])
    expect(asked.map((request) => request.url)).toEqual([first, `${first}?page=2`, `${first}?page=3`])
    expect(asked[2]).toMatchObject({ method: 'POST', headers: { 'X-CmdletName': 'Get-ManagementScope', 'X-AnchorMailbox': expect.stringMatching(`^APP:.*@${tenantId}$`) as string } })
  })

  it.each(['https://evil.example/x', 'http://outlook.office365.com/x', 'https://outlook.office365.com:444/x'])('sends its token to no other place: %s', async (next) => {
    const { asked, client } = serviceOf(() => ({ value: [], next }))
    expect(await codeOf(client.run('Get-AcceptedDomain'))).toBe('redirected')
    expect(asked).toHaveLength(1)
  })

  it('fails where it does not end, and passes no part off as all', async () => {
    const { asked, client } = serviceOf(() => ({ value: [{}], next: first }))
    expect(await codeOf(client.run('Get-ManagementRoleAssignment'))).toBe('answer-endless')
    expect(asked).toHaveLength(10)
  })
})

it('a tenant whose domains do not end is neither proven nor another one', async () => {
  const { network } = serviceOf(() => ({ value: [{ DomainName: 'elsewhere.example' }], next: first }))
  const profile = { domain: 'contoso.example', tenantId, initialDomain: null } as unknown as Profile
  const proof = proveTenant({ profile, cloud: builtInClouds[0] as Cloud, service: 'exchange', token, network, resolveTenantId: async () => tenantId })
  expect(await proof).toEqual({ proof: 'unconfirmed', initialDomain: null })
})
