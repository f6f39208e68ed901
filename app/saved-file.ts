import type { Host } from './adapters.ts'
import { failure } from './failures.ts'

/** A text on its way into a file. `savedAs` is null where nobody chose a place; `text` is for a window whose host has no dialog. */
export interface SavedFile {
  fileName: string
  savedAs: string | null
  text: string | null
}

/**
 * Asks where a text shall go, and writes it there; hands it to the window where the host can't.
 *
 * @throws TenantryError `file-not-saved`
 */
export async function saveText(saveFile: Host['saveFile'], file: { title: string; fileName: string; text: string }): Promise<SavedFile> {
  const { fileName, text } = file
  if (!saveFile) return { fileName, savedAs: null, text }
  const savedAs = await saveFile(file).catch((error: unknown) => {
    throw failure('file-not-saved', { reason: (error as NodeJS.ErrnoException).code ?? 'no reason given' })
  })
  return { fileName, savedAs, text: null }
}
