import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { systemMailbox } from '../../app/demo/names.ts'
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

const call = (name: string, parameters: Record<string, unknown> = {}) => run(demo, tenant.tenantId, token, name, parameters)

function get(path: string, headers: Record<string, string> = {}) {
  return fetch(`${demo.exchangeUrl}${path}`, { headers: { authorization: `Bearer ${token}`, 'x-anchormailbox': `UPN:${systemMailbox}@${tenant.domain}`, ...headers } })
}

describe('InvokeCommand', () => {
  it('gives 1,500 mailboxes in exactly two pages', async () => {
    const first = await call('Get-Mailbox', { ResultSize: 'Unlimited' })
    expect(first.value).toHaveLength(1000)
    const second = (await (await invoke(demo, tenant.tenantId, token, 'Get-Mailbox', { ResultSize: 'Unlimited' }, first['@odata.nextLink'])).json()) as InvokeBody
    expect(second.value).toHaveLength(500)
    expect(second['@odata.nextLink']).toBeUndefined()
    const names = new Set([...first.value, ...second.value].map((mailbox) => mailbox['Identity']))
    expect(names.size).toBe(1500)
    expect(demo.log.map((request) => [request.cmdletName, request.page, request.status])).toEqual([['Get-Mailbox', 1, 200], ['Get-Mailbox', 2, 200]])
  })

  it('shows about 200 properties of a mailbox, dates, lists and sizes as Exchange sends them', async () => {
    const { value } = await call('Get-Mailbox', { ResultSize: 1 })
    const mailbox = value[0]!
    const names = Object.keys(mailbox).filter((name) => !name.includes('@'))
    expect(names.length).toBeGreaterThan(185)
    expect(names.length).toBeLessThan(260)
    expect(mailbox['EmailAddresses']).toEqual([expect.stringMatching(/^SMTP:/), expect.stringMatching(/^smtp:/)])
    expect(mailbox['EmailAddresses@odata.type']).toBe('#Collection(String)')
    expect(mailbox['WhenCreated@data.type']).toBe('System.DateTime')
    expect(mailbox['ProhibitSendQuota']).toBe('99 GB (106,300,440,576 bytes)')
  })

  it('stops at 1,000 with Exchange\'s warning where no ResultSize is given', async () => {
    const answer = await call('Get-Mailbox')
    expect(answer.value).toHaveLength(1000)
    expect(answer['@odata.nextLink']).toBeUndefined()
    expect(answer['@adminapi.warnings'][0]).toContain('only the first 1000 items')
  })

  it('makes the same mailboxes at each start, and others in the other tenant', async () => {
    const again = await startDemo()
    const addresses = (wanted: Demo, index: number) => wanted.tenants[index]!.directory.mailboxes.map((mailbox) => mailbox.displayName)
    expect(addresses(again, 0)).toEqual(addresses(demo, 0))
    expect(addresses(again, 1)).not.toEqual(addresses(demo, 0))
    expect(again.tenants[0]!.apps[0]!.clientSecret).not.toBe(app.clientSecret)
    await again.dispose()
  })

  it('finds mailboxes by filter, kind and beginning of a name', async () => {
    const shared = await call('Get-Mailbox', { RecipientTypeDetails: ['SharedMailbox', 'RoomMailbox'], ResultSize: 'Unlimited' })
    expect(new Set(shared.value.map((mailbox) => mailbox['RecipientTypeDetails']))).toEqual(new Set(['SharedMailbox', 'RoomMailbox']))
    const filtered = await call('Get-Mailbox', { Filter: "(Office -eq 'Berlin') -and -not (DisplayName -like 'a*')", ResultSize: 'Unlimited' })
    expect(filtered.value.length).toBeGreaterThan(10)
    expect(filtered.value.every((mailbox) => mailbox['Office'] === 'Berlin' && !/^a/i.test(String(mailbox['DisplayName'])))).toBe(true)
    const byName = await call('Get-Mailbox', { Anr: 'Müll', ResultSize: 'Unlimited' })
    expect(byName.value.length).toBeGreaterThan(0)
    expect(byName.value.every((mailbox) => String(mailbox['DisplayName']).includes('Müller'))).toBe(true)
    expect((await call('Get-Mailbox', { Filter: 'Office equals Berlin' })).error?.message).toContain('Invalid filter syntax')
  })

  it('answers as Exchange does where there is no such object, parameter, value or cmdlet', async () => {
    const missing = await call('Get-Mailbox', { Identity: 'nobody' })
    expect(missing.error!.details[0]!.message).toMatch(/^Ex6F9304\|Microsoft\.Exchange\.Configuration\.Tasks\.ManagementObjectNotFoundException\|The operation couldn't be performed because object 'nobody' couldn't be found on '/)
    expect((await call('Get-Mailbox', { Nonsense: 1 })).error!.message).toBe("A parameter cannot be found that matches parameter name 'Nonsense'.")
    expect((await call('Set-Mailbox', { Identity: 'x', LitigationHoldEnabled: 'maybe' })).error!.message).toContain("parameter 'LitigationHoldEnabled'")
    expect((await call('Set-Mailbox', {})).error!.message).toContain('missing mandatory parameters: Identity')
    expect((await call('Get-Mailbox', { ResultSize: 'many' })).error!.message).toContain("parameter 'ResultSize'")
    expect((await call('Get-Nonsense')).error!.message).toContain("'Get-Nonsense' is not recognized")
    expect((await call('New-UnifiedGroup', { Name: 'x' })).error!.message).toContain("isn't supported when an application is signed in")
  })

  it('keeps what was changed, made and removed', async () => {
    const [mailbox] = (await call('Get-Mailbox', { ResultSize: 1 })).value
    const identity = mailbox!['Identity']
    await call('Set-Mailbox', { Identity: identity, DisplayName: 'Changed', CustomAttribute1: 'seven', ProhibitSendQuota: '50GB', IssueWarningQuota: '49 GB', EmailAddresses: { '@odata.type': '#Exchange.GenericHashTable', Add: ['second@contoso.example'] } })
    const [changed] = (await call('Get-Mailbox', { Identity: identity })).value
    expect(changed).toMatchObject({ DisplayName: 'Changed', CustomAttribute1: 'seven', ProhibitSendQuota: '50 GB (53,687,091,200 bytes)' })
    expect(changed!['EmailAddresses']).toContain('smtp:second@contoso.example')

    const made = await call('New-Mailbox', { Name: 'Brand New', Shared: true })
    expect(made.value[0]).toMatchObject({ RecipientTypeDetails: 'SharedMailbox', PrimarySmtpAddress: 'brandnew@contoso.example' })
    expect((await call('New-Mailbox', { Name: 'Brand New' })).error!.message).toContain('already being used')
    expect((await call('Get-Mailbox', { Identity: 'brandnew@contoso.example' })).value).toHaveLength(1)
    await call('Remove-Mailbox', { Identity: 'brandnew' })
    expect((await call('Get-Mailbox', { Identity: 'brandnew' })).error!.code).toBe('404')
  })

  it('refuses quotas in the wrong order and warns where nothing was changed', async () => {
    const [mailbox] = (await call('Get-Mailbox', { ResultSize: 1 })).value
    expect((await call('Set-Mailbox', { Identity: mailbox!['Identity'], IssueWarningQuota: '200GB' })).error!.message).toContain("'IssueWarningQuota' must be less than or equal")
    expect((await call('Set-Mailbox', { Identity: mailbox!['Identity'], ProhibitSendQuota: 'much' })).error!.message).toContain('ByteQuantifiedSize')
    expect((await call('Set-Mailbox', { Identity: mailbox!['Identity'] }))['@adminapi.warnings'][0]).toContain('no settings')
  })

  it('keeps permissions that were added', async () => {
    const [first, second] = (await call('Get-Mailbox', { ResultSize: 2 })).value
    const added = await call('Add-RecipientPermission', { Identity: first!['Identity'], Trustee: second!['PrimarySmtpAddress'], AccessRights: 'SendAs' })
    expect(added.value[0]).toMatchObject({ Trustee: second!['PrimarySmtpAddress'], AccessRights: ['SendAs'] })
    expect((await call('Get-RecipientPermission', { Identity: first!['Identity'] })).value).toHaveLength(1)
    expect((await call('Add-RecipientPermission', { Identity: first!['Identity'], Trustee: 'nobody', AccessRights: 'SendAs' })).error!.message).toContain("'nobody'")
  })

  it('says which domain is the initial one', async () => {
    const { value } = await call('Get-AcceptedDomain')
    expect(value.map((domain) => [domain['DomainName'], domain['InitialDomain']])).toEqual([[tenant.domain, true], ['contoso.example', false]])
  })

  it.each(['Get-Recipient', 'Get-DistributionGroup', 'Get-OrganizationConfig', 'Get-MessageTraceV2', 'Get-ManagementRoleAssignment', 'Get-ManagementScope', 'Get-RetentionPolicy'])('serves %s', async (name) => {
    const answer = await call(name)
    expect(answer.error).toBeUndefined()
    expect(answer.value.length).toBeGreaterThan(0)
  })

  it('serves Get-MailboxStatistics with sizes as text', async () => {
    const [mailbox] = (await call('Get-Mailbox', { ResultSize: 1 })).value
    const [statistics] = (await call('Get-MailboxStatistics', { Identity: mailbox!['Identity'] })).value
    expect(statistics!['TotalItemSize']).toMatch(/^[\d.]+ (KB|MB|GB) \([\d,]+ bytes\)$/)
  })
})

describe('EXOModuleFile', () => {
  const ask = async (commandName?: string, headers: Record<string, string> = {}) => {
    const response = await get(`/AdminApi/v1.0/${tenant.tenantId}/EXOModuleFile?Version=3.9.0`, { ...(commandName ? { commandname: commandName } : {}), ...headers })
    return ((await response.json()) as { value: Array<{ fileName: string; fileContent: string; exportedCmdlets?: string }> }).value
  }

  it('ships the everyday cmdlets and 800 others, with their views', async () => {
    const [module, format] = await ask('*')
    expect(module!.exportedCmdlets!.split(',').length).toBeGreaterThanOrEqual(815)
    expect(module!.fileContent).toContain('function Get-Mailbox {')
    expect(format!.fileName).toMatch(/\.format\.ps1xml$/)
    expect(demo.log[0]!.commandName).toBe('*')
  })

  it('ships what CommandName names, wildcards included, and no views where they are not wanted', async () => {
    const [some] = await ask('Get-Mailbox,Get-Accepted*')
    expect(some!.exportedCmdlets).toBe('Get-Mailbox,Get-AcceptedDomain')
    expect(some!.fileContent).not.toContain('function Set-Mailbox')
    expect(await ask('*', { skiploadingformatdata: 'true' })).toHaveLength(1)
  })
})

describe('OData', () => {
  it('answers Mailbox with the properties Get-EXOMailbox shows, page by page', async () => {
    const first = (await (await get(`/adminapi/beta/${tenant.tenantId}/Mailbox`, { prefer: 'odata.maxpagesize=2;' })).json()) as InvokeBody & { '@odata.context': string }
    expect(first.value).toHaveLength(2)
    expect(Object.keys(first.value[0]!)).toHaveLength(14)
    expect(first['@odata.context']).toMatch(/\/\$metadata#Mailbox$/)
    const next = new URL(first['@odata.nextLink']!)
    const second = (await (await get(`${next.pathname}${next.search}`, { prefer: 'odata.maxpagesize=2;' })).json()) as InvokeBody
    expect(second.value[0]!['Alias']).not.toBe(first.value[0]!['Alias'])
  })

  it('takes $top, $select, $filter and property sets', async () => {
    const ask = async (query: string) => ((await (await get(`/adminapi/beta/${tenant.tenantId}/Mailbox?${query}`)).json()) as InvokeBody).value
    expect(await ask('$top=3')).toHaveLength(3)
    expect(Object.keys((await ask('$top=1&$select=Alias,ProhibitSendQuota'))[0]!).sort()).toEqual(['Alias', 'ProhibitSendQuota'])
    expect((await ask('$top=1&PropertySet=Quota'))[0]).toHaveProperty('ProhibitSendReceiveQuota')
    expect((await ask("$top=4&$filter=RecipientTypeDetails eq 'RoomMailbox'")).map((mailbox) => mailbox['RecipientTypeDetails'])).toEqual(Array(4).fill('RoomMailbox'))
  })

  it('answers one mailbox, what hangs below it, and 404 where there is none', async () => {
    const { alias } = tenant.directory.mailboxes[5]!
    const one = (await (await get(`/ADMINAPI/BETA/${tenant.tenantId}/mailbox('${alias}')`)).json()) as InvokeBody
    expect(one.value[0]!['Alias']).toBe(alias)
    for (const below of ['Exchange.GetMailboxStatistics()', 'Exchange.GetMailboxFolderStatistics()', 'MailboxPermission', 'RecipientPermission']) {
      expect(((await (await get(`/adminapi/beta/${tenant.tenantId}/Mailbox('${alias}')/${below}`)).json()) as InvokeBody).value.length).toBeGreaterThan(0)
    }
    expect((await get(`/adminapi/beta/${tenant.tenantId}/Mailbox('nobody')`)).status).toBe(404)
    expect((await get(`/adminapi/beta/${tenant.tenantId}/Nonsense`)).status).toBe(404)
  })
})

describe('the controls', () => {
  it('refuse connections while stopped, and start again on the same port', async () => {
    await demo.stop()
    await expect(call('Get-AcceptedDomain')).rejects.toThrow()
    await demo.start()
    expect((await call('Get-AcceptedDomain')).value).toHaveLength(2)
  })

  it('answer in the service\'s place, once or until undone', async () => {
    demo.answerNext('Get-AcceptedDomain', { status: 403 })
    const empty = await invoke(demo, tenant.tenantId, token, 'Get-AcceptedDomain')
    expect([empty.status, await empty.text()]).toEqual([403, ''])
    const undo = demo.answerWith(/InvokeCommand/, { status: 200, body: '<html>proxy</html>' })
    expect(await (await invoke(demo, tenant.tenantId, token, 'Get-AcceptedDomain')).text()).toBe('<html>proxy</html>')
    undo()
    expect((await call('Get-AcceptedDomain')).value).toHaveLength(2)
  })

  it('add tenants that are generated from their names', async () => {
    const added = demo.addTenant({ name: 'Northwind 17', mailboxes: 40 })
    const other = await fetchToken(demo, added, added.apps[0]!)
    const { value } = await run(demo, added.tenantId, other, 'Get-Mailbox', { ResultSize: 'Unlimited' })
    expect(value).toHaveLength(40)
    expect(demo.addTenant({ name: 'Northwind 17' }).tenantId).toBe(added.tenantId)
  })
})
