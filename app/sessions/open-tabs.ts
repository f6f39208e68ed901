import { mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import { replaceFile, sweepDrafts } from '../atomic-file.ts'
import { serviceSchema } from '../contract.ts'

/** More than anybody opens; a file that says more was not written here. */
const mostTabs = 500
/** Who walks along the tabs writes the file once. A crash loses no more than this. */
const writeDelayMs = 500

const openTabsSchema = z.object({
  version: z.literal(1),
  /** In the order of the window. */
  tabs: z.array(z.object({ profileId: z.uuid(), service: serviceSchema })).max(mostTabs),
  /** Index of the tab in front. */
  active: z.number().int().min(0).nullable()
})
/** Which tabs are open: of which profile and service, and nothing of what they show. */
export type OpenTabs = Omit<z.infer<typeof openTabsSchema>, 'version'>

/** The file that says which tabs were open when Tenantry ended. */
export class OpenTabsFile {
  readonly #file: string
  readonly #onProblem: (reason: string) => void
  #waiting: OpenTabs | null = null
  #timer: NodeJS.Timeout | undefined
  #written = ''

  /** @param onProblem told in a sentence what of the file went wrong; the tabs of a broken one are forgotten */
  constructor(file: string, onProblem: (reason: string) => void) {
    this.#file = file
    this.#onProblem = onProblem
    sweepDrafts(file)
  }

  read(): OpenTabs {
    const none: OpenTabs = { tabs: [], active: null }
    try {
      const { tabs, active } = openTabsSchema.parse(JSON.parse(readFileSync(this.#file, 'utf8')))
      return { tabs, active }
    } catch (error) {
      const isAbsent = (error as NodeJS.ErrnoException).code === 'ENOENT'
      if (!isAbsent) this.#onProblem(`The tabs that were open can’t be read from ${this.#file}: they are not opened again.`)
      return none
    }
  }

  /** Writes soon. */
  write(tabs: OpenTabs): void {
    this.#waiting = { tabs: tabs.tabs.slice(0, mostTabs), active: tabs.active !== null && tabs.active < mostTabs ? tabs.active : null }
    this.#timer ??= setTimeout(() => this.flush(), writeDelayMs)
  }

  /** Writes what waits. A disk that does not take it costs the tabs of the next start, and nothing else. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const text = this.#waiting && JSON.stringify({ version: 1, ...this.#waiting })
    this.#waiting = null
    if (text === null || text === this.#written) return
    try {
      mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 })
      replaceFile(this.#file, text)
      this.#written = text
    } catch (error) {
      this.#onProblem(`Which tabs are open can’t be written to ${this.#file} (${(error as NodeJS.ErrnoException).code ?? 'error'}).`)
    }
  }
}
