import { expect, it } from 'vitest'
import { FakeMainProcess } from './fake-main-process.ts'
import { someSteps, stepsWithoutRole } from './fake-checks.ts'
import { browserForTests, eventually } from './window-in-chromium.ts'

const browser = browserForTests({ hasClipboard: true })

const clientId = '3b9e7a10-1f64-4d8b-a2c5-70d1e8f4b601'

it('is reached before the first profile, has seven steps in three forms, and copies what is filled in', async () => {
  const { page, problems } = await browser.openWindow()
  await page.getByRole('main').getByRole('button', { name: 'How do I set this up?' }).click()
  const dialog = page.getByRole('dialog', { name: 'How do I set this up?' })
  const steps = dialog.getByRole('region', { name: 'Steps' }).locator('ol > li')
  await eventually(() => steps.count(), (count) => count === 7)
  await dialog.getByLabel('Tenant domain or ID').fill('contoso.example')
  await dialog.getByLabel('Application (client) ID').fill(clientId)
  await dialog.getByLabel('Show as').selectOption('Azure CLI')
  await dialog.getByText(`az ad app permission admin-consent --id ${clientId}`).waitFor()
  await dialog.getByLabel('Show as').selectOption('Microsoft Graph PowerShell')
  await dialog.getByLabel('Role', { exact: true }).selectOption('Exchange Administrator')
  await dialog.getByText(/-RoleDefinitionId 29232cdf/).waitFor()
  await dialog.getByRole('button', { name: 'Copy: Register the app' }).click()
  await dialog.getByText('The commands are copied.').waitFor()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('-TenantId contoso.example')
  expect(problems).toEqual([])
})

it('lies over the editor, filled in with what was typed there, and tells by the check which steps are done', async () => {
  const core = new FakeMainProcess()
  core.checkSteps = stepsWithoutRole
  const { page, tenant } = await browser.openWindow(core)
  await tenant('Contoso demo').click()
  await page.keyboard.press('F2')
  const editor = page.getByRole('dialog', { name: 'Edit Contoso demo' })
  await editor.getByRole('button', { name: 'How do I set this up?' }).click()
  const dialog = page.getByRole('dialog', { name: 'How do I set this up?' })
  await eventually(() => dialog.getByLabel('Tenant domain or ID').inputValue(), (value) => value === core.profiles[0]!.domain)
  await dialog.getByRole('button', { name: 'Check which are done' }).click()
  await dialog.locator('li', { hasText: 'Give its service principal a role' }).getByText('missing', { exact: true }).waitFor()
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  expect(await editor.isVisible()).toBe(true)
})

it('checks every service of the profile, and says in which one a step is missing', async () => {
  const core = new FakeMainProcess()
  core.profiles = core.profiles.map((profile) => ({ ...profile, services: ['exchange', 'compliance'] }))
  core.checkSteps = (profile, service) => (service === 'compliance' ? stepsWithoutRole(profile) : someSteps(profile))
  const { page, tenant } = await browser.openWindow(core)
  await tenant('Contoso demo').click()
  await page.keyboard.press('F2')
  await page.getByRole('dialog', { name: 'Edit Contoso demo' }).getByRole('button', { name: 'How do I set this up?' }).click()
  const dialog = page.getByRole('dialog', { name: 'How do I set this up?' })
  await dialog.getByRole('button', { name: 'Check which are done' }).click()
  await dialog.locator('li', { hasText: 'Give its service principal a role' }).getByText('missing: Security & Compliance', { exact: true }).waitFor()
  await dialog.locator('li', { hasText: 'Register the app' }).getByText('done', { exact: true }).waitFor()
  expect(core.inputsOf('checks.run').map((input) => (input as { service: string }).service)).toEqual(['exchange', 'compliance'])
})

it('lists a partner’s consent links', async () => {
  const core = new FakeMainProcess()
  core.profiles = core.profiles.map((profile) => ({ ...profile, cloud: 'worldwide' }))
  const { page } = await browser.openWindow(core)
  await page.getByRole('banner').getByRole('button', { name: 'Tools' }).click()
  await page.getByRole('menuitem', { name: 'How do I set this up?' }).click()
  const dialog = page.getByRole('dialog', { name: 'How do I set this up?' })
  await dialog.getByLabel('For', { exact: true }).selectOption('A partner’s customers')
  await dialog.getByRole('list', { name: 'Consent links' }).getByText(core.profiles[0]!.tenantId!).waitFor()
})

it('fills in the links and the roles of the customers that are chosen, and no other', async () => {
  const core = new FakeMainProcess()
  core.profiles = core.profiles.map((profile) => ({ ...profile, cloud: 'worldwide' }))
  const { page } = await browser.openWindow(core)
  await page.getByRole('banner').getByRole('button', { name: 'Tools' }).click()
  await page.getByRole('menuitem', { name: 'How do I set this up?' }).click()
  const dialog = page.getByRole('dialog', { name: 'How do I set this up?' })
  await dialog.getByLabel('For', { exact: true }).selectOption('A partner’s customers')
  const links = dialog.getByRole('list', { name: 'Consent links' }).getByRole('listitem')
  await eventually(() => links.count(), (count) => count === 2)
  await dialog.getByRole('group', { name: 'Customers' }).getByLabel('Fabrikam demo').uncheck()
  await dialog.getByRole('group', { name: 'Customers: 1 of 2' }).waitFor()
  await eventually(() => links.count(), (count) => count === 1)
  await dialog.getByLabel('Show as').selectOption('Microsoft Graph PowerShell')
  const role = dialog.locator('pre', { hasText: 'New-MgRoleManagementDirectoryRoleAssignment' })
  const text = await eventually(() => role.innerText(), (shown) => shown.includes('# Contoso demo'))
  expect(text).toContain(`-TenantId ${core.profiles[0]!.tenantId}`)
  expect(text).not.toContain(core.profiles[1]!.tenantId!)
})
