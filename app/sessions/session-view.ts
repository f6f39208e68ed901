import type { Failure, Service, SessionView } from '../contract.ts'
import { failure } from '../failures.ts'
import { serviceTable } from '../tokens/services.ts'
import type { SessionPlan } from './session-plan.ts'

/** What a view says until the shell says hello. */
export const startingDetail = 'Starting PowerShell'

/** What a view says while a new shell starts. */
export function atBeginning({ profile }: SessionPlan, service: Service) {
  return {
    name: [profile.name, serviceTable[service].suffix].filter(Boolean).join(' · '),
    colour: profile.colour,
    environment: profile.environment,
    isReadOnly: profile.readOnly ?? false,
    phase: 'starting',
    detail: startingDetail,
    failure: null,
    tenant: { id: profile.tenantId, organization: null, proof: 'pending' },
    tokenExpiresOn: null,
    renewal: null,
    clockSkewSeconds: null,
    busy: false,
    unseen: null,
    guard: null,
    canReconnect: false
  } satisfies Partial<SessionView>
}

/** The view of a session that was just opened; `now` in milliseconds since the epoch. */
export function newView(id: string, plan: SessionPlan, service: Service, now: number): SessionView {
  return {
    ...atBeginning(plan, service),
    transcript: null,
    ...{ id, profileId: plan.profile.id, service, since: now, openedAt: now, connectSeconds: null },
    ...{ moduleVersion: null, powershellVersion: null, standIn: false, alive: false }
  }
}

/** The view of a tab that was open when Tenantry ended, before it connects; `now` in milliseconds since the epoch. */
export function restoredView(id: string, plan: SessionPlan, service: Service, now: number): SessionView {
  return { ...newView(id, plan, service, now), phase: 'restored', detail: 'Not connected: connects when you open it' }
}

/** What a shell ends with that may not run Tenantry.psm1's code: constrained language mode. It says no hello before. */
const constrainedExitCode = 87

/** How a session's shell ended. */
export interface ShellEnd {
  exitCode: number
  /** 0 where none ended it. */
  signal: number
  phase: SessionView['phase']
  saidHello: boolean
}

/** Why a session ended whose shell did. After its hello a code is whatever the person typed behind `exit`. */
export function exitFailure({ exitCode, signal, phase, saidHello }: ShellEnd): Failure {
  if (exitCode === constrainedExitCode && !saidHello) return failure('constrained-language').toFailure()
  const how = signal ? `was ended by signal ${signal}` : `ended with code ${exitCode}`
  const when = phase === 'connected' || phase === 'failed' ? '' : ' before it was connected'
  return failure('shell-exited', { how: how + when }).toFailure()
}
