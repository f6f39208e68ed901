import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { describeOnMainEngine } from '../engines.ts'
import { startCore, type CoreUnderTest } from './core-on-this-machine.ts'

describeOnMainEngine('what is typed before the prompt', ({ env }) => {
  let under: CoreUnderTest
  let home: string
  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'tenantry-home-'))
    under = await startCore({ env: { ...env, HOME: home, XDG_CONFIG_HOME: join(home, '.config') } })
  })
  afterAll(async () => {
    await under.dispose()
    rmSync(home, { recursive: true, force: true })
  })
  afterEach(async () => {
    for (const { id } of (await under.call('sessions.list', undefined)).sessions) await under.call('sessions.close', { id, force: true })
  })

  it('runs at the prompt, each line by its Enter', async () => {
    const { id } = await under.open('Contoso demo')
    const window = await under.attach(id)
    await under.until(id, ({ alive }) => alive)
    window.type('"typed " + "before the hello"\r')
    await under.until(id, ({ phase }) => phase === 'connecting' || phase === 'connected')
    window.type('"in " + (Get-AcceptedDomain)[0].Name\r')
    await window.shows(/typed before the hello\r/)
    await window.shows(/in contoso/)
  })

  it('is thrown away by Ctrl+C, which stops the connecting at once', async () => {
    under.core.demo.setLatency(3_000)
    const { id } = await under.open('Contoso demo')
    const window = await under.attach(id)
    await under.until(id, ({ phase }) => phase === 'connecting')
    window.type('"not" + " wanted"\r')
    // The keys belong to the shell once it has asked for the first thing.
    await expect.poll(() => under.core.demo.log.filter(({ service }) => service === 'exchange').length, { timeout: 20_000 }).toBeGreaterThan(0)
    window.type('\x03')
    await under.until(id, ({ phase }) => phase === 'failed')
    under.core.demo.setLatency(0)
    window.type('"still " + "here"\r')
    await window.shows(/still here\r/)
    expect(window.text).not.toContain('not wanted')
  })

  it('goes to a PowerShell profile that asks, whose error is shown, and the session goes on', async () => {
    const folder = join(home, '.config', 'powershell')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'profile.ps1'), '$script:word = Read-Host "The word"\n"heard <$script:word>"\nthrow "my profile is broken"\n')
    chmodSync(folder, 0o700)
    const { profiles } = await under.call('profiles.list', undefined)
    const { tenantId: _, initialDomain: __, signInId, ...draft } = profiles.find(({ name }) => name === 'Contoso demo')!
    await under.call('profiles.save', { profile: { ...draft, id: undefined, name: 'With my profile', loadPowerShellProfile: true }, signIn: { use: 'existing', id: signInId! } })
    const { id } = await under.open('With my profile')
    const window = await under.attach(id)
    await window.shows(/The word/)
    window.type('hello\r')
    await window.shows(/heard <hello>/)
    await window.shows(/my profile is broken/)
    await under.until(id, ({ phase }) => phase === 'connected')
    await window.shows(/With my profile[^\n]*PS> /)
    window.type('"goes " + "on"\r')
    await window.shows(/goes on\r/)
  })
})
