import type { Cloud, Network } from '../adapters.ts'
import { checkStepIds, type CheckStep, type Profile, type Service, type SignInView } from '../contract.ts'
import { failure } from '../failures.ts'
import { guidOf } from '../guid.ts'
import type { FindResult, FoundPowerShell } from '../powershell/find.ts'
import type { Token } from '../tokens/acquire.ts'
import type { Audience } from '../tokens/audiences.ts'
import { ServiceClient } from '../tokens/service-client.ts'
import type { FixFacts } from './fixes.ts'
import { machineSteps } from './machine-steps.ts'
import { serviceSteps } from './service-steps.ts'
import { signInSteps } from './sign-in-steps.ts'
import { runSteps } from './step.ts'

/** What a check is about, and how it asks. */
export interface CheckOptions {
  profile: Profile
  cloud: Cloud
  service: Service
  /** Null where the profile has none. */
  signIn: Pick<SignInView, 'clientId' | 'kind' | 'expiry'> | null
  /** Resources that have a name. */
  known: readonly Audience[]
  platform: NodeJS.Platform
  env: NodeJS.ProcessEnv
  network: Network
  now: () => number
  /** A fresh token. */
  takeToken(): Promise<Token>
  findPowerShell(): Promise<FindResult>
}

/** One run of the check of a profile: what it is about, and what its steps found so far. */
export class Check {
  readonly profile: Profile
  readonly cloud: Cloud
  readonly service: Service
  readonly signIn: CheckOptions['signIn']
  readonly known: readonly Audience[]
  readonly platform: NodeJS.Platform
  readonly env: NodeJS.ProcessEnv
  readonly now: () => number
  readonly network: Network
  /** Reaches the login authority, which some clouds have their own way to. */
  readonly loginNetwork: Network
  readonly takeToken: CheckOptions['takeToken']
  readonly findPowerShell: CheckOptions['findPowerShell']
  /** What steps leave for the steps after them. */
  readonly facts: { skewMs: number | null; token: Token | null; powershell: FoundPowerShell | null; directoryRoles: string[] } = {
    skewMs: null,
    token: null,
    powershell: null,
    directoryRoles: []
  }
  #client: ServiceClient | null = null

  constructor(options: CheckOptions) {
    this.profile = options.profile
    this.cloud = options.cloud
    this.service = options.service
    this.signIn = options.signIn
    this.known = options.known
    this.platform = options.platform
    this.env = options.env
    this.now = options.now
    this.network = options.network
    this.loginNetwork = options.cloud.network ?? options.network
    this.takeToken = options.takeToken
    this.findPowerShell = options.findPowerShell
  }

  /** The token of the step that signs in. Steps that need it come after that one. */
  get token(): Token {
    if (!this.facts.token) throw failure('no-token')
    return this.facts.token
  }

  get fixFacts(): FixFacts {
    const { cloud, service, profile, signIn, facts } = this
    const [tenantId, objectId] = [guidOf(profile.tenantId), guidOf(facts.token?.claims.oid)]
    return { cloud, service, tenantId, clientId: guidOf(signIn?.clientId) ?? '', objectId }
  }

  client(): ServiceClient {
    const { cloud, service, token, network } = this
    return (this.#client ??= new ServiceClient({ url: cloud.services[service]!.url, token, network }))
  }

  /** Runs all steps in the contract's order, from the network up to what the app may do; it never rejects. */
  async run(onStep: (step: CheckStep) => void): Promise<CheckStep[]> {
    const steps = [...signInSteps(this), ...machineSteps(this), ...serviceSteps(this)]
    const sorted = steps.sort((a, b) => checkStepIds.indexOf(a.id) - checkStepIds.indexOf(b.id))
    return runSteps(sorted, onStep)
  }
}
