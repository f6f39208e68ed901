import { statSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { failure } from '../failures.ts'
import { hasUnseenCharacters } from './names.ts'

/** Windows asks another computer as soon as such a path is looked at, and signs in to it (SMB): `\\server\share`. */
const uncPattern = /^\s*[\\/]{2}/
const drivePattern = /^[a-z]:[\\/]/i

export interface WorkingFoldersOptions {
  platform?: NodeJS.Platform
  /** Looks at the file system. */
  isFolder?: (path: string) => boolean
}

/** Which folders a profile may begin in. A network path is never looked at unless the person chose it in the host's own dialog. */
export class WorkingFolders {
  readonly #platform: NodeJS.Platform
  readonly #isFolder: (path: string) => boolean
  readonly #chosen = new Set<string>()

  constructor({ platform = process.platform, isFolder = isFolderOnDisk }: WorkingFoldersOptions = {}) {
    this.#platform = platform
    this.#isFolder = isFolder
  }

  /** Notes what the person chose in the host's dialog, null where they gave up, and hands it on. */
  choose(folder: string | null): string | null {
    if (folder) this.#chosen.add(folder)
    return folder
  }

  /**
   * A working folder is empty or an absolute folder that is there: a shell would not start in another.
   *
   * @param stored the folder that the profile has already
   * @throws TenantryError `folder-remote`, `folder-missing`
   */
  check(text: string, stored = ''): string {
    const folder = text.trim()
    if (folder === '') return ''
    const shown = { folder: folder.slice(0, 200) }
    if (uncPattern.test(folder)) {
      // Taken unseen: the server may be away now.
      if (folder === stored || this.#chosen.has(folder)) return folder
      throw failure('folder-remote', shown)
    }
    if (!this.#isLocal(folder) || !this.#isFolder(folder)) throw failure('folder-missing', shown)
    return folder
  }

  #isLocal(folder: string): boolean {
    if (hasUnseenCharacters(folder)) return false
    return this.#platform === 'win32' ? drivePattern.test(folder) : isAbsolute(folder)
  }
}

function isFolderOnDisk(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}
