import { runExportTargetLabels, type RunExportTarget } from '../../contract-values.ts'
import type { Exported } from './facts.ts'
import type { ExportTenants } from './tenants.ts'

/** What to know before an export is used, as sentences; the README has the rest. */
export function notesOf({ run, facts, tenants }: Exported, { sources }: ExportTenants, target: RunExportTarget): string[] {
  const engine = runExportTargetLabels[target]
  const count = tenants.length === 1 ? 'its tenant' : `its ${tenants.length} tenants`
  const withSecret = [...new Set(sources.filter(({ signIn }) => signIn!.kind === 'secret').map(({ signIn }) => signIn!.name))]
  const isOwn = facts.signIn === 'managed-identity'
  return [
    ...(facts.isReadOnly ? [] : [`${engine} has no guard: nobody is asked before a command changes data. Whoever starts it types how many tenants it may change.`]),
    ...(isOwn && tenants.length > 1
      ? [`A managed identity signs in to the one tenant that its Automation account lives in. The runbook has ${count}, and runs in the one that its account is of: put it into an account of each, or choose the certificate.`]
      : []),
    ...(isOwn || withSecret.length === 0 ? [] : [`${list(withSecret)} ${withSecret.length === 1 ? 'signs' : 'sign'} in with a client secret here. There ${withSecret.length === 1 ? 'its app needs' : 'their apps need'} ${facts.signIn === 'federated' ? 'a federated credential' : 'a certificate'}.`]),
    ...(run.service === 'compliance' && target === 'github-actions' ? ['Security & Compliance PowerShell is for Windows, so the jobs run on GitHub’s Windows image.'] : []),
    ...(tenants.some(({ authority }) => authority.startsWith('http:')) ? ['Some of these tenants are on this machine alone: what is exported finds them nowhere else.'] : [])
  ]
}

const mostTold = 3
const list = (names: string[]) => (names.length > mostTold ? `${names.slice(0, mostTold).map((name) => `“${name}”`).join(', ')} and ${names.length - mostTold} more` : names.map((name) => `“${name}”`).join(', '))
