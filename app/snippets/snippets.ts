import { z } from 'zod'
import { snippetSchema, type CallRequest, type Snippet } from '../contract.ts'
import { failure } from '../failures.ts'
import { KeptFile, readVersioned } from '../kept-file.ts'
import { checkName } from '../profiles/names.ts'
import { fillSnippet, longestSnippet, readSnippet, tidySnippet, valueProblem } from './text.ts'

export const fileVersion = 1

const contentSchema = z
  .object({ snippets: z.array(snippetSchema) })
  .refine(({ snippets }) => new Set(snippets.map(({ id }) => id.toLowerCase())).size === snippets.length, 'two have the same id')
type Content = z.infer<typeof contentSchema>

export interface SnippetsOptions {
  dataFolder: string
  /** Whether there is a profile of that id. */
  hasProfile(id: string): boolean
  onChange(snippets: Snippet[]): void
}

/** Pieces of PowerShell that a person keeps: of one profile, or for all of them. They lie in `snippets.json`. */
export class Snippets {
  readonly #options: SnippetsOptions
  readonly #file: KeptFile<Content>

  constructor(options: SnippetsOptions) {
    this.#options = options
    this.#file = new KeptFile<Content>({
      folder: options.dataFolder,
      what: 'snippets',
      empty: { snippets: [] },
      read: (text) => contentSchema.parse(readVersioned(text, {}, fileVersion)),
      write: ({ snippets }) => `${JSON.stringify({ version: fileVersion, snippets }, null, 2)}\n`,
      failures: {
        readOnly: (reason) => failure('snippets-read-only', { reason }),
        changedElsewhere: () => failure('snippets-changed-elsewhere'),
        notWritten: (reason) => failure('snippets-not-written', { reason })
      }
    })
  }

  /** Sentences for the admin on what was found at the start. */
  get notices(): string[] {
    return this.#file.notices
  }

  list(): Snippet[] {
    return structuredClone(this.#file.content.snippets)
  }

  /** Throws `snippet-not-found`. */
  get(id: string): Snippet {
    return structuredClone(find(this.#file.content, id))
  }

  /**
   * Keeps a new or a changed snippet. Names differ among those of one profile, and among those for all.
   *
   * @throws TenantryError with the form's field: `name-…`, `snippet-empty`, `snippet-too-long`, `snippet-unreadable`, `profile-not-found`
   */
  async save({ id, profileId, name, text }: CallRequest<'snippets.save'>): Promise<Snippet> {
    const kept = tidySnippet(text)
    if (kept === '') throw failure('snippet-empty')
    if (kept.length > longestSnippet) throw failure('snippet-too-long', { limit: longestSnippet.toLocaleString('en') })
    const { problem } = readSnippet(kept)
    if (problem !== null) throw failure('snippet-unreadable', { problem })
    if (profileId !== null && !this.#options.hasProfile(profileId)) throw failure('profile-not-found', undefined, { field: 'profileId' })
    return this.#change((content) => {
      if (id !== undefined) find(content, id)
      const others = content.snippets.filter((other) => other.profileId === profileId && other.id !== id).map((other) => other.name)
      const snippet: Snippet = { id: id ?? crypto.randomUUID(), profileId, name: checkName(name, others), text: kept }
      content.snippets = [...content.snippets.filter((other) => other.id !== snippet.id), snippet].sort(byName)
      return structuredClone(snippet)
    })
  }

  /** Throws `snippet-not-found`. */
  async delete(id: string): Promise<void> {
    await this.#change((content) => void content.snippets.splice(content.snippets.indexOf(find(content, id)), 1))
  }

  /** Deletes those of profiles that are not kept. Nothing is written where there are none. */
  async keepOf(isKept: (profileId: string) => boolean): Promise<void> {
    const isGone = ({ profileId }: Snippet) => profileId !== null && !isKept(profileId)
    if (!this.#file.content.snippets.some(isGone)) return
    await this.#change((content) => void (content.snippets = content.snippets.filter((snippet) => !isGone(snippet))))
  }

  /**
   * A snippet with its values in their places, as PowerShell reads them back.
   *
   * @throws TenantryError `snippet-not-found`, and with the parameter as its field `snippet-value-missing`, `snippet-value-unusable`
   */
  fill(id: string, values: Record<string, string>): string {
    const { text } = this.get(id)
    // The file may have been written by hand.
    const { parameters, problem } = readSnippet(text)
    if (problem !== null) throw failure('snippet-unreadable', { problem })
    for (const { name } of parameters) {
      const wrong = valueProblem(values[name] ?? '')
      if (wrong !== null) throw failure('snippet-value-unusable', { name, problem: wrong }, { field: name })
    }
    const filled = fillSnippet(text, values)
    if ('missing' in filled) throw failure('snippet-value-missing', { name: filled.missing }, { field: filled.missing })
    return filled.text
  }

  async #change<T>(change: (content: Content) => T): Promise<T> {
    const result = await this.#file.change(change)
    this.#options.onChange(this.list())
    return result
  }
}

function find({ snippets }: Content, id: string): Snippet {
  const snippet = snippets.find((one) => one.id === id)
  if (!snippet) throw failure('snippet-not-found')
  return snippet
}

const byName = (one: Snippet, other: Snippet) => one.name.localeCompare(other.name, 'en', { sensitivity: 'base', numeric: true })
