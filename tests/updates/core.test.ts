import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Host, Updater } from '../../app/adapters.ts'
import type { MachineOptions } from '../../app/machine.ts'
import { engines } from '../engines.ts'
import { startCore, type CoreUnderTest } from '../sessions/core-on-this-machine.ts'

let folder: string
let machine: CoreUnderTest | undefined
const installed: boolean[] = []
const updater: Updater = {
  unavailable: null,
  check: async () => ({ version: '9.9.9', notes: '- New' }),
  download: async () => {},
  install({ restart }) {
    installed.push(restart)
    return restart ? 'quits' : 'at-end'
  }
}
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tenantry-core-'))
  installed.length = 0
})
afterEach(async () => {
  await machine?.dispose()
  machine = undefined
  rmSync(folder, { recursive: true, force: true })
})

async function start(options: Partial<MachineOptions> = {}, host: Partial<Host> = {}): Promise<CoreUnderTest> {
  machine = await startCore({ env: engines.at(-1)!.env, policyFile: join(folder, 'policy.json'), ...options }, host)
  return machine
}

describe('the core’s updates', () => {
  it('wait for the sessions that are open, and are offered at the end', async () => {
    const { call, open, until, core } = await start({ createUpdater: () => updater })
    expect(await call('updates.check', null)).toMatchObject({ phase: 'ready', version: '9.9.9' })
    const session = await open('Contoso demo')
    await until(session.id, ({ phase }) => phase === 'connected')
    await expect(call('updates.install', null)).rejects.toMatchObject({ code: 'update-sessions-open' })
    expect(installed).toEqual([])
    const finish = await core.updateAtQuit()
    await call('sessions.close', { id: session.id, force: true })
    await call('updates.install', null)
    finish!()
    expect(installed).toEqual([true, false])
  })

  it('are off by the computer’s policy, and remember their channel', async () => {
    writeFileSync(join(folder, 'policy.json'), '{"version":1,"updates":"off"}')
    const { call, core } = await start({ createUpdater: () => updater })
    expect(await call('updates.state', null)).toMatchObject({ phase: 'off', channel: 'stable', reason: expect.stringContaining('switches updates off') as string })
    await expect(call('updates.check', null)).rejects.toMatchObject({ code: 'updates-off' })
    expect(await call('updates.setChannel', { channel: 'beta' })).toMatchObject({ channel: 'beta' })
    expect((await call('updates.state', null)).channel).toBe('beta')
    expect(await core.updateAtQuit()).toBeNull()
  })
})

describe('a file of certificate authorities', () => {
  it('is chosen in the host’s dialog alone, refused where it is none, and used after a restart', async () => {
    let chosen = join(folder, 'none.pem')
    writeFileSync(chosen, 'nothing')
    const dataFolder = join(folder, 'data')
    const host = { chooseFile: async () => chosen }
    const { call } = await start({ dataFolder }, host)
    await expect(call('app.chooseCaFile', null)).rejects.toMatchObject({ code: 'ca-file-refused' })
    expect((await call('app.state', null)).trust.file).toBeNull()
    chosen = join(folder, 'ca.pem')
    writeFileSync(chosen, rootCertificates.join('\n'))
    expect((await call('app.chooseCaFile', null)).trust.file).toMatchObject({ path: chosen, problem: null })
    await machine!.dispose()
    const second = await start({ dataFolder }, host)
    expect((await second.call('app.state', null)).trust.file).toMatchObject({ path: chosen, problem: null })
    expect((await second.call('app.forgetCaFile', null)).trust.file).toBeNull()
    await machine!.dispose()
    writeFileSync(join(dataFolder, 'settings.json'), JSON.stringify({ version: 1, caFile: join(folder, 'gone.pem') }))
    const third = await start({ dataFolder }, host)
    expect((await third.call('app.state', null)).trust.file).toMatchObject({ problem: { code: 'ca-file-refused' } })
  })
})

describe('diagnostics and the log', () => {
  it('say versions and states, and nothing of a secret, a tenant or a token', async () => {
    const canary = `${randomBytes(2).toString('hex').slice(1)}8Q~${randomBytes(20).toString('hex')}`
    const { call, open, until, core, dataFolder } = await start()
    const session = await open('Contoso demo')
    await until(session.id, ({ phase }) => phase === 'connected')
    const failing = await open('Fabrikam demo')
    await until(failing.id, ({ phase }) => phase === 'connected')
    core.log.error(new Error(`planted ${canary}`))
    const { text } = await call('app.diagnostics', null)
    expect(text).toMatch(/^- Tenantry: test \(preview\)$/m)
    expect(text).toMatch(/^- Sessions: exchange connected, module [\d.]+, tenant \w+, token fresh; exchange connected/m)
    expect(text).toMatch(/^- Profiles: \d+ demo$/m)
    expect(text).toMatch(/^- Updates: off, stable: This is not an installed Tenantry\.$/m)
    const { tenantId, domain, apps } = core.demo.tenants[0]!
    const logged = readdirSync(join(dataFolder, 'logs')).map((name) => readFileSync(join(dataFolder, 'logs', name), 'utf8')).join('')
    expect(logged).toContain(`session ${session.id} exchange: connected`)
    expect(logged).toContain('planted [removed]')
    for (const secret of [canary, apps[0]!.clientSecret]) expect(text + logged).not.toContain(secret)
    for (const name of [tenantId, domain, 'Contoso']) expect(text).not.toContain(name)
    expect(text + logged).not.toMatch(/eyJ[\w-]{8}/)
  })
})
