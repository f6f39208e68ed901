import { access, chmod, constants, mkdir, open, stat, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'

/** A file as long as this is read by nobody, and a flood must not fill the disk. */
export const longestFileBytes = 128 * 1024 * 1024
/** What waits for a slow disk; more than this is left out, since no session waits for its transcript. */
const mostWaitingChars = 8 * 1024 * 1024
/** How long an end of the app waits for a disk. */
const closeDeadlineMs = 2_000
/** Two sessions of a tenant that begin within a second have a number behind their names. */
const mostOfOneName = 100

/** What a transcript is written to: the folder, and whether it is Tenantry's own, which is made where it is not there. */
export interface TranscriptFolder {
  path: string
  isOwn: boolean
}

/** Whether this is a folder that files can be made in, as far as its rights tell. */
export async function canWriteIn(path: string): Promise<boolean> {
  const isFolder = (await stat(path).catch(() => null))?.isDirectory() ?? false
  return isFolder && access(path, constants.W_OK).then(() => true, () => false)
}

export type OpenFile = (path: string) => Promise<FileHandle>

// New files alone: whatever lies in the folder, or is linked there, is nobody's transcript.
const openNew: OpenFile = (path) => open(path, 'wx', 0o600)

/**
 * One text file of mode 0600, written behind the sessions: what a slow disk is given waits, and what can't be written is
 * counted, said, and left out.
 */
export class TranscriptFile {
  readonly folder: string
  readonly path: string
  readonly #handle: FileHandle
  readonly #onProblem: (code: string | null) => void
  readonly #longest: number
  #waiting: string[] = []
  #waitingChars = 0
  #writing: Promise<void> | null = null
  #bytes = 0
  #problem: string | null = null
  #isMending = false
  #linesLeftOut = 0
  #isClosed = false

  private constructor(folder: string, path: string, handle: FileHandle, onProblem: (code: string | null) => void, longest: number) {
    this.folder = folder
    this.path = path
    this.#handle = handle
    this.#onProblem = onProblem
    this.#longest = longest
  }

  /**
   * Makes a file that was not there, `name.txt` or with a number.
   *
   * @param onProblem told the code of what keeps it from being written, and null once it is written again
   * @throws what the disk said
   */
  static async create(folder: TranscriptFolder, name: string, onProblem: (code: string | null) => void, { openFile = openNew, longest = longestFileBytes } = {}): Promise<TranscriptFile> {
    if (folder.isOwn) {
      await mkdir(folder.path, { recursive: true, mode: 0o700 })
      await chmod(folder.path, 0o700)
    }
    for (let number = 1; ; number++) {
      const path = join(folder.path, `${name}${number > 1 ? `-${number}` : ''}.txt`)
      try {
        return new TranscriptFile(folder.path, path, await openFile(path), onProblem, longest)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || number >= mostOfOneName) throw error
      }
    }
  }

  /** Whether it is still there and takes more. */
  async isUsable(): Promise<boolean> {
    if (this.#isClosed || this.#problem !== null) return false
    const [there, own] = await Promise.all([stat(this.path).catch(() => null), this.#handle.stat().catch(() => null)])
    return there !== null && own !== null && there.ino === own.ino
  }

  /** Appends a text, lines with their ends. It never throws and never waits. */
  write(text: string): void {
    if (this.#isClosed) return
    if (this.#problem !== null || this.#waitingChars > mostWaitingChars) {
      this.#linesLeftOut += text.split('\n').length - 1
      return
    }
    this.#waiting.push(text)
    this.#waitingChars += text.length
    this.#writing ??= this.#write()
  }

  /** After a problem: what comes next is tried again. */
  tryAgain(): void {
    if (this.#problem === null || this.#problem === 'EFBIG') return
    this.#problem = null
    this.#isMending = true
    this.write('')
  }

  /** Waits for what is on its way, 2 s at most. */
  async close(): Promise<void> {
    this.#isClosed = true
    const deadline = new Promise<void>((resolve) => setTimeout(resolve, closeDeadlineMs).unref())
    await Promise.race([(async () => {
      await this.#writing
      await this.#handle.close().catch(() => {})
    })(), deadline])
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const missing = this.#linesLeftOut
      const gap = missing > 0 ? `\n── ${missing === 1 ? 'One line is' : `${missing} lines are`} missing here: the disk did not take them ──\n` : ''
      const texts = this.#waiting
      this.#waiting = []
      this.#waitingChars = 0
      const bytes = Buffer.from(gap + texts.join(''))
      try {
        if (this.#bytes + bytes.length > this.#longest) throw Object.assign(new Error('too long'), { code: 'EFBIG' })
        await this.#handle.appendFile(bytes)
        this.#bytes += bytes.length
        this.#linesLeftOut -= missing
        if (this.#isMending) this.#onProblem(null)
        this.#isMending = false
      } catch (error) {
        this.#linesLeftOut += texts.join('').split('\n').length - 1
        this.#problem = (error as NodeJS.ErrnoException).code ?? 'no reason given'
        this.#isMending = false
        this.#onProblem(this.#problem)
      }
    }
    this.#writing = null
  }
}
