import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { aCommand, aFailure, firstStart } from './fake-data.ts'
import { FakeMainProcess } from './fake-main-process.ts'
import { browserForTests, eventually } from './window-in-chromium.ts'

const browser = browserForTests()

async function openLog(core = withCommands()) {
  const window = await browser.openWindow(core)
  await window.page.getByRole('banner').getByRole('button', { name: 'Tools' }).click()
  await window.page.getByRole('menuitem', { name: 'Command log…' }).click()
  const dialog = window.page.getByRole('dialog', { name: 'Command log' })
  await dialog.waitFor()
  return { ...window, dialog, rows: dialog.locator('tbody tr') }
}

function withCommands(): FakeMainProcess {
  const core = new FakeMainProcess()
  core.commands = [
    aCommand({ command: 'Set-Mailbox anna\n  -Name Berta', success: false, seconds: 0.4 }),
    aCommand({ command: 'exit', success: null, cut: true }),
    ...Array.from({ length: 120 }, (_, index) => aCommand({ command: `Get-Mailbox ${index}` }))
  ]
  return core
}

describe('the command log’s dialog', () => {
  it('lists who did what where, and how it ended, the newest first', async () => {
    const { dialog, rows, problems } = await openLog()
    await dialog.getByText('122 commands').waitFor()
    expect((await rows.nth(0).innerText()).replace(/\s+/g, ' ')).toMatch(/\d.* admin Contoso demo Set-Mailbox anna -Name Berta failed 400 ms$/)
    expect((await rows.nth(1).innerText()).replace(/\s+/g, ' ')).toMatch(/exit… cut: it was longer end not seen/)
    expect(problems).toEqual([])
  })

  it('shows older ones on demand', async () => {
    const { dialog, rows } = await openLog()
    await eventually(() => rows.count(), (count) => count === 100)
    await dialog.getByRole('button', { name: 'Show older ones' }).click()
    await eventually(() => rows.count(), (count) => count === 122)
    expect(await dialog.getByRole('button', { name: 'Show older ones' }).count()).toBe(0)
  })

  it('filters as one types, by tenant and by failure', async () => {
    const { core, dialog, rows } = await openLog()
    await dialog.getByRole('searchbox', { name: 'Filter commands' }).fill('mailbox 11')
    await eventually(() => rows.count(), (count) => count === 11)
    await dialog.getByRole('searchbox').fill('')
    await dialog.getByRole('checkbox', { name: 'Failed only' }).check()
    await eventually(() => rows.count(), (count) => count === 1)
    await dialog.getByRole('combobox', { name: 'Tenant' }).selectOption('Fabrikam demo')
    await eventually(() => core.inputsOf('commands.list').at(-1), (input) => (input as { tenantId?: string }).tenantId === core.profiles[1]!.tenantId)
  })

  it('exports what the filter lets through', async () => {
    const { page, dialog, rows } = await openLog()
    await dialog.getByRole('searchbox').fill('set-mailbox')
    await eventually(() => rows.count(), (count) => count === 1)
    const [file] = await Promise.all([page.waitForEvent('download'), dialog.getByRole('button', { name: 'Export as CSV' }).click()])
    expect(file.suggestedFilename()).toBe('tenantry-commands-2026-11-25.csv')
    expect(readFileSync(await file.path(), 'utf8')).toBe('Set-Mailbox anna\n  -Name Berta')
  })

  it('opens for one tenant from its menu', async () => {
    const { core, page, tenant } = await browser.openWindow(withCommands())
    await tenant('Contoso demo').click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'Command log…' }).click()
    await eventually(() => core.inputsOf('commands.list').length, (count) => count > 0)
    expect(core.inputsOf('commands.list')[0]).toMatchObject({ tenantId: core.profiles[0]!.tenantId })
  })

  it('says why it could not be read, and that it is empty', async () => {
    const core = new FakeMainProcess()
    core.failNext('commands.list', aFailure({ message: 'The folder is not there.' }))
    const failed = await openLog(core)
    await failed.dialog.getByRole('alert').getByText('The folder is not there.').waitFor()
    const empty = await openLog(new FakeMainProcess())
    await empty.dialog.getByText(/^No commands yet/).waitFor()
    expect(await empty.dialog.getByRole('button', { name: 'Export as CSV' }).isDisabled()).toBe(true)
  })
})

describe('the option of a profile', () => {
  it('follows the environment until it is chosen, and is saved only then', async () => {
    const start = firstStart()
    const { core, page, tenant } = await browser.openWindow(new FakeMainProcess(start))
    await tenant('Contoso demo').click()
    await page.keyboard.press('F2')
    const editor = page.getByRole('dialog', { name: 'Edit Contoso demo' })
    await editor.getByText('More options').click()
    const box = editor.getByRole('checkbox', { name: 'Keep a log of the commands on this computer' })
    expect(await box.isChecked()).toBe(false)
    await editor.getByLabel('Environment').selectOption('Production')
    expect(await box.isChecked()).toBe(true)
    await box.uncheck()
    await editor.getByRole('button', { name: 'Save', exact: true }).click()
    await editor.waitFor({ state: 'detached' })
    expect(core.inputsOf('profiles.save').at(-1)).toMatchObject({ profile: { environment: 'production', logCommands: false } })
  })
})
