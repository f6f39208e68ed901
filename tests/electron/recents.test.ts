import type { MenuItemConstructorOptions, Task } from 'electron'
import { afterEach, describe, expect, it } from 'vitest'
import type { Core } from '../../app/core.ts'
import { createEvents } from '../../app/dispatcher.ts'
import { followRecents } from '../../app/electron/recents.ts'
import { describeOnMainEngine } from '../engines.ts'
import { aProfile, aSession } from '../renderer/fake-data.ts'
import { startCore, type CoreUnderTest } from '../sessions/core-on-this-machine.ts'

const tenants = Array.from({ length: 10 }, (_, index) => ({ id: `6f1a2b34-5c6d-4e7f-8a90-1b2c3d4e5f6${index}`, name: `Tenant ${index}` }))

function follow(platform: NodeJS.Platform, recentTenants: Core['recentTenants']) {
  const { emit, onEvent } = createEvents(() => {})
  const dock: MenuItemConstructorOptions[][] = []
  const tasks: Task[][] = []
  const opened: string[] = []
  followRecents({
    platform,
    core: { recentTenants, onEvent },
    app: { setUserTasks: (list) => tasks.push(list) > 0 },
    setDockMenu: (template) => dock.push(template),
    program: { path: 'C:\\Program Files\\Tenantry\\Tenantry.exe', args: ['C:\\my code'] },
    open: (id) => opened.push(id)
  })
  return { emit, dock, tasks, opened }
}

describe('the recent tenants', () => {
  it('are the dock’s menu on macOS, eight of them by name, and open theirs', () => {
    const { dock, tasks, opened } = follow('darwin', () => tenants)
    expect(dock.at(-1)!.map(({ label }) => label)).toEqual(tenants.slice(0, 8).map(({ name }) => name))
    ;(dock.at(-1)![2]!.click as () => void)()
    expect(opened).toEqual([tenants[2]!.id])
    expect(tasks).toEqual([])
  })

  it('are the taskbar’s tasks on Windows, each a link by id alone', () => {
    const { dock, tasks } = follow('win32', () => [{ id: tenants[0]!.id, name: 'Contoso" --inspect' }])
    expect(tasks.at(-1)).toEqual([expect.objectContaining({ title: 'Contoso" --inspect', program: 'C:\\Program Files\\Tenantry\\Tenantry.exe', arguments: `"C:\\my code" tenantry://open/${tenants[0]!.id}` })])
    expect(dock).toEqual([])
  })

  it('are told to the system again only where they changed', () => {
    let list = tenants
    const { emit, dock } = follow('darwin', () => list)
    const profile = aProfile({ name: 'Contoso' })
    emit('session.state', aSession(profile))
    expect(dock).toHaveLength(1)
    list = list.slice(1)
    emit('profiles.changed', { profiles: [], signIns: [] })
    expect(dock.at(-1)!.map(({ label }) => label)).toEqual(tenants.slice(1, 9).map(({ name }) => name))
  })
})

describeOnMainEngine('the recent tenants of a core', ({ env }) => {
  let running: CoreUnderTest
  afterEach(() => running.dispose())

  it('are those that were opened, the most used one first, without a deleted one', async () => {
    running = await startCore({ env })
    const names = () => running.core.recentTenants().map(({ name }) => name)
    expect(names()).toEqual([])
    await running.open('Contoso demo')
    await running.open('Fabrikam demo')
    await running.open('Fabrikam demo')
    expect(names()).toEqual(['Fabrikam demo', 'Contoso demo'])
    await running.call('profiles.delete', { id: running.core.recentTenants()[0]!.id })
    expect(names()).toEqual(['Contoso demo'])
  })
})
