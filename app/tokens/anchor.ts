import type { Token } from './acquire.ts'

/** The mailbox that app-only requests are routed by (recorded from ExchangeOnlineManagement 3.9.0). */
export const anchorMailbox = 'SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}'

/** By what a request is routed: a person's own mailbox in their own tenant, else the tenant's system mailbox. */
export function anchorOf(token: Token): string {
  return isAtHome(token) ? `UPN:${token.account!.username}` : `APP:${anchorMailbox}@${String(token.claims.tid)}`
}

/** A person's token for the tenant that their account lives in. */
export const isAtHome = ({ account, claims }: Token): boolean => account?.homeTenantId.toLowerCase() === String(claims.tid).toLowerCase()
