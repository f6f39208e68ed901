import type { Cloud } from '../adapters.ts'
import type { Profile, Service } from '../contract.ts'
import { serviceTable } from '../tokens/services.ts'

/** What the connect cmdlet is given beyond the token: what the service always needs, the cloud's words, the profile's. */
export function connectParameters({ profile, cloud }: { profile: Pick<Profile, 'searchOnlySession'>; cloud: Cloud }, service: Service, organization: string): Record<string, string | boolean> {
  const { family, parameters } = serviceTable[service]
  return {
    ...parameters,
    ...cloud.connectParameters[service],
    ...(family === 'exchange' ? { Organization: organization } : {}),
    ...(service === 'compliance' && profile.searchOnlySession ? { EnableSearchOnlySession: true } : {})
  }
}
