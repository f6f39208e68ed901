import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SessionView } from '../../app/contract.ts'
import { Screen } from '../../app/sessions/screen.ts'
import { Transcript } from '../../app/transcripts/transcript.ts'

const nonce = 'n0nce'
const mark = (text: string) => `\x1b]633;${text};${nonce}\x07`
const written = (line: string) => encodeURIComponent(line).replaceAll('%', '\\x')
const prompt = `${mark('A')}PS> ${mark('B')}`
const started = (line: string, clean = line) => `${mark(`E;${written(line)};whole`)}${mark(`T;${written(clean)};whole`)}${mark('C;1000')}`
const ended = mark('D;0;1500')
/** A command as a shell prints it, with what a line editor draws while it is typed. */
const command = (line: string, output: string, clean = line) => `${prompt}${line.slice(0, 3)}\x1b[3D${line}\r\n${started(line, clean)}${output}${ended}`

const place = { name: 'Contoso', tenant: 'contoso.example (an id)', service: 'Exchange Online' }
let folder: string
let now: number
let isOwn: boolean
let screen: Screen
let transcript: Transcript
let views: Array<SessionView['transcript']>
const said: string[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tenantry-transcript-'))
  now = new Date(2026, 10, 7, 14, 3, 22).getTime()
  isOwn = false
  views = []
  said.length = 0
  screen = new Screen(40, 6)
  screen.marks.setNonce(nonce)
  transcript = new Transcript({ screen, folder: () => ({ path: folder, isOwn }), now: () => now, onChange: (view) => views.push(view) })
})
afterEach(async () => {
  await transcript.close()
  screen.dispose()
  rmSync(folder, { recursive: true, force: true })
})

const begin = (kept: typeof place | null = place) => transcript.begin(kept, (sentence) => void said.push(sentence))
const print = (text: string) => new Promise<void>((resolve) => screen.write(Buffer.from(text), resolve))
const files = () => readdirSync(folder).toSorted()
const text = () => readFileSync(join(folder, files()[0]!), 'utf8')

describe('the transcript of a session', () => {
  it('has what a session showed, with its times, and neither prompts nor keystrokes', async () => {
    await begin()
    await print('Connected to contoso.example\r\n')
    await print(command('Get-Mailbox', '\r\n\x1b[32mName\x1b[0m\r\n----\r\nAdele\r\n\r\n'))
    now += 60_000
    await print(command("if (1) {\n'two'\n}", 'two\r\n') + prompt)
    await transcript.close()
    expect(files()).toEqual(['Contoso-2026-11-07-140322.txt'])
    expect(text()).toBe(`Transcript of Contoso
Tenant: contoso.example (an id)
Service: Exchange Online
What looks like a secret is left out: [removed]

── 2026-11-07 14:03:22: connecting ──
Connected to contoso.example

[2026-11-07 14:03:22] Contoso PS> Get-Mailbox

Name
----
Adele

[2026-11-07 14:03:22] done after 1.5 s

[2026-11-07 14:04:22] Contoso PS> if (1) {
>> 'two'
>> }
two
[2026-11-07 14:04:22] done after 1.5 s

── 2026-11-07 14:04:22: the session was closed ──
`)
    expect(views).toEqual([{ path: join(folder, files()[0]!), problem: null }])
    expect(said).toEqual([`A transcript is kept: ${join(folder, files()[0]!)}`])
  })

  it('is not there where its profile keeps none', async () => {
    await begin(null)
    await print(command('Get-Mailbox', 'Adele\r\n'))
    await transcript.close()
    expect([files(), views, said]).toEqual([[], [], []])
  })

  it('goes on in the same file when the session connects again, and says so', async () => {
    await begin()
    await print(command('1', 'one\r\n'))
    transcript.ended('PowerShell ended with code 0.')
    await print('\r\n── reconnecting ──\r\n')
    now += 3_600_000
    await begin()
    await print(`${command('2', 'two\r\n')}${prompt}`)
    await transcript.close()
    expect(files()).toHaveLength(1)
    expect(text()).toMatch(/one\n\[.*\] done after 1\.5 s\n\n── .* 14:03:22: PowerShell ended with code 0\. ──\n\n── .* 15:03:22: connecting again ──\n\n\[.*\] Contoso PS> 2\ntwo\n/)
  })

  it('ends where the profile keeps none any more, and begins anew where it does again', async () => {
    await begin()
    await begin(null)
    await print(command('1', 'unwritten\r\n'))
    now += 1000
    await begin()
    await print(command('2', 'written\r\n'))
    await transcript.close()
    expect(files()).toHaveLength(2)
    const both = files().map((name) => readFileSync(join(folder, name), 'utf8')).join('')
    expect(both).toContain('no transcript is kept any more')
    expect(both).toContain('written')
    expect(both).not.toContain('unwritten')
    expect(views.map((view) => view === null)).toEqual([false, true, false])
  })

  it('believes no mark of another nonce: what a program prints neither ends a command nor begins one', async () => {
    await begin()
    await print(`${prompt}x\r\n${started('x')}a\r\n\x1b]633;A\x07\x1b]633;D;0;1;wrong\x07\x1b]633;T;evil;whole;wrong\x07b\r\n${ended}`)
    await transcript.close()
    expect(text()).toContain('PS> x\na\nb\n[')
    expect(text()).not.toContain('evil')
  })

  it('has of a command that the shell did not look through nothing but that there was one', async () => {
    await begin()
    await print(`${prompt}x\r\n${mark(`E;${written("$p = 'hidden'")};whole`)}${mark('C;1')}out\r\n${ended}`)
    await transcript.close()
    expect(text()).toContain('PS> [removed]\nout\n')
    expect(text()).not.toContain('hidden')
  })

  it('has no secret that comes in pieces, is wrapped, or is repeated', async () => {
    await begin()
    const secret = `canary-${'0123456789'.repeat(9)}`
    const output = Buffer.from(command(`Set-Thing -Password '${secret}'`, `error: ${secret}\r\npassword : ${secret}x\r\n`, 'Set-Thing -Password [removed]'))
    for (let at = 0; at < output.length; at += 7) await print(output.subarray(at, at + 7).toString('latin1'))
    await transcript.close()
    expect(text()).toContain('PS> Set-Thing -Password [removed]\nerror: [removed]\npassword : [removed]\n')
    expect(text()).not.toContain('0123456789')
  })

  it('is a readable file at any moment: finished lines are in it while the command runs', async () => {
    await begin()
    await print(`${prompt}x\r\n${started('x')}${Array.from({ length: 20 }, (_, index) => `line ${index}\r\n`).join('')}`)
    await expect.poll(text).toMatch(/line 0\n.*line 10\n/s)
    expect(text().endsWith('\n')).toBe(true)
  })

  it('has what a command printed before its shell was gone', async () => {
    await begin()
    await print(`${prompt}x\r\n${started('x')}so far\r\nhalf`)
    transcript.ended('PowerShell was ended by signal 9.')
    await transcript.close()
    expect(text()).toMatch(/PS> x\nso far\nhalf\n\n── .*: PowerShell was ended by signal 9\. ──/)
  })

  it('takes a tenant’s name for no path', async () => {
    await transcript.begin({ ...place, name: '../../x/y' }, () => {})
    expect(files()).toEqual(['x-y-2026-11-07-140322.txt'])
  })
})

describe('a transcript whose folder can’t be used', () => {
  it('says why, leaves the session as it is, and is tried again with the next connection', async () => {
    const whole = folder
    folder = join(whole, 'gone')
    await begin()
    await print(command('1', 'one\r\n'))
    expect(said).toEqual([`No transcript is kept: the folder ${folder} is not there. The session goes on without one, and connecting again tries again.`])
    expect(views).toEqual([{ path: null, problem: said[0] }])
    expect(screen.lines().join('\n')).toContain('one')
    expect(existsSync(folder)).toBe(false)
    mkdirSync(folder)
    await begin()
    await print(command('2', 'two\r\n'))
    await transcript.close()
    expect(text()).toContain('two')
    expect(views.at(-1)).toEqual({ path: join(folder, files()[0]!), problem: null })
    folder = whole
  })

  it('of Tenantry’s own says so too', async () => {
    const whole = folder
    isOwn = true
    folder = join(whole, 'file')
    writeFileSync(folder, '')
    await begin()
    expect(said[0]).toBe(`No transcript is kept: ${folder} is no folder. The session goes on without one, and connecting again tries again.`)
    folder = whole
  })

  it('is left for another one with the next connection, where another one was chosen', async () => {
    await begin()
    await print(command('1', 'one\r\n'))
    const before = folder
    folder = mkdtempSync(join(tmpdir(), 'tenantry-transcript-'))
    transcript.ended(null)
    await begin()
    await print(command('2', 'two\r\n'))
    await transcript.close()
    expect(text()).toMatch(/^Transcript of Contoso\n[^]*\ntwo\n/)
    expect(readFileSync(join(before, readdirSync(before)[0]!), 'utf8')).toMatch(/\none\n\[.*\] done after 1\.5 s\n$/)
    rmSync(before, { recursive: true })
  })

  it('after it was used before: a file that went is followed by a new one', async () => {
    await begin()
    rmSync(folder, { recursive: true })
    transcript.ended(null)
    await begin()
    expect(views.at(-1)!.problem).toContain('is not there')
    mkdirSync(folder)
    await begin()
    await print(command('2', 'two\r\n'))
    await transcript.close()
    expect(text()).toContain('two')
  })
})
