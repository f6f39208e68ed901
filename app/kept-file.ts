import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { moveFile, replaceFile, sweepDrafts } from './atomic-file.ts'
import { Turns } from './turns.ts'

/** From the version of the key to the one after it. */
export type Migrations = Record<number, (file: Record<string, unknown>) => Record<string, unknown>>

/** The text was written by a later Tenantry. */
export class NewerVersion extends Error {}

/**
 * Reads a file's text, brought up to a version, as what it holds beside that.
 *
 * @throws NewerVersion where the text is of a later version, any other error where it is broken
 */
export function readVersioned(text: string, migrations: Migrations, version: number): Record<string, unknown> {
  let file = z.looseObject({ version: z.number().int().min(1) }).parse(JSON.parse(text)) as Record<string, unknown> & { version: number }
  if (file.version > version) throw new NewerVersion(`version ${file.version}`)
  for (let from = file.version; from < version; from += 1) {
    const migrate = migrations[from]
    if (!migrate) throw new Error(`no migration from version ${from}`)
    file = { ...migrate(file), version: from + 1 }
  }
  return file
}

export interface KeptFileOptions<Content> {
  /** The data folder. */
  folder: string
  /** What is kept, in one word for many: the file is named by it, and sentences are about it. */
  what: string
  empty: Content
  /** Throws NewerVersion, or anything else where the text is broken. */
  read(text: string): Content
  /** The text, which `read` takes back. */
  write(content: Content): string
  /** Left beside the file once a start was rescued, until an admin deletes it. For files that others' data belongs to. */
  rescuedNote?: string
  failures: { readOnly(reason: string): Error; changedElsewhere(): Error; notWritten(reason: string): Error }
  /** Milliseconds since the epoch, for the name of a file set aside. */
  now?: number
}

/** How opening went. `first`: there was nothing. `clean`: the file itself was read. `rescued`: another content stands in. */
export type Opened = 'first' | 'clean' | 'rescued'

/** Why a file could not be read. */
type Problem = ReturnType<typeof problemOf> | 'newer'

/** What an error of reading a file and its text says of it. */
export function problemOf(error: unknown): 'missing' | 'broken' | 'unreadable' {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return 'missing'
  // Without a code it could be read, and said nothing that could be understood.
  return code === undefined || code === 'EISDIR' ? 'broken' : 'unreadable'
}

/** The file or its copy, as sentences call it; `reason` in one about the list of what it keeps. */
interface Named {
  path: string
  name: string
  reason: string
}

/**
 * A file of what a person made, and its last good copy. A broken file is set aside, never overwritten; a file of a later
 * version or one that can't be read is left alone, and nothing is written then.
 */
export class KeptFile<Content> {
  readonly opened: Opened
  /** Sentences for the admin on what was not as it should be. */
  readonly notices: string[] = []
  /** Why nothing may be written; null where it may. */
  readonly readOnly: string | null = null
  /** Nothing of what was kept could be loaded, neither the file nor its copy. */
  readonly isLost: boolean = false
  readonly #options: KeptFileOptions<Content>
  readonly #turns = new Turns()
  #content: Content
  /** The file's text as this process last read or wrote it; null where there was none. */
  #text: string | null = null

  constructor(options: KeptFileOptions<Content>) {
    this.#options = options
    this.#content = options.empty
    const { folder, now = Date.now() } = options
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
    } else if (found.problem === 'missing' && !existsSync(this.#copyPath)) {
      this.opened = 'first'
    } else {
      this.opened = 'rescued'
      const { readOnly, isLost } = this.#rescue(found.problem, now)
      this.readOnly = readOnly
      this.isLost = isLost
    }
  }

  /**
   * Whether all that belongs to what is kept is known: not in a start that was rescued, nor in later ones while what tells
   * of it is in the folder. A file that was set aside may be mended and put back.
   */
  get isWhole(): boolean {
    const { folder, what } = this.#options
    return this.opened === 'clean' && !readdirSync(folder).some((name) => name.startsWith(`${what}.broken-`) || name === `${what}.rescued.txt`)
  }

  /** Makes later starts know that this one did not know all. Before anything is written: a crash must not take it away. */
  markRescued(): void {
    const { folder, what, rescuedNote } = this.#options
    if (rescuedNote === undefined) return
    try {
      replaceFile(join(folder, `${what}.rescued.txt`), rescuedNote)
    } catch {
      // A folder that takes no file takes no list either, and the next start is rescued as well.
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
   * @throws one of the options' failures, or what the change threw
   */
  change<T>(change: (content: Content, onUndo: (step: () => Promise<unknown>) => void) => T | Promise<T>): Promise<T> {
    return this.#turns.next(async () => {
      if (this.readOnly !== null) throw this.#options.failures.readOnly(this.readOnly)
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
    })
  }

  #write(next: Content): void {
    const text = this.#options.write(next)
    this.#options.read(text)
    this.#checkUnchanged()
    try {
      replaceFile(this.#path, text)
    } catch (error) {
      throw this.#notWritten(error)
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
      throw this.#notWritten(error)
    }
    if (text !== this.#text) throw this.#options.failures.changedElsewhere()
  }

  /** The copy failing harms nothing while the file is whole; the next write tries again. */
  #writeCopy(): void {
    const text = this.#options.write(this.#content)
    try {
      if (existsSync(this.#copyPath) && readFileSync(this.#copyPath, 'utf8') === text) return
      replaceFile(this.#copyPath, text)
    } catch {
      // See above.
    }
  }

  #read(path: string): { content: Content; text: string } | { problem: Problem } {
    try {
      const text = readFileSync(path, 'utf8')
      return { content: this.#options.read(text), text }
    } catch (error) {
      if (error instanceof NewerVersion) return { problem: 'newer' }
      return { problem: problemOf(error) }
    }
  }

  /** Loads the copy in place of a file that could not be read. */
  #rescue(problem: Problem, now: number): { readOnly: string | null; isLost: boolean } {
    let why = `${this.#name} is gone.`
    if (problem !== 'missing') {
      const readOnly = this.#setAside(this.#file, problem, this.#brokenName(now))
      if (readOnly !== null) return { readOnly, isLost: true }
      why = `${this.#name} was broken and is kept as ${this.#brokenName(now)}.`
    }
    const copy = this.#read(this.#copyPath)
    const brokenCopy = this.#brokenName(now, '-copy')
    if ('problem' in copy && copy.problem !== 'missing') {
      const readOnly = this.#setAside(this.#copy, copy.problem, brokenCopy)
      if (readOnly !== null) return { readOnly, isLost: true }
    }
    this.markRescued()
    if ('content' in copy) {
      this.#loadCopy(copy.content, why)
      return { readOnly: null, isLost: false }
    }
    const noCopy = copy.problem === 'missing' ? 'There is no good copy of it' : `Its last good copy was broken too and is kept as ${brokenCopy}`
    this.notices.push(`${why} ${noCopy}, so the list starts empty.`)
    return { readOnly: null, isLost: true }
  }

  /** Moves a broken file out of the way; answers why nothing may be written where it has to stay. */
  #setAside({ path, name, reason }: Named, problem: Exclude<Problem, 'missing'>, brokenName: string): string | null {
    const stays = (why: string, notice: string) => {
      this.notices.push(`${notice} Nothing is changed in it.`)
      return why
    }
    if (problem === 'newer') return stays(`a newer Tenantry wrote ${reason}`, `A newer Tenantry wrote ${name}, and this one can’t read it. Update Tenantry.`)
    if (problem === 'unreadable') return stays(`${reason} can’t be read`, `${capitalized(name)} can’t be read. Check the rights on it, then restart Tenantry.`)
    try {
      moveFile(path, join(this.#options.folder, brokenName))
      return null
    } catch {
      return stays(`${reason} is broken and can’t be moved`, `${capitalized(name)} is broken and can’t be set aside.`)
    }
  }

  #loadCopy(content: Content, why: string): void {
    this.#content = content
    this.notices.push(`${why} The last good copy was loaded: check that nothing is missing.`)
    try {
      const text = this.#options.write(content)
      replaceFile(this.#path, text)
      this.#text = text
    } catch {
      // The next change says so; the copy is still there.
    }
  }

  #notWritten(error: unknown): Error {
    return this.#options.failures.notWritten((error as NodeJS.ErrnoException).code ?? 'no reason given')
  }

  #brokenName(now: number, part = ''): string {
    return `${this.#options.what}.broken-${new Date(now).toISOString().replace(/[:.]/g, '-')}${part}.json`
  }

  get #name(): string {
    return capitalized(this.#file.name)
  }

  get #file(): Named {
    return { path: this.#path, name: `the ${this.#options.what}’ file`, reason: 'their file' }
  }

  get #copy(): Named {
    return { path: this.#copyPath, name: `the last good copy of the ${this.#options.what}’ file`, reason: 'the last good copy of their file' }
  }

  get #path(): string {
    return join(this.#options.folder, `${this.#options.what}.json`)
  }

  get #copyPath(): string {
    return join(this.#options.folder, `${this.#options.what}.last-good.json`)
  }
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
