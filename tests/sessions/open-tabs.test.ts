import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { OpenTabsFile } from '../../app/sessions/open-tabs.ts'
import { describeOnMainEngine } from '../engines.ts'
import { startCore, type CoreUnderTest } from './core-on-this-machine.ts'

const contoso = '6f1a2b34-5c6d-4e7f-8a90-1b2c3d4e5f60'

let folder: string
let file: string
let problems: string[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tenantry-tabs-'))
  file = join(folder, 'tabs.json')
  problems = []
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))
const open = () => new OpenTabsFile(file, (reason) => problems.push(reason))

describe('the file of open tabs', () => {
  it('is no problem where it is not there', () => {
    expect(open().read()).toEqual({ tabs: [], active: null })
    expect(problems).toEqual([])
  })

  it('keeps profile, service, order and the one in front', () => {
    const tabs = { tabs: [{ profileId: contoso, service: 'graph' as const }, { profileId: contoso, service: 'exchange' as const }, { profileId: contoso, service: 'exchange' as const }], active: 1 }
    const before = open()
    before.write({ tabs: [], active: null })
    before.write(tabs)
    before.flush()
    expect(open().read()).toEqual(tabs)
    expect(readdirSync(folder)).toEqual(['tabs.json'])
  })

  it.each([
    ['no JSON', '{'],
    ['of another version', JSON.stringify({ version: 2, tabs: [], active: null })],
    ['with a service that is none', JSON.stringify({ version: 1, tabs: [{ profileId: contoso, service: 'teams' }], active: 0 })],
    ['with a profile that is none', JSON.stringify({ version: 1, tabs: [{ profileId: '../../etc', service: 'exchange' }], active: 0 })]
  ])('is named and ignored where it is broken: %s', (_, text) => {
    writeFileSync(file, text)
    expect(open().read()).toEqual({ tabs: [], active: null })
    expect(problems).toEqual([expect.stringContaining(file)])
  })

  it('costs nobody a session where it can’t be written', () => {
    const before = new OpenTabsFile(join(folder, 'tabs.json', 'not-a-folder'), (reason) => problems.push(reason))
    writeFileSync(file, '')
    before.write({ tabs: [{ profileId: contoso, service: 'exchange' }], active: null })
    before.flush()
    expect(problems).toEqual([expect.stringContaining('can’t be written')])
  })
})

describeOnMainEngine('a core that starts again on its data folder', ({ env }) => {
  let running: CoreUnderTest
  const tabs = () => JSON.parse(readFileSync(join(folder, 'tabs.json'), 'utf8')) as { tabs: Array<{ profileId: string; service: string }>; active: number | null }
  const start = async () => (running = await startCore({ env, dataFolder: folder }))
  const profileOf = async (name: string) => (await running.call('profiles.list', null)).profiles.find((profile) => profile.name === name)!
  afterEach(() => running.dispose())

  /** Leaves three tabs behind, the second in front. */
  async function leaveTabs(): Promise<void> {
    await start()
    await running.open('Fabrikam demo')
    const { id } = await running.open('Contoso demo')
    await running.open('Contoso demo')
    await running.call('sessions.look', { id, isFocused: true })
    await running.core.dispose()
  }

  it('shows the tabs of before without connecting one, two of one profile as two', async () => {
    await leaveTabs()
    expect(tabs().tabs).toHaveLength(3)
    await start()
    const { sessions, activeId } = await running.call('sessions.list', null)
    expect(sessions.map(({ name, phase, alive }) => ({ name, phase, alive }))).toEqual(
      ['Fabrikam demo', 'Contoso demo', 'Contoso demo'].map((name) => ({ name, phase: 'restored', alive: false }))
    )
    expect(activeId).toBe(sessions[1]!.id)
    await expect(running.call('sessions.attach', { id: activeId! })).rejects.toMatchObject({ code: 'session-not-found' })
  })

  it('connects one in its place when it is opened, once', async () => {
    await leaveTabs()
    await start()
    const { sessions } = await running.call('sessions.list', null)
    const second = sessions[1]!.id
    await Promise.all([running.call('sessions.connect', { id: second, cols: 90, rows: 20 }), running.call('sessions.connect', { id: second, cols: 90, rows: 20 })])
    await running.until(second, ({ phase }) => phase === 'connected')
    const now = (await running.call('sessions.list', null)).sessions
    expect(now.map(({ id }) => id)).toEqual(sessions.map(({ id }) => id))
    expect(now.map(({ phase }) => phase)).toEqual(['restored', 'connected', 'restored'])
  })

  it('forgets a tab that is closed before it connected, and those of a profile that is deleted', async () => {
    await leaveTabs()
    await start()
    const { sessions } = await running.call('sessions.list', null)
    const removed: string[] = []
    running.core.onEvent((event, data) => {
      if (event === 'session.removed') removed.push((data as { id: string }).id)
    })
    await running.call('sessions.close', { id: sessions[2]!.id })
    await running.call('profiles.delete', { id: (await profileOf('Fabrikam demo')).id })
    expect(removed).toEqual([sessions[2]!.id, sessions[0]!.id])
    await running.core.dispose()
    expect(tabs()).toEqual({ version: 1, tabs: [{ profileId: sessions[1]!.profileId, service: 'exchange' }], active: 0 })
  })

  it('leaves out what has no profile or no such service any more, and says nothing', async () => {
    await start()
    const { id: profileId } = await profileOf('Contoso demo')
    await running.core.dispose()
    writeFileSync(file, JSON.stringify({ version: 1, tabs: [{ profileId: contoso, service: 'exchange' }, { profileId, service: 'compliance' }, { profileId, service: 'exchange' }], active: 2 }))
    await start()
    const { sessions, activeId } = await running.call('sessions.list', null)
    expect(sessions.map((session) => session.profileId)).toEqual([profileId])
    expect(activeId).toBe(sessions[0]!.id)
    expect((await running.call('app.state', null)).notices).toEqual([])
  })

  it('names a broken file in a notice', async () => {
    writeFileSync(file, 'tabs')
    await start()
    expect((await running.call('sessions.list', null)).sessions).toEqual([])
    expect((await running.call('app.state', null)).notices).toEqual([expect.objectContaining({ text: expect.stringContaining(file) })])
    expect(existsSync(file)).toBe(true)
  })
})
