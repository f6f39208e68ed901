import { describe, expect, it } from 'vitest'
import { WorkingFolders } from '../../app/profiles/folders.ts'
import { edited, existing, ProfileDesk } from './profile-desk.ts'

/** Folders over a file system in which everything is there, and what was looked at in it. */
function everywhere(platform: NodeJS.Platform) {
  const looked: string[] = []
  const folders = new WorkingFolders({ platform, isFolder: (path) => looked.push(path) > 0 })
  return { folders, looked }
}

describe('a network path', () => {
  const paths = ['\\\\evil\\share', '//evil/share', '\\/evil/share', '/\\evil\\share', '  \\\\evil\\share', '\\\\?\\UNC\\evil\\share', '\\\\.\\pipe\\x']
  it.each(paths)('%j is refused unseen on every platform', (path) => {
    for (const platform of ['win32', 'linux', 'darwin'] as const) {
      const { folders, looked } = everywhere(platform)
      expect(() => folders.check(path)).toThrow(expect.objectContaining({ code: 'folder-remote', field: 'workingFolder' }) as Error)
      expect(looked).toEqual([])
    }
  })

  it('is taken, still unseen, where it was chosen in the dialog or is the stored one', () => {
    const { folders, looked } = everywhere('win32')
    expect(folders.choose('\\\\files\\admin')).toBe('\\\\files\\admin')
    expect(folders.check('\\\\files\\admin')).toBe('\\\\files\\admin')
    expect(folders.check('\\\\files\\other', '\\\\files\\other')).toBe('\\\\files\\other')
    expect(() => folders.check('\\\\files\\other')).toThrow()
    expect(folders.choose(null)).toBeNull()
    expect(looked).toEqual([])
  })
})

describe('a local path', () => {
  it('must be there', () => {
    const nowhere = new WorkingFolders({ platform: 'linux', isFolder: () => false })
    expect(() => nowhere.check('/srv')).toThrow(expect.objectContaining({ code: 'folder-missing' }) as Error)
    expect(everywhere('linux').folders.check(' /srv ')).toBe('/srv')
  })

  it('begins with a drive on Windows: nothing else is looked at', () => {
    const { folders, looked } = everywhere('win32')
    expect(folders.check('C:\\Scripts')).toBe('C:\\Scripts')
    for (const path of ['\\??\\UNC\\evil\\share', 'C:relative', '\\Scripts', 'relative']) expect(() => folders.check(path)).toThrow()
    expect(looked).toEqual(['C:\\Scripts'])
  })
})

it('a profile keeps the network folder that was chosen for it, also after a restart', async () => {
  const desk = await ProfileDesk.open()
  const contoso = await desk.add('Contoso')
  const workingFolder = desk.folders.choose('\\\\files\\admin')!
  const saved = await desk.profiles.save({ profile: edited(contoso, { workingFolder }), signIn: existing(contoso.signInId) })
  desk.folders = new WorkingFolders()
  await desk.start()
  const again = await desk.profiles.save({ profile: edited(saved, { notes: 'x' }), signIn: existing(contoso.signInId) })
  expect(again).toMatchObject({ workingFolder, notes: 'x' })
})
