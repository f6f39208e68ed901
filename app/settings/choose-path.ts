import type { Host } from '../adapters.ts'
import { failure } from '../failures.ts'
import { readAuthorities } from '../network/trust.ts'
import { canWriteIn } from '../transcripts/file.ts'
import type { Settings } from './settings.ts'
import { settingsTable, type SettingKey } from './table.ts'

/**
 * Asks for the path of a setting in the host's own dialog, and sets it where one is chosen.
 *
 * @returns whether the path that was there already was chosen once more: what is in it may be other than before
 * @throws TenantryError `setting-refused` where the setting is no path, or the path can't be used; as `readAuthorities`
 */
export async function choosePath(key: SettingKey, settings: Pick<Settings, 'values' | 'set'>, host: Pick<Host, 'chooseFile' | 'chooseFolder'>): Promise<{ isSame: boolean }> {
  const { kind, title } = settingsTable[key]
  if (kind !== 'file' && kind !== 'folder') throw failure('setting-refused', { title, problem: 'is no path' })
  const path = await (kind === 'file' ? host.chooseFile({ title }) : host.chooseFolder({ title }))
  if (!path) return { isSame: false }
  // One that can't be used is refused while the person still looks.
  if (key === 'network.caFile') readAuthorities(path)
  if (key === 'transcripts.folder' && !(await canWriteIn(path))) throw failure('setting-refused', { title, problem: 'can’t be written in' })
  const isSame = settings.values[key] === path
  settings.set(key, path)
  return { isSame }
}
