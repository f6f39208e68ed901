import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Snippet } from '../../app/contract.ts'
import { Snippets } from '../../app/snippets/snippets.ts'

const contoso = '3f0f6e0c-6f6b-4f5e-9d0a-8c1a4b6f2d11'
const fabrikam = '9a1c1f7e-22b4-4c27-8f0e-5b1d0f3a7c22'

describe('the snippets that a person keeps', () => {
  let folder: string
  let told: Snippet[][]
  let snippets: Snippets
  const open = () => new Snippets({ dataFolder: folder, hasProfile: (id) => id === contoso || id === fabrikam, onChange: (all) => told.push(all) })
  const file = () => join(folder, 'snippets.json')
  const names = (of = snippets) => of.list().map(({ name }) => name)
  const save = (name: string, text = 'Get-Mailbox', profileId: string | null = null) => snippets.save({ name, text, profileId })
  const fails = (code: string, field?: string) => expect.objectContaining({ code, ...(field ? { field } : {}) })
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tenantry-snippets-'))
    told = []
    snippets = open()
  })

  it('are there at the next start, by name, in a file of their own that only this user reads', async () => {
    await save('trace 10')
    await save('Trace 2', '\r\n  Get-MessageTrace\r\n\r\n', contoso)
    expect(names()).toEqual(['Trace 2', 'trace 10'])
    expect(told.at(-1)).toEqual(snippets.list())
    expect(open().list()).toEqual(snippets.list())
    expect(open().list()[0]).toMatchObject({ text: '  Get-MessageTrace', profileId: contoso })
    expect(JSON.parse(readFileSync(file(), 'utf8'))).toMatchObject({ version: 1 })
    if (process.platform !== 'win32') expect(statSync(file()).mode & 0o777).toBe(0o600)
  })

  it('are changed and deleted by their ids', async () => {
    const { id } = await save('one')
    await snippets.save({ id, name: 'another', text: 'Get-Date', profileId: fabrikam })
    expect(snippets.list()).toEqual([{ id, name: 'another', text: 'Get-Date', profileId: fabrikam }])
    await snippets.delete(id)
    expect(open().list()).toEqual([])
    await expect(snippets.delete(id)).rejects.toEqual(fails('snippet-not-found'))
    await expect(snippets.save({ id, name: 'x', text: 'x', profileId: null })).rejects.toEqual(fails('snippet-not-found'))
  })

  it('have names that differ among those of one profile, and among those for all', async () => {
    const { id } = await save('Forwarding')
    await expect(save(' FORWARDING ')).rejects.toThrow('There is already one named “FORWARDING”.')
    await save('Forwarding', 'x', contoso)
    await save('Forwarding', 'x', fabrikam)
    await expect(snippets.save({ id, name: 'Forwarding', text: 'x', profileId: contoso })).rejects.toEqual(fails('name-taken', 'name'))
    await snippets.save({ id, name: 'forwarding', text: 'x', profileId: null })
    expect(names()).toHaveLength(3)
  })

  it.each([
    ['no name', { name: '  ' }, 'name-missing', 'name'],
    ['a name that can’t be shown', { name: 'a\u202eb' }, 'name-unusable', 'name'],
    ['no text', { text: ' \n\t\n' }, 'snippet-empty', 'text'],
    ['too long a text', { text: 'x'.repeat(16_001) }, 'snippet-too-long', 'text'],
    ['a text that can’t be read', { text: "Get-Mailbox '{{Who}}'" }, 'snippet-unreadable', 'text'],
    ['an unknown profile', { profileId: '00000000-0000-4000-8000-000000000000' }, 'profile-not-found', 'profileId']
  ])('are refused with %s, at its field', async (_, change, code, field) => {
    await expect(snippets.save({ name: 'x', text: 'x', profileId: null, ...change })).rejects.toEqual(fails(code, field))
    expect(readdirSync(folder)).toEqual([])
  })

  it('go with their profile', async () => {
    await save('shared')
    await save('own', 'x', contoso)
    await save('other', 'x', fabrikam)
    await snippets.keepOf((id) => id !== contoso)
    expect(names(open())).toEqual(['other', 'shared'])
    const changes = told.length
    await snippets.keepOf((id) => id === fabrikam)
    expect(told).toHaveLength(changes)
  })

  it('are filled in with the values, and tell by its name which is missing or can’t be used', async () => {
    const { id } = await save('trace', 'Get-MessageTrace -SenderAddress {{Mailbox}} -Days {{Days=7}}')
    expect(snippets.fill(id, { Mailbox: "o'brien" })).toBe("Get-MessageTrace -SenderAddress 'o''brien' -Days 7")
    expect(() => snippets.fill(id, {})).toThrow(fails('snippet-value-missing', 'Mailbox'))
    expect(() => snippets.fill(id, { Mailbox: 'a\x1bb' })).toThrow(fails('snippet-value-unusable', 'Mailbox'))
  })

  describe('in a file that can’t be used', () => {
    const brokenOnes = () => readdirSync(folder).filter((name) => name.startsWith('snippets.broken-'))

    it.each([
      ['is no JSON', (text: string) => text.slice(0, 20)],
      ['has an id twice', (text: string) => text.replace('"snippets": [', `"snippets": [${JSON.stringify(snippets.list()[0])},`)],
      ['has another shape', () => '{"version":1,"snippets":[{"name":1}]}']
    ])('that %s, is set aside and said, and the last good copy is there', async (_, breakIt) => {
      await save('kept')
      const broken = breakIt(readFileSync(file(), 'utf8'))
      writeFileSync(file(), broken)
      const again = open()
      expect(names(again)).toEqual(['kept'])
      expect(again.notices.join()).toMatch(/The snippets’ file was broken and is kept as snippets\.broken-.*last good copy was loaded/)
      expect(readFileSync(join(folder, brokenOnes()[0]!), 'utf8')).toBe(broken)
      await again.save({ name: 'later', text: 'x', profileId: null })
      expect(names(open())).toEqual(['kept', 'later'])
    })

    it('that a newer Tenantry wrote, is left alone, and nothing is changed', async () => {
      await save('kept')
      const newer = readFileSync(file(), 'utf8').replace('"version": 1', '"version": 2')
      writeFileSync(file(), newer)
      snippets = open()
      expect(snippets.notices.join()).toContain('A newer Tenantry wrote the snippets’ file')
      await expect(save('later')).rejects.toEqual(fails('snippets-read-only'))
      expect(readFileSync(file(), 'utf8')).toBe(newer)
    })

    it('that another program changed meanwhile, is not written over', async () => {
      await save('kept')
      writeFileSync(file(), readFileSync(file(), 'utf8').replace('kept', 'changed'))
      await expect(save('later')).rejects.toEqual(fails('snippets-changed-elsewhere'))
      expect(names(open())).toEqual(['changed'])
    })

    it('for want of room or rights, says so and keeps what there is', async () => {
      await save('kept')
      const changes = told.length
      if (process.getuid?.() === 0) mkdirSync(join(folder, 'elsewhere'))
      else chmodSync(folder, 0o500)
      // Who may write everywhere is stopped by a folder in the file's place.
      if (process.getuid?.() === 0) snippets = new Snippets({ dataFolder: join(folder, 'elsewhere'), hasProfile: () => true, onChange: (all) => told.push(all) })
      if (process.getuid?.() === 0) mkdirSync(join(folder, 'elsewhere', 'snippets.json', 'inside'), { recursive: true })
      await expect(save('later')).rejects.toEqual(fails('snippets-not-written'))
      chmodSync(folder, 0o700)
      expect(told).toHaveLength(changes)
      expect(snippets.list().map(({ name }) => name)).not.toContain('later')
      expect(names(open())).toEqual(['kept'])
    })
  })
})
