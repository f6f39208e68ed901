import type { CallInput, Profile, RunView, Service, Snippet } from '../../app/contract.ts'
import { longestRunScript, mostAtOnce, mostRunTenants, removed, serviceLabels, usualAtOnce } from '../../app/contract-values.ts'
import { fillSnippet, readSnippet, valueProblem } from '../../app/snippets/text.ts'
import { TenantChoice } from './tenant-choice.svelte.ts'
import { someOf } from './words.ts'

/** Where the script comes from. */
export type Source = 'command' | 'snippet' | 'file'

/** Said where the main process would refuse it too. */
export const secretMissing = `The script still says ${removed} where a secret stood. Put the secret in again, or let the script read it where it runs.`

/** What the window knows that a draft is made of. */
export interface DraftOf {
  profiles(): Profile[]
  snippets(): Snippet[]
}

/** A run that is being put together. It outlives its form, so that nothing typed goes with a closed window of it. */
export class RunDraft {
  #of = $state.raw<DraftOf>({ profiles: () => [], snippets: () => [] })
  readonly choice = new TenantChoice(() => this.#of.profiles())
  source = $state<Source>('command')
  command = $state('')
  snippetId = $state('')
  values = $state<Record<string, string>>({})
  file = $state.raw<{ name: string; text: string } | null>(null)
  service = $state<Service>('exchange')
  /** Null while the field is empty. */
  atOnce = $state<number | null>(usualAtOnce)
  isReadOnly = $state(true)
  /** What is to be said of a run that is repeated. */
  note = $state('')

  readonly snippet = $derived.by(() => this.#of.snippets().find(({ id }) => id === this.snippetId) ?? null)
  readonly reading = $derived.by(() => readSnippet(this.snippet?.text ?? ''))
  /** Whether a secret is to be put in again: PowerShell would take what stands in its place for the secret. */
  readonly isSecretMissing: boolean = $derived.by(() => this.#missing() === null && this.#filled().includes(removed))
  /** Why the script can't run, as a sentence; null where it can. */
  readonly scriptProblem: string | null = $derived.by(() => this.#scriptProblem())
  /** The whole script, with its values; empty where it can't run. */
  readonly script: string = $derived.by(() => (this.scriptProblem === null ? this.#filled() : ''))
  /** The chosen tenants whose profiles don't have the service. */
  readonly withoutService: Profile[] = $derived.by(() => this.choice.chosen.filter(({ services }) => !services.includes(this.service)))
  /** Why the run can't start, as a sentence; null where it can. */
  readonly problem: string | null = $derived.by(() => this.#tenantProblem() ?? this.scriptProblem ?? this.#numberProblem())

  /** Says what there is to choose from. */
  use(of: DraftOf): void {
    this.#of = of
  }

  /** Begins anew, with what is usual. */
  clear(): void {
    Object.assign(this, { source: 'command', command: '', snippetId: '', values: {}, file: null, service: 'exchange', atOnce: usualAtOnce, isReadOnly: true, note: '' })
    this.choice.clear()
  }

  /** Takes a snippet, with the defaults of what it asks for, or with values that were typed for it already. */
  takeSnippet(id: string, values: Readonly<Record<string, string>> = {}): void {
    this.source = 'snippet'
    this.snippetId = id
    this.values = Object.fromEntries(this.reading.parameters.map(({ name, defaultValue }) => [name, values[name] ?? defaultValue ?? '']))
    const { profileId } = this.snippet ?? {}
    // A tenant's own snippet runs there alone.
    if (profileId) this.choice.replace([profileId])
  }

  /** The same run once more, to look at before it is started. */
  repeat({ script, isRedacted, service, atOnce, isReadOnly, tenants }: RunView): void {
    this.clear()
    Object.assign(this, { command: script, service, atOnce, isReadOnly })
    this.choice.replace(tenants.map(({ profileId }) => profileId))
    const known = new Set(this.#of.profiles().map(({ id }) => id))
    const gone = tenants.filter(({ profileId }) => !known.has(profileId)).map(({ name }) => name)
    this.note = [
      isRedacted && 'The script held a secret, which is not kept: type it again where it says [removed].',
      gone.length > 0 && `Left out, since ${gone.length === 1 ? 'its profile is' : 'their profiles are'} gone: ${someOf(gone)}.`
    ].filter(Boolean).join(' ')
  }

  /** What `runs.start` is called with. */
  get request(): CallInput<'runs.start'> {
    const title = this.source === 'snippet' ? this.snippet?.name : this.source === 'file' ? this.file?.name : undefined
    return { profileIds: this.choice.chosen.map(({ id }) => id), script: this.script, ...(title ? { title } : {}), service: this.service, atOnce: this.atOnce ?? usualAtOnce, isReadOnly: this.isReadOnly }
  }

  #tenantProblem(): string | null {
    const { length } = this.choice.chosen
    if (length === 0) return 'Choose at least one tenant.'
    if (length > mostRunTenants) return `A run takes ${mostRunTenants.toLocaleString('en-US')} tenants at most.`
    const without = this.withoutService.map(({ name }) => name)
    if (without.length === 0) return null
    return `${someOf(without, 3)} ${without.length === 1 ? 'has' : 'have'} no ${serviceLabels[this.service]} in the profile.`
  }

  #scriptProblem(): string | null {
    const missing = this.#missing()
    if (missing !== null) return missing
    if (this.isSecretMissing) return secretMissing
    return this.#filled().length > longestRunScript ? `A script takes ${longestRunScript.toLocaleString('en-US')} characters at most.` : null
  }

  #missing(): string | null {
    if (this.source === 'command') return this.command.trim() === '' ? 'Type the command to run.' : null
    if (this.source === 'file') return this.file === null ? 'Choose the file to run.' : this.file.text.trim() === '' ? 'The file is empty.' : null
    if (this.snippet === null) return 'Choose the snippet to run.'
    if (this.reading.problem !== null) return `This snippet can’t be used. ${this.reading.problem}`
    const wrong = this.reading.parameters.find(({ name }) => valueProblem(this.values[name] ?? '') !== null)
    if (wrong) return `What is typed for “${wrong.name}” can’t be used.`
    const filled = fillSnippet(this.snippet.text, this.values)
    return 'missing' in filled ? `“${filled.missing}” needs a value.` : null
  }

  #filled(): string {
    if (this.source === 'command') return this.command
    if (this.source === 'file') return this.file?.text ?? ''
    const filled = fillSnippet(this.snippet?.text ?? '', this.values)
    return 'text' in filled ? filled.text : ''
  }

  #numberProblem(): string | null {
    const { atOnce } = this
    return atOnce !== null && Number.isInteger(atOnce) && atOnce >= 1 && atOnce <= mostAtOnce ? null : `“Tenants at once” must be a number from 1 to ${mostAtOnce}.`
  }
}

/** The one of this window. */
export const runDraft = new RunDraft()
