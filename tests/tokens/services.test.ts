import { describe, expect, it } from 'vitest'
import { serviceLabels, services, type Service } from '../../app/contract.ts'
import { builtInClouds } from '../../app/tokens/clouds.ts'
import { cautionOf, connectModules, serviceTable } from '../../app/tokens/services.ts'

describe('the table of services', () => {
  it.each<[Service, string, string, string, string]>([
    ['exchange', 'Connect-ExchangeOnline', 'ExchangeOnlineManagement', '00000002-0000-0ff1-ce00-000000000000', 'Exchange.ManageAsApp'],
    ['compliance', 'Connect-IPPSSession', 'ExchangeOnlineManagement', '00000007-0000-0ff1-ce00-000000000000', 'Exchange.ManageAsApp'],
    ['graph', 'Connect-MgGraph', 'Microsoft.Graph.Authentication', '00000003-0000-0000-c000-000000000000', 'Organization.Read.All']
  ])('%s', (service, connect, module, appId, permission) => {
    expect(serviceTable[service]).toMatchObject({ label: serviceLabels[service], connect, module, resource: { appId }, permission: { name: permission } })
    expect(builtInClouds.every((cloud) => cloud.services[service] !== null)).toBe(true)
  })

  it('names each module once, with its services', () => {
    expect(connectModules.map(({ name }) => name)).toEqual(['ExchangeOnlineManagement', 'Microsoft.Graph.Authentication'])
    expect(connectModules.flatMap((module) => module.services).sort()).toEqual([...services].sort())
  })

  it.each<[NodeJS.Platform, Service[]]>([['win32', []], ['darwin', ['compliance']], ['linux', ['compliance']]])('on %s warns of %j', (platform, warned) => {
    expect(services.filter((service) => cautionOf(service, platform) !== null)).toEqual(warned)
  })
})
