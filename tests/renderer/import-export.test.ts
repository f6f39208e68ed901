import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { aFailure, aSignIn, firstStart } from './fake-data.ts'
import { FakeMainProcess } from './fake-main-process.ts'
import { browserForTests } from './window-in-chromium.ts'

const browser = browserForTests()

async function openImport() {
  const core = new FakeMainProcess()
  core.importRows = [
    { line: 2, name: 'Northwind', domain: 'northwind.example', tenantId: null, signIn: 'Partner app', outcome: 'new', problem: null },
    { line: 3, name: 'Contoso', domain: 'contoso.example', tenantId: null, signIn: 'Partner app', outcome: 'merge', problem: null },
    { line: 4, name: '', domain: 'not a domain', tenantId: null, signIn: '', outcome: 'invalid', problem: '“not a domain” is not a domain.' }
  ]
  const window = await browser.openWindow(core)
  await window.page.getByRole('button', { name: 'Import…' }).click()
  return { ...window, dialog: window.page.getByRole('dialog', { name: /^Import/ }) }
}

describe('importing', () => {
  it('shows what each row of a file would become before it takes any', async () => {
    const { core, dialog } = await openImport()
    const text = 'name,domain\nNorthwind,northwind.example\n'
    await dialog.locator('input[type=file]').setInputFiles({ name: 'tenants.csv', mimeType: 'text/csv', buffer: Buffer.from(text) })
    const row = (name: string) => dialog.getByRole('row').filter({ hasText: name })
    await row('northwind.example').getByText('new', { exact: true }).waitFor()
    await row('contoso.example').getByText('merge', { exact: true }).waitFor()
    await row('not a domain').getByText('“not a domain” is not a domain.').waitFor()
    expect(core.inputsOf('profiles.previewImport')).toMatchObject([{ format: 'csv', text }])
    expect(core.inputsOf('profiles.import')).toEqual([])
    await dialog.getByRole('button', { name: /^Import/ }).click()
    await dialog.getByText(/1 added/).waitFor()
    expect(core.inputsOf('profiles.import')).toMatchObject([{ format: 'csv', text }])
  })

  it('takes a pasted list of tenants with one sign-in for all', async () => {
    const { core, dialog } = await openImport()
    const list = 'northwind.example\ntailspin.example'
    await dialog.getByLabel('Import from').selectOption({ label: 'A list of tenants' })
    await dialog.getByRole('textbox', { name: 'Tenants, one a line' }).fill(list)
    const signIn = core.signIns[0]!
    await dialog.getByLabel('Sign-in', { exact: true }).selectOption(signIn.id)
    await dialog.getByRole('row').filter({ hasText: 'northwind.example' }).waitFor()
    await dialog.getByRole('button', { name: /^Import/ }).click()
    await dialog.getByText(/1 added/).waitFor()
    expect(core.inputsOf('profiles.import')).toMatchObject([{ format: 'list', text: list, signInId: signIn.id }])
  })

  it('says why a file can’t be read', async () => {
    const { core, dialog } = await openImport()
    core.failNext('profiles.previewImport', aFailure({ message: 'This is not an export of Tenantry.' }))
    await dialog.locator('input[type=file]').setInputFiles({ name: 'tenants.json', mimeType: 'application/json', buffer: Buffer.from('{') })
    await dialog.getByRole('alert').getByText(/This is not an export of Tenantry\./).waitFor()
    expect(core.inputsOf('profiles.previewImport')).toMatchObject([{ format: 'json' }])
  })
})

describe('exporting', () => {
  it.each(['json', 'csv'] as const)('downloads one profile as %s', async (format) => {
    const { core, page, tenant } = await browser.openWindow()
    await tenant('Contoso demo').click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'Export…' }).click()
    const dialog = page.getByRole('dialog', { name: /^Export/ })
    await dialog.getByLabel('Format').selectOption(format)
    const download = page.waitForEvent('download')
    await dialog.getByRole('button', { name: 'Export', exact: true }).click()
    const file = await download
    expect(file.suggestedFilename()).toBe(`tenantry-profiles.${format}`)
    expect(await readFile(await file.path(), 'utf8')).toBe(`profiles as ${format}`)
    const [input] = core.inputsOf('profiles.export') as Array<{ ids?: string[] }>
    expect(input).toMatchObject({ format })
    expect(input!.ids).toEqual([core.profiles[0]!.id])
  })
})

describe('exporting all', () => {
  it('is a button of the sidebar', async () => {
    const { core, page } = await browser.openWindow()
    await page.getByRole('complementary').getByRole('button', { name: 'Export…' }).click()
    const download = page.waitForEvent('download')
    await page.getByRole('dialog', { name: /^Export/ }).getByRole('button', { name: 'Export', exact: true }).click()
    await download
    expect(core.inputsOf('profiles.export')).toEqual([{ format: 'json' }])
  })
})

describe('the sign-ins', () => {
  it('are listed, renamed, given a new secret once for all, and deleted where nobody uses them', async () => {
    const start = firstStart()
    const unused = aSignIn({ name: 'Left over', usedBy: 0 })
    const core = new FakeMainProcess({ ...start, signIns: [...start.signIns, unused] })
    const { page } = await browser.openWindow(core)
    await page.getByRole('button', { name: 'Sign-ins…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Sign-ins' })
    const item = (name: string) => dialog.getByRole('listitem').filter({ hasText: name })
    await item('Contoso demo app').getByText(/used by 1 profile/).waitFor()
    expect(await item('Contoso demo app').getByRole('button', { name: 'Delete…' }).isDisabled()).toBe(true)
    await item('Left over').getByRole('button', { name: 'Delete…' }).click()
    expect(core.inputsOf('signIns.delete')).toEqual([])
    await item('Left over').getByRole('button', { name: 'Delete it' }).click()
    await item('Left over').waitFor({ state: 'detached' })
    await item('Contoso demo app').getByRole('button', { name: 'Change…' }).click()
    const secret = randomBytes(12).toString('hex')
    const editor = page.getByRole('dialog', { name: 'Change the sign-in' })
    await editor.getByLabel('Name', { exact: true }).fill('Renamed')
    await editor.getByRole('textbox', { name: 'Client secret' }).fill(secret)
    await editor.getByRole('button', { name: 'Save', exact: true }).click()
    await item('Renamed').waitFor()
    expect(core.inputsOf('signIns.save')).toMatchObject([
      { id: start.signIns[0]!.id, signIn: { name: 'Renamed' }, credential: { kind: 'secret', secret } }
    ])
  })
})
