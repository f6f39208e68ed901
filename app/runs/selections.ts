import { z } from 'zod'
import { selectionSchema, type CallRequest, type Selection } from '../contract.ts'
import { failure } from '../failures.ts'
import { KeptFile, readVersioned } from '../kept-file.ts'
import { checkName } from '../profiles/names.ts'

export const fileVersion = 1

const contentSchema = z
  .object({ selections: z.array(selectionSchema) })
  .refine(({ selections }) => new Set(selections.map(({ id }) => id)).size === selections.length, 'two have the same id')
type Content = z.infer<typeof contentSchema>

export interface SelectionsOptions {
  dataFolder: string
  onChange(selections: Selection[]): void
}

/** Tenants that a person chooses together again and again. They lie in `selections.json`. */
export class Selections {
  readonly #options: SelectionsOptions
  readonly #file: KeptFile<Content>

  constructor(options: SelectionsOptions) {
    this.#options = options
    this.#file = new KeptFile<Content>({
      folder: options.dataFolder,
      what: 'selections',
      empty: { selections: [] },
      read: (text) => contentSchema.parse(readVersioned(text, {}, fileVersion)),
      write: ({ selections }) => `${JSON.stringify({ version: fileVersion, selections }, null, 2)}\n`,
      failures: {
        readOnly: (reason) => failure('selections-read-only', { reason }),
        changedElsewhere: () => failure('selections-changed-elsewhere'),
        notWritten: (reason) => failure('selections-not-written', { reason })
      }
    })
  }

  /** Sentences for the admin on what was found at the start. */
  get notices(): string[] {
    return this.#file.notices
  }

  list(): Selection[] {
    return structuredClone(this.#file.content.selections)
  }

  /** Keeps a new or a changed one. Throws `name-…`, `selection-empty`, `selection-not-found`. */
  async save({ id, name, profileIds }: CallRequest<'selections.save'>): Promise<Selection> {
    if (profileIds.length === 0) throw failure('selection-empty')
    return this.#change((content) => {
      if (id !== undefined) find(content, id)
      const others = content.selections.filter((other) => other.id !== id)
      const kept: Selection = { id: id ?? crypto.randomUUID(), name: checkName(name, others.map((other) => other.name)), profileIds: [...new Set(profileIds)] }
      content.selections = [...others, kept].sort((a, b) => a.name.localeCompare(b.name))
      return structuredClone(kept)
    })
  }

  /** Throws `selection-not-found`. */
  async remove(id: string): Promise<void> {
    await this.#change((content) => void content.selections.splice(content.selections.indexOf(find(content, id)), 1))
  }

  /** Takes profiles that are not there any more out. Nothing is written where there are none. */
  async keepOf(isKept: (profileId: string) => boolean): Promise<void> {
    if (this.#file.content.selections.every(({ profileIds }) => profileIds.every(isKept))) return
    await this.#change((content) => {
      const left = content.selections.map((selection) => ({ ...selection, profileIds: selection.profileIds.filter(isKept) }))
      content.selections = left.filter(({ profileIds }) => profileIds.length > 0)
    })
  }

  async #change<T>(change: (content: Content) => T): Promise<T> {
    const result = await this.#file.change(change)
    this.#options.onChange(this.list())
    return result
  }
}

/** Throws `selection-not-found`. */
function find({ selections }: Content, id: string): Selection {
  const found = selections.find((selection) => selection.id === id)
  if (!found) throw failure('selection-not-found')
  return found
}
