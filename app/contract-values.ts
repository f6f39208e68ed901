// What both sides know without a schema: the window takes these from here, and only types from contract.ts.

/** What sessions can be opened with; app/tokens/services.ts has the rest of each row. */
export const serviceLabels = { exchange: 'Exchange Online', compliance: 'Security & Compliance', graph: 'Microsoft Graph' } as const
export const services = Object.keys(serviceLabels) as Array<keyof typeof serviceLabels>

/**
 * Microsoft's public client for Exchange PowerShell, the default of account sign-ins. Microsoft does not document it, so
 * it can be changed.
 */
export const exchangePublicClientId = 'fb78d390-0c51-40cd-8e17-fdbfab77341b'

/** Colours offered for a tenant; the first is the default. */
export const tenantColours = [
  '#5aa9ff', '#e5734b', '#4cc38a', '#b180ff', '#e5b454', '#f2696b', '#39c0c8', '#8d99a8'
] as const

/** Lines of scrollback a terminal keeps unless a person chose otherwise, in the core's screen and in the window alike. */
export const scrollbackLines = 5000

/** A time in whole seconds, and from an hour on in whole minutes: "43 s", "1 min", "12 min 5 s", "2 h 3 min". */
export function durationText(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000)
  const minutes = Math.floor(seconds / 60)
  if (minutes === 0) return `${seconds} s`
  const [large, small] = minutes < 60 ? [`${minutes} min`, seconds % 60] : [`${Math.floor(minutes / 60)} h`, minutes % 60]
  return small === 0 ? large : `${large} ${small} ${minutes < 60 ? 's' : 'min'}`
}

/** Where a tenant of a run is. */
export const runTenantStates = ['waiting', 'starting', 'connecting', 'running', 'throttled', 'done', 'failed', 'cancelled', 'interrupted'] as const
export type RunTenantState = (typeof runTenantStates)[number]
/** Those after which nothing more comes of a tenant unless it is run again, in the order in which an outcome names them. */
export const endedRunStates: readonly RunTenantState[] = ['done', 'failed', 'cancelled', 'interrupted']

/** Tenants of a run that have a PowerShell at the same time, unless told, and at most. */
export const usualAtOnce = 4
export const mostAtOnce = 16
/** Tenants of one run. */
export const mostRunTenants = 2000
/** Characters of a script: it is kept with each run. */
export const longestRunScript = 200_000
/** What stands in a command or a script where a secret stood. PowerShell takes it for a word like any other: it must never run. */
export const removed = '[removed]'

/** Where a run can be exported to. */
export const runExportTargetLabels = { 'github-actions': 'GitHub Actions', 'azure-automation': 'Azure Automation' } as const
export type RunExportTarget = keyof typeof runExportTargetLabels
export const runExportTargets = Object.keys(runExportTargetLabels) as RunExportTarget[]

/** How an exported run signs in there. */
export const runExportSignIns = ['federated', 'certificate', 'managed-identity'] as const
export type RunExportSignIn = (typeof runExportSignIns)[number]

/** What each of them can, the usual one first. */
export const runExportSignInsOf: Record<RunExportTarget, RunExportSignIn[]> = {
  'github-actions': ['federated', 'certificate'],
  'azure-automation': ['certificate', 'managed-identity']
}
