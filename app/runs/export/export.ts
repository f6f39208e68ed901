import type { Host } from '../../adapters.ts'
import { runExportSignInsOf, runExportTargetLabels, serviceLabels } from '../../contract-values.ts'
import type { CallOutput, RunExport, RunExportChoice, RunView } from '../../contract.ts'
import { failure } from '../../failures.ts'
import type { RunToExport } from '../runs.ts'
import { saveBytes } from '../../saved-file.ts'
import { serviceTable } from '../../tokens/services.ts'
import { automationFiles } from './automation.ts'
import { factsOf, moduleFor, type Exported } from './facts.ts'
import { githubFiles } from './github.ts'
import { notesOf } from './notes.ts'
import { readExportScript } from './scripts.ts'
import { slugOf } from './slug.ts'
import { tenantsToExport, type ExportSource } from './tenants.ts'
import { zipOf } from './zip.ts'

export interface RunExportsOptions {
  /** Throws where the run is gone or its script may not leave this machine. */
  run(id: string): RunToExport
  /** The profiles as they are now, to look them up in. */
  sources(): (profileId: string) => ExportSource | null
  /** The versions of a module that are installed here, newest first. */
  installed(module: string): Promise<string[]>
  scriptsFolder: string
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
  async preview({ id, target, signIn }: RunExportChoice): Promise<RunExport> {
    const engine = runExportTargetLabels[target]
    if (!runExportSignInsOf[target].includes(signIn)) throw failure('run-export-sign-in', { target: engine, signIn: signInWords[signIn] })
    const { view: run, chosen } = this.#options.run(id)
    if (run.service === 'compliance' && signIn === 'managed-identity') {
      // learn.microsoft.com/powershell/exchange/connect-exo-powershell-managed-identity
      const reason = 'Microsoft’s module knows no managed identity for it.'
      throw failure('run-export-service', { target: engine, service: serviceLabels[run.service], signIn: signInWords[signIn], reason })
    }
    const found = tenantsToExport(run, chosen, this.#options.sources())
    const notes: string[] = []
    const module = moduleFor(run, found.sources, await this.#options.installed(moduleNameOf(run)), (sentence) => notes.push(sentence))
    const slug = slugOf(run.title, 'run')
    const exported: Exported = { run, slug, facts: factsOf(run, signIn, module), tenants: found.tenants, leftOut: found.leftOut }
    const files = await (target === 'github-actions' ? githubFiles : automationFiles)(exported, found, (name) => readExportScript(this.#options.scriptsFolder, name))
    return { fileName: `${slug}-${target}.zip`, files, leftOut: found.leftOut, notes: [...notesOf(exported, found, target), ...notes] }
  }

  /** @throws TenantryError as `preview`, `file-not-saved` */
  async save(choice: RunExportChoice): Promise<CallOutput<'runs.saveExport'>> {
    const { fileName, files } = await this.preview(choice)
    return saveBytes(this.#options.saveFile, { title: 'Save the exported run', fileName, bytes: zipOf(files) })
  }
}

const moduleNameOf = ({ service }: RunView) => serviceTable[service].module
