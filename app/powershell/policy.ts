import { singleQuoted } from './single-quoted.ts'

/** What Group Policy says of scripts, where it says that ours may not run. */
export type ScriptsPolicy = 'Restricted' | 'AllSigned'

/**
 * Reads `Get-ExecutionPolicy` of the scopes MachinePolicy and UserPolicy: the machine's comes first, and neither can be
 * overridden by `-ExecutionPolicy` (learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_execution_policies).
 *
 * @param signature `Get-AuthenticodeSignature` of the bootstrap module: AllSigned lets a valid one run, and asks where
 *   its publisher is not trusted yet
 * @returns null where the policy leaves the choice to us, or lets the scripts run
 */
export function refusingPolicy(machine: string, user: string, signature: string): ScriptsPolicy | null {
  const decided = [machine, user].map((text) => text.trim()).find((text) => text !== '' && text !== 'Undefined')
  if (decided === 'Restricted') return 'Restricted'
  return decided === 'AllSigned' && signature.trim() !== 'Valid' ? 'AllSigned' : null
}

/**
 * The part of the version query that asks for it, on Windows alone: `machine|user|signature`. Where one can't be told,
 * it stays empty.
 */
export function policyQuery(scriptsFolder: string): string {
  const module = singleQuoted(`${scriptsFolder}\\Tenantry.psm1`)
  const told = (expression: string) => `$(try { ${expression} } catch { '' })`
  return [
    told('Get-ExecutionPolicy -Scope MachinePolicy'),
    told('Get-ExecutionPolicy -Scope UserPolicy'),
    told(`(Get-AuthenticodeSignature -LiteralPath ${module}).Status`)
  ].join(', ')
}
