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
  const { title, fileName, text } = file
  return { fileName, savedAs: await save(saveFile, { title, fileName, content: text }), text: saveFile ? null : text }
}

/** The same for bytes, which reach a window as base64. */
export async function saveBytes(saveFile: Host['saveFile'], file: { title: string; fileName: string; bytes: Uint8Array }): Promise<Omit<SavedFile, 'text'> & { base64: string | null }> {
  const { title, fileName, bytes } = file
  return { fileName, savedAs: await save(saveFile, { title, fileName, content: bytes }), base64: saveFile ? null : Buffer.from(bytes).toString('base64') }
}

async function save(saveFile: Host['saveFile'], file: Parameters<NonNullable<Host['saveFile']>>[0]): Promise<string | null> {
  if (!saveFile) return null
  return saveFile(file).catch((error: unknown) => {
    throw failure('file-not-saved', { reason: (error as NodeJS.ErrnoException).code ?? 'no reason given' })
  })
}
