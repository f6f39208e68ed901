import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, expect, it } from 'vitest'
import { describeOnMainEngine } from '../engines.ts'
import { connect, openPreview, patienceMs, type, waitForText, type RunningPreview } from './preview-in-chromium.ts'

const name = 'Contoso demo'
const settingsDialog = (page: Page) => page.getByRole('dialog', { name: 'Settings' })

async function openSettings(page: Page) {
  await page.keyboard.press('Control+,')
  const dialog = settingsDialog(page)
  await dialog.waitFor()
  return dialog
}

async function closeDialog(page: Page) {
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
}

/** How wide the shell's terminal is, as PowerShell has it. */
async function columns(page: Page, mark: string): Promise<number> {
  await type(page, name, `"${mark}-$([Console]::WindowWidth)-"`)
  const shown = await waitForText(page, name, new RegExp(`\\n${mark}-\\d+-`))
  return Number(new RegExp(`\\n${mark}-(\\d+)-`).exec(shown)![1])
}

describeOnMainEngine('settings', ({ env, name: engine }) => {
  const dataFolder = mkdtempSync(join(tmpdir(), 'tenantry-settings-'))
  const file = join(dataFolder, 'settings.json')
  const stored = () => (JSON.parse(readFileSync(file, 'utf8')) as { settings: Record<string, unknown> }).settings
  let running: RunningPreview | null = null
  afterAll(async () => {
    await running?.close()
    rmSync(dataFolder, { recursive: true, force: true })
  })

  it('change an open session, are kept, and name what somebody broke in their file', async () => {
    writeFileSync(file, JSON.stringify({ version: 2, settings: { 'terminal.bell': 'loud', 'terminal.scrollback': 300 } }))
    running = await openPreview({ env, dataFolder })
    const { page } = running
    await page.getByRole('note').filter({ hasText: 'One value of the settings’ file can’t be used' }).waitFor()
    await connect(page, name)
    const wide = await columns(page, 'wide')

    let dialog = await openSettings(page)
    await dialog.getByRole('listitem').filter({ hasText: 'terminal.bell must be one of none, visual, sound; the file has "loud". Used instead: “Nothing”.' }).waitFor()
    await dialog.getByRole('button', { name: 'Remove terminal.bell from the file' }).click()
    await page.getByRole('note').waitFor({ state: 'detached' })
    await dialog.getByRole('searchbox').fill('font size')
    await dialog.getByLabel('Font size', { exact: true }).fill('26')
    await dialog.getByLabel('Font size', { exact: true }).press('Enter')
    await dialog.getByRole('searchbox').fill('theme')
    await dialog.getByLabel('Theme', { exact: true }).selectOption('High contrast, dark')
    await expect.poll(() => page.evaluate(() => getComputedStyle(document.querySelector('.xterm-scrollable-element')!).backgroundColor)).toBe('rgb(0, 0, 0)')
    await dialog.getByRole('searchbox').fill('keyboard shortcuts')
    await dialog.getByRole('button', { name: 'Add a key for “Go to a tenant, a session or a command”' }).click()
    await page.keyboard.press('Control+Shift+J')
    await dialog.getByText('Ctrl+Shift+J').waitFor()
    await closeDialog(page)
    expect(await columns(page, 'narrow')).toBeLessThan(wide * 0.7)
    expect(stored()).toEqual({ 'terminal.scrollback': 300, 'terminal.fontSize': 26, 'appearance.theme': 'contrast-dark', keys: { palette: ['Ctrl+Shift+P', 'Ctrl+Shift+J'] } })

    // The core's own screen keeps as few lines as the setting says: a reload brings no more.
    await type(page, name, '1..900 | ForEach-Object { "line-$_" }; "the-" + "end"')
    await waitForText(page, name, 'the-end')
    const { traffic } = running
    traffic.length = 0
    await page.reload()
    await waitForText(page, name, 'the-end')
    const sent = Buffer.concat(traffic.map((data) => Buffer.from(data as Uint8Array))).toString('latin1')
    expect([sent.includes('line-900'), sent.includes('line-700'), sent.includes('line-500')]).toEqual([true, true, false])
    const terminal = page.getByRole('region', { name: `Terminal ${name}`, exact: true })

    // The changed key, in a terminal; and a setting that the palette finds.
    await terminal.locator('.xterm-helper-textarea').focus()
    await page.keyboard.press('Control+Shift+J')
    await page.getByRole('combobox').fill('font size')
    await page.getByRole('option', { name: /^Font size 26 px Setting/ }).waitFor()
    await page.keyboard.press('Enter')
    dialog = settingsDialog(page)
    await dialog.getByRole('button', { name: 'Reset all…' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Reset all' }).click()
    await expect.poll(stored).toEqual({})
    await closeDialog(page)
    expect(await columns(page, 'again')).toBe(wide)
    await page.keyboard.press('Control+Shift+J')
    expect(await page.getByRole('combobox').count()).toBe(0)
  }, 4 * patienceMs)

  it.runIf(engine === 'pwsh')('have a screen reader told of what is printed, and of a line that is typed nothing twice', async () => {
    const { page } = running!
    const terminal = page.getByRole('region', { name: `Terminal ${name}`, exact: true })
    const told = () => terminal.locator('.live-region').innerText()
    await page.getByRole('contentinfo').getByRole('button', { name: 'Screen reader off' }).click()
    await page.getByRole('contentinfo').getByRole('button', { name: 'Screen reader on' }).waitFor()
    const clear = async () => {
      await terminal.locator('.xterm-helper-textarea').focus()
      await page.keyboard.press('Control+L')
      await waitForText(page, name, new RegExp(`^\\s*${name} PS>\\s*$`))
    }
    // The shell has it from a prompt on.
    const isOn = async () => {
      await clear()
      await type(page, name, '"mode is $((Get-PSReadLineOption).ScreenReaderModeEnabled)."')
      return (await waitForText(page, name, /mode is (True|False)\.\s+[^\n]*PS>\s*$/)).includes('mode is True.')
    }
    await expect.poll(isOn, { timeout: patienceMs }).toBe(true)
    await expect.poll(told, { timeout: patienceMs }).toContain('mode is True.')
    await clear()
    await page.keyboard.type('Get-Date -Year 2031')
    // What is told comes with the list of lines. The keys themselves a reader says by itself; a line that is written anew would be told.
    await terminal.getByRole('listitem').filter({ hasText: 'Get-Date -Year 2031' }).waitFor()
    expect(await told()).not.toContain('Get')
    await page.keyboard.press('Enter')
    await expect.poll(told, { timeout: patienceMs }).toContain('2031')
  }, 4 * patienceMs)
})
