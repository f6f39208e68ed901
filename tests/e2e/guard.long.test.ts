import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeOnMainEngine } from '../engines.ts'
import { connect, openPreview, patienceMs, screenText, type, waitForText, type RunningPreview } from './preview-in-chromium.ts'
import { ProfileDialog } from './profile-dialog.ts'

describeOnMainEngine('the guard of a production tenant', ({ env }) => {
  let running: RunningPreview
  beforeAll(async () => {
    running = await openPreview({ env })
  })
  afterAll(() => running?.close())

  /** The changes that reached the service. */
  const changes = () => running.core.demo.log.filter(({ cmdletName }) => cmdletName === 'Set-Mailbox').length

  /** The line round the session in front. */
  const frame = () => running.page.locator('.session').evaluate((element) => {
    const { borderTopWidth, borderTopColor } = getComputedStyle(element)
    const swatch = document.body.appendChild(document.createElement('i'))
    swatch.style.color = getComputedStyle(element).getPropertyValue('--tenant')
    const isOfTenant = getComputedStyle(swatch).color === borderTopColor
    swatch.remove()
    return { width: borderTopWidth, isOfTenant }
  })

  it('asks in the window before data is changed, and changes nothing before it is told to', async () => {
    const { page } = running
    const { dialog } = await ProfileDialog.edit(page, 'Contoso demo')
    await dialog.getByLabel('Environment').selectOption('production')
    await dialog.getByText('In production, a command that changes data asks before it runs.').waitFor()
    await dialog.getByRole('button', { name: 'Save and connect' }).click()
    await page.getByRole('status').filter({ hasText: /^Connected/ }).waitFor({ timeout: patienceMs })
    await waitForText(page, 'Contoso demo', 'PRODUCTION  Contoso demo PS>')
    expect(await page.title()).toBe('PRODUCTION Contoso demo – Tenantry')
    await page.getByRole('tab', { name: /Contoso demo/ }).locator('[data-text=PROD]').waitFor()
    await page.getByRole('main').getByText('PRODUCTION', { exact: true }).first().waitFor()
    expect(await frame()).toEqual({ width: '4px', isOfTenant: true })

    const question = page.getByRole('alertdialog', { name: /Change data in Contoso demo\?/ })
    const ask = async (command: string) => {
      await type(page, 'Contoso demo', command)
      await question.waitFor({ timeout: patienceMs })
    }
    const line = '$who = (Get-EXOMailbox -ResultSize 1).UserPrincipalName; Set-Mailbox $who -MailTip hello; "e" + "nded"'
    await ask(line)
    expect(await question.innerText()).toMatch(/Set-Mailbox[^]*Identity: \S+@contoso\.example[^]*with MailTip/)
    // What is typed ahead answers nothing, Enter and letters alike.
    await page.keyboard.type('run')
    await page.keyboard.press('Enter')
    await page.waitForTimeout(300)
    expect(changes()).toBe(0)
    if (process.env.TENANTRY_TEST_SCREENSHOTS) await page.screenshot({ path: `${process.env.TENANTRY_TEST_SCREENSHOTS}/guard.png` })
    await page.keyboard.press('Escape')
    await question.waitFor({ state: 'hidden' })
    await waitForText(page, 'Contoso demo', /Refused in Tenantry: Set-Mailbox was not run/)
    expect(changes()).toBe(0)

    // The question survives the window.
    await ask(line)
    await page.reload()
    await question.waitFor({ timeout: patienceMs })
    expect(changes()).toBe(0)
    await question.getByRole('button', { name: 'Run', exact: true }).click()
    await waitForText(page, 'Contoso demo', /\nended\s/)
    expect(changes()).toBe(1)

    // In another session of the tenant it asks all the same.
    await ask('Set-Mailbox $who -MailTip again')
    await question.getByRole('button', { name: /^Run, and not again for 10 min/ }).click()
    await question.waitFor({ state: 'hidden' })
    await page.getByText(/not asking until \d/).waitFor()
    await type(page, 'Contoso demo', 'Set-Mailbox $who -MailTip third; "th" + "ird"')
    await waitForText(page, 'Contoso demo', /\nthird\s/)
    expect(changes()).toBe(3)
    await page.getByRole('button', { name: 'Ask again' }).click()
    await ask('foreach ($n in 1..3) { Set-Mailbox $who -MailTip "turn $n" }; "all " + "turns"')
    await question.getByRole('button', { name: 'Run every Set-Mailbox of this line' }).click()
    await waitForText(page, 'Contoso demo', /\nall turns\s/)
    expect(changes()).toBe(6)
    await ask('Set-Mailbox $who -MailTip fourth')

    // A question elsewhere is noticed, and does not come before the person.
    await connect(page, 'Fabrikam demo')
    await question.waitFor({ state: 'hidden' })
    expect(await page.getByRole('tab', { name: 'Fabrikam demo', exact: true }).getAttribute('aria-selected')).toBe('true')
    expect((await frame()).width).not.toBe('4px')
    // The window's keys work on beside it.
    await page.keyboard.press('Control+Digit1')
    await question.waitFor()
    await question.press('Control+c')
    await question.waitFor({ state: 'hidden' })
    await waitForText(page, 'Contoso demo', /Refused in Tenantry/)
    expect(changes()).toBe(6)
    expect(await screenText(page, 'Contoso demo')).not.toContain('fourth was')
  }, 6 * patienceMs)
})
