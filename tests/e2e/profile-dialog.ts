import type { Locator, Page } from 'playwright-core'
import { patienceMs, waitForText } from './preview-in-chromium.ts'

/** The profile editor as an admin sees it: everything in it is found by its name. */
export class ProfileDialog {
  readonly page: Page
  readonly dialog: Locator

  constructor(page: Page, title: string | RegExp) {
    this.page = page
    this.dialog = page.getByRole('dialog', { name: title })
  }

  /** Opens the editor of a new profile. */
  static async new(page: Page): Promise<ProfileDialog> {
    await page.getByRole('complementary').getByRole('button', { name: 'New profile' }).click()
    return ProfileDialog.#opened(page, 'New profile')
  }

  /** Opens the editor of a tenant in the sidebar, by the key for it. */
  static async edit(page: Page, name: string): Promise<ProfileDialog> {
    const row = page.getByRole('list', { name: 'Tenants' }).getByRole('button', { name, exact: true })
    await row.click()
    await row.press('F2')
    return ProfileDialog.#opened(page, `Edit ${name}`)
  }

  static async #opened(page: Page, title: string): Promise<ProfileDialog> {
    const opened = new ProfileDialog(page, title)
    await opened.dialog.waitFor()
    return opened
  }

  field(label: string): Locator {
    return this.dialog.getByLabel(label, { exact: true })
  }

  /** What is said at a field that is wrong. */
  async problemAt(label: string): Promise<string> {
    await this.dialog.locator('[aria-invalid="true"]').and(this.field(label)).waitFor()
    const id = await this.field(label).getAttribute('aria-describedby')
    return this.page.locator(`[id="${id}"]`).innerText()
  }

  /** A tenant of the demo's cloud and a sign-in of its own. */
  async describe({ name, domain, clientId }: { name: string; domain: string; clientId: string }): Promise<void> {
    await this.field('Name').fill(name)
    await this.field('Cloud').selectOption({ label: 'Demo, on this machine' })
    await this.field('Tenant domain').fill(domain)
    await this.field('Application (client) ID').fill(clientId)
  }

  async choose(kind: 'Client secret' | 'Certificate in store' | 'PFX file' | 'My account'): Promise<void> {
    await this.dialog.getByRole('radiogroup', { name: 'Sign in with' }).getByRole('radio', { name: kind }).click()
  }

  async enterSecret(secret: string): Promise<void> {
    await this.dialog.getByRole('textbox', { name: 'Client secret' }).fill(secret)
  }

  /** Through the file input, as the system's file dialog gives it. */
  async enterPfx(bytes: Buffer, password: string): Promise<void> {
    await this.dialog.locator('input[type=file]').and(this.field('PFX file')).setInputFiles({ name: 'app.pfx', mimeType: 'application/x-pkcs12', buffer: bytes })
    await this.field('PFX password').fill(password)
    await this.field('PFX password').press('Tab')
  }

  /** Waits for the picker to list a certificate, and chooses it. */
  async enterCertificate(subject: string): Promise<void> {
    const option = this.field('Certificate').locator('option', { hasText: subject })
    await option.waitFor({ state: 'attached', timeout: patienceMs })
    await this.field('Certificate').selectOption((await option.getAttribute('value'))!)
  }

  async press(button: 'Save' | 'Save and connect' | 'Cancel' | 'Sign in'): Promise<void> {
    await this.dialog.getByRole('button', { name: button, exact: true }).click()
  }

  /** Saves and connects, and waits for the tenant's own tab with its prompt. */
  async saveAndConnect(name: string): Promise<void> {
    await this.press('Save and connect')
    await this.dialog.waitFor({ state: 'hidden' })
    await connected(this.page, name)
  }
}

/** The question for a credential that is not kept: a dialog with the same fields. */
export async function credentialQuestion(page: Page, tenant: string): Promise<ProfileDialog> {
  const question = new ProfileDialog(page, `Sign in to ${tenant}`)
  await question.dialog.waitFor({ timeout: patienceMs })
  return question
}

/** Waits until a tenant's tab is in front, connected, with its prompt. Throws what the window says where it failed. */
export async function connected(page: Page, name: string): Promise<void> {
  await page.getByRole('tab', { name, exact: true, selected: true }).waitFor()
  const status = page.getByRole('status').filter({ hasText: /^(Connected|Failed|Closed)/ })
  await status.waitFor({ timeout: patienceMs })
  if (!(await status.innerText()).startsWith('Connected')) throw new Error(`“${name}” was not connected: ${(await page.getByRole('alert').allInnerTexts()).join('\n')}`)
  await promptOf(page, name)
}

/** Waits for a prompt below all else: one of before a reconnect is none, and what is typed ahead of one may be lost. */
export async function promptOf(page: Page, name: string): Promise<void> {
  await waitForText(page, name, new RegExp(`${name} PS>\\s*$`))
}
