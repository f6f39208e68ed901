import type { Locator, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import type { CallInput, RunTenant } from '../../app/contract.ts'
import { countsOf, outcomeOf, progressOf, startLabel, timeLeft } from '../../renderer/runs/words.ts'
import { aFailure, aProfile, aSignIn, firstStart } from './fake-data.ts'
import { FakeMainProcess } from './fake-main-process.ts'
import { browserForTests, eventually, type TestWindow } from './window-in-chromium.ts'

describe('the words of a run', () => {
  const counts = countsOf([...Array<{ state: 'done' }>(16).fill({ state: 'done' }), { state: 'failed' }, { state: 'failed' }, ...Array<{ state: 'waiting' }>(22).fill({ state: 'waiting' })])

  it.each([
    [{ endedAt: null, secondsLeft: 62 }, '18 of 40 finished, 2 of them failed, about 1 min left'],
    [{ endedAt: null, secondsLeft: null }, '18 of 40 finished, 2 of them failed'],
    [{ endedAt: 73_000, secondsLeft: null }, '16 done, 2 failed, in 1 min 12 s']
  ])('say how far it is: %j', (run, text) => {
    expect(progressOf({ startedAt: 1000, ...run }, counts)).toBe(text)
  })

  it.each([[4, 'a few seconds left'], [31, 'about 40 s left'], [62, 'about 1 min left'], [150, 'about 3 min left'], [7200, 'about 2 h left']])('guess that %d s are %s', (seconds, text) => {
    expect(timeLeft(seconds)).toBe(text)
  })

  it.each([[0, 0, 'Run'], [1, 0, 'Run in 1 tenant'], [12, 3, 'Run in 12 tenants, 3 of them production'], [2, 2, 'Run in 2 production tenants']])('say of %d tenants, %d of production, what starting does', (tenants, production, text) => {
    expect(startLabel(tenants, production)).toBe(text)
  })

  it('name an outcome by its parts', () => {
    expect(outcomeOf(countsOf([{ state: 'done' }, { state: 'interrupted' }]))).toBe('1 done, 1 interrupted')
    expect(outcomeOf(countsOf([{ state: 'waiting' }]))).toBe('none finished')
  })
})

describe('a run across tenants', () => {
  const browser = browserForTests()

  const dialogOf = (page: Page) => page.getByRole('dialog', { name: 'Run across tenants' })
  const inDialog = (page: Page, name: string | RegExp) => dialogOf(page).getByRole('button', { name, exact: typeof name === 'string' })
  const option = (page: Page, name: string) => dialogOf(page).getByRole('option', { name: new RegExp(`^${name} `) })

  /** Tenants of three groups; every fifth one is production, and Fabrikam alone has Compliance. */
  function tenants(count = 20): FakeMainProcess {
    const start = firstStart()
    const signIn = aSignIn()
    const more = Array.from({ length: count }, (_, at) =>
      aProfile({ name: `Tenant ${at}`, group: ['Customers', 'Partners', ''][at % 3]!, environment: at % 5 === 0 ? 'production' : 'test', signInId: at === 1 ? null : signIn.id })
    )
    start.profiles[1]!.services = ['exchange', 'compliance']
    return new FakeMainProcess({ profiles: [...start.profiles, ...more], signIns: [...start.signIns, signIn] })
  }

  async function open({ page }: TestWindow): Promise<Locator> {
    await page.keyboard.press('Control+Shift+P')
    await page.getByRole('combobox').fill('run across')
    await page.getByRole('option', { name: /^Run across tenants…/ }).waitFor()
    await page.keyboard.press('Enter')
    await dialogOf(page).waitFor()
    return dialogOf(page)
  }

  /** Starts a run in these tenants and answers its id. */
  async function begin(window: TestWindow, names: string[], script = 'Get-Mailbox'): Promise<string> {
    const dialog = await open(window)
    for (const name of names) {
      await dialog.getByLabel('Search tenants to run in').fill(name)
      await option(window.page, name).click()
    }
    await dialog.getByLabel('PowerShell').fill(script)
    await inDialog(window.page, /^Run in/).click()
    await dialog.getByRole('treegrid').waitFor()
    return window.core.runs.all[0]!.id
  }

  const started = (core: FakeMainProcess) => core.inputsOf('runs.start') as Array<CallInput<'runs.start'>>
  const namesIn = (core: FakeMainProcess, ids: string[]) => ids.map((id) => core.profiles.find((profile) => profile.id === id)!.name)
  const idOf = (core: FakeMainProcess, name: string) => core.profiles.find((profile) => profile.name === name)!.id

  describe('is put together', () => {
    it('of tenants that are searched, of groups and environments with their counts, and says what starting will do', async () => {
      const window = await browser.openWindow(tenants())
      const { page, core } = window
      const dialog = await open(window)
      const start = inDialog(page, /^Run/).last()
      await dialog.getByText('0 of 22 tenants chosen.').waitFor()
      await dialog.getByText('Choose at least one tenant.').waitFor()
      expect(await start.isDisabled()).toBe(true)
      expect(await dialog.getByLabel('Group').locator('option').allInnerTexts()).toEqual(['All groups (22)', 'Customers (7)', 'Demo (2)', 'Partners (7)', 'No group (6)'])
      expect(await dialog.getByLabel('Environment').locator('option').allInnerTexts()).toEqual(['All environments (22)', 'Production (4)', 'Test (16)', 'Lab (2)'])

      await dialog.getByLabel('Group').selectOption('Customers (7)')
      await inDialog(page, 'Choose these 7').click()
      await dialog.getByText('7 of 22 tenants chosen, 2 of them production.').waitFor()
      await dialog.getByLabel('Environment').selectOption('Production (4)')
      await inDialog(page, 'None of these').click()
      await dialog.getByText('5 of 22 tenants chosen.').waitFor()
      await dialog.getByLabel('Group').selectOption('All groups (22)')
      await dialog.getByLabel('Environment').selectOption('All environments (22)')
      await dialog.getByLabel('Search tenants to run in').fill('tenant 10')
      await option(page, 'Tenant 10').click()
      expect(await option(page, 'Tenant 10').getAttribute('aria-selected')).toBe('true')
      await dialog.getByText('Type the command to run.').waitFor()
      await dialog.getByLabel('PowerShell').fill('Get-Mailbox -ResultSize 3')
      await inDialog(page, 'Run in 6 tenants, 1 of them production').click()
      await dialog.getByRole('treegrid').waitFor()
      const [request] = started(core)
      expect({ ...request, profileIds: namesIn(core, request!.profileIds) }).toEqual({
        profileIds: ['Tenant 3', 'Tenant 6', 'Tenant 9', 'Tenant 12', 'Tenant 18', 'Tenant 10'],
        script: 'Get-Mailbox -ResultSize 3',
        service: 'exchange',
        atOnce: 4,
        isReadOnly: true
      })
    })

    it('by the keyboard alone, in a list of 500 that has only what is seen on the page', async () => {
      const window = await browser.openWindow(tenants(498))
      const { page } = window
      const dialog = await open(window)
      await dialog.getByLabel('Search tenants to run in').press('ArrowDown')
      const list = dialog.getByRole('listbox', { name: 'Tenants to run in' })
      await list.and(page.locator(':focus')).waitFor()
      expect(await list.getByRole('option').count()).toBeLessThan(60)
      await page.keyboard.press('Space')
      await page.keyboard.press('Shift+ArrowDown')
      await page.keyboard.press('Shift+ArrowDown')
      await dialog.getByText('3 of 500 tenants chosen').waitFor()
      await page.keyboard.press('End')
      const active = () => list.evaluate((element) => document.getElementById(element.getAttribute('aria-activedescendant') ?? '')?.getAttribute('aria-posinset'))
      await eventually(active, (place) => place === '500')
      await page.keyboard.press('Space')
      await dialog.getByText('4 of 500 tenants chosen').waitFor()
      await page.keyboard.press('Control+a')
      await dialog.getByText('500 of 500 tenants chosen').waitFor()
      // Enter is no way to start.
      await page.keyboard.press('Enter')
      await dialog.getByLabel('Tenants at once').press('Enter')
      expect(started(window.core)).toEqual([])
      await dialog.getByLabel('PowerShell').fill('Get-Date')
      await dialog.getByLabel('PowerShell').press('Control+Enter')
      await dialog.getByRole('treegrid').waitFor()
      expect(started(window.core)[0]!.profileIds).toHaveLength(500)
    })

    it('by ranges with Shift, which begin at a tenant and not at a place in the list', async () => {
      const window = await browser.openWindow(tenants())
      const { page } = window
      const dialog = await open(window)
      const search = dialog.getByLabel('Search tenants to run in')
      const chosen = () => dialog.getByRole('option', { selected: true }).locator('.name').allInnerTexts()
      const choose = (name: string, modifiers: Array<'Shift'> = []) => option(page, name).click({ modifiers })
      await search.fill('tenant')
      await choose('Tenant 3')
      await choose('Tenant 9', ['Shift'])
      expect(await chosen()).toEqual(['Tenant 3', 'Tenant 6', 'Tenant 9'])
      // The one that it began at is not shown any more: the next one is chosen alone, and a range begins there.
      await dialog.getByLabel('Group').selectOption('Partners (7)')
      await choose('Tenant 7', ['Shift'])
      await dialog.getByText('4 of 22 tenants chosen').waitFor()
      expect(await chosen()).toEqual(['Tenant 7'])
      // It is shown at another place.
      await search.fill('')
      await dialog.getByLabel('Group').selectOption('All groups (22)')
      await choose('Tenant 13', ['Shift'])
      await dialog.getByText('6 of 22 tenants chosen').waitFor()
      await dialog.getByLabel('Group').selectOption('Partners (7)')
      expect(await chosen()).toEqual(['Tenant 7', 'Tenant 10', 'Tenant 13'])
      // By the keys it begins where the keyboard is.
      await dialog.getByLabel('Group').selectOption('No group (6)')
      await search.press('ArrowDown')
      await page.keyboard.press('Home')
      await page.keyboard.press('Space')
      await dialog.getByLabel('Group').selectOption('Demo (2)')
      await search.press('ArrowDown')
      await page.keyboard.press('Space')
      await page.keyboard.press('Shift+ArrowDown')
      await dialog.getByText('9 of 22 tenants chosen').waitFor()
      expect(await chosen()).toEqual(['Contoso demo', 'Fabrikam demo'])
    })

    it('with selections that are saved, taken, saved again and deleted', async () => {
      const window = await browser.openWindow(tenants())
      const { page, core } = window
      const dialog = await open(window)
      const saved = dialog.getByLabel('Saved selection')
      expect(await saved.isDisabled()).toBe(true)
      await dialog.getByLabel('Search tenants to run in').fill('demo')
      await inDialog(page, 'Choose these 2').click()
      await inDialog(page, 'Save…').click()
      await inDialog(page, 'Save the selection').click()
      // What is wrong with the name moves no button from beside it.
      const middle = async (locator: Locator) => locator.boundingBox().then((box) => box!.y + box!.height / 2)
      expect(await middle(inDialog(page, 'Save the selection'))).toBeCloseTo(await middle(dialog.locator('input[aria-invalid=true]')), 0)
      expect((await inDialog(page, 'None of these').boundingBox())!.height).toBeLessThan(40)
      await dialog.locator('input[aria-invalid=true]:focus').fill('The demos')
      await page.keyboard.press('Enter')
      await eventually(() => core.runs.selections.list().map(({ name, profileIds }) => [name, profileIds.length]), (list) => JSON.stringify(list) === '[["The demos",2]]')
      await inDialog(page, 'Save…').and(page.locator(':focus')).waitFor()

      await dialog.getByLabel('Search tenants to run in').fill('')
      await inDialog(page, 'None').click()
      await saved.selectOption('')
      await saved.selectOption('The demos (2)')
      await dialog.getByText('2 of 22 tenants chosen').waitFor()
      // The same name is the same selection.
      await option(page, 'Tenant 0').click()
      await inDialog(page, 'Save…').click()
      await page.keyboard.press('Enter')
      await saved.locator('option', { hasText: 'The demos (3)' }).waitFor({ state: 'attached' })
      core.profiles = core.profiles.slice(1)
      core.emit('profiles.changed', { profiles: core.profiles, signIns: core.signIns })
      await dialog.getByText('1 of its tenants no longer has a profile.').waitFor()
      await inDialog(page, 'Delete the selection The demos…').click()
      await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click()
      await eventually(() => core.runs.selections.list().length, (length) => length === 0)
      await dialog.getByText('2 of 21 tenants chosen').waitFor()
    })

    it('of a snippet, whose values are asked for, and which comes from its own dialog too', async () => {
      const core = tenants()
      await core.snippets.save({ profileId: null, name: 'Who is that', text: 'Get-Mailbox {{The mailbox}} -ResultSize {{Most=10}}' })
      await core.snippets.save({ profileId: idOf(core, 'Tenant 4'), name: 'Own', text: 'Get-Date' })
      const window = await browser.openWindow(core)
      const { page } = window
      await page.keyboard.press('Control+Shift+S')
      await page.getByRole('button', { name: 'Run Who is that…' }).click()
      await page.getByRole('dialog', { name: 'Run “Who is that”' }).getByLabel('The mailbox').fill("o'brien")
      await page.getByRole('button', { name: 'Across tenants…' }).click()
      const dialog = dialogOf(page)
      await dialog.getByText("Get-Mailbox 'o''brien' -ResultSize 10").waitFor()
      await dialog.getByLabel('The mailbox').fill('')
      await inDialog(page, 'Choose all 22').click()
      await dialog.getByText('“The mailbox” needs a value.').waitFor()
      await dialog.getByLabel('The mailbox').fill('anna')
      await inDialog(page, /^Run in 22 tenants/).click()
      await dialog.getByRole('treegrid').waitFor()
      expect(started(core)[0]).toMatchObject({ script: "Get-Mailbox 'anna' -ResultSize 10", title: 'Who is that' })
      // A tenant's own runs there alone.
      await inDialog(page, 'New run').click()
      await dialog.getByRole('radio', { name: 'Snippet' }).click()
      await dialog.getByRole('combobox', { name: 'Snippet' }).selectOption('Own (Tenant 4)')
      await inDialog(page, 'Run in 1 tenant').click()
      await eventually(() => started(core).length, (length) => length === 2)
      expect(namesIn(core, started(core)[1]!.profileIds)).toEqual(['Tenant 4'])
    })

    it('of a file: the one that the host’s dialog chose, or in the preview the browser', async () => {
      const core = tenants()
      const window = await browser.openWindow(core)
      const { page } = window
      const dialog = await open(window)
      await inDialog(page, 'Choose all 22').click()
      await dialog.getByRole('radio', { name: 'File' }).click()
      await dialog.getByText('Choose the file to run.').waitFor()
      await dialog.getByLabel('Script file').setInputFiles({ name: 'forwarding.ps1', mimeType: 'text/plain', buffer: Buffer.from('Get-Mailbox\n') })
      await dialog.getByText('forwarding.ps1, as it was when it was chosen.').waitFor()
      core.changeState({ host: 'electron' })
      core.runs.script = { name: 'chosen.ps1', text: 'Get-Date' }
      await inDialog(page, 'Script file').click()
      await dialog.getByText('chosen.ps1, as it was when it was chosen.').waitFor()
      // Nobody chose another one: this one stays.
      core.runs.script = null
      await inDialog(page, 'Script file').click()
      await inDialog(page, /^Run in/).click()
      await dialog.getByRole('treegrid').waitFor()
      expect(started(core)[0]).toMatchObject({ script: 'Get-Date', title: 'chosen.ps1' })
    })

    it('and says why it can’t start: a number, a service that a profile has not, and what the main process refuses', async () => {
      const core = tenants()
      const window = await browser.openWindow(core)
      const { page } = window
      const dialog = await open(window)
      await dialog.getByLabel('Search tenants to run in').fill('demo')
      await inDialog(page, 'Choose these 2').click()
      await dialog.getByLabel('PowerShell').fill('Get-Mailbox |')
      await dialog.getByLabel('Tenants at once').fill('17')
      await dialog.getByText('“Tenants at once” must be a number from 1 to 16.').waitFor()
      await dialog.getByLabel('Tenants at once').fill('')
      expect(await inDialog(page, 'Run in 2 tenants').isDisabled()).toBe(true)
      await dialog.getByLabel('Tenants at once').fill('8')
      await dialog.getByLabel('Service').selectOption('Security & Compliance')
      await dialog.getByText('Contoso demo has no Security & Compliance in the profile.').waitFor()
      await option(page, 'Contoso demo').getByText('no Security & Compliance').waitFor()
      await option(page, 'Contoso demo').click()
      await dialog.getByText('Only read').click()
      await dialog.getByText('Nobody is asked before data is changed: no chosen tenant is production.').waitFor()
      await dialog.getByLabel('Search tenants to run in').fill('tenant 0')
      await option(page, 'Tenant 0').click()
      await dialog.getByText('Since production tenants are among them, the run stops before the first change and asks you once.').waitFor()
      await option(page, 'Tenant 0').click()
      await dialog.getByLabel('Search tenants to run in').fill('demo')
      core.failNext('runs.start', aFailure({ code: 'run-script-unreadable', message: 'PowerShell can’t read the script, so nothing was run.', field: 'script' }))
      await inDialog(page, 'Run in 1 tenant').click()
      await dialog.getByText('PowerShell can’t read the script').waitFor()
      await dialog.locator('textarea[aria-invalid=true]:focus').fill('Get-Mailbox')
      // Closed and opened again, nothing that was typed is lost.
      await page.keyboard.press('Escape')
      await open(window)
      expect(await dialog.getByLabel('PowerShell').inputValue()).toBe('Get-Mailbox')
      await inDialog(page, 'Run in 1 tenant').click()
      await dialog.getByRole('treegrid').waitFor()
      expect(started(core).at(-1)).toMatchObject({ service: 'compliance', atOnce: 8, isReadOnly: false })
      await inDialog(page, 'New run').click()
      await dialog.getByText('Choose at least one tenant.').waitFor()
      core.changeState({ powershell: null, powershellProblem: { failure: aFailure({ message: 'None.' }), installCommand: null } })
      await dialog.getByText('There is no PowerShell on this computer yet.').waitFor()
    })
  })

  describe('that goes on', () => {
    const names = ['Tenant 0', 'Tenant 2', 'Tenant 4']
    const row = (page: Page, name: string) => dialogOf(page).getByRole('row', { name: new RegExp(`^${name} `) })

    it('shows each tenant with its state, time, rows and errors, and how far all of it is', async () => {
      const core = tenants()
      const window = await browser.openWindow(core)
      const { page } = window
      const id = await begin(window, names)
      const dialog = dialogOf(page)
      await row(page, 'Tenant 0').getByText('PRODUCTION').waitFor()
      core.runs.setTenant(id, idOf(core, 'Tenant 0'), { state: 'done', detail: '', seconds: 72, rows: 1200 })
      core.runs.setTenant(id, idOf(core, 'Tenant 2'), {
        state: 'failed', seconds: 3.21, errors: 8, failure: aFailure({ message: 'The mailbox is not there.', hint: 'Look for it.' }), errorSentences: ['The mailbox is not there.', 'Nor is that one.', 'Nor a third.', 'Nor a fourth.', 'Nor a fifth.']
      })
      core.runs.set(id, { secondsLeft: 31 })
      expect((await row(page, 'Tenant 0').getByRole('gridcell').allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim())).toEqual(['Tenant 0 PRODUCTION', '✓Done', '1 min 12 s', '1,200 rows', '', ''])
      await dialog.getByText('2 of 3 finished, 1 of them failed, about 40 s left').first().waitFor()
      expect(await dialog.getByRole('progressbar').getAttribute('aria-valuenow')).toBe('2')

      await inDialog(page, '8 errors: Tenant 2').click()
      expect(await dialog.getByRole('list', { name: 'More about Tenant 2' }).getByRole('listitem').allInnerTexts()).toEqual(['Look for it.', 'Nor is that one.', 'Nor a third.', 'Nor a fourth.', 'Nor a fifth.', '3 more errors; only the first five are kept.'])
      await inDialog(page, 'Less: Tenant 2').click()
      await dialog.getByRole('list', { name: 'More about Tenant 2' }).waitFor({ state: 'detached' })
      // By the keyboard too, from row to row.
      await row(page, 'Tenant 2').focus()
      await page.keyboard.press('ArrowRight')
      await dialog.getByRole('list', { name: 'More about Tenant 2' }).waitFor()
      await page.keyboard.press('Enter')
      await dialog.getByRole('list', { name: 'More about Tenant 2' }).waitFor({ state: 'detached' })
      await page.keyboard.press('Home')
      await row(page, 'Tenant 0').and(page.locator(':focus')).waitFor()

      await inDialog(page, 'Failed 1').click()
      await row(page, 'Tenant 0').waitFor({ state: 'detached' })
      await row(page, 'Tenant 2').waitFor()
      // What was filtered for may be over.
      core.runs.setTenant(id, idOf(core, 'Tenant 2'), { state: 'running' })
      await row(page, 'Tenant 0').waitFor()
    })

    it('says of a tenant what its cells don’t: how many of its rows are in the table, or that it was not confirmed', async () => {
      const core = tenants()
      const window = await browser.openWindow(core)
      const { page } = window
      const id = await begin(window, names)
      const set = (name: string, change: Partial<RunTenant>) => core.runs.setTenant(id, idOf(core, name), { errors: 2, errorSentences: ['One.', 'Two.'], ...change })
      set('Tenant 0', { state: 'done', rows: 1000, detail: '1,000 rows, of which 0 are in the table, 2 errors' })
      set('Tenant 2', { state: 'done', rows: 1000, detail: '1,000 rows, 2 errors' })
      set('Tenant 4', { state: 'failed', failure: aFailure({ message: 'Two.', hint: undefined }), detail: 'Two. (tenant not confirmed)' })
      await row(page, 'Tenant 4').getByText('Two. (tenant not confirmed)').waitFor()
      const told = await Promise.all(names.map((name) => row(page, name).locator('.sentence').innerText()))
      expect(told).toEqual(['1,000 rows, of which 0 are in the table, 2 errors', 'One.', 'Two. (tenant not confirmed)'])
      for (const name of names) await row(page, name).getByRole('button', { name: '2 errors' }).click()
      const more = await Promise.all(names.map((name) => dialogOf(page).getByRole('list', { name: `More about ${name}` }).getByRole('listitem').allInnerTexts()))
      expect(more).toEqual([['One.', 'Two.'], ['Two.'], ['One.']])
    })

    it('in 500 tenants has the rows that are seen on the page, and more as one goes on', async () => {
      const core = tenants(498)
      const { id } = core.runs.handlers()['runs.start']({ profileIds: core.profiles.map((profile) => profile.id), title: '', script: 'Get-Mailbox', service: 'exchange', atOnce: 4, isReadOnly: true })
      const { page } = await browser.openWindow(core)
      await page.getByRole('contentinfo').getByRole('button', { name: 'Run: 0 of 500' }).click()
      const rows = dialogOf(page).getByRole('treegrid').getByRole('row')
      await rows.first().waitFor()
      expect(await rows.count()).toBeLessThan(200)
      const before = await rows.count()
      await rows.last().scrollIntoViewIfNeeded()
      await eventually(() => rows.count(), (count) => count > before)
      core.runs.setTenant(id, core.profiles[1]!.id, { state: 'done' })
      await row(page, 'Fabrikam demo').getByText('Done').waitFor()
      await rows.first().focus()
      await page.keyboard.press('End')
      await row(page, 'Tenant 497').and(page.locator(':focus')).waitFor()
      expect(await rows.count()).toBe(500)
      expect(await dialogOf(page).getByRole('treegrid').getAttribute('aria-rowcount')).toBe('500')
    })

    it('is cancelled for one tenant or all, and what failed is tried again', async () => {
      const core = tenants()
      const window = await browser.openWindow(core)
      const { page } = window
      const id = await begin(window, names)
      await row(page, 'Tenant 2').hover()
      await inDialog(page, 'Cancel in Tenant 2').click()
      await row(page, 'Tenant 2').getByText('Cancelled').first().waitFor()
      expect(core.inputsOf('runs.cancel')).toEqual([{ id, profileId: idOf(core, 'Tenant 2') }])
      await inDialog(page, 'Cancel all').click()
      await row(page, 'Tenant 4').getByText('Cancelled').first().waitFor()
      core.runs.set(id, { endedAt: Date.now() })
      await inDialog(page, 'Cancel all').waitFor({ state: 'detached' })
      for (const name of names) core.runs.setTenant(id, idOf(core, name), { state: name === 'Tenant 0' ? 'done' : 'failed' })
      await inDialog(page, 'Retry the 2 failed').click()
      await row(page, 'Tenant 4').getByText('Waiting').waitFor()
      core.failNext('runs.cancel', aFailure({ message: 'It is over already.' }))
      await inDialog(page, 'Cancel in Tenant 4').click()
      await dialogOf(page).getByRole('alert').getByText('It is over already.').waitFor()
    })

    it('puts its rows in a table that is all a table of results is, and stays with the run', async () => {
      const core = tenants()
      const window = await browser.openWindow(core)
      const { page, problems } = window
      const id = await begin(window, names)
      const dialog = dialogOf(page)
      await dialog.getByText('There are no rows yet.').waitFor()
      const none = core.grids.show(id, 'Nothing', [])
      core.runs.set(id, { gridId: none.view.id, endedAt: Date.now() })
      await dialog.getByText('It returned no rows.').waitFor()
      none.remark('Others are in another table.')
      core.emit('grid.changed', none.view)
      await dialog.getByText('It returned no rows. Others are in another table.').waitFor()
      core.runs.set(id, { endedAt: null })
      const grid = core.grids.show(id, 'Get-Mailbox', names.flatMap((Tenant) => [{ Tenant, Mailbox: `anna of ${Tenant}`, Kind: 'User' }, { Tenant, Mailbox: `bert of ${Tenant}`, Kind: 'Shared' }]))
      core.runs.set(id, { gridId: grid.view.id })
      const table = dialog.getByRole('grid', { name: 'Table Get-Mailbox' })
      await table.getByText('anna of Tenant 4').waitFor()
      await table.getByLabel('Filter Tenant').fill('=Tenant 2')
      await table.getByText('anna of Tenant 4').waitFor({ state: 'detached' })
      // Enter in a field of the table does nothing else.
      await table.getByLabel('Filter Tenant').press('Enter')
      expect(await dialog.getByRole('dialog', { name: 'Columns' }).count()).toBe(0)
      await dialog.getByText('2 of 6 rows').waitFor()
      const download = page.waitForEvent('download')
      await inDialog(page, 'Save as CSV').click()
      expect((await download).suggestedFilename()).toBe('table.csv')
      expect(await dialog.getByRole('button', { name: 'Close the table' }).count()).toBe(0)

      // Each Escape leaves one: the choice of columns, the table, the view.
      await inDialog(page, 'Columns').click()
      await dialog.getByRole('dialog', { name: 'Columns' }).waitFor()
      await page.keyboard.press('Escape')
      await table.and(page.locator(':focus')).waitFor()
      await page.keyboard.press('Enter')
      await page.getByRole('dialog', { name: 'Tenant', exact: true }).locator(':focus').waitFor()
      await page.keyboard.press('Escape')
      await table.and(page.locator(':focus')).waitFor()
      await page.keyboard.press('Escape')
      await row(page, 'Tenant 0').and(page.locator(':focus')).waitFor()
      await page.keyboard.press('Escape')
      await dialog.waitFor({ state: 'detached' })

      // Looked at again, it is as it was left, and takes what comes: rows and columns.
      await page.getByRole('contentinfo').getByRole('button', { name: /^Run: / }).click()
      expect(await table.getByLabel('Filter Tenant').inputValue()).toBe('=Tenant 2')
      await table.getByLabel('Filter Tenant').fill('')
      grid.take({ type: 'rows', columns: ['Later'], shown: ['Tenant', 'Mailbox', 'Kind', 'Later'], rows: [['Tenant 4', 'carl of Tenant 4', 'User', 'a new value']] }, true)
      core.emit('grid.changed', grid.view)
      await table.getByRole('columnheader', { name: 'Later' }).waitFor()
      await table.getByText('a new value').waitFor()
      expect(problems).toEqual([])
    })

    it('gives a column room by its values, though the first rows have none in it', async () => {
      const core = tenants()
      const window = await browser.openWindow(core)
      const id = await begin(window, names)
      const grid = core.grids.show(id, 'Get-Mailbox', [{ Tenant: 'Tenant 0', Error: 'No.' }])
      grid.take({ type: 'rows', columns: ['Alias'], shown: ['Tenant', 'Error', 'Alias'], rows: [] }, true)
      core.runs.set(id, { gridId: grid.view.id })
      core.emit('grid.changed', grid.view)
      const table = dialogOf(window.page).getByRole('grid', { name: 'Table Get-Mailbox' })
      const head = table.getByRole('columnheader', { name: 'Alias' })
      await head.waitFor()
      expect((await head.boundingBox())!.width).toBe(90)
      grid.take({ type: 'rows', columns: [], rows: [['Tenant 1', '', 'an.alias.of.thirty.characters1']] }, true)
      core.emit('grid.changed', grid.view)
      await table.getByText('an.alias.of.thirty.characters1').waitFor()
      await eventually(async () => (await head.boundingBox())!.width, (width) => width > 200)
    })

    it('may be closed: a place in the window says how far it is, and leads back', async () => {
      const core = tenants()
      const window = await browser.openWindow(core)
      const { page } = window
      const id = await begin(window, names)
      await inDialog(page, 'Close').click()
      const mark = page.getByRole('contentinfo').getByRole('button', { name: 'Run: 0 of 3' })
      await mark.waitFor()
      core.runs.setTenant(id, idOf(core, 'Tenant 0'), { state: 'done' })
      await page.getByRole('contentinfo').getByRole('button', { name: 'Run: 1 of 3' }).click()
      await dialogOf(page).getByRole('treegrid').waitFor()
      await page.keyboard.press('Escape')
      core.runs.set(id, { endedAt: Date.now() })
      await page.getByRole('contentinfo').getByRole('button', { name: /^Run: / }).waitFor({ state: 'detached' })
    })

    it('is known again after a reload', async () => {
      const core = tenants()
      const window = await browser.openWindow(core)
      const { page } = window
      await begin(window, names)
      await page.reload()
      await page.getByRole('contentinfo').getByRole('button', { name: 'Run: 0 of 3' }).click()
      await row(page, 'Tenant 4').waitFor()
    })

    it('asks once before it changes data, and is answered by the number of tenants or refused', async () => {
      const core = tenants()
      const window = await browser.openWindow(core)
      const { page } = window
      const id = await begin(window, names, 'Set-Mailbox anna')
      const question = { commands: ['Set-Mailbox', 'Remove-Mailbox'], asked: 'Set-Mailbox', objects: ['Identity: anna'], more: 2, fromPipeline: false, tenant: 'Tenant 2', tenants: 3, production: 1 }
      core.runs.set(id, { question })
      const card = dialogOf(page).getByRole('group', { name: 'PRODUCTION Change data in 3 tenants, 1 of them production?' })
      await card.and(page.locator(':focus')).waitFor()
      // What was typed ahead answers nothing.
      await page.keyboard.type('3')
      await page.keyboard.press('Enter')
      for (const text of ['Set-Mailbox waits in Tenant 2, for:', 'Identity: anna', 'and 2 more', 'The script also has Remove-Mailbox.']) await card.getByText(text).waitFor()
      await card.getByLabel('Type 3, the number of tenants').fill('2')
      await card.getByRole('button', { name: 'Run in 3 tenants' }).click()
      await card.getByText('Type 3 to run it in all of them, or refuse.').waitFor()
      expect(core.inputsOf('runs.answer')).toEqual([])
      await page.keyboard.press('Escape')

      await page.getByRole('alert').getByText('1 PRODUCTION').waitFor()
      await page.getByRole('contentinfo').getByRole('button', { name: 'Run: 0 of 3, asks' }).waitFor()
      await page.getByRole('button', { name: 'Answer…' }).click()
      await card.getByLabel('Type 3, the number of tenants').fill('3')
      await page.keyboard.press('Enter')
      await card.waitFor({ state: 'detached' })
      expect(core.inputsOf('runs.answer')).toEqual([{ id, number: 3 }])

      core.runs.set(id, { question: { ...question, tenants: 2 } })
      const again = dialogOf(page).getByRole('group', { name: /Change data in 2 tenants/ })
      core.failNext('runs.refuse', aFailure({ message: 'This run asks nothing any more.' }))
      await again.getByRole('button', { name: 'Refuse' }).click()
      await again.getByText('This run asks nothing any more.').waitFor()
      await again.getByRole('button', { name: 'Refuse' }).click()
      await again.waitFor({ state: 'detached' })
      await row(page, 'Tenant 0').getByText('Refused').waitFor()
    })
  })

  describe('that goes on while the keyboard is somewhere in it', () => {
    const names = ['Tenant 0', 'Tenant 2', 'Tenant 4']
    const row = (page: Page, name: string) => dialogOf(page).getByRole('row', { name: new RegExp(`^${name} `) })
    const isAt = (locator: Locator) => locator.and(locator.page().locator(':focus')).waitFor()
    const question = { commands: ['Set-Mailbox'], asked: 'Set-Mailbox', objects: ['Identity: anna'], more: 0, fromPipeline: false, tenant: 'Tenant 2', tenants: 3, production: 1 }
    const card = (page: Page) => dialogOf(page).getByRole('group', { name: /Change data in/ })

    /** The run tells of itself as it does each second; the window has heard of all of it. */
    async function ticks({ core, page }: TestWindow, id: string) {
      for (const secondsLeft of [3000, 2400, 1800]) {
        core.runs.set(id, { secondsLeft })
        await dialogOf(page).getByText(`about ${secondsLeft / 60} min left`).first().waitFor()
        await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)))
      }
    }

    it('its question takes it once, and from no button or row that one moved to', async () => {
      const core = tenants()
      const window = await browser.openWindow(core)
      const { page } = window
      const id = await begin(window, names, 'Set-Mailbox anna')
      core.runs.set(id, { question })
      await isAt(card(page))
      const places = [card(page).getByRole('button', { name: 'Refuse' }), card(page).getByLabel('Type 3, the number of tenants'), row(page, 'Tenant 0'), inDialog(page, 'Cancel in Tenant 0'), inDialog(page, 'Cancel all')]
      for (const place of places) {
        await place.focus()
        await ticks(window, id)
        await isAt(place)
      }
      // Another question takes it where nobody is at anything, and leaves it where somebody is.
      core.runs.set(id, { question: { ...question, tenant: 'Tenant 4' } })
      await card(page).getByText('waits in Tenant 4').waitFor()
      await ticks(window, id)
      await isAt(inDialog(page, 'Cancel all'))
      await dialogOf(page).focus()
      await ticks(window, id)
      await isAt(dialogOf(page))
      core.runs.set(id, { question })
      await isAt(card(page))
      // Where the dialog opens at the question, nobody is at anything yet.
      await page.keyboard.press('Escape')
      await page.getByRole('button', { name: 'Answer…' }).click()
      await isAt(card(page))
      await page.reload()
      await page.getByRole('button', { name: 'Run: 0 of 3, asks' }).click()
      await isAt(card(page))
    })

    it('its row keeps it where its button goes, or the next row where that goes too', async () => {
      const core = tenants()
      const window = await browser.openWindow(core)
      const { page } = window
      const id = await begin(window, names)
      const set = (name: string, state: 'running' | 'done') => core.runs.setTenant(id, idOf(core, name), { state })
      await inDialog(page, 'Cancel in Tenant 2').focus()
      set('Tenant 2', 'done')
      await isAt(row(page, 'Tenant 2'))
      for (const name of ['Tenant 0', 'Tenant 2', 'Tenant 4']) set(name, 'running')
      await inDialog(page, 'Running 3').click()
      await inDialog(page, 'Cancel in Tenant 0').focus()
      set('Tenant 0', 'done')
      await isAt(row(page, 'Tenant 2').or(row(page, 'Tenant 4')))
      const next = await dialogOf(page).locator('[role=row]:focus').getAttribute('data-profile')
      core.runs.setTenant(id, next!, { state: 'done' })
      await dialogOf(page).locator('[role=row]:focus').waitFor()
      await inDialog(page, 'Running 1').waitFor()
      // The last of them: the filter is over, and its row is still there.
      const last = await dialogOf(page).locator('[role=row]:focus').getAttribute('data-profile')
      core.runs.setTenant(id, last!, { state: 'done' })
      await inDialog(page, 'Done 3').waitFor()
      expect(await dialogOf(page).locator('[role=row]:focus').getAttribute('data-profile')).toBe(last)
    })

    it('the dialog has it where a button or a question of the run goes, and no button that leads elsewhere', async () => {
      const core = tenants()
      const window = await browser.openWindow(core)
      const { page } = window
      const id = await begin(window, names, 'Set-Mailbox anna')
      await isAt(dialogOf(page))
      core.runs.set(id, { question })
      await card(page).getByLabel('Type 3, the number of tenants').fill('3')
      await page.keyboard.press('Enter')
      await card(page).waitFor({ state: 'detached' })
      await isAt(dialogOf(page))
      await inDialog(page, 'Cancel all').focus()
      await page.keyboard.press('Enter')
      core.runs.set(id, { endedAt: Date.now() })
      await inDialog(page, 'Cancel all').waitFor({ state: 'detached' })
      await isAt(dialogOf(page))
      await inDialog(page, 'Retry 3 tenants').focus()
      await page.keyboard.press('Enter')
      await inDialog(page, 'Retry 3 tenants').waitFor({ state: 'detached' })
      await isAt(dialogOf(page))
      await inDialog(page, 'Delete…').focus()
      await page.keyboard.press('Enter')
      await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).press('Enter')
      await dialogOf(page).getByText('No runs yet.').waitFor()
      await isAt(dialogOf(page))
    })

    it('what is at a deleted run’s place in the list has it', async () => {
      const core = tenants()
      for (const script of ['Get-One', 'Get-Two', 'Get-Three']) core.runs.handlers()['runs.start']({ profileIds: [idOf(core, 'Tenant 0')], title: '', script, service: 'exchange', atOnce: 4, isReadOnly: true })
      const window = await browser.openWindow(core)
      const { page } = window
      await open(window)
      await inDialog(page, 'Runs (3)').click()
      const remove = async (name: RegExp) => {
        await inDialog(page, name).focus()
        await page.keyboard.press('Enter')
        await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).press('Enter')
      }
      await remove(/^Delete Get-Two/)
      await isAt(inDialog(page, /^Open Get-One/))
      await remove(/^Delete Get-One/)
      await isAt(inDialog(page, /^Open Get-Three/))
      await remove(/^Delete Get-Three/)
      await dialogOf(page).getByText('No runs yet.').waitFor()
      await isAt(dialogOf(page))
    })
  })

  describe('that is kept', () => {
    it('is not repeated while a secret is missing in it, whatever it comes from', async () => {
      const core = tenants()
      await core.snippets.save({ profileId: null, name: 'Taken from a log', text: 'Connect-Thing -Password [removed]' })
      const window = await browser.openWindow(core)
      const { page } = window
      const script = 'New-Mailbox -Name anna -Password (ConvertTo-SecureString [removed] -AsPlainText -Force)'
      const id = await begin(window, ['Tenant 3'], 'Get-Date')
      core.runs.set(id, { endedAt: Date.now(), script, isRedacted: true })
      const dialog = dialogOf(page)
      await inDialog(page, 'Repeat…').click()
      const said = 'The script still says [removed] where a secret stood. Put the secret in again, or let the script read it where it runs.'
      const start = inDialog(page, /^Run in 1 /)
      await dialog.locator('textarea[aria-invalid=true]').waitFor()
      await dialog.locator('.field').getByText(said).waitFor()
      expect(await start.isDisabled()).toBe(true)
      await dialog.getByLabel('PowerShell').press('Control+Enter')
      await dialog.getByRole('radio', { name: 'Snippet' }).click()
      await dialog.getByRole('combobox', { name: 'Snippet' }).selectOption('Taken from a log (all tenants)')
      await dialog.locator('.field').getByText(said).waitFor()
      expect(await start.isDisabled()).toBe(true)
      await dialog.getByRole('radio', { name: 'Command' }).click()
      await dialog.getByLabel('PowerShell').fill(script.replace('[removed]', '(Get-Secret Anna)'))
      await dialog.getByText(said).first().waitFor({ state: 'detached' })
      await start.click()
      await dialog.getByRole('treegrid').waitFor()
      expect(started(core).map((request) => request.script)).toEqual(['Get-Date', script.replace('[removed]', '(Get-Secret Anna)')])
    })

    it('is found with what, where, when and by whom, opened, repeated and deleted', async () => {
      const core = tenants()
      const window = await browser.openWindow(core)
      const { page } = window
      const id = await begin(window, ['Tenant 3', 'Tenant 4'], 'Get-Mailbox -ResultSize 7')
      core.runs.set(id, { endedAt: Date.now(), atOnce: 2, isReadOnly: false, isRedacted: true })
      core.runs.setTenant(id, idOf(core, 'Tenant 3'), { state: 'done' })
      core.runs.setTenant(id, idOf(core, 'Tenant 4'), { state: 'failed' })
      await inDialog(page, 'Runs (1)').click()
      const item = dialogOf(page).getByRole('list', { name: 'Runs' }).getByRole('listitem')
      for (const text of ['Get-Mailbox -ResultSize 7', '2 tenants', 'by admin', '1 done, 1 failed']) await item.getByText(text).first().waitFor()
      core.profiles = core.profiles.filter(({ name }) => name !== 'Tenant 4')
      core.emit('profiles.changed', { profiles: core.profiles, signIns: core.signIns })
      await item.getByRole('button', { name: /^Repeat Get-Mailbox/ }).click()
      await dialogOf(page).getByText('The script held a secret, which is not kept: type it again where it says [removed]. Left out, since its profile is gone: Tenant 4.').waitFor()
      expect(await dialogOf(page).getByLabel('PowerShell').inputValue()).toBe('Get-Mailbox -ResultSize 7')
      expect(await dialogOf(page).getByLabel('Tenants at once').inputValue()).toBe('2')
      expect(await dialogOf(page).getByLabel('Only read').isChecked()).toBe(false)
      await inDialog(page, 'Run in 1 tenant').waitFor()

      await inDialog(page, 'Runs (1)').click()
      await item.getByRole('button', { name: /^Open/ }).click()
      await dialogOf(page).getByText('the rows of an earlier run are not kept').waitFor()
      await inDialog(page, 'Delete…').click()
      await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' }).click()
      expect(core.runs.all).toHaveLength(1)
      await inDialog(page, 'Delete…').click()
      await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click()
      await dialogOf(page).getByText('No runs yet.').waitFor()
      expect(core.runs.all).toEqual([])
    })

    it('says which tenants were done where Tenantry ended in the middle, and is gone where it is', async () => {
      const core = tenants()
      const handlers = core.runs.handlers()
      const { id } = handlers['runs.start']({ profileIds: ['Tenant 0', 'Tenant 1', 'Tenant 2'].map((name) => idOf(core, name)), title: '', script: 'Get-Mailbox', service: 'exchange', atOnce: 4, isReadOnly: true })
      core.runs.set(id, { endedAt: Date.now() })
      core.runs.setTenant(id, idOf(core, 'Tenant 0'), { state: 'done' })
      for (const name of ['Tenant 1', 'Tenant 2']) core.runs.setTenant(id, idOf(core, name), { state: 'interrupted' })
      const window = await browser.openWindow(core)
      const { page } = window
      const dialog = await open(window)
      await inDialog(page, 'Runs (1)').click()
      await dialog.getByText('1 done, 2 interrupted').waitFor()
      core.failNext('runs.get', aFailure({ message: 'This run is not there any more.' }))
      await inDialog(page, /^Open/).click()
      await dialog.getByRole('alert').getByText('This run is not there any more.').waitFor()
      await inDialog(page, 'Runs (1)').click()
      await inDialog(page, /^Open/).click()
      await dialog.getByText('Tenantry ended while this ran. Done: Tenant 0. Not done: Tenant 1 and Tenant 2.').waitFor()
      await inDialog(page, 'Retry 2 tenants').click()
      await dialog.getByText('Waiting').first().waitFor()
      expect(core.inputsOf('runs.retry')).toEqual([{ id }])
    })
  })
})
