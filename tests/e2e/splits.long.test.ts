import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { describeOnMainEngine } from '../engines.ts'
import { connect, patienceMs, picture, previewOnOneFolder, type, waitForText } from './preview-in-chromium.ts'

/** Real sessions of two tenants in panes of one tab. */
describeOnMainEngine('two tenants side by side', ({ env }) => {
  const { dataFolder, start, end } = previewOnOneFolder(env)

  const pane = (page: Page, name: string) => page.getByRole('group', { name: `Pane ${name}`, exact: true })
  const boxOf = async (page: Page, name: string) => (await pane(page, name).boundingBox())!
  const isIn = (page: Page, name: string) => page.locator(`textarea[aria-label="Terminal input of ${name}"]:focus`).waitFor({ timeout: patienceMs })

  it('are opened by a split, answer each for their own tenant, move, zoom, and come back after a restart', async () => {
    const { page } = await start()
    await connect(page, 'Contoso demo')
    await page.keyboard.press('Control+Shift+P')
    await page.getByRole('combobox').fill('open a tenant in a split right')
    await page.keyboard.press('Enter')
    await page.getByRole('combobox', { name: 'Tenant to open to the right' }).fill('fabrikam')
    await page.keyboard.press('Enter')
    await waitForText(page, 'Fabrikam demo', 'Fabrikam demo PS>')
    await isIn(page, 'Fabrikam demo')

    // What is typed goes to the pane that has the keyboard, and each asks its own tenant's Exchange.
    const ask = '"answer " + (Get-AcceptedDomain | Where-Object InitialDomain).DomainName'
    await page.keyboard.type(ask)
    await page.keyboard.press('Enter')
    const fabrikam = await waitForText(page, 'Fabrikam demo', 'answer fabrikamdemo.onmicrosoft.com')
    await page.keyboard.press('Alt+ArrowLeft')
    await isIn(page, 'Contoso demo')
    await page.keyboard.type(ask)
    await page.keyboard.press('Enter')
    const contoso = await waitForText(page, 'Contoso demo', 'answer contosodemo.onmicrosoft.com')
    expect(fabrikam).not.toMatch(/contoso/i)
    expect(contoso).not.toMatch(/fabrikam/i)
    await picture(page, 'side-by-side')

    // Its terminal has the room that the pane has, and the shell hears of it.
    const before = await boxOf(page, 'Contoso demo')
    await type(page, 'Contoso demo', '"columns " + [Console]::WindowWidth')
    const narrow = Number(/columns (\d+)/.exec(await waitForText(page, 'Contoso demo', /\ncolumns \d+/))![1])
    await page.keyboard.press('Control+Shift+X')
    await pane(page, 'Fabrikam demo').waitFor({ state: 'hidden' })
    expect((await boxOf(page, 'Contoso demo')).width).toBeGreaterThan(before.width * 1.8)
    await type(page, 'Contoso demo', '"zoomed " + [Console]::WindowWidth')
    const wide = Number(/zoomed (\d+)/.exec(await waitForText(page, 'Contoso demo', /\nzoomed \d+/))![1])
    expect(wide).toBeGreaterThan(narrow * 1.5)
    await page.keyboard.press('Control+Shift+X')
    await pane(page, 'Fabrikam demo').waitFor()

    // The same tenant once more, below; then Contoso's first pane goes to the right of all.
    await page.keyboard.press('Control+Shift+D')
    await waitForText(page, 'Contoso demo (2)', 'Contoso demo PS>')
    await page.keyboard.press('Control+Alt+Shift+ArrowRight')
    await page.getByRole('tab', { name: 'Contoso demo + Fabrikam demo + Contoso demo (2)', exact: true }).waitFor()
    await page.getByRole('tab').focus()
    await page.keyboard.press('F2')
    await page.keyboard.type('Migration')
    await page.keyboard.press('Enter')
    const tab = 'Migration: Contoso demo + Fabrikam demo + Contoso demo (2)'
    await page.getByRole('tab', { name: tab, exact: true }).waitFor()
    await picture(page, 'three-panes')
    await page.setViewportSize({ width: 900, height: 600 })
    await page.waitForTimeout(200)
    await picture(page, 'three-panes-small')
    await page.setViewportSize({ width: 1360, height: 820 })
    const boxes = await Promise.all(['Contoso demo', 'Fabrikam demo', 'Contoso demo (2)'].map((name) => boxOf(page, name)))
    await end()
    expect(readFileSync(join(dataFolder, 'tabs.json'), 'utf8')).not.toMatch(/columns|zoomed|demo/)

    const { page: again } = await start()
    await again.getByRole('tab', { name: 'Migration: Contoso demo + Fabrikam demo + Contoso demo (2)', exact: true, selected: true }).waitFor()
    for (const [name, prompt] of [['Contoso demo', 'Contoso demo PS>'], ['Fabrikam demo', 'Fabrikam demo PS>'], ['Contoso demo (2)', 'Contoso demo PS>']] as const) {
      expect(await waitForText(again, name, prompt)).not.toContain('columns')
    }
    const restored = await Promise.all(['Contoso demo', 'Fabrikam demo', 'Contoso demo (2)'].map((name) => boxOf(again, name)))
    for (const [index, { x, y, width, height }] of restored.entries()) {
      const was = boxes[index]!
      expect([x, y, width, height].map((part) => Math.round(part / 4))).toEqual([was.x, was.y, was.width, was.height].map((part) => Math.round(part / 4)))
    }
  }, 6 * patienceMs)
})
