import { describe, expect, it } from 'vitest'
import { browserForTests } from './window-in-chromium.ts'

const browser = browserForTests()

describe('a locked window', () => {
  it('holds nothing of what it showed, and has it again once it is unlocked', async () => {
    const { page, connect, tenant, problems } = await browser.openWindow()
    await connect('Contoso demo')
    await page.getByRole('button', { name: 'Tools' }).click()
    await page.getByRole('menuitem', { name: 'Lock…' }).click()
    await page.getByRole('dialog', { name: 'Lock the window' }).getByRole('button', { name: 'Lock now' }).click()
    await page.getByRole('heading', { name: 'Tenantry is locked' }).waitFor()
    expect(await page.locator('body').innerText()).not.toContain('Contoso')
    expect(await page.locator('.xterm').count()).toBe(0)
    await page.reload()
    await page.getByRole('heading', { name: 'Tenantry is locked' }).waitFor()
    expect(await tenant('Contoso demo').count()).toBe(0)
    await page.getByRole('button', { name: 'Unlock' }).click()
    await page.getByRole('tab', { name: 'Contoso demo', exact: true, selected: true }).waitFor()
    expect(problems).toEqual([])
  })

  it('locks with the computer, whatever is open, and says why it stays locked', async () => {
    const { core, page } = await browser.openWindow()
    await page.getByRole('complementary').getByRole('button', { name: 'New profile' }).click()
    await page.getByRole('dialog').waitFor()
    core.lock()
    await page.getByRole('heading', { name: 'Tenantry is locked' }).waitFor()
    expect(await page.getByRole('dialog').count()).toBe(0)
    core.failNext('lock.unlock', { code: 'unlock-refused', message: 'It stays locked: the computer did not confirm that it is you.', hint: 'Try again.', retryable: true })
    await page.getByRole('button', { name: 'Unlock' }).click()
    await page.getByRole('alert').filter({ hasText: 'It stays locked' }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('list', { name: 'Tenants' }).waitFor()
  })

  it('is told how long nobody may be there', async () => {
    const { core, page } = await browser.openWindow()
    await page.getByRole('button', { name: 'Tools' }).click()
    await page.getByRole('menuitem', { name: 'Lock…' }).click()
    await page.getByLabel('Lock after').selectOption({ label: '15 minutes without use' })
    await expect.poll(() => core.inputsOf('lock.setIdle')).toEqual([{ minutes: 15 }])
    await expect.poll(() => core.inputsOf('lock.touch').length).toBeGreaterThan(0)
  })
})
