import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { signInMark } from '../../renderer/profiles/profile-mark.ts'
import { aSignIn, firstStart } from './fake-data.ts'
import { FakeMainProcess } from './fake-main-process.ts'
import { startBrowser, type Browser } from './window-in-chromium.ts'

const dayMs = 86_400_000
const now = Date.parse('2026-11-25T10:00:00Z')
const ending = (at: number) => aSignIn({ kind: 'store', certificate: { thumbprint: 'AB'.repeat(20), subject: 'CN=x', notAfter: new Date(at).toISOString() } })

describe('the mark of a certificate', () => {
  it.each([
    [31 * dayMs, null], [31 * dayMs - 1, '30 d warn'], [15 * dayMs, '15 d warn'], [14 * dayMs, '14 d warn'], [8 * dayMs, '8 d warn'], [8 * dayMs - 1, '7 d bad'],
    [dayMs, '1 d bad'], [dayMs - 1, 'today bad'], [0, 'today bad'], [-1, 'expired bad']
  ])('%i ms before its end is %s', (left, expected) => {
    const mark = signInMark(ending(now + left), now)
    expect(mark && `${mark.text} ${mark.look}`).toBe(expected)
  })
})

describe('the board', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await startBrowser()
  })
  afterEach(() => browser.closeWindows())
  afterAll(() => browser?.close())

  it('lists what ends by its date, with who uses it, and replaces it', async () => {
    const start = firstStart()
    const late = { ...ending(Date.now() + 300 * dayMs), id: start.signIns[0]!.id, name: 'Late' }
    const soon = { ...ending(Date.now() + 3.5 * dayMs), id: start.signIns[1]!.id, name: 'Soon' }
    const { page } = await browser.openWindow(new FakeMainProcess({ ...start, signIns: [late, soon, aSignIn({ name: 'A secret' })] }))
    await page.getByRole('banner').getByRole('button', { name: 'Tools' }).click()
    await page.getByRole('menuitem', { name: 'Expiring credentials…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Expiring credentials' })
    const rows = await dialog.getByRole('listitem').allInnerTexts()
    expect(rows[0]).toMatch(/Soon\s+3 d[^]*used by Fabrikam demo/)
    expect(rows[1]).toMatch(/Late[^]*used by Contoso demo/)
    await dialog.getByText(/not known: A secret/).waitFor()
    await dialog.getByRole('button', { name: 'Replace the credential of Soon' }).click()
    await page.getByRole('dialog', { name: 'Change the sign-in' }).waitFor()
  })
})
