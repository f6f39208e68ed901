import type { Cloud, Question } from '../adapters.ts'
import type { Profile } from '../contract.ts'
import { failure } from '../failures.ts'

export interface TrustedHostsOptions {
  /** Profiles that are saved: their hosts were confirmed when they were. */
  profiles(): Profile[]
  cloudOf(id: string, custom: Profile['customCloud']): Cloud
  /** The host's own dialog. */
  confirm(question: Question): Promise<boolean>
}

/** The hosts of custom clouds that may be spoken to: those of saved profiles, and those confirmed in this run. */
export class TrustedHosts {
  readonly #options: TrustedHostsOptions
  readonly #confirmed = new Set<string>()
  readonly #refused = new Set<string>()
  readonly #asking = new Map<string, Promise<boolean>>()

  constructor(options: TrustedHostsOptions) {
    this.#options = options
  }

  /** Whether a cloud's hosts need no question (any more). */
  has(cloud: Cloud): boolean {
    if (cloud.id !== 'custom') return true
    const hosts = keyOf(cloud)
    return this.#confirmed.has(hosts) || this.#options.profiles().some((profile) => this.#hostsOf(profile) === hosts)
  }

  /**
   * Has a cloud's hosts confirmed where they were not yet.
   *
   * @param options.askAgain false where a person who refused once is not to be asked a second time
   * @throws TenantryError `cancelled`
   */
  async confirm(cloud: Cloud, { askAgain = true } = {}): Promise<void> {
    if (this.has(cloud)) return
    const hosts = keyOf(cloud)
    if (this.#refused.has(hosts) && !askAgain) throw failure('cancelled')
    const asking = this.#asking.get(hosts) ?? this.#options.confirm(questionOf(cloud)).finally(() => this.#asking.delete(hosts))
    this.#asking.set(hosts, asking)
    const yes = await asking
    if (yes) this.#confirmed.add(hosts)
    else this.#refused.add(hosts)
    if (!yes) throw failure('cancelled')
  }

  #hostsOf({ cloud, customCloud }: Profile): string | null {
    if (cloud !== 'custom') return null
    try {
      return keyOf(this.#options.cloudOf(cloud, customCloud))
    } catch {
      return null
    }
  }
}

/** The hosts as they will be spoken to: ASCII, so that a look-alike letter shows. */
function hostsOf({ loginHost, services }: Cloud) {
  return { loginHost, exchangeHost: services.exchange?.url ?? '', complianceHost: services.compliance?.url ?? '', graphHost: services.graph?.url ?? '' }
}

function keyOf(cloud: Cloud): string {
  return JSON.stringify(hostsOf(cloud))
}

function questionOf(cloud: Cloud): Question {
  const { loginHost, exchangeHost, complianceHost, graphHost } = hostsOf(cloud)
  return {
    title: 'Trust the hosts of a custom cloud',
    message: `Send credentials to ${loginHost}?`,
    detail: [
      `Login host, which is sent the credential: https://${loginHost}`,
      `Exchange host, which is sent tokens: ${exchangeHost}`,
      ...(complianceHost ? [`Compliance host, which is sent tokens: ${complianceHost}`] : []),
      ...(graphHost ? [`Microsoft Graph host, which is sent tokens: ${graphHost}`] : [])
    ].join('\n'),
    confirmLabel: 'Trust these hosts'
  }
}
