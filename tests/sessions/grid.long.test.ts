import { afterAll, beforeAll, expect, it } from 'vitest'
import type { CallOutput, GridView } from '../../app/contract.ts'
import { describeOnMainEngine } from '../engines.ts'
import { eventually } from '../renderer/window-in-chromium.ts'
import type { AttachedWindow } from './attached-window.ts'
import { startCore, type CoreUnderTest } from './core-on-this-machine.ts'

/** How long PowerShell may take to fill a table, beside whatever else runs. */
const fillPatienceMs = 240_000

describeOnMainEngine('Out-TenantGrid', ({ env }) => {
  let under: CoreUnderTest
  let window: AttachedWindow
  let sessionId: string
  const saved: Array<{ fileName: string; content: string | Uint8Array }> = []

  beforeAll(async () => {
    const saveFile = async (file: { title: string; fileName: string; content: string | Uint8Array }) => {
      saved.push(file)
      return `/home/admin/${file.fileName}`
    }
    under = await startCore({ env }, { saveFile })
    ;({ id: sessionId } = await under.open('Contoso demo'))
    await under.until(sessionId, ({ phase }) => phase === 'connected')
    window = await under.attach(sessionId)
    await window.shows(/Contoso demo.*PS> /)
  })
  afterAll(() => under?.dispose())

  const grids = async () => (await under.call('grids.list', null)).grids
  const newest = async () => (await grids()).at(-1)!

  /** Types a line and waits for its end, and the prompt after it. */
  async function run(line: string) {
    await type(line)
    await ends()
  }

  /** Types a line and waits until it runs, by the shell's own marks. */
  async function type(line: string) {
    window.text = ''
    window.type(`${line}\r`)
    await window.shows(/\x1b\]633;C;/)
  }

  const ends = async () => {
    await window.shows(/\x1b\]633;D;[^]*\x1b\]633;B;/)
    await under.until(sessionId, ({ busy }) => !busy)
  }

  /** The table that a line shows, once all of it is there. */
  async function shown(line: string): Promise<GridView> {
    const before = (await grids()).at(-1)?.id
    await type(line)
    const view = await eventually(newest, (grid) => grid !== undefined && grid.id !== before && grid.state !== 'filling')
    await ends()
    return view
  }

  type Wish = Partial<Parameters<typeof under.call<'grids.arrange'>>[1]>
  async function arranged({ id, columns }: GridView, wish: Wish = {}) {
    const all = columns.map((_, at) => at)
    const { arrangement, rows } = await under.call('grids.arrange', { id, sort: [], filters: [], search: '', columns: all, ...wish })
    const page = await under.call('grids.page', { id, arrangement, start: 0, count: 200, columns: all })
    return { arrangement, rows, cells: page.rows.map((row) => row.cells) }
  }

  const kinds = ({ columns }: GridView) => Object.fromEntries(columns.map(({ name, kind }) => [name, kind]))
  const column = (view: GridView, name: string) => view.columns.findIndex((one) => one.name === name)

  it('shows mailboxes, under the command’s text, with the columns that PowerShell shows of them and all others to choose', async () => {
    const view = await shown('Get-Mailbox -ResultSize 5 | Out-TenantGrid')
    expect(view).toMatchObject({ title: 'Get-Mailbox -ResultSize 5', state: 'complete', selection: 'none', rows: 5, sessionId, notes: [] })
    expect(view.columns.length).toBeGreaterThan(150)
    expect(view.columns.filter(({ isShown }) => isShown).length).toBeLessThan(20)
    // As PowerShell's own table has them.
    expect(view.columns.slice(0, 5)).toMatchObject(['Name', 'Alias', 'Database', 'ProhibitSendQuota', 'ExternalDirectoryObjectId'].map((name) => ({ name, isShown: true })))
    expect(kinds(view)).toMatchObject({ ProhibitSendQuota: 'size', AuditEnabled: 'boolean', MaxSafeSenders: 'number', AuditOwner: 'list', PrimarySmtpAddress: 'text' })
    const { cells } = await arranged(view)
    expect(cells.map((row) => row[column(view, 'PrimarySmtpAddress')])).toEqual(cells.map(() => expect.stringMatching(/@contoso\.example$/)))
  })

  it('keeps types: what is typed as a date, a number, a size or a span sorts as one', async () => {
    const rows = `[pscustomobject]@{ N = 10; D = [datetime]'2024-10-01'; S = '2 GB (2,147,483,648 bytes)'; T = [timespan]'1.00:00:00'; B = $true; X = [guid]::Empty; E = [DayOfWeek]::Monday; L = 'a', 'b'; H = @{ k = 1 }; M = 1.5; V = [version]'1.10'; U = [long]::MaxValue },`
    const second = `[pscustomobject]@{ N = 9; D = [datetime]'2024-09-01 09:14'; S = 'Unlimited'; T = [timespan]'00:00:01'; B = $false; X = $null; E = 'x'; L = @(); H = $null; M = [double]::NaN; V = 'ü"\\<b>'; U = 5 }`
    const view = await shown(`${rows} ${second} | ogv`)
    expect(kinds(view)).toMatchObject({ N: 'number', D: 'date', S: 'size', T: 'time', B: 'boolean', X: 'text', E: 'text', L: 'list', H: 'list', M: 'number', V: 'text', U: 'number' })
    const { cells } = await arranged(view, { sort: [{ column: column(view, 'S'), isDescending: true }] })
    expect(cells).toEqual([
      ['9', '2024-09-01 09:14:00', 'Unlimited', '00:00:01', 'False', null, 'x', null, null, 'NaN', 'ü"\\<b>', '5'],
      ['10', '2024-10-01 00:00:00', '2 GB (2,147,483,648 bytes)', '1.00:00:00', 'True', '00000000-0000-0000-0000-000000000000', 'Monday', 'a, b', 'k=1', '1.5', '1.10', '9223372036854775807']
    ])
    for (const name of ['N', 'D', 'T', 'B']) expect((await arranged(view, { sort: [{ column: column(view, name), isDescending: false }] })).cells[0]![0]).toBe('9')
  })

  it('shows numbers, texts, hashtables and files too, and the properties that are asked for', async () => {
    expect(await arranged(await shown("3, 'x' | Out-TenantGrid"))).toMatchObject({ cells: [['3'], ['x']] })
    expect((await shown('@{ One = 1 } | Out-TenantGrid')).columns).toMatchObject([{ name: 'One', kind: 'number' }])
    const files = await shown('Get-ChildItem -Path / | Out-TenantGrid')
    expect(kinds(files)).toMatchObject({ Name: 'text', LastWriteTime: 'date' })
    expect((await shown('Get-Mailbox -ResultSize 2 | Out-TenantGrid Alias, *SendQuota, Nothing')).columns.map(({ name }) => name)).toEqual(['Alias', 'ProhibitSendQuota', 'Nothing'])
  })

  it('passes the very objects that were chosen on, as they are sorted, and waits for them', async () => {
    await run('$made = 1..50 | ForEach-Object { [pscustomobject]@{ Number = $_ } }')
    await type('$passed = $made | Out-TenantGrid -PassThru')
    const view = await eventually(newest, (grid) => grid?.selection === 'multiple')
    const wish = { sort: [{ column: 0, isDescending: true }], filters: [{ column: 0, text: '>=10' }] }
    const { arrangement } = await arranged(view, wish)
    await under.call('grids.select', { id: view.id, arrangement, from: 0, to: 1, how: 'only' })
    await under.call('grids.select', { id: view.id, arrangement, from: 40, to: 40, how: 'add' })
    // What a filter hides is chosen no more.
    const again = await under.call('grids.arrange', { id: view.id, columns: [0], search: '', ...wish, filters: [{ column: 0, text: '>=11' }] })
    expect(again.selected).toBe(2)
    await under.call('grids.choose', { id: view.id })
    await ends()
    await run('"$($passed.Number) $([object]::ReferenceEquals($passed[0], $made[49]))"')
    await window.shows(/50 49 True/)
    await expect(under.call('grids.choose', { id: view.id })).rejects.toThrow('No command waits')
  })

  it('passes nothing on where the table is closed instead, or Ctrl+C ends the wait', async () => {
    await type('$passed = @(1..3 | Out-TenantGrid -OutputMode Single); "closed: $($passed.Count)"')
    const view = await eventually(newest, (grid) => grid?.selection === 'single')
    await under.call('grids.close', { id: view.id })
    await window.shows(/closed: 0/)
    await ends()
    await type('1..3 | Out-TenantGrid -PassThru')
    await eventually(newest, (grid) => grid?.selection === 'multiple')
    window.type('\x03')
    await ends()
    await eventually(newest, (grid) => grid?.selection === 'none')
  })

  it('keeps what came of a stream that never ends when Ctrl+C ends it; the prompt is there at once', async () => {
    await type('& { $n = 0; while ($true) { [pscustomobject]@{ N = (++$n) } } } | Out-TenantGrid')
    await eventually(newest, (grid) => grid?.state === 'filling' && grid.rows > 500)
    window.type('\x03')
    await ends()
    const view = await eventually(newest, (grid) => grid?.state === 'stopped')
    expect(view.notes[0]).toMatch(/^Stopped: [\d,]+ rows came before\.$/)
    const { cells, rows } = await arranged(view)
    expect(cells.slice(0, 3)).toEqual([['1'], ['2'], ['3']])
    expect(rows).toBeGreaterThan(500)
    await run('6 * 7')
    await window.shows(/42/)
  })

  it('ends with its error where the command fails, and keeps what came', async () => {
    const view = await shown('& { 1; 2; throw "no more" } | Out-TenantGrid')
    expect(view).toMatchObject({ state: 'stopped', rows: 2 })
  })

  it('says what it cut of long values and of 500 columns and more, and what could not be read; no error of that is left', async () => {
    await run('$before = $Error.Count; $wide = [ordered]@{}; 0..519 | ForEach-Object { $wide["C$_"] = $_ }')
    expect(await shown('[pscustomobject]$wide | Out-TenantGrid')).toMatchObject({ notes: ['20 properties were left out: a table has at most 500 columns.'], columns: { length: 500 } })
    const bad = `$o = [pscustomobject]@{ Big = 'x' * 10MB; Many = 1..5000; Self = $null }; $o.Self = $o; $o | Add-Member ScriptProperty Bad { throw 'never' }; $o | Out-TenantGrid; "left: $($Error.Count - $before)"`
    const view = await shown(bad)
    await window.shows(/left: 0/)
    expect(view.notes).toEqual(['3 values are cut: too long.', '1 value could not be read and says why.'])
    const { cells, arrangement } = await arranged(view)
    expect(cells[0]).toMatchObject([expect.stringMatching(/^x{300}…$/), expect.stringMatching(/^1, 2, 3, .*…$/), expect.stringContaining('Big='), { problem: 'never' }])
    const whole = (at: number): Promise<CallOutput<'grids.cell'>> => under.call('grids.cell', { id: view.id, arrangement, position: 0, column: at })
    expect(await whole(0)).toEqual({ text: 'x'.repeat(32_000), isCut: true, length: 10 * 1024 * 1024 })
    expect((await whole(1)).text.split('\n')).toHaveLength(1000)
  })

  it('comes to an end with whatever holds itself: objects, hashtables, lists, each other, and what .NET links in circles', async () => {
    await run('$h = @{ Name = "h" }; $h.Me = $h; $l = [System.Collections.ArrayList]::new(); $null = $l.Add($l); $a = [pscustomobject]@{ N = "a"; Other = $null }; $b = [pscustomobject]@{ N = "b"; Other = $a }; $a.Other = $b')
    expect(await arranged(await shown('[pscustomobject]@{ Hash = $h; List = $l; Pair = $a; Name = "all" } | Out-TenantGrid'))).toMatchObject({ cells: [[expect.stringContaining('Name=h'), expect.any(String), expect.stringContaining('Other='), 'all']] })
    expect(await arranged(await shown('$a, $b | Out-TenantGrid'))).toMatchObject({ cells: [['a', expect.stringContaining('N=b')], ['b', expect.stringContaining('N=a')]] })
    expect((await shown('$h | Out-TenantGrid')).columns.map(({ name }) => name).sort()).toEqual(['Me', 'Name'])
    const folders = await shown('Get-Item -Path / | Out-TenantGrid Name, Parent, Root')
    expect((await arranged(folders)).cells).toEqual([['/', null, '/']])
  })

  it('keeps of 500 columns of 10 MB each what a row has room for, and says how many were cut', async () => {
    const view = await shown(`$big = 'x' * 10MB; $o = [ordered]@{}; 1..500 | ForEach-Object { $o["C$_"] = $big }; 1..3 | ForEach-Object { [pscustomobject]$o } | Out-TenantGrid`)
    expect(view).toMatchObject({ rows: 3, columns: { length: 500 }, notes: ['1,500 values are cut: too long.'] })
    const { arrangement } = await arranged(view)
    const kept = async (column: number) => (await under.call('grids.cell', { id: view.id, arrangement, position: 2, column })).text.length
    expect([await kept(0), await kept(499)]).toEqual([32_000, 200])
  })

  it('is full at 250,000 rows of a stream that never ends, says so in both places, and keeps nobody waiting', async () => {
    await type('& { $o = [pscustomobject]@{ N = 1 }; while ($true) { $o } } | Out-TenantGrid')
    const { id: other } = await under.open('Fabrikam demo')
    await under.until(other, ({ phase }) => phase === 'connected')
    const beside = await under.attach(other)
    await beside.shows(/Fabrikam demo.*PS> /)
    beside.type('"mean" + "while"\r')
    await beside.shows(/meanwhile\r?\n/)
    expect((await arranged(await newest(), { filters: [{ column: 0, text: '1' }] })).rows).toBeGreaterThan(0)
    expect((await newest()).state).toBe('filling')
    await expect.poll(async () => (await newest()).rows, { timeout: fillPatienceMs }).toBe(250_000)
    await eventually(() => window.text, (text) => /The table is full with 250000 rows/.test(text))
    await eventually(newest, ({ notes }) => notes.includes('What still comes is left out: a table holds 250,000.'))
    window.type('\x03')
    await ends()
    const { rows, notes } = await eventually(newest, (grid) => grid?.state === 'stopped')
    expect([rows, ...notes]).toEqual([250_000, 'Stopped: 250,000 rows came before.', expect.stringMatching(/^[\d,]+ more were left out: a table holds 250,000\.$/)])
    await under.call('sessions.close', { id: other, force: true })
  }, fillPatienceMs + 60_000)

  it('takes objects that came from elsewhere, deserialized', async () => {
    const xml = `'<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04"><Obj RefId="0"><TN RefId="0"><T>Deserialized.Microsoft.Exchange.Data.Mailbox</T></TN><ToString>Zoë</ToString><Props><S N="Name">Zoë</S><I64 N="Items">7</I64><DT N="When">2024-03-02T09:14:00</DT><Obj N="Size" RefId="1"><TN RefId="1"><T>Deserialized.Microsoft.Exchange.Data.ByteQuantifiedSize</T></TN><ToString>2 KB (2,048 bytes)</ToString></Obj><Obj N="Addresses" RefId="2"><TN RefId="2"><T>Deserialized.MultiValuedProperty</T></TN><LST><S>a</S><S>b</S></LST></Obj></Props></Obj></Objs>'`
    const view = await shown(`[System.Management.Automation.PSSerializer]::Deserialize(${xml}) | Out-TenantGrid`)
    expect(kinds(view)).toEqual({ Name: 'text', Items: 'number', When: 'date', Size: 'size', Addresses: 'list' })
    expect((await arranged(view)).cells).toEqual([['Zoë', '7', '2024-03-02 09:14:00', '2 KB (2,048 bytes)', 'a, b']])
  })

  it('of a Format command’s output says what to do instead', async () => {
    await run('Get-Mailbox -ResultSize 1 | Format-Table Alias | Out-TenantGrid')
    await window.shows(/Put Out-TenantGrid in the place of the Format command/)
  })

  it('goes with the oldest where there are more than 20 of a session', async () => {
    await run('1..25 | ForEach-Object { $_ | Out-TenantGrid -Title "table $_" }')
    const titles = await eventually(async () => (await grids()).map(({ title }) => title), (all) => all.at(-1) === 'table 25')
    expect(titles).toHaveLength(20)
    expect(titles[0]).toBe('table 6')
  })

  it('is saved where the person says, and copied, in the order in which it is shown', async () => {
    const view = await shown("[pscustomobject]@{ A = 'x'; B = 1 }, [pscustomobject]@{ A = '=1+1'; B = 2 } | Out-TenantGrid -Title 'Two rows'")
    const { arrangement } = await arranged(view, { sort: [{ column: 1, isDescending: true }] })
    const { savedAs, rows } = await under.call('grids.save', { id: view.id, columns: [1, 0], isSelectionOnly: false, format: 'csv' })
    expect({ rows, savedAs }).toEqual({ rows: 2, savedAs: `/home/admin/${saved[0]!.fileName}` })
    expect(saved[0]).toMatchObject({ fileName: expect.stringMatching(/^Two-rows-\d{4}-\d\d-\d\d\.csv$/), content: "\ufeffB,A\r\n2,'=1+1\r\n1,x\r\n" })
    await under.call('grids.select', { id: view.id, arrangement, from: 1, to: 1, how: 'only' })
    expect(await under.call('grids.copy', { id: view.id, columns: [0, 1], isSelectionOnly: true })).toEqual({ text: 'A\tB\r\nx\t1', rows: 1 })
  })

  it('shows the last command’s result without running it again, and says why where that can’t be', async () => {
    await run('$runs = 0; function Get-Counted { $script:runs++; [pscustomobject]@{ Run = $script:runs }, [pscustomobject]@{ Run = 0 } }')
    await run('Get-Counted')
    await under.call('grids.showLast', { sessionId })
    const view = await eventually(newest, (grid) => grid?.title === 'Get-Counted' && grid.state === 'complete')
    expect(view.rows).toBe(2)
    expect((await arranged(view)).cells).toEqual([['1'], ['0']])
    await run('"runs: $runs"')
    await window.shows(/runs: 1/)
    await run('Get-Counted | Format-Table')
    await expect(under.call('grids.showLast', { sessionId })).rejects.toThrow('formatted for the screen')
    await run('$kept = Get-Counted')
    await expect(under.call('grids.showLast', { sessionId })).rejects.toThrow('left no objects')
    await run('Get-Item /not-there')
    await expect(under.call('grids.showLast', { sessionId })).rejects.toThrow('left no objects')
    await type('Start-Sleep -Seconds 60')
    await under.until(sessionId, ({ busy }) => busy)
    await expect(under.call('grids.showLast', { sessionId })).rejects.toThrow('A command is running')
    window.type('\x03')
    await ends()
  })

  it('leaves $? as the command left it, and programs their terminal, though the last result is kept', async () => {
    await run('Get-Item /not-there')
    await run('"failed: $?"')
    await window.shows(/failed: False/)
    await run("throw 'no'")
    await run('"thrown: $?"')
    await window.shows(/thrown: False/)
    await run('1')
    await run('"went well: $?"')
    await window.shows(/went well: True/)
    await run(process.platform === 'win32' ? '"tty: yes"' : `/bin/sh -c 'test -t 1 && echo tty: yes || echo tty: no'`)
    await window.shows(/tty: yes\r\n/)
  })

  it('does not hold up the core: it answers, sorts and filters while rows still come', async () => {
    await type('1..20000 | ForEach-Object { [pscustomobject]@{ N = $_; Text = "row $_" } } | Out-TenantGrid')
    await eventually(newest, (grid) => grid?.state === 'filling' && grid.rows > 1000)
    const began = (await newest()).rows
    expect((await under.call('sessions.list', null)).sessions.find(({ id }) => id === sessionId)?.busy).toBe(true)
    const { rows } = await arranged(await newest(), { filters: [{ column: 0, text: '<=1000' }] })
    expect(rows).toBe(1000)
    await under.until(sessionId, ({ busy }) => !busy)
    const view = await eventually(newest, (grid) => grid?.state === 'complete')
    expect(view.rows).toBe(20_000)
    expect(began).toBeLessThan(20_000)
  })

  it('goes with its session', async () => {
    await under.call('sessions.close', { id: sessionId, force: true })
    expect(await grids()).toEqual([])
  })
})
