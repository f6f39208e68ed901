import { describe, expect, it } from 'vitest'
import { browserForTests } from './window-in-chromium.ts'

const browser = browserForTests()

describe('an item of the application’s menu', () => {
  it('opens what it names', async () => {
    const { core, page } = await browser.openWindow()
    const expected = [
      ['new-profile', /New profile/], ['import', /Import/], ['export', /Export/], ['sign-ins', /Sign-ins/], ['shortcuts', /Keyboard shortcuts/], ['settings', /Settings/], ['explain-token', /Explain a token/],
      ['expiry', /Expiring/], ['commands', /Command log/], ['runs', /Run across/], ['lock', /Lock/], ['network', /Network/], ['updates', /Updates/], ['diagnostics', /diagnostics/i], ['notices', /licences/], ['guide', /set/i]
    ] as const
    for (const [item, name] of expected) {
      core.emit('menu.chosen', { item })
      await page.getByRole('dialog', { name }).waitFor()
      // Another one has to wait until this one is done with.
      core.emit('menu.chosen', { item: item === 'network' ? 'updates' : 'network' })
      expect(await page.getByRole('dialog').count()).toBe(1)
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
    }
    core.emit('menu.chosen', { item: 'palette' })
    await page.getByRole('combobox').first().waitFor()
  })

  it('closes the session in front', async () => {
    const { core, page, connect } = await browser.openWindow()
    await connect('Contoso demo')
    core.emit('menu.chosen', { item: 'close-session' })
    await page.getByRole('tab').waitFor({ state: 'detached' })
  })
})
