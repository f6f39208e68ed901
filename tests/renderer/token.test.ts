import { describe, expect, it } from 'vitest'
import type { TestWindow } from './window-in-chromium.ts'
import { aFailure, firstStart } from './fake-data.ts'
import { FakeMainProcess } from './fake-main-process.ts'
import { pastedToken, someClaims } from './fake-tokens.ts'
import { browserForTests, eventually } from './window-in-chromium.ts'

const browser = browserForTests({ hasClipboard: true })

const panelOf = ({ page }: TestWindow) => page.getByRole('region', { name: 'Token', exact: true })
const buttonOf = ({ page }: TestWindow) => page.getByRole('button', { name: 'Token', exact: true })

/** A window with a connected session and its token's panel. */
async function openPanel(change: Record<string, unknown> | null = {}, core = new FakeMainProcess()) {
  core.claims = change
  const window = await browser.openWindow(core)
  await window.connect('Contoso demo')
  await buttonOf(window).click()
  return { ...window, panel: panelOf(window), button: buttonOf(window) }
}

describe('the token panel', () => {
  it('opens and closes by the strip’s button, which tells which', async () => {
    const { panel, button, problems } = await openPanel()
    await panel.waitFor()
    expect(await button.getAttribute('aria-expanded')).toBe('true')
    await button.click()
    await panel.waitFor({ state: 'detached' })
    expect(await button.getAttribute('aria-expanded')).toBe('false')
    expect(problems).toEqual([])
  })

  it('closes by Escape and gives the keyboard back to the button', async () => {
    const { page, panel } = await openPanel()
    await panel.getByRole('button', { name: 'All claims' }).focus()
    await page.keyboard.press('Escape')
    await panel.waitFor({ state: 'detached' })
    await eventually(() => page.evaluate(() => document.activeElement?.textContent), (text) => text === 'Token')
  })

  it('is a stop of F6', async () => {
    const { page, panel } = await openPanel()
    await page.getByRole('searchbox').focus()
    const isInPanel = () => panel.evaluate((element) => element.contains(document.activeElement))
    for (let press = 0; press < 6 && !(await isInPanel()); press++) await page.keyboard.press('F6')
    expect(await isInPanel()).toBe(true)
  })

  it('says the verdict, the facts, the roles and what each allows', async () => {
    const { panel } = await openPanel()
    await panel.getByText('This token can manage Exchange: it has Exchange.ManageAsApp and the directory role Exchange Administrator.').waitFor()
    expect(await panel.locator('b').allInnerTexts()).toEqual(['Exchange.ManageAsApp', 'Exchange Administrator'])
    for (const text of ['valid', 'granted', 'assigned']) await panel.getByText(text, { exact: true }).waitFor()
    await panel.getByText('Can manage Exchange. Opens nothing in Security & Compliance.').waitFor()
    await panel.getByText('41c9…07ee').waitFor()
    await panel.getByText('Exchange’s audit log will show the app “Exchange automation”, not the person who uses it.').waitFor()
    expect(await panel.getByRole('link', { name: 'Microsoft’s page' }).getAttribute('href')).toMatch(/^https:\/\/learn\.microsoft\.com\//)
    await panel.getByText('Microsoft’s page, as of 2025-10-24', { exact: true }).waitFor()
  })

  it('shows the token’s life as a bar that has words too', async () => {
    const { panel } = await openPanel()
    const bar = panel.getByRole('progressbar', { name: 'Life of the token' })
    expect(Number(await bar.getAttribute('aria-valuenow'))).toBeGreaterThanOrEqual(71)
    expect(await bar.getAttribute('aria-valuetext')).toMatch(/^4\d min left$/)
    await panel.getByText(/^issued .+, expires .+; a new one is fetched at about /).waitFor()
  })

  it('tells a role that is missing, and what to do', async () => {
    const { panel } = await openPanel({ wids: [] })
    await panel.getByText('No directory role in the token: access depends on Exchange’s own roles; the check will tell.').waitFor()
    await panel.getByText(/^Give the app’s service principal a directory role/).waitFor()
  })

  it('tells anew when the session has a new token, and when the token runs out', async () => {
    const { core, panel } = await openPanel({ roles: [] })
    await panel.getByText(/lacks/).waitFor()
    core.claims = { exp: Math.ceil(Date.now() / 1000) + 2 }
    core.changeSession(core.sessionOf('Contoso demo'), { tokenExpiresOn: Date.now() + 2000 })
    await panel.getByText(/^This token can manage/).waitFor()
    await panel.getByText(/^This token expired/).waitFor()
    await panel.getByText('expired', { exact: true }).waitFor()
  })

  it('follows the session in front', async () => {
    const { core, panel, connect } = await openPanel()
    await panel.getByText('Contoso demo').waitFor()
    await connect('Fabrikam demo')
    await panel.getByText('Fabrikam demo').waitFor()
    expect(await panel.getByText('Contoso demo').count()).toBe(0)
    expect(core.inputsOf('tokens.describe').at(-1)).toEqual({ sessionId: core.sessionOf('Fabrikam demo').view.id })
  })

  it('is of the session’s own service', async () => {
    const start = firstStart()
    start.profiles[0]!.services = ['compliance']
    const window = await browser.openWindow(new FakeMainProcess(start))
    await window.tenant('Contoso demo').dblclick()
    await buttonOf(window).click()
    await panelOf(window).getByText(/not for Security & Compliance/).waitFor()
  })

  it('says that there is no token, and what the main process could not tell', async () => {
    const { core, panel } = await openPanel(null)
    await panel.getByText('This session holds no token at the moment.').waitFor()
    core.failNext('tokens.describe', aFailure({ message: 'Something went wrong.' }))
    core.changeSession(core.sessionOf('Contoso demo'), { phase: 'connecting' })
    await panel.getByText('Something went wrong.').waitFor()
  })

  it('lists all claims on demand, with plain names, and copies them as JSON', async () => {
    const { core, page, panel } = await openPanel()
    const toggle = panel.getByRole('button', { name: 'All claims' })
    const name = panel.getByText('ID of this token, as in the sign-in log')
    expect(await toggle.getAttribute('aria-expanded')).toBe('false')
    expect(await name.isVisible()).toBe(false)
    await toggle.click()
    await name.waitFor()
    await panel.getByRole('button', { name: 'Copy claims' }).click()
    await panel.getByText('Copied, without the signature.').waitFor()
    const copied = JSON.parse(await page.evaluate(() => navigator.clipboard.readText())) as unknown
    expect(copied).toMatchObject({ tid: core.profiles[0]!.tenantId, roles: ['Exchange.ManageAsApp'], uti: 'y4Qk2mJXmkGdE7s1JmQAAA' })
  })

  it.each([[820, 560], [480, 320], [320, 480]])('lies over the terminal in a window of %i × %i, within it, and can be closed', async (width, height) => {
    const { page, panel } = await openPanel()
    await page.setViewportSize({ width, height })
    const spilled = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth || document.documentElement.scrollHeight > innerHeight)
    expect(spilled).toBe(false)
    const box = (await panel.boundingBox())!
    expect(box.x + box.width).toBeLessThanOrEqual(width)
    expect(box.y + box.height).toBeLessThanOrEqual((await page.getByRole('contentinfo').boundingBox())!.y + 1)
    await panel.getByRole('button', { name: 'Close the token panel' }).click()
    await panel.waitFor({ state: 'detached' })
  })
})

describe('the panel where there is no room beside the terminal', () => {
  it('takes the keyboard, gives it back by Escape, and goes once one goes on elsewhere', async () => {
    const { page, connect } = await browser.openWindow()
    await page.setViewportSize({ width: 640, height: 400 })
    await connect('Contoso demo')
    const toggle = page.getByRole('button', { name: 'Token', exact: true })
    const panel = page.getByRole('region', { name: 'Token', exact: true })
    await toggle.press('Enter')
    await panel.getByRole('button', { name: 'Close the token panel' }).and(page.locator(':focus')).waitFor()
    await page.keyboard.press('Escape')
    await panel.waitFor({ state: 'detached' })
    await toggle.and(page.locator(':focus')).waitFor()
    await toggle.press('Enter')
    // A dialog that is opened from it leaves it there.
    await panel.getByRole('button', { name: 'Explain another token…' }).press('Enter')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await panel.getByRole('button', { name: 'Explain another token…' }).and(page.locator(':focus')).waitFor()
    await page.keyboard.press('F6')
    await panel.waitFor({ state: 'detached' })
    expect(await page.evaluate(() => document.activeElement?.tagName)).not.toBe('BODY')
  })
})

describe('the dialog “Explain a token”', () => {
  async function openDialog() {
    const window = await browser.openWindow()
    await window.page.getByRole('banner').getByRole('button', { name: 'Explain a token' }).click()
    const dialog = window.page.getByRole('dialog', { name: 'Explain a token' })
    const field = dialog.getByRole('textbox', { name: 'Token', exact: true })
    return { ...window, dialog, field, explain: dialog.getByRole('button', { name: 'Explain', exact: true }), result: dialog.getByRole('region', { name: 'Explanation' }) }
  }

  it('explains a pasted token, and keeps neither it nor its signature', async () => {
    const { core, page, field, explain, result, problems } = await openDialog()
    const { token, signature } = pastedToken(someClaims(core.profiles[0]!, { wids: ['62e90394-69f5-4237-9190-012177145e10'] }))
    await field.fill(`Bearer ${token}\n`)
    await explain.click()
    await result.getByText(/^This token can manage Exchange: .* Global Administrator\.$/).waitFor()
    await result.getByText('41c9a6b2-6f0e-4f8d-9d65-2f5c1fd207ee', { exact: true }).first().waitFor()
    expect(await field.inputValue()).toBe('')
    await result.getByRole('button', { name: 'All claims' }).click()
    expect(await page.content()).not.toContain(signature)
    await result.getByRole('button', { name: 'Copy claims' }).click()
    await result.getByText('Copied, without the signature.').waitFor()
    expect(await page.evaluate(() => navigator.clipboard.readText())).not.toContain(signature)
    expect(problems).toEqual([])
  })

  it('says what is not a token, at its field, and keeps it there to be mended', async () => {
    const { page, dialog, field, explain, result } = await openDialog()
    await field.fill('nonsense')
    await explain.click()
    await dialog.getByText(/^This is not a token: /).waitFor()
    expect(await field.getAttribute('aria-invalid')).toBe('true')
    expect(await field.inputValue()).toBe('nonsense')
    await eventually(() => page.evaluate(() => document.activeElement?.tagName), (name) => name === 'TEXTAREA')
    expect(await result.count()).toBe(0)
  })

  it('says at once that 10 MB are no token', async () => {
    const { core, page, dialog, field } = await openDialog()
    await field.focus()
    await page.evaluate(() => {
      const clipboardData = new DataTransfer()
      clipboardData.setData('text/plain', 'eyJ'.repeat(3_500_000))
      document.activeElement!.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
    })
    await dialog.getByText('This is not a token: it is far too long for one.').waitFor()
    expect(await field.inputValue()).toBe('')
    expect(core.inputsOf('tokens.explain')).toHaveLength(1)
  })

  it('opens from the panel too, and closes by Escape', async () => {
    const { page, panel } = await openPanel()
    await panel.getByRole('button', { name: 'Explain another token…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Explain a token' })
    await dialog.waitFor()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await panel.waitFor()
  })

  it('fits a small window', async () => {
    const { page, core, dialog, field, explain, result } = await openDialog()
    await page.setViewportSize({ width: 480, height: 320 })
    await field.fill(pastedToken(someClaims(core.profiles[0]!)).token)
    await explain.click()
    await result.waitFor()
    const box = (await dialog.boundingBox())!
    expect(box.x).toBeGreaterThanOrEqual(0)
    expect(box.y + box.height).toBeLessThanOrEqual(320)
    await explain.click({ trial: true })
  })
})
