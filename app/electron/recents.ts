import type { App, MenuItemConstructorOptions, Task } from 'electron'
import type { Core } from '../core.ts'

/** What the dock's and the taskbar's menus have room for. */
export const mostRecents = 8

export interface RecentsOptions {
  platform: NodeJS.Platform
  core: Pick<Core, 'recentTenants' | 'onEvent'>
  app: Pick<App, 'setUserTasks'>
  /** Shows a menu at the dock's icon; macOS. */
  setDockMenu(template: MenuItemConstructorOptions[]): void
  /** The program that a task of the taskbar starts, and what goes before the link in its arguments. */
  program: { path: string; args: string[] }
  /** Opens a profile, as its link does. */
  open(profileId: string): void
}

/** The link that opens a profile; the id is a UUID. */
export const linkTo = (profileId: string): string => `tenantry://open/${profileId}`

/**
 * Keeps the recently used tenants in the dock's menu (macOS) or the taskbar's (Windows), as sessions are opened and
 * profiles change. Linux has no such list that an app can change. Returns the undo.
 */
export function followRecents({ platform, core, app, setDockMenu, program, open }: RecentsOptions): () => void {
  if (platform !== 'darwin' && platform !== 'win32') return () => {}
  let shown = ''
  const show = () => {
    const tenants = core.recentTenants().slice(0, mostRecents)
    const text = JSON.stringify(tenants)
    if (text === shown) return
    shown = text
    if (platform === 'darwin') setDockMenu(tenants.map(({ id, name }) => ({ label: name, click: () => open(id) })))
    else app.setUserTasks(tenants.map(({ id, name }): Task => ({
      program: program.path,
      arguments: [...program.args.map((arg) => `"${arg}"`), linkTo(id)].join(' '),
      title: name,
      description: `Open ${name}`,
      iconPath: program.path,
      iconIndex: 0
    })))
  }
  show()
  return core.onEvent((event) => {
    if (event === 'session.state' || event === 'profiles.changed') show()
  })
}
