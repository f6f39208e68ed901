import { describe, expect, it } from 'vitest'
import { stepsWithoutRole } from './fake-checks.ts'
import { aFailure, firstStart } from './fake-data.ts'
import { FakeMainProcess } from './fake-main-process.ts'
import { browserForTests, eventually, type TestWindow } from './window-in-chromium.ts'

const browser = browserForTests({ hasClipboard: true })

const dialogOf = ({ page }: Pick<TestWindow, 'page'>, name = 'Contoso demo') => page.getByRole('dialog', { name: `Check of ${name}` })

async function openCheck(core = new FakeMainProcess()) {
  const window = await browser.openWindow(core)
  await window.tenant('Contoso demo').click({ button: 'right' })
  await window.page.getByRole('menuitem', { name: 'Check…' }).click()
  const dialog = dialogOf(window)
  await dialog.waitFor()
  return { ...window, dialog, steps: dialog.getByRole('region', { name: 'Steps' }).locator('ol > li'), summary: dialog.getByText(/^(All is well|This is what)/) }
}

const clipboard = ({ page }: Pick<TestWindow, 'page'>) => page.evaluate(() => navigator.clipboard.readText())

describe('the check’s dialog', () => {
  it('shows each step with its state, its time and its evidence, and what came of the whole', async () => {
    const { core, steps, summary, problems } = await openCheck()
    await summary.waitFor()
    expect(await summary.innerText()).toBe('All is well: a session can connect.')
    expect(await steps.count()).toBe(6)
    expect(await steps.nth(1).innerText()).toMatch(new RegExp(`Tenant exists\\s+${core.profiles[0]!.domain} is .*\\s+120 ms`))
    expect(await steps.getByRole('img', { name: 'Good' }).count()).toBe(6)
    expect(await steps.getByText('1.7 s', { exact: true }).count()).toBe(1)
    await steps.getByText('Mail Recipients: in the whole organization').waitFor()
    expect(core.inputsOf('checks.run')).toMatchObject([{ profileId: core.profiles[0]!.id, service: 'exchange' }])
    expect(problems).toEqual([])
  })

  it('shows steps as they come, and lets nothing be copied or run before the end', async () => {
    const core = new FakeMainProcess()
    const release = core.hold('checks.run: the answer')
    const { dialog, steps } = await openCheck(core)
    await eventually(() => steps.count(), (count) => count === 6)
    await dialog.getByText('Checking… Nothing in the tenant is changed.').waitFor()
    for (const name of ['Copy report', 'Run again']) expect(await dialog.getByRole('button', { name }).isDisabled(), name).toBe(true)
    release()
    await eventually(() => dialog.getByRole('button', { name: 'Run again' }).isDisabled(), (isDisabled) => !isDisabled)
  })

  it('names what is missing, and copies the commands of each way out', async () => {
    const core = new FakeMainProcess()
    core.checkSteps = stepsWithoutRole
    const { page, dialog, steps, summary } = await openCheck(core)
    await summary.waitFor()
    expect(await summary.innerText()).toBe('This is what stands in the way: Exchange answered 403: the app has no role.')
    expect(await steps.getByRole('img').evaluateAll((signs) => signs.map((sign) => sign.getAttribute('aria-label')))).toEqual(['Good', 'Good', 'Good', 'Good', 'Warning', 'Failed', 'Skipped'])
    await dialog.getByRole('button', { name: /^Copy: Or give it a role inside Exchange only/ }).click()
    await dialog.getByText('The commands are copied.').waitFor()
    expect(await clipboard({ page })).toMatch(/^New-ServicePrincipal -AppId .*\nNew-ManagementRoleAssignment -App b7c1f0de-5f1a-4c38-9a41-6a1d1c2f3e4d -Role 'View-Only Configuration'$/)
  })

  it('copies the report', async () => {
    const { page, dialog, summary } = await openCheck()
    await summary.waitFor()
    await dialog.getByRole('button', { name: 'Copy report' }).click()
    await dialog.getByText('The report is copied; no secret and no token is in it.').waitFor()
    expect(await clipboard({ page })).toMatch(/^# Check of Contoso demo\n/)
  })

  it('runs again, as another run', async () => {
    const { core, dialog, summary } = await openCheck()
    await summary.waitFor()
    core.checkSteps = stepsWithoutRole
    await dialog.getByRole('button', { name: 'Run again' }).click()
    await dialog.getByText('This is what stands in the way').waitFor()
    const runs = core.inputsOf('checks.run') as Array<{ run: string }>
    expect(new Set(runs.map(({ run }) => run)).size).toBe(2)
  })

  it('says why a check could not be made', async () => {
    const core = new FakeMainProcess()
    core.failNext('checks.run', aFailure({ message: 'There is no such profile any more.' }))
    const { dialog } = await openCheck(core)
    await dialog.getByRole('alert').getByText('There is no such profile any more.').waitFor()
    expect(await dialog.getByRole('button', { name: 'Copy report' }).isDisabled()).toBe(true)
  })

  it('stops what is under way when it is closed', async () => {
    const core = new FakeMainProcess()
    const release = core.hold('checks.run: the answer')
    const { page, dialog } = await openCheck(core)
    await dialog.getByText(/^Checking/).waitFor()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    const [{ run }] = core.inputsOf('checks.run') as [{ run: string }]
    await eventually(() => core.inputsOf('checks.stop'), (stopped) => stopped.length === 1)
    expect(core.inputsOf('checks.stop')).toEqual([{ run }])
    release()
  })

  it('checks the other service of a profile that has both', async () => {
    const start = firstStart()
    start.profiles[0]!.services = ['exchange', 'compliance']
    const { core, dialog, summary } = await openCheck(new FakeMainProcess(start))
    await summary.waitFor()
    await dialog.getByLabel('Service').selectOption('Security & Compliance')
    await eventually(() => core.inputsOf('checks.run').length, (count) => count === 2)
    expect(core.inputsOf('checks.run').at(-1)).toMatchObject({ service: 'compliance' })
  })

  it.each([[480, 320], [320, 480]])('fits a window of %i × %i, and its steps can be scrolled by the keyboard', async (width, height) => {
    const { page, dialog, summary } = await openCheck()
    await summary.waitFor()
    await page.setViewportSize({ width, height })
    const box = (await dialog.boundingBox())!
    expect(box.x).toBeGreaterThanOrEqual(0)
    expect(box.x + box.width).toBeLessThanOrEqual(width)
    expect(box.y + box.height).toBeLessThanOrEqual(height)
    await dialog.getByRole('region', { name: 'Steps' }).focus()
    await page.keyboard.press('End')
    await dialog.getByRole('button', { name: 'Run again' }).click({ trial: true })
  })
})

describe('the check is offered', () => {
  it('on a failure, for the session’s service', async () => {
    const start = firstStart()
    start.profiles[0]!.services = ['compliance']
    const window = await browser.openWindow(new FakeMainProcess(start))
    await window.tenant('Contoso demo').dblclick()
    await window.page.getByRole('status').filter({ hasText: /^Connected/ }).waitFor()
    window.core.changeSession(window.core.sessionOf('Contoso demo · Compliance'), { phase: 'failed', failure: aFailure({ message: 'It has no role.' }) })
    await window.page.getByRole('alert').getByRole('button', { name: 'Check' }).click()
    await dialogOf(window).waitFor()
    await eventually(() => window.core.inputsOf('checks.run').length, (count) => count === 1)
    expect(window.core.inputsOf('checks.run')).toMatchObject([{ service: 'compliance' }])
  })

  it('in the profile’s editor, after saving', async () => {
    const { core, page, tenant } = await browser.openWindow()
    await tenant('Contoso demo').click()
    await page.keyboard.press('F2')
    const editor = page.getByRole('dialog', { name: 'Edit Contoso demo' })
    await editor.getByLabel('Name', { exact: true }).fill('Contoso tested')
    await editor.getByRole('button', { name: 'Save and test' }).click()
    await dialogOf({ page }, 'Contoso tested').waitFor()
    expect(core.inputsOf('profiles.save')).toHaveLength(1)
    expect(core.sessions.size).toBe(0)
  })
})
