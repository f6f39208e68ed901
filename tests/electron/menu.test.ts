import type { MenuItemConstructorOptions } from 'electron'
import { describe, expect, it } from 'vitest'
import { menuItemSchema, type MenuItem } from '../../app/contract.ts'
import { menuTemplate } from '../../app/electron/menu.ts'
import { shortcuts } from '../../renderer/shortcuts/shortcuts.ts'

type Item = MenuItemConstructorOptions
const platforms = ['darwin', 'win32', 'linux'] as const

const flat = (items: Item[]): Item[] => items.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? flat(item.submenu) : [])])
function menu(platform: NodeJS.Platform, isPackaged = true, keys: Record<string, string[]> = {}) {
  const chosen: MenuItem[] = []
  const items = flat(menuTemplate({ platform, isPackaged, keys, onChoose: (item) => chosen.push(item) }))
  return { items, chosen, roles: items.map(({ role }) => role).filter(Boolean), choose: (label: string) => (items.find((item) => item.label === label)!.click as () => void)() }
}

describe.each(platforms)('the menu on %s', (platform) => {
  it('can edit, zoom, go to full screen, quit, and tell what Tenantry is', () => {
    expect(menu(platform).roles).toEqual(expect.arrayContaining(['undo', 'redo', 'cut', 'copy', 'paste', 'selectAll', 'zoomIn', 'zoomOut', 'resetZoom', 'togglefullscreen', 'minimize', 'quit', 'about']))
  })

  it('reaches everything that the contract lets it ask for, each by one item', () => {
    const { items, chosen } = menu(platform)
    for (const { click } of items) (click as (() => void) | undefined)?.()
    expect(chosen.toSorted()).toEqual(menuItemSchema.options.toSorted())
  })

  it('has no reload and no developer tools in a package', () => {
    expect(menu(platform).roles).not.toEqual(expect.arrayContaining(['reload']))
    expect(menu(platform).roles.filter((role) => /reload|devtools/i.test(role!))).toEqual([])
    expect(menu(platform, false).roles).toEqual(expect.arrayContaining(['reload', 'toggleDevTools']))
  })

  it('copies diagnostics and looks for updates', () => {
    const { chosen, choose } = menu(platform)
    choose('Copy Diagnostics…')
    choose('Check for Updates…')
    expect(chosen).toEqual(['diagnostics', 'updates'])
  })
})

describe.each(['win32', 'linux'] as const)('the menu’s keys on %s', (platform) => {
  it('are F11 alone: what a shell reads is the shell’s', () => {
    for (const { role, accelerator, registerAccelerator, type, label } of menu(platform).items) {
      if (type === 'separator') continue
      expect(accelerator, label).toBeUndefined()
      if (role && role !== 'help' && role !== 'windowMenu') expect(registerAccelerator, role).toBe(role === 'togglefullscreen')
      expect(label ?? '').not.toContain('&')
    }
  })
})

describe('the menu’s keys on macOS', () => {
  it('are ⌘’s, and those that the window has too mean the same there', () => {
    const own = menu('darwin').items.filter(({ accelerator }) => accelerator)
    expect(own.map(({ label, accelerator }) => `${label}: ${accelerator}`)).toEqual([
      'Settings…: Command+,', 'New Profile…: Command+N', 'Save Scrollback…: Command+S', 'Close Session: Command+W', 'Close Window: Shift+Command+W', 'Snippets…: Shift+Command+S', 'Broadcast Input: Shift+Command+B', 'Actual Size: Alt+Command+0', 'Zoom In: Alt+Command+Plus', 'Zoom Out: Alt+Command+-'
    ])
    const inWindow = new Map(shortcuts.flatMap(({ action, keys }) => keys.mac.map((key) => [key.replace('Meta', 'Command'), action] as const)))
    expect(own.map(({ accelerator }) => inWindow.get(String(accelerator)))).toEqual(['settings', undefined, 'save-scrollback', 'close', undefined, 'snippets', 'broadcast', undefined, undefined, undefined])
  })

  it('are the changed ones where a person changed them, and none where they have no ⌘', () => {
    const accelerators = (keys: Record<string, string[]>) => Object.fromEntries(menu('darwin', true, keys).items.map(({ label, accelerator }) => [label, accelerator]))
    expect(accelerators({ close: ['Ctrl+Shift+W', 'Shift+Meta+ArrowLeft'], settings: ['Meta++'] })).toMatchObject({ 'Close Session': 'Shift+Command+Left', 'Settings…': 'Command+Plus' })
    expect(accelerators({ close: ['Ctrl+Shift+W'], settings: [] })).toMatchObject({ 'Close Session': undefined, 'Settings…': undefined })
  })

  it('begin with the app’s own menu', () => {
    const [first] = menuTemplate({ platform: 'darwin', isPackaged: true, onChoose() {} })
    expect((first!.submenu as Item[]).map(({ role, label, type }) => role ?? label ?? type)).toEqual(
      ['about', 'Check for Updates…', 'separator', 'Settings…', 'Lock…', 'separator', 'services', 'separator', 'hide', 'hideOthers', 'unhide', 'separator', 'quit']
    )
  })
})
