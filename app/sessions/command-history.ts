import { chmodSync, closeSync, mkdirSync, openSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Profile } from '../contract.ts'
import { isGuid } from '../guid.ts'

const folderOf = (dataFolder: string) => join(dataFolder, 'history')

/**
 * The file in which PSReadLine keeps what is typed in a profile's sessions, made with mode 0600 in a folder of mode 0700
 * where it is not there: one for each profile and tenant, so that a profile that leads to another tenant begins anew.
 * Null where it can't be made, or the tenant is not known: nothing is kept then.
 */
export function historyFile(dataFolder: string, { id, tenantId }: Pick<Profile, 'id' | 'tenantId'>): string | null {
  if (!isGuid(id) || !tenantId || !isGuid(tenantId)) return null
  const folder = folderOf(dataFolder)
  const file = join(folder, `${id}.${tenantId}.txt`.toLowerCase())
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    closeSync(openSync(file, 'a', 0o600))
    chmodSync(file, 0o600)
    return file
  } catch {
    return null
  }
}

/** The histories of all profiles. What can't be deleted now is deleted the next time. */
export class Histories {
  readonly #dataFolder: string
  readonly #forgotten = new Set<string>()

  constructor(dataFolder: string) {
    this.#dataFolder = dataFolder
  }

  /** Deletes those of profiles that are not kept; ids are in lower case. */
  keepOf(isKept: (profileId: string) => boolean): void {
    const folder = folderOf(this.#dataFolder)
    try {
      for (const name of readdirSync(folder)) if (!isKept(name.split('.')[0]!)) rmSync(join(folder, name), { force: true, recursive: true })
    } catch {
      // No folder, or a file that a shell on Windows has open just now.
    }
  }

  /** A profile was deleted, and its history goes with it. */
  forget(profileId: string): void {
    this.#forgotten.add(profileId.toLowerCase())
    this.sweep()
  }

  /** A session that outlives its profile writes on: the history goes once more when it ends. */
  sweep(): void {
    if (this.#forgotten.size > 0) this.keepOf((id) => !this.#forgotten.has(id))
  }
}
