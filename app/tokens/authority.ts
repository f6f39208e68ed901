import type { Cloud } from '../adapters.ts'

/**
 * The endpoints of a tenant's authority, as MSAL takes them. These paths are the same in every cloud
 * (learn.microsoft.com/entra/identity-platform/v2-protocols): giving them saves a request before each token, and MSAL
 * swallows what goes wrong with that request.
 */
export function authorityMetadata({ loginHost }: Cloud, tenantId: string): string {
  const authority = `https://${loginHost}/${tenantId}`
  return JSON.stringify({
    issuer: `${authority}/v2.0`,
    token_endpoint: `${authority}/oauth2/v2.0/token`,
    authorization_endpoint: `${authority}/oauth2/v2.0/authorize`,
    jwks_uri: `${authority}/discovery/v2.0/keys`
  })
}
