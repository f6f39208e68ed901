import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Keychain } from '../../app/adapters.ts'
import { exchangePublicClientId } from '../../app/contract.ts'
import { describeOnMainEngine } from '../engines.ts'
import { accountOf } from '../tokens/person.ts'
import { connect, openPreview, patienceMs, type, waitForText, type RunningPreview } from './preview-in-chromium.ts'
import { connected, ProfileDialog, promptOf } from './profile-dialog.ts'

/** Stands in for the OS's keychain, which other tests use: here it is what a restart finds again. */
function fakeKeychain(): Keychain {
  const kept = new Map<string, string>()
  return {
    getPassword: async (service, account) => kept.get(`${service} ${account}`) ?? null,
    setPassword: async (service, account, password) => void kept.set(`${service} ${account}`, password),
    deletePassword: async (service, account) => kept.delete(`${service} ${account}`),
    findCredentials: async () => []
  }
}

describeOnMainEngine('a profile with one’s own account', ({ env }) => {
  const dataFolder = mkdtempSync(join(tmpdir(), 'tenantry-data-'))
  const keychain = fakeKeychain()
  let running: RunningPreview
  let page: Page

  async function start() {
    running = await openPreview({ env, dataFolder, keychain: async () => keychain })
    page = running.page
  }
  beforeAll(start)
  afterAll(async () => {
    await running?.close()
    rmSync(dataFolder, { recursive: true, force: true })
  })

  async function accountProfile(name: string): Promise<ProfileDialog> {
    const editor = await ProfileDialog.new(page)
    await editor.choose('My account')
    expect(await editor.field('Application (client) ID').inputValue()).toBe(exchangePublicClientId)
    await editor.describe({ name, domain: 'contoso.example', clientId: exchangePublicClientId })
    return editor
  }

  const button = (editor: ProfileDialog, name: string) => editor.dialog.getByRole('button', { name, exact: true })

  /** Follows the link as a person does: another page of the same browser. */
  async function openSignInPage(editor: ProfileDialog): Promise<Page> {
    const opened = running.context.waitForEvent('page')
    await editor.dialog.getByRole('link', { name: 'Open the sign-in page' }).click()
    return opened
  }

  it('signs in by the browser, connects as that person, and lists mailboxes', async () => {
    const editor = await accountProfile('By browser')
    await button(editor, 'Sign in with browser').click()
    const signInPage = await openSignInPage(editor)
    await signInPage.getByRole('button', { name: /^Exchange admin/ }).click()
    await signInPage.getByRole('status').filter({ hasText: 'You can close this page' }).waitFor()
    await signInPage.close()
    const { upn } = accountOf(running.core.demo, 'Exchange admin')
    await editor.dialog.getByRole('group', { name: 'Account' }).getByText(upn).waitFor()
    await editor.saveAndConnect('By browser')
    await waitForText(page, 'By browser', `as ${upn}`)
    await type(page, 'By browser', '(Get-EXOMailbox -ResultSize 1).PrimarySmtpAddress')
    await waitForText(page, 'By browser', /\n\S+@contoso\.example/)
    await type(page, 'By browser', "'[' + (Get-Mailbox -ResultSize 1).Alias.Length + ']'")
    await waitForText(page, 'By browser', /\n\[\d+\]/)
    const anchors = running.core.demo.log.filter(({ service }) => service === 'exchange').map(({ headers }) => headers['x-anchormailbox']).filter(Boolean)
    expect(new Set(anchors)).toEqual(new Set([`UPN:${upn}`]))
    await page.getByText('tenant confirmed').waitFor({ timeout: patienceMs })
  })

  it('says at the form what the page was answered, and can be tried again', async () => {
    const editor = await accountProfile('Denied')
    await button(editor, 'Sign in with browser').click()
    const signInPage = await openSignInPage(editor)
    await signInPage.getByRole('button', { name: 'Deny' }).click()
    await signInPage.getByRole('status').waitFor()
    await signInPage.close()
    await editor.dialog.getByRole('alert').filter({ hasText: 'was declined' }).waitFor()
    await button(editor, 'Sign in with browser').click()
    await button(editor, 'Cancel the sign-in').click()
    await button(editor, 'Use a device code').waitFor()
    expect(await editor.dialog.getByRole('alert').count()).toBe(0)
    await editor.press('Cancel')
    await page.getByRole('alertdialog').getByRole('button', { name: /discard|leave/i }).click()
  })

  it('signs in by a device code', async () => {
    const editor = await accountProfile('By code')
    await button(editor, 'Use a device code').click()
    const code = await editor.dialog.getByLabel('Device code').innerText()
    const signInPage = await openSignInPage(editor)
    await signInPage.getByLabel('Code').fill(code)
    await signInPage.getByRole('button', { name: 'Next' }).click()
    await signInPage.getByRole('button', { name: /^Partner admin/ }).click()
    await signInPage.getByRole('status').waitFor()
    await signInPage.close()
    await editor.dialog.getByText(accountOf(running.core.demo, 'Partner admin').upn).waitFor({ timeout: patienceMs })
    await editor.saveAndConnect('By code')
    // A partner's admin lives in another tenant and manages the customer's.
    await type(page, 'By code', '(Get-ConnectionInformation).DelegatedOrganization')
    await waitForText(page, 'By code', /\ncontoso/)
  })

  it('connects after a restart without asking anybody, by what was sealed', async () => {
    await running.close()
    const sealed = readdirSync(join(dataFolder, 'sealed'))
    expect(sealed).toHaveLength(2)
    for (const name of sealed) expect(readFileSync(join(dataFolder, 'sealed', name), 'latin1')).not.toContain('RefreshToken')
    await start()
    await connect(page, 'By browser')
    await type(page, 'By browser', '(Get-EXOMailbox -ResultSize 1).PrimarySmtpAddress')
    await waitForText(page, 'By browser', /\n\S+@contoso\.example/)
  })

  it('says in the session why it is not let in any more, and signs in again there', async () => {
    const account = accountOf(running.core.demo, 'Exchange admin')
    account.refuseRefresh = 50173
    await page.getByRole('button', { name: 'Reconnect' }).first().click()
    const alert = page.getByRole('alert').filter({ hasText: 'AADSTS50173' })
    await alert.waitFor({ timeout: patienceMs })
    account.refuseRefresh = null
    await alert.getByRole('button', { name: 'Sign in again' }).click()
    const dialog = new ProfileDialog(page, 'Sign in again')
    await dialog.dialog.getByRole('button', { name: 'Sign in with browser' }).click()
    const signInPage = await openSignInPage(dialog)
    await signInPage.getByRole('button', { name: /^Exchange admin/ }).click()
    await dialog.dialog.waitFor({ state: 'hidden' })
    await signInPage.close()
    await connected(page, 'By browser')
    await promptOf(page, 'By browser')
  })

  it('signs out, and then asks who it is', async () => {
    const editor = await ProfileDialog.edit(page, 'By code')
    await button(editor, 'Account…').click()
    await button(editor, 'Sign out').click()
    await button(editor, 'Sign in with browser').waitFor()
    expect(readdirSync(join(dataFolder, 'sealed'))).toHaveLength(1)
  })
})
