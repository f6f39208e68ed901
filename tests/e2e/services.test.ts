import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeOnMainEngine } from '../engines.ts'
import { openPreview, patienceMs, type, waitForText, type RunningPreview } from './preview-in-chromium.ts'
import { ProfileDialog } from './profile-dialog.ts'

describeOnMainEngine('the services of a profile', ({ env }) => {
  let running: RunningPreview
  beforeAll(async () => {
    running = await openPreview({ env })
  })
  afterAll(() => running?.close())

  it('open side by side: mailboxes in one tab, Microsoft Graph’s users in the other, compliance only when it is wanted', async () => {
    const { page } = running
    const { dialog } = await ProfileDialog.edit(page, 'Contoso demo')
    for (const name of ['Security & Compliance', 'Microsoft Graph']) await dialog.getByRole('checkbox', { name }).check()
    await dialog.getByText(/^Microsoft supports Security & Compliance PowerShell on Windows only/).waitFor()
    await dialog.getByRole('button', { name: 'Save and connect' }).click()
    const question = page.getByRole('alertdialog')
    await question.getByText('Open Security & Compliance of Contoso demo all the same?').waitFor({ timeout: patienceMs })
    await question.getByRole('button', { name: 'Cancel' }).click()

    const tab = page.getByRole('tab', { name: 'Contoso demo · Graph', exact: true })
    await tab.click()
    await waitForText(page, 'Contoso demo · Graph', 'Contoso demo · Graph PS>')
    await page.getByText('tenant confirmed by Microsoft Graph').waitFor({ timeout: patienceMs })
    await page.getByRole('main').getByText('Microsoft Graph', { exact: true }).waitFor()
    await type(page, 'Contoso demo · Graph', '(Invoke-MgGraphRequest GET v1.0/users).value | Select-Object -First 3 | ForEach-Object { $_.mail }')
    await waitForText(page, 'Contoso demo · Graph', /(\S+@contoso\.example\s+){3}/)

    await page.getByRole('tab', { name: 'Contoso demo', exact: true }).click()
    await waitForText(page, 'Contoso demo', 'Contoso demo PS>')
    await type(page, 'Contoso demo', '(Get-EXOMailbox -ResultSize 1).PrimarySmtpAddress')
    await waitForText(page, 'Contoso demo', /\n\S+@contoso\.example/)
    expect(await page.getByRole('tab', { name: /Compliance/ }).count()).toBe(0)
    expect(running.traffic.some((data) => String(data).includes('eyJ'))).toBe(false)
  })
})
