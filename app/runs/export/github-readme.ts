import { audienceOf } from './audience.ts'
import type { Exported } from './facts.ts'
import { markdownCode, markdownText } from './markdown.ts'
import { signInTable, whatAppsNeed, whatItIs } from './readme-parts.ts'
import type { ExportSignIn } from './sign-ins.ts'
import { environmentOf } from './workflow.ts'

/** Where GitHub's tokens come from, as a federated credential names it. */
export const githubIssuer = 'https://token.actions.githubusercontent.com'

/** What to set up at GitHub and in Entra, filled in. */
export function githubReadme(exported: Exported, signIns: readonly ExportSignIn[]): string {
  const { run, facts } = exported
  const parts = [`# ${markdownText(run.title)}`, ...whatItIs(exported), '## Set up', ...repository(exported), ...(facts.signIn === 'federated' ? federated(exported, signIns) : certificates(exported, signIns)), '## Start it', ...starting(exported), '## Results', ...results(), '## What to know', ...limits(exported)]
  return `${parts.join('\n\n')}\n`
}

function repository({ slug, facts }: Exported): string[] {
  const environment = environmentOf(facts)
  const reviewers = facts.isReadOnly ? 'Required reviewers may be set as well.' : '**Set required reviewers**: nobody else looks at a run before it changes data. Each tenant’s job then waits; GitHub lets a reviewer approve all that wait at once.'
  return [
    `1. Take a **private** repository: results are artifacts, and whoever reads the repository reads them. Put the folders \`.github\` and \`${slug}\` into its default branch as they are, and protect that branch: whoever may change the files in it runs what they like in all tenants.`,
    `2. In the repository’s Settings, Environments, make the environment \`${environment}\`. Under “Deployment branches and tags” allow the default branch alone. ${reviewers}`
  ]
}

function federated(exported: Exported, signIns: readonly ExportSignIn[]): string[] {
  const { facts, tenants } = exported
  const environment = environmentOf(facts)
  const subject = `repo:OWNER/REPOSITORY:environment:${environment}`
  const commands = signIns.map(({ clientId, tenants: [first] }) => {
    const audience = audienceOf(tenants.find(({ slug }) => slug === first)!.authority)
    const parameters = JSON.stringify({ name: `github-${environment}`, issuer: githubIssuer, subject, audiences: [audience] })
    return `az ad app federated-credential create --id ${clientId} --parameters '${parameters}'`
  })
  return [
    `3. Give each app a federated credential, so that Entra takes GitHub’s word for this environment and no secret is kept anywhere. That is done where the app is registered, once for an app of many tenants: in the Entra admin center under App registrations, the app, Certificates & secrets, Federated credentials, Add credential, “GitHub Actions deploying Azure resources”, entity type Environment, and the environment’s name \`${environment}\`. Or with the Azure CLI, with your own owner and repository:`,
    markdownCode('sh', commands.join('\n')),
    signInTable(signIns, tenants, null),
    `If a job fails with AADSTS70021 or its like, its message names the subject that GitHub told: that text has to stand in the credential.`,
    ...whatAppsNeed(exported, 'Each app')
  ]
}

function certificates(exported: Exported, signIns: readonly ExportSignIn[]): string[] {
  const { facts, tenants } = exported
  const environment = environmentOf(facts)
  const [first] = signIns
  return [
    `3. For each sign-in put a certificate of its app into the environment’s secrets: the PFX file as base64 under the name below, and its password, where it has one, under the same name with \`_PASSWORD\`. A certificate made for this alone can be taken away alone: add its public part to the app registration beside the one that Tenantry uses. Azure and GitHub’s Windows images want an RSA key of a CSP (\`-KeySpec KeyExchange\`).`,
    signInTable(signIns, tenants, 'Secret'),
    markdownCode('powershell', `[Convert]::ToBase64String([IO.File]::ReadAllBytes('app.pfx')) | gh secret set ${first!.certificate} --env ${environment}\ngh secret set ${first!.certificate}_PASSWORD --env ${environment}`),
    ...whatAppsNeed(exported, 'Each app')
  ]
}

function starting({ slug, facts, tenants }: Exported): string[] {
  return facts.isReadOnly
    ? [`In the repository’s Actions choose “Tenantry: ${slug}”, Run workflow. To run it by the clock, take the marks away from the schedule in \`.github/workflows/${slug}.yml\`.`]
    : [`In the repository’s Actions choose “Tenantry: ${slug}”, Run workflow, and type the number of tenants: ${tenants.length}. Any other number is refused before anything signs in. There is no schedule: a run that changes data is started by a person.`]
}

function results(): string[] {
  return [
    'The run’s artifact `tenantry-results` has `results.csv` and `results.json`: all rows, with the tenant in front, and errors as rows of their own. Each tenant’s job has an artifact of its own as well. GitHub keeps them seven days. The summary of the run says what became of each tenant.',
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
