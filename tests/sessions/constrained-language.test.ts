import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exitFailure } from '../../app/sessions/session-view.ts'
import { describeOnMainEngine } from '../engines.ts'
import { startCore, type CoreUnderTest } from './core-on-this-machine.ts'

describeOnMainEngine('PowerShell in constrained language mode', ({ env }) => {
  let under: CoreUnderTest
  let home: string
  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'tenantry-home-'))
    const folder = join(home, '.config', 'powershell')
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    // A profile of the person's own stands in for the policy of an organisation: it comes before Tenantry's module.
    writeFileSync(join(folder, 'profile.ps1'), "$ExecutionContext.SessionState.LanguageMode = 'ConstrainedLanguage'\n")
    under = await startCore({ env: { ...env, HOME: home, XDG_CONFIG_HOME: join(home, '.config') } })
  })
  afterAll(async () => {
    await under.dispose()
    rmSync(home, { recursive: true, force: true })
  })

  it('is told in one sentence, without an error of PowerShell’s own, and the shell asks Exchange nothing', async () => {
    const { profiles } = await under.call('profiles.list', undefined)
    const { tenantId: _, initialDomain: __, signInId, ...draft } = profiles.find(({ name }) => name === 'Contoso demo')!
    await under.call('profiles.save', { profile: { ...draft, id: undefined, name: 'With my profile', loadPowerShellProfile: true }, signIn: { use: 'existing', id: signInId! } })
    const { id } = await under.open('With my profile')
    const view = await under.until(id, ({ phase }) => phase === 'closed')
    expect(view.failure?.code).toBe('constrained-language')
    expect([view.alive, view.canReconnect]).toEqual([false, true])
    const window = await under.attach(id)
    await window.shows(/Tenantry cannot connect here: this PowerShell runs in constrained language mode\.[^]*holds PowerShell in constrained language mode/)
    expect(window.text).not.toMatch(/Cannot invoke|error|exception|InvalidOperation/i)
    expect(under.core.demo.log.filter(({ path }) => /EXOModuleFile/i.test(path))).toEqual([])
  })
})

describe('the exit code of constrained language mode', () => {
  it('means that only before the hello', () => {
    const end = { exitCode: 87, signal: 0, phase: 'starting', saidHello: false } as const
    expect(exitFailure(end).code).toBe('constrained-language')
    // The sign-in that failed meanwhile changes nothing.
    expect(exitFailure({ ...end, phase: 'failed' }).code).toBe('constrained-language')
    for (const phase of ['signing-in', 'connecting', 'connected', 'failed'] as const) {
      expect(exitFailure({ ...end, phase, saidHello: true })).toMatchObject({ code: 'shell-exited', message: expect.stringContaining('code 87') as string })
    }
  })
})
