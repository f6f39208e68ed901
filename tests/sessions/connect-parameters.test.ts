import { describe, expect, it } from 'vitest'
import type { CloudId, Service } from '../../app/contract.ts'
import { connectParameters } from '../../app/sessions/connect-parameters.ts'
import { builtInClouds, customCloud } from '../../app/tokens/clouds.ts'

const organization = 'contoso.onmicrosoft.com'
const custom = customCloud({ loginHost: 'login.example.com', exchangeHost: 'outlook.example.com', complianceHost: 'ps.example.com', graphHost: 'graph.example.com' })
const cloudOf = (id: CloudId) => builtInClouds.find((cloud) => cloud.id === id) ?? custom
const uris = (host: string, login: string) => ({ ConnectionUri: `https://${host}/powershell-liveid/`, AzureADAuthorizationEndpointUri: `https://${login}/common` })

describe('the connect cmdlet is given', () => {
  it.each<[CloudId, Service, Record<string, string>]>([
    ['worldwide', 'exchange', {}],
    ['gcchigh', 'exchange', { ExchangeEnvironmentName: 'O365USGovGCCHigh' }],
    ['dod', 'exchange', { ExchangeEnvironmentName: 'O365USGovDoD' }],
    ['china', 'exchange', { ExchangeEnvironmentName: 'O365China' }],
    ['custom', 'exchange', uris('outlook.example.com', 'login.example.com')],
    ['worldwide', 'compliance', {}],
    ['gcchigh', 'compliance', uris('ps.compliance.protection.office365.us', 'login.microsoftonline.us')],
    ['dod', 'compliance', uris('l5.ps.compliance.protection.office365.us', 'login.microsoftonline.us')],
    ['china', 'compliance', uris('ps.compliance.protection.partner.outlook.cn', 'login.chinacloudapi.cn')],
    ['custom', 'compliance', uris('ps.example.com', 'login.example.com')]
  ])('in %s for %s', (id, service, expected) => {
    const always = service === 'exchange' ? { ShowBanner: false } : {}
    expect(connectParameters({ profile: {}, cloud: cloudOf(id) }, service, organization)).toEqual({ ...always, ...expected, Organization: organization })
  })

  it.each<[CloudId, Record<string, string>]>([
    ['worldwide', { Environment: 'Global' }],
    ['gcchigh', { Environment: 'USGov' }],
    ['dod', { Environment: 'USGovDoD' }],
    ['china', { Environment: 'China' }],
    ['custom', { Environment: 'Tenantry graph.example.com', GraphEndpoint: 'https://graph.example.com', AzureADEndpoint: 'https://login.example.com' }]
  ])('in %s for Microsoft Graph, which is told no organization', (id, expected) => {
    expect(connectParameters({ profile: {}, cloud: cloudOf(id) }, 'graph', organization)).toEqual({ NoWelcome: true, ...expected })
  })

  it('the switch for eDiscovery searches, for compliance alone', () => {
    const plan = { profile: { searchOnlySession: true }, cloud: cloudOf('worldwide') }
    expect(connectParameters(plan, 'compliance', organization)).toMatchObject({ EnableSearchOnlySession: true })
    for (const service of ['exchange', 'graph'] as const) expect(connectParameters(plan, service, organization)).not.toHaveProperty('EnableSearchOnlySession')
  })
})
