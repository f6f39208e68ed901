import { release } from 'node:os'
import type { AppState, SessionView, UpdateState } from '../contract.ts'
import { redact } from './redact.ts'

export interface DiagnosticFacts {
  state: AppState
  sessions: SessionView[]
  updates: UpdateState
  profiles: ReadonlyArray<{ cloud: string }>
  policy: { file: string; updates: string; problem: string | null }
  logFolder: string
  versions: NodeJS.ProcessVersions
  now: number
}

/** Versions and states as Markdown, for whoever helps. Of tenants there are counts alone, and the redactor has the last word. */
export function diagnosticsOf({ state, sessions, updates, profiles, policy, logFolder, versions, now }: DiagnosticFacts): string {
  const { powershell, keychain, trust } = state
  const counts = new Map<string, number>()
  for (const { cloud } of profiles) counts.set(cloud, (counts.get(cloud) ?? 0) + 1)
  const rows: Array<[string, string]> = [
    ['Tenantry', `${state.version} (${state.host})`],
    ['System', `${state.platform} ${release()}, ${process.arch}`],
    ['Runtime', ['electron', 'chrome', 'node'].filter((name) => versions[name]).map((name) => `${name} ${versions[name]}`).join(', ')],
    ['PowerShell', powershell ? `${powershell.version} ${powershell.edition}${powershell.standIn ? ' (stand-in engine)' : ''}, ${powershell.path}` : `none: ${codeOf(state.powershellProblem)}`],
    ...state.modules.map(({ name, version }): [string, string] => [name, version ?? 'not installed']),
    ['Keychain', keychain.available ? keychain.name : `not usable: ${keychain.reason ?? ''}`],
    ['Certificate authorities', `${trust.systemCertificates ?? 'none'} of the system; file: ${trust.file ? (trust.file.problem?.message ?? `${trust.file.subjects.length} in it`) : 'none'}`],
    ['Updates', `${updates.phase}, ${updates.channel}${updates.reason ? `: ${updates.reason}` : ''}${updates.failure ? `: ${updates.failure.code}` : ''}`],
    ['Policy', `updates ${policy.updates}${policy.problem ? ` (${policy.problem})` : ''}, ${policy.file}`],
    ['Profiles', [...counts].map(([cloud, count]) => `${count} ${cloud}`).join(', ') || 'none'],
    ['Sessions', sessions.map(sentenceOf).join('; ') || 'none'],
    ['Log', logFolder],
    ['Time', new Date(now).toISOString()]
  ]
  return rows.map(([name, what]) => `- ${name}: ${redact(what)}`).join('\n') + '\n'
}

function codeOf(problem: AppState['powershellProblem']): string {
  return problem?.failure.code ?? 'no reason known'
}

function sentenceOf({ service, phase, failure, renewal, moduleVersion, tenant }: SessionView): string {
  const parts = [phase, moduleVersion && `module ${moduleVersion}`, `tenant ${tenant.proof}`, failure?.code, renewal && `token ${renewal.state}`, renewal?.problem?.code]
  return `${service} ${parts.filter(Boolean).join(', ')}`
}
