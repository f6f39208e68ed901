import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { settingKeys } from '../../app/settings/table.ts'
import { aState, firstStart } from './fake-data.ts'
import { FakeMainProcess } from './fake-main-process.ts'
import { browserForTests, eventually } from './window-in-chromium.ts'

const browser = browserForTests()

const dialog = (page: Page) => page.getByRole('dialog', { name: 'Settings' })
const row = (page: Page, key: string) => page.locator(`[data-setting="${key}"]`)
const fileOf = (core: FakeMainProcess) => JSON.parse(readFileSync(core.settings.view.file, 'utf8')) as { settings: Record<string, unknown> }

async function openSettings(core?: FakeMainProcess) {
  const opened = await browser.openWindow(core)
  await opened.page.keyboard.press('Control+,')
  await dialog(opened.page).waitFor()
  return opened
}

/** A core whose settings’ file holds this. */
function withFile(settings: Record<string, unknown>): FakeMainProcess {
  const file = join(mkdtempSync(join(tmpdir(), 'tenantry-settings-')), 'settings.json')
  writeFileSync(file, JSON.stringify({ version: 2, settings }))
  return new FakeMainProcess(firstStart(), file)
}

describe('the settings', () => {
  it('are all there with their defaults, found by a search, and changed one by one', async () => {
    const { core, page, problems } = await openSettings()
    for (const key of settingKeys) await row(page, key).waitFor({ state: 'attached' })
    await dialog(page).getByRole('searchbox').fill('font size')
    await eventually(() => page.locator('[data-setting]').count(), (count) => count === 1)
    const size = dialog(page).getByLabel('Font size', { exact: true })
    await size.fill('18')
    await size.press('Enter')
    await row(page, 'terminal.fontSize').getByText('changed', { exact: true }).waitFor()
    expect(await row(page, 'terminal.fontSize').getByText('Default: 13 px').isVisible()).toBe(true)
    expect(fileOf(core).settings).toEqual({ 'terminal.fontSize': 18 })
    await size.fill('500')
    await size.press('Tab')
    await dialog(page).getByRole('alert').filter({ hasText: '“Font size” must be a whole number from 6 to 40. Nothing was changed.' }).waitFor()
    expect(await size.inputValue()).toBe('500')
    await dialog(page).getByRole('button', { name: 'Reset Font size' }).click()
    await eventually(() => size.inputValue(), (value) => value === '13')
    expect(await dialog(page).getByRole('alert').count()).toBe(0)
    await dialog(page).getByRole('searchbox').fill('sparkle')
    await dialog(page).getByText('No setting matches “sparkle”.').waitFor()
    expect(problems).toEqual([])
  })

  it('go back to their defaults together, after a question', async () => {
    const { core, page } = await openSettings(withFile({ 'terminal.fontSize': 20, 'lock.afterMinutes': 15, 'powershell.path': '/opt/pwsh' }))
    await row(page, 'powershell.path').getByText('/opt/pwsh').waitFor()
    await dialog(page).getByRole('button', { name: 'Reset all…' }).click()
    const question = page.getByRole('alertdialog')
    await question.getByText('3 settings go back to their defaults.').waitFor()
    await question.getByRole('button', { name: 'Cancel' }).click()
    expect(core.settings.values['terminal.fontSize']).toBe(20)
    await dialog(page).getByRole('button', { name: 'Reset all…' }).click()
    await question.getByRole('button', { name: 'Reset all' }).click()
    await eventually(() => core.settings.view.changed.length, (count) => count === 0)
    await row(page, 'lock.afterMinutes').getByRole('checkbox', { name: 'Never by itself' }).uncheck()
    await eventually(() => core.settings.values['lock.afterMinutes'], (minutes) => minutes === 10)
  })

  it('name what the file has wrong, say what is used instead, and take it out on a click', async () => {
    const { core, page } = await openSettings(withFile({ 'terminal.fontSize': 'large', 'terminal.sparkle': true, keys: { palette: ['Ctrl+A'], close: ['W'], dance: ['F9'] } }))
    const told = page.getByRole('region', { name: 'What could not be used' })
    for (const text of [
      'terminal.fontSize must be a whole number from 6 to 40; the file has "large". Used instead: “13 px”.', 'terminal.sparkle is no setting of this Tenantry', 'keys.close must be keys such as',
      'keys.palette can’t have that key, which is one of PSReadLine’s, which edits the line in the terminal: Ctrl+A.', 'keys.dance is nothing that a key'
    ]) await told.getByRole('listitem').filter({ hasText: text }).waitFor()
    await told.getByRole('button', { name: 'Remove terminal.sparkle from the file' }).click()
    await told.getByRole('listitem').filter({ hasText: 'sparkle' }).waitFor({ state: 'detached' })
    expect(Object.keys(fileOf(core).settings)).toEqual(['terminal.fontSize', 'keys'])
    writeFileSync(core.settings.view.file, JSON.stringify({ version: 2, settings: { 'terminal.bell': 'visual' } }))
    await dialog(page).getByRole('button', { name: 'Read the file again' }).click()
    await told.waitFor({ state: 'detached' })
    expect(await dialog(page).getByLabel('Bell', { exact: true }).inputValue()).toBe('visual')
  })

  it('that can’t be written say so, and show what holds', async () => {
    const core = withFile({})
    writeFileSync(core.settings.view.file, JSON.stringify({ version: 3, settings: {} }))
    const { page } = await openSettings(core)
    await dialog(page).getByRole('alert').filter({ hasText: 'a newer Tenantry wrote their file' }).waitFor()
    await dialog(page).getByLabel('Cursor blinks').click()
    await row(page, 'terminal.cursorBlink').getByRole('alert').filter({ hasText: 'can’t be changed' }).waitFor()
    expect(await dialog(page).getByLabel('Cursor blinks').isChecked()).toBe(true)
  })

  it('that are paths are chosen by the host alone', async () => {
    const core = new FakeMainProcess()
    core.state = aState({ host: 'electron' })
    const { page } = await openSettings(core)
    await row(page, 'powershell.path').getByRole('button', { name: 'Choose a file…' }).click()
    await row(page, 'powershell.path').getByText('/home/admin/chosen').waitFor()
    expect(core.inputsOf('settings.choose')).toEqual([{ key: 'powershell.path' }])
    core.changeState({ host: 'preview' })
    await row(page, 'powershell.path').getByText('A file can’t be chosen').waitFor()
  })

  it('are found one by one in the palette, which leads to the one that was chosen', async () => {
    const { page } = await browser.openWindow()
    await page.keyboard.press('Control+Shift+P')
    await page.keyboard.type('scrollback')
    await page.getByRole('option', { name: 'Scrollback 5000 lines Setting' }).waitFor()
    await page.keyboard.press('Enter')
    await eventually(() => page.evaluate(() => document.activeElement?.closest('[data-setting]')?.getAttribute('data-setting')), (key) => key === 'terminal.scrollback')
    await row(page, 'terminal.scrollback').waitFor()
  })

  it('fit into a small window', async () => {
    const { page } = await openSettings(withFile({ 'powershell.path': `/opt/${'very-long-name/'.repeat(20)}pwsh` }))
    for (const [width, height] of [[900, 600], [480, 320]] as const) {
      await page.setViewportSize({ width, height })
      const box = (await dialog(page).boundingBox())!
      expect([box.x >= 0, box.y >= 0, box.x + box.width <= width, box.y + box.height <= height]).toEqual([true, true, true, true])
      const list = page.getByRole('region', { name: 'All settings' })
      expect(await list.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0)
      expect((await list.boundingBox())!.height).toBeGreaterThan(80)
    }
  })
})

describe('a key of the window', () => {
  it('is changed by pressing it, refused where it is somebody else’s, and works and is shown everywhere from then on', async () => {
    const { core, page, connect } = await browser.openWindow()
    await connect('Contoso demo')
    await page.getByRole('button', { name: 'Tools' }).click()
    await page.getByRole('menuitem', { name: 'Keyboard shortcuts…' }).click()
    const keys = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
    const close = keys.getByRole('row', { name: /^Close the session/ })
    await close.getByRole('button', { name: 'Add a key for “Close the session”' }).click()
    for (const [chord, refusal] of [['Control+a', 'Ctrl+A is one of PSReadLine’s'], ['x', 'X types something'], ['Control+Tab', 'Ctrl+Tab is the key of “The session used before this one”. Take it away there first.']] as const) {
      await page.keyboard.press(chord)
      await close.getByRole('alert').filter({ hasText: refusal }).waitFor()
    }
    expect(core.settings.view.changed).toEqual([])
    await page.keyboard.press('Control+Shift+J')
    await close.getByText('Ctrl+Shift+J').waitFor()
    await close.getByRole('button', { name: 'Remove Ctrl+Shift+W from' }).click()
    await eventually(() => core.settings.values.keys, (changed) => JSON.stringify(changed) === '{"close":["Ctrl+Shift+J"]}')
    // Escape ends the listening, and then the dialog.
    await close.getByRole('button', { name: 'Add a key' }).click()
    await page.keyboard.press('Escape')
    await close.getByRole('button', { name: 'Add a key' }).waitFor()
    await page.keyboard.press('Escape')
    await keys.waitFor({ state: 'detached' })
    await page.keyboard.press('Control+Shift+P')
    await page.keyboard.type('close this')
    await page.getByRole('option', { name: 'Close this session Ctrl+Shift+J' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('textbox', { name: 'Terminal input of Contoso demo' }).focus()
    await page.keyboard.press('Control+Shift+J')
    await page.getByRole('tab').waitFor({ state: 'detached' })
    await page.getByRole('listitem').filter({ hasText: 'Ctrl+Shift+J closes the session in front' }).waitFor()
    expect(core.inputsOf('sessions.close')).toHaveLength(1)
  })
})

describe('what a setting changes', () => {
  it('is seen in open terminals at once: size by the keys, font, bell, cursor', async () => {
    const { core, page, connect, problems } = await browser.openWindow()
    await connect('Contoso demo')
    const session = core.sessionOf('Contoso demo')
    const wide = await eventually(() => session.sizes.at(-1), Boolean)
    for (let press = 0; press < 6; press++) await page.keyboard.press('Control+Equal')
    await eventually(() => core.settings.values['terminal.fontSize'], (size) => size === 19)
    const narrow = await eventually(() => session.sizes.at(-1), (size) => size!.cols < wide!.cols)
    expect(narrow!.rows).toBeLessThan(wide!.rows)
    await page.keyboard.press('Control+0')
    await eventually(() => session.sizes.at(-1), (size) => size!.cols === wide!.cols)
    core.settings.set('terminal.fontFamily', 'serif')
    const pane = page.getByRole('region', { name: 'Terminal Contoso demo' })
    await eventually(() => pane.locator('.xterm-rows').evaluate((rows) => getComputedStyle(rows).fontFamily), (family) => family === 'serif')
    core.settings.set('terminal.cursorStyle', 'underline')
    await pane.locator('.xterm-cursor-underline').first().waitFor()
    core.settings.set('terminal.ligatures', true)
    session.print('\r\n1 -> 2')
    await eventually(() => pane.locator('.xterm').evaluate((terminal: HTMLElement) => terminal.style.fontFeatureSettings), (features) => features === '"calt"')
    core.settings.set('terminal.ligatures', false)
    await eventually(() => pane.locator('.xterm').evaluate((terminal: HTMLElement) => terminal.style.fontFeatureSettings), (features) => features === '')
    const flashes = () => pane.locator('.screen').evaluate((screen) => screen.getAnimations().length)
    session.print('\x07')
    await eventually(() => session.acknowledged, (bytes) => bytes === session.received)
    expect(await flashes()).toBe(0)
    core.settings.set('terminal.bell', 'visual')
    await page.waitForTimeout(100)
    session.print('\x07'.repeat(100))
    await eventually(flashes, (count) => count === 1)
    expect(session.typed).toBe('')
    expect(problems).toEqual([])
  })

  it('is the theme, in the window and its terminals, whatever the system says, and after a reload', async () => {
    const { core, page, connect } = await browser.openWindow()
    await connect('Contoso demo')
    const colours = () => page.evaluate(() => [getComputedStyle(document.body).backgroundColor, getComputedStyle(document.querySelector('.xterm-scrollable-element')!).backgroundColor])
    const backgrounds = { dark: 'rgb(15, 18, 22)', light: 'rgb(246, 247, 249)', 'contrast-dark': 'rgb(0, 0, 0)', 'contrast-light': 'rgb(255, 255, 255)' } as const
    for (const choice of ['dark', 'light', 'contrast-dark', 'contrast-light'] as const) {
      await page.emulateMedia({ colorScheme: choice.endsWith('dark') ? 'light' : 'dark' })
      core.settings.set('appearance.theme', choice)
      await eventually(colours, (shown) => shown.every((colour) => colour === backgrounds[choice]))
    }
    await page.reload()
    await page.locator('.xterm-scrollable-element').waitFor()
    await eventually(colours, (shown) => shown.every((colour) => colour === backgrounds['contrast-light']))
  })
})
