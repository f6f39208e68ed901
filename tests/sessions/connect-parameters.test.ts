import { describe, expect, it } from 'vitest'
import type { CloudId, Service } from '../../app/contract.ts'
import { connectWith, moduleOf } from '../../app/sessions/connect-parameters.ts'
import { builtInClouds, customCloud } from '../../app/tokens/clouds.ts'

const profile = { tenantId: '11111111-2222-4333-8444-555555555555', moduleVersion: '' }
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
    expect(connectWith({ profile, cloud: cloudOf(id) }, service, organization, undefined).parameters).toEqual({ ...always, ...expected, Organization: organization })
  })

  it.each<[CloudId, Record<string, string>]>([
    ['worldwide', { Environment: 'Global' }],
    ['gcchigh', { Environment: 'USGov' }],
    ['dod', { Environment: 'USGovDoD' }],
    ['china', { Environment: 'China' }],
    ['custom', { Environment: 'Tenantry graph.example.com', GraphEndpoint: 'https://graph.example.com', AzureADEndpoint: 'https://login.example.com' }]
  ])('in %s for Microsoft Graph, which is told no organization', (id, expected) => {
    expect(connectWith({ profile, cloud: cloudOf(id) }, 'graph', organization, undefined).parameters).toEqual({ NoWelcome: true, ...expected })
  })

  it('the switch for eDiscovery searches, for compliance alone', () => {
    const plan = { profile: { ...profile, searchOnlySession: true }, cloud: cloudOf('worldwide') }
    expect(connectWith(plan, 'compliance', organization, undefined).parameters).toMatchObject({ EnableSearchOnlySession: true })
    for (const service of ['exchange', 'graph'] as const) expect(connectWith(plan, service, organization, undefined).parameters).not.toHaveProperty('EnableSearchOnlySession')
  })
})

describe('a read-only session', () => {
  it.each([['exchange', true], ['compliance', true], ['graph', false]] as const)('of %s asks for the commands that read: %s', (service, asks) => {
    const { parameters } = connectWith({ profile: { ...profile, readOnly: true }, cloud: cloudOf('worldwide') }, service, organization, undefined)
    expect(parameters.CommandName).toEqual(asks ? ['Get-*', 'Test-*', 'Find-*', 'Search-*', 'Export-*', 'Preview-*', 'Validate-*', 'Compare-*'] : undefined)
  })
})

describe('a person’s token', () => {
  const connected = (homeTenantId: string, service: Service) =>
    connectWith({ profile, cloud: cloudOf('worldwide') }, service, organization, { username: 'admin@partner.example', homeTenantId }).parameters

  it.each(['exchange', 'compliance'] as const)('goes by the person’s name for %s where they are at home, else by the tenant’s', (service) => {
    expect(connected(profile.tenantId.toUpperCase(), service)).toMatchObject({ UserPrincipalName: 'admin@partner.example' })
    expect(connected('99999999-2222-4333-8444-555555555555', service)).toMatchObject({ DelegatedOrganization: organization })
    for (const home of [profile.tenantId, '99999999-2222-4333-8444-555555555555']) expect(connected(home, service)).not.toHaveProperty('Organization')
  })

  it('goes as it is to Microsoft Graph', () => {
    expect(connected(profile.tenantId, 'graph')).toEqual({ NoWelcome: true, Environment: 'Global' })
  })
})

describe('remote PowerShell', () => {
  const remotePowerShell = { connectionUri: 'https://outlook.office365.com/PowerShell-LiveId', allowRedirection: false }
  const plan = { profile: { ...profile, remotePowerShell }, cloud: cloudOf('worldwide') }

  it('takes the place of Exchange’s module, and of no other service', () => {
    expect(connectWith(plan, 'exchange', organization, undefined)).toEqual({
      command: 'Connect-RemotePowerShell',
      family: 'remote',
      parameters: {
        ConnectionUri: 'https://outlook.office365.com/PowerShell-LiveId?BasicAuthToOAuthConversion=true&email=SystemMailbox%7Bbb558c35-97f1-4cb9-8ff7-d53741dc928c%7D%40contoso.onmicrosoft.com',
        TenantId: profile.tenantId,
        AllowRedirection: false
      }
    })
    expect(moduleOf(plan, 'exchange')).toEqual({ name: 'Microsoft.PowerShell.Utility', path: 'Microsoft.PowerShell.Utility', pinnedVersion: null })
    expect(connectWith(plan, 'compliance', organization, undefined).command).toBe('Connect-IPPSSession')
    expect(moduleOf(plan, 'graph').name).toBe('Microsoft.Graph.Authentication')
  })
})
