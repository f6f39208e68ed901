import type { Locator } from 'playwright-core'
import type { FakeMainProcess } from '../fake-main-process.ts'
import type { TestWindow } from '../window-in-chromium.ts'
import { openTool, terminalOf, type View } from './view.ts'

/** Two snippets, one of which asks for values. */
export const keep = async (core: FakeMainProcess) => {
  if (core.snippets.list().length > 0) return
  await core.snippets.save({ profileId: null, name: 'Who forwards', text: 'Get-Mailbox {{The mailbox}} -ResultSize {{Most=10}} |\n  Where-Object ForwardingSmtpAddress' })
  await core.snippets.save({ profileId: core.profiles[0]!.id, name: 'Own', text: 'Get-Date' })
}

const list = ({ page }: TestWindow) => page.getByRole('dialog', { name: 'Snippets', exact: true })

async function openList(window: TestWindow): Promise<Locator> {
  await keep(window.core)
  const tools = await openTool(window, 'Snippets…')
  await list(window).getByRole('listitem').nth(1).waitFor()
  return tools
}

async function broadcast(window: TestWindow): Promise<void> {
  const { page, core, connect, tenant } = window
  await connect('Tenant 3')
  for (const [name, item] of [['Contoso demo', 'Open in a split right'], ['Fabrikam demo', 'Open in a split down']] as const) {
    await tenant(name).click({ button: 'right' })
    await page.getByRole('menuitem', { name: item }).click()
    await page.getByRole('status').filter({ hasText: /^Connected/ }).waitFor()
    await terminalOf(window, name).waitFor()
  }
  await page.keyboard.press('Control+Shift+B')
  const question = page.getByRole('alertdialog', { name: 'Broadcast into production?' })
  await question.getByRole('button', { name: 'Broadcast', exact: true }).press('Enter')
  await page.getByRole('button', { name: 'Stop broadcasting' }).waitFor()
  core.changeSession(core.sessionOf('Contoso demo'), { phase: 'failed', detail: 'It failed.' })
  await page.locator('[data-broadcast=left-out]').waitFor()
}

/** Snippets, and what is typed in one session for several. */
export const snippetViews: View[] = [
  { name: 'the snippets', open: openList },
  {
    name: 'a snippet that is wrong',
    async open(window) {
      const tools = await openList(window)
      await list(window).getByRole('button', { name: 'New snippet…' }).press('Enter')
      const editor = window.page.getByRole('dialog', { name: 'New snippet' })
      await editor.getByLabel('PowerShell').fill("'{{Who}}'")
      await editor.getByRole('button', { name: 'Save' }).click()
      await editor.locator('[aria-invalid=true]').first().waitFor()
      return tools
    },
    async leave({ page }) {
      await page.keyboard.press('Escape')
      await page.getByRole('button', { name: 'Throw away' }).press('Enter')
      await page.getByRole('dialog', { name: 'Snippets', exact: true }).waitFor()
      await page.keyboard.press('Escape')
    }
  },
  {
    name: 'a snippet that could not be run everywhere',
    async open(window) {
      const { core, page, connect } = window
      await connect('Tenant 1')
      await connect('Contoso demo')
      core.changeSession(core.sessionOf('Contoso demo'), { busy: true })
      const tools = await openList(window)
      await list(window).getByRole('button', { name: 'Run Who forwards…' }).press('Enter')
      const run = page.getByRole('dialog', { name: 'Run “Who forwards”' })
      await run.getByLabel('The mailbox').fill('anna')
      await run.getByRole('checkbox', { name: 'Tenant 1' }).check()
      await run.getByRole('button', { name: 'Run' }).press('Enter')
      await page.getByRole('alertdialog').getByRole('button', { name: 'Run' }).press('Enter')
      await run.getByRole('alert').waitFor()
      return tools
    }
  },
  {
    name: 'the choice of whom to broadcast to',
    async open(window) {
      await window.connect('Tenant 2')
      await window.connect('Contoso demo')
      return openTool(window, 'Broadcast input…')
    }
  },
  {
    name: 'a broadcast of which one pane is left out',
    open: broadcast,
    leave: ({ page }) => page.getByRole('button', { name: 'Stop broadcasting' }).press('Enter')
  }
]
