import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'

const settingsSchema = z.object({
  version: z.literal(1),
  /** The PowerShell chosen in the host's file dialog. */
  powershellPath: z.string().nullable().default(null)
})
export type Settings = z.infer<typeof settingsSchema>

/** What the app remembers beside the profiles; an unreadable file counts as an empty one. */
export function openSettings(file: string) {
  const read = (): Settings => {
    try {
      return settingsSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
    } catch {
      return settingsSchema.parse({ version: 1 })
    }
  }
  return {
    read,
    write(change: Partial<Omit<Settings, 'version'>>): void {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
      writeFileSync(`${file}.new`, JSON.stringify({ ...read(), ...change }, null, 2), { mode: 0o600 })
      renameSync(`${file}.new`, file)
    }
  }
}
