import { createHash, randomBytes, X509Certificate } from 'node:crypto'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { CallOutput } from '../../app/contract.ts'
import type { DemoApp, DemoTenant } from '../../app/demo/tenants.ts'
import { CertificateHome } from '../credentials/certificate-home.ts'
import { makePfx } from '../credentials/make-pfx.ts'
import { describeOnMainEngine, engines } from '../engines.ts'
import { openPreview, patienceMs, type, waitForText, type RunningPreview } from './preview-in-chromium.ts'
import { connected, credentialQuestion, ProfileDialog, promptOf } from './profile-dialog.ts'

describeOnMainEngine('a profile of one’s own', ({ env, path }) => {
  let home: CertificateHome
  let inStore: { certificatePem: string; thumbprint: string }
  let running: RunningPreview
  let page: Page
  let contoso: DemoTenant
  let fabrikam: DemoTenant
  let app: DemoApp
  /** What the login authority was sent as proof of who we are, the newest last. */
  const proofs: URLSearchParams[] = []
  const password = `Zoë’s & "${randomBytes(9).toString('base64')}"`
  const pfx = makePfx({ password })

  beforeAll(async () => {
    home = new CertificateHome(path)
    inStore = home.import({ app: { subject: '/CN=Exchange automation' } }).app!
    // On Linux .NET's store lies below HOME, for the helper as for a shell.
    running = await openPreview({ env: { ...env, HOME: home.folder } })
    page = running.page
    ;[contoso, fabrikam] = running.core.demo.tenants as [DemoTenant, DemoTenant]
    app = contoso.apps[0]!
    app.certificates.push(pfx.certificatePem, inStore.certificatePem)
    watchProofs()
  })
  afterAll(async () => {
    await running?.close()
    await home?.remove()
  })
  afterEach(async () => {
    // A shell each is memory that other tests need. Asked of the core: a test that failed may have left a dialog open.
    const ask = (call: string, input?: unknown) => running.core.dispatch({ trusted: true, description: 'test' }, call, input)
    const { output } = (await ask('sessions.list')) as { output: CallOutput<'sessions.list'> }
    await Promise.all(output.sessions.map(({ id }) => ask('sessions.close', { id, force: true })))
    if ((await page.getByRole('dialog').count()) > 0) await page.reload()
  })

  function watchProofs() {
    const { demo } = running.core
    const { network } = demo
    demo.network = async (request) => {
      if (request.method === 'POST') proofs.push(new URLSearchParams(request.body))
      return network(request)
    }
  }

  async function newProfile(name: string, more: { domain?: string; clientId?: string } = {}): Promise<ProfileDialog> {
    const editor = await ProfileDialog.new(page)
    await editor.describe({ name, domain: 'contoso.example', clientId: app.clientId, ...more })
    return editor
  }

  /** The prompt takes a cmdlet, and what comes back is Contoso's. */
  async function listsMailboxesOfContoso(name: string) {
    await type(page, name, '(Get-EXOMailbox -ResultSize 1).PrimarySmtpAddress')
    await waitForText(page, name, /\n\S+@contoso\.example/)
  }

  async function usableShell(name: string) {
    await promptOf(page, name)
    await type(page, name, '6 * 7')
    await waitForText(page, name, /\n42\s/)
  }

  const alert = (sentence: RegExp) => page.getByRole('alert').filter({ hasText: sentence }).waitFor({ timeout: patienceMs })
  const failed = () => page.getByRole('status').filter({ hasText: /^Failed/ }).waitFor({ timeout: patienceMs })

  function headerOfProof() {
    const assertion = proofs.at(-1)!.get('client_assertion')!
    return JSON.parse(Buffer.from(assertion.split('.')[0]!, 'base64url').toString()) as Record<string, string>
  }
  const digest = (pem: string) => createHash('sha256').update(new X509Certificate(pem).raw).digest('base64url')

  describe('is added by the window and connects', () => {
    it('with a client secret', async () => {
      const editor = await newProfile('By secret')
      await editor.enterSecret(app.clientSecret)
      await editor.dialog.getByText(`✓ ${contoso.tenantId}`).waitFor()
      await editor.saveAndConnect('By secret')
      expect(proofs.at(-1)!.get('client_secret')).toBe(app.clientSecret)
      await listsMailboxesOfContoso('By secret')
    })

    it('with a PFX file and its password', async () => {
      const editor = await newProfile('By file')
      await editor.choose('PFX file')
      await editor.enterPfx(pfx.bytes, password)
      await editor.dialog.getByText(/✓ .*Tenantry test.*, expires \d{4}-/).waitFor()
      await editor.saveAndConnect('By file')
      expect(headerOfProof()['x5t#S256']).toBe(digest(pfx.certificatePem))
      await listsMailboxesOfContoso('By file')
    })

    it('with a certificate of the store, whose key was tried first', async () => {
      const editor = await newProfile('By store')
      await editor.choose('Certificate in store')
      await editor.enterCertificate('CN=Exchange automation')
      await editor.dialog.getByRole('button', { name: 'Test signature' }).click()
      await editor.dialog.getByText(/✓ signed with PS256 in \d+ ms/).waitFor({ timeout: patienceMs })
      await editor.saveAndConnect('By store')
      expect(headerOfProof()['x5t#S256']).toBe(digest(inStore.certificatePem))
      await listsMailboxesOfContoso('By store')
    })
  })

  // What follows is the window's and the core's, whichever engine the shell is.
  if (path !== engines.at(-1)!.path) return

  describe('that asks each time', () => {
    async function askingProfile(name: string, kind: 'Client secret' | 'Certificate in store' | 'PFX file') {
      const editor = await newProfile(name)
      await editor.choose(kind)
      await editor.dialog.getByRole('checkbox', { name: 'Ask for it each time' }).check()
      await editor.press('Save and connect')
      await editor.dialog.waitFor({ state: 'hidden' })
      const question = await credentialQuestion(page, 'contoso.example')
      await question.dialog.getByText('This sign-in asks each time.').waitFor()
      return question
    }

    it('takes the secret for one connection, and wants it again for the next', async () => {
      const question = await askingProfile('Asks secret', 'Client secret')
      await question.enterSecret(app.clientSecret)
      await question.press('Sign in')
      await connected(page, 'Asks secret')
      await listsMailboxesOfContoso('Asks secret')
      await page.getByRole('button', { name: 'Reconnect' }).click()
      const again = await credentialQuestion(page, 'contoso.example')
      await again.press('Cancel')
      await alert(/has no stored credential/)
      await usableShell('Asks secret')
    })

    it('takes a PFX file, after a password that was wrong', async () => {
      const question = await askingProfile('Asks file', 'PFX file')
      await question.enterPfx(pfx.bytes, 'not this one')
      expect(await question.problemAt('PFX password')).toContain('The password does not open this PFX file.')
      await question.enterPfx(pfx.bytes, password)
      await question.press('Sign in')
      await connected(page, 'Asks file')
      await listsMailboxesOfContoso('Asks file')
    })

    it('takes a certificate of the store', async () => {
      const question = await askingProfile('Asks store', 'Certificate in store')
      await question.enterCertificate('CN=Exchange automation')
      await question.press('Sign in')
      await connected(page, 'Asks store')
      await listsMailboxesOfContoso('Asks store')
    })
  })

  describe('with bad input', () => {
    it('says at the field that a domain is none', async () => {
      const editor = await newProfile('Bad domain', { domain: 'https://contoso' })
      await editor.enterSecret(app.clientSecret)
      expect(await editor.problemAt('Tenant domain')).toMatch(/“https:\/\/contoso” is neither a domain name nor a tenant id\..*GUID/)
      await editor.press('Save and connect')
      expect(await editor.problemAt('Tenant domain')).toContain('neither a domain name nor a tenant id')
      await leave(editor)
    })

    it('says at the field that there is no such tenant', async () => {
      const editor = await newProfile('No tenant', { domain: 'tailspin.example' })
      await editor.enterSecret(app.clientSecret)
      await editor.press('Save')
      expect(await editor.problemAt('Tenant domain')).toMatch(/There is no tenant “tailspin\.example” in Demo, on this machine \(AADSTS90002\)\. Check the domain’s spelling/)
      await leave(editor)
    })

    it('says at the field that the PFX password is wrong, and saves nothing', async () => {
      const editor = await newProfile('Wrong password')
      await editor.choose('PFX file')
      await editor.enterPfx(pfx.bytes, `${password} `)
      expect(await editor.problemAt('PFX password')).toContain('The password does not open this PFX file.')
      await editor.press('Save and connect')
      expect(await editor.problemAt('PFX password')).toContain('Type the password that was set when the file was exported.')
      await leave(editor)
      expect(await page.getByRole('list', { name: 'Tenants' }).getByRole('button', { name: 'Wrong password', exact: true }).count()).toBe(0)
    })

    it('says as an alert that a secret is wrong, leaves a usable shell, and connects once it is replaced', async () => {
      const editor = await newProfile('Wrong secret')
      await editor.enterSecret('the-secret’s-ID-in-place-of-its-value')
      await editor.press('Save and connect')
      await alert(/Microsoft refused the client secret: it is wrong \(AADSTS7000215\)/)
      await failed()
      await usableShell('Wrong secret')
      await page.getByRole('button', { name: 'Edit profile' }).click()
      const again = new ProfileDialog(page, 'Edit Wrong secret')
      await again.dialog.getByRole('button', { name: 'Replace the secret…' }).click()
      await again.enterSecret(app.clientSecret)
      await again.press('Save and connect')
      await page.getByRole('status').filter({ hasText: /^Failed/ }).waitFor({ state: 'hidden' })
      await connected(page, 'Wrong secret')
      await listsMailboxesOfContoso('Wrong secret')
    })
  })

  describe('whose domain is the other tenant’s by mistake', () => {
    it('shows that tenant’s id before anything is saved, and gets no further than its sign-in', async () => {
      const editor = await newProfile('Mistyped', { domain: 'fabrikam.example' })
      await editor.enterSecret(app.clientSecret)
      await editor.dialog.getByText(`✓ ${fabrikam.tenantId}`).waitFor()
      await editor.press('Save and connect')
      await alert(/This tenant knows no application with that client ID \(AADSTS700016\)/)
      await failed()
      await usableShell('Mistyped')
    })

    it('is not given the credential of the first tenant unasked', async () => {
      const before = proofs.length
      const editor = await ProfileDialog.edit(page, 'By secret')
      await editor.field('Tenant domain').fill('fabrikam.example')
      await editor.press('Save and connect')
      const question = page.getByRole('alertdialog', { name: 'Use a sign-in for another tenant' })
      await question.getByText(`Tenant: fabrikam.example (${fabrikam.tenantId})`).waitFor()
      await question.getByRole('button', { name: 'Cancel' }).click()
      await editor.dialog.getByRole('alert').filter({ hasText: 'It was given up before it was finished.' }).waitFor()
      await leave(editor)
      const again = await ProfileDialog.edit(page, 'By secret')
      expect(await again.field('Tenant domain').inputValue()).toBe('contoso.example')
      await again.press('Cancel')
      expect(proofs).toHaveLength(before)
    })
  })

  /** Cancels, and throws what was typed away. */
  async function leave(editor: ProfileDialog) {
    await editor.press('Cancel')
    await page.getByRole('alertdialog', { name: 'Discard the changes?' }).getByRole('button', { name: 'Discard' }).click()
    await editor.dialog.waitFor({ state: 'hidden' })
  }
})
