import { PublicClientApplication, type AccountInfo, type AuthenticationResult } from '@azure/msal-node'
import type { Cloud, Network } from '../adapters.ts'
import type { AccountCredential } from '../credentials/credential.ts'
import { failure } from '../failures.ts'
import { msalOptions } from './msal-options.ts'

/** A public client of MSAL for one tenant; its cache lives as long as it does. */
export function createPublicClient(app: { cloud: Cloud; tenantId: string; clientId: string }, network: Network): PublicClientApplication {
  return new PublicClientApplication(msalOptions(app, network))
}

/**
 * A new access token by the account's refresh token, and the credential with the refresh token that came in its
 * place. The tenant is the request's: a refresh token is good for every tenant that lets its account in.
 *
 * @throws MSAL's errors; TenantryError `account-expired` where the credential holds no account
 */
export async function redeemAccount(
  request: { cloud: Cloud; tenantId: string; clientId: string; credential: AccountCredential; scopes: string[] },
  network: Network
): Promise<{ answer: AuthenticationResult; next: AccountCredential }> {
  const client = createPublicClient(request, network)
  const cache = client.getTokenCache()
  cache.deserialize(request.credential.cache)
  const account = (await cache.getAllAccounts()).find(({ homeAccountId }) => homeAccountId === request.credential.homeAccountId)
  if (!account) throw failure('account-expired', { aadsts: 'it holds no account' })
  const answer = await client.acquireTokenSilent({ account, scopes: request.scopes, forceRefresh: true })
  return { answer, next: { ...request.credential, cache: keptOf(cache.serialize()) } }
}

/** What is kept of a sign-in that just succeeded. */
export function credentialOf(client: PublicClientApplication, account: AccountInfo, bound: { clientId: string; authorityHost: string }): AccountCredential {
  const { homeAccountId, username, name } = account
  // The home tenant stands behind the dot: `tenantId` is the one that was signed in to.
  const homeTenantId = homeAccountId.split('.')[1] || account.tenantId
  return { kind: 'account', cache: keptOf(client.getTokenCache().serialize()), homeAccountId, username, name: name ?? username, homeTenantId, ...bound }
}

/** The cache without access tokens: those are taken anew, and never rest on a disk. */
function keptOf(cache: string): string {
  return JSON.stringify({ ...(JSON.parse(cache) as Record<string, unknown>), AccessToken: {} })
}
