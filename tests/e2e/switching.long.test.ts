import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { describeOnMainEngine } from '../engines.ts'
import { eventually } from '../renderer/window-in-chromium.ts'
import { patienceMs, previewOnOneFolder, screenText, waitForText } from './preview-in-chromium.ts'

describeOnMainEngine('going from tenant to tenant', ({ env }) => {
  const { start, end } = previewOnOneFolder(env)
  const field = (page: Page) => page.getByRole('combobox', { name: 'Tenant, session or command' })
  const lines = async (page: Page) => (await page.getByRole('option').allTextContents()).map((text) => text.replaceAll(/\s+/g, ' ').trim())
  const inFront = (page: Page, name: string) => page.getByRole('tab', { name, exact: true, selected: true }).waitFor()

  /** By the palette, from wherever the keyboard is: as many letters as given, and Enter. */
  async function goTo(page: Page, letters: string, name: string) {
    await page.keyboard.press('Control+Shift+P')
    await field(page).waitFor()
    await page.keyboard.type(letters)
    await page.keyboard.press('Enter')
    await inFront(page, name)
    await waitForText(page, name, `${name} PS>`)
  }

  /** What is typed now runs in the session in front, and in no other. */
  async function runs(page: Page, name: string, other: string, word: string) {
    await page.locator(`textarea[aria-label="Terminal input of ${name}"]:focus`).waitFor()
    await page.keyboard.type(`"${word}-" + (Get-AcceptedDomain)[0].DomainName`)
    await page.keyboard.press('Enter')
    await waitForText(page, name, new RegExp(`\\n${word}-${name.split(' ')[0]!.toLowerCase()}`))
    expect(await screenText(page, other)).not.toContain(`${word}-`)
  }

  it('takes two letters and Enter, keys by recency and by number reach the tab and nothing of them the shell, and use is remembered', async () => {
    const { page } = await start()
    await page.getByRole('list', { name: 'Tenants' }).waitFor()
    await goTo(page, 'co', 'Contoso demo')
    await runs(page, 'Contoso demo', 'Fabrikam demo', 'one')
    await goTo(page, 'fd', 'Fabrikam demo')
    await runs(page, 'Fabrikam demo', 'Contoso demo', 'two')
    await page.keyboard.press('Control+Tab')
    await inFront(page, 'Contoso demo')
    await runs(page, 'Contoso demo', 'Fabrikam demo', 'three')
    await page.keyboard.press('Control+2')
    await runs(page, 'Fabrikam demo', 'Contoso demo', 'four')
    await page.keyboard.press('Control+1')
    await runs(page, 'Contoso demo', 'Fabrikam demo', 'five')
    await page.keyboard.press('Control+9')
    await inFront(page, 'Fabrikam demo')
    // An open session is gone to, not opened again; a setting is found beside tenants and commands.
    await goTo(page, 'contoso', 'Contoso demo')
    expect(await page.getByRole('tab').count()).toBe(2)
    await page.keyboard.press('Control+Shift+P')
    await field(page).fill('scrollback')
    await eventually(() => lines(page), (all) => all.some((line) => /Setting$/.test(line)) && all.some((line) => /^Save this session’s scrollback… .*Command$/.test(line)))
    await field(page).fill('close this session')
    await page.keyboard.press('Enter')
    await inFront(page, 'Fabrikam demo')
    await goTo(page, 'co', 'Contoso demo')
    await end()

    const { page: next } = await start()
    await next.getByRole('list', { name: 'Tenants' }).waitFor()
    await next.keyboard.press('Control+Shift+P')
    // Contoso was opened twice, Fabrikam once, the others never.
    await eventually(() => lines(next), (all) => {
      const tenants = all.filter((line) => / Tenant$/.test(line))
      return tenants[0]?.startsWith('Contoso demo') === true && tenants[1]?.startsWith('Fabrikam demo') === true
    })
  }, 6 * patienceMs)
})
