import { readFileSync } from 'node:fs'
import type { Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { CallOutput, RunView } from '../../app/contract.ts'
import { findBarriers } from './axe-in-page.ts'
import { aFailure, aProfile, aSignIn, firstStart } from './fake-data.ts'
import { FakeMainProcess } from './fake-main-process.ts'
import { madeUpZip } from './fake-runs.ts'
import { findOutOfReach } from './views/reach.ts'
import { eventually, startBrowser, type Browser } from './window-in-chromium.ts'

describe('a run that is exported', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await startBrowser()
  })
  afterEach(() => browser.closeWindows())
  afterAll(() => browser?.close())

  const runDialog = (page: Page) => page.getByRole('dialog', { name: 'Run across tenants' })
  const exportDialog = (page: Page) => page.getByRole('dialog', { name: 'Export this run' })
  const radio = (page: Page, name: string) => exportDialog(page).getByRole('radio', { name, exact: true })
  const button = (page: Page, name: string | RegExp) => exportDialog(page).getByRole('button', { name, exact: typeof name === 'string' })
  const files = (page: Page) => exportDialog(page).getByRole('list', { name: 'What is written' }).getByRole('button')
  const isFocused = (locator: Locator) => locator.and(locator.page().locator(':focus')).waitFor()

  /** A run that is done in these tenants and in the two demo tenants, which the fake leaves out. */
  function aCore(names: string[] = ['Tenant 1', 'Tenant 2'], change: Partial<RunView> = {}): FakeMainProcess {
    const start = firstStart()
    const signIn = aSignIn()
    const core = new FakeMainProcess({ profiles: [...start.profiles, ...names.map((name) => aProfile({ name, signInId: signIn.id }))], signIns: [...start.signIns, signIn] })
    const { id } = core.runs.handlers()['runs.start']({ profileIds: core.profiles.map((profile) => profile.id), title: '', script: 'Get-Mailbox', service: 'exchange', atOnce: 4, isReadOnly: true })
    core.runs.set(id, { endedAt: Date.now(), ...change })
    return core
  }

  /** The list of the runs that are kept, then the export of the only one. */
  async function open(core = aCore()): Promise<Page> {
    const { page } = await browser.openWindow(core)
    await page.getByRole('banner').getByRole('button', { name: 'Tools' }).click()
    await page.getByRole('menuitem', { name: 'Run across tenants…' }).click()
    await runDialog(page).getByRole('button', { name: 'Runs (1)' }).click()
    await runDialog(page).getByRole('button', { name: /^Export Get-Mailbox/ }).press('Enter')
    await exportDialog(page).waitFor()
    return page
  }

  it('is chosen and looked at by the keyboard alone, which then is where it was', async () => {
    const core = aCore()
    const page = await open(core)
    await isFocused(radio(page, 'GitHub Actions'))
    await eventually(() => files(page).count(), (count) => count === 4)
    expect(await files(page).allInnerTexts()).toEqual(['.github/workflows/tenantry-run.yml 42 lines', 'script.ps1 1 line', 'tenants.json 4 lines', 'README.md 1 line'].map((text) => expect.stringMatching(new RegExp(`^${text.replaceAll(' ', '\\s+')}$`))))
    expect(await exportDialog(page).getByRole('radio').evaluateAll((radios) => radios.map((one) => (one as HTMLInputElement).checked))).toEqual([true, false, true, false])
    await page.keyboard.press('ArrowDown')
    await isFocused(radio(page, 'Azure Automation'))
    await exportDialog(page).getByLabel('Invoke-TenantryRun.ps1', { exact: true }).getByText('# signs in by certificate').waitFor()
    await page.keyboard.press('Tab')
    await isFocused(radio(page, 'Certificate'))
    await page.keyboard.press('ArrowDown')
    await isFocused(radio(page, 'Managed identity'))
    await exportDialog(page).getByLabel('Invoke-TenantryRun.ps1', { exact: true }).getByText('# signs in by managed-identity').waitFor()
    await button(page, /^tenants\.json/).press('Enter')
    await exportDialog(page).getByLabel('tenants.json', { exact: true }).getByText('"Tenant 2"').waitFor()
    expect(await button(page, /^tenants\.json/).getAttribute('aria-current')).toBe('true')
    // Enter on a choice saves nothing.
    await radio(page, 'Azure Automation').press('Enter')
    // Each target keeps its way to sign in, and the file that is looked at stays.
    await radio(page, 'GitHub Actions').press('Space')
    expect(await radio(page, 'Federated credential').isChecked()).toBe(true)
    await radio(page, 'Azure Automation').press('Space')
    expect(await radio(page, 'Managed identity').isChecked()).toBe(true)
    await exportDialog(page).getByLabel('tenants.json', { exact: true }).waitFor()
    const { id } = core.runs.all[0]!
    expect(core.inputsOf('runs.export')).toEqual([
      ['github-actions', 'federated'], ['azure-automation', 'certificate'], ['azure-automation', 'managed-identity'], ['github-actions', 'federated'], ['azure-automation', 'managed-identity']
    ].map(([target, signIn]) => ({ id, target, signIn })))
    expect(core.inputsOf('runs.saveExport')).toEqual([])
    await page.keyboard.press('Escape')
    await exportDialog(page).waitFor({ state: 'detached' })
    await isFocused(runDialog(page).getByRole('button', { name: /^Export Get-Mailbox/ }))

    await runDialog(page).getByRole('button', { name: /^Open/ }).press('Enter')
    await runDialog(page).getByRole('button', { name: 'Export…' }).press('Enter')
    await button(page, 'Back').press('Enter')
    await isFocused(runDialog(page).getByRole('button', { name: 'Export…' }))
  })

  it('says whom it leaves out and why, what to know, and that nobody guards it where it changes data', async () => {
    const core = aCore(['Tenant 1', 'Tenant 2', 'Tenant 3'], { isReadOnly: false })
    const page = await open(core)
    const leftOut = exportDialog(page).getByRole('group', { name: 'Left out: 2 of 5 tenants' })
    await leftOut.getByText('It signs in with an account, which no other engine has.').waitFor()
    expect(await leftOut.getByRole('term').allInnerTexts()).toEqual(['Contoso demo, Fabrikam demo'])
    expect(await exportDialog(page).getByRole('region', { name: 'Before you use it' }).getByRole('listitem').allInnerTexts()).toEqual([
      'ExchangeOnlineManagement 3.9.0 is installed there.', 'Nobody is asked before a command changes data. Whoever starts it types how many tenants it may change.'
    ])
    await exportDialog(page).getByText('Tenantry’s guard is not part of the export. What stands in its place is said below.').waitFor()
    await page.keyboard.press('Escape')
    core.runs.set(core.runs.all[0]!.id, { isReadOnly: true })
    await runDialog(page).getByRole('button', { name: /^Export Get-Mailbox/ }).press('Enter')
    await exportDialog(page).getByText('5 tenants, only reads').waitFor()
    await leftOut.waitFor()
    expect(await exportDialog(page).getByText('guard is not part of the export').count()).toBe(0)
  })

  it('is saved where the host’s dialog says, or by the browser, and is not where nobody chose or the disk did not take it', async () => {
    const core = aCore()
    const page = await open(core)
    await radio(page, 'Certificate').check()
    await button(page, 'Save…').click()
    await exportDialog(page).getByText('Saved 4 files as /home/admin/tenantry-run.zip.').waitFor()
    expect(core.inputsOf('runs.saveExport')).toEqual([{ id: core.runs.all[0]!.id, target: 'github-actions', signIn: 'certificate' }])
    core.failNext('runs.saveExport', aFailure({ code: 'file-not-saved', message: 'The file could not be saved (ENOSPC).' }))
    await button(page, 'Save…').click()
    await exportDialog(page).getByRole('alert').getByText('The file could not be saved (ENOSPC).').waitFor()
    expect(await files(page).count()).toBe(4)
    expect(await radio(page, 'Certificate').isChecked()).toBe(true)
    core.runs.exportPlace = null
    await button(page, 'Save…').click()
    await exportDialog(page).getByRole('alert').waitFor({ state: 'detached' })
    expect(await exportDialog(page).getByText(/^Saved/).count()).toBe(0)
    core.runs.exportPlace = undefined
    const [download] = await Promise.all([page.waitForEvent('download'), button(page, 'Save…').click()])
    expect(download.suggestedFilename()).toBe('tenantry-run-github-actions.zip')
    expect(readFileSync(await download.path())).toEqual(madeUpZip)
    await exportDialog(page).getByText('Saved 4 files as tenantry-run-github-actions.zip.').waitFor()
    // Another choice is not what was saved.
    await radio(page, 'Federated credential').check()
    await exportDialog(page).getByText(/^Saved/).waitFor({ state: 'detached' })
  })

  it('shows what belongs to the last choice, and saves nothing before that is there', async () => {
    const core = aCore()
    const { exported } = core.runs
    let answerFirst = () => {}
    core.runs.exported = async (request, run) => {
      if (request.target === 'github-actions') await new Promise<void>((resolve) => (answerFirst = resolve))
      return exported(request, run)
    }
    const page = await open(core)
    await exportDialog(page).getByText('Putting the files together…').waitFor()
    expect(await button(page, 'Save…').isDisabled()).toBe(true)
    await radio(page, 'Azure Automation').check()
    await button(page, /^Invoke-TenantryRun\.ps1/).waitFor()
    expect(await button(page, 'Save…').isEnabled()).toBe(true)
    answerFirst()
    // Whatever the late answer would do, it has done once a later one is there.
    await radio(page, 'Managed identity').check()
    await exportDialog(page).getByText('# signs in by managed-identity').waitFor()
    expect(await files(page).first().innerText()).toContain('Invoke-TenantryRun.ps1')
  })

  it('says why it can’t be, where another try helps offers one, and keeps what was chosen', async () => {
    const core = aCore()
    const page = await open(core)
    await files(page).first().waitFor()
    core.failNext('runs.export', aFailure({ code: 'run-export-secret', message: 'The script held a secret, which Tenantry did not keep.', hint: 'Start a new run.' }))
    await radio(page, 'Azure Automation').check()
    await exportDialog(page).getByRole('alert').getByText('The script held a secret, which Tenantry did not keep. Start a new run.').waitFor()
    expect(await button(page, 'Save…').isDisabled()).toBe(true)
    expect(await files(page).count()).toBe(0)
    expect(await button(page, 'Try again').count()).toBe(0)
    core.failNext('runs.export', aFailure({ code: 'run-export-unread', message: 'PowerShell has not read this script yet.', retryable: true }))
    await radio(page, 'Managed identity').check()
    await button(page, 'Try again').press('Enter')
    await isFocused(files(page).first())
    await exportDialog(page).getByText('# signs in by managed-identity').waitFor()
    expect(await exportDialog(page).getByRole('alert').count()).toBe(0)
  })

  it('has its files copied one by one', async () => {
    await browser.context.grantPermissions(['clipboard-read', 'clipboard-write'])
    const page = await open()
    await button(page, /^tenants\.json/).click()
    await button(page, 'Copy tenants.json').click()
    await exportDialog(page).getByText('Copied.').waitFor()
    expect(JSON.parse(await page.evaluate(() => navigator.clipboard.readText()))).toEqual(['Tenant 1', 'Tenant 2'])
  })

  it.each([[1360, 820], [640, 400], [360, 640]])('of 300 tenants with long names can be used in a window of %d × %d', async (width, height) => {
    const long = 'Wholesale and Retail Holding of the Northern Provinces '.repeat(2)
    const core = aCore(Array.from({ length: 298 }, (_, at) => `${long}${at}`), { isReadOnly: false })
    core.runs.exported = (_request, run): CallOutput<'runs.export'> => ({
      fileName: `${'a-long-name-'.repeat(12)}.zip`,
      files: Array.from({ length: 9 }, (_, at) => ({ path: `${'folder-with-a-long-name/'.repeat(8)}${at}-${'x'.repeat(90)}.yml`, text: `${'a value that never ends '.repeat(40)}\n${'y'.repeat(900)}\n`.repeat(60) })),
      leftOut: run.tenants.map(({ name }, at) => ({ name, reason: at % 2 === 0 ? `Its reason is its own: ${name}` : 'It signs in with an account.' })),
      notes: Array.from({ length: 6 }, () => 'A note of some length that says what is to be known before it is used, and where. '.repeat(2))
    })
    const page = await open(core)
    await page.setViewportSize({ width, height })
    await files(page).nth(8).waitFor()
    expect(await exportDialog(page).getByRole('term').count()).toBe(151)
    expect(await findOutOfReach(page)).toEqual([])
    expect(await findBarriers(page)).toEqual([])
    await button(page, 'Save…').click()
    await exportDialog(page).getByText(/^Saved 9 files/).waitFor()
  })
})
