import { randomUUID } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/**
 * Pauses between tries, about a second together: Windows refuses to replace a file that a virus scanner or the search
 * indexer has open, which they let go within tens of milliseconds. Nobody else's work is worth a longer stand-still.
 */
const pausesMs = [10, 20, 40, 80, 150, 300, 400]
const passingCodes = new Set(['EPERM', 'EBUSY', 'EACCES'])

/** How a draft is named: by its file, and what no other draft has. */
const draftOf = (path: string) => `${path}.${randomUUID()}.draft`
const draftPattern = /^(.+)\.[0-9a-f-]{36}\.draft$/

export interface MoveOptions {
  rename?: (from: string, to: string) => void
  pause?: (milliseconds: number) => void
}

/** Replaces a file at once, mode 0600: a crash leaves the old one or the new one. Throws what the disk said. */
export function replaceFile(path: string, data: string | Uint8Array, options: MoveOptions = {}): void {
  const draft = draftOf(path)
  try {
    const file = openSync(draft, 'wx', 0o600)
    try {
      writeFileSync(file, data)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    moveFile(draft, path, options)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  }
}

/** Renames a file, over another one where there is one; tries again for about a second where somebody has it open. */
export function moveFile(from: string, to: string, { rename = renameSync, pause = stop }: MoveOptions = {}): void {
  for (const milliseconds of pausesMs) {
    try {
      return rename(from, to)
    } catch (error) {
      if (!passingCodes.has((error as NodeJS.ErrnoException).code ?? '')) throw error
      pause(milliseconds)
    }
  }
  rename(from, to)
}

/** Removes the drafts of a file that a crash left behind. */
export function sweepDrafts(path: string): void {
  sweep(dirname(path), (name) => name === basename(path))
}

/** The same for a whole folder, whose files may not all be there yet. */
export function sweepFolder(folder: string): void {
  sweep(folder, () => true)
}

/** @param isMeant by the name of the file that a draft is of */
function sweep(folder: string, isMeant: (name: string) => boolean): void {
  if (!existsSync(folder)) return
  for (const found of readdirSync(folder)) {
    const name = draftPattern.exec(found)?.[1]
    if (name !== undefined && isMeant(name)) rmSync(join(folder, found), { force: true })
  }
}

/** Stops the whole thread: between the draft and its rename nothing else may write the file. */
function stop(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}
