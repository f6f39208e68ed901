import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { LoggedCommand } from '../../app/contract.ts'
import { describeOnMainEngine } from '../engines.ts'
import { AttachedWindow } from '../sessions/attached-window.ts'
import { startCore, type CoreUnderTest } from '../sessions/core-on-this-machine.ts'

describeOnMainEngine('the command log of a session', ({ name, env }) => {
  let under: CoreUnderTest
  let window: AttachedWindow
  let id: string
  const canary = `canary${randomBytes(12).toString('hex')}`

  beforeAll(async () => {
    under = await startCore({ env })
    await setLogging(true)
    ;({ id } = await under.open('Contoso demo'))
    await under.until(id, ({ phase }) => phase === 'connected')
    window = new AttachedWindow()
    const { ticket } = await under.call('sessions.attach', { id })
    under.core.openStream(ticket, window)
    await window.shows(/PS> /)
  })
  afterAll(() => under?.dispose())

  async function setLogging(logCommands: boolean) {
    const { profiles } = await under.call('profiles.list', undefined)
    const { tenantId: _, initialDomain: __, signInId, ...profile } = profiles.find(({ name }) => name === 'Contoso demo')!
    await under.call('profiles.save', { profile: { ...profile, logCommands }, signIn: { use: 'existing', id: signInId! } })
  }

  /** Types a command and waits for its entry in the log. */
  async function run(command: string, { stop = false } = {}): Promise<LoggedCommand> {
    const { total } = await under.call('commands.list', { search: '' })
    window.type(`${command}\r`)
    if (stop) {
      await under.until(id, ({ busy }) => busy)
      window.type('\x03')
    }
    for (;;) {
      const logged = await under.call('commands.list', { search: '' })
      if (logged.total > total) return logged.commands[0]!
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  it('has what was typed, who typed it, where, with which token, and that it went well', async () => {
    const contoso = under.core.demo.tenants[0]!
    const uti = under.core.demo.log.find(({ token }) => token !== null)!.token!.tokenUti
    expect(await run('Get-Mailbox -ResultSize 1 | Out-Null')).toMatchObject({
      command: 'Get-Mailbox -ResultSize 1 | Out-Null', profile: 'Contoso demo', tenantId: contoso.tenantId, app: contoso.apps[0]!.clientId, uti, service: 'exchange', success: true, cut: false
    })
  })

  it.each([
    // The engine console does not keep $? over an error that ends nothing, as pwsh does.
    ...(name === 'pwsh' ? [['an error of a cmdlet', 'Get-Item /nothing/here']] : []),
    ['an error that ends it', "throw 'no'"],
    ['a line that is no PowerShell', '1 +* 2'],
    ['a program that fails', '/bin/false']
  ] as Array<[string, string]>)('has %s as failed', async (_, command) => {
    expect(await run(command)).toMatchObject({ command, success: false })
  })

  it('has a command that works after one that failed as well done', async () => {
    expect(await run('6 * 7')).toMatchObject({ command: '6 * 7', success: true })
  })

  it('has a command that Ctrl+C stopped as failed', async () => {
    expect(await run('Start-Sleep -Seconds 60', { stop: true })).toMatchObject({ command: 'Start-Sleep -Seconds 60', success: false })
  })

  it('has every line of a command of several', async () => {
    const { command, success } = await run('if ($true) {\r"two"\r}')
    expect(command.replaceAll('\r', '').split('\n').map((line) => line.trim())).toEqual(['if ($true) {', '"two"', '}'])
    expect(success).toBe(true)
  })

  it('says how long it took', async () => {
    expect((await run('Start-Sleep -Seconds 1')).seconds).toBeGreaterThanOrEqual(0.9)
  })

  it.each([
    ['an assignment', () => `$password = '${canary}'`],
    ['a secure string', () => `$null = ConvertTo-SecureString "${canary}" -AsPlainText -Force`],
    ['a secure string from the pipeline', () => `$null = '${canary}' | ConvertTo-SecureString -AsPlainText -Force`],
    ['a header', () => `$null = @{ Authorization = 'Bearer ${canary}' }`]
  ])('has not the secret of %s', async (_, command) => {
    const logged = await run(command())
    expect(logged.command).toContain('[removed]')
    expect(JSON.stringify(logged)).not.toContain(canary)
  })

  it('has the beginning of a command that is very long, and says so', async () => {
    const { command, cut } = await run(`$null = '${'x'.repeat(20_000)}'`)
    expect(cut).toBe(true)
    expect(command.length).toBeLessThanOrEqual(16_000)
    expect(command).toMatch(/^\$null = 'xxx/)
  })

  // The engine console does not end while a second runspace listens to the app.
  it.runIf(name === 'pwsh')('has a command that ended the shell, without an outcome', async () => {
    expect(await run('exit 0')).toMatchObject({ command: 'exit 0', success: null })
  })

  it('has nothing of a profile that is not to be logged', async () => {
    await setLogging(false)
    await under.call('sessions.reconnect', { id })
    await under.until(id, ({ phase }) => phase === 'connected')
    const { total } = await under.call('commands.list', { search: '' })
    await window.shows(/reconnecting[^]*PS> /)
    window.type('"not " + "logged"\r')
    await window.shows(/not logged/)
    await under.until(id, ({ busy }) => !busy)
    expect((await under.call('commands.list', { search: '' })).total).toBe(total)
  })
})
