import { guidFrom } from './guid.ts'
import { directoryRoles } from './names.ts'

/** What the login authority does when an account signs in by hand. */
export type AccountBehaviour = 'healthy' | 'mfa' | 'notAssigned' | 'blocked' | 'noConsent'

/** Somebody who may sign in to a demo tenant. All fields but the ids may be changed at run time. */
export interface DemoAccount {
  name: string
  upn: string
  objectId: string
  /** The tenant the account lives in: another one than the demo tenant's for a partner's. */
  homeTenantId: string
  homeObjectId: string
  behaviour: AccountBehaviour
  /** Directory roles in the token. */
  wids: string[]
  /** The AADSTS code with which the account's refresh tokens are refused from now on. */
  refuseRefresh: number | null
}

/** Microsoft's public client for Exchange PowerShell, which every tenant knows. */
export const exchangePublicClient = 'fb78d390-0c51-40cd-8e17-fdbfab77341b'

/** The accounts of a tenant: named for what they show, so that nobody takes them for people. */
export function createAccounts(tenantId: string, domain: string, partner: { tenantId: string; domain: string } | null): DemoAccount[] {
  const { exchangeAdministrator, complianceAdministrator, globalReader } = directoryRoles
  const account = (name: string, behaviour: AccountBehaviour, wids: string[], home = { tenantId, domain }): DemoAccount => {
    const upn = `${name.toLowerCase().replace(/[^a-z]+/g, '.')}@${home.domain}`
    return { name, upn, objectId: guidFrom(`user ${upn} in ${tenantId}`), homeTenantId: home.tenantId, homeObjectId: guidFrom(`user ${upn} in ${home.tenantId}`), behaviour, wids, refuseRefresh: null }
  }
  return [
    account('Exchange admin', 'healthy', [exchangeAdministrator, complianceAdministrator]),
    account('Global reader', 'healthy', [globalReader]),
    account('No role', 'healthy', []),
    account('Needs MFA', 'mfa', [exchangeAdministrator]),
    account('Not assigned', 'notAssigned', [exchangeAdministrator]),
    account('Blocked by policy', 'blocked', [exchangeAdministrator]),
    account('No consent', 'noConsent', [exchangeAdministrator]),
    ...(partner ? [account('Partner admin', 'healthy', [exchangeAdministrator], partner)] : [])
  ]
}

/** The AADSTS code that signing in by hand ends with; null where it goes well. */
export const codeOf: Record<AccountBehaviour, number | null> = { healthy: null, mfa: 50076, notAssigned: 50105, blocked: 53003, noConsent: 65001 }

/** How Entra words the refusals of an account, and under which OAuth error. */
export function accountRefusal(code: number, account: Pick<DemoAccount, 'upn'>, clientId: string): { error: string; text: string } {
  const texts: Record<number, [error: string, text: string]> = {
    50034: ['invalid_grant', `The user account ${account.upn} does not exist in the directory. To sign into this application, the account must be added to the directory.`],
    50053: ['invalid_grant', 'The account is locked, you have tried to sign in too many times with an incorrect user ID or password.'],
    50055: ['invalid_grant', 'The password is expired.'],
    50057: ['invalid_grant', 'The user account is disabled.'],
    50076: ['interaction_required', `Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access '${clientId}'.`],
    50079: ['interaction_required', `Due to a configuration change made by your administrator, or because you moved to a new location, you must enroll in multi-factor authentication to access '${clientId}'.`],
    50105: ['invalid_grant', `Your administrator has configured the application ('${clientId}') to block users unless they are specifically granted ('assigned') access to the application. The signed in user '${account.upn}' is blocked because they are not a direct member of a group with access.`],
    50126: ['invalid_grant', 'Error validating credentials due to invalid username or password.'],
    50158: ['interaction_required', 'External security challenge not satisfied. User will be redirected to another page or authentication provider to satisfy additional authentication challenges.'],
    50173: ['invalid_grant', 'The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password.'],
    53003: ['invalid_grant', 'Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.'],
    65001: ['invalid_grant', `The user or administrator has not consented to use the application with ID '${clientId}'. Send an interactive authorization request for this user and resource.`],
    65004: ['access_denied', 'User declined to consent to access the app.'],
    70000: ['invalid_grant', 'Provided grant is invalid or malformed.'],
    70008: ['invalid_grant', 'The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.'],
    54005: ['invalid_grant', 'OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.'],
    700082: ['invalid_grant', 'The refresh token has expired due to inactivity. The token was issued on an earlier date and was inactive for 90.00:00:00.'],
    500121: ['invalid_grant', 'Authentication failed during strong authentication request.'],
    500133: ['invalid_grant', 'Assertion is not within its valid time range. Ensure that the access token is not expired before using it for user assertion, or request a new token.'],
    501481: ['invalid_grant', 'The Code_Verifier does not match the code_challenge supplied in the authorization request.']
  }
  const [error, text] = texts[code] ?? ['invalid_grant', 'The grant was refused.']
  return { error, text }
}
