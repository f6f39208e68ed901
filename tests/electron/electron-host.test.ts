import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ElectronHost, type HostParts } from '../../app/electron/host.ts'

/** Stands in for the parts of Electron: its dialog answers one path, its shell writes down what it was to show. */
function standIn(filePath: string | undefined) {
  const shown: string[] = []
  const parts = {
    dialog: { showSaveDialog: async () => ({ canceled: filePath === undefined, filePath: filePath ?? '' }) },
    shell: { showItemInFolder: (path: string) => void shown.push(path) },
    systemPreferences: {}
  } as unknown as HostParts
  return { host: new ElectronHost(parts, 'linux'), shown }
}

it('a transcript is shown among the files of its folder', () => {
  const { host, shown } = standIn(undefined)
  expect(host.showFile('/data/transcripts/Contoso.txt')).toBe(true)
  expect(shown).toEqual(['/data/transcripts/Contoso.txt'])
})

it('a text and bytes are saved where the person says, and nowhere where they say nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-host-'))
  const path = join(folder, 'chosen.txt')
  const file = { title: 'Save the scrollback', fileName: 'Contoso.txt', content: 'PS> 6 * 7\n42\n' }
  expect(await standIn(path).host.saveFile(file)).toBe(path)
  expect(readFileSync(path, 'utf8')).toBe(file.content)
  const bytes = Uint8Array.of(0x50, 0x4b, 0x00, 0xff)
  await standIn(path).host.saveFile({ ...file, content: bytes })
  expect([...readFileSync(path)]).toEqual([...bytes])
  expect(await standIn(undefined).host.saveFile(file)).toBe(null)
  rmSync(folder, { recursive: true })
})
