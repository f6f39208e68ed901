import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** PowerShell that goes into exports as it is; the build puts it beside the other scripts. */
export const exportScripts = ['TenantRun.ps1', 'ResultFiles.ps1', 'New-RunPlan.ps1', 'Install-RunModule.ps1', 'Invoke-TenantRun.ps1', 'Merge-TenantResult.ps1', 'Runbook.ps1'] as const
export type ExportScript = (typeof exportScripts)[number]

/** Where they are below the folder of scripts. */
export const exportFolder = 'export'

/** Reads one of them. An installed app's are signed for the file as it was shipped: without that they are text as before. */
export async function readExportScript(scriptsFolder: string, name: ExportScript): Promise<string> {
  const text = await readFile(join(scriptsFolder, exportFolder, name), 'utf8')
  return text.replace(/^\ufeff/, '').replaceAll('\r\n', '\n').replace(/\n*# SIG # Begin signature block\n[\s\S]*$/, '\n')
}
