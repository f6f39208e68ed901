import { enginePowerShell, type Exported } from './facts.ts'
import { markdownCode, markdownText } from './markdown.ts'
import { signInTable, whatAppsNeed, whatItIs } from './readme-parts.ts'
import type { ExportSignIn } from './sign-ins.ts'

/** What to set up in Azure Automation and in Entra, filled in. */
export function automationReadme(exported: Exported, signIns: readonly ExportSignIn[]): string {
  const { run, facts } = exported
  const parts = [`# ${markdownText(run.title)}`, ...whatItIs(exported), '## Set up', ...account(exported), ...(facts.signIn === 'certificate' ? certificates(exported, signIns) : identity(exported)), ...runbook(exported), '## Start it', ...starting(exported), '## Results', ...results(), '## What to know', ...limits(exported)]
  return `${parts.join('\n\n')}\n`
}

function account({ facts }: Exported): string[] {
  return [
    `1. In the Automation account make a Runtime Environment for PowerShell ${enginePowerShell}, and add to it the package ${facts.module.name} from the gallery in version **${facts.module.version}**, not another one: the runbook refuses any other.`
  ]
}

function certificates(exported: Exported, signIns: readonly ExportSignIn[]): string[] {
  return [
    '2. For each sign-in add a certificate of its app under Shared Resources, Certificates: the PFX file with its password, “Exportable” set to Yes, under the name below. A certificate made for this alone can be taken away alone: add its public part to the app registration beside the one that Tenantry uses. Exchange’s module wants an RSA key of a CSP (`New-SelfSignedCertificate … -KeySpec KeyExchange`).',
    signInTable(signIns, exported.tenants, 'Certificate'),
    ...whatAppsNeed(exported, 'Each app')
  ]
}

function identity(exported: Exported): string[] {
  return [
    '2. Switch the account’s system-assigned managed identity on (Account Settings, Identity). It signs in to **one tenant alone: the one that the Automation account lives in**. The runbook asks the identity which tenant that is, runs in that one of its list, and in no other; put it into an account of each tenant that it is to reach, or export the run with a certificate.',
    ...whatAppsNeed(exported, 'The managed identity, and not the apps above,'),
    'A managed identity gets its permission by Microsoft Graph PowerShell, since it has no app registration: `New-MgServicePrincipalAppRoleAssignment` with the identity’s object ID, and a role by Roles & admins.'
  ]
}

function runbook({ slug }: Exported): string[] {
  return [
    `3. Import \`${slug}.ps1\` as a PowerShell runbook, choose that Runtime Environment, and publish it. With the Azure CLI:`,
    markdownCode('sh', `az automation runbook create --resource-group GROUP --automation-account-name ACCOUNT --name ${slug} --type PowerShell\naz automation runbook replace-content --resource-group GROUP --automation-account-name ACCOUNT --name ${slug} --content @${slug}.ps1\naz automation runbook publish --resource-group GROUP --automation-account-name ACCOUNT --name ${slug}`)
  ]
}

function starting({ facts, tenants }: Exported): string[] {
  const one = '`Tenant` takes one tenant by what it is called above; empty, all are run.'
  if (facts.isReadOnly) return [`Start it, or link it to a schedule. ${one}`]
  const count = facts.signIn === 'managed-identity' ? 1 : tenants.length
  return [`Start it with the parameter \`Tenants\` as the number of tenants that it runs in: ${count} for all. Any other number is refused before anything signs in to a tenant. ${one} Think twice before linking it to a schedule: nobody is asked before data is changed.`]
}

function results(): string[] {
  return ['The job’s output has the objects, each with its tenant in front, and at its end what became of each tenant. Errors are in the job’s errors with the tenant’s name. The job fails where a tenant failed, after all others were run.']
}

function limits({ facts }: Exported): string[] {
  return [
    [
      '- Tenants are run one after the other in one job. Before each one the connection to the one before is gone, and the script runs only where the tenant’s id is the one that was pinned.',
      '- Azure ends a job of its own sandboxes after three hours (fair share). For longer ones use a Hybrid Runbook Worker, or several jobs with `Tenant`.',
      `- The runbook asks for PowerShell ${facts.module.powershell} or later.`,
      '- What the script prints for people (`Write-Host`, warnings) is in the verbose stream, which has to be switched on in the runbook’s logging settings.'
    ].join('\n')
  ]
}
