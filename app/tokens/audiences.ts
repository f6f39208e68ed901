import type { Cloud } from '../adapters.ts'
import { services as allServices, type Service } from '../contract.ts'
import { serviceTable } from './services.ts'

/** A resource that tokens are for. */
export interface Audience {
  /** As `normaliseAudience` writes it: an address or the resource's app id. */
  value: string
  words: string
  /** Null for a resource that Tenantry opens no sessions with. */
  service: Service | null
}

/** Resources that pasted tokens are often for. App ids of Microsoft's own services, the same in every tenant. */
const others: readonly Audience[] = [
  { value: 'https://graph.windows.net', words: 'Azure AD Graph, which Microsoft has retired', service: null },
  { value: '00000002-0000-0000-c000-000000000000', words: 'Azure AD Graph, which Microsoft has retired', service: null },
  { value: 'https://management.azure.com', words: 'Azure Resource Manager', service: null },
  { value: 'https://management.core.windows.net', words: 'Azure Resource Manager', service: null },
  { value: '00000003-0000-0ff1-ce00-000000000000', words: 'SharePoint Online', service: null },
  { value: '48ac35b8-9aa8-4d74-927d-1f4a14a0b239', words: 'Microsoft Teams administration', service: null },
  ...allServices.map((service) => ({ value: serviceTable[service].resource.appId, words: serviceTable[service].label, service }))
]

/** Lower case and without a slash at the end, as audiences are compared. */
export function normaliseAudience(audience: string): string {
  return audience.toLowerCase().replace(/\/$/, '')
}

/** Every resource that has a name: the services of these clouds, and what else Microsoft has. */
export function knownAudiences(clouds: Iterable<Cloud>): Audience[] {
  const found = new Map<string, { service: Service; labels: string[] }>()
  for (const { label, services } of clouds) {
    for (const service of allServices) {
      const resource = services[service]?.resource
      if (!resource) continue
      const entry = found.get(normaliseAudience(resource)) ?? { service, labels: [] }
      entry.labels.push(label)
      found.set(normaliseAudience(resource), entry)
    }
  }
  const ours = [...found].map(([value, { service, labels }]) => ({ value, words: service === 'graph' ? serviceTable.graph.label : `${serviceTable[service].label}, ${labels.join(' and ')}`, service }))
  return [...ours, ...others]
}
