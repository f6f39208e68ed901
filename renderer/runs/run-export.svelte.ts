import { runExportSignInsOf, runExportTargetLabels, runExportTargets, type RunExportSignIn, type RunExportTarget } from '../../app/contract-values.ts'
import type { Failure, RunExport as ExportedRun } from '../../app/contract.ts'
import { failureOf, type Bridge } from '../bridge.ts'
import { countOf } from '../ui/amounts.ts'
import { download } from '../ui/download.ts'

/** A choice with what is meant by it. */
interface Choice<T> {
  value: T
  label: string
  sentence: string
}

const aboutTargets: Record<RunExportTarget, string> = {
  'github-actions': 'A workflow in a repository of yours: a job for each tenant, its results as artifacts.',
  'azure-automation': 'A runbook in an Automation account of yours: one job for all tenants, its results as output.'
}

const aboutSignIns: Record<RunExportTarget, Partial<Record<RunExportSignIn, [label: string, sentence: string]>>> = {
  'github-actions': {
    federated: ['Federated credential', 'Each app registration is told to trust your repository. There is no secret anywhere.'],
    certificate: ['Certificate', 'You store each app’s certificate as a secret at GitHub. The files only name it.']
  },
  'azure-automation': {
    certificate: ['Certificate', 'You store each app’s certificate in the Automation account. The files only name it.'],
    'managed-identity': ['Managed identity', 'The Automation account signs in as itself, and only to its own tenant. There is no secret anywhere.']
  }
}

export const targets = runExportTargets.map((value): Choice<RunExportTarget> => ({ value, label: runExportTargetLabels[value], sentence: aboutTargets[value] }))

/** The ways to sign in there, the usual one first. */
export function signInsOf(target: RunExportTarget): Array<Choice<RunExportSignIn>> {
  return runExportSignInsOf[target].map((value) => {
    const [label, sentence] = aboutSignIns[target][value] ?? [value, '']
    return { value, label, sentence }
  })
}

/** A run on its way to another engine: where to, and what would be written there. */
export class RunExport {
  target = $state<RunExportTarget>(runExportTargets[0]!)
  /** What was chosen for each target, so that a look at the other one loses nothing. */
  #signIns = $state<Partial<Record<RunExportTarget, RunExportSignIn>>>({})
  /** What the main process answered last; null before it did, and where it can't. */
  written = $state.raw<ExportedRun | null>(null)
  failure = $state.raw<Failure | null>(null)
  /** Asks what would be written. */
  isAsking = $state(false)
  isSaving = $state(false)
  /** How the last save went. */
  said = $state('')
  #path = $state('')
  #asked = 0
  readonly #bridge: Bridge
  readonly #id: string
  readonly signIn: RunExportSignIn = $derived(this.#signIns[this.target] ?? runExportSignInsOf[this.target][0]!)
  /** The file that is looked at. */
  readonly file = $derived(this.written?.files.find(({ path }) => path === this.#path) ?? this.written?.files[0] ?? null)
  readonly canSave = $derived(!this.isAsking && !this.isSaving && this.written !== null && this.written.files.length > 0)

  constructor(bridge: Bridge, id: string) {
    this.#bridge = bridge
    this.#id = id
  }

  chooseTarget(target: RunExportTarget): Promise<void> {
    this.target = target
    return this.ask()
  }

  chooseSignIn(signIn: RunExportSignIn): Promise<void> {
    this.#signIns[this.target] = signIn
    return this.ask()
  }

  look(path: string): void {
    this.#path = path
  }

  /** Asks what would be written as it is chosen now; an answer about an earlier choice is dropped. */
  async ask(): Promise<void> {
    const ask = ++this.#asked
    this.isAsking = true
    this.said = ''
    try {
      const written = await this.#bridge.call('runs.export', this.#choice())
      if (ask !== this.#asked) return
      this.written = written
      this.failure = null
    } catch (error) {
      if (ask !== this.#asked) return
      this.written = null
      this.failure = failureOf(error)
    } finally {
      if (ask === this.#asked) this.isAsking = false
    }
  }

  /** Saves all files as one archive, where the host's dialog says or the browser puts downloads. */
  async save(): Promise<void> {
    if (!this.canSave) return
    this.isSaving = true
    this.failure = null
    this.said = ''
    try {
      const { fileName, savedAs, base64 } = await this.#bridge.call('runs.saveExport', this.#choice())
      if (base64 !== null) download(fileName, Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)), 'application/zip')
      if (base64 !== null || savedAs !== null) this.said = `Saved ${countOf(this.written?.files.length ?? 0, 'file')} as ${savedAs ?? fileName}.`
    } catch (error) {
      this.failure = failureOf(error)
    } finally {
      this.isSaving = false
    }
  }

  #choice() {
    return { id: this.#id, target: this.target, signIn: this.signIn }
  }
}

/** Tenants that are left out, those of the same reason together, in the order in which they came. */
export function byReason(leftOut: ExportedRun['leftOut']): Array<{ reason: string; names: string[] }> {
  const groups: Array<{ reason: string; names: string[] }> = []
  for (const { name, reason } of leftOut) {
    const group = groups.find((one) => one.reason === reason)
    if (group) group.names.push(name)
    else groups.push({ reason, names: [name] })
  }
  return groups
}
