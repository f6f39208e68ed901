import { describe, expect, it } from 'vitest'
import { aFailure } from './fake-data.ts'
import { browserForTests } from './window-in-chromium.ts'

const browser = browserForTests()

async function openTool(name: string) {
  const opened = await browser.openWindow()
  await opened.page.getByRole('button', { name: 'Tools' }).click()
  await opened.page.getByRole('menuitem', { name }).click()
  return opened
}

describe('an update', () => {
  it('that is ready is offered in the status bar, with its notes as text, and installed by a click', async () => {
    const { core, page, problems } = await browser.openWindow()
    core.changeUpdates({ phase: 'ready', version: '1.2.3', notes: '<img src=x onerror=alert(1)>\n- New' })
    await page.getByRole('button', { name: 'Update 1.2.3 is ready: restart…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Updates' })
    expect(await dialog.getByRole('region', { name: 'What is new in 1.2.3' }).innerText()).toBe('<img src=x onerror=alert(1)>\n- New')
    core.failNext('updates.install', aFailure({ code: 'update-sessions-open', message: 'An update is not installed while sessions are open (2) or runs go on (0).' }))
    await dialog.getByRole('button', { name: 'Restart and install' }).click()
    await dialog.getByRole('alert').filter({ hasText: 'sessions are open (2)' }).waitFor()
    await dialog.getByRole('button', { name: 'Restart and install' }).click()
    await expect.poll(() => core.inputsOf('updates.install').length).toBe(2)
    expect(problems).toEqual([])
  })

  it('is looked for on a click, of the channel that was chosen', async () => {
    const { core, page } = await openTool('Updates…')
    const dialog = page.getByRole('dialog', { name: 'Updates' })
    await dialog.getByLabel('Versions').selectOption('beta')
    await dialog.getByRole('button', { name: 'Look now' }).click()
    await expect.poll(() => [core.inputsOf('updates.setChannel'), core.inputsOf('updates.check').length]).toEqual([[{ channel: 'beta' }], 1])
    core.changeUpdates({ phase: 'downloading', version: '1.2.3', percent: 40 })
    await dialog.getByRole('status').filter({ hasText: 'Fetching Tenantry 1.2.3: 40 %' }).waitFor()
    core.changeUpdates({ phase: 'failed', failure: aFailure({ message: 'The update 1.2.3 was thrown away: it is not signed.' }) })
    await dialog.getByRole('alert').filter({ hasText: 'thrown away' }).waitFor()
  })

  it('is not offered where updates are off, and it says why', async () => {
    const { core, page } = await openTool('Updates…')
    core.changeUpdates({ phase: 'off', reason: 'This computer’s policy (/etc/tenantry/policy.json) switches updates off.' })
    const dialog = page.getByRole('dialog', { name: 'Updates' })
    await dialog.getByRole('status').filter({ hasText: 'switches updates off' }).waitFor()
    expect(await dialog.getByRole('button').allInnerTexts()).toEqual(['Close'])
  })
})

describe('the network', () => {
  it('shows a file of authorities with its problem, also in the status bar, and removes it', async () => {
    const { core, page } = await browser.openWindow()
    const problem = aFailure({ code: 'ca-file-refused', message: 'The file of certificate authorities can’t be used: it has gone.' })
    core.changeState({ trust: { systemCertificates: 140, file: { path: '/home/admin/proxy.pem', subjects: [], problem } } })
    await page.getByRole('button', { name: 'certificate authorities not read' }).click()
    const dialog = page.getByRole('dialog', { name: 'Network' })
    await dialog.getByText('/home/admin/proxy.pem').waitFor()
    await dialog.getByRole('alert').filter({ hasText: 'it has gone' }).waitFor()
    // A browser page chooses no file of the main process.
    expect(await dialog.getByRole('button', { name: 'Choose a file…' }).count()).toBe(0)
    await dialog.getByRole('button', { name: 'Remove' }).click()
    await dialog.getByText('None', { exact: true }).waitFor()
  })
})

it('shows the licences of what it carries, which the keyboard scrolls', async () => {
  const { page, problems } = await openTool('Third-party licences…')
  const text = page.getByRole('dialog', { name: 'Third-party licences' }).getByLabel('Licences')
  await text.filter({ hasText: 'Tenantry carries the work of others.' }).waitFor()
  await text.press('End')
  await expect.poll(() => text.evaluate((pre) => pre.scrollTop)).toBeGreaterThan(0)
  expect(problems).toEqual([])
})

describe('diagnostics', () => {
  it('are shown, and copied as they are shown', async () => {
    const { page } = await openTool('Copy diagnostics…')
    const dialog = page.getByRole('dialog', { name: 'Diagnostics' })
    await dialog.getByText('- Tenantry: 0.1.0 (preview)').waitFor()
    await dialog.getByRole('button', { name: 'Copy' }).click()
    await dialog.getByRole('status').filter({ hasText: /Copied\.|could not be written/ }).waitFor()
  })
})
