import { LogLevel } from '@azure/msal-node'
import type { Cloud, Network } from '../adapters.ts'
import { authorityMetadata } from './authority.ts'
import { networkModule } from './msal-network.ts'

/** What every client of MSAL is made with: one app at one tenant's authority, over our network, and no line in a log. */
export function msalOptions({ cloud, tenantId, clientId }: { cloud: Cloud; tenantId: string; clientId: string }, network: Network) {
  const { loginHost } = cloud
  return {
    auth: { clientId, authority: `https://${loginHost}/${tenantId}`, knownAuthorities: [loginHost], authorityMetadata: authorityMetadata(cloud, tenantId) },
    system: {
      networkClient: networkModule(network),
      disableInternalRetries: true,
      loggerOptions: { loggerCallback: () => {}, piiLoggingEnabled: false, logLevel: LogLevel.Error }
    }
  }
}
