import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import Papa from 'papaparse'
import { describe, expect, it } from 'vitest'
import { WorkingFolders } from '../../app/profiles/folders.ts'
import { readRows } from '../../app/profiles/transfer.ts'
import { draft, edited, existing, newProfile, newSecret, ProfileDesk } from './profile-desk.ts'

const csv = (rows: string[][]) => Papa.unparse(rows)
const outcomes = async (desk: ProfileDesk, format: 'csv' | 'json' | 'list', text: string) =>
  (await desk.profiles.previewImport({ format, text })).rows.map(({ line, outcome }) => `${line} ${outcome}`)

describe('an import is refused as a whole', () => {
  it.each([
    ['json', '{"tenantry":"profiles","version":1,"profiles":[', 'import-unreadable'],
    ['json', '[]', 'import-unreadable'],
    ['json', '{"tenantry":"profiles","version":2,"profiles":[{}]}', 'import-unreadable'],
    ['csv', '', 'import-unreadable'],
    ['csv', 'name,group\r\nContoso,x', 'import-unreadable'],
    ['csv', 'name,domain\r\n"Contoso,contoso.example.com', 'import-unreadable'],
    ['list', '\n \n', 'import-unreadable'],
    ['list', 'a.example.com\n'.repeat(2001), 'import-too-long']
  ] as const)('%s: %j', async (format, text, code) => {
    const desk = await ProfileDesk.open()
    await expect(desk.profiles.previewImport({ format, text })).rejects.toMatchObject({ code })
    await expect(desk.profiles.import({ format, text })).rejects.toMatchObject({ code })
    expect(desk.names()).not.toContain('profiles.json')
  })

  it('where the file can’t be written: no profile and no binding of it stays', async () => {
    const desk = await ProfileDesk.open()
    const contoso = await desk.add('Contoso')
    desk.tenant('fabrikam.example.com')
    const path = join(desk.folder, 'profiles.json')
    rmSync(path)
    mkdirSync(join(path, 'in the way'), { recursive: true })
    const taking = desk.profiles.import({ format: 'list', text: 'fabrikam.example.com', signInId: contoso.signInId })
    await expect(taking).rejects.toMatchObject({ code: 'profiles-not-written' })
    expect(desk.profiles.list().profiles).toHaveLength(1)
    expect((await desk.credentials.bindingOf(contoso.signInId!))!.tenantIds).toEqual([contoso.tenantId])
  })
})

describe('a hostile row', () => {
  it('is named with its line and column, and the others are taken', async () => {
    const desk = await ProfileDesk.open()
    const tenantId = randomUUID()
    const text = csv([
      ['name', 'domain', 'tenantId', 'clientId', 'services', 'colour', '__proto__', 'constructor'],
      ['Fine', 'fine.example.com', tenantId, '', '', '', 'x', 'y'],
      ['Fabri\u202ekam', 'a.example.com', tenantId, '', '', '', '', ''],
      ['\u001b]0;x\u0007', 'a.example.com', tenantId, '', '', '', '', ''],
      ['No domain', '', tenantId, '', '', '', '', ''],
      ['No tenant', 'nowhere.example.com', '', '', '', '', '', ''],
      ['Bad id', 'a.example.com', 'x', '', '', '', '', ''],
      ['Bad client', 'a.example.com', tenantId, "' OR 1=1", '', '', '', ''],
      ['Bad service', 'a.example.com', tenantId, '', 'exchange, teams', '', '', ''],
      ['Bad colour', 'a.example.com', tenantId, '', '', 'url(x)', '', ''],
      ['n'.repeat(121), 'a.example.com', tenantId, '', '', '', '', ''],
      ['Bad domain', '../../etc', tenantId, '', '', '', '', '']
    ])
    const { rows } = await desk.profiles.previewImport({ format: 'csv', text })
    expect(rows.filter(({ outcome }) => outcome !== 'invalid').map(({ line }) => line)).toEqual([2])
    expect(rows.slice(1).every(({ problem }) => problem !== null && problem.length > 10)).toBe(true)
    expect(JSON.stringify(rows)).not.toMatch(/\\u001b|\\u0007|\u202e/)
    expect(await desk.profiles.import({ format: 'csv', text })).toEqual({ added: 1, merged: 0, skipped: 10 })
    expect(({} as Record<string, unknown>).x).toBeUndefined()
  })

  it('of a custom cloud is taken only where its hosts are confirmed, and its hosts are not spoken to before', async () => {
    const desk = await ProfileDesk.open()
    const row = ['Trap', 'custom', 'contoso.example.com', randomUUID(), 'login.evil.example.com', 'exchange.evil.example.com']
    const head = ['name', 'cloud', 'domain', 'tenantId', 'loginHost', 'exchangeHost']
    desk.answer = false
    await expect(desk.profiles.import({ format: 'csv', text: csv([head, row, row]) })).rejects.toMatchObject({ code: 'cancelled' })
    expect(desk.questions.map(({ detail }) => detail).join()).toContain('exchange.evil.example.com')
    expect(desk.questions).toHaveLength(1)
    expect(await outcomes(desk, 'csv', csv([head, row.with(3, '')]))).toEqual(['2 invalid'])
    expect(desk.asked).toEqual([])
    expect(desk.profiles.list().profiles).toEqual([])
  })

  it.each(['\\\\evil.example.com\\share', '//evil.example.com/share', '/tmp'])('that names the folder %s has nobody look for it', async (folder) => {
    const desk = await ProfileDesk.open()
    const looked: string[] = []
    desk.folders = new WorkingFolders({ isFolder: (path) => looked.push(path) > 0 })
    await desk.start()
    const text = csv([['name', 'domain', 'tenantId', 'workingFolder'], ['Fabrikam', 'fabrikam.example.com', randomUUID(), folder]])
    await desk.profiles.previewImport({ format: 'csv', text })
    await desk.profiles.import({ format: 'csv', text })
    expect(desk.profiles.list().profiles).toMatchObject([{ name: 'Fabrikam', workingFolder: '' }])
    expect(looked).toEqual([])
  })

  it('that joins a known sign-in gets none of its credential', async () => {
    const desk = await ProfileDesk.open()
    const contoso = await desk.add('Contoso')
    const { clientId, id } = desk.profiles.signIn(contoso.signInId!)
    const tenantId = randomUUID()
    const text = csv([['name', 'domain', 'tenantId', 'clientId', 'kind'], ['Fabrikam', 'fabrikam.example.com', tenantId, clientId, 'secret']])
    await desk.profiles.import({ format: 'csv', text })
    expect(desk.profiles.list().profiles.map(({ signInId }) => signInId)).toEqual([id, id])
    const asked = { authorityHost: 'login.microsoftonline.com', clientId, tenantId }
    await expect(desk.credentials.get(id, asked)).rejects.toMatchObject({ code: 'credential-unbound' })
  })
})

describe('what was exported', () => {
  async function filled(): Promise<ProfileDesk> {
    const desk = await ProfileDesk.open()
    const contoso = await desk.add('Contoso; "quoted", Ümläut 株式会社', 'contoso.example.com')
    desk.tenant('fabrikam.example.com')
    await desk.profiles.save({
      profile: draft('=HYPERLINK("http://x")', 'fabrikam.example.com', {
        group: '@group', notes: '-1+1\r\nline two; "x"\r\n', environment: 'test', services: ['exchange', 'compliance'], workingFolder: desk.folder, loadPowerShellProfile: true, moduleVersion: '3.9.0', cloud: 'worldwide', colour: '#e5734b', searchOnlySession: true, readOnly: true, logCommands: true, keepTranscript: true
      }),
      signIn: existing(contoso.signInId)
    })
    desk.tenant('w.example.com')
    const quiet = newProfile("'=quoted already", 'w.example.com')
    quiet.profile.logCommands = false
    await desk.profiles.save(quiet)
    return desk
  }
  const bare = (desk: ProfileDesk) =>
    desk.profiles.list().profiles.map(({ logCommands, keepTranscript: _, ...profile }) => ({ ...profile, ...(logCommands ? { logCommands } : {}), id: null, signInId: null, workingFolder: '', clientId: desk.profiles.signIn(profile.signInId!).clientId }))

  it.each(['json', 'csv'] as const)('as %s comes back elsewhere as it was, with new ids and without a credential', async (format) => {
    const [from, to] = [await filled(), await ProfileDesk.open()]
    const { fileName, text } = from.profiles.export({ format })
    expect(fileName).toBe(`tenantry-profiles.${format}`)
    expect(await to.profiles.import({ format, text })).toEqual({ added: 3, merged: 0, skipped: 0 })
    expect(bare(to)).toEqual(bare(from))
    expect(to.asked).toEqual([])
    const ids = new Set([...from.profiles.list().profiles, ...from.profiles.list().signIns].map(({ id }) => id))
    expect([...to.profiles.list().profiles, ...to.profiles.list().signIns].some(({ id }) => ids.has(id))).toBe(false)
    expect(to.profiles.list().signIns).toMatchObject([{ ready: false, usedBy: 2 }, { ready: false, usedBy: 1 }])
    expect(to.credentials.list()).toEqual([])
  })

  it.each(['json', 'csv'] as const)('as %s switches nobody’s command log off, and says so beforehand', async (format) => {
    const [from, to] = [await filled(), await ProfileDesk.open()]
    const { text } = from.profiles.export({ format })
    const { rows } = await to.profiles.previewImport({ format, text })
    expect(rows.map(({ problem }) => problem)).toEqual([null, expect.stringContaining('transcripts') as string, 'Its command log is on here: only you can switch that off.'])
    await to.profiles.import({ format, text })
    expect(to.profiles.list().profiles.map(({ logCommands }) => logCommands)).toEqual([undefined, true, undefined])
    expect(from.profiles.list().profiles.map(({ logCommands }) => logCommands)).toEqual([undefined, true, false])
  })

  it.each(['json', 'csv'] as const)('as %s switches nobody’s transcripts on, and says so beforehand', async (format) => {
    const [from, to] = [await filled(), await ProfileDesk.open()]
    const { text } = from.profiles.export({ format })
    expect(from.profiles.list().profiles.map(({ keepTranscript }) => keepTranscript)).toEqual([undefined, true, undefined])
    const { rows } = await to.profiles.previewImport({ format, text })
    expect(rows.map(({ problem }) => problem?.includes('transcripts') ?? false)).toEqual([false, true, false])
    await to.profiles.import({ format, text })
    expect(to.profiles.list().profiles.map(({ keepTranscript }) => keepTranscript)).toEqual([undefined, undefined, undefined])
  })

  it.each(['json', 'csv'] as const)('as %s merges where it came from, twice over', async (format) => {
    const desk = await filled()
    const { text } = desk.profiles.export({ format })
    const before = desk.file()
    expect(await desk.profiles.import({ format, text })).toEqual({ added: 0, merged: 3, skipped: 0 })
    expect(desk.file()).toBe(before)
  })

  it.each(['json', 'csv'] as const)('as %s names no folder of this computer, which no import would take', async (format) => {
    const desk = await filled()
    const { text } = desk.profiles.export({ format })
    expect(text).not.toMatch(/working.?folder/i)
    expect(text).not.toContain(desk.folder)
  })

  it('holds no secret', async () => {
    const desk = await ProfileDesk.open()
    const secret = newSecret()
    desk.tenant('contoso.example.com')
    await desk.profiles.save(newProfile('Contoso', 'contoso.example.com', secret))
    for (const format of ['json', 'csv'] as const) {
      const { text } = desk.profiles.export({ format })
      expect(text).toContain('contoso.example.com')
      expect(text).not.toContain(secret)
      expect(text).not.toContain(Buffer.from(secret).toString('base64').slice(0, 20))
    }
  })

  it('as CSV begins with a byte order mark and holds no cell that a spreadsheet would run', async () => {
    const { text } = (await filled()).profiles.export({ format: 'csv' })
    expect(text.startsWith('\ufeff')).toBe(true)
    const cells = Papa.parse<string[]>(text.slice(1)).data.flat()
    expect(cells.some((cell) => cell.includes('HYPERLINK'))).toBe(true)
    expect(cells.filter((cell) => /^\s*[=+\-@\t\r]/.test(cell))).toEqual([])
  })

  it('holds only the profiles that were chosen', async () => {
    const desk = await filled()
    const [first] = desk.profiles.list().profiles
    const { text } = desk.profiles.export({ format: 'json', ids: [first!.id] })
    expect((JSON.parse(text) as { profiles: unknown[] }).profiles).toHaveLength(1)
    expect(() => desk.profiles.export({ format: 'json', ids: [randomUUID()] })).toThrow()
  })
})

describe('a CSV file', () => {
  it.each([
    ['commas', '\ufeffName,Tenant domain\r\nContoso,contoso.example.com\r\n'],
    ['semicolons, as Excel writes in much of Europe', '\ufeffName;Tenant domain;\r\nContoso;contoso.example.com;\r\n;;\r\n'],
    ['tabs', 'name\tDOMAIN\nContoso\tcontoso.example.com\n'],
    ['Excel’s hint', 'sep=;\r\nname;domain\r\nContoso;contoso.example.com'],
    ['Partner Center’s columns', 'Microsoft ID,Company name,Primary domain name\r\n,Contoso,contoso.example.com']
  ])('is read with %s', async (_, text) => {
    const desk = await ProfileDesk.open()
    const tenantId = desk.tenant('contoso.example.com')
    expect((await desk.profiles.previewImport({ format: 'csv', text })).rows).toMatchObject([{ name: 'Contoso', domain: 'contoso.example.com', tenantId, outcome: 'new' }])
  })
})

describe('duplicates', () => {
  it('are merged by tenant and sign-in, also within the file, and fill only what is empty', async () => {
    const desk = await ProfileDesk.open()
    const contoso = await desk.add('Contoso')
    const { clientId } = desk.profiles.signIn(contoso.signInId!)
    await desk.profiles.save({ profile: edited(contoso, { notes: 'mine' }), signIn: existing(contoso.signInId) })
    const other = randomUUID()
    const text = csv([
      ['name', 'domain', 'tenantId', 'clientId', 'kind', 'group', 'notes'],
      ['Renamed', 'other-name.example.com', contoso.tenantId!.toUpperCase(), clientId.toUpperCase(), 'secret', 'Customers', 'theirs'],
      ['Contoso', contoso.domain, contoso.tenantId!, clientId, 'pfx', '', ''],
      ['New', 'new.example.com', other, clientId, 'secret', '', ''],
      ['New again', 'new.example.com', other, clientId, 'secret', '', '']
    ])
    expect(await outcomes(desk, 'csv', text)).toEqual(['2 merge', '3 new', '4 new', '5 merge'])
    expect(await desk.profiles.import({ format: 'csv', text })).toEqual({ added: 2, merged: 2, skipped: 0 })
    expect(desk.profiles.get(contoso.id)).toMatchObject({ name: 'Contoso', group: 'Customers', notes: 'mine', domain: contoso.domain })
    expect(desk.profiles.list().profiles.map(({ name }) => name)).toEqual(['Contoso', 'Contoso 2', 'New'])
  })
})

describe('a pasted list', () => {
  it('becomes profiles of one sign-in, looked up four at a time and confirmed once for all', async () => {
    const desk = await ProfileDesk.open()
    const contoso = await desk.add('Contoso')
    const wanted = Array.from({ length: 30 }, (_, index) => `t${index}.example.com`)
    for (const domain of wanted) desk.tenant(domain)
    const text = `${wanted.map((domain, index) => `${domain}\tTenant ${index}`).join('\n')}\r\nnowhere.example.com\n\n${contoso.domain}`
    desk.asked.length = 0
    expect((await outcomes(desk, 'list', text)).slice(-2)).toEqual(['31 invalid', '33 merge'])
    expect(desk.lookupsMost).toBe(4)
    const done = await desk.profiles.import({ format: 'list', text, signInId: contoso.signInId, group: 'Customers' })
    expect(done).toEqual({ added: 30, merged: 1, skipped: 1 })
    // What the preview found is not asked again; what it did not find is.
    expect(desk.asked).toHaveLength(33)
    expect(desk.questions).toHaveLength(1)
    expect(desk.questions[0]!.message).toContain('30 tenants')
    const { profiles } = desk.profiles.list()
    expect(profiles.at(-1)).toMatchObject({ name: 'Tenant 29', group: 'Customers', signInId: contoso.signInId })
    expect((await desk.credentials.bindingOf(contoso.signInId!))!.tenantIds).toHaveLength(31)
  })

  it('changes nothing where the person refuses, and names a sign-in that is gone', async () => {
    const desk = await ProfileDesk.open()
    const contoso = await desk.add('Contoso')
    desk.tenant('a.example.com')
    desk.answer = false
    const before = desk.file()
    await expect(desk.profiles.import({ format: 'list', text: 'a.example.com', signInId: contoso.signInId })).rejects.toMatchObject({ code: 'cancelled' })
    await expect(desk.profiles.import({ format: 'list', text: 'a.example.com', signInId: randomUUID() })).rejects.toMatchObject({ code: 'sign-in-not-found' })
    expect(desk.file()).toBe(before)
  })
})

describe('a line of a list', () => {
  const tenantId = '8f0c7e0e-95f3-4cdd-9e75-3f1f7e7c6d11'
  it.each([
    ['contoso.com', 'contoso.com', 'contoso.com'],
    ['contoso.com, Contoso', 'contoso.com', 'Contoso'],
    ['Contoso, contoso.com', 'contoso.com', 'Contoso'],
    ['Contoso;contoso.com;', 'contoso.com', 'Contoso'],
    ['Contoso\tcontoso.com\tUK', 'contoso.com', 'Contoso'],
    ['\tcontoso.com\tContoso\tUK', 'contoso.com', 'Contoso UK'],
    ['Contoso, Inc., contoso.com', 'contoso.com', 'Contoso, Inc.'],
    ['contoso.com, Contoso, Inc.', 'contoso.com', 'Contoso, Inc.'],
    [`Contoso, ${tenantId}`, tenantId, 'Contoso'],
    [`${tenantId.toUpperCase()};Contoso`, tenantId.toUpperCase(), 'Contoso'],
    [`contoso.com\t${tenantId}`, tenantId, 'contoso.com'],
    ['Contoso, Fabrikam', 'Contoso', 'Fabrikam']
  ])('%j', (line, domain, name) => {
    expect(readRows('list', line)).toMatchObject([{ line: 1, row: { domain, name } }])
  })

  it('may be what the dialog shows as an example', () => {
    const dialog = readFileSync(join(import.meta.dirname, '../../renderer/profiles/ImportDialog.svelte'), 'utf8')
    const example = /<textarea[^>]*placeholder="([^"]+)"/.exec(dialog)![1]!
    expect(readRows('list', example)).toMatchObject([{ row: { domain: 'contoso.com', name: 'Contoso' } }])
  })
})

describe('five hundred profiles', () => {
  it('are imported, listed, saved among and read again', async () => {
    const desk = await ProfileDesk.open()
    const rows = Array.from({ length: 500 }, (_, index) => [`Tenant ${index}`, `t${index}.example.com`, randomUUID()])
    expect(await desk.profiles.import({ format: 'csv', text: csv([['name', 'domain', 'tenantId'], ...rows]) })).toMatchObject({ added: 500 })
    expect(desk.changes).toBe(1)
    await desk.add('One more', 'more.example.com')
    await desk.start()
    expect(desk.profiles.list().profiles).toHaveLength(501)
    expect(new Set(desk.profiles.list().profiles.map(({ name }) => name)).size).toBe(501)
  })
})
