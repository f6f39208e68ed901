import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startDemo, type Demo } from '../../app/demo/service.ts'
import type { DemoApp, DemoTenant } from '../../app/demo/tenants.ts'
import { fetchToken, invoke, run, type InvokeBody } from './exchange-client.ts'

let demo: Demo
let tenant: DemoTenant
let app: DemoApp
let token: string

beforeAll(async () => {
  demo = await startDemo()
  tenant = demo.tenants[0]!
  app = tenant.apps[0]!
})
afterAll(() => demo.dispose())
beforeEach(async () => {
  token = await fetchToken(demo, tenant, app)
  demo.clearLog()
})

describe('InvokeCommand', () => {
  it('gives 1,500 mailboxes in exactly two pages', async () => {
    const first = await run(demo, tenant.tenantId, token, 'Get-Mailbox', { ResultSize: 'Unlimited' })
    expect(first.value).toHaveLength(1000)
    const second = (await (await invoke(demo, tenant.tenantId, token, 'Get-Mailbox', { ResultSize: 'Unlimited' }, first['@odata.nextLink'])).json()) as InvokeBody
    expect(second.value).toHaveLength(500)
    expect(second['@odata.nextLink']).toBeUndefined()
    const names = new Set([...first.value, ...second.value].map((mailbox) => mailbox['Identity']))
    expect(names.size).toBe(1500)
    expect(demo.log.map((request) => [request.cmdletName, request.page, request.status])).toEqual([['Get-Mailbox', 1, 200], ['Get-Mailbox', 2, 200]])
  })

  it('shows about 200 properties of a mailbox, dates, lists and sizes as Exchange sends them', async () => {
    const { value } = await run(demo, tenant.tenantId, token, 'Get-Mailbox', { ResultSize: 1 })
    const mailbox = value[0]!
    const names = Object.keys(mailbox).filter((name) => !name.includes('@'))
    expect(names.length).toBeGreaterThan(185)
    expect(names.length).toBeLessThan(260)
    expect(mailbox['EmailAddresses']).toEqual([expect.stringMatching(/^SMTP:/), expect.stringMatching(/^smtp:/)])
    expect(mailbox['WhenCreated@data.type']).toBe('System.DateTime')
    expect(mailbox['ProhibitSendQuota']).toMatch(/^\d[\d.]* GB \([\d,]+ bytes\)$/)
  })

  it('stops at 1,000 with Exchange\'s warning where no ResultSize is given', async () => {
    const answer = await run(demo, tenant.tenantId, token, 'Get-Mailbox')
    expect(answer.value).toHaveLength(1000)
    expect(answer['@odata.nextLink']).toBeUndefined()
    expect(answer['@adminapi.warnings'][0]).toContain('only the first 1000 items')
  })
})
