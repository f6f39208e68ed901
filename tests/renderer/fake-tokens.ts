import type { Explanation, Profile } from '../../app/contract.ts'
import { TenantryError } from '../../app/failures.ts'
import { knownAudiences } from '../../app/tokens/audiences.ts'
import { builtInClouds } from '../../app/tokens/clouds.ts'
import { decodePasted } from '../../app/tokens/decode.ts'
import { explain } from '../../app/tokens/explain.ts'

const resources = { exchange: 'https://outlook.office365.com', compliance: 'https://ps.compliance.protection.outlook.com', graph: 'https://graph.microsoft.com' }
const lifeMs = 65 * 60_000
const ageMs = 18 * 60_000

/** The claims of an Exchange Administrator's app in a profile's tenant, 18 of 65 minutes old, with what a test changes. */
export function someClaims(profile: Profile, change: Record<string, unknown> = {}): Record<string, unknown> {
  const from = Math.floor((Date.now() - ageMs) / 1000)
  return {
    aud: resources.exchange,
    iss: `https://sts.windows.net/${profile.tenantId}/`,
    iat: from,
    nbf: from,
    exp: from + lifeMs / 1000,
    app_displayname: 'Exchange automation',
    appid: '41c9a6b2-6f0e-4f8d-9d65-2f5c1fd207ee',
    appidacr: '2',
    idtyp: 'app',
    oid: 'b7c1f0de-5f1a-4c38-9a41-6a1d1c2f3e4d',
    roles: ['Exchange.ManageAsApp'],
    tid: profile.tenantId,
    uti: 'y4Qk2mJXmkGdE7s1JmQAAA',
    ver: '1.0',
    wids: ['29232cdf-9323-42fd-ade2-1d097af3e4de', '0997a1d0-0d1d-4acb-b408-d5ca73121e90'],
    ...change
  }
}

const known = knownAudiences(builtInClouds)

/** What the core answers of a session's token; it has no token, but the words are the real ones. */
export function describeClaims(profile: Profile, claims: Record<string, unknown> | null, service: Profile['services'][number]): Explanation {
  if (!claims) throw new TenantryError('no-token')
  return explain(claims, {
    tenantId: profile.tenantId,
    audience: { service, resource: resources[service] },
    now: Date.now(),
    known,
    nameOfTenant: () => profile.name,
    certificate: { thumbprint: '3F2A'.repeat(10), notAfter: '2027-02-14T00:00:00Z' },
    renewsAt: Date.now() - ageMs + lifeMs * 0.75
  })
}

export const explainPasted = (text: string): Explanation => explain(decodePasted(text), { tenantId: null, audience: null, now: Date.now(), known })

/** A JWT of these claims, whose signature is a canary: it must never be seen again. */
export function pastedToken(claims: Record<string, unknown>): { token: string; signature: string } {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signature = 'c4n4ry'.repeat(8)
  return { token: `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}.${signature}`, signature }
}
