import { failure } from '../../failures.ts'
import { audienceOf } from './audience.ts'
import type { Exported } from './facts.ts'
import { asciiJson, type ExportFile } from './files.ts'
import { githubReadme } from './github-readme.ts'
import type { ExportScript } from './scripts.ts'
import { certificateOf, signInsOf } from './sign-ins.ts'
import type { ExportTenant, ExportTenants } from './tenants.ts'
import { workflowText } from './workflow.ts'

/** docs.github.com/actions/reference/security/secrets: an environment has at most so many. */
const mostSecrets = 100

/** A tenant as tenants.json has it. */
export interface GithubTenant extends ExportTenant {
  /** The secret with its app's certificate; empty where GitHub's own token signs in. */
  certificate: string
  /** What that token is for. */
  audience: string
}

/** The secret's name: capital letters, digits and underscores. */
const secretName = (slug: string) => `TENANTRY_CERTIFICATE_${slug.toUpperCase().replaceAll('-', '_')}`

const scripts: readonly ExportScript[] = ['New-RunPlan.ps1', 'Install-RunModule.ps1', 'Invoke-TenantRun.ps1', 'Merge-TenantResult.ps1', 'TenantRun.ps1', 'ResultFiles.ps1']

/**
 * A run as a GitHub Actions workflow.
 *
 * @throws TenantryError `run-export-too-many-certificates`
 */
export async function githubFiles(exported: Exported, found: ExportTenants, read: (name: ExportScript) => Promise<string>): Promise<ExportFile[]> {
  const { run, slug, facts } = exported
  const signIns = signInsOf(found, secretName)
  const isFederated = facts.signIn === 'federated'
  if (!isFederated && signIns.length > mostSecrets) throw failure('run-export-too-many-certificates', { count: signIns.length, most: mostSecrets })
  const tenants = found.tenants.map((tenant): GithubTenant => ({ ...tenant, certificate: isFederated ? '' : certificateOf(tenant, signIns), audience: audienceOf(tenant.authority) }))
  const certificates = isFederated ? [] : signIns.map(({ certificate }) => certificate)
  return [
    { path: `${slug}/README.md`, text: githubReadme({ ...exported, tenants }, signIns) },
    { path: `.github/workflows/${slug}.yml`, text: workflowText(slug, facts, run.atOnce, certificates) },
    { path: `${slug}/script.ps1`, text: run.script },
    { path: `${slug}/tenants.json`, text: json(tenants) },
    { path: `${slug}/run.json`, text: json(facts) },
    ...(await Promise.all(scripts.map(async (name) => ({ path: `${slug}/${name}`, text: await read(name) }))))
  ]
}

const json = (value: unknown) => `${asciiJson(value)}\n`
