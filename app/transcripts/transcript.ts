import { removed } from '../command-log/redact.ts'
import type { SessionView } from '../contract.ts'
import { datedName, localTime } from '../file-names.ts'
import type { Screen } from '../sessions/screen.ts'
import type { ShellMark } from '../shell-marks.ts'
import { TranscriptFile, type TranscriptFolder } from './file.ts'
import { SecretFilter } from './filter.ts'
import type { FinishedLines } from './lines.ts'

/** How long a session that connects waits for its file; on a share that does not answer it goes on without one. */
const openDeadlineMs = 2_000

/** Whose session is written. */
export interface TranscriptPlace {
  /** As the prompt says it. */
  name: string
  tenant: string
  service: string
}

export interface TranscriptOptions {
  screen: Screen
  /** Where it goes now; a session that connects anew goes where it is told then. */
  folder(): TranscriptFolder
  /** Milliseconds since the epoch. */
  now(): number
  onChange(view: SessionView['transcript']): void
}

/**
 * What a session showed, as a text file: each command with its time, what it printed, and how it ended. It is made of the
 * core's screen, line by line as they are finished, with secrets taken out before anything is written. Whatever goes wrong
 * with the file is said, and the session goes on.
 */
export class Transcript {
  readonly #options: TranscriptOptions
  readonly #filter = new SecretFilter()
  /** There from the first transcript on. */
  #lines: FinishedLines | null = null
  #file: TranscriptFile | null = null
  #name = ''
  #typed: { line: string; isCut: boolean } | null = null
  #clean: string | null = null
  /** Counts the shells, so that a file that opens late is not another one's. */
  #shells = 0
  #opening: Promise<void> = Promise.resolve()
  #told: SessionView['transcript'] = null

  constructor(options: TranscriptOptions) {
    this.#options = options
    options.screen.marks.onMark = (mark) => this.#onMark(mark)
  }

  /**
   * A shell is about to print on the screen. Answers once the file is there, or can't be, 2 s at most.
   *
   * @param place null where its profile keeps no transcript
   * @param say shown in the terminal before anything is taken from it
   */
  async begin(place: TranscriptPlace | null, say: (sentence: string) => void): Promise<void> {
    const shell = ++this.#shells
    if (!place) return this.#stop()
    this.#name = place.name
    this.#opening = this.#opening.then(async () => {
      const sentence = await this.#open(place)
      if (shell !== this.#shells) return
      say(sentence)
      await this.#options.screen.allParsed()
      if (shell !== this.#shells || !this.#file) return
      this.#lines ??= this.#options.screen.finishedLines((text, isCut) => this.#onLine(text, isCut))
      this.#lines.begin()
    })
    await this.#opened()
  }

  /** The shell is gone. */
  ended(sentence: string | null): void {
    const file = this.#file
    if (!file) return
    this.#options.screen.whenParsed(() => {
      this.#lines?.end()
      if (sentence) this.#note(sentence, file)
    })
  }

  /** The session is closed: what is left is written. */
  async close(): Promise<void> {
    this.#shells++
    await this.#opened()
    const file = this.#file
    if (!file) return
    await this.#options.screen.allParsed()
    this.#lines?.end()
    this.#note('the session was closed')
    this.#file = null
    await file.close()
  }

  /** Once no file is being opened, 2 s at most. */
  async #opened(): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    await Promise.race([this.#opening, new Promise<void>((resolve) => (timer = setTimeout(resolve, openDeadlineMs)))])
    clearTimeout(timer)
  }

  /** Answers the sentence on where it is, or why it is not. */
  async #open(place: TranscriptPlace): Promise<string> {
    const folder = this.#options.folder()
    await this.#options.screen.allParsed()
    try {
      const isThere = this.#file?.folder === folder.path && (await this.#file.isUsable())
      if (isThere) this.#note('connecting again')
      else {
        const before = this.#file
        this.#file = null
        void before?.close()
        const file: TranscriptFile = await TranscriptFile.create(folder, datedName(place.name, this.#options.now()), (code) => this.#onProblem(file, code))
        file.write(heading(place))
        this.#note('connecting', file)
        this.#file = file
      }
      const { path } = this.#file!
      this.#tell({ path, problem: null })
      return `A transcript is kept: ${path}`
    } catch (error) {
      const problem = `No transcript is kept: ${reasonOf((error as NodeJS.ErrnoException).code ?? 'no reason given', folder.path)}. The session goes on without one, and connecting again tries again.`
      this.#tell({ path: null, problem })
      return problem
    }
  }

  /** Its profile keeps none any more. */
  #stop(): void {
    const file = this.#file
    this.#file = null
    this.#tell(null)
    if (!file) return
    this.#note('connecting again, and no transcript is kept any more', file)
    void file.close()
  }

  #onMark(mark: ShellMark): void {
    if (!this.#file) return
    switch (mark.kind) {
      case 'prompt':
        return this.#lines?.end()
      case 'line':
        this.#typed = mark
        return
      case 'clean-line':
        this.#clean = mark.line
        return
      case 'start':
        this.#lines?.end()
        this.#file.tryAgain()
        this.#writeCommand()
        return this.#lines?.begin()
      case 'end':
        this.#lines?.end()
        this.#write(`[${this.#time}] ${outcomeOf(mark.success)} ${mark.seconds.toFixed(1)} s\n`)
    }
  }

  /** A line that the shell did not look through is not written. */
  #writeCommand(): void {
    const { line, isCut } = this.#typed ?? { line: '', isCut: false }
    const text = this.#filter.command(line, this.#clean ?? (line && removed))
    this.#typed = null
    this.#clean = null
    this.#write(`\n[${this.#time}] ${this.#name} PS> ${text.split(/\r\n|\r|\n/).join('\n>> ')}${isCut ? '… (cut)' : ''}\n`)
  }

  #onLine(text: string, isCut: boolean): void {
    const left = this.#filter.line(text)
    if (left !== null) this.#write(`${left}${isCut ? '… (cut)' : ''}\n`)
  }

  #onProblem(file: TranscriptFile, code: string | null): void {
    if (file !== this.#file) return
    const { path, folder } = file
    const problem = code && `The transcript is not written: ${reasonOf(code, folder)}. The session goes on, and ${code === 'EFBIG' ? 'connecting again begins another one' : 'the next command tries again'}.`
    this.#tell({ path, problem })
  }

  #tell(view: SessionView['transcript']): void {
    const isSame = JSON.stringify(view) === JSON.stringify(this.#told)
    this.#told = view
    if (!isSame) this.#options.onChange(view)
  }

  #note(sentence: string, file = this.#file): void {
    file?.write(`\n── ${this.#time}: ${sentence} ──\n`)
  }

  #write(text: string): void {
    this.#file?.write(text)
  }

  get #time(): string {
    const { day, clock } = localTime(this.#options.now())
    return `${day} ${clock}`
  }
}

function heading({ name, tenant, service }: TranscriptPlace): string {
  return [`Transcript of ${name}`, `Tenant: ${tenant}`, `Service: ${service}`, `What looks like a secret is left out: ${removed}`, ''].join('\n')
}

function outcomeOf(success: boolean | null): string {
  return success === null ? 'ended after' : success ? 'done after' : 'failed after'
}

const reasons: Record<string, (folder: string) => string> = {
  ENOENT: (folder) => `the folder ${folder} is not there`,
  ENOTDIR: (folder) => `${folder} is no folder`,
  EEXIST: (folder) => `${folder} is no folder`,
  EACCES: (folder) => `Tenantry may not write in ${folder}`,
  EPERM: (folder) => `Tenantry may not write in ${folder}`,
  EROFS: (folder) => `${folder} can’t be written to`,
  ENOSPC: () => 'the disk is full',
  EDQUOT: () => 'the disk has no more room for you',
  EFBIG: () => 'it is as long as one may become'
}

function reasonOf(code: string, folder: string): string {
  return reasons[code]?.(folder) ?? `the disk refused it (${code})`
}
