import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { aCommand, aFailure, aState } from '../fake-data.ts'
import { stepsWithoutRole } from '../fake-checks.ts'
import { pastedToken, someClaims } from '../fake-tokens.ts'
import type { TestWindow } from '../window-in-chromium.ts'
import { connectAndType, openBySidebar, openByTenant, openTool, type View } from './view.ts'

/** Something typed makes the editor ask before it goes. */
const discard = async ({ page }: TestWindow) => {
  const question = page.getByRole('alertdialog')
  if (!(await question.isVisible())) await page.keyboard.press('Escape')
  // The question takes the keyboard itself, so that nothing typed ahead answers it.
  await page.locator('[role=alertdialog]:focus, [role=alertdialog] :focus').waitFor()
  await question.getByRole('button', { name: 'Discard' }).press('Enter')
}

const openEditor = (window: TestWindow) => openBySidebar(window, 'New profile')
const editorOf = ({ page }: TestWindow) => page.getByRole('dialog', { name: 'New profile' })

/** What lies over the window and keeps the keyboard until it is left. */
export const dialogViews: View[] = [
  { name: 'the keyboard shortcuts', open: (window) => openTool(window, 'Keyboard shortcuts…') },
  { name: 'the diagnostics', open: (window) => openTool(window, 'Copy diagnostics…') },
  { name: 'the licences of others', open: (window) => openTool(window, 'Third-party licences…') },
  { name: 'the lock’s dialog', open: (window) => openTool(window, 'Lock…') },
  {
    name: 'the network, with a file that is gone',
    async open(window) {
      window.core.changeState({ trust: { systemCertificates: 140, file: { path: '/home/admin/proxy.pem', subjects: ['Corporate proxy CA'], problem: aFailure({ message: 'The file has gone.' }) } } })
      return openTool(window, 'Network…')
    }
  },
  {
    name: 'an update that is ready',
    async open(window) {
      window.core.changeUpdates({ phase: 'ready', version: '1.2.3', notes: '- New\n'.repeat(60), failure: aFailure({ message: 'It was not installed.' }) })
      return openTool(window, 'Updates…')
    }
  },
  {
    name: 'the editor with everything open and wrong',
    async open(window) {
      const button = await openEditor(window)
      const dialog = editorOf(window)
      await dialog.getByText('More options').click()
      await dialog.getByRole('checkbox', { name: 'Exchange Online' }).uncheck()
      await dialog.getByRole('button', { name: 'Save', exact: true }).click()
      await dialog.locator('[aria-invalid=true]').first().waitFor()
      return button
    },
    leave: discard
  },
  {
    name: 'the editor with a PFX file',
    async open(window) {
      const button = await openEditor(window)
      await editorOf(window).getByRole('radio', { name: 'PFX file' }).click()
      return button
    },
    leave: discard
  },
  {
    name: 'the editor with a certificate',
    async open(window) {
      const button = await openEditor(window)
      await editorOf(window).getByRole('radio', { name: 'Certificate in store' }).click()
      return button
    },
    leave: discard
  },
  {
    name: 'the editor while somebody signs in with a device code',
    async open(window) {
      const button = await openEditor(window)
      await editorOf(window).getByRole('radio', { name: 'My account' }).click()
      await editorOf(window).getByRole('button', { name: 'Use a device code' }).click()
      await editorOf(window).getByLabel('Device code').waitFor()
      return button
    },
    leave: discard
  },
  {
    name: 'a question about what was typed',
    async open(window) {
      const button = await openEditor(window)
      await editorOf(window).getByLabel('Name', { exact: true }).fill('Half a name')
      await window.page.keyboard.press('Escape')
      await window.page.getByRole('alertdialog').waitFor()
      return button
    },
    leave: discard
  },
  {
    name: 'a certificate that is to be made',
    async open(window) {
      const button = await openEditor(window)
      await editorOf(window).getByRole('radio', { name: 'Certificate in store' }).click()
      await editorOf(window).getByRole('button', { name: 'Make a certificate…' }).click()
      await window.page.getByRole('dialog', { name: 'Make a certificate' }).getByLabel('Key').selectOption('RSA 2048')
      return button
    },
    async leave(window) {
      await window.page.keyboard.press('Escape')
      await discard(window)
    }
  },
  {
    name: 'a certificate that was made',
    async open(window) {
      const button = await openEditor(window)
      await editorOf(window).getByRole('radio', { name: 'Certificate in store' }).click()
      await editorOf(window).getByRole('button', { name: 'Make a certificate…' }).click()
      const dialog = window.page.getByRole('dialog', { name: 'Make a certificate' })
      await dialog.getByRole('button', { name: 'Make it' }).click()
      await dialog.getByText(/saved as/).waitFor()
      return button
    },
    async leave(window) {
      await window.page.keyboard.press('Escape')
      await discard(window)
    }
  },
  { name: 'the sign-ins', open: (window) => openBySidebar(window, 'Sign-ins…') },
  {
    name: 'a sign-in’s editor',
    async open(window) {
      await openBySidebar(window, 'Sign-ins…')
      await window.page.getByRole('button', { name: 'Change…' }).first().click()
      await window.page.getByRole('dialog').getByText('Change').first().waitFor()
    }
  },
  {
    name: 'an account that signs in again',
    async open(window) {
      const { core, page } = window
      core.signIns = core.signIns.map((signIn, at) => (at === 0 ? { ...signIn, kind: 'account' as const } : signIn))
      core.emit('profiles.changed', { profiles: core.profiles, signIns: core.signIns })
      await connectAndType(window, 'Tenant 0')
      core.changeSession(core.sessionOf('Tenant 0'), { phase: 'failed', failure: aFailure({ message: 'The sign-in has ended.', action: 'sign-in' }), canReconnect: true })
      await page.getByRole('button', { name: 'Sign in again' }).click()
      await page.getByRole('dialog', { name: 'Sign in again' }).waitFor()
      return page.getByRole('main').getByRole('button', { name: 'Sign in again' })
    }
  },
  {
    name: 'an import with its preview',
    async open(window) {
      const { core, page } = window
      const row = { line: 1, name: 'Northwind', domain: 'northwind.example', tenantId: null, signIn: '', problem: null }
      core.importRows = [{ ...row, outcome: 'new' }, { ...row, outcome: 'merge' }, { ...row, outcome: 'invalid', problem: 'No domain.' }]
      const button = await openBySidebar(window, 'Import…')
      await page.getByLabel('Import from').selectOption('list')
      await page.getByLabel('Tenants, one a line').fill('northwind.example')
      await page.getByRole('table').waitFor()
      return button
    }
  },
  { name: 'an export', open: (window) => openBySidebar(window, 'Export…') },
  {
    name: 'a question before a profile is deleted',
    async open({ page, tenant }) {
      await tenant('Tenant 0').click()
      await page.keyboard.press('Delete')
      await page.getByRole('alertdialog').waitFor()
      return tenant('Tenant 0')
    }
  },
  {
    name: 'a question for a credential',
    async open({ core, page }) {
      core.emit('credential.asked', { id: randomUUID(), signInName: 'Partner app', clientId: randomUUID(), tenant: 'Contoso', profileId: randomUUID(), kind: 'secret', reason: 'It asks each time.' })
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByText('Type the client secret.').waitFor()
    }
  },
  {
    name: 'the offer to install PowerShell',
    async open({ core, page }) {
      const failure = aFailure({ message: 'No PowerShell was found.', hint: 'Install it.' })
      core.changeState(aState({ host: 'electron', powershell: null, powershellProblem: { failure, installCommand: 'winget install Microsoft.PowerShell' } }))
      const button = page.getByRole('contentinfo').getByRole('button', { name: 'no PowerShell found' })
      await button.click()
      await page.getByRole('dialog').waitFor()
      return button
    }
  },
  {
    name: 'an explained token',
    async open(window) {
      const { core, page } = window
      const button = await openTool(window, 'Explain a token…')
      await page.getByRole('textbox', { name: 'Token' }).fill(pastedToken(someClaims(core.profiles[0]!, { exp: 5, appidacr: '0' })).token)
      await page.getByRole('button', { name: 'Explain', exact: true }).click()
      await page.getByRole('region', { name: 'Explanation' }).waitFor()
      return button
    }
  },
  {
    name: 'a text that is no token',
    async open(window) {
      const button = await openTool(window, 'Explain a token…')
      await window.page.getByRole('button', { name: 'Explain', exact: true }).click()
      await window.page.locator('[aria-invalid=true]').waitFor()
      return button
    }
  },
  {
    name: 'a check with a missing role',
    async open(window) {
      window.core.checkSteps = stepsWithoutRole
      const tenant = await openByTenant(window, 'Tenant 0', 'Check…')
      await window.page.getByText(/^This is what stands in the way/).waitFor()
      return tenant
    }
  },
  {
    name: 'a check where all is well',
    async open(window) {
      const tenant = await openByTenant(window, 'Tenant 0', 'Check…')
      await window.page.getByText('All is well: a session can connect.').waitFor()
      return tenant
    }
  },
  {
    name: 'the set-up guide for a partner',
    async open(window) {
      const button = await openTool(window, 'How do I set this up?')
      const dialog = window.page.getByRole('dialog')
      await dialog.getByLabel('For', { exact: true }).selectOption('A partner’s customers')
      await dialog.getByLabel('Show as').selectOption('Azure CLI')
      await dialog.getByRole('list', { name: 'Consent links' }).waitFor()
      return button
    }
  },
  {
    name: 'the board of credentials, one of them to be chosen',
    async open(window) {
      window.core.secretsFound = [20, 90].map((days) => ({ id: randomUUID(), name: `Secret of ${days} days`, startsOn: null, endsOn: new Date(Date.now() + days * 86_400_000).toISOString() }))
      const button = await openTool(window, 'Expiring credentials…')
      const dialog = window.page.getByRole('dialog')
      await dialog.getByRole('button', { name: /^Read from Microsoft Graph/ }).first().click()
      await dialog.getByRole('list', { name: 'Secrets of the app' }).waitFor()
      return button
    }
  },
  {
    name: 'the command log',
    async open(window) {
      window.core.commands = [aCommand(), aCommand({ success: false, cut: true }), aCommand({ success: null, service: 'compliance' })]
      const button = await openTool(window, 'Command log…')
      await window.page.getByRole('dialog').getByRole('table').waitFor()
      return button
    }
  },
  {
    name: 'the settings, with a file that has something wrong',
    async open(window) {
      const { core } = window
      core.settings.set('terminal.fontSize', 14)
      writeFileSync(core.settings.view.file, JSON.stringify({ version: 2, settings: { 'terminal.fontSize': 14, 'terminal.bell': 'loud', keys: { close: ['F9'] } } }))
      const button = await openTool(window, 'Settings…')
      const dialog = window.page.getByRole('dialog')
      await dialog.getByRole('region', { name: 'What could not be used' }).waitFor()
      await dialog.getByLabel('Line height').fill('9')
      await dialog.getByLabel('Line height').press('Enter')
      await dialog.getByRole('alert').waitFor()
      return button
    }
  },
  {
    name: 'a question of the main process',
    async open({ core, page }) {
      core.emit('question.asked', { id: randomUUID(), title: 'Use this host?', message: 'Tokens go to login.example.', detail: 'It is not one of Microsoft’s.', confirmLabel: 'Use it' })
      await page.getByRole('alertdialog').waitFor()
    }
  }
]
