import { randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { OpenTabsFile, type OpenPane, type OpenTab, type OpenTabs } from '../../app/sessions/open-tabs.ts'
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

const pane = (service: OpenPane['service']): OpenPane => ({ profileId: contoso, service })
const halves = (first: OpenPane, second: OpenPane): OpenTab['layout'] => ({ split: 'down', ratio: 0.25, first: { pane: first }, second: { pane: second } })
const aTab = (layout: OpenTab['layout']): OpenTab => ({ name: null, isPinned: false, isZoomed: false, active: 0, layout })

describe('the file of open tabs', () => {
  it('is no problem where it is not there', () => {
    expect(open().read()).toEqual({ tabs: [], active: null })
    expect(problems).toEqual([])
  })

  it('keeps profile, service, order and the one in front', () => {
    const tabs: OpenTabs = {
      tabs: [aTab({ pane: pane('graph') }), { ...aTab(halves(pane('exchange'), pane('exchange'))), name: 'Migration', isPinned: true, isZoomed: true, active: 1 }],
      active: 1
    }
    const before = open()
    before.write({ tabs: [], active: null })
    before.write(tabs)
    before.flush()
    expect(open().read()).toEqual(tabs)
    expect(readdirSync(folder)).toEqual(['tabs.json'])
  })

  it.each([
    ['no JSON', '{'],
    ['of another version', JSON.stringify({ version: 3, tabs: [], active: null })],
    ['with a service that is none', JSON.stringify({ version: 1, tabs: [{ profileId: contoso, service: 'teams' }], active: 0 })],
    ['with a profile that is none', JSON.stringify({ version: 1, tabs: [{ profileId: '../../etc', service: 'exchange' }], active: 0 })],
    ['with no layout', JSON.stringify({ version: 2, tabs: [{ name: null }], active: 0 })]
  ])('is named, set aside and ignored where it is broken: %s', (_, text) => {
    writeFileSync(file, text)
    expect(open().read()).toEqual({ tabs: [], active: null })
    expect(problems).toEqual([expect.stringContaining(file)])
    expect(readFileSync(join(folder, 'tabs.broken.json'), 'utf8')).toBe(text)
  })

  it('of version 1 is read: a session in each tab', () => {
    writeFileSync(file, JSON.stringify({ version: 1, tabs: [pane('graph'), pane('exchange')], active: 1 }))
    expect(open().read()).toEqual({ tabs: [aTab({ pane: pane('graph') }), aTab({ pane: pane('exchange') })], active: 1 })
    expect(problems).toEqual([])
  })

  it('loses only what is broken in it, which is counted and set aside', () => {
    const whole = aTab(halves(pane('exchange'), pane('graph')))
    const half = { ...aTab(halves(pane('exchange'), { ...pane('graph'), service: 'teams' } as never)), name: 'Half' }
    const text = JSON.stringify({ version: 2, tabs: ['nothing', half, { ...whole, name: 7, active: 99 }], active: 2 })
    writeFileSync(file, text)
    expect(open().read()).toEqual({ tabs: [{ ...half, layout: { pane: pane('exchange') } }, { ...whole, active: 1 }], active: 1 })
    expect(problems).toEqual([expect.stringMatching(/^3 parts of the tabs.*The rest is opened\..*tabs\.broken\.json/)])
    expect(readFileSync(join(folder, 'tabs.broken.json'), 'utf8')).toBe(text)
  })

  it('costs nobody a session where it can’t be written', () => {
    const before = new OpenTabsFile(join(folder, 'tabs.json', 'not-a-folder'), (reason) => problems.push(reason))
    writeFileSync(file, '')
    before.write({ tabs: [aTab({ pane: pane('exchange') })], active: null })
    before.flush()
    expect(problems).toEqual([expect.stringContaining('can’t be written')])
  })
})

describeOnMainEngine('a core that starts again on its data folder', ({ env }) => {
  let running: CoreUnderTest
  const tabs = () => JSON.parse(readFileSync(join(folder, 'tabs.json'), 'utf8')) as OpenTabs & { version: 2 }
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
    expect(tabs()).toEqual({ version: 2, tabs: [aTab({ pane: { profileId: sessions[1]!.profileId, service: 'exchange' } })], active: 0 })
  })

  it('brings a layout back: names, pins and halves, with the active pane; what is gone leaves its place to the other half', async () => {
    await start()
    const one = await running.open('Fabrikam demo')
    const two = await running.open('Contoso demo')
    const three = await running.open('Contoso demo')
    const layout = { split: 'right' as const, ratio: 0.3, first: { pane: one.id }, second: { split: 'down' as const, ratio: 0.6, first: { pane: two.id }, second: { pane: three.id } } }
    await running.call('sessions.look', { id: three.id, isFocused: true, beside: [one.id, two.id] })
    await running.call('sessions.arrange', { tabs: [{ id: randomUUID(), name: 'Both', isPinned: true, isZoomed: false, active: three.id, layout }] })
    await running.core.dispose()
    await start()
    const back = await running.call('sessions.list', null)
    const ids = back.sessions.map(({ id }) => id)
    expect(back.sessions.map(({ name, phase }) => `${name} ${phase}`)).toEqual(['Fabrikam demo restored', 'Contoso demo restored', 'Contoso demo restored'])
    expect(back.tabs).toEqual([expect.objectContaining({ name: 'Both', isPinned: true, active: ids[2], layout: { ...layout, first: { pane: ids[0] }, second: { ...layout.second, first: { pane: ids[1] }, second: { pane: ids[2] } } } })])
    expect(back.activeId).toBe(ids[2])
    await running.call('profiles.delete', { id: (await profileOf('Fabrikam demo')).id })
    const after = await running.call('sessions.list', null)
    expect(after.tabs.map(({ layout }) => layout)).toEqual([{ split: 'down', ratio: 0.6, first: { pane: ids[1] }, second: { pane: ids[2] } }])
    await expect(running.call('sessions.arrange', { tabs: [{ ...after.tabs[0]!, layout: { split: 'right', ratio: 7, first: { pane: ids[1]! }, second: { pane: ids[2]! } } }] })).rejects.toMatchObject({ code: 'bad-input' })
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
