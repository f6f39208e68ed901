import { aFailure, aModuleList } from '../fake-data.ts'
import { colours, connectAndType, type View } from './view.ts'

/** What the window itself shows: its bars, menus and whole pages. */
export const windowViews: View[] = [
  { name: 'the first start', open: async () => {} },
  {
    name: 'a search that finds nothing',
    open: ({ page }) => page.getByRole('searchbox').fill('nothing of this name')
  },
  {
    name: 'the palette',
    async open({ page }) {
      const search = page.getByRole('searchbox')
      await search.focus()
      await page.keyboard.press('Control+Shift+P')
      await page.getByRole('option').first().waitFor()
      return search
    }
  },
  {
    name: 'the palette without a match',
    async open({ page }) {
      const search = page.getByRole('searchbox')
      await search.focus()
      await page.keyboard.press('Control+Shift+P')
      await page.getByRole('combobox').fill('nothing of this name')
      await page.getByText('Nothing matches').waitFor()
      return search
    }
  },
  {
    name: 'a tenant’s menu',
    async open({ page, tenant }) {
      await tenant('Tenant 0').click({ button: 'right' })
      await page.getByRole('menu').waitFor()
      return tenant('Tenant 0')
    }
  },
  {
    name: 'the tools',
    async open({ page }) {
      const tools = page.getByRole('banner').getByRole('button', { name: 'Tools' })
      await tools.click()
      await page.getByRole('menu').waitFor()
      return tools
    }
  },
  {
    name: 'notices, a refusal, and all that the status bar says of what is wrong',
    async open(window) {
      const { core, page } = window
      await connectAndType(window, 'Tenant 5')
      core.changeState({
        notices: (['info', 'warning', 'error'] as const).map((level) => ({ id: level, level, text: `A notice of the level ${level}.` })),
        keychain: { available: false, name: 'Secret Service', reason: 'It is locked.' },
        modules: aModuleList(null),
        trust: { systemCertificates: 140, file: { path: '/home/admin/proxy.pem', subjects: [], problem: aFailure({ message: 'It has gone.' }) } }
      })
      core.changeUpdates({ phase: 'ready', version: '1.2.3' })
      core.failNext('grids.showLast', aFailure({ message: 'The last command’s result can’t be shown.', hint: 'It took a Format command.' }))
      await page.getByRole('button', { name: 'Table', exact: true }).click()
      await page.getByRole('alert').waitFor()
    },
    leave: ({ page }) => page.getByRole('alert').getByRole('button', { name: 'Dismiss' }).press('Enter')
  },
  {
    name: 'tabs of every colour, one pinned and one that is being named',
    async open(window) {
      const { page } = window
      for (const index of colours.keys()) await connectAndType(window, `Tenant ${index}`)
      await page.getByRole('tab', { name: 'Tenant 6', exact: true }).click({ button: 'right' })
      await page.getByRole('menuitem', { name: /^Pin/ }).click()
      await page.getByRole('tab', { name: 'Tenant 7', exact: true }).focus()
      await page.keyboard.press('F2')
      await page.getByRole('textbox', { name: /^Name of the tab/ }).waitFor()
    }
  },
  {
    name: 'a tab’s menu',
    async open(window) {
      const { page } = window
      await connectAndType(window, 'Tenant 1')
      const tab = page.getByRole('tab', { name: 'Tenant 1', exact: true })
      await tab.focus()
      await page.keyboard.press('ContextMenu')
      await page.getByRole('menu').waitFor()
      return tab
    }
  },
  {
    name: 'a question before a tab is closed in which a command runs',
    async open(window) {
      const { core, page } = window
      await connectAndType(window, 'Tenant 1')
      core.changeSession(core.sessionOf('Tenant 1'), { busy: true })
      await page.getByText('running', { exact: true }).first().waitFor()
      const close = page.getByRole('button', { name: 'Close tab Tenant 1' })
      await close.click()
      await page.getByRole('alertdialog').waitFor()
      return close
    }
  },
  {
    name: 'a locked window that stays locked',
    async open({ core, page }) {
      core.lock()
      core.failNext('lock.unlock', aFailure({ code: 'unlock-refused', message: 'It stays locked: the computer did not confirm that it is you.' }))
      await page.getByRole('button', { name: 'Unlock' }).click()
      await page.getByRole('alert').waitFor()
    },
    leave: ({ page }) => page.getByRole('button', { name: 'Unlock' }).press('Enter')
  },
  {
    name: 'a window that another one replaced',
    async open({ core, page }) {
      core.emit('window.replaced', {})
      await page.getByRole('button', { name: 'Use it here' }).waitFor()
    },
    leave: ({ page }) => page.getByRole('button', { name: 'Use it here' }).press('Enter')
  }
]
