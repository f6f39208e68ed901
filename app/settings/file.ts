import { mkdirSync, readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { moveFile, replaceFile, sweepDrafts } from '../atomic-file.ts'
import { isRecord } from '../json.ts'
import { problemOf } from '../kept-file.ts'

export const fileVersion = 2
/** A thousand times what all settings together are. */
const maxFileBytes = 1024 * 1024

/** The file's settings as they stand in it, by key: those that are unknown or broken too. */
export type Stored = ReadonlyMap<string, unknown>

export interface ReadFile {
  stored: Stored
  /** Sentences for the admin on what was not as it should be. */
  notices: string[]
  /** Why nothing may be written; null where it may. */
  readOnly: string | null
}

type Found = { stored: Stored; version: number } | { problem: ReturnType<typeof problemOf> }

/** What version 1 called what version 2 has; it held null where nothing was chosen. */
const keysOfVersion1: Record<string, string> = {
  powershellPath: 'powershell.path',
  lockAfterMinutes: 'lock.afterMinutes',
  updateChannel: 'updates.channel',
  caFile: 'network.caFile'
}

/**
 * Reads the settings' text. What is not an object with a version is broken as a whole; each setting in it is somebody
 * else's to judge.
 *
 * @throws where it is broken
 */
export function parseSettings(text: string): { stored: Stored; version: number } {
  // Editors on Windows put a byte order mark before it.
  const parsed: unknown = JSON.parse(text.replace(/^\uFEFF/, ''))
  if (!isRecord(parsed)) throw new Error('no object')
  const { version, ...rest } = parsed
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) throw new Error('no version')
  if (version === 1) {
    const kept = Object.entries(rest).filter(([, value]) => value !== null)
    return { version, stored: new Map(kept.map(([key, value]) => [Object.hasOwn(keysOfVersion1, key) ? keysOfVersion1[key]! : key, value])) }
  }
  const settings = rest['settings']
  if (!isRecord(settings)) throw new Error('no settings')
  return { version, stored: new Map(Object.entries(settings)) }
}

/**
 * Reads the file. One that is broken is set aside and its last good copy taken; one that can't be read, and one of a
 * later version, is left alone and nothing is written then.
 *
 * @param now milliseconds since the epoch, for the name of a file set aside
 */
export function readSettingsFile(path: string, now: number): ReadFile {
  const found = find(path)
  if ('stored' in found) {
    if (found.version <= fileVersion) return { stored: found.stored, notices: [], readOnly: null }
    return { stored: found.stored, readOnly: 'a newer Tenantry wrote their file', notices: ['A newer Tenantry wrote the settings’ file. What this one knows of it holds, and nothing is changed in it.'] }
  }
  // Who takes the file away wants everything as at first.
  if (found.problem === 'missing') return { stored: new Map(), notices: [], readOnly: null }
  if (found.problem === 'unreadable') {
    return { stored: copied(path), readOnly: 'their file can’t be read', notices: ['The settings’ file can’t be read. Check the rights on it, then restart Tenantry. Nothing is changed in it.'] }
  }
  const aside = `${path.replace(/\.json$/, '')}.broken-${new Date(now).toISOString().replace(/[:.]/g, '-')}.json`
  try {
    moveFile(path, aside)
  } catch {
    return { stored: copied(path), readOnly: 'their file is broken and can’t be moved', notices: ['The settings’ file is broken and can’t be set aside. Nothing is changed in it.'] }
  }
  const stored = copied(path)
  try {
    if (stored.size > 0) writeSettingsFile(path, stored)
  } catch {
    // The next change says so; the copy is still there.
  }
  return { stored, readOnly: null, notices: [`The settings’ file was broken and is kept as ${aside}. ${stored.size > 0 ? 'The last good copy holds.' : 'Everything is as at first.'}`] }
}

/** Writes the file and its last good copy. Throws what the disk said. */
export function writeSettingsFile(path: string, stored: Stored): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const text = `${JSON.stringify({ version: fileVersion, settings: Object.fromEntries(stored) }, null, 2)}\n`
  replaceFile(path, text)
  try {
    replaceFile(copyOf(path), text)
  } catch {
    // It is missed only where the file breaks too; the next write tries again.
  }
}

/** Removes the drafts that a crash left. */
export function sweepSettingsDrafts(path: string): void {
  sweepDrafts(path)
  sweepDrafts(copyOf(path))
}

const copyOf = (path: string) => `${path.replace(/\.json$/, '')}.last-good.json`

function copied(path: string): Stored {
  const copy = find(copyOf(path))
  return 'stored' in copy ? copy.stored : new Map()
}

function find(path: string): Found {
  try {
    if (statSync(path).size > maxFileBytes) return { problem: 'broken' }
    return parseSettings(readFileSync(path, 'utf8'))
  } catch (error) {
    return { problem: problemOf(error) }
  }
}
