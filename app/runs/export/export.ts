import { runExportSignInsOf, runExportTargetLabels } from '../../contract-values.ts'
import type { RunExport, RunExportChoice, RunView } from '../../contract.ts'
import type { Host } from '../../adapters.ts'
import { failure } from '../../failures.ts'
import { saveBytes } from '../../saved-file.ts'
import { slugOf } from './slug.ts'
import { tenantsToExport, type ExportSource } from './tenants.ts'
import { zipOf } from './zip.ts'

export interface RunExportsOptions {
  /** Throws where the run is gone or its script may not leave this machine. */
  run(id: string): RunView
  source(profileId: string): ExportSource | null
  saveFile: Host['saveFile']
}

const signInWords = { federated: 'federated credentials', certificate: 'a certificate', 'managed-identity': 'a managed identity' } as const

/** Runs as files for engines beyond this machine. No secret is among what they are made of. */
export class RunExports {
  readonly #options: RunExportsOptions

  constructor(options: RunExportsOptions) {
    this.#options = options
  }

  /** @throws TenantryError `run-not-found`, and `run-export-…` where it can't be exported so */
  preview({ id, target, signIn }: RunExportChoice): RunExport {
    if (!runExportSignInsOf[target].includes(signIn)) throw failure('run-export-sign-in', { target: runExportTargetLabels[target], signIn: signInWords[signIn] })
    const run = this.#options.run(id)
    const { tenants, leftOut } = tenantsToExport(run, (profileId) => this.#options.source(profileId))
    const slug = slugOf(run.title, 'run')
    const files = [
      { path: `${slug}/tenants.json`, text: `${JSON.stringify(tenants, null, 2)}\n` },
      { path: `${slug}/script.ps1`, text: run.script }
    ]
    return { fileName: `${slug}-${target}.zip`, files, leftOut, notes: [] }
  }

  /** @throws TenantryError as `preview`, `file-not-saved` */
  save(choice: RunExportChoice) {
    const { fileName, files } = this.preview(choice)
    return saveBytes(this.#options.saveFile, { title: 'Save the exported run', fileName, bytes: zipOf(files) })
  }
}
