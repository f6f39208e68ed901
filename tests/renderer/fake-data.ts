import { randomUUID } from 'node:crypto'
import type { AppState, Failure, LoggedCommand, Profile, SessionView, SignInView, UpdateState } from '../../app/contract.ts'
import { expiryOf } from '../../app/expiry/expiry.ts'

/** A sign-in as the window sees it, with what a test says of it; a certificate's end is its expiry. */
export function aSignIn(change: Partial<SignInView> = {}): SignInView {
  const { kind = 'secret', certificate = null } = change
  return {
    id: randomUUID(),
    name: 'Exchange automation',
    clientId: randomUUID(),
    kind: 'secret',
    askEachTime: false,
    ready: true,
    certificate: null,
    account: null,
    expiry: expiryOf({ kind, certificate }, Date.now()),
    usedBy: 1,
    ...change
  }
}

/** A profile of a tenant, with what a test says of it. */
export function aProfile(change: Partial<Profile> & { name: string }): Profile {
  return {
    id: randomUUID(),
    group: '',
    domain: `${change.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '')}.example`,
    tenantId: randomUUID(),
    initialDomain: null,
    cloud: 'worldwide',
    customCloud: null,
    signInId: null,
    services: ['exchange'],
    colour: '#5aa9ff',
    environment: 'test',
    workingFolder: '',
    loadPowerShellProfile: false,
    moduleVersion: '',
    notes: '',
    ...change
  }
}

/** The two demo tenants of a first start and the sign-ins they use. */
export function firstStart(): { profiles: Profile[]; signIns: SignInView[] } {
  const signIns = [aSignIn({ name: 'Contoso demo app' }), aSignIn({ name: 'Fabrikam demo app' })]
  const demo = { cloud: 'demo', group: 'Demo', environment: 'lab' } as const
  return {
    signIns,
    profiles: [
      aProfile({ ...demo, name: 'Contoso demo', domain: 'contoso.example', colour: '#e5734b', signInId: signIns[0]!.id }),
      aProfile({ ...demo, name: 'Fabrikam demo', domain: 'fabrikam.example', signInId: signIns[1]!.id })
    ]
  }
}

/** The modules that sessions connect with; of Exchange's the version a test says. */
export function aModuleList(version: string | null): AppState['modules'] {
  return [
    { name: 'ExchangeOnlineManagement', services: ['exchange', 'compliance'], version },
    { name: 'Microsoft.Graph.Authentication', services: ['graph'], version: null }
  ]
}

/** The state of a machine where all is well, with what a test says of it. */
export function aState(change: Partial<AppState> = {}): AppState {
  return {
    version: '0.1.0',
    host: 'preview',
    platform: 'linux',
    powershell: { path: '/usr/bin/pwsh', version: '7.6.5', edition: 'Core', standIn: false },
    powershellProblem: null,
    modules: aModuleList('3.9.0'),
    cautions: [],
    keychain: { available: true, name: 'Secret Service', reason: null },
    clouds: [
      { id: 'worldwide', label: 'Worldwide' },
      { id: 'gcchigh', label: 'US Government GCC High' },
      { id: 'demo', label: 'Demo' },
      { id: 'custom', label: 'Custom' }
    ],
    trust: { systemCertificates: null, file: null },
    notices: [],
    ...change
  }
}

/** Updates of an installed app that is the newest. */
export function anUpdateState(change: Partial<UpdateState> = {}): UpdateState {
  return { phase: 'idle', channel: 'stable', reason: null, version: null, notes: '', percent: null, checkedAt: null, failure: null, ...change }
}

/** A session of a profile that began to start just now. */
export function aSession(profile: Profile): SessionView {
  const now = Date.now()
  return {
    id: randomUUID(),
    profileId: profile.id,
    service: profile.services[0]!,
    name: profile.name,
    colour: profile.colour,
    environment: profile.environment,
    isReadOnly: profile.readOnly ?? false,
    phase: 'starting',
    since: now,
    detail: 'Starting PowerShell',
    openedAt: now,
    connectSeconds: null,
    failure: null,
    tenant: { id: profile.tenantId, organization: null, proof: 'pending' },
    tokenExpiresOn: null,
    renewal: null,
    clockSkewSeconds: null,
    moduleVersion: '3.9.0',
    powershellVersion: '7.6.5',
    standIn: false,
    busy: false,
    alive: true,
    canReconnect: false,
    unseen: null,
    transcript: null,
    guard: null
  }
}

/** What a connected session says beyond one that starts. */
export function connected(profile: Profile): Partial<SessionView> {
  return {
    phase: 'connected',
    detail: `Connected to ${profile.domain} as app "Exchange automation" in 1.8 s`,
    connectSeconds: 1.8,
    tenant: { id: profile.tenantId, organization: profile.domain, proof: 'proven' },
    tokenExpiresOn: Date.now() + 47.5 * 60_000,
    renewal: { state: 'fresh', renewedAt: null, problem: null, retryAt: null },
    canReconnect: true
  }
}

export function aFailure(change: Partial<Failure> & { message: string }): Failure {
  return { code: 'test-failure', retryable: false, ...change }
}

/** A command of the command log, with what a test says of it. */
export function aCommand(change: Partial<LoggedCommand> = {}): LoggedCommand {
  return {
    at: '2026-11-25T10:00:00.000Z',
    user: 'admin',
    profile: 'Contoso demo',
    service: 'exchange',
    tenantId: '8f2c41aa-9c2b-4c6e-8a3f-0d6b7c9eb1d4',
    app: '3b9e7a10-1f64-4d8b-a2c5-70d1e8f4b601',
    uti: 'kZ0vUuFqEk2mPEDmfkgUAA',
    command: 'Get-Mailbox -ResultSize 3',
    cut: false,
    success: true,
    seconds: 1.2,
    ...change
  }
}
