import { randomUUID } from 'node:crypto'
import type { Cloud, HttpRequest, HttpResponse } from '../../app/adapters.ts'
import { Checks } from '../../app/checks/checks.ts'
import type { CheckStep, EventData, Profile, Service } from '../../app/contract.ts'
import { demoCloud, demoExamples } from '../../app/demo/examples.ts'
import { startDemo, type Demo } from '../../app/demo/service.ts'
import { expiryOf } from '../../app/expiry/expiry.ts'
import type { FindResult, FoundPowerShell } from '../../app/powershell/find.ts'
import type { SignIn } from '../../app/profiles/sign-in.ts'
import { createTokenSource } from '../../app/tokens/acquire.ts'
import { knownAudiences } from '../../app/tokens/audiences.ts'
import { TokenBroker } from '../../app/tokens/broker.ts'
import { machineNetwork } from '../../app/tokens/network.ts'

export const aPowerShell: FoundPowerShell = { path: '/usr/bin/pwsh', version: '7.6.5', edition: 'Core', standIn: false, modules: { ExchangeOnlineManagement: ['3.9.0'], 'Microsoft.Graph.Authentication': ['2.25.0'] } }

/** What a test changes around a check. */
export interface Around {
  profile?: Partial<Profile>
  /** Without a path to the demo's own module, the machine's counts. */
  cloud?: Partial<Cloud>
  service?: Service
  powershell?: FindResult
  platform?: NodeJS.Platform
  /** What is known of the sign-in's end. */
  signIn?: Pick<SignIn, 'secretEnd'>
  run?: string
  /** Answers in the services' place, where it answers. */
  answer?(request: HttpRequest): HttpResponse | Promise<HttpResponse> | null
}

export interface Checked {
  steps: CheckStep[]
  summary: string
  report: string
  events: Array<EventData<'check.step'>>
  /** The step of that id. */
  step(id: CheckStep['id']): CheckStep
  /** The ids of the steps in a state. */
  those(state: CheckStep['state']): string[]
}

/** Checks over the demo's real services, without a core around them. */
export async function startChecks() {
  const demo: Demo = await startDemo()
  const examples = demoExamples(demo)
  /** Every token that was taken. */
  const taken: string[] = []
  let events: Checked['events'] = []
  let around: Around = {}
  const withAnswers = (network: typeof machineNetwork) => async (request: HttpRequest) => (await around.answer?.(request)) ?? network(request)
  const plainCloud = demoCloud(demo, '/module')
  const cloudNow = (): Cloud => ({ ...plainCloud, network: withAnswers(plainCloud.network!), ...around.cloud })
  const source = createTokenSource({ network: machineNetwork, sign: () => Promise.reject(new Error('nothing is signed here')) })
  const broker = new TokenBroker({
    now: Date.now,
    async acquire({ cloud, tenantId, clientId, signInId }, service, { signal }) {
      const { credential } = examples.credentials.find((one) => one.signInId === signInId)!
      const token = await source.acquire({ cloud, tenantId: tenantId!, clientId, service, credential, fresh: true, signal })
      taken.push(token.accessToken)
      return token
    }
  })
  const profileOf = (name: string) => ({ ...examples.profiles.find((profile) => profile.name === name)!, ...around.profile })
  const make = (name: string) =>
    new Checks({
      version: 'test', platform: around.platform ?? 'linux', env: {}, now: Date.now, tokens: broker, known: knownAudiences([plainCloud]),
      network: withAnswers(machineNetwork),
      plan: (profileId) => {
        const [profile, cloud] = [profileOf(name), cloudNow()]
        const clientId = examples.signIns.find(({ id }) => id === profile.signInId)!.clientId
        return { profile, cloud, appName: '', subject: { profileId, tenantId: profile.tenantId, signInId: profile.signInId, clientId, cloud } }
      },
      signIn(id) {
        const signIn = examples.signIns.find((one) => one.id === id)!
        return { ...signIn, expiry: expiryOf({ ...signIn, ...around.signIn }, Date.now()) }
      },
      findPowerShell: async () => around.powershell ?? { found: aPowerShell },
      onStep: (event) => events.push(event)
    })

  let last: Checks | null = null
  return {
    demo,
    taken,
    broker,
    profileOf,
    cloud: cloudNow,
    /** Stops the check that runs. */
    stop: (run: string) => last!.stop(run),
    /** Checks the example of that name. */
    async check(name: string, change: Around = {}): Promise<Checked> {
      around = change
      events = []
      last = make(name)
      const { steps, summary, report } = await last.run({ run: change.run ?? randomUUID(), profileId: profileOf(name).id, ...(change.service ? { service: change.service } : {}) })
      return {
        steps, summary, report, events,
        step: (id) => steps.find((step) => step.id === id)!,
        those: (state) => steps.filter((step) => step.state === state).map(({ id }) => id)
      }
    }
  }
}
