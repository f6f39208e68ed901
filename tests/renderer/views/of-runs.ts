import type { Locator } from 'playwright-core'
import type { RunTenant, RunView } from '../../../app/contract.ts'
import { aFailure } from '../fake-data.ts'
import type { FakeMainProcess } from '../fake-main-process.ts'
import type { TestWindow } from '../window-in-chromium.ts'
import { keep } from './of-snippets.ts'
import { openTool, type View } from './view.ts'

const dialogOf = ({ page }: TestWindow) => page.getByRole('dialog', { name: 'Run across tenants' })

/** What becomes of the tenants of a run, by turns. */
const fates: Array<Partial<RunTenant>> = [
  { state: 'done', detail: '', seconds: 4.2, rows: 12 },
  { state: 'failed', seconds: 72, errors: 7, detail: 'It is not there.', failure: aFailure({ message: 'The mailbox is not there.', hint: 'See https://learn.microsoft.com/powershell/exchange/.' }), errorSentences: ['The mailbox is not there.', 'Nor is this one.'] },
  { state: 'running', detail: 'Runs the script', seconds: 3 },
  { state: 'throttled', detail: 'The service asked to wait for 30 s', seconds: 41 },
  { state: 'connecting', detail: 'Connecting to Exchange Online', seconds: 1 },
  { state: 'starting', detail: 'Starting PowerShell', seconds: 0.2 },
  { state: 'cancelled', detail: 'Cancelled' },
  { state: 'waiting' }
]

/** A run in all tenants of the window, each in another state. */
function aRun({ profiles, runs }: FakeMainProcess, change: Partial<RunView> = {}, fate = (at: number) => fates[at % fates.length]!): RunView {
  const { id } = runs.handlers()['runs.start']({ profileIds: profiles.map((profile) => profile.id), title: '', script: 'Get-Mailbox |\n  Select-Object DisplayName', service: 'exchange', atOnce: 4, isReadOnly: true })
  const run = runs.get(id)
  runs.set(id, { secondsLeft: 62, tenants: run.tenants.map((tenant, at) => ({ ...tenant, ...fate(at) })), ...change })
  return run
}

function withTable(core: FakeMainProcess, { id }: RunView): void {
  const grid = core.grids.show(id, 'Get-Mailbox', Array.from({ length: 40 }, (_, at) => ({ Tenant: `Tenant ${at % 8}`, DisplayName: `Mailbox ${at}` })))
  core.runs.set(id, { gridId: grid.view.id })
}

/** Opens a run by the place in the window that says how far it is. */
async function openByMark(window: TestWindow): Promise<Locator> {
  const mark = window.page.getByRole('contentinfo').getByRole('button', { name: /^Run: / })
  await mark.click()
  await dialogOf(window).getByRole('treegrid').waitFor()
  return mark
}

/** What is about many tenants at once. */
export const runViews: View[] = [
  {
    name: 'a new run with a snippet that asks, and a selection that is being named',
    async open(window) {
      const { core } = window
      await keep(core)
      await core.runs.selections.save({ name: 'Customers', profileIds: [core.profiles[0]!.id] })
      const tools = await openTool(window, 'Run across tenants…')
      const dialog = dialogOf(window)
      await dialog.getByRole('button', { name: /^Choose all/ }).click()
      await dialog.getByRole('radio', { name: 'Snippet' }).click()
      await dialog.getByRole('combobox', { name: 'Snippet' }).selectOption('Who forwards (all tenants)')
      await dialog.getByLabel('The mailbox').waitFor()
      await dialog.getByRole('button', { name: 'Save…' }).click()
      await dialog.getByLabel('Name of the selection').fill('')
      await dialog.getByRole('button', { name: 'Save the selection' }).click()
      await dialog.locator('[aria-invalid=true]').waitFor()
      return tools
    }
  },
  {
    name: 'a new run where nothing is chosen, with a file',
    async open(window) {
      const tools = await openTool(window, 'Run across tenants…')
      const dialog = dialogOf(window)
      await dialog.getByRole('button', { name: 'None', exact: true }).click()
      await dialog.getByRole('radio', { name: 'File' }).click()
      await dialog.getByLabel('Script file').setInputFiles({ name: 'forwarding.ps1', mimeType: 'text/plain', buffer: Buffer.from('Get-Mailbox\n'.repeat(40)) })
      await dialog.getByLabel('What runs', { exact: true }).last().waitFor()
      await dialog.getByText('Choose at least one tenant.').waitFor()
      return tools
    }
  },
  {
    name: 'a run that goes on, with what failed and its table',
    async open(window) {
      withTable(window.core, aRun(window.core))
      const mark = await openByMark(window)
      const dialog = dialogOf(window)
      await dialog.getByText('Mailbox 1', { exact: true }).waitFor()
      await dialog.getByRole('button', { name: '7 errors: Tenant 1' }).press('Enter')
      await dialog.getByRole('list', { name: 'More about Tenant 1' }).waitFor()
      return mark
    }
  },
  {
    name: 'a run that asks before it changes data',
    async open(window) {
      const question = { commands: ['Set-Mailbox', 'Remove-Mailbox'], asked: 'Set-Mailbox', objects: ['Identity: anna'], more: 3, fromPipeline: true, tenant: 'Tenant 0', tenants: 9, production: 7 }
      aRun(window.core, { question, isReadOnly: false })
      const answer = window.page.getByRole('button', { name: 'Answer…' })
      await answer.click()
      const dialog = dialogOf(window)
      await dialog.getByLabel(/^Type 9/).fill('8')
      await dialog.getByRole('button', { name: 'Run in 9 tenants' }).press('Enter')
      await dialog.locator('[aria-invalid=true]').waitFor()
      return answer
    }
  },
  {
    name: 'a run that waits for its answer, in the window',
    async open(window) {
      aRun(window.core, { question: { commands: ['Set-Mailbox'], asked: 'Set-Mailbox', objects: [], more: 0, fromPipeline: false, tenant: 'Tenant 0', tenants: 9, production: 7 } })
      await window.page.getByRole('alert').filter({ hasText: 'would change data' }).waitFor()
    }
  },
  {
    name: 'the runs that are kept',
    async open(window) {
      const { core } = window
      aRun(core)
      aRun(core, { endedAt: Date.now() }, () => ({ state: 'done', seconds: 2, rows: 1 }))
      aRun(core, { endedAt: Date.now() }, (at) => ({ state: at > 3 ? 'interrupted' : 'done' }))
      const tools = await openTool(window, 'Run across tenants…')
      await dialogOf(window).getByRole('button', { name: 'Runs (3)' }).press('Enter')
      await dialogOf(window).getByRole('listitem').nth(2).waitFor()
      return tools
    }
  },
  {
    name: 'a run that the app’s end interrupted',
    async open(window) {
      aRun(window.core, { endedAt: Date.now(), isRedacted: true }, (at) => ({ state: at > 3 ? 'interrupted' : 'done', detail: '' }))
      const tools = await openTool(window, 'Run across tenants…')
      const dialog = dialogOf(window)
      await dialog.getByRole('button', { name: 'Runs (1)' }).press('Enter')
      await dialog.getByRole('button', { name: /^Open/ }).press('Enter')
      await dialog.getByText('Tenantry ended while this ran.').waitFor()
      return tools
    }
  },
  {
    name: 'a run that is exported, with tenants that are left out, where it changes data',
    async open(window) {
      aRun(window.core, { isReadOnly: false })
      await openByMark(window)
      const open = dialogOf(window).getByRole('button', { name: 'Export…' })
      await open.press('Enter')
      const dialog = window.page.getByRole('dialog', { name: 'Export this run' })
      await dialog.getByRole('radio', { name: 'Certificate' }).check()
      await dialog.getByRole('button', { name: /^tenants\.json/ }).press('Enter')
      await dialog.getByLabel('tenants.json', { exact: true }).waitFor()
      await dialog.getByRole('button', { name: 'Save…' }).press('Enter')
      await dialog.getByText(/^Saved 4 files/).waitFor()
    }
  },
  {
    name: 'a run that can’t be exported as it was chosen',
    async open(window) {
      aRun(window.core, { endedAt: Date.now() }, () => ({ state: 'done', seconds: 2, rows: 1 }))
      const tools = await openTool(window, 'Run across tenants…')
      await dialogOf(window).getByRole('button', { name: 'Runs (1)' }).press('Enter')
      window.core.failNext('runs.export', aFailure({ code: 'run-not-found', message: 'This run is not there any more.', hint: 'Run it again.', retryable: true }))
      await dialogOf(window).getByRole('button', { name: /^Export / }).press('Enter')
      await window.page.getByRole('dialog', { name: 'Export this run' }).getByRole('button', { name: 'Try again' }).waitFor()
      return tools
    }
  }
]
