import { chmodSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import electronLog from 'electron-log/node'
import { describe } from './describe.ts'
import { redact } from './redact.ts'

/** A line of diagnosis is short; what is longer is a dump. */
const maxLineChars = 8000
/** Redacting costs time with length; nobody reads a line of more. */
const maxReadChars = 64 * 1024

/** What happened, for whoever looks for a fault. Everything passes the one redactor before it is written anywhere. */
export interface Log {
  readonly folder: string
  info(...what: unknown[]): void
  warn(...what: unknown[]): void
  error(...what: unknown[]): void
}

export interface LogOptions {
  folder: string
  /** Standard error gets what is a warning or worse, redacted too. */
  isEchoed?: boolean
  /** Bytes after which a file is full, and how many full ones are kept beside the one that is written. */
  maxFileBytes?: number
  keptFiles?: number
}

let lastId = 0

/**
 * Opens `tenantry.log` in a folder, mode 0600; full files go on as tenantry.1.log, tenantry.2.log and so on. Where the
 * disk takes no line, there is none: logging never fails its caller.
 */
export function openLog({ folder, isEchoed = true, maxFileBytes = 1024 * 1024, keptFiles = 4 }: LogOptions): Log {
  const file = join(folder, 'tenantry.log')
  ownFolder(folder, file)
  const logger = electronLog.create({ logId: `tenantry-${lastId++}` })
  const { transports } = logger
  for (const name of ['ipc', 'remote'] as const) if (transports[name]) transports[name].level = false
  transports.file.resolvePathFn = () => file
  transports.file.maxSize = maxFileBytes
  transports.file.writeOptions = { flag: 'a', mode: 0o600, encoding: 'utf8' }
  transports.file.format = '{iso} {level} {text}'
  transports.file.archiveLogFn = () => rotate(folder, keptFiles)
  transports.console.level = isEchoed ? 'warn' : false
  transports.console.useStyles = false
  transports.console.format = 'tenantry: {text}'
  transports.console.writeFn = ({ message }) => console.error(...message.data)
  // Before every transport: there is no way around it.
  logger.hooks.push((message) => ({ ...message, data: [lineOf(message.data)] }))
  return {
    folder,
    info: (...what) => logger.info(...what),
    warn: (...what) => logger.warn(...what),
    error: (...what) => logger.error(...what)
  }
}

function lineOf(data: unknown[]): string {
  const line = redact(data.map(describe).join(' ').slice(0, maxReadChars))
  return line.length > maxLineChars ? `${line.slice(0, maxLineChars)}…` : line
}

function ownFolder(folder: string, file: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    // One that another program made, or an older version.
    if (existsSync(file)) chmodSync(file, 0o600)
  } catch {
    return
  }
}

function rotate(folder: string, keptFiles: number): void {
  const numbered = (number: number) => join(folder, number === 0 ? 'tenantry.log' : `tenantry.${number}.log`)
  try {
    rmSync(numbered(keptFiles), { force: true })
    for (let number = keptFiles - 1; number >= 0; number--) if (existsSync(numbered(number))) renameSync(numbered(number), numbered(number + 1))
  } catch {
    // A file that somebody has open on Windows: this one grows until the next line.
    return
  }
}
