import { appendFileSync, chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import Papa from 'papaparse'
import type { z } from 'zod'
import { loggedCommandSchema, type CallOutput, type CallRequest, type commandFilterSchema, type LoggedCommand } from '../contract.ts'
import { searchFor } from '../search-words.ts'
import { escapeFormula } from '../spreadsheet.ts'
import { withoutSecrets } from './redact.ts'

/** A file grows no longer than this: small enough to be opened in any editor. */
const longestFileBytes = 8 * 1024 * 1024
/** A month is kept until the same month of the next year is over, so that a year can be looked back on. */
const keptMonths = 13
/** All files together; beyond it the oldest go before their time. */
const mostBytes = 128 * 1024 * 1024

type Filter = z.output<typeof commandFilterSchema>

export interface CommandLogOptions {
  dataFolder: string
  /** Milliseconds since the epoch. */
  now: () => number
  /** Told when commands can't be written, and (null) once they can again. */
  onProblem?: (reason: string | null) => void
  user?: string
  longestFileBytes?: number
  mostBytes?: number
}

/**
 * Tenantry's own record of who did what, since Exchange's shows the app and not the person. Lines of JSON are appended
 * to one file per month (`commands-2026-11-1.jsonl`, then `-2` where it grew long) of mode 0600. Nothing here keeps
 * whoever may write the files from changing them.
 */
export class CommandLog {
  readonly folder: string
  readonly #options: CommandLogOptions
  readonly #user: string
  #hasProblem = false
  #sweptFor = ''

  constructor(options: CommandLogOptions) {
    this.#options = options
    this.folder = join(options.dataFolder, 'command-log')
    this.#user = options.user ?? nameOfUser()
  }

  /** Appends a command; its secrets are taken out here once more. Never throws: what fails is told by `onProblem`. */
  append(command: Omit<LoggedCommand, 'user'>): void {
    const { at, ...rest } = command
    const line = `${JSON.stringify({ at, user: this.#user, ...rest, command: withoutSecrets(rest.command) })}\n`
    try {
      mkdirSync(this.folder, { recursive: true, mode: 0o700 })
      const month = new Date(this.#options.now()).toISOString().slice(0, 7)
      const path = this.#pathFor(month, Buffer.byteLength(line))
      appendFileSync(path, line, { mode: 0o600 })
      chmodSync(path, 0o600)
      this.#sweep(month)
      if (this.#hasProblem) this.#options.onProblem?.(null)
      this.#hasProblem = false
    } catch (error) {
      this.#hasProblem = true
      this.#options.onProblem?.((error as NodeJS.ErrnoException).code ?? 'no reason given')
    }
  }

  /** The newest first. Lines that can't be read are passed over. */
  list({ skip, limit, ...filter }: CallRequest<'commands.list'>): CallOutput<'commands.list'> {
    const commands = this.#filtered(filter)
    return { commands: commands.slice(skip, skip + limit), total: commands.length, folder: this.folder }
  }

  /** Oldest first, as CSV that a spreadsheet takes for nothing but text. */
  export(filter: Filter): CallOutput<'commands.export'> {
    const columns = Object.keys(loggedCommandSchema.shape) as Array<keyof LoggedCommand>
    const rows = this.#filtered(filter).reverse().map((command) => columns.map((column) => escapeFormula(String(command[column] ?? ''))))
    const day = new Date(this.#options.now()).toISOString().slice(0, 10)
    // The byte order mark is how Excel knows UTF-8.
    return { fileName: `tenantry-commands-${day}.csv`, text: `\ufeff${Papa.unparse([columns, ...rows], { newline: '\r\n' })}\r\n` }
  }

  #filtered({ search, tenantId, onlyFailed }: Filter): LoggedCommand[] {
    const isFound = searchFor(search)
    const isWanted = (command: LoggedCommand) => {
      if (onlyFailed && command.success !== false) return false
      if (tenantId && command.tenantId.toLowerCase() !== tenantId.toLowerCase()) return false
      const { at, user, profile, app, uti } = command
      return isFound([at, user, profile, command.tenantId, app, uti, command.command].join('\n').toLowerCase())
    }
    // In the order of writing, which is that of the commands' ends.
    return this.#files().flatMap(({ path }) => readCommands(path)).filter(isWanted).reverse()
  }

  #pathFor(month: string, bytes: number): string {
    const newest = this.#files().findLast((file) => file.month === month)
    const isFull = newest !== undefined && newest.bytes + bytes > (this.#options.longestFileBytes ?? longestFileBytes)
    return join(this.folder, `commands-${month}-${(newest?.number ?? 1) + (isFull ? 1 : 0)}.jsonl`)
  }

  /** Removes what is older than it has to be, or too much; once a month's or a file's beginning is enough. */
  #sweep(month: string): void {
    const files = this.#files()
    const at = `${month} ${files.length}`
    if (this.#sweptFor === at) return
    this.#sweptFor = at
    let bytes = files.reduce((sum, file) => sum + file.bytes, 0)
    for (const file of files.slice(0, -1)) {
      const isOld = monthsBetween(file.month, month) > keptMonths
      if (!isOld && bytes <= (this.#options.mostBytes ?? mostBytes)) continue
      rmSync(file.path, { force: true })
      bytes -= file.bytes
    }
  }

  /** Oldest first. */
  #files(): Array<{ path: string; month: string; number: number; bytes: number }> {
    if (!existsSync(this.folder)) return []
    return readdirSync(this.folder)
      .flatMap((name) => {
        const parts = /^commands-(\d{4}-\d{2})-(\d{1,6})\.jsonl$/.exec(name)
        const path = join(this.folder, name)
        return parts ? [{ path, month: parts[1]!, number: Number(parts[2]), bytes: statSync(path).size }] : []
      })
      .sort((a, b) => a.month.localeCompare(b.month) || a.number - b.number)
  }
}

function readCommands(path: string): LoggedCommand[] {
  return readFileSync(path, 'utf8').split('\n').flatMap((line) => {
    try {
      return [loggedCommandSchema.parse(JSON.parse(line))]
    } catch {
      return []
    }
  })
}

function monthsBetween(before: string, after: string): number {
  const count = (month: string) => Number(month.slice(0, 4)) * 12 + Number(month.slice(5))
  return count(after) - count(before)
}

/** The account of the operating system. */
export function nameOfUser(): string {
  try {
    return userInfo().username
  } catch {
    return 'unknown'
  }
}
