import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { exchangePublicClientId } from '../../app/contract.ts'
import { failure } from '../../app/failures.ts'
import { aProfile, aSignIn } from './fake-data.ts'
import { FakeMainProcess } from './fake-main-process.ts'
import { browserForTests, eventually } from './window-in-chromium.ts'

const browser = browserForTests()

const admin = { username: 'admin@contoso.example', name: 'Exchange admin', tenantId: randomUUID() }

describe('My account', () => {
  async function editor() {
    const window = await browser.openWindow()
    await window.page.getByRole('complementary').getByRole('button', { name: 'New profile' }).click()
    const dialog = window.page.getByRole('dialog')
    await dialog.getByRole('radio', { name: 'My account' }).click()
    const button = (name: string) => dialog.getByRole('button', { name, exact: true })
    return { ...window, dialog, button }
  }

  it('fills Microsoft’s client in, and takes it out again where an app signs in', async () => {
    const { dialog } = await editor()
    const clientId = dialog.getByLabel('Application (client) ID')
    expect(await clientId.inputValue()).toBe(exchangePublicClientId)
    await dialog.getByRole('radio', { name: 'Client secret' }).click()
    expect(await clientId.inputValue()).toBe('')
  })

  it('shows a device’s code to copy, and who signed in', async () => {
    const { core, dialog, button } = await editor()
    await button('Use a device code').click()
    expect(await dialog.getByLabel('Device code').innerText()).toBe('ABCD23456')
    await button('Copy code').waitFor()
    expect(await dialog.getByRole('link', { name: 'Open the sign-in page' }).getAttribute('rel')).toContain('noreferrer')
    const signedIn = core.accounts.finish(admin)
    await dialog.getByText(admin.username).waitFor()
    await button('Sign in again').waitFor()
    await dialog.getByLabel('Name', { exact: true }).fill('Mine')
    await dialog.getByLabel('Tenant domain').fill('contoso.example')
    await button('Save').click()
    await eventually(() => core.inputsOf('profiles.save'), (inputs) => inputs.length === 1)
    expect(core.inputsOf('profiles.save')[0]).toMatchObject({ credential: { kind: 'account', signedIn } })
  })

  it('says a failure at the form, none where the person gave up, and gives up with the dialog', async () => {
    const { core, dialog, button, page } = await editor()
    await button('Sign in with browser').click()
    await button('Cancel the sign-in').waitFor()
    core.accounts.fail(failure('account-not-assigned'))
    await dialog.getByRole('alert').filter({ hasText: 'AADSTS50105' }).waitFor()
    await button('Sign in with browser').click()
    await button('Cancel the sign-in').click()
    await button('Sign in with browser').waitFor()
    expect(await dialog.getByRole('alert').count()).toBe(0)
    await button('Sign in with browser').click()
    await button('Cancel the sign-in').waitFor()
    const running = core.accounts.asked.at(-1)!.id
    await button('Cancel').click()
    await page.getByRole('alertdialog').getByRole('button', { name: /discard|leave/i }).click()
    await eventually(() => core.inputsOf('accounts.cancel'), (inputs) => inputs.some((input) => (input as { id: string }).id === running))
  })

  it('of a stored sign-in is shown, signs in again, and signs out', async () => {
    const signIn = aSignIn({ name: 'My own', kind: 'account', account: admin })
    const profile = aProfile({ name: 'Mine', signInId: signIn.id })
    const core = new FakeMainProcess({ profiles: [profile], signIns: [signIn] })
    const { page } = await browser.openWindow(core)
    const row = page.getByRole('list', { name: 'Tenants' }).getByRole('button', { name: 'Mine', exact: true })
    await row.click()
    await row.press('F2')
    const dialog = page.getByRole('dialog')
    await dialog.getByText(/admin@contoso\.example, used by 1 profile/).waitFor()
    await dialog.getByRole('button', { name: 'Account…' }).click()
    await dialog.getByRole('group', { name: 'Account' }).getByText('Exchange admin').waitFor()
    await dialog.getByRole('button', { name: 'Sign out' }).click()
    await expect.poll(() => core.accounts.signedOut).toEqual([signIn.id])
  })
})
