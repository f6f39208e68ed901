import { enginePowerShell, type Exported } from './facts.ts'
import { markdownCode, markdownText } from './markdown.ts'
import { certificateKind, signInTable, whatAppsNeed, whatItIs } from './readme-parts.ts'
import { serviceTable } from '../../tokens/services.ts'
import type { ExportSignIn } from './sign-ins.ts'

/** What to set up in Azure Automation and in Entra, filled in. */
export function automationReadme(exported: Exported, signIns: readonly ExportSignIn[]): string {
  const { run, facts } = exported
  const parts = [`# ${markdownText(run.title)}`, ...whatItIs(exported, `${exported.slug}.ps1`), '## Set up', ...account(exported), ...(facts.signIn === 'certificate' ? certificates(exported, signIns) : identity(exported)), ...runbook(exported), '## Start it', ...starting(exported), '## Results', ...results(), '## What to know', ...limits(exported)]
  return `${parts.join('\n\n')}\n`
}

function account({ facts }: Exported): string[] {
  const { name, version } = facts.module
  return [
    `1. In the Automation account (Process Automation, Runtime Environments; an account that does not show them has to be switched to them on its Overview) make one of the language PowerShell and version ${enginePowerShell}, and put the package ${facts.module.name} into it in version **${facts.module.version}**, not another one: the runbook refuses any other. The portal’s gallery offers the newest one; where that is another, put into \`package.json\``,
    // learn.microsoft.com/azure/automation/manage-runtime-environment: a package by its link, as the gallery has each version.
    markdownCode('json', JSON.stringify({ properties: { contentLink: { uri: `https://www.powershellgallery.com/api/v2/package/${name}/${version}` } } }, null, 2)),
    'and have it fetched, with your own names in capitals:',
    markdownCode('sh', `az rest --method put --body '@package.json' --url "https://management.azure.com/subscriptions/SUBSCRIPTION/resourceGroups/GROUP/providers/Microsoft.Automation/automationAccounts/ACCOUNT/runtimeEnvironments/ENVIRONMENT/packages/${name}?api-version=2024-10-23"`),
    `Its state has to be “Available” before the runbook starts.${facts.family === 'exchange' ? ' Where a job says that PowerShellGet or PackageManagement is missing, which Exchange’s module uses, add them to the Runtime Environment from the gallery.' : ''}`
  ]
}

function certificates(exported: Exported, signIns: readonly ExportSignIn[]): string[] {
  return [
    '2. For each sign-in add a certificate of its app under Shared Resources, Certificates: the PFX file with its password, “Exportable” set to Yes, under the name below. A certificate made for this alone can be taken away alone: add its public part to the app registration beside the one that Tenantry uses.' + certificateKind(exported.facts),
    signInTable(signIns, exported.tenants, 'Certificate'),
    ...whatAppsNeed(exported, 'Each app')
  ]
}

function identity(exported: Exported): string[] {
  const { resource, permission } = serviceTable[exported.run.service]
  return [
    '2. Switch the account’s system-assigned managed identity on (Account Settings, Identity). It signs in to **one tenant alone: the one that the Automation account lives in**. The runbook asks the identity which tenant that is, runs in that one of its list, and in no other; put it into an account of each tenant that it is to reach, or export the run with a certificate.',
    ...whatAppsNeed(exported, 'The managed identity, and not the apps above,'),
    `A managed identity has no app registration, so it gets a permission by Microsoft Graph PowerShell. Its object ID is where you switched it on.`,
    markdownCode('powershell', `Connect-MgGraph -Scopes Application.Read.All, AppRoleAssignment.ReadWrite.All\n$resource = Get-MgServicePrincipal -Filter "appId eq '${resource.appId}'"\n$role = $resource.AppRoles | Where-Object -Property Value -EQ -Value '${exported.run.service === 'graph' ? 'PERMISSION' : permission.name}'\nNew-MgServicePrincipalAppRoleAssignment -ServicePrincipalId OBJECT_ID -PrincipalId OBJECT_ID -ResourceId $resource.Id -AppRoleId $role.Id`),
    ...(exported.run.service === 'graph' ? ['Once for each permission.'] : ['Give it its role in the Entra admin center under Roles & admins: the role, Add assignments, and the identity by the account’s name.'])
  ]
}

function runbook({ slug }: Exported): string[] {
  return [
    `3. Under Process Automation, Runbooks, Import a runbook: \`${slug}.ps1\`, type PowerShell, and that Runtime Environment. Then publish it. Another text for it later, with the Azure CLI:`,
    markdownCode('sh', `az automation runbook replace-content --resource-group GROUP --automation-account-name ACCOUNT --name ${slug} --content '@${slug}.ps1'\naz automation runbook publish --resource-group GROUP --automation-account-name ACCOUNT --name ${slug}`)
  ]
}

function starting({ facts, tenants }: Exported): string[] {
  const one = '`Tenant` takes one tenant by what it is called above; empty, all are run.'
  if (facts.isReadOnly) return [`Open the runbook and choose Start, or link it to a schedule (the account’s Schedules first; then Link to schedule). ${one}`]
  const count = facts.signIn === 'managed-identity' ? 1 : tenants.length
  return [`Open the runbook, choose Start, and give the parameter \`Tenants\` as the number of tenants that it runs in: ${count} for all. Any other number is refused before anything signs in to a tenant. ${one} Think twice before linking it to a schedule: nobody is asked before data is changed.`]
}

function results(): string[] {
  return ['The job’s output has the objects, each with its tenant in front, and at its end what became of each tenant. Errors are in the job’s errors with the tenant’s name. The job fails where a tenant failed, after all others were run. Azure keeps jobs thirty days. To take the rows out: `Get-AzAutomationJobOutput` with `-Stream Output`, and `Get-AzAutomationJobOutputRecord` for each, which alone has the whole value.']
}

function limits({ facts }: Exported): string[] {
  return [
    [
      '- Tenants are run one after the other in one job. Before each one the connection to the one before is gone, and the script runs only where the tenant’s id is the one that was pinned.',
      '- Azure ends a job in one of its own sandboxes after three hours (fair share). For longer ones use a Hybrid Runbook Worker, or several jobs with `Tenant`.',
      `- The runbook asks for PowerShell ${facts.module.powershell} or later.`,
      '- What the script prints for people (`Write-Host`, warnings) is in the verbose stream, which has to be switched on in the runbook’s logging settings.'
    ].join('\n')
  ]
}
