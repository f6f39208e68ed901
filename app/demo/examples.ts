import { join } from 'node:path'
import type { Cloud } from '../adapters.ts'
import type { Profile } from '../contract.ts'
import type { Examples } from '../profiles/profiles.ts'
import { demoHosts } from './names.ts'
import type { Demo } from './service.ts'
import type { DemoApp, DemoTenant } from './tenants.ts'

const colours: Record<string, string> = { 'Contoso demo': '#e5734b', 'Fabrikam demo': '#5aa9ff' }
const failingColour = '#8d99a8'

/** Stand-ins for Microsoft's modules, each in a folder of its name. */
const modules = ['ExchangeOnlineManagement', 'Microsoft.Graph.Authentication']

/** The demo's cloud: its login authority answers in process, its Exchange on loopback. */
export function demoCloud(demo: Demo, modulesFolder: string): Cloud {
  return {
    id: 'demo',
    label: 'Demo, on this machine',
    loginHost: demoHosts.login,
    services: {
      exchange: { resource: `https://${demoHosts.exchange}`, url: demo.exchangeUrl },
      compliance: { resource: `https://${demoHosts.compliance}`, url: demo.complianceUrl },
      graph: { resource: `https://${demoHosts.graph}`, url: demo.graphUrl }
    },
    connectParameters: {
      exchange: { ConnectionUri: demo.exchangeUrl, AzureADAuthorizationEndpointUri: `${demo.pagesUrl}/common` },
      compliance: { ConnectionUri: demo.complianceUrl, AzureADAuthorizationEndpointUri: `${demo.pagesUrl}/common` },
      graph: { Environment: 'Tenantry demo', GraphEndpoint: demo.graphUrl, AzureADEndpoint: demo.pagesUrl }
    },
    modulePaths: Object.fromEntries(modules.map((name) => [name, join(modulesFolder, name)])),
    browserUrl: demo.pagesUrl,
    network: async (request) => demo.network(request)
  }
}

/** The profiles of a first start: each tenant by its healthy app, then one profile per failure. */
export function demoExamples(demo: Demo): Examples {
  const rows = demo.tenants.flatMap((tenant, index) => tenant.apps.map((app) => ({ tenant, app, tenantNumber: index + 1 })))
  const ids = new Map(rows.map(({ app, tenantNumber }, index) => [app.clientId, { profile: exampleId(1, tenantNumber, index), signIn: exampleId(2, tenantNumber, index) }]))
  return {
    profiles: rows.map(({ tenant, app }) => profileOf(tenant, app, ids.get(app.clientId)!)),
    signIns: rows.map(({ app, tenant }) => ({
      id: ids.get(app.clientId)!.signIn,
      name: app.behaviour === 'healthy' ? `${tenant.name} app` : app.name,
      clientId: app.clientId,
      kind: 'secret' as const,
      askEachTime: false,
      certificate: null,
      account: null
    })),
    credentials: rows.map(({ tenant, app }) => ({
      signInId: ids.get(app.clientId)!.signIn,
      credential: { kind: 'secret' as const, secret: app.clientSecret },
      binding: { authorityHost: demoHosts.login, clientId: app.clientId, tenantIds: [tenant.tenantId] }
    }))
  }
}

function profileOf(tenant: DemoTenant, app: DemoApp, ids: { profile: string; signIn: string }): Profile {
  const healthy = app.behaviour === 'healthy'
  return {
    id: ids.profile,
    name: healthy ? tenant.name : app.name,
    group: !healthy ? 'Demo: what can go wrong' : colours[tenant.name] ? 'Demo' : 'Demo: generated',
    domain: tenant.domain,
    tenantId: tenant.tenantId,
    initialDomain: tenant.domain,
    cloud: 'demo',
    customCloud: null,
    signInId: ids.signIn,
    services: ['exchange'],
    colour: healthy ? (colours[tenant.name] ?? failingColour) : failingColour,
    environment: 'lab',
    workingFolder: '',
    loadPowerShellProfile: false,
    moduleVersion: '',
    notes: ''
  }
}

/** Fixed ids, so that a second start finds the examples of the first. */
function exampleId(kind: number, tenant: number, index: number): string {
  return `de300000-000${kind}-4000-8000-${`${tenant}0${String(index).padStart(2, '0')}`.padStart(12, '0')}`
}
