import { copyFileSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import { longestTabName, panesOf, readLayout, type Layout } from '../arrangement.ts'
import { replaceFile, sweepDrafts } from '../atomic-file.ts'
import { serviceSchema } from '../contract.ts'
import { isRecord, jsonOf } from '../json.ts'

/** More than anybody opens; a file that says more was not written here. */
const mostTabs = 500
/** Who walks along the tabs writes the file once. A crash loses no more than this. */
const writeDelayMs = 500

const paneSchema = z.object({ profileId: z.uuid(), service: serviceSchema })
/** The session in a pane: of which profile and service. */
export type OpenPane = z.infer<typeof paneSchema>

/** One tab, without what it shows. */
export interface OpenTab {
  name: string | null
  isPinned: boolean
  isZoomed: boolean
  /** Index of the active one among its panes. */
  active: number
  layout: Layout<OpenPane>
}

/** Which tabs are open, in the order of the window, and which one is in front. */
export interface OpenTabs {
  tabs: OpenTab[]
  active: number | null
}

/** What is written: a version, a list, and a number. Each tab is judged by itself. */
const fileSchema = z.object({ version: z.literal([1, 2]), tabs: z.array(z.unknown()).max(mostTabs), active: z.unknown() })
const indexSchema = z.number().int().min(0)

/** The file that says which tabs were open when Tenantry ended. */
export class OpenTabsFile {
  readonly #file: string
  readonly #onProblem: (reason: string) => void
  #waiting: OpenTabs | null = null
  #timer: NodeJS.Timeout | undefined
  #written = ''

  /** @param onProblem told in a sentence what of the file went wrong; what is broken in it is set aside, and the rest opened */
  constructor(file: string, onProblem: (reason: string) => void) {
    this.#file = file
    this.#onProblem = onProblem
    sweepDrafts(file)
  }

  read(): OpenTabs {
    const none: OpenTabs = { tabs: [], active: null }
    let text: string
    try {
      text = readFileSync(this.#file, 'utf8')
    } catch (error) {
      const isAbsent = (error as NodeJS.ErrnoException).code === 'ENOENT'
      if (!isAbsent) this.#onProblem(`The tabs that were open can’t be read from ${this.#file}: they are not opened again.`)
      return none
    }
    const { open, broken } = readOpenTabs(text)
    if (broken === 'all') this.#onProblem(`The tabs that were open can’t be read from ${this.#file}: they are not opened again. ${this.#setAside()}`)
    else if (broken > 0) this.#onProblem(`${broken === 1 ? 'One part' : `${broken} parts`} of the tabs that were open can’t be read from ${this.#file}. The rest is opened. ${this.#setAside()}`)
    return open
  }

  /** Writes soon. */
  write(open: OpenTabs): void {
    this.#waiting = { tabs: open.tabs.slice(0, mostTabs), active: open.active !== null && open.active < mostTabs ? open.active : null }
    this.#timer ??= setTimeout(() => this.flush(), writeDelayMs)
  }

  /** Writes what waits. A disk that does not take it costs the tabs of the next start, and nothing else. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const text = this.#waiting && JSON.stringify({ version: 2, ...this.#waiting })
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

  /** Keeps the file as it was beside itself, since the next tab that is opened replaces it. */
  #setAside(): string {
    const aside = `${this.#file.replace(/\.json$/, '')}.broken.json`
    try {
      copyFileSync(this.#file, aside)
      return `What was in the file is kept as ${aside}.`
    } catch {
      return ''
    }
  }
}

/** The tabs as far as they can be read, and how many parts of them can't. */
function readOpenTabs(text: string): { open: OpenTabs; broken: number | 'all' } {
  const none: OpenTabs = { tabs: [], active: null }
  const file = fileSchema.safeParse(jsonOf(text))
  if (!file.success) return { open: none, broken: 'all' }
  let broken = 0
  const onBroken = () => void broken++
  const active = indexSchema.nullable().safeParse(file.data.active)
  const tabs = file.data.tabs.map((tab) => (file.data.version === 1 ? readOldTab(tab, onBroken) : readTab(tab, onBroken)))
  const front = active.success && active.data !== null ? tabs[active.data] : null
  const read = tabs.filter((tab) => tab !== null)
  return { open: { tabs: read, active: front ? read.indexOf(front) : null }, broken: broken > 0 && read.length === 0 ? 'all' : broken }
}

/** Version 1 had a session in each tab, and nothing else. */
function readOldTab(value: unknown, onBroken: () => void): OpenTab | null {
  const pane = paneSchema.safeParse(value)
  if (pane.success) return { name: null, isPinned: false, isZoomed: false, active: 0, layout: { pane: pane.data } }
  onBroken()
  return null
}

function readTab(value: unknown, onBroken: () => void): OpenTab | null {
  const found: Record<string, unknown> = isRecord(value) ? value : {}
  const layout = readLayout(found.layout, (pane) => paneSchema.safeParse(pane).data ?? null, onBroken)
  if (!layout) return null
  const part = <T>(schema: z.ZodType<T>, value: unknown, otherwise: T): T => {
    const read = schema.safeParse(value)
    if (read.success) return read.data
    onBroken()
    return otherwise
  }
  return {
    name: part(z.string().min(1).max(longestTabName).nullable(), found.name, null),
    isPinned: part(z.boolean(), found.isPinned, false),
    isZoomed: part(z.boolean(), found.isZoomed, false),
    active: Math.min(part(indexSchema, found.active, 0), panesOf(layout).length - 1),
    layout
  }
}
