import type { Question } from '../adapters.ts'
import type { Profile, Service } from '../contract.ts'
import { failure } from '../failures.ts'
import { cautionOf, serviceTable } from '../tokens/services.ts'

interface CautionsOptions {
  platform: NodeJS.Platform
  /** @throws TenantryError `profile-not-found` */
  profile(id: string): Profile
  /** The host's own dialog. */
  confirm(question: Question): Promise<boolean>
}

/** Asks before a service is opened that Microsoft does not support on this kind of computer; once per profile and run. */
export class Cautions {
  readonly #options: CautionsOptions
  readonly #allowed = new Set<string>()

  constructor(options: CautionsOptions) {
    this.#options = options
  }

  /**
   * @param service the profile's first one where it is not told
   * @throws TenantryError `cancelled` where the person would rather not
   */
  async confirm(profileId: string, service: Service | undefined): Promise<void> {
    const profile = this.#options.profile(profileId)
    const wanted = service ?? profile.services[0]!
    const caution = cautionOf(wanted, this.#options.platform)
    const key = `${profileId} ${wanted}`
    if (caution === null || this.#allowed.has(key)) return
    const { label } = serviceTable[wanted]
    const isAllowed = await this.#options.confirm({
      title: 'Not supported on this computer',
      message: `Open ${label} of ${profile.name} all the same?`,
      detail: caution,
      confirmLabel: 'Open it'
    })
    if (!isAllowed) throw failure('cancelled')
    this.#allowed.add(key)
  }
}
