import type { MenuItemConstructorOptions } from 'electron'
import type { MenuItem } from '../contract.ts'

export interface MenuOptions {
  platform: NodeJS.Platform
  isPackaged: boolean
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
export function menuTemplate({ platform, isPackaged, onChoose }: MenuOptions): Item[] {
  const isMac = platform === 'darwin'
  const item = (label: string, id: MenuItem, key?: string): Item => ({ label, click: () => onChoose(id), ...(isMac && key ? { accelerator: key } : {}) })
  const role = (role: NonNullable<Item['role']>, more: Item = {}): Item => ({ role, ...(isMac ? {} : { registerAccelerator: role === 'togglefullscreen' }), ...more })
  const sections = { item, role, isMac, isPackaged }
  return [...(isMac ? [appMenu(sections)] : []), fileMenu(sections), editMenu(sections), viewMenu(sections), windowMenu(sections), helpMenu(sections)]
}

interface Sections {
  item(label: string, id: MenuItem, key?: string): Item
  role(role: NonNullable<Item['role']>, more?: Item): Item
  isMac: boolean
  isPackaged: boolean
}

function appMenu({ item, role }: Sections): Item {
  return {
    role: 'appMenu',
    submenu: [
      role('about'), item('Check for Updates…', 'updates'), line,
      item('Lock…', 'lock'), line,
      role('services'), line,
      role('hide'), role('hideOthers'), role('unhide'), line,
      role('quit')
    ]
  }
}

function fileMenu({ item, role, isMac }: Sections): Item {
  return {
    label: 'File',
    submenu: [
      item('Go to a Tenant…', 'palette'), line,
      item('New Profile…', 'new-profile', 'Command+N'), item('Import…', 'import'), item('Export…', 'export'), item('Sign-ins…', 'sign-ins'), line,
      item('Close Session', 'close-session', 'Command+W'),
      ...(isMac ? [role('close', { label: 'Close Window', accelerator: 'Shift+Command+W' })] : [item('Lock…', 'lock'), line, role('quit', { label: 'Quit' })])
    ]
  }
}

function editMenu({ role }: Sections): Item {
  return { label: 'Edit', submenu: [role('undo'), role('redo'), line, role('cut'), role('copy'), role('paste'), role('selectAll')] }
}

function viewMenu({ role, isPackaged }: Sections): Item {
  // A reload of a packaged app has no use, and its page no secrets to inspect.
  const forDevelopment = isPackaged ? [] : [role('reload'), role('toggleDevTools'), line]
  return { label: 'View', submenu: [...forDevelopment, role('resetZoom'), role('zoomIn'), role('zoomOut'), line, role('togglefullscreen')] }
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
      item('Copy Diagnostics…', 'diagnostics'),
      ...(isMac ? [] : [item('Check for Updates…', 'updates'), line, role('about', { label: 'About Tenantry' })])
    ]
  }
}
