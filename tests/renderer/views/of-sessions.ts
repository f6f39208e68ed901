import { randomUUID } from 'node:crypto'
import type { Locator } from 'playwright-core'
import { frameType, packFrame } from '../../../app/contract.ts'
import { aFailure } from '../fake-data.ts'
import type { FakeSession } from '../fake-session.ts'
import { eventually, type TestWindow } from '../window-in-chromium.ts'
import { connectAndType, terminalOf, type View } from './view.ts'

/** Prints a command that failed and one that took a while, with their marks, as a shell does. */
async function printCommands(session: FakeSession): Promise<void> {
  // What is sent before is in the screen that the window gets, without marks.
  await eventually(() => session.isAttached, Boolean)
  const nonce = randomUUID().replaceAll('-', '')
  session.sendFrame(packFrame(frameType.marks, session.received, Buffer.from(JSON.stringify({ nonce }))))
  const mark = (text: string) => `\x1b]633;${text};${nonce}\x07`
  for (const [line, success, milliseconds] of [['Get-Mailbox', 1, 300], ['Get-MailboxStatistics', 0, 43_000]] as const)
    session.print(`${mark('A')}PS> ${mark('B')}${line}\r\n${mark(`E;${line};whole`)}${mark('C;1764000000000')}a line of it \x1b[90mand a grey one\x1b[0m\r\n${mark(`D;${success};${milliseconds}`)}`)
  await eventually(() => session.acknowledged, (bytes) => bytes === session.received)
}

async function twoPanes(window: TestWindow): Promise<void> {
  const { page, tenant } = window
  await connectAndType(window, 'Tenant 3')
  await tenant('Contoso demo').click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Open in a split right' }).click()
  await terminalOf(window, 'Contoso demo').and(page.locator(':focus')).waitFor()
}

async function pointAtLink(window: TestWindow): Promise<void> {
  const { core, page } = window
  await connectAndType(window, 'Tenant 0')
  core.sessionOf('Tenant 0').print('\r\n\x1b]8;;https://evil.example/\x1b\\https://contoso.example/\x1b]8;;\x1b\\\r\n')
  // The text is drawn under the layer that takes the pointer.
  await page.getByText('https://contoso.example/').hover({ force: true })
  await page.getByRole('tooltip').waitFor()
}

const mailboxes = Array.from({ length: 40 }, (_, at) => ({ DisplayName: `Mailbox ${at}`, Size: `${at + 1}.2 GB (${(at + 1) * 1_288_490_189} bytes)`, Kind: at % 2 ? 'Shared' : 'User' }))

async function aTable(window: TestWindow): Promise<Locator> {
  const { core, page } = window
  await connectAndType(window, 'Tenant 0')
  core.grids.show(core.sessionOf('Tenant 0').view.id, 'Get-Mailbox', mailboxes)
  const table = page.getByRole('grid')
  await table.getByText('Mailbox 1', { exact: true }).waitFor()
  await table.focus()
  return table
}

/** What a session shows, in its pane and around it. */
export const sessionViews: View[] = [
  {
    name: 'a session that starts',
    async open({ core, page, tenant }) {
      core.connects = false
      await tenant('Tenant 1').dblclick()
      await page.getByRole('status').filter({ hasText: /^Starting/ }).waitFor()
    }
  },
  {
    name: 'a connected session with marks beside its commands',
    async open(window) {
      const { core, page } = window
      await connectAndType(window, 'Tenant 0')
      await printCommands(core.sessionOf('Tenant 0'))
      await page.getByRole('button', { name: /^Get-MailboxStatistics/ }).waitFor()
    }
  },
  {
    name: 'a command’s menu',
    async open(window) {
      await connectAndType(window, 'Tenant 0')
      await printCommands(window.core.sessionOf('Tenant 0'))
      await window.page.keyboard.press('Control+Shift+M')
      await window.page.getByRole('menu', { name: 'Command' }).waitFor()
      return terminalOf(window, 'Tenant 0')
    }
  },
  {
    name: 'a terminal that a screen reader reads',
    async open(window) {
      const { core, page } = window
      core.settings.set('terminal.screenReader', true)
      await connectAndType(window, 'Tenant 0')
      await printCommands(core.sessionOf('Tenant 0'))
      await page.locator('.xterm-accessibility [role=listitem]').first().waitFor()
    }
  },
  {
    name: 'a failure and all that a strip can warn of',
    async open(window) {
      const { core, page } = window
      await connectAndType(window, 'Tenant 5')
      const session = core.sessionOf('Tenant 5')
      core.changeSession(session, { standIn: true, busy: true, clockSkewSeconds: 700, tenant: { ...session.view.tenant, proof: 'unconfirmed' }, tokenExpiresOn: Date.now() + 60_000, moduleVersion: null, isReadOnly: true, transcript: { path: '/data/transcripts/Tenant-5.txt', problem: 'The transcript is not written: the disk is full.' } })
      core.changeSession(session, { phase: 'failed', failure: aFailure({ message: 'The client secret has expired.', hint: 'Make a new secret.' }), guard: { question: null, quietUntil: Date.now() + 600_000, pauseMinutes: 10 } })
      await page.getByRole('alert').waitFor()
    }
  },
  {
    name: 'a question of the guard',
    async open(window) {
      const { core, page } = window
      await connectAndType(window, 'Tenant 0')
      const question = { id: randomUUID(), command: 'Remove-Mailbox', objects: ['adele@contoso.example', 'alex@contoso.example'], more: 3, fromPipeline: true, parameters: ['-Force'] }
      core.changeSession(core.sessionOf('Tenant 0'), { guard: { question, quietUntil: null, pauseMinutes: 10 } })
      await page.getByRole('alertdialog').waitFor()
    }
  },
  {
    name: 'the search in a terminal, with an expression that is none',
    async open(window) {
      const { page } = window
      await connectAndType(window, 'Tenant 0')
      await page.keyboard.press('Control+Shift+F')
      const bar = page.getByRole('search', { name: 'Find in the terminal of Tenant 0' })
      await bar.getByRole('button', { name: 'Regular expression' }).click()
      await bar.getByRole('textbox', { name: 'Find' }).fill('(')
      await bar.getByRole('alert').waitFor()
      return terminalOf(window, 'Tenant 0')
    }
  },
  {
    name: 'a terminal’s menu',
    async open(window) {
      await connectAndType(window, 'Tenant 0')
      window.core.settings.set('terminal.rightClick', 'menu')
      await window.page.getByRole('region', { name: 'Terminal Tenant 0', exact: true }).click({ button: 'right' })
      await window.page.getByRole('menu').waitFor()
      return terminalOf(window, 'Tenant 0')
    }
  },
  {
    name: 'a paste that is looked at',
    async open(window) {
      const { core, page } = window
      await connectAndType(window, 'Tenant 0')
      core.sessionOf('Tenant 0').print('\x1b[?2004h')
      await page.evaluate(() => navigator.clipboard.writeText('one\ttwo\n\x1b[201~three\n'))
      await page.keyboard.press('Control+Shift+KeyV')
      await page.getByRole('dialog', { name: /^Paste 2 lines/ }).waitFor()
      return terminalOf(window, 'Tenant 0')
    }
  },
  {
    name: 'a link that says another address than its own, under the pointer',
    open: pointAtLink
  },
  {
    name: 'a question before such a link is opened',
    async open(window) {
      await pointAtLink(window)
      await window.page.getByText('https://contoso.example/').click({ modifiers: ['Control'], force: true })
      await window.page.getByRole('alertdialog').waitFor()
      return terminalOf(window, 'Tenant 0')
    }
  },
  {
    name: 'two panes side by side',
    open: twoPanes
  },
  {
    name: 'a pane’s menu',
    async open(window) {
      await twoPanes(window)
      const more = window.page.getByRole('button', { name: 'More for the pane Tenant 3' })
      await more.click()
      await window.page.getByRole('menu').waitFor()
      return more
    }
  },
  {
    name: 'one of two panes alone',
    async open(window) {
      await twoPanes(window)
      await window.page.keyboard.press('Control+Shift+X')
      await window.page.getByRole('button', { name: '1 more' }).waitFor()
    }
  },
  {
    name: 'a pane of the last time that is not connected yet',
    async open({ core, page }) {
      core.restoreTab('Tenant 1')
      core.restoreTab('Tenant 2')
      await page.reload()
      await page.getByRole('tab', { name: 'Tenant 2', exact: true }).waitFor()
      // Walking along the tabs connects nothing.
      await page.getByRole('tab', { selected: true }).focus()
      await page.keyboard.press('End')
      await page.keyboard.press('Home')
      await page.getByText('It is not connected yet.').first().waitFor()
    }
  },
  {
    name: 'a table of results',
    async open(window) {
      await aTable(window)
      await window.page.keyboard.press('ArrowRight')
    }
  },
  {
    name: 'the choice of a table’s columns',
    async open(window) {
      const table = await aTable(window)
      await window.page.getByRole('button', { name: 'Columns' }).click()
      await window.page.getByRole('dialog', { name: 'Columns' }).waitFor()
      return table
    }
  },
  {
    name: 'a whole value of a table, over one with rows to choose',
    async open(window) {
      const { core, page } = window
      const table = await aTable(window)
      core.grids.show(core.sessionOf('Tenant 0').view.id, 'Get-Mailbox', mailboxes, 'multiple')
      await page.getByText('The command waits').waitFor()
      await table.focus()
      await page.keyboard.press('Space')
      await page.keyboard.press('Enter')
      await page.getByRole('dialog', { name: 'DisplayName' }).waitFor()
      return table
    }
  },
  {
    name: 'the token panel with all claims',
    async open(window) {
      const { core, page } = window
      core.claims = { roles: ['Exchange.ManageAsApp', 'Mail.Read'], appidacr: '1', wids: ['62e90394-69f5-4237-9190-012177145e10', randomUUID()] }
      await connectAndType(window, 'Tenant 0')
      await page.getByRole('button', { name: 'Token', exact: true }).click()
      await page.getByRole('button', { name: 'All claims' }).click()
    },
    leave: ({ page }) => page.getByRole('button', { name: 'Token', exact: true }).press('Enter')
  }
]
