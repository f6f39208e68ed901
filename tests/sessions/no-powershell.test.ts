import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MachineWithoutPowerShell } from '../machine-without-powershell.ts'
import { startCore, type CoreUnderTest } from './core-on-this-machine.ts'

// The fake SDK is a shell script.
describe.skipIf(process.platform === 'win32')('without any PowerShell', () => {
  let machine: MachineWithoutPowerShell
  let under: CoreUnderTest
  beforeEach(async () => {
    machine = new MachineWithoutPowerShell()
    under = await startCore(machine.options)
  })
  afterEach(async () => {
    await under.dispose()
    machine.dispose()
  })

  it('says so, with the command that installs one', async () => {
    const state = await under.call('app.state', undefined)
    expect(state.powershell).toBeNull()
    expect(state.powershellProblem).toMatchObject({ failure: { code: 'powershell-missing' }, installCommand: machine.installCommand })
    expect(state.modules.map(({ version }) => version)).toEqual([null, null])
  })

  it('a session fails with that sentence, and none is left after it was closed', async () => {
    const { id } = await under.open('Contoso demo')
    const view = await under.until(id, ({ phase }) => phase === 'failed')
    expect(view.failure).toMatchObject({ code: 'powershell-missing', message: 'No PowerShell was found on this computer.' })
    expect([view.alive, view.canReconnect]).toEqual([false, true])
    await under.call('sessions.close', { id })
    expect((await under.call('sessions.list', undefined)).sessions).toEqual([])
  })

  it('a sign-in by a certificate in the store says so, as its helper needs one', async () => {
    await expect(under.call('credentials.certificates', undefined)).rejects.toMatchObject({ code: 'powershell-missing' })
  })

  it('the command runs in a terminal, and what it installed is found', async () => {
    const { sessionId } = await under.call('app.installPowerShell', undefined)
    const window = await under.attach(sessionId)
    await window.shows(new RegExp(machine.installed))
    const state = await under.call('app.findPowerShell', undefined)
    expect(state.powershell).toMatchObject({ version: '7.6.5', edition: 'Core', standIn: false })
    expect(state.powershellProblem).toBeNull()
  })
})
