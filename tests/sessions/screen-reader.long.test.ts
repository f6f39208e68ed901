import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeOnEachEngine } from '../engines.ts'
import { eventually } from '../renderer/window-in-chromium.ts'
import type { AttachedWindow } from './attached-window.ts'
import { startCore, type CoreUnderTest } from './core-on-this-machine.ts'

interface Terminal {
  id: string
  window: AttachedWindow
}

async function connect(under: CoreUnderTest, profile = 'Contoso demo'): Promise<Terminal> {
  const { id } = await under.open(profile)
  const window = await under.attach(id)
  await under.until(id, ({ phase, busy }) => phase === 'connected' && !busy)
  await promptOf(window, 0)
  return { id, window }
}

/** Waits for a prompt that takes keys, after `before` others. */
const promptsOf = (window: AttachedWindow) => window.text.match(/\x1b\]633;B;/g)?.length ?? 0
const promptOf = (window: AttachedWindow, before: number) => eventually(() => promptsOf(window), (count) => count > before)

/** Types a line, and answers what the terminal got until the next prompt. */
async function run({ window }: Terminal, line: string): Promise<string> {
  const [length, before] = [window.text.length, promptsOf(window)]
  window.type(`${line}\r`)
  await promptOf(window, before)
  return window.text.slice(length)
}

/** What is written while a line is typed key by key; it is taken back then. */
async function typed(terminal: Terminal, line: string): Promise<string> {
  const { window } = terminal
  const length = window.text.length
  for (let at = 1; at <= line.length; at++) {
    window.type(line[at - 1]!)
    await eventually(() => readable(window.text.slice(length)), (text) => text.endsWith(line.slice(0, at)))
  }
  const written = window.text.slice(length)
  const before = promptsOf(window)
  window.type('\x03')
  await promptOf(window, before)
  return written
}

/** Without what moves the cursor, colours or hides it. */
const readable = (text: string) => text.replaceAll(/\x1b\][^\x07]*\x07|\x1b\[[0-9;?]*[A-Za-z]|[\b\r]/g, '')

/** The environment of somebody whose home that folder is. */
const atHome = (env: NodeJS.ProcessEnv, home: string) => ({ ...env, HOME: home, XDG_CONFIG_HOME: join(home, '.config'), XDG_DATA_HOME: join(home, '.local', 'share') })

const setting = (under: CoreUnderTest, value: boolean) => under.call('settings.change', { key: 'terminal.screenReader', value })
const mode = '"mode is $((Get-PSReadLineOption).ScreenReaderModeEnabled)"'

/** What the module knows of the setting. */
const asked = '"asked for: $(& (Get-Module Tenantry) { $script:ReadsForScreenReader })"'

/** The setting comes by the pipe, on its own way: the next prompt after it has it. */
const becomes = (terminal: Terminal, value: 'True' | 'False') => eventually(() => run(terminal, mode), (text) => text.includes(`mode is ${value}`))

describeOnEachEngine('a session that a screen reader reads', ({ name, env }) => {
  let under: CoreUnderTest
  let home: string
  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'tenantry-home-'))
    under = await startCore({ env: atHome(env, home) })
    await setting(under, true)
  })
  afterAll(async () => {
    await under?.dispose()
    rmSync(home, { recursive: true, force: true })
  })

  it.runIf(name !== 'pwsh')('works as any other where no PSReadLine is, and says nothing of it', async () => {
    const terminal = await connect(under)
    expect(await run(terminal, '"it is " + 6 * 7')).toContain('it is 42')
    expect(terminal.window.text).not.toMatch(/PSReadLine|screen reader/i)
  })

  it.runIf(name === 'pwsh')('writes each key once and without colours, also where PSReadLine is imported anew, as PowerShell advises where it left it out', async () => {
    const terminal = await connect(under)
    expect(terminal.window.text).not.toMatch(/PSReadLine|screen reader/i)
    const written = await typed(terminal, 'Get-Date -Year 2031')
    expect(readable(written)).toBe('Get-Date -Year 2031')
    expect(written).not.toMatch(/\x1b\[[0-9;]*m/)
    await run(terminal, 'Import-Module PSReadLine -Force')
    const output = await run(terminal, mode)
    expect(output).toContain('mode is True')
    // Still Tenantry's: the command has its marks.
    expect(output).toMatch(/\x1b\]633;D;0;/)
    await under.call('sessions.close', { id: terminal.id, force: true })
  })

  it.runIf(name === 'pwsh')('is one from the prompt after the setting was changed, until it is changed back', async () => {
    await setting(under, false)
    const terminal = await connect(under)
    expect(await run(terminal, mode)).toContain('mode is False')
    // A word is written anew as its colour becomes known.
    expect(await typed(terminal, 'Get-Date -Year 2031')).toMatch(/\x1b\[[0-9;]*m/)
    await setting(under, true)
    await becomes(terminal, 'True')
    expect(await typed(terminal, 'Get-Date -Year 2031')).not.toMatch(/\x1b\[[0-9;]*m/)
    await setting(under, false)
    await becomes(terminal, 'False')
    await under.call('sessions.close', { id: terminal.id, force: true })
  })

  it.runIf(name === 'pwsh')('leaves on what the person’s own profile switched on', async () => {
    const settings = join(home, '.config', 'powershell')
    mkdirSync(settings, { recursive: true })
    writeFileSync(join(settings, 'profile.ps1'), 'Set-PSReadLineOption -EnableScreenReaderMode\n')
    const { profiles } = await under.call('profiles.list', undefined)
    const { tenantId: _, initialDomain: __, signInId, ...draft } = profiles.find((profile) => profile.name === 'Contoso demo')!
    await under.call('profiles.save', { profile: { ...draft, id: undefined, name: 'With my profile', loadPowerShellProfile: true }, signIn: { use: 'existing', id: signInId! } })
    await setting(under, true)
    const terminal = await connect(under, 'With my profile')
    await setting(under, false)
    await eventually(() => run(terminal, asked), (text) => text.includes('asked for: False'))
    expect(await run(terminal, mode)).toContain('mode is True')
  })
})

describeOnEachEngine('a session with a stand-in for a PSReadLine without that mode', ({ name, env }) => {
  let under: CoreUnderTest
  let home: string

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'tenantry-home-'))
    const folder = join(home, '.local', 'share', 'powershell', 'Modules', 'PSReadLine', '2.3.6')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'PSReadLine.psd1'), "@{ RootModule = 'PSReadLine.psm1'; ModuleVersion = '2.3.6'; FunctionsToExport = '*' }")
    // The module of before had the type, the options without the mode, and the function.
    writeFileSync(
      join(folder, 'PSReadLine.psm1'),
      `Add-Type -TypeDefinition 'namespace Microsoft.PowerShell { public class PSConsoleReadLine { } }'
function Get-PSReadLineOption { [pscustomobject]@{ HistorySaveStyle = 'SaveIncrementally'; AddToHistoryHandler = $null } }
function Set-PSReadLineOption { param($HistorySaveStyle, $HistorySavePath, $AddToHistoryHandler) }
function PSConsoleHostReadLine { $Host.UI.Write('[stand-in] '); $Host.UI.ReadLine() }
Export-ModuleMember -Function Get-PSReadLineOption, Set-PSReadLineOption, PSConsoleHostReadLine\n`
    )
    under = await startCore({ env: atHome(env, home) })
  })
  afterAll(async () => {
    await under?.dispose()
    rmSync(home, { recursive: true, force: true })
  })

  it.runIf(name === 'pwsh')('reads lines without it while the setting is on, says so once, and with it again after', async () => {
    await setting(under, false)
    const terminal = await connect(under)
    const sentence = /no mode for screen readers.*read without it.*2\.4\.5/s
    await terminal.window.shows(/\[stand-in\] /)
    expect(readable(terminal.window.text)).not.toMatch(sentence)
    await setting(under, true)
    // What the stand-in writes after the prompt's mark is part of what comes next.
    await eventually(() => run(terminal, ''), () => sentence.test(readable(terminal.window.text)))
    const output = await run(terminal, '"it is " + 6 * 7')
    expect(output).toContain('it is 42')
    expect(output).not.toMatch(/stand-in|no mode for screen readers/)
    // What is typed there can be mended, and given up.
    expect(await run(terminal, '"it is " + 7 * 8\x7f9')).toContain('it is 63')
    const before = promptsOf(terminal.window)
    terminal.window.type('"given " + "up"\x03')
    await promptOf(terminal.window, before)
    expect(await run(terminal, '"went " + "on"')).toMatch(/went on/)
    expect(readable(terminal.window.text)).not.toContain('given up')
    await setting(under, false)
    await eventually(() => run(terminal, ''), (text) => text.includes('[stand-in] '))
    await under.call('sessions.close', { id: terminal.id, force: true })
  })
})
