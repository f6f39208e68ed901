import type { Cloud } from '../adapters.ts'
import type { Explanation, Profile, Service, SignInView } from '../contract.ts'
import { failure } from '../failures.ts'
import type { Token } from './acquire.ts'
import { knownAudiences } from './audiences.ts'
import { renewAt } from './broker.ts'
import { decodePasted } from './decode.ts'
import { explain } from './explain.ts'

/** Whose token a session uses, and what it is held against. */
export interface TokenUse {
  profile: Profile
  cloud: Cloud
  /** What the session is connected to. */
  service: Service
  certificate: SignInView['certificate']
  /** Whether somebody renews its token. */
  isRenewed: boolean
  /** The token that it has of a service now. */
  token(service: Service): Token | null
}

export interface ExplainerOptions {
  clouds: Iterable<Cloud>
  /**
   * Null where the session has no connection.
   *
   * @throws TenantryError `session-not-found`
   */
  useOf(sessionId: string): TokenUse | null
  /** The profiles, by which tenants have names. */
  profiles(): Profile[]
  now(): number
}

/** Explains the tokens that are in use, and those that are pasted. */
export function createExplainer({ clouds, useOf, profiles, now }: ExplainerOptions) {
  const known = knownAudiences(clouds)
  const nameOfTenant = (tenantId: string) => {
    const [first, ...others] = profiles().filter((profile) => isSame(profile.tenantId, tenantId))
    if (!first) return null
    return others.length === 0 ? first.name : `${first.name} and ${others.length} more ${others.length === 1 ? 'profile' : 'profiles'}`
  }
  return {
    /** @throws TenantryError `session-not-found`, `no-token` */
    describe(sessionId: string, service?: Service): Explanation {
      const use = useOf(sessionId)
      if (!use) throw failure('no-token')
      const { profile, cloud, certificate, isRenewed } = use
      const wanted = service ?? use.service
      const token = use.token(wanted)
      const resource = cloud.services[wanted]?.resource
      if (!token || resource === undefined) throw failure('no-token')
      return explain(token.claims, {
        tenantId: profile.tenantId,
        audience: { service: wanted, resource },
        now: now() + (token.skewMs ?? 0),
        known,
        nameOfTenant: (tenantId) => (isSame(profile.tenantId, tenantId) ? profile.name : nameOfTenant(tenantId)),
        certificate,
        renewsAt: isRenewed ? token.acquiredAt + token.lifeMs * renewAt + (token.skewMs ?? 0) : null
      })
    },
    /** @throws TenantryError `not-a-token` */
    explain: (text: string): Explanation => explain(decodePasted(text), { tenantId: null, audience: null, now: now(), known, nameOfTenant })
  }
}

const isSame = (one: string | null, other: string): boolean => one?.toLowerCase() === other.toLowerCase()
