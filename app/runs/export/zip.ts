import { strToU8, zipSync, type Zippable } from 'fflate'
import type { ExportFile } from './files.ts'

/** ZIP knows no time before 1980, and no zone: the same files make the same bytes, whenever and wherever. */
const anyDay = new Date(1980, 0, 1)

/** Files as one ZIP archive. */
export function zipOf(files: readonly ExportFile[]): Uint8Array {
  const entries: Zippable = {}
  for (const { path, text } of files) entries[path] = [strToU8(text), { mtime: anyDay, level: 9 }]
  return zipSync(entries)
}
