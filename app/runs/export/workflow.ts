import type { RunView } from '../../contract.ts'
import type { RunFacts } from './facts.ts'

/** The actions that a workflow uses, each pinned to a commit: the very ones that Tenantry's own workflows use (a test compares). */
export const actions = {
  checkout: { name: 'actions/checkout', commit: '3d3c42e5aac5ba805825da76410c181273ba90b1', version: 'v7.0.1' },
  upload: { name: 'actions/upload-artifact', commit: 'bbbca2ddaa5d8feaa63e36b76fdaad77386f024f', version: 'v7.0.0' },
  download: { name: 'actions/download-artifact', commit: '3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c', version: 'v8.0.1' }
} as const

/** Security & Compliance PowerShell is for Windows (see app/tokens/services.ts). */
const imageOf = (service: RunView['service']) => (service === 'compliance' ? 'windows-2025' : 'ubuntu-24.04')
/** Minutes of one job. GitHub ends one after six hours at the latest. */
const jobMinutes = 350

/** Runs that read and runs that change data have each an environment of their own: what protects the second need not be asked of the first. */
export const environmentOf = ({ isReadOnly }: Pick<RunFacts, 'isReadOnly'>): string => (isReadOnly ? 'tenantry-read' : 'tenantry-change')

/**
 * The workflow's text. What people typed is not in it: names and the script are in files beside it, which PowerShell
 * reads, so that nothing of them is ever taken for YAML, an expression or a shell's line.
 *
 * @param slug of small letters, digits and hyphens
 * @param certificates names of secrets, of capital letters, digits and underscores; empty where none is used
 */
export function workflowText(slug: string, facts: RunFacts, atOnce: number, certificates: readonly string[]): string {
  return [head(slug, facts), planJob(slug), tenantsJob(slug, facts, atOnce, certificates), mergeJob(slug)].join('\n')
}

const uses = ({ name, commit, version }: (typeof actions)[keyof typeof actions]) => `${name}@${commit} # ${version}`

const checkout = `      - uses: ${uses(actions.checkout)}
        with:
          persist-credentials: false`

function head(slug: string, facts: RunFacts): string {
  const start = facts.isReadOnly
    ? `  workflow_dispatch:
  # By the clock as well: remove the # marks from these two lines. The time is UTC.
  # schedule:
  #   - cron: '17 4 * * 1'`
    : `  workflow_dispatch:
    inputs:
      tenants:
        description: In how many tenants may data be changed? Type their number.
        required: true
        type: string`
  return `# Made by Tenantry from a run across tenants. ${slug}/README.md says what to set up.
name: "Tenantry: ${slug}"

on:
${start}

permissions:
  contents: read

concurrency:
  group: \${{ github.workflow }}
  cancel-in-progress: false

jobs:`
}

function planJob(slug: string): string {
  return `  plan:
    name: Look at the run
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    outputs:
      matrix: \${{ steps.plan.outputs.matrix }}
    steps:
${checkout}
      - name: Look at the script and the tenants
        id: plan
        shell: pwsh
        env:
          NUMBER: \${{ inputs.tenants }}
          VISIBILITY: \${{ github.event.repository.visibility }}
        run: ./${slug}/New-RunPlan.ps1 -Number "$env:NUMBER" -Visibility "$env:VISIBILITY"
`
}

function tenantsJob(slug: string, facts: RunFacts, atOnce: number, certificates: readonly string[]): string {
  const isFederated = facts.signIn === 'federated'
  const steps = isFederated ? [tenantStep(slug, null)] : certificates.map((certificate) => tenantStep(slug, certificate))
  return `  tenants:
    name: \${{ matrix.name }}
    needs: plan
    runs-on: ${imageOf(facts.service)}
    timeout-minutes: ${jobMinutes}
    environment: ${environmentOf(facts)}
    permissions:
      contents: read${isFederated ? '\n      id-token: write' : ''}
    strategy:
      fail-fast: false
      max-parallel: ${atOnce}
      matrix: \${{ fromJSON(needs.plan.outputs.matrix) }}
    steps:
${checkout}
      - name: Install the module
        shell: pwsh
        run: ./${slug}/Install-RunModule.ps1
${steps.join('\n')}
      - name: Keep the results
        if: \${{ always() }}
        uses: ${uses(actions.upload)}
        with:
          name: results-\${{ matrix.first }}
          path: results/
          if-no-files-found: ignore
          # A job that is run again has to replace what it wrote before.
          overwrite: true
          retention-days: 7
`
}

/** A secret is in the environment of the step that needs it, and of no other. */
function tenantStep(slug: string, certificate: string | null): string {
  const secret = certificate === null ? '' : `
          TENANTRY_CERTIFICATE: \${{ secrets.${certificate} }}
          TENANTRY_CERTIFICATE_PASSWORD: \${{ secrets.${certificate}_PASSWORD }}`
  return `      - name: ${certificate === null ? 'Run the script' : `Run the script with ${certificate}`}${certificate === null ? '' : `
        if: \${{ matrix.certificate == '${certificate}' }}`}
        shell: pwsh
        env:
          TENANTS: \${{ matrix.tenants }}${secret}
        run: |
          $PSNativeCommandUseErrorActionPreference = $false
          $failed = 0
          foreach ($tenant in $env:TENANTS -split ' ') {
            $env:TENANTRY_SILENCE = [guid]::NewGuid().ToString('N')
            pwsh -NoProfile -NonInteractive -File ./${slug}/Invoke-TenantRun.ps1 -Tenant $tenant
            if ($LASTEXITCODE -ne 0) { $failed = 1 }
            # From its script on GitHub took nothing for a command; the next tenant's secrets have to be hidden again.
            Write-Host "::\${env:TENANTRY_SILENCE}::"
          }
          exit $failed`
}

function mergeJob(slug: string): string {
  return `  merge:
    name: Put the results together
    needs: [plan, tenants]
    if: \${{ always() && needs.plan.result == 'success' }}
    runs-on: ubuntu-24.04
    timeout-minutes: 30
    steps:
${checkout}
      - name: Fetch what each tenant's job wrote
        uses: ${uses(actions.download)}
        with:
          pattern: results-*
          path: results
          merge-multiple: true
      - name: Put it into one table
        shell: pwsh
        run: ./${slug}/Merge-TenantResult.ps1
      - name: Keep the table
        uses: ${uses(actions.upload)}
        with:
          name: tenantry-results
          path: merged/
          if-no-files-found: error
          overwrite: true
          retention-days: 7
`
}
