import { appendFileSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { join } from 'node:path'

/*
 * Run as a process of its own beside the leak test's scenario: every 20 ms it looks at the command line and the
 * environment of all that descends from one process, and at the files below some folders, and keeps each content that it
 * sees. It writes them into the evidence folder when its standard input ends.
 */

/** One thing that was seen; its content is the file of this number below `seen`. */
export interface Seen {
  what: 'arguments' | 'environment' | 'file'
  /** A process's name, or a file's path. */
  of: string
  /** Of a process, as it was first seen with this content. */
  pid?: number
  parent?: number
  file: number
}

const lookEveryMs = 20
/** A process may be seen between its fork and its exec, or before its parent was known. */
const looksUntilStranger = 10
const largestFileBytes = 32 * 1024 * 1024

const [root, evidence, marker, ...folders] = process.argv.slice(2) as [string, string, string, ...string[]]
const contents = new Map<string, { seen: Omit<Seen, 'file'>; bytes: Buffer }>()
const processes = new Map<number, { isOurs: boolean; looks: number; commandLine: string }>([[Number(root), { isOurs: true, looks: 0, commandLine: '' }]])
const files = new Map<string, string>()
let looks = 0

const timer = setInterval(() => {
  looks++
  lookAtProcesses()
  for (const folder of folders) lookAtFiles(folder)
}, lookEveryMs)
process.stdin.on('end', finish).resume()
console.log('looking')

function keep(seen: Omit<Seen, 'file'>, bytes: Buffer): void {
  const key = `${seen.what} ${seen.of} ${seen.pid ?? ''} ${createHash('sha1').update(bytes).digest('hex')}`
  if (bytes.length > 0 && !contents.has(key)) contents.set(key, { seen, bytes })
}

function lookAtProcesses(): void {
  const alive = new Set(readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number))
  for (const pid of processes.keys()) if (!alive.has(pid) && pid !== Number(root)) processes.delete(pid)
  for (const pid of alive) {
    if (pid === process.pid || pid === Number(root)) continue
    const known = processes.get(pid) ?? { isOurs: false, looks: 0, commandLine: '' }
    processes.set(pid, known)
    if (known.isOurs || known.looks++ < looksUntilStranger) lookAt(pid, known)
  }
}

function lookAt(pid: number, known: { isOurs: boolean; commandLine: string }): void {
  try {
    const parent = parentOf(pid)
    known.isOurs ||= processes.get(parent)?.isOurs === true || readFileSync(`/proc/${pid}/environ`).includes(marker)
    if (!known.isOurs) return
    const commandLine = readFileSync(`/proc/${pid}/cmdline`)
    const text = commandLine.toString('latin1')
    if (text === known.commandLine) return
    known.commandLine = text
    const of = readFileSync(`/proc/${pid}/comm`, 'utf8').trim()
    keep({ what: 'arguments', of, pid, parent }, commandLine)
    keep({ what: 'environment', of, pid, parent }, readFileSync(`/proc/${pid}/environ`))
  } catch {
    // It ended meanwhile, or is another user's.
  }
}

function parentOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
}

function lookAtFiles(folder: string): void {
  for (const entry of entriesOf(folder)) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) lookAtFiles(path)
    else if (entry.isFile()) lookAtFile(path)
  }
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}

function lookAtFile(path: string): void {
  try {
    const { mtimeMs, size, ino } = lstatSync(path)
    const version = `${mtimeMs} ${size} ${ino}`
    if (files.get(path) === version || size > largestFileBytes) return
    files.set(path, version)
    keep({ what: 'file', of: path }, readFileSync(path))
  } catch {
    // It is gone, which is what temporary files do.
  }
}

function finish(): void {
  clearInterval(timer)
  for (const folder of folders) lookAtFiles(folder)
  mkdirSync(join(evidence, 'seen'))
  let file = 0
  for (const { seen, bytes } of contents.values()) {
    writeFileSync(join(evidence, 'seen', String(file)), bytes)
    appendFileSync(join(evidence, 'seen.jsonl'), `${JSON.stringify({ ...seen, file })}\n`)
    file++
  }
  console.log(`looked ${looks} times`)
}
