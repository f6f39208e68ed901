import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeOnMainEngine } from '../engines.ts'
import type { AttachedWindow } from './attached-window.ts'
import { startCore, type CoreUnderTest } from './core-on-this-machine.ts'

describeOnMainEngine('a session that keeps a transcript', ({ name, env }) => {
  let under: CoreUnderTest
  let window: AttachedWindow
  let id: string
  let folder: string
  const saved: Array<{ title: string; fileName: string; content: string | Uint8Array }> = []
  const shown: string[] = []
  const canary = () => `canary${randomBytes(12).toString('hex')}`

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tenantry-kept-'))
    const saveFile = async (file: (typeof saved)[number]) => {
      saved.push(file)
      return '/chosen/place'
    }
    under = await startCore({ env }, { saveFile, showFile: (path) => Boolean(shown.push(path)), chooseFolder: async () => folder })
    await setKeeping(true)
    await under.call('settings.choose', { key: 'transcripts.folder' })
    ;({ id } = await under.open('Contoso demo'))
    await connected()
  })
  afterAll(async () => {
    await under?.dispose()
    rmSync(folder, { recursive: true, force: true })
  })

  async function setKeeping(keepTranscript: boolean) {
    const { profiles } = await under.call('profiles.list', undefined)
    const { tenantId: _, initialDomain: __, signInId, ...profile } = profiles.find(({ name }) => name === 'Contoso demo')!
    await under.call('profiles.save', { profile: { ...profile, keepTranscript }, signIn: { use: 'existing', id: signInId! } })
  }

  async function connected() {
    await under.until(id, ({ phase }) => phase === 'connected')
    window = await under.attach(id)
    await window.shows(/PS> /)
  }

  async function reconnect() {
    await under.call('sessions.reconnect', { id, force: true })
    await connected()
  }

  const view = async () => (await under.call('sessions.list', undefined)).sessions.find((session) => session.id === id)!
  const read = async () => readFileSync((await view()).transcript!.path!, 'utf8')

  /** Types a command and waits until the transcript has its end. */
  async function run(command: string): Promise<string> {
    const before = (await read()).length
    window.type(`${command}\r`)
    await expect.poll(async () => (await read()).slice(before), { timeout: 30_000 }).toMatch(/\n\[[^\]]+\] (?:done|failed|ended) after [\d.]+ s\n$/)
    return (await read()).slice(before)
  }

  it('says in the terminal and in its view where it lies: a file of the tenant’s name and the time, for the person alone', async () => {
    const { path, problem } = (await view()).transcript!
    expect(problem).toBe(null)
    expect(path!.slice(folder.length)).toMatch(/^.Contoso-demo-\d{4}-\d\d-\d\d-\d{6}\.txt$/)
    expect(window.text.replace(/\r?\n/g, '')).toContain(`A transcript is kept: ${path}`)
    if (process.platform !== 'win32') expect(statSync(path!).mode & 0o777).toBe(0o600)
    expect(await under.call('sessions.showTranscript', { id })).toEqual({ path, isShown: true })
    expect(shown).toEqual([path])
    await expect.poll(read, { timeout: 30_000 }).toMatch(/^Transcript of Contoso demo\nTenant: .*\nService: Exchange Online\n[^]*connecting ──\n[^]*Connected to /)
  })

  it('has each command with what it printed and how it ended, and no keystroke', async () => {
    expect(await run('Get-Mailbox -ResultSize 2 | Format-Table DisplayName')).toMatch(/^\n\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\] Contoso demo PS> Get-Mailbox -ResultSize 2 \| Format-Table DisplayName\n[^]*\n\nDisplayName\n-+\n\w+/)
    expect(await run("1..60 | ForEach-Object { \"row $_ \" + 'x' * 150 }")).toContain(Array.from({ length: 60 }, (_, index) => `row ${index + 1} ${'x'.repeat(150)}`).join('\n'))
    expect(await run("throw 'no such thing'")).toMatch(/no such thing[^]*failed after/)
    // An editor draws the line anew with each key.
    expect(await run("'ab'\x1b[D\x1b[D\x7fx\x1b[C\x1b[C + 'c'")).toMatch(/PS> 'xb' \+ 'c'\nxbc\n/)
  })

  it('has no secret of what was typed, whoever repeats it', async () => {
    const secrets = [canary(), canary(), canary()]
    const text = [
      await run(`function Set-Thing { param($Password) throw "refused: $Password" }; Set-Thing -Password '${secrets[0]}'`),
      await run(`$secure = ConvertTo-SecureString '${secrets[1]}' -AsPlainText -Force; Write-Output '${secrets[1]}'`),
      await run(`$token = 'eyJ${secrets[2]}.${secrets[2]}.x'; "the token is $token"`),
      await run(`[pscustomobject]@{ Name = 'x'; ClientSecret = '${canary()}' } | Format-List`)
    ].join('\n')
    for (const secret of secrets) expect(text).not.toContain(secret)
    expect(text).not.toContain('canary')
    expect(text.split('[removed]').length).toBeGreaterThan(6)
    expect(text).toContain('refused: [removed]')
  })

  it('never has its token', async () => {
    const token = under.core.demo.log.find(({ token }) => token !== null)
    expect(token).toBeDefined()
    for (const file of readdirSync(folder)) expect(readFileSync(join(folder, file), 'utf8')).not.toMatch(/eyJ[\w-]{20}/)
  })

  it('goes on behind the lock, as the session does', async () => {
    const file = (await view()).transcript!.path!
    window.type('Start-Sleep -Milliseconds 800; "made-" + "behind the lock"\r')
    await under.until(id, ({ busy }) => busy)
    await under.call('lock.now', undefined)
    await expect(under.call('sessions.showTranscript', { id })).rejects.toMatchObject({ code: 'locked' })
    await expect.poll(() => readFileSync(file, 'utf8'), { timeout: 30_000 }).toMatch(/\nmade-behind the lock\n/)
    await under.call('lock.unlock', undefined)
    window = await under.attach(id)
  })

  it('saves what the terminal keeps, wrapped lines in one piece, as it is shown', async () => {
    const secret = canary()
    await run(`$x = '${secret}'; 'y' * 300`)
    const { lines, savedAs, text } = await under.call('sessions.saveScrollback', { id })
    expect([savedAs, text]).toEqual(['/chosen/place', null])
    const { fileName, content } = saved.at(-1)!
    const kept = String(content)
    expect(fileName).toMatch(/^Contoso-demo-\d{4}-\d\d-\d\d-\d{6}\.txt$/)
    expect(kept.split('\n')).toHaveLength(lines + 1)
    expect(kept).toContain(`\n${'y'.repeat(300)}\n`)
    expect(kept).toContain(secret)
    expect(kept).not.toMatch(/[ \t]\n/)
    expect(kept).not.toContain('\x1b')
  })

  it('of a folder that may not be written to is refused while it is chosen', async () => {
    const file = join(folder, 'a-file')
    writeFileSync(file, '')
    const before = folder
    folder = file
    await expect(under.call('settings.choose', { key: 'transcripts.folder' })).rejects.toMatchObject({ code: 'setting-refused' })
    folder = before
  })

  it('goes on in the same file when the session connects again, and says why it had to', async () => {
    const { path } = (await view()).transcript!
    // The engine console does not end while a second runspace listens to the app.
    if (name === 'pwsh') {
      window.type('exit 3\r')
      await under.until(id, ({ alive }) => !alive)
    }
    await reconnect()
    await run("'after'")
    expect((await view()).transcript).toEqual({ path, problem: null })
    expect(await read()).toMatch(/connecting again ──\n[^]*PS> 'after'\nafter\n/)
    if (name === 'pwsh') expect(await read()).toMatch(/PS> exit 3\n[^]*: PowerShell ended with code 3[^]*connecting again/i)
  })

  it('keeps none any more once its profile says so, from the next connection on', async () => {
    const { path } = (await view()).transcript!
    await setKeeping(false)
    await run("'still kept'")
    await reconnect()
    expect((await view()).transcript).toBe(null)
    window.type('"not " + "kept"\r')
    await window.shows(/not kept/)
    await under.until(id, ({ busy }) => !busy)
    expect(readFileSync(path!, 'utf8')).toMatch(/still kept[^]*no transcript is kept any more ──\n$/)
  })
})
