import type { Profile } from '../contract.ts'
import { noTenant, type Tenant } from './binding.ts'
import type { ProfilesOptions } from './profiles.ts'

/** Which profiles use a sign-in, and at which login host: what its credential can be bound to. */
export class SignInUsers {
  readonly #cloudOf: ProfilesOptions['cloudOf']

  constructor(cloudOf: ProfilesOptions['cloudOf']) {
    this.#cloudOf = cloudOf
  }

  /** The tenants, in lower case, that use a sign-in at a host; `noTenant` where there are none. */
  tenantsAt(signInId: string, host: string, profiles: Profile[]): string[] {
    const tenants = this.namedTenantsAt(signInId, host, profiles)
    return tenants.length > 0 ? tenants.map(({ tenantId }) => tenantId) : [noTenant]
  }

  /** The same, each tenant once, with the domain of its first profile. */
  namedTenantsAt(signInId: string, host: string, profiles: Profile[]): Tenant[] {
    const tenants = new Map<string, Tenant>()
    for (const profile of profiles) {
      const tenantId = profile.tenantId?.toLowerCase()
      if (!tenantId || tenants.has(tenantId) || profile.signInId !== signInId || this.#hostOf(profile) !== host.toLowerCase()) continue
      tenants.set(tenantId, { domain: profile.domain, tenantId })
    }
    return [...tenants.values()]
  }

  /** The host that most of a sign-in's profiles use; empty where none uses it. */
  mainHost(signInId: string, profiles: Profile[]): string {
    const counts = new Map<string, number>()
    for (const profile of profiles) {
      const host = profile.signInId === signInId ? this.#hostOf(profile) : null
      if (host) counts.set(host, (counts.get(host) ?? 0) + 1)
    }
    return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? ''
  }

  /** A profile other than `exceptProfile` uses the sign-in at this host. */
  usedAt(signInId: string, host: string, profiles: Profile[], exceptProfile: string | null = null): boolean {
    return profiles.some((profile) => profile.signInId === signInId && profile.id !== exceptProfile && this.#hostOf(profile) === host.toLowerCase())
  }

  /** The login host of a profile's cloud; null where this Tenantry does not know the cloud. */
  #hostOf(profile: Profile): string | null {
    try {
      return this.#cloudOf(profile.cloud, profile.customCloud).loginHost.toLowerCase()
    } catch {
      return null
    }
  }
}
