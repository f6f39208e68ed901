import type { Failure } from '../contract.ts'
import type { FailureCode } from '../failures.ts'

/** What may have happened in a tenant already is looked at first. */
const lookFirst = 'If the command had begun there, look at what it did. Then retry the tenant'

/** The next step in a run, where the table's is one of a session: a run has no terminal, loads no profile and does not reconnect. */
const hints: Partial<Record<FailureCode, string>> = {
  throttled: 'Wait, then retry the tenant. Run in fewer tenants at once, and close sessions that are not needed.',
  'exchange-unauthorized': 'Grant Exchange.ManageAsApp (application permission of Office 365 Exchange Online) with admin consent, check the cloud, then retry the tenant.',
  'role-missing': 'Give the app’s service principal a directory role such as Exchange Administrator, wait some minutes, then retry the tenant.',
  'module-malformed': 'Check the app’s role and the Conditional Access policies, then retry the tenant.',
  'connect-failed': 'Retry the tenant; a session of it shows the whole message.',
  'module-failed': 'Check that the module is installed whole, then retry the tenant; a session of it shows the whole message.',
  'assembly-clash': 'Keep Graph, Az and Teams modules out of the script: each needs a PowerShell of its own.',
  'package-management-missing': 'Install both for this PowerShell, then retry the tenant.',
  'shell-no-hello': 'Retry the tenant. If it goes on, run in fewer tenants at once: each has a PowerShell of its own.',
  'shell-exited': `${lookFirst}; a session of it shows what PowerShell says.`,
  'pipe-broken': `${lookFirst}.`,
  'assertion-clock': 'Set the clock and its time zone, then retry the tenant.'
}

/** A failure as a run tells it: with what can be done there. */
export function forRun(problem: Failure): Failure {
  const hint = hints[problem.code as FailureCode] ?? (problem.action === 'sign-in' ? `${problem.hint} A session of the tenant offers that; retry the tenant afterwards.` : problem.hint)
  return hint === undefined ? problem : { ...problem, hint }
}
