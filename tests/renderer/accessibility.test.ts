import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { findBarriers } from './axe-in-page.ts'
import { aCommand, aModuleList, aFailure, aProfile, aSignIn, aState, firstStart } from './fake-data.ts'
import { stepsWithoutRole } from './fake-checks.ts'
import { FakeMainProcess } from './fake-main-process.ts'
import { pastedToken, someClaims } from './fake-tokens.ts'
import { startBrowser, type Browser, type TestWindow } from './window-in-chromium.ts'

let browser: Browser
beforeAll(async () => {
  browser = await startBrowser()
})
afterEach(() => browser.closeWindows())
afterAll(() => browser?.close())

const colours = ['#5aa9ff', '#e5734b', '#4cc38a', '#b180ff', '#e5b454', '#f2696b', '#39c0c8', '#8d99a8']

/** Tenants in every colour and with every mark, in production, beside the two demo tenants. */
function manyKinds(): FakeMainProcess {
  const start = firstStart()
  const until = (days: number) => ({ thumbprint: 'AB'.repeat(20), subject: 'CN=Exchange', notAfter: new Date(Date.now() + days * 86_400_000).toISOString() })
  const signIns = [aSignIn(), aSignIn({ ready: false }), aSignIn({ kind: 'pfx', certificate: until(9) }), aSignIn({ kind: 'store', certificate: until(-9) }), ...[20, 3].map((days) => aSignIn({ kind: 'pfx', certificate: until(days) })), aSignIn({ usedBy: 0 })]
  const profiles = colours.map((colour, index) =>
    aProfile({ name: `Tenant ${index}`, group: 'Customers', colour, environment: 'production', signInId: signIns[index % signIns.length]!.id })
  )
  return new FakeMainProcess({ profiles: [...profiles, ...start.profiles], signIns: [...signIns, ...start.signIns] })
}

/** Each view: what it is called, and the way to it from a window that was just opened. */
const views: Record<string, (window: TestWindow) => Promise<unknown>> = {
  'the first start': async () => {},
  'the palette': async ({ page }) => {
    await page.keyboard.press('Control+Shift+P')
    await page.getByRole('option').first().waitFor()
  },
  'the keyboard shortcuts': async ({ page }) => {
    await page.getByRole('button', { name: 'Tools' }).click()
    await page.getByRole('menuitem', { name: 'Keyboard shortcuts…' }).click()
    await page.getByRole('dialog').waitFor()
  },
  'a search that finds nothing': ({ page }) => page.getByRole('searchbox').fill('nothing of this name'),
  'connected sessions in every colour': async ({ connect }) => {
    for (const index of colours.keys()) await connect(`Tenant ${index}`)
  },
  'a session that starts': async ({ core, page, tenant }) => {
    core.connects = false
    await tenant('Tenant 1').dblclick()
    await page.getByRole('status').filter({ hasText: /^Starting/ }).waitFor()
  },
  'a failure, notices and no keychain': async ({ core, page, connect }) => {
    await connect('Tenant 5')
    core.changeState({
      notices: (['info', 'warning', 'error'] as const).map((level) => ({ id: level, level, text: `A notice of the level ${level}.` })),
      keychain: { available: false, name: 'Secret Service', reason: 'It is locked.' },
      modules: aModuleList(null)
    })
    const session = core.sessionOf('Tenant 5')
    core.changeSession(session, { standIn: true, busy: true, tenant: { ...session.view.tenant, proof: 'unconfirmed' }, tokenExpiresOn: Date.now() + 60_000, moduleVersion: null })
    core.changeSession(session, { phase: 'failed', failure: aFailure({ message: 'The client secret has expired.', hint: 'Make a new secret.' }) })
    await page.getByRole('alert').waitFor()
  },
  'a tenant’s menu': async ({ page, tenant }) => {
    await tenant('Tenant 0').click({ button: 'right' })
    await page.getByRole('menu').waitFor()
  },
  'the editor with everything open and wrong': async (window) => {
    const dialog = await openEditor(window)
    await dialog.getByText('More options').click()
    await dialog.getByRole('checkbox', { name: 'Exchange Online' }).uncheck()
    await dialog.getByRole('button', { name: 'Save', exact: true }).click()
    await dialog.locator('[aria-invalid=true]').first().waitFor()
  },
  'the editor with a PFX file': async (window) => (await openEditor(window)).getByRole('radio', { name: 'PFX file' }).click(),
  'the editor with a certificate': async (window) => (await openEditor(window)).getByRole('radio', { name: 'Certificate in store' }).click(),
  'a question about what was typed': async (window) => {
    await (await openEditor(window)).getByLabel('Name', { exact: true }).fill('Half a name')
    await window.page.keyboard.press('Escape')
    await window.page.getByRole('alertdialog').waitFor()
  },
  'the sign-ins': ({ page }) => page.getByRole('button', { name: 'Sign-ins…' }).click(),
  'a sign-in’s editor': async ({ page }) => {
    await page.getByRole('button', { name: 'Sign-ins…' }).click()
    await page.getByRole('button', { name: 'Change…' }).first().click()
  },
  'an import with its preview': async ({ core, page }) => {
    const row = { line: 1, name: 'Northwind', domain: 'northwind.example', tenantId: null, signIn: '', problem: null }
    core.importRows = [{ ...row, outcome: 'new' }, { ...row, outcome: 'merge' }, { ...row, outcome: 'invalid', problem: 'No domain.' }]
    await page.getByRole('button', { name: 'Import…' }).click()
    await page.getByLabel('Import from').selectOption('list')
    await page.getByLabel('Tenants, one a line').fill('northwind.example')
    await page.getByRole('table').waitFor()
  },
  'an export': ({ page }) => page.getByRole('button', { name: 'Export…' }).click(),
  'a question before a profile is deleted': async ({ page, tenant }) => {
    await tenant('Tenant 0').click()
    await page.keyboard.press('Delete')
    await page.getByRole('alertdialog').waitFor()
  },
  'a question for a credential': async ({ core, page }) => {
    core.emit('credential.asked', { id: randomUUID(), signInName: 'Partner app', clientId: randomUUID(), tenant: 'Contoso', profileId: randomUUID(), kind: 'secret', reason: 'It asks each time.' })
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('Type the client secret.').waitFor()
  },
  'the offer to install PowerShell': async ({ core, page }) => {
    const failure = aFailure({ message: 'No PowerShell was found.', hint: 'Install it.' })
    core.state = aState({ host: 'electron', powershell: null, powershellProblem: { failure, installCommand: 'winget install Microsoft.PowerShell' } })
    core.changeState({})
    await page.getByRole('contentinfo').getByRole('button', { name: 'no PowerShell found' }).click()
  },
  'the token panel with all claims': async (window) => {
    window.core.claims = { roles: ['Exchange.ManageAsApp', 'Mail.Read'], appidacr: '1', wids: ['62e90394-69f5-4237-9190-012177145e10', randomUUID()] }
    await window.connect('Tenant 0')
    await window.page.getByRole('button', { name: 'Token', exact: true }).click()
    await window.page.getByRole('button', { name: 'All claims' }).click()
  },
  'an explained token': async ({ core, page }) => {
    await page.getByRole('button', { name: 'Explain a token…' }).click()
    await page.getByRole('textbox', { name: 'Token' }).fill(pastedToken(someClaims(core.profiles[0]!, { exp: 5, appidacr: '0' })).token)
    await page.getByRole('button', { name: 'Explain', exact: true }).click()
    await page.getByRole('region', { name: 'Explanation' }).waitFor()
  },
  'a text that is no token': async ({ page }) => {
    await page.getByRole('button', { name: 'Explain a token…' }).click()
    await page.getByRole('button', { name: 'Explain', exact: true }).click()
    await page.locator('[aria-invalid=true]').waitFor()
  },
  'a check with a missing role': async ({ core, page, tenant }) => {
    core.checkSteps = stepsWithoutRole
    await tenant('Tenant 0').click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'Check…' }).click()
    await page.getByText(/^This is what stands in the way/).waitFor()
  },
  'a check where all is well': async ({ page, tenant }) => {
    await tenant('Tenant 0').click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'Check…' }).click()
    await page.getByText('All is well: a session can connect.').waitFor()
  },
  'the tools': async ({ page }) => {
    await page.getByRole('banner').getByRole('button', { name: 'Tools' }).click()
    await page.getByRole('menu').waitFor()
  },
  'the set-up guide for a partner': async (window) => {
    const dialog = await openTool(window, 'How do I set this up?')
    await dialog.getByLabel('For', { exact: true }).selectOption('A partner’s customers')
    await dialog.getByLabel('Show as').selectOption('Azure CLI')
    await dialog.getByRole('list', { name: 'Consent links' }).waitFor()
  },
  'the board of credentials, one of them to be chosen': async (window) => {
    window.core.secretsFound = [20, 90].map((days) => ({ id: randomUUID(), name: `Secret of ${days} days`, startsOn: null, endsOn: new Date(Date.now() + days * 86_400_000).toISOString() }))
    const dialog = await openTool(window, 'Expiring credentials…')
    await dialog.getByRole('button', { name: /^Read from Microsoft Graph/ }).first().click()
    await dialog.getByRole('list', { name: 'Secrets of the app' }).waitFor()
  },
  'the command log': async (window) => {
    window.core.commands = [aCommand(), aCommand({ success: false, cut: true }), aCommand({ success: null, service: 'compliance' })]
    await (await openTool(window, 'Command log…')).getByRole('table').waitFor()
  },
  'a certificate that is made': async (window) => {
    const editor = await openEditor(window)
    await editor.getByRole('radio', { name: 'Certificate in store' }).click()
    await editor.getByRole('button', { name: 'Make a certificate…' }).click()
    const dialog = window.page.getByRole('dialog', { name: 'Make a certificate' })
    await dialog.getByLabel('Key').selectOption('RSA 2048')
    expect(await findBarriers(window.page)).toEqual([])
    await dialog.getByRole('button', { name: 'Make it' }).click()
    await dialog.getByText(/saved as/).waitFor()
  },
  'a window that another one replaced': async ({ core, page }) => {
    core.emit('window.replaced', {})
    await page.getByRole('button', { name: 'Use it here' }).waitFor()
  }
}

async function openTool({ page }: TestWindow, name: string) {
  await page.getByRole('banner').getByRole('button', { name: 'Tools' }).click()
  await page.getByRole('menuitem', { name }).click()
  const dialog = page.getByRole('dialog')
  await dialog.waitFor()
  return dialog
}

async function openEditor({ page }: TestWindow) {
  await page.getByRole('complementary').getByRole('button', { name: 'New profile' }).click()
  const dialog = page.getByRole('dialog', { name: 'New profile' })
  await dialog.waitFor()
  return dialog
}

describe.each(['dark', 'light'] as const)('axe-core finds nothing in the %s theme in', (colorScheme) => {
  it.each(Object.keys(views))('%s', async (name) => {
    const window = await browser.openWindow(manyKinds())
    await window.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await views[name]!(window)
    expect(await findBarriers(window.page)).toEqual([])
  })
})
