import type { MenuItemConstructorOptions } from 'electron'
import type { MenuItem } from '../contract.ts'

export interface MenuOptions {
  platform: NodeJS.Platform
  isPackaged: boolean
  /** The keys that a person changed, by the window's action, as the setting has them. */
  keys?: Readonly<Record<string, readonly string[]>>
  /** Tells the window what was chosen, and shows it. */
  onChoose(item: MenuItem): void
}

type Item = MenuItemConstructorOptions
const line: Item = { type: 'separator' }

/**
 * The application's menu. On macOS ⌘ is nobody's in a terminal, so its keys are the menu's. Elsewhere the menu takes no
 * key at all but F11: Ctrl+C, Ctrl+A, Ctrl+Q and Ctrl+W are the shell's, fields know the usual ones by themselves, and
 * Alt with a letter is PSReadLine's, so that no label has a mnemonic.
 */
export function menuTemplate({ platform, isPackaged, keys = {}, onChoose }: MenuOptions): Item[] {
  const isMac = platform === 'darwin'
  const item = (label: string, id: MenuItem, key?: string): Item => ({ label, click: () => onChoose(id), ...(isMac && key ? { accelerator: key } : {}) })
  const role = (role: NonNullable<Item['role']>, more: Item = {}): Item => ({ role, ...(isMac ? {} : { registerAccelerator: role === 'togglefullscreen' }), ...more })
  const keyOf = (action: string, first: string) => (Object.hasOwn(keys, action) ? acceleratorOf(keys[action]!) : first)
  const sections = { item, role, keyOf, isMac, isPackaged }
  return [...(isMac ? [appMenu(sections)] : []), fileMenu(sections), editMenu(sections), viewMenu(sections), windowMenu(sections), helpMenu(sections)]
}

/** The first of an action's keys that ⌘ is in, as Electron writes it. */
function acceleratorOf(chords: readonly string[]): string | undefined {
  const chord = chords.find((one) => one.includes('Meta+'))
  return chord?.replace(/\+$/, 'Plus').replace('Meta+', 'Command+').replace('Ctrl+', 'Control+').replace('Arrow', '')
}

interface Sections {
  /** The key of one of the window's actions that the menu has too: the changed one, where a person changed it. */
  keyOf(action: string, first: string): string | undefined
  item(label: string, id: MenuItem, key?: string): Item
  role(role: NonNullable<Item['role']>, more?: Item): Item
  isMac: boolean
  isPackaged: boolean
}

function appMenu({ item, role, keyOf }: Sections): Item {
  return {
    role: 'appMenu',
    submenu: [
      role('about'), item('Check for Updates…', 'updates'), line,
      item('Settings…', 'settings', keyOf('settings', 'Command+,')), item('Lock…', 'lock'), line,
      role('services'), line,
      role('hide'), role('hideOthers'), role('unhide'), line,
      role('quit')
    ]
  }
}

function fileMenu({ item, role, keyOf, isMac }: Sections): Item {
  return {
    label: 'File',
    submenu: [
      item('Go to a Tenant…', 'palette'), line,
      item('New Profile…', 'new-profile', 'Command+N'), item('Import…', 'import'), item('Export…', 'export'), item('Sign-ins…', 'sign-ins'), line,
      item('Save Scrollback…', 'save-scrollback', keyOf('save-scrollback', 'Command+S')),
      item('Close Session', 'close-session', keyOf('close', 'Command+W')),
      ...(isMac ? [role('close', { label: 'Close Window', accelerator: 'Shift+Command+W' })] : [item('Settings…', 'settings'), item('Lock…', 'lock'), line, role('quit', { label: 'Quit' })])
    ]
  }
}

function editMenu({ item, role, keyOf }: Sections): Item {
  return {
    label: 'Edit',
    submenu: [
      role('undo'), role('redo'), line, role('cut'), role('copy'), role('paste'), role('selectAll'), line,
      item('Snippets…', 'snippets', keyOf('snippets', 'Shift+Command+S')), item('Run Across Tenants…', 'runs'), item('Broadcast Input', 'broadcast', keyOf('broadcast', 'Shift+Command+B'))
    ]
  }
}

/** ⌘ with + and − are the terminals' own: here they enlarge all that the window shows. */
function viewMenu({ role, isMac, isPackaged }: Sections): Item {
  const zoom = (name: 'resetZoom' | 'zoomIn' | 'zoomOut', label: string, key: string) => role(name, { label, ...(isMac ? { accelerator: `Alt+Command+${key}` } : {}) })
  // A reload of a packaged app has no use, and its page no secrets to inspect.
  const forDevelopment = isPackaged ? [] : [role('reload'), role('toggleDevTools'), line]
  return { label: 'View', submenu: [...forDevelopment, zoom('resetZoom', 'Actual Size', '0'), zoom('zoomIn', 'Zoom In', 'Plus'), zoom('zoomOut', 'Zoom Out', '-'), line, role('togglefullscreen')] }
}

function windowMenu({ role, isMac }: Sections): Item {
  return { label: 'Window', role: 'windowMenu', submenu: isMac ? [role('minimize'), role('zoom'), line, role('front')] : [role('minimize')] }
}

function helpMenu({ item, role, isMac }: Sections): Item {
  return {
    label: 'Help',
    role: 'help',
    submenu: [
      item('How Do I Set This Up?', 'guide'), item('Keyboard Shortcuts…', 'shortcuts'), line,
      item('Explain a Token…', 'explain-token'), item('Expiring Credentials…', 'expiry'), item('Command Log…', 'commands'), item('Network…', 'network'), line,
      item('Copy Diagnostics…', 'diagnostics'), item('Third-Party Licences…', 'notices'),
      ...(isMac ? [] : [item('Check for Updates…', 'updates'), line, role('about', { label: 'About Tenantry' })])
    ]
  }
}
