import { join } from 'node:path'

/**
 * The folder of what PowerShell reads (scripts/, demo/): beside this program's own in a checkout, beside the archive in
 * a package, since PowerShell can't read out of an archive.
 *
 * @param programFolder where the bundle runs from
 */
export function outFolder(programFolder: string): string {
  const beforeArchive = /^(.*)[\\/]app\.asar(?:[\\/]|$)/.exec(programFolder)?.[1]
  return beforeArchive ?? join(programFolder, '..')
}
