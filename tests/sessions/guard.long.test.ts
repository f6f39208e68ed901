import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { GuardQuestion, ProfileDraft, Service } from '../../app/contract.ts'
import { describeOnMainEngine } from '../engines.ts'
import type { AttachedWindow } from './attached-window.ts'
import { startCore, type CoreUnderTest } from './core-on-this-machine.ts'

/* The guard of production sessions, on a real engine: what counts is which requests came to the service. */

describeOnMainEngine('a command that changes data', ({ name: engine, env }) => {
  let under: CoreUnderTest
  let folder: string
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tenantry-guard-'))
    under = await startCore({ env })
  })
  afterAll(async () => {
    await under?.dispose()
    rmSync(folder, { recursive: true, force: true })
  })

  /** A session of a profile like Contoso's, but for what is said here. */
  async function openLike(change: Partial<ProfileDraft>, service?: Service, core = under) {
    const { profiles } = await core.call('profiles.list', undefined)
    const { id: _, tenantId: __, initialDomain: ___, signInId, ...contoso } = profiles.find(({ name }) => name === 'Contoso demo')!
    const name = `Contoso ${profiles.length}`
    const profile = await core.call('profiles.save', { profile: { ...contoso, name, ...change }, signIn: { use: 'existing', id: signInId! } })
    const { id } = await core.call('sessions.open', { profileId: profile.id, ...(service ? { service } : {}), cols: 120, rows: 30 })
    await core.until(id, ({ phase }) => phase === 'connected')
    const window = await core.attach(id)
    await window.shows(/PS> /)
    return new GuardedSession(core, id, name, window, engine)
  }

  describe('in a production session', () => {
    let session: GuardedSession
    beforeAll(async () => {
      session = await openLike({ environment: 'production' })
      await session.run('$anna, $berta, $carl = (Get-EXOMailbox -ResultSize 3).UserPrincipalName')
    })

    it('asks by its name and object before anything is sent, and does not run where it is refused', async () => {
      const question = await session.asks('Set-Mailbox $anna -MailTip hello -Office (Get-Date).Year')
      expect(question).toMatchObject({ command: 'Set-Mailbox', objects: [expect.stringMatching(/^Identity: \S+@contoso\.example$/)], more: 0, fromPipeline: false })
      expect(question.parameters).toEqual(['MailTip', 'Office'])
      expect(session.requests()).toEqual([])
      await session.answer(question, 'refuse')
      expect(await session.ends()).toMatch(/Refused in Tenantry: Set-Mailbox was not run in Contoso \d+/)
      expect(session.requests()).toEqual([])
    })

    it('runs where it is allowed, and asks anew the next time', async () => {
      await session.answer(await session.asks('Set-Mailbox $anna -MailTip hello'), 'run')
      await session.ends()
      expect(session.requests()).toEqual(['Set-Mailbox'])
      await session.answer(await session.asks('Set-Mailbox $anna -MailTip hello'), 'refuse')
      await session.ends()
    })

    it.each([
      ['a function', 'function Fix { Set-Mailbox $anna -MailTip x }; Fix'],
      ['a name in a variable', "$name = 'Set-Mailbox'; & $name $anna -MailTip x"],
      ['an alias', 'Set-Alias sm Set-Mailbox; sm $anna -MailTip x'],
      ['a command as an object', '& (Get-Command New-Mailbox) -Name zed'],
      ['a text that is run', "Invoke-Expression 'Remove-Mailbox $anna -Confirm:$false'"],
      ['values in a table', '$p = @{ Identity = $anna; MailTip = "x" }; Set-Mailbox @p'],
      ['a block', '& { Set-Mailbox $anna -MailTip x }'],
      ['its module’s own table', '& (Get-Module tmpEXO_*) { Set-Mailbox $args[0] -MailTip x } $anna'],
      ['its module’s name', '& ((Get-Module tmpEXO_*).Name + "\\Set-Mailbox") $anna -MailTip x'],
      ['errors that are to be ignored', 'Set-Mailbox $anna -MailTip x -ErrorAction SilentlyContinue'],
      ['errors that are ignored anyway', '& { $ErrorActionPreference = "Ignore"; Set-Mailbox $anna -MailTip x }'],
      ['an error that is caught', 'try { Set-Mailbox $anna -MailTip x } catch { "caught $($_.FullyQualifiedErrorId)" }'],
      ['a hook that somebody took away in an earlier line', 'Set-Mailbox $anna -MailTip x', '$ExecutionContext.InvokeCommand.PostCommandLookupAction = $null']
    ] as Array<[string, string, string?]>)('is seen in %s', async (_, line, before) => {
      if (before) await session.run(before)
      await session.answer(await session.asks(line), 'refuse')
      await session.ends()
      expect(session.requests()).toEqual([])
    })

    it('is seen in a script, which ends there', async () => {
      const script = join(folder, 'change.ps1')
      writeFileSync(script, 'param($Who)\n"first"\nSet-Mailbox -Identity $Who -MailTip x\n"never " + "said"\n')
      await session.answer(await session.asks(`& '${script}' $anna`), 'refuse')
      const text = await session.ends()
      expect(text).toContain('first')
      expect(text).not.toContain('never said')
      expect(session.requests()).toEqual([])
    })

    it('asks once for all that a pipeline brings, before it begins', async () => {
      const question = await session.asks('Get-Mailbox -ResultSize 3 | Set-Mailbox -MailTip x')
      expect(question).toMatchObject({ command: 'Set-Mailbox', objects: [], fromPipeline: true })
      expect(session.requests()).toEqual([])
      await session.answer(question, 'run')
      await session.ends()
      expect(session.requests()).toEqual(['Get-Mailbox', 'Set-Mailbox', 'Set-Mailbox', 'Set-Mailbox'])
    })

    it.each([
      ['ForEach-Object', '$anna, $berta, $carl | ForEach-Object { if ($_) { Set-Mailbox $_ -MailTip x } }'],
      ['a function that a pipeline feeds', 'function Fix { process { Set-Mailbox $_ -MailTip x } }; $anna, $berta, $carl | Fix'],
      ['a method that takes a block', '($anna, $berta, $carl).ForEach({ Set-Mailbox $_ -MailTip x })']
    ])('asks once in the block of %s', async (_, line) => {
      const question = await session.asks(line)
      expect(question.fromPipeline).toBe(true)
      await session.answer(question, 'run')
      await session.ends()
      expect(session.requests()).toEqual(['Set-Mailbox', 'Set-Mailbox', 'Set-Mailbox'])
    })

    it('that is refused in a block ends the pipeline', async () => {
      await session.answer(await session.asks('$anna, $berta | ForEach-Object { Set-Mailbox $_ -MailTip x }; "went " + "on"'), 'refuse')
      expect(await session.ends()).not.toContain('went on')
      expect(session.requests()).toEqual([])
    })

    it('runs as often as its line has it where every one of them is allowed; another one, and the next line, ask', async () => {
      const first = await session.asks('foreach ($one in $anna, $berta, $carl) { Set-Mailbox $one -MailTip x }; & { Set-Mailbox $anna -MailTip y }; Remove-Mailbox $anna -Confirm:$false')
      expect(first.command).toBe('Set-Mailbox')
      await session.answer(first, 'run-each')
      const second = await session.question(first.id)
      expect(second.command).toBe('Remove-Mailbox')
      expect(session.requests()).toEqual(['Set-Mailbox', 'Set-Mailbox', 'Set-Mailbox', 'Set-Mailbox'])
      await session.answer(second, 'refuse')
      await session.ends()
      expect((await session.view()).guard!.quietUntil).toBeNull()
      await session.answer(await session.asks('Set-Mailbox $anna -MailTip x'), 'refuse')
      await session.ends()
      expect(session.requests()).toEqual([])
    })

    it.each([
      ['a loop', 'foreach ($one in $anna, $berta) { Set-Mailbox $one -MailTip x }'],
      ['two pipelines of a line', 'Set-Mailbox $anna -MailTip x; Set-Mailbox $berta -MailTip x'],
      ['two calls of a function', 'function Fix($who) { Set-Mailbox $who -MailTip x }; Fix $anna; Fix $berta'],
      ['a pipeline that a loop runs again', 'foreach ($one in $anna, $berta) { $one | ForEach-Object { Set-Mailbox $_ -MailTip x } }']
    ])('asks for each in %s', async (_, line) => {
      const first = await session.asks(line)
      await session.answer(first, 'run')
      const second = await session.question(first.id)
      expect(second.objects).not.toEqual(first.objects)
      expect(session.requests()).toEqual(['Set-Mailbox'])
      await session.answer(second, 'refuse')
      await session.ends()
      expect(session.requests()).toEqual(['Set-Mailbox'])
    })

    it.each([
      ['reads', '(Get-Mailbox -ResultSize 1).Count'],
      ['is only tried', 'Set-Mailbox $anna -MailTip x -WhatIf'],
      ['is no command of the service’s', 'function Remove-Nothing { 1 }; Remove-Nothing; Set-Variable x 1; New-Item env:GUARD -Value 1 -Force'],
      ['is only looked at', 'Get-Command Set-Mailbox -Syntax; (Get-Command Remove-Mailbox).Parameters.Count']
    ])('is not what %s', async (_, line) => {
      await session.run(line)
      expect(session.requests().filter((request) => !request.startsWith('Get-'))).toEqual([])
      expect(session.asked).toBe(0)
    })

    it('is only tried by $WhatIfPreference too, which the service is told as -WhatIf', async () => {
      await session.run('$WhatIfPreference = $true')
      expect(await session.run('Set-Mailbox $anna -MailTip x; $berta, $carl | Set-Mailbox -MailTip x')).toMatch(/(?:What if: [^\r\n]*Set-Mailbox[^]*){3}/)
      // One that asks nobody but the service, of which only what it is given is known.
      await session.run('Import-Module (New-Module Microsoft.Graph.Later { function Set-MgLater { [CmdletBinding(SupportsShouldProcess)] param([Parameter(ValueFromPipeline)]$Id) process { "tried $Id $($PSBoundParameters.WhatIf)" } } }) -Global')
      expect(await session.run('1, 2 | Set-MgLater; Set-MgLater 3')).toMatch(/tried 1 True\s+tried 2 True\s+tried 3 True/)
      expect([session.asked, session.requests()]).toEqual([0, []])
      await session.answer(await session.asks('Set-Mailbox $anna -MailTip x -WhatIf:$false'), 'refuse')
      await session.ends()
      await session.run('$WhatIfPreference = $false')
    })

    it('asks where $WhatIfPreference is a function’s own, which PowerShell does not let the service’s commands see', async () => {
      await session.answer(await session.asks('function Try-It { $WhatIfPreference = $true; Set-Mailbox $anna -MailTip x }; Try-It'), 'refuse')
      await session.ends()
      expect(session.requests()).toEqual([])
    })

    it.each([
      ['$WhatIfPreference', '$true', '$false'],
      ['$ConfirmPreference', '"Low"', '"High"']
    ])('is guarded where it is first found under %s, for the time after it too', async (variable, found, after) => {
      const name = `Set-${variable.slice(1)}`
      await session.run(`Import-Module (New-Module tmpEXO_${variable.slice(1)} { function ${name} { [CmdletBinding()] param($Identity) "d" + "one" } }) -Global`)
      await session.run(`${variable} = ${found}; $got = Get-Command ${name}; ${variable} = ${after}`)
      await session.answer(await session.asks('& $got anna'), 'refuse')
      expect(await session.ends()).not.toContain('done')
    })

    it('is refused by Ctrl+C, and its question is taken back', async () => {
      await session.asks('Set-Mailbox $anna -MailTip x; "went " + "on"')
      session.window.type('\x03')
      const text = await session.ends()
      expect((await session.view()).guard).toEqual({ question: null, quietUntil: null, pauseMinutes: 10 })
      expect(text).not.toContain('went on')
      expect(session.requests()).toEqual([])
    })

    it('is allowed for a while where that was said, until it is taken back', async () => {
      await session.answer(await session.asks('Set-Mailbox $anna -MailTip x'), 'run-quietly')
      await session.ends()
      await session.run('Set-Mailbox $berta -MailTip x')
      expect(session.requests()).toEqual(['Set-Mailbox'])
      const until = (await session.view()).guard!.quietUntil!
      expect(Math.round((until - Date.now()) / 60_000)).toBe(10)
      await under.call('guard.askAgain', { id: session.id })
      await session.answer(await session.asks('Set-Mailbox $berta -MailTip x'), 'refuse')
      await session.ends()
    })

    it('of a module that came later asks too, also with -WhatIf, since nobody knows of which service it is', async () => {
      await session.run('Import-Module (New-Module tmpEXO_later { function Search-Mailbox { [CmdletBinding(SupportsShouldProcess)] param($Identity, [switch]$DeleteContent) "searched" } }) -Global')
      expect(await session.run('Search-Mailbox anna')).toContain('searched')
      expect(await session.run('Search-Mailbox anna -DeleteContent:$false')).toContain('searched')
      for (const more of ['-DeleteContent', '-DeleteContent -WhatIf']) {
        await session.answer(await session.asks(`Search-Mailbox anna ${more}`), 'refuse')
        expect(await session.ends()).not.toContain('searched')
      }
    })

    // What Microsoft compiled; the stand-in module has no such cmdlet that changes data.
    it.runIf(engine === 'pwsh')('that is a compiled cmdlet asks, and hands over all that it was given', async () => {
      const library = join(folder, 'Microsoft.Graph.Compiled.dll')
      const code = 'using System.Management.Automation; [Cmdlet("Update", "MgCompiled")] public class C : PSCmdlet { [Parameter(Position = 0)] public string UserId; [Parameter(ValueFromPipeline = true)] public int Number; protected override void ProcessRecord() { WriteObject("did " + UserId + Number); } }'
      await session.run(`Add-Type -TypeDefinition '${code}' -OutputAssembly '${library}'; Import-Module '${library}' -Global`)
      await session.answer(await session.asks('1, 2 | Update-MgCompiled anna'), 'refuse')
      expect(await session.ends()).not.toMatch(/did anna/)
      const question = await session.asks('1, 2 | Microsoft.Graph.Compiled\\Update-MgCompiled anna')
      expect(question).toMatchObject({ command: 'Update-MgCompiled', objects: ['UserId: anna'], fromPipeline: true })
      await session.answer(question, 'run')
      expect(await session.ends()).toMatch(/did anna1\s+did anna2/)
    })

    it('waits while no window is there, and behind the lock', async () => {
      const question = await session.asks('Set-Mailbox $anna -MailTip x')
      under.core.leave()
      await under.call('sessions.detach', { id: session.id })
      under.core.lock()
      await expect(session.answer(question, 'run')).rejects.toMatchObject({ code: 'locked' })
      await new Promise((resolve) => setTimeout(resolve, 700))
      await under.call('lock.unlock', undefined)
      expect((await session.view()).guard?.question).toEqual(question)
      expect(session.requests()).toEqual([])
      session.window = await under.attach(session.id)
      await session.answer(question, 'refuse')
      await session.ends()
    })

    it('is refused where the app can’t be asked any more, also while it is', async () => {
      const gone = '$s = & (Get-Module Tenantry) { $script:Session }; $null = [powershell]::Create([initialsessionstate]::CreateDefault2()).AddScript({ param($s) Start-Sleep -Milliseconds 500; $s.Writer = $null }).AddArgument($s).BeginInvoke()'
      await session.asks(`${gone}; Set-Mailbox $anna -MailTip x`)
      await session.window.shows(/Tenantry is not there to ask about Set-Mailbox/)
      session.window.text = ''
      session.window.type('Set-Mailbox $anna -MailTip x\r')
      await session.window.shows(/Tenantry is not there to ask about Set-Mailbox/)
      expect(session.requests()).toEqual([])
    })
  })

  it('asks in a compliance session with -WhatIf and $WhatIfPreference too, which do not work there', async () => {
    const session = await openLike({ environment: 'production', services: ['compliance'] })
    await session.answer(await session.asks('Remove-Label x -WhatIf'), 'refuse')
    await session.ends()
    await session.answer(await session.asks('$WhatIfPreference = $true; Remove-Label x'), 'refuse')
    await session.ends()
    expect(session.requests()).toEqual([])
  })

  it('asks in a Graph session by the method of a request', async () => {
    const session = await openLike({ environment: 'production', services: ['graph'] })
    expect(await session.run('"users: $((Invoke-MgGraphRequest GET v1.0/users).value.Count)"')).toMatch(/users: [1-9]/)
    const question = await session.asks('Invoke-GraphRequest -Method PATCH -Uri v1.0/users/x -Body @{ a = 1 }')
    expect(question).toMatchObject({ command: 'Invoke-MgGraphRequest', objects: ['Method: PATCH', 'Uri: v1.0/users/x'] })
    await session.answer(question, 'refuse')
    await session.ends()
    expect(under.core.demo.log.filter(({ method, service }) => service === 'graph' && method === 'PATCH')).toEqual([])
  })

  it('connects and is guarded where a PowerShell profile prefers to try and to confirm everything', async () => {
    const profiles = join(folder, '.config', 'powershell')
    mkdirSync(profiles, { recursive: true })
    writeFileSync(join(profiles, 'profile.ps1'), '$WhatIfPreference = $true\n$ConfirmPreference = "Low"\n')
    const own = await startCore({ env: { ...env, HOME: folder, XDG_CONFIG_HOME: join(folder, '.config') } })
    try {
      const session = await openLike({ environment: 'production', loadPowerShellProfile: true }, undefined, own)
      expect(await session.run('"prefers: $WhatIfPreference $ConfirmPreference"')).toContain('prefers: True Low')
      expect(await session.run('Set-Mailbox anna -MailTip x')).toMatch(/What if: [^\r\n]*Set-Mailbox/)
      await session.answer(await session.asks('Set-Mailbox anna -MailTip x -WhatIf:$false -Confirm:$false'), 'refuse')
      await session.ends()
      expect(session.requests()).toEqual([])
    } finally {
      await own.dispose()
    }
  })

  it('asks nobody in a session that is not of production', async () => {
    const session = await openLike({ environment: 'test' })
    expect((await session.view()).guard).toBeNull()
    await session.run('Get-EXOMailbox -ResultSize 1 | Set-Mailbox -MailTip x')
    expect(session.requests().filter((name) => name === 'Set-Mailbox')).toEqual(['Set-Mailbox'])
  })

  it('is not there in a read-only session, and does not run where it comes in later', async () => {
    const session = await openLike({ environment: 'production', readOnly: true })
    expect(await session.view()).toMatchObject({ isReadOnly: true, guard: null })
    expect(under.core.demo.log.findLast(({ commandName }) => commandName !== null)!.commandName).toBe('Get-*,Test-*,Find-*,Search-*,Export-*,Preview-*,Validate-*,Compare-*')
    expect(session.window.text).toMatch(/PRODUCTION.*READ-ONLY/)
    expect(await session.run('"mailboxes: $((Get-Mailbox -ResultSize 2).Count)"')).toContain('mailboxes: 2')
    expect(await session.run('Set-Mailbox anna -MailTip x')).toMatch(/'Set-Mailbox' is not recognized/)
    await session.run('Import-Module (New-Module tmpEXO_later { function Set-Thing { "d" + "one" } }) -Global')
    expect(await session.run('Set-Thing anna')).toMatch(/This session of Contoso \d+ is read-only: Set-Thing changes data, so it was not run/)
    expect(session.window.text).not.toContain('done')
  })
})

/** A session with its guard, and the requests that its line came to. */
class GuardedSession {
  asked = 0
  #line = 0
  #seen: string | null = null

  constructor(
    readonly under: CoreUnderTest,
    readonly id: string,
    readonly name: string,
    public window: AttachedWindow,
    readonly engine: string
  ) {}

  async view() {
    return (await this.under.call('sessions.list', undefined)).sessions.find(({ id }) => id === this.id)!
  }

  /** The cmdlets that the service was asked for since the newest line was typed. */
  requests(): string[] {
    return this.under.core.demo.log.slice(this.#line).flatMap(({ cmdletName }) => (cmdletName ? [cmdletName] : []))
  }

  /** Types a line and waits for its question. */
  async asks(line: string): Promise<GuardQuestion> {
    this.#type(line)
    return this.question(this.#seen)
  }

  /** The question that is another one than the last. */
  async question(last: string | null): Promise<GuardQuestion> {
    const view = await this.under.until(this.id, ({ guard }) => Boolean(guard?.question && guard.question.id !== last))
    this.#seen = view.guard!.question!.id
    this.asked++
    return view.guard!.question!
  }

  answer(question: GuardQuestion, answer: 'run' | 'run-each' | 'run-quietly' | 'refuse') {
    return this.under.call('guard.answer', { id: this.id, question: question.id, answer })
  }

  /** Types a line that asks nothing; answers what the terminal shows. */
  run(line: string): Promise<string> {
    this.#type(line)
    return this.ends()
  }

  /** Waits for the prompt after the line; answers what the terminal shows until then. */
  async ends(): Promise<string> {
    // Its end, the mark after the next prompt, and of PSReadLine the question that it begins with: it has the terminal.
    await this.window.shows(this.engine === 'pwsh' ? /\x1b]633;D;[^]*\x1b]633;B;[^]*\x1b\[6n/ : /\x1b]633;D;[^]*\x1b]633;B;/)
    return this.window.text.replace(/\x1b]633;[^\x07]*\x07/g, '')
  }

  #type(line: string) {
    this.asked = 0
    this.#line = this.under.core.demo.log.length
    this.window.text = ''
    this.window.type(`${line}\r`)
  }
}
