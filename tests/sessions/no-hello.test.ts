import { afterEach, beforeEach, expect, it } from 'vitest'
import { describeOnMainEngine } from '../engines.ts'
import { startCore, type CoreUnderTest } from './core-on-this-machine.ts'
import { SilentShell } from './silent-shell.ts'

describeOnMainEngine('a shell that never says hello, before a reconnect', (engine) => {
  let shell: SilentShell
  let under: CoreUnderTest
  let id: string
  beforeEach(async () => {
    shell = new SilentShell(engine)
    under = await startCore({ env: shell.env, helloDeadlineMs: 1_000 })
    id = (await under.open('Contoso demo')).id
  })
  afterEach(async () => {
    await under.dispose()
    shell.dispose()
  })

  it('is reported after the deadline, and its terminal stays to be looked at', async () => {
    const view = await under.until(id, ({ phase }) => phase === 'failed')
    expect(view.failure).toMatchObject({ code: 'shell-no-hello', message: expect.stringContaining('within 1 s') as string, retryable: true })
    expect(view.detail).toBe(view.failure!.message)
    expect([view.canReconnect, view.alive]).toEqual([true, true])
  })

  it('is ended by a reconnect, which connects where the shell now speaks', async () => {
    await under.until(id, ({ phase }) => phase === 'failed')
    expect(shell.pids).toHaveLength(2)
    shell.speak()
    // A cold engine takes longer than a test wants to wait for a silent one.
    under.options.helloDeadlineMs = undefined
    await under.call('sessions.reconnect', { id })
    const view = await under.until(id, ({ phase }) => phase === 'connected')
    expect(view.failure).toBeNull()
    await shell.gone()
  })

  it('is ended by closing its session', async () => {
    await under.until(id, ({ phase }) => phase === 'failed')
    await under.call('sessions.close', { id })
    expect((await under.call('sessions.list', undefined)).sessions).toEqual([])
    await shell.gone()
  })

  it('is ended by closing its session before the deadline', async () => {
    while (shell.pids.length === 0) await new Promise((resolve) => setTimeout(resolve, 20))
    await under.call('sessions.close', { id })
    await shell.gone()
  })
})
