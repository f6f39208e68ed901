import { singleQuoted, singleQuotes } from '../../powershell/single-quoted.ts'
import { automationReadme } from './automation-readme.ts'
import type { Exported } from './facts.ts'
import { asciiJson, type ExportFile } from './files.ts'
import type { ExportScript } from './scripts.ts'
import { certificateOf, signInsOf } from './sign-ins.ts'
import type { ExportTenants } from './tenants.ts'

/** A run as one runbook of Azure Automation, which has no other files beside it. */
export async function automationFiles(exported: Exported, found: ExportTenants, read: (name: ExportScript) => Promise<string>): Promise<ExportFile[]> {
  const { run, slug, facts } = exported
  const signIns = signInsOf(found, (name) => `tenantry-${name}`)
  const tenants = found.tenants.map((tenant) => ({ ...tenant, certificate: facts.signIn === 'certificate' ? certificateOf(tenant, signIns) : '' }))
  const [runbook, parts] = await Promise.all([read('Runbook.ps1'), read('TenantRun.ps1')])
  const ownFacts = `# What Tenantry knew of the run. A tenant less: take it out of the list.\n$runFacts = ${hereString(asciiJson({ ...facts, tenants }))}\n\n# The script, as it was typed.\n$runScript = ${powerShellText(run.script)}`
  const text = put(put(runbook, 'RunbookFacts.ps1', ownFacts), 'TenantRun.ps1', parts.trimEnd())
  return [
    { path: `${slug}/README.md`, text: automationReadme({ ...exported, tenants }, signIns) },
    { path: `${slug}/${slug}.ps1`, text }
  ]
}

/** Puts a text where the runbook takes in another file. */
function put(runbook: string, file: string, text: string): string {
  const line = `. (Join-Path $PSScriptRoot '${file}')\n`
  const [before, after, ...rest] = runbook.split(line)
  if (after === undefined || rest.length > 0) throw new Error(`The runbook takes in ${file} not once.`)
  return `${before}${text}\n${after}`
}

/** A line that ends a here-string: PowerShell takes typographic quotes for plain ones there too. */
const endsHereString = new RegExp(`(^|[\\r\\n])[${singleQuotes}]@`)

const hereString = (text: string) => `@'\n${text}\n'@`

/** A text in which PowerShell expands nothing, as it stands; in quotes where a line of it would end it. */
export function powerShellText(text: string): string {
  return endsHereString.test(text) ? singleQuoted(text) : hereString(text)
}
