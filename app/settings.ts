import { mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import { lockMinutesSchema, updateChannelSchema } from './contract.ts'
import { replaceFile, sweepDrafts } from './atomic-file.ts'

const settingsSchema = z.object({
  version: z.literal(1),
  /** The PowerShell chosen in the host's file dialog. */
  powershellPath: z.string().nullable().default(null),
  /** Minutes without use after which the window locks. */
  lockAfterMinutes: lockMinutesSchema.catch(null).default(null),
  updateChannel: updateChannelSchema.catch('stable').default('stable'),
  /** PEM file of certificate authorities beyond the system's, chosen in the host's file dialog. */
  caFile: z.string().nullable().catch(null).default(null)
})
export type Settings = z.infer<typeof settingsSchema>

/** What the app remembers beside the profiles; an unreadable file counts as an empty one. */
export function openSettings(file: string) {
  sweepDrafts(file)
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
      replaceFile(file, JSON.stringify({ ...read(), ...change }, null, 2))
    }
  }
}
