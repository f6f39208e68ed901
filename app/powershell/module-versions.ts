/**
 * The PowerShell that each version of ExchangeOnlineManagement needs, newest first, and
 * the last version of each row that is known; Windows PowerShell 5.1 runs all of them. The module's manifest enforces none of it. Tenantry.psm1 goes by the same numbers.
 * Source: learn.microsoft.com/powershell/exchange/exchange-online-powershell-v2
 */
export const moduleNeeds: ReadonlyArray<{ from: string; last: string; powershell: string }> = [
  { from: '3.10.0', last: '3.10.1', powershell: '7.6' },
  { from: '3.5.0', last: '3.9.2', powershell: '7.4' },
  { from: '3.0.0', last: '3.4.0', powershell: '7.2' }
]

/** The first version of ExchangeOnlineManagement whose Connect-IPPSSession has -EnableSearchOnlySession. */
export const searchSessionFrom = '3.9.0'

/** Whether a version (`3.10.1`, also `7.6.0-preview.2`) is the other one or later, by its numbers. */
export function isAtLeast(version: string, other: string): boolean {
  const numbers = (text: string) => text.split('-')[0]!.split('.').map((part) => Number.parseInt(part, 10) || 0)
  const [mine, theirs] = [numbers(version), numbers(other)]
  for (let index = 0; index < Math.max(mine.length, theirs.length); index++) {
    const difference = (mine[index] ?? 0) - (theirs[index] ?? 0)
    if (difference !== 0) return difference > 0
  }
  return true
}

/** The PowerShell 7 that a version of the module needs. */
export function powerShellFor(moduleVersion: string): string {
  return (moduleNeeds.find(({ from }) => isAtLeast(moduleVersion, from)) ?? moduleNeeds.at(-1)!).powershell
}

/** Whether this PowerShell can run a version of a module. Other modules than Exchange's run on all that sessions run on. */
export function canRun(powershell: { version: string; edition: string }, moduleVersion: string, module = 'ExchangeOnlineManagement'): boolean {
  return module !== 'ExchangeOnlineManagement' || powershell.edition === 'Desktop' || isAtLeast(powershell.version, powerShellFor(moduleVersion))
}

/** The newest version of the module that a PowerShell 7 is known to run, to be installed for it. */
export function newestFor(powershell: string): string {
  return (moduleNeeds.find((row) => isAtLeast(powershell, row.powershell)) ?? moduleNeeds.at(-1)!).last
}
