import type { Locator, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { foundSnippets } from '../../renderer/snippets/snippets.svelte.ts'
import { aProfile, firstStart } from './fake-data.ts'
import { FakeMainProcess } from './fake-main-process.ts'
import { browserForTests, eventually } from './window-in-chromium.ts'

describe('the search', () => {
  const contoso = aProfile({ name: 'Contoso' })
  const snippet = (name: string, text: string, profileId: string | null = null) => ({ id: crypto.randomUUID(), name, text, profileId })
  const all = [snippet('Forwarding', 'Get-Mailbox {{Who}}'), snippet('Trace', 'Get-MessageTrace', contoso.id)]

  it.each([
    ['', ['Forwarding', 'Trace']],
    ['GET-', ['Forwarding', 'Trace']],
    ['contoso trace', ['Trace']],
    ['all forw', ['Forwarding']],
    ['mailbox trace', []]
  ])('for %j finds %j', (search, names) => {
    expect(foundSnippets(all, [contoso], search).map(({ name }) => name)).toEqual(names)
  })
})

describe('the snippets', () => {
  const browser = browserForTests()

  const [contoso, fabrikam] = ['Contoso demo', 'Fabrikam demo']
  const list = (page: Page) => page.getByRole('dialog', { name: 'Snippets', exact: true })
  const open = async (page: Page) => {
    await page.keyboard.press('Control+Shift+S')
    await list(page).waitFor()
  }
  const fill = async (dialog: Locator, name: string, text: string) => {
    await dialog.getByLabel('Name').fill(name)
    await dialog.getByLabel('PowerShell').fill(text)
  }

  it('are made, told what is wrong with them, changed, found and deleted', async () => {
    const { page, core } = await browser.openWindow()
    await open(page)
    await list(page).getByText('No snippets yet.').waitFor()
    await list(page).getByRole('button', { name: 'New snippet…' }).click()
    const editor = page.getByRole('dialog', { name: 'New snippet' })
    await fill(editor, 'Forwarding', "Get-Mailbox '{{Who}}'")
    await editor.getByText('stands in quotes or in another text').waitFor()
    await editor.getByRole('button', { name: 'Save' }).click()
    await editor.locator('textarea[aria-invalid=true]:focus').waitFor()
    await fill(editor, 'Forwarding', 'Get-Mailbox {{Who}} -ResultSize {{Most=10}}')
    await editor.getByText('Asks for Who, Most (10 unless something else is typed).').waitFor()
    await editor.getByRole('button', { name: 'Save' }).click()
    await list(page).getByText('Get-Mailbox {{Who}} -ResultSize {{Most=10}}').waitFor()

    await list(page).getByRole('button', { name: 'New snippet…' }).click()
    await fill(editor, 'forwarding', 'x')
    await editor.getByRole('button', { name: 'Save' }).click()
    await editor.getByText('There is already one named “forwarding”.').waitFor()
    await editor.getByLabel('For').selectOption(contoso)
    await editor.getByRole('button', { name: 'Save' }).click()
    await list(page).getByRole('searchbox').fill('contoso')
    await eventually(() => list(page).getByRole('listitem').count(), (count) => count === 1)

    await list(page).getByRole('button', { name: 'Change forwarding…' }).click()
    const change = page.getByRole('dialog', { name: 'Change “forwarding”' })
    await change.getByLabel('PowerShell').fill('changed')
    await page.keyboard.press('Escape')
    const leave = page.getByRole('alertdialog', { name: 'Throw away what you changed?' })
    await leave.getByRole('button', { name: 'Cancel' }).click()
    await change.getByRole('button', { name: 'Save' }).click()
    await list(page).getByRole('button', { name: 'Delete forwarding…' }).click()
    const question = page.getByRole('alertdialog', { name: 'Delete this snippet?' })
    await question.getByRole('button', { name: 'Cancel' }).click()
    expect(core.snippets.list()).toHaveLength(2)
    await list(page).getByRole('button', { name: 'Delete forwarding…' }).click()
    await question.getByRole('button', { name: 'Delete' }).click()
    await list(page).getByText('No snippet matches “contoso”.').waitFor()
    expect(core.snippets.list().map(({ name }) => name)).toEqual(['Forwarding'])
  })

  it('are run from the palette: with values, a look at what is typed, and the sessions that are chosen', async () => {
    const core = new FakeMainProcess()
    await core.snippets.save({ profileId: null, name: 'Who is that', text: 'Get-Mailbox {{The mailbox}}' })
    const { page, connect } = await browser.openWindow(core)
    await connect(contoso)
    await connect(fabrikam)
    await page.keyboard.press('Control+Shift+P')
    await page.getByRole('combobox').fill('who is')
    await page.getByRole('option', { name: /Who is that\s*all tenants\s*Snippet/ }).waitFor()
    await page.keyboard.press('Enter')
    const run = page.getByRole('dialog', { name: 'Run “Who is that”' })
    expect(await run.getByRole('checkbox', { name: fabrikam }).isChecked()).toBe(true)
    expect(await run.getByRole('checkbox', { name: contoso }).isChecked()).toBe(false)
    await run.getByRole('button', { name: 'Run' }).click()
    await run.getByText('“The mailbox” needs a value.').waitFor()
    await run.locator('input[aria-invalid=true]:focus').fill("o'brien")
    await run.getByText("Get-Mailbox 'o''brien'").waitFor()
    expect(await run.getByText('needs a value').count()).toBe(0)
    await page.keyboard.press('Enter')
    await run.waitFor({ state: 'detached' })
    await eventually(() => core.sessionOf(fabrikam).typed, (typed) => typed === "Get-Mailbox 'o''brien'\r")
    await page.locator(`textarea[aria-label="Terminal input of ${fabrikam}"]:focus`).waitFor()
    expect(core.sessionOf(contoso).typed).toBe('')
  })

  it('ask once where there are several sessions or one of production, and tell where they could not be typed', async () => {
    const start = firstStart()
    start.profiles[0]!.environment = 'production'
    const core = new FakeMainProcess(start)
    await core.snippets.save({ profileId: null, name: 'Today', text: 'Get-Date' })
    const { page, connect } = await browser.openWindow(core)
    await connect(contoso)
    await connect(fabrikam)
    core.changeSession(core.sessionOf(fabrikam), { busy: true })
    await open(page)
    await list(page).getByRole('button', { name: 'Run Today…' }).click()
    const run = page.getByRole('dialog', { name: 'Run “Today”' })
    await run.getByText('a command is running').waitFor()
    await run.getByRole('checkbox', { name: contoso }).check()
    await run.getByRole('button', { name: 'Insert' }).click()
    const question = page.getByRole('alertdialog', { name: 'Insert in 2 sessions?' })
    await question.getByText(`PRODUCTION: ${contoso}.`).waitFor()
    await question.getByRole('button', { name: 'Insert' }).click()
    await run.getByRole('alert').getByText(`A command is running in “${fabrikam}”, so nothing was typed there.`).waitFor()
    expect([contoso, fabrikam].map((name) => core.sessionOf(name).typed)).toEqual(['Get-Date', ''])
    // What is there already is not typed again.
    core.changeSession(core.sessionOf(fabrikam), { busy: false })
    expect(await run.getByRole('checkbox', { name: contoso }).isChecked()).toBe(false)
    await run.getByRole('button', { name: 'Run' }).click()
    await run.waitFor({ state: 'detached' })
    expect([contoso, fabrikam].map((name) => core.sessionOf(name).typed)).toEqual(['Get-Date', 'Get-Date\r'])
  })

  it('of one tenant are offered in its sessions alone, and go with its profile', async () => {
    const core = new FakeMainProcess()
    await core.snippets.save({ profileId: core.profiles[0]!.id, name: 'Own', text: 'Get-Date' })
    const { page, connect, tenant } = await browser.openWindow(core)
    await connect(fabrikam)
    await open(page)
    await list(page).getByRole('button', { name: 'Run Own…' }).click()
    const run = page.getByRole('dialog', { name: 'Run “Own”' })
    await run.getByText(`No session of ${contoso} is connected. Connect one first.`).waitFor()
    expect(await run.getByRole('button', { name: 'Run' }).isDisabled()).toBe(true)
    await page.keyboard.press('Escape')
    await list(page).getByRole('button', { name: 'Close' }).click()
    await tenant(contoso).click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'Delete…' }).click()
    await page.getByRole('alertdialog').getByText('Its snippet “Own” is deleted too.').waitFor()
  })
})
