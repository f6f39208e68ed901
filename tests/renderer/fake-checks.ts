import type { CallOutput, CheckStep, Profile, Service } from '../../app/contract.ts'
import { giveRole } from '../../app/checks/fixes.ts'
import { reportOf, summaryOf } from '../../app/checks/report.ts'
import { builtInClouds } from '../../app/tokens/clouds.ts'

const clientId = '41c9a6b2-6f0e-4f8d-9d65-2f5c1fd207ee'
const objectId = 'b7c1f0de-5f1a-4c38-9a41-6a1d1c2f3e4d'

function step(id: CheckStep['id'], title: string, evidence: string, change: Partial<CheckStep> = {}): CheckStep {
  return { id, title, state: 'good', milliseconds: 120, evidence, details: [], fixes: [], ...change }
}

/** What a check finds where all is well. */
export function someSteps(profile: Profile): CheckStep[] {
  return [
    step('login', 'Login service reachable', 'login.microsoftonline.com answers over TLS.', { milliseconds: 90 }),
    step('tenant', 'Tenant exists', `${profile.domain} is ${profile.tenantId}, Microsoft 365 (worldwide).`),
    step('sign-in', 'App signs in', 'Client secret accepted; the new token lives 65 minutes.', { milliseconds: 310 }),
    step('permission', 'Exchange.ManageAsApp granted', 'It stands in the token’s roles.', { milliseconds: 0 }),
    step('connect', 'Exchange takes the token', 'The request that a connection begins with was answered.', { milliseconds: 1740 }),
    step('management', 'Management roles and scopes', 'The app has 1 management role of its own.', { details: ['Mail Recipients: in the whole organization'] })
  ]
}

/** What a check finds of an app without a role. */
export function stepsWithoutRole(profile: Profile): CheckStep[] {
  const fixes = giveRole({ cloud: builtInClouds[0]!, service: 'exchange', tenantId: profile.tenantId, clientId, objectId })
  const [login, tenant, signIn, permission] = someSteps(profile) as [CheckStep, CheckStep, CheckStep, CheckStep]
  return [
    login, tenant, signIn, permission,
    step('role', 'No directory role in the token', 'Exchange’s own roles may still allow it; the next steps will tell.', { state: 'warning', milliseconds: 0 }),
    step('connect', 'Exchange answered 403: the app has no role', 'The app has no role that Exchange accepts (403), or the token is from before the role was given.', { state: 'bad', fixes }),
    step('management', 'Management roles and scopes', 'Skipped: it needs “Connection to Exchange”, which failed.', { state: 'skipped', milliseconds: null })
  ]
}

export function checkAnswer(profile: Profile, service: Service, steps: CheckStep[]): CallOutput<'checks.run'> {
  const report = reportOf(steps, { profile, service, cloudLabel: 'Microsoft 365 (worldwide)', clientId, version: 'test', startedAt: Date.now() })
  return { service, steps, summary: summaryOf(steps), report }
}
