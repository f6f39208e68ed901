import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { maxSocketPathBytes } from './powershell/first-shell.ts'
import { isAlive } from './process-tree.ts'

const prefix = 'tenantry-run-'
/** A folder whose owner did not write its id within this time never will. */
const unfinishedMs = 3_600_000
/** A session's folder and its socket below the runtime folder: `/`, 8 characters of the session, `-` and the attempt's number, `/pipe`. */
const roomForSocket = 19

/**
 * Makes this run's own folder (mode 0700) for session folders and sockets, and sweeps those that runs which are gone
 * left behind.
 */
export function createRuntimeFolder(): string {
  const parent = tmpdir().length + prefix.length + 7 + roomForSocket > maxSocketPathBytes ? '/tmp' : tmpdir()
  sweep(parent)
  const folder = mkdtempSync(join(parent, prefix))
  writeFileSync(join(folder, 'owner'), String(process.pid), { mode: 0o600 })
  return folder
}

function sweep(parent: string): void {
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(prefix)) continue
    const folder = join(parent, name)
    try {
      if (isLeft(folder)) rmSync(folder, { recursive: true, force: true })
    } catch {
      // Another user's.
      continue
    }
  }
}

/** Whether the run that made it is gone. One without its owner's id is being made just now, or was never finished. */
function isLeft(folder: string): boolean {
  const path = join(folder, 'owner')
  const owner = existsSync(path) ? readFileSync(path, 'utf8') : ''
  return owner ? !isAlive(Number(owner)) : Date.now() - statSync(folder).mtimeMs > unfinishedMs
}
