import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Profile } from '../../app/contract.ts'
import { Histories, historyFile } from '../../app/sessions/command-history.ts'
import { describeOnMainEngine } from '../engines.ts'
import { eventually } from '../renderer/window-in-chromium.ts'
import type { AttachedWindow } from './attached-window.ts'
import { startCore, type CoreUnderTest } from './core-on-this-machine.ts'

const [id, other, tenantId] = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222', 'AAAAAAAA-aaaa-4aaa-8aaa-aaaaaaaaaaaa']

describe('the file of a history', () => {
  let data: string
  beforeAll(() => (data = mkdtempSync(join(tmpdir(), 'tenantry-history-'))))
  afterAll(() => rmSync(data, { recursive: true, force: true }))

  it('is of one profile and one tenant, and for nobody else to read', () => {
    const file = historyFile(data, { id, tenantId })!
    expect(file).toBe(join(data, 'history', `${id}.${tenantId.toLowerCase()}.txt`))
    expect(historyFile(data, { id, tenantId: other })).not.toBe(file)
    expect(historyFile(data, { id: other, tenantId })).not.toBe(file)
    if (process.platform === 'win32') return
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(statSync(join(data, 'history')).mode & 0o777).toBe(0o700)
  })

  it('keeps what is in it, and has its mode again where somebody changed it', () => {
    const file = historyFile(data, { id, tenantId })!
    writeFileSync(file, 'Get-Mailbox\n', { mode: 0o644 })
    expect(historyFile(data, { id, tenantId })).toBe(file)
    expect(readFileSync(file, 'utf8')).toBe('Get-Mailbox\n')
  })

  it.each([['no tenant', { id, tenantId: null }], ['a path for a tenant', { id, tenantId: '../../etc/passwd' }], ['a path for an id', { id: '../x', tenantId }]])('is not made for %s', (_, profile) => {
    expect(historyFile(data, profile)).toBe(null)
  })

  it('is not made where the folder can’t be', () => {
    writeFileSync(join(data, 'file'), '')
    expect(historyFile(join(data, 'file'), { id, tenantId })).toBe(null)
  })

  it('goes with its profile, for every tenant it led to', () => {
    historyFile(data, { id, tenantId: other })
    const histories = new Histories(data)
    histories.forget(id)
    const left = () => readdirSync(join(data, 'history'))
    expect(left()).toEqual([`${other}.${tenantId.toLowerCase()}.txt`])
    // A session that outlives its profile writes on.
    historyFile(data, { id, tenantId })
    histories.sweep()
    expect(left()).toEqual([`${other}.${tenantId.toLowerCase()}.txt`])
    new Histories(join(data, 'nowhere')).forget(id)
  })
})

describeOnMainEngine('the history of a tenant', ({ name, env }) => {
  let under: CoreUnderTest
  let home: string
  const canary = `canary${randomBytes(12).toString('hex')}`
  const folder = () => join(under.dataFolder, 'history')
  /** PSReadLine's own file, where a shell of the person's own keeps its lines. */
  const ownFile = () => join(home, '.local', 'share', 'powershell', 'PSReadLine', 'ConsoleHost_history.txt')

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'tenantry-home-'))
    mkdirSync(join(home, '.local', 'share', 'powershell', 'PSReadLine'), { recursive: true })
    writeFileSync(ownFile(), '"of another shell"\n')
    const settings = join(home, '.config', 'powershell')
    mkdirSync(settings, { recursive: true })
    writeFileSync(join(settings, 'profile.ps1'), "if (Get-Module PSReadLine) { Set-PSReadLineOption -AddToHistoryHandler { param($line) $line -notlike '*keep out*' } }\n")
    under = await startCore({ env: { ...env, HOME: home, XDG_CONFIG_HOME: join(home, '.config'), XDG_DATA_HOME: join(home, '.local', 'share') } })
  })
  afterAll(async () => {
    await under?.dispose()
    rmSync(home, { recursive: true, force: true })
  })

  const profileNamed = async (wanted: string): Promise<Profile> => (await under.call('profiles.list', undefined)).profiles.find((profile) => profile.name === wanted)!
  const fileOf = async (wanted: string) => {
    const profile = await profileNamed(wanted)
    return join(folder(), `${profile.id}.${profile.tenantId}.txt`.toLowerCase())
  }
  const linesOf = async (wanted: string) => readFileSync(await fileOf(wanted), 'utf8').split('\n').filter(Boolean)

  async function connect(wanted: string): Promise<{ id: string; window: AttachedWindow }> {
    const session = await under.open(wanted)
    const window = await under.attach(session.id)
    await under.until(session.id, ({ phase, busy }) => phase === 'connected' && !busy)
    await window.shows(/PS> /)
    return { id: session.id, window }
  }

  /** Types a line and waits until the shell ran it. */
  async function run({ id: session, window }: { id: string; window: AttachedWindow }, line: string) {
    const marks = () => window.text.match(/\x1b\]633;D;/g)?.length ?? 0
    const before = marks()
    window.type(`${line}\r`)
    await eventually(marks, (count) => count > before)
    await under.until(session, ({ busy }) => !busy)
  }

  it('breaks nothing, with PSReadLine or without', async () => {
    const contoso = await connect('Contoso demo')
    await run(contoso, '"it-was-" + 6 * 7')
    await contoso.window.shows(/it-was-42/)
    expect(contoso.window.text).not.toMatch(/history|PSReadLine/i)
    await under.call('sessions.close', { id: contoso.id, force: true })
  })

  it.runIf(name === 'pwsh')('has what was typed there, in PSReadLine’s own way, and brings it up in the next session of the tenant alone', async () => {
    expect(await linesOf('Contoso demo')).toContain('"it-was-" + 6 * 7')
    const again = await connect('Contoso demo')
    again.window.type('\x1b[A')
    await again.window.shows(/PS> [^\n]*it-was-/)
    again.window.type('\x15\x03')
    await under.call('sessions.close', { id: again.id, force: true })

    const fabrikam = await connect('Fabrikam demo')
    await run(fabrikam, '"from " + "fabrikam"')
    await run(fabrikam, '[Microsoft.PowerShell.PSConsoleReadLine]::GetHistoryItems() | ForEach-Object { "item: $($_.CommandLine)" }')
    await fabrikam.window.shows(/item: "from " \+ "fabrikam"/)
    expect(fabrikam.window.text).not.toMatch(/it-was|of another shell/)
    expect(await linesOf('Fabrikam demo')).toContain('"from " + "fabrikam"')
    expect((await linesOf('Contoso demo')).join()).not.toContain('fabrikam')
    expect(readFileSync(ownFile(), 'utf8')).toBe('"of another shell"\n')
    await under.call('sessions.close', { id: fabrikam.id, force: true })
  })

  it.runIf(name === 'pwsh')('has no line with a secret, which the session itself still brings up, and keeps its mode', async () => {
    const contoso = await connect('Contoso demo')
    // The first two PSReadLine would keep.
    for (const line of [`$null = @{ pwd = '${canary}' }`, `$null = 'Bearer ${canary}'`, `$password = '${canary}'`, '$null = 1 + 1']) await run(contoso, line)
    const lines = await linesOf('Contoso demo')
    expect(lines).toContain('$null = 1 + 1')
    expect(lines.join('\n')).not.toContain(canary)
    contoso.window.text = ''
    contoso.window.type('\x1b[A\x1b[A')
    await contoso.window.shows(new RegExp(`password = '|${canary}`))
    contoso.window.type('\x15\x03')
    expect(statSync(await fileOf('Contoso demo')).mode & 0o777).toBe(0o600)
    await under.call('sessions.close', { id: contoso.id, force: true })
  })

  it.runIf(name === 'pwsh')('leaves out what a handler of the person’s own leaves out', async () => {
    const { tenantId: _, initialDomain: __, signInId, ...draft } = await profileNamed('Contoso demo')
    await under.call('profiles.save', { profile: { ...draft, id: undefined, name: 'With my profile', loadPowerShellProfile: true }, signIn: { use: 'existing', id: signInId! } })
    const mine = await connect('With my profile')
    for (const line of ['"please " + "keep out"', '"please " + "keep in"', `$null = @{ pwd = '${canary}' }`]) await run(mine, line)
    const lines = await linesOf('With my profile')
    expect(lines).toEqual(['"please " + "keep in"'])
  })

  it.runIf(name === 'pwsh')('goes with the profile, and stays gone where a session of it lives on', async () => {
    const file = await fileOf('With my profile')
    const { id: session } = (await under.call('sessions.list', undefined)).sessions.at(-1)!
    await under.call('profiles.delete', { id: (await profileNamed('With my profile')).id })
    expect(existsSync(file)).toBe(false)
    const window = await under.attach(session)
    await window.shows(/PS> /)
    await run({ id: session, window }, '"after the " + "end"')
    await under.call('sessions.close', { id: session, force: true })
    expect(existsSync(file)).toBe(false)
    expect(existsSync(await fileOf('Contoso demo'))).toBe(true)
  })
})
