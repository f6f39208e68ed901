import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { guideDocument } from '../../app/guide/document.ts'
import type { Service } from '../../app/contract.ts'
import { customerConsentLink, factsOf, guideOf, offeredRoleIds } from '../../app/guide/guide.ts'

const typed = {
  cloud: 'worldwide' as const, tenant: 'contoso.example', clientId: '3B9E7A10-1f64-4d8b-a2c5-70d1e8f4b601', appName: 'Exchange automation', certificatePath: 'C:\\keys\\app.cer',
  roleId: '29232cdf-9323-42fd-ade2-1d097af3e4de', services: ['exchange' as const], isPartner: false, profileIds: []
}
const host = 'login.microsoftonline.com'
const commands = (change: Partial<typeof typed> = {}) => guideOf(factsOf({ ...typed, ...change }, host)).map(({ powershell, cli }) => `${powershell}\n${cli}`).join('\n')

describe('the set-up guide', () => {
  it('has the seven steps, filled in', () => {
    expect(guideOf(factsOf(typed, host)).map(({ id }) => id)).toEqual(['register', 'permission', 'consent', 'proof', 'role', 'wait', 'probe'])
    const text = commands()
    for (const part of ['-TenantId contoso.example', "-DisplayName 'Exchange automation'", 'az ad sp create --id 3b9e7a10-1f64-4d8b-a2c5-70d1e8f4b601', "'C:\\keys\\app.cer'", '-RoleDefinitionId 29232cdf-9323-42fd-ade2-1d097af3e4de', 'dc50a0fb-09a3-484d-be87-e023b12c6440=Role']) expect(text).toContain(part)
  })

  it('offers the least role first, whatever was not chosen', () => {
    expect(commands({ roleId: 'nothing' })).toContain('-RoleDefinitionId f2ef992c-3afb-46b9-b7cf-a126ee74c451')
  })

  it.each(["x'; Remove-Item / #", 'x"; whoami', '$(whoami)', '`whoami`', 'x\nwhoami', '’; whoami; ‘', 'a b; whoami'])('lets nothing that was typed become a command: %j', (bad) => {
    const text = commands({ tenant: bad, clientId: bad, appName: bad, certificatePath: bad.includes(';') && !/['"‘’]/.test(bad) ? `${bad}'` : bad })
    expect(text).not.toMatch(/whoami|Remove-Item/)
  })

  it.each([
    ['gcchigh', 'AzureUSGovernment', 'https://graph.microsoft.us/', 'USGov', 'portal.azure.us'],
    ['dod', 'AzureUSGovernment', 'https://dod-graph.microsoft.us/', 'USGovDoD', 'portal.azure.us'],
    ['china', 'AzureChinaCloud', 'https://microsoftgraph.chinacloudapi.cn/', 'China', 'portal.azure.cn']
  ] as const)('leads to the tools of its own cloud in each form: %s', (cloud, azure, graph, environment, portal) => {
    const steps = guideOf(factsOf({ ...typed, cloud }, host))
    const cli = steps.map(({ cli: lines }) => lines).join('\n')
    expect(cli.match(new RegExp(`az cloud set --name ${azure}\naz login`, 'g'))).toHaveLength(2)
    expect(cli).toContain(`--url ${graph}v1.0/roleManagement`)
    expect(steps[0]!.powershell).toContain(`-Environment ${environment} `)
    expect(steps[0]!.portal[0]).toContain(portal)
    expect(JSON.stringify(steps)).not.toMatch(/graph\.microsoft\.com|entra\.microsoft\.com/)
  })

  it('leaves open where the tools of a cloud of one’s own are', () => {
    const steps = guideOf(factsOf({ ...typed, cloud: 'custom' }, host))
    expect(JSON.stringify(steps)).not.toMatch(/microsoft\.com|azure\./)
    expect(steps[0]!.cli).toContain('az cloud set --name <cloud>\n')
  })

  it('offers a role that opens compliance where that is wanted, and says which ones do not', () => {
    const manager = '17315797-102d-40b4-93e0-432062caca18'
    const role = (change: Partial<Omit<typeof typed, 'services'>> & { services?: Service[] }) => guideOf(factsOf({ ...typed, ...change }, host)).find(({ id }) => id === 'role')!
    expect([offeredRoleIds(['exchange']).includes(manager), offeredRoleIds(['exchange', 'compliance']).includes(manager)]).toEqual([false, true])
    expect(offeredRoleIds(['compliance'])[0]).toBe('f2ef992c-3afb-46b9-b7cf-a126ee74c451')
    const both = role({ services: ['exchange', 'compliance'] })
    expect(both.text).toContain('Chosen here: Exchange Administrator, which can manage Exchange and opens nothing in Security & Compliance.')
    expect(both.powershell).toContain("# Add-RoleGroupMember -Identity 'ComplianceAdministrator' -Member $principal.Id")
    expect(role({ services: ['compliance'], roleId: manager }).powershell).toContain(`-RoleDefinitionId ${manager}`)
    expect(role({}).text).not.toContain('Compliance')
  })

  it('names the environment of another cloud, and both resources where both services are wanted', () => {
    const text = guideOf(factsOf({ ...typed, cloud: 'gcchigh', services: ['exchange', 'compliance'] }, 'login.microsoftonline.us')).map(({ powershell }) => powershell).join('\n')
    expect(text).toContain('-Environment USGov ')
    expect(text).toContain('455e5cd2-84e8-4751-8344-5672145dfa17')
  })

  it('has a multitenant app and a consent link for a partner', () => {
    expect(commands({ isPartner: true })).toContain('-SignInAudience AzureADMultipleOrgs')
    expect(customerConsentLink(host, { tenantId: null, domain: 'fabrikam.example' }, typed.clientId)).toBe(`https://${host}/fabrikam.example/adminconsent?client_id=3b9e7a10-1f64-4d8b-a2c5-70d1e8f4b601`)
  })

  it('gives the role in each of a partner’s customers that were chosen', () => {
    const customers = [{ name: 'Contoso', tenantId: '8f2d1c4e-5b7a-4c3d-9e10-6a2b7c8d9e01', domain: 'contoso.example' }, { name: 'x\nwhoami', tenantId: null, domain: 'fabrikam.example' }]
    const role = guideOf(factsOf({ ...typed, isPartner: true }, host, customers)).find(({ id }) => id === 'role')!
    for (const form of [role.powershell!, role.cli!]) {
      expect(form).toMatch(/# Contoso\n(?:if [^\n]*\n)?[^\n]*8f2d1c4e-5b7a-4c3d-9e10-6a2b7c8d9e01[^]*29232cdf-[^]*enant(Id)? fabrikam\.example[^]*29232cdf-/)
      expect(form).not.toMatch(/whoami|<customer>/)
    }
    // Where connecting to one fails, nothing is done in the one before.
    expect(role.powershell!.match(/^if \(Get-MgContext\) \{ \$null = Disconnect-MgGraph \}\nConnect-MgGraph /gm)).toHaveLength(2)
    expect(role.portal.slice(0, 2)).toEqual([expect.stringContaining('Contoso (8f2d1c4e'), expect.stringContaining('fabrikam.example')])
    expect(commands({ isPartner: true })).toContain('-TenantId <customer>')
  })

  it('has each customer’s consent link in every form, and grants nothing in the partner’s own tenant', () => {
    const customers = [{ name: 'Contoso', tenantId: '8f2d1c4e-5b7a-4c3d-9e10-6a2b7c8d9e01', domain: 'contoso.example' }, { name: 'x\nwhoami', tenantId: null, domain: 'fabrikam.example' }]
    const steps = guideOf(factsOf({ ...typed, isPartner: true }, host, customers))
    const step = steps.find(({ id }) => id === 'consent')!
    for (const form of [step.powershell!, step.cli!]) {
      expect(form).toContain(`# Contoso\n# ${customerConsentLink(host, customers[0]!, typed.clientId)}\n# ${customerConsentLink(host, customers[1]!, typed.clientId)}`)
      expect(form.split('\n').filter((line) => !line.startsWith('# '))).toEqual([])
    }
    expect(commands({ isPartner: true })).not.toMatch(/admin-consent|New-MgServicePrincipalAppRoleAssignment|AppRoleAssignment\.ReadWrite/)
    for (const grant of ['admin-consent', 'New-MgServicePrincipalAppRoleAssignment']) expect(commands()).toContain(grant)
  })

  // TENANTRY_WRITE_DOCS=1 writes it anew.
  it('is the same text as docs/setting-up-an-app.md', () => {
    if (process.env.TENANTRY_WRITE_DOCS) writeFileSync('docs/setting-up-an-app.md', guideDocument())
    expect(readFileSync('docs/setting-up-an-app.md', 'utf8')).toBe(guideDocument())
  })
})
