import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { expiryOf } from '../../app/expiry/expiry.ts'
import { expiryMark, signInMark } from '../../renderer/profiles/profile-mark.ts'
import { aSignIn, firstStart } from './fake-data.ts'
import { FakeMainProcess } from './fake-main-process.ts'
import { browserForTests } from './window-in-chromium.ts'

const dayMs = 86_400_000
const now = Date.parse('2026-11-25T10:00:00Z')
const certificateUntil = (at: number) => ({ thumbprint: 'AB'.repeat(20), subject: 'CN=x', notAfter: new Date(at).toISOString() })
const until = (at: number) => expiryOf({ kind: 'store', certificate: certificateUntil(at) }, now)!
const secretUntil = (notAfter: string | null) => expiryOf({ kind: 'secret', certificate: null, secretEnd: { notAfter, source: notAfter === null ? 'refused' : 'typed' } }, Date.now())

describe('the mark of an end', () => {
  it.each([
    [31 * dayMs, null], [31 * dayMs - 1, '30 days soon'], [15 * dayMs - 1, '14 days warn'], [8 * dayMs - 1, '7 days bad'],
    [2 * dayMs - 1, '1 day bad now'], [dayMs - 1, 'today bad now'], [-1, 'expired bad now']
  ])('%i ms before it is %s', (left, expected) => {
    const mark = expiryMark(until(now + left))
    expect(mark && `${mark.text} ${mark.look}`).toBe(expected)
  })

  it('says what ends, and when', () => {
    expect(expiryMark(until(now + 3.5 * dayMs))!.sentence).toBe('its certificate expires in 3 days, on 2026-11-28')
    expect(signInMark(aSignIn({ expiry: secretUntil(null) }))).toEqual({ text: 'expired', sentence: 'its client secret has expired, since when is not known', look: 'bad now' })
  })

  it('gives way to a credential that is missing', () => {
    expect(signInMark(aSignIn({ ready: false, expiry: secretUntil(null) }))!.text).toBe('needs credential')
  })
})

describe('in the window', () => {
  const browser = browserForTests()

  const start = firstStart()
  const [one, two] = start.signIns as [(typeof start.signIns)[number], (typeof start.signIns)[number]]
  const day = (days: number) => new Date(Date.now() + days * dayMs).toISOString().slice(0, 10)

  async function openBoard(signIns: typeof start.signIns) {
    const window = await browser.openWindow(new FakeMainProcess({ ...start, signIns }))
    await window.page.getByRole('banner').getByRole('button', { name: 'Tools' }).click()
    await window.page.getByRole('menuitem', { name: 'Expiring credentials…' }).click()
    return { ...window, dialog: window.page.getByRole('dialog', { name: 'Expiring credentials' }) }
  }

  it('the board lists secrets and certificates together by date, with who uses them: what is over first, what is not known last', async () => {
    const late = { ...one, name: 'Late', kind: 'pfx' as const, certificate: certificateUntil(Date.now() + 300 * dayMs), expiry: expiryOf({ kind: 'pfx', certificate: certificateUntil(Date.now() + 300 * dayMs) }, Date.now()) }
    const soon = { ...two, name: 'Soon', expiry: secretUntil(day(3)) }
    const over = aSignIn({ name: 'Refused', expiry: secretUntil(null) })
    const { dialog } = await openBoard([aSignIn({ name: 'A secret' }), late, soon, over, aSignIn({ kind: 'account', name: 'A person' })])
    await dialog.getByRole('listitem').first().waitFor()
    const rows = await dialog.getByRole('listitem').allInnerTexts()
    expect(rows.map((row) => row.split('\n')[0]!.replaceAll(/\s+/g, ' ').trim())).toEqual([
      'Over Refused expired', `${day(3)} Soon 3 days`, `${day(300)} Late`, 'Date not known A secret'
    ])
    expect(rows[0]).toContain('since when is not known')
    expect(rows[1]).toContain('used by Fabrikam demo')
  })

  it('the end of a secret is typed without the secret, and shown in the sidebar', async () => {
    const { dialog, page, core } = await openBoard([one, two])
    await dialog.getByRole('button', { name: `Replace the credential of ${one.name}` }).click()
    const editor = page.getByRole('dialog', { name: 'Change the sign-in' })
    await editor.getByLabel('Expires on').fill(day(12))
    await editor.getByRole('button', { name: 'Save' }).click()
    await dialog.getByText(day(12)).waitFor()
    expect(core.inputsOf('signIns.save')).toEqual([{ id: one.id, signIn: { name: one.name, clientId: one.clientId, kind: 'secret', askEachTime: false, expiresOn: day(12) } }])
    await dialog.getByRole('button', { name: 'Close' }).click()
    await page.getByRole('listitem').filter({ hasText: 'Contoso demo' }).getByText('12 days', { exact: true }).waitFor()
  })

  it('a secret that is entered takes the date of the one before with it', async () => {
    const { dialog, page, core } = await openBoard([{ ...one, expiry: secretUntil(day(3)) }, two])
    await dialog.getByRole('button', { name: `Replace the credential of ${one.name}` }).click()
    const editor = page.getByRole('dialog', { name: 'Change the sign-in' })
    expect(await editor.getByLabel('Expires on').inputValue()).toBe(day(3))
    await editor.getByLabel('Client secret', { exact: true }).fill('a new one')
    expect(await editor.getByLabel('Expires on').inputValue()).toBe('')
    await editor.getByRole('button', { name: 'Save' }).click()
    await editor.waitFor({ state: 'detached' })
    expect(core.inputsOf('signIns.save')[0]).not.toHaveProperty('signIn.expiresOn')
  })

  it('a date is read from Microsoft Graph, chosen where there are several, and a refusal is said', async () => {
    const { dialog, core } = await openBoard([one, two])
    const read = dialog.getByRole('button', { name: `Read from Microsoft Graph when ${one.name} ends` })
    core.failNext('expiry.read', { code: 'expiry-not-allowed', message: 'Microsoft Graph does not let the app read it.', retryable: false })
    await read.click()
    await dialog.getByRole('alert').getByText('Microsoft Graph does not let the app read it.').waitFor()
    core.secretsFound = [20, 90].map((days) => ({ id: randomUUID(), name: `Secret of ${days} days`, startsOn: null, endsOn: new Date(Date.now() + (days + 0.5) * dayMs).toISOString() }))
    await read.click()
    await dialog.getByRole('list', { name: 'Secrets of the app' }).getByText('Secret of 20 days').waitFor()
    await dialog.getByRole('button', { name: new RegExp(`ID ${core.secretsFound[0]!.id}`) }).click()
    await dialog.getByText(/“Secret of 20 days”, as you chose/).waitFor()
    await dialog.getByText('20 days', { exact: true }).waitFor()
    expect(core.inputsOf('expiry.read')).toHaveLength(3)
  })
})
