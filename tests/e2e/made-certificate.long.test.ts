import { readFileSync } from 'node:fs'
import { X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { CertificateHome } from '../credentials/certificate-home.ts'
import { describeOnMainEngine } from '../engines.ts'
import { openPreview, patienceMs, type RunningPreview } from './preview-in-chromium.ts'
import { ProfileDialog } from './profile-dialog.ts'

describeOnMainEngine('the end of credentials', ({ env, path }) => {
  let home: CertificateHome
  let running: RunningPreview

  beforeAll(async () => {
    home = new CertificateHome(path)
    // On Linux .NET's store lies below HOME, for the helper as for a shell.
    running = await openPreview({ env: { ...env, HOME: home.folder } })
  })
  afterAll(async () => {
    await running?.close()
    await home?.remove()
  })

  it('is read from Microsoft Graph on the board, counted in the sidebar, and known of a secret that was refused', async () => {
    const { page, core } = running
    const row = (name: string) => page.getByRole('list', { name: 'Tenants' }).getByRole('listitem').filter({ hasText: name })
    await page.getByRole('banner').getByRole('button', { name: 'Tools' }).click()
    await page.getByRole('menuitem', { name: 'Expiring credentials…' }).click()
    const board = page.getByRole('dialog', { name: 'Expiring credentials' })
    await board.getByRole('button', { name: 'Read from Microsoft Graph when Contoso demo app ends' }).click()
    await board.getByText(core.demo.tenants[0]!.apps[0]!.passwordCredentials[0]!.endDateTime.slice(0, 10)).waitFor()
    await board.getByRole('button', { name: 'Read from Microsoft Graph when Fabrikam demo app ends' }).click()
    await board.getByRole('alert').getByText(/does not let the app .* read when its secrets end/).waitFor()
    await board.getByRole('button', { name: 'Read from Microsoft Graph when Demo: expired secret ends' }).click()
    await board.getByText(/refused by Microsoft Entra as expired, since when is not known/).waitFor()
    await board.getByRole('button', { name: 'Close' }).click()
    await row('Contoso demo').getByText('22 days', { exact: true }).waitFor()
    await row('Demo: expired secret').getByText('expired', { exact: true }).waitFor()
  })

  it('begins with a certificate that is made in the editor, registered with the app by its file, and connects', async () => {
    const { page, core } = running
    const app = core.demo.tenants[0]!.apps[0]!
    const editor = await ProfileDialog.new(page)
    await editor.describe({ name: 'By one of ours', domain: 'contoso.example', clientId: app.clientId })
    await editor.choose('Certificate in store')
    await editor.dialog.getByRole('button', { name: 'Make a certificate…' }).click()
    const maker = page.getByRole('dialog', { name: 'Make a certificate' })
    const [file] = await Promise.all([page.waitForEvent('download', { timeout: patienceMs }), maker.getByRole('button', { name: 'Make it' }).click()])
    const text = readFileSync(await file.path(), 'utf8')
    expect(text).not.toMatch(/PRIVATE/)
    const certificate = new X509Certificate(text)
    expect([file.suggestedFilename().slice(0, 15), certificate.subject]).toEqual(['by-one-of-ours-', 'CN=By one of ours'])
    app.certificates.push(text)
    await maker.getByRole('button', { name: 'Use it' }).click()
    await editor.field('Certificate').locator('option', { hasText: 'CN=By one of ours' }).waitFor({ state: 'attached', timeout: patienceMs })
    expect(await editor.field('Certificate').inputValue()).toBe(certificate.fingerprint.replaceAll(':', ''))
    await editor.dialog.getByRole('button', { name: 'Test signature' }).click()
    await editor.dialog.getByText(/✓ signed with PS256/).waitFor({ timeout: patienceMs })
    await editor.saveAndConnect('By one of ours')
  })
})
