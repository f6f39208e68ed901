// Which Tenantry runs from this checkout: a file with its process, so that set-up keeps its hands off what it uses.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const fileIn = (folder) => join(folder, 'running.json')

/** Notes that process `pid` is this checkout's Tenantry. Returns the undo. */
export function markRunning(folder, pid) {
  mkdirSync(folder, { recursive: true })
  writeFileSync(fileIn(folder), JSON.stringify({ pid, mark: processMark(pid) }))
  return () => rmSync(fileIn(folder), { force: true })
}

/** The process that was noted and still runs, or null; a note that says nothing of any running process is removed. */
export function runningProcess(folder) {
  const noted = readNote(fileIn(folder))
  if (noted && isAlive(noted.pid)) {
    const mark = processMark(noted.pid)
    // Process ids are used again: another start time or program is another process. Where neither can be told, it counts.
    if (!noted.mark || !mark || noted.mark === mark) return noted.pid
  }
  rmSync(fileIn(folder), { force: true })
  return null
}

function readNote(file) {
  try {
    const { pid, mark } = JSON.parse(readFileSync(file, 'utf8'))
    return Number.isInteger(pid) && pid > 0 ? { pid, mark } : null
  } catch {
    return null
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Another user's process lives too.
    return error.code === 'EPERM'
  }
}

/** What tells a process from a later one of the same id: when it started, on Windows its program; null where unknown. */
export function processMark(pid) {
  if (process.platform === 'linux') return startInProc(pid)
  const [file, args] =
    process.platform === 'win32' ? ['tasklist', ['/FI', `PID eq ${pid}`, '/FO', 'CSV', '/NH']] : ['ps', ['-o', 'lstart=', '-p', String(pid)]]
  const { status, stdout } = spawnSync(file, args, { encoding: 'utf8', timeout: 10_000, windowsHide: true, env: { ...process.env, LC_ALL: 'C' } })
  if (status !== 0) return null
  // "electron.exe","4711",…: what follows (memory) changes.
  return (process.platform === 'win32' ? /^"([^"]+)","\d+"/m.exec(stdout)?.[1] : stdout.trim()) || null
}

/** Ticks from boot to its start (field 22 of /proc/PID/stat), and which boot it was. */
function startInProc(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${ticks}`
  } catch {
    return null
  }
}
