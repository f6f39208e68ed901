import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { moveFile, replaceFile, sweepDrafts } from '../atomic-file.ts'
import { profileSchema } from '../contract.ts'
import { failure } from '../failures.ts'
import { signInSchema } from './sign-in.ts'

export const fileVersion = 1

const contentSchema = z
  .object({ profiles: z.array(profileSchema), signIns: z.array(signInSchema) })
  .refine(({ profiles, signIns }) => areUnique(profiles) && areUnique(signIns), 'two have the same id')
/** What the file holds beside its version. */
export type Content = z.infer<typeof contentSchema>

function areUnique(things: Array<{ id: string }>): boolean {
  return new Set(things.map(({ id }) => id.toLowerCase())).size === things.length
}

export type Migrations = Record<number, (file: Record<string, unknown>) => Record<string, unknown>>

/** From the version of the key to the one after it. Version 1 is the first one, so there is nothing yet. */
export const migrations: Migrations = {}

/** The text was written by a later Tenantry. */
export class NewerVersion extends Error {}

/**
 * Reads the file's text, brought up to this version.
 *
 * @throws NewerVersion where the text is of a later version, any other error where it is broken
 */
export function readContent(text: string, table: Migrations = migrations, version = fileVersion): Content {
  let file = z.looseObject({ version: z.number().int().min(1) }).parse(JSON.parse(text)) as Record<string, unknown> & { version: number }
  if (file.version > version) throw new NewerVersion(`version ${file.version}`)
  for (let from = file.version; from < version; from += 1) {
    const migrate = table[from]
    if (!migrate) throw new Error(`no migration from version ${from}`)
    file = { ...migrate(file), version: from + 1 }
  }
  const content = contentSchema.parse(file)
  const known = new Set(content.signIns.map(({ id }) => id))
  // A profile whose sign-in is gone is still a tenant: it needs a sign-in, no more.
  const profiles = content.profiles.map((profile) => (profile.signInId && !known.has(profile.signInId) ? { ...profile, signInId: null } : profile))
  return { profiles, signIns: content.signIns }
}

/** How opening went. `first`: there was nothing. `clean`: the file itself was read. `rescued`: another content stands in. */
export type Opened = 'first' | 'clean' | 'rescued'

/**
 * The profiles' file and its last good copy. A broken file is set aside, never overwritten; a file of a later version
 * or one that can't be read is left alone, and nothing is written then.
 */
export class ProfilesFile {
  readonly opened: Opened
  /** Sentences for the admin on what was not as it should be. */
  readonly notices: string[] = []
  /** Why nothing may be written; null where it may. */
  readonly readOnly: string | null = null
  readonly #folder: string
  #content: Content = { profiles: [], signIns: [] }
  #writing: Promise<unknown> = Promise.resolve()
  /** The file's text as this process last read or wrote it; null where there was none. */
  #text: string | null = null

  /** @param now milliseconds since the epoch, for the name of a file set aside */
  constructor(folder: string, now = Date.now()) {
    this.#folder = folder
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    sweepDrafts(this.#path)
    sweepDrafts(this.#copyPath)
    const found = this.#read(this.#path)
    if ('content' in found) {
      this.#content = found.content
      this.#text = found.text
      this.opened = 'clean'
      // A crash may have come between the file and its copy.
      this.#writeCopy()
    } else if (found.problem === 'missing') {
      this.opened = existsSync(this.#copyPath) ? 'rescued' : 'first'
      if (this.opened === 'rescued') this.#loadCopy('The profiles’ file is gone.')
    } else {
      this.opened = 'rescued'
      this.readOnly = this.#setAside(found.problem, now)
      if (this.readOnly === null) this.#loadCopy(`The profiles’ file was broken and is kept as ${brokenName(now)}.`)
    }
  }

  /** The content as it stands on disk. Not to be changed. */
  get content(): Content {
    return this.#content
  }

  /**
   * Makes one change and writes it; changes wait for each other. Where the change or the write fails, `undo` runs and
   * memory is as before.
   *
   * @param change works on a copy; may register steps that take back what it did elsewhere
   * @throws TenantryError `profiles-read-only`, `profiles-changed-elsewhere`, `profiles-not-written`, or what the change threw
   */
  change<T>(change: (content: Content, onUndo: (step: () => Promise<unknown>) => void) => T | Promise<T>): Promise<T> {
    const run = async () => {
      if (this.readOnly !== null) throw failure('profiles-read-only', { reason: this.readOnly })
      this.#checkUnchanged()
      const next = structuredClone(this.#content)
      const undo: Array<() => Promise<unknown>> = []
      try {
        const result = await change(next, (step) => undo.unshift(step))
        this.#write(next)
        return result
      } catch (error) {
        for (const step of undo) await step().catch(() => {})
        throw error
      }
    }
    const turn = this.#writing.then(run, run)
    this.#writing = turn.catch(() => {})
    return turn
  }

  #write(next: Content): void {
    const text = textOf(next)
    readContent(text)
    this.#checkUnchanged()
    try {
      replaceFile(this.#path, text)
    } catch (error) {
      throw notWritten(error)
    }
    this.#text = text
    this.#content = next
    this.#writeCopy()
  }

  /** Another process on the same folder may have written the file: what it wrote is not written over. */
  #checkUnchanged(): void {
    let text: string
    try {
      text = readFileSync(this.#path, 'utf8')
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      // One that is gone takes nothing of anybody's with it; a folder in its place stops the write itself.
      if (code === 'ENOENT' || code === 'EISDIR') return
      throw notWritten(error)
    }
    if (text !== this.#text) throw failure('profiles-changed-elsewhere')
  }

  /** The copy failing harms nothing while the file is whole; the next write tries again. */
  #writeCopy(): void {
    const text = textOf(this.#content)
    try {
      if (existsSync(this.#copyPath) && readFileSync(this.#copyPath, 'utf8') === text) return
      replaceFile(this.#copyPath, text)
    } catch {
      // See above.
    }
  }

  #read(path: string): { content: Content; text: string } | { problem: 'missing' | 'broken' | 'newer' | 'unreadable' } {
    try {
      const text = readFileSync(path, 'utf8')
      return { content: readContent(text), text }
    } catch (error) {
      if (error instanceof NewerVersion) return { problem: 'newer' }
      const { code } = error as NodeJS.ErrnoException
      if (code === 'ENOENT') return { problem: 'missing' }
      return { problem: code === 'EACCES' || code === 'EPERM' || code === 'EBUSY' ? 'unreadable' : 'broken' }
    }
  }

  /** Moves a broken file out of the way; answers why nothing may be written where it has to stay. */
  #setAside(problem: 'broken' | 'newer' | 'unreadable', now: number): string | null {
    const stays = (reason: string, notice: string) => {
      this.notices.push(`${notice} Nothing is changed in it.`)
      return reason
    }
    if (problem === 'newer') {
      return stays('a newer Tenantry wrote their file', 'A newer Tenantry wrote the profiles’ file, and this one can’t read it. Update Tenantry.')
    }
    if (problem === 'unreadable') return stays('their file can’t be read', 'The profiles’ file can’t be read. Check the rights on it, then restart Tenantry.')
    try {
      moveFile(this.#path, join(this.#folder, brokenName(now)))
      return null
    } catch {
      return stays('their file is broken and can’t be moved', 'The profiles’ file is broken and can’t be set aside.')
    }
  }

  #loadCopy(why: string): void {
    const copy = this.#read(this.#copyPath)
    if (!('content' in copy)) {
      this.notices.push(`${why} There is no good copy of it, so the list starts empty.`)
      return
    }
    this.#content = copy.content
    this.notices.push(`${why} The last good copy was loaded: check that nothing is missing.`)
    try {
      const text = textOf(copy.content)
      replaceFile(this.#path, text)
      this.#text = text
    } catch {
      // The next change says so; the copy is still there.
    }
  }

  get #path(): string {
    return join(this.#folder, 'profiles.json')
  }

  get #copyPath(): string {
    return join(this.#folder, 'profiles.last-good.json')
  }
}

const brokenName = (now: number) => `profiles.broken-${new Date(now).toISOString().replace(/[:.]/g, '-')}.json`

const textOf = ({ profiles, signIns }: Content) => `${JSON.stringify({ version: fileVersion, profiles, signIns }, null, 2)}\n`

const notWritten = (error: unknown) => failure('profiles-not-written', { reason: (error as NodeJS.ErrnoException).code ?? 'no reason given' })
