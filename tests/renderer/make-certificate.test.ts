import { expect, it } from 'vitest'
import { FakeMainProcess } from './fake-main-process.ts'
import { browserForTests, eventually } from './window-in-chromium.ts'

const browser = browserForTests()

it('a certificate is made for a new profile, named after it, and chosen by its thumbprint', async () => {
  const { page, core, problems } = await browser.openWindow()
  await page.getByRole('complementary').getByRole('button', { name: 'New profile' }).click()
  const editor = page.getByRole('dialog', { name: 'New profile' })
  await editor.getByLabel('Name', { exact: true }).fill('Northwind')
  await editor.getByRole('radio', { name: 'Certificate in store' }).click()
  await editor.getByRole('button', { name: 'Make a certificate…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Make a certificate' })
  await dialog.getByText('Its key stays on this computer.').waitFor()
  await dialog.getByLabel('Good for').selectOption('2 years')
  core.failNext('credentials.makeCertificate', { code: 'certificate-name-unusable', message: 'This name can’t be used for a certificate.', field: 'certificateName', retryable: false })
  await dialog.getByRole('button', { name: 'Make it' }).click()
  await dialog.locator('[aria-invalid=true]').waitFor()
  await dialog.getByRole('button', { name: 'Make it' }).click()
  await dialog.getByText(/saved as \/home\/admin\/exchange\.cer/).waitFor()
  expect(core.inputsOf('credentials.makeCertificate').at(-1)).toEqual({ name: 'Northwind', bits: 3072, years: 2 })
  await dialog.getByRole('button', { name: 'Use it' }).click()
  await eventually(() => editor.getByLabel('Certificate', { exact: true }).inputValue(), (value) => value === 'CE'.repeat(20))
  await eventually(() => editor.locator('option:checked').allInnerTexts(), (texts) => texts.some((text) => text.includes('CN=Northwind')))
  expect(problems).toEqual([])
})

it('is handed out by the browser where the host saves no files, and the guide names the file and fills the editor below', async () => {
  const core = new FakeMainProcess()
  core.savesFiles = false
  const { page } = await browser.openWindow(core)
  await page.getByRole('complementary').getByRole('button', { name: 'New profile' }).click()
  const editor = page.getByRole('dialog', { name: 'New profile' })
  await editor.getByLabel('Name', { exact: true }).fill('Northwind')
  await editor.getByRole('button', { name: 'How do I set this up?' }).click()
  const guide = page.getByRole('dialog', { name: 'How do I set this up?' })
  await guide.getByRole('button', { name: 'Make a certificate…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Make a certificate' })
  const [file] = await Promise.all([page.waitForEvent('download'), dialog.getByRole('button', { name: 'Make it' }).click()])
  expect(file.suggestedFilename()).toBe('exchange-automation-cececece.cer')
  await dialog.getByRole('button', { name: 'Use it' }).click()
  await guide.getByText('The certificate is chosen in the profile’s sign-in.').waitFor()
  await guide.getByText('Choose exchange-automation-cececece.cer').waitFor()
  await page.keyboard.press('Escape')
  await guide.waitFor({ state: 'detached' })
  expect(await editor.getByLabel('Certificate', { exact: true }).inputValue()).toBe('CE'.repeat(20))
})
