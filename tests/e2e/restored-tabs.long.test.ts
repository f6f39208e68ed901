import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { describeOnMainEngine } from '../engines.ts'
import { connect, patienceMs, previewOnOneFolder, type, waitForText } from './preview-in-chromium.ts'

describeOnMainEngine('the tabs of the last time', ({ env }) => {
  const { dataFolder, start, end } = previewOnOneFolder(env)

  it('come back at the next start, connect as they are opened, and keep nothing of a screen', async () => {
    const first = await start()
    await connect(first.page, 'Contoso demo')
    await type(first.page, 'Contoso demo', '"was-" + "typed"')
    await waitForText(first.page, 'Contoso demo', 'was-typed')
    await connect(first.page, 'Fabrikam demo')
    await end()
    expect(readFileSync(join(dataFolder, 'tabs.json'), 'utf8')).not.toMatch(/was|typed|demo/)

    const { page } = await start()
    await page.getByRole('tab', { name: 'Fabrikam demo', exact: true, selected: true }).waitFor()
    await waitForText(page, 'Fabrikam demo', 'Fabrikam demo PS>')
    expect(await page.getByRole('tab').allInnerTexts()).toEqual(['Contoso demo', 'Fabrikam demo'])
    expect(await page.getByRole('tab', { name: 'Contoso demo' }).getAttribute('title')).toMatch(/Not connected/)
    await page.getByRole('tab', { name: 'Contoso demo', exact: true }).click()
    expect(await waitForText(page, 'Contoso demo', 'Contoso demo PS>')).not.toContain('was-typed')
    await type(page, 'Contoso demo', '(Get-EXOMailbox -ResultSize 3).Count')
    await waitForText(page, 'Contoso demo', /\n3\s/)
  }, 4 * patienceMs)
})
