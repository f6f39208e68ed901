import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { maxSocketPathBytes } from './powershell/first-shell.ts'
import { isAlive } from './process-tree.ts'

const prefix = 'tenantry-run-'
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
    try {
      const owner = Number(readFileSync(join(parent, name, 'owner'), 'utf8'))
      if (!isAlive(owner)) rmSync(join(parent, name), { recursive: true, force: true })
    } catch {
      // Another user's, or one that is being made just now.
      continue
    }
  }
}
