/**
 * The page where an admin of a tenant lets an app in: learn.microsoft.com/entra/identity/enterprise-apps/grant-admin-consent.
 *
 * @param tenant its id or one of its domains, fit for a link
 */
export const consentLink = (loginHost: string, tenant: string, clientId: string): string => `https://${loginHost}/${tenant}/adminconsent?client_id=${clientId}`
