import { audienceOf } from './audience.ts'
import type { Exported } from './facts.ts'
import { markdownCode, markdownText } from './markdown.ts'
import { certificateKind, signInTable, whatAppsNeed, whatItIs } from './readme-parts.ts'
import type { ExportSignIn } from './sign-ins.ts'
import { environmentOf } from './workflow.ts'

/** Where GitHub's tokens come from, as a federated credential names it. */
export const githubIssuer = 'https://token.actions.githubusercontent.com'

/** What to set up at GitHub and in Entra, filled in. */
export function githubReadme(exported: Exported, signIns: readonly ExportSignIn[]): string {
  const { run, facts } = exported
  const parts = [`# ${markdownText(run.title)}`, ...whatItIs(exported, 'script.ps1'), '## Set up', ...repository(exported), ...(facts.signIn === 'federated' ? federated(exported, signIns) : certificates(exported, signIns)), '## Start it', ...starting(exported), '## Results', ...results(), '## What to know', ...limits(exported)]
  return `${parts.join('\n\n')}\n`
}

function repository({ slug, facts }: Exported): string[] {
  const environment = environmentOf(facts)
  // Both by docs.github.com/actions/reference/workflows-and-actions/deployments-and-environments.
  const reviewers = facts.isReadOnly
    ? 'Required reviewers may be set as well, which in a private repository takes GitHub Enterprise.'
    : '**Set required reviewers**: nobody else looks at a run before it changes data. Each tenant’s job then waits; GitHub lets a reviewer approve all that wait at once. In a private repository that takes GitHub Enterprise. Without it whoever may write to the repository changes data alone: let nobody write to it who may not.'
  return [
    `1. Take a **private** repository: results are artifacts, and whoever reads the repository reads them. In a public one the workflow refuses to run. An environment in a private repository takes GitHub Pro, Team or Enterprise. Put the folders \`.github\` and \`${slug}\` into its default branch as they are, and protect that branch: whoever may change the files in it runs what they like in all tenants.`,
    `2. In the repository’s Settings, Environments, make the environment \`${environment}\`. Under “Deployment branches and tags” allow the default branch alone. ${reviewers}`
  ]
}

function federated(exported: Exported, signIns: readonly ExportSignIn[]): string[] {
  const { facts, tenants } = exported
  const environment = environmentOf(facts)
  const audienceFor = ({ tenants: [first] }: ExportSignIn) => audienceOf(tenants.find(({ slug }) => slug === first)!.authority)
  const audiences = [...new Set(signIns.map(audienceFor))]
  return [
    `3. Give each app a federated credential, so that Entra takes GitHub’s word for this environment and no secret is kept anywhere. That is done where the app is registered, once for an app of many tenants: in the Entra admin center under App registrations, the app, Certificates & secrets, Federated credentials, Add credential, “Other issuer”, with what the file below has.`,
    // docs.github.com/actions/concepts/security/openid-connect, learn.microsoft.com/entra/workload-id/workload-identities-github-immutable-subjects
    `The subject names the repository. In one that was made or renamed on 15 July 2026 or later, or that was switched to it, GitHub adds the numbers of owner and repository: \`repo:OWNER@OWNER_ID/REPOSITORY@REPOSITORY_ID:environment:${environment}\`. In an older one it is \`repo:OWNER/REPOSITORY:environment:${environment}\`. The numbers:`,
    markdownCode('sh', "gh api repos/OWNER/REPOSITORY --jq '.owner.id, .id'"),
    ...audiences.flatMap((audience, at) => credential(environment, audience, at, signIns.filter((signIn) => audienceFor(signIn) === audience))),
    signInTable(signIns, tenants, null),
    'If a job fails with AADSTS700213 or its like, its message names the subject that GitHub told: that text has to stand in the credential, letter by letter.',
    ...whatAppsNeed(exported, 'Each app')
  ]
}

/** A credential's file, and what gives it to the apps; a file goes through every shell as it is, where quotes do not. */
function credential(environment: string, audience: string, at: number, signIns: readonly ExportSignIn[]): string[] {
  const file = at === 0 ? 'credential.json' : `credential-${at + 1}.json`
  const subject = `repo:OWNER@OWNER_ID/REPOSITORY@REPOSITORY_ID:environment:${environment}`
  return [
    `\`${file}\`, with your own repository in its subject:`,
    markdownCode('json', JSON.stringify({ name: `github-${environment}`, issuer: githubIssuer, subject, audiences: [audience] }, null, 2)),
    'Or with the Azure CLI, signed in to the tenant where the app is registered (`az login --tenant …`; for another cloud than the worldwide one `az cloud set` comes before it):',
    markdownCode('sh', signIns.map(({ clientId }) => `az ad app federated-credential create --id ${clientId} --parameters ${file}`).join('\n'))
  ]
}

function certificates(exported: Exported, signIns: readonly ExportSignIn[]): string[] {
  const { facts, tenants } = exported
  const environment = environmentOf(facts)
  const [first] = signIns
  return [
    `3. For each sign-in put a certificate of its app into the environment’s secrets: the PFX file as base64 under the name below, and its password, where it has one, under the same name with \`_PASSWORD\`. A certificate made for this alone can be taken away alone: add its public part to the app registration beside the one that Tenantry uses.${certificateKind(facts)}`,
    signInTable(signIns, tenants, 'Secret'),
    markdownCode('powershell', `[Convert]::ToBase64String([IO.File]::ReadAllBytes('app.pfx')) | gh secret set ${first!.certificate} --repo OWNER/REPOSITORY --env ${environment}\ngh secret set ${first!.certificate}_PASSWORD --repo OWNER/REPOSITORY --env ${environment}`),
    'The second command asks for the password. Delete the file afterwards, and put the date on which the certificate ends into a calendar: nobody is told here.',
    ...whatAppsNeed(exported, 'Each app')
  ]
}

function starting({ slug, facts, tenants }: Exported): string[] {
  return facts.isReadOnly
    ? [`In the repository’s Actions choose “Tenantry: ${slug}”, Run workflow; or \`gh workflow run ${slug}.yml --repo OWNER/REPOSITORY\`. To run it by the clock, remove the # marks from the schedule in \`.github/workflows/${slug}.yml\`.`]
    : [`In the repository’s Actions choose “Tenantry: ${slug}”, Run workflow, and type the number of tenants: ${tenants.length}. Any other number is refused before anything signs in. There is no schedule: a run that changes data is started by a person.`]
}

function results(): string[] {
  return [
    'The run’s artifact `tenantry-results` (below its summary) has `results.csv` and `results.json`: all rows, with the tenant in front, and errors as rows of their own. Each tenant’s job has an artifact of its own as well. GitHub keeps them seven days. The summary of the run says what became of each tenant.',
    '“Re-run failed jobs” runs the tenants that failed once more, and puts the table together anew.'
  ]
}

function limits({ facts, slug }: Exported): string[] {
  return [
    [
      ...(facts.signIn === 'federated' ? ['- A token lives about an hour and is not renewed: a script that takes longer in one tenant fails there. A certificate has no such limit.'] : []),
      '- Each tenant has a PowerShell process of its own, and the script runs only where the tenant’s id is the one in `tenants.json`.',
      '- GitHub makes at most 256 jobs of a matrix: where there are more tenants, a job takes several, one after the other.',
      `- Another version of ${facts.module.name}: change it in \`${slug}/run.json\`. A tenant less: take it out of \`${slug}/tenants.json\`.`,
      '- What the script prints for people (`Write-Host`, warnings) is in the job’s log.'
    ].join('\n')
  ]
}
