import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import { longestRunScript } from '../contract-values.ts'
import { failure } from '../failures.ts'

/** A character takes at most so many bytes of a file. */
const bytesPerCharacter = 4

/**
 * Reads a script from a file: UTF-8, or UTF-16 with a byte order mark, as PowerShell takes them.
 *
 * @throws TenantryError `run-file-unreadable`, `run-file-too-long`, `run-file-no-text`
 */
export async function readScript(path: string): Promise<{ name: string; text: string }> {
  const tooLong = () => failure('run-file-too-long', { limit: longestRunScript.toLocaleString('en') })
  const bytes = await readUpTo(path, longestRunScript * bytesPerCharacter + 1)
  if (bytes === null) throw tooLong()
  const text = textOf(bytes)
  if (text === null || text.includes('\0')) throw failure('run-file-no-text')
  if (text.length > longestRunScript) throw tooLong()
  return { name: basename(path), text }
}

/** Null where the file is longer. */
async function readUpTo(path: string, most: number): Promise<Buffer | null> {
  try {
    const file = await open(path, 'r')
    try {
      if (!(await file.stat()).isFile()) throw Object.assign(new Error('no file'), { code: 'it is no file' })
      const { bytesRead, buffer } = await file.read(Buffer.alloc(most), 0, most, 0)
      return bytesRead === most ? null : buffer.subarray(0, bytesRead)
    } finally {
      await file.close()
    }
  } catch (error) {
    throw failure('run-file-unreadable', { reason: (error as NodeJS.ErrnoException).code ?? 'no reason given' })
  }
}

function textOf(bytes: Buffer): string | null {
  try {
    const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe
    return new TextDecoder(isUtf16 ? 'utf-16le' : 'utf-8', { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}
