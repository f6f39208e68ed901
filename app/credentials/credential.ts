/**
 * The secret behind a sign-in, as it is stored and used. It never leaves the main process. A `store` credential names
 * a certificate whose key stays where it lies: nothing in it is secret.
 */
export type StoredCredential =
  | { kind: 'secret'; secret: string }
  | { kind: 'pfx'; pfxBase64: string; password: string }
  | { kind: 'store'; thumbprint: string }
  | AccountCredential

/** A person's sign-in. `cache` is MSAL's, with the refresh token in it; it is another one after each use. */
export interface AccountCredential {
  kind: 'account'
  cache: string
  homeAccountId: string
  username: string
  name: string
  /** The tenant that the account lives in. */
  homeTenantId: string
  /** What the person signed in for: it is used nowhere else, whatever a binding says. */
  clientId: string
  authorityHost: string
}

/** What a credential may be used for; a request outside of it needs the credential confirmed again. */
export interface Binding {
  /** Host of the login authority. */
  authorityHost: string
  clientId: string
  /** The tenants it was confirmed for. */
  tenantIds: string[]
}

/** What is about to be done with a credential. */
export interface CredentialRequest {
  authorityHost: string
  tenantId: string
  clientId: string
}

/** A binding is of this host and app, whatever its tenants. */
export function isForApp(binding: Binding, { authorityHost, clientId }: Pick<CredentialRequest, 'authorityHost' | 'clientId'>): boolean {
  return same(binding.authorityHost, authorityHost) && same(binding.clientId, clientId)
}

/** The binding with one more tenant. */
export function widened(binding: Binding, tenantId: string): Binding {
  const isKnown = binding.tenantIds.some((id) => same(id, tenantId))
  return isKnown ? binding : { ...binding, tenantIds: [...binding.tenantIds, tenantId.toLowerCase()] }
}

/** Why a request is outside of a binding, in words; null where it is covered. */
export function outsideOf(binding: Binding, request: CredentialRequest): string | null {
  if (!same(binding.authorityHost, request.authorityHost)) return `the login host ${request.authorityHost}`
  if (!same(binding.clientId, request.clientId)) return `the application ${request.clientId}`
  if (!binding.tenantIds.some((id) => same(id, request.tenantId))) return `the tenant ${request.tenantId}`
  return null
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}
