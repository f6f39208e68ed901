import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeOnMainEngine } from '../engines.ts'
import { connect, openPreview, patienceMs, screenText, type, waitForText, type RunningPreview } from './preview-in-chromium.ts'

describeOnMainEngine('Tenantry', ({ env }) => {
  let running: RunningPreview
  beforeAll(async () => {
    running = await openPreview({ env })
  })
  afterAll(() => running?.close())

  describe('from an empty data folder', () => {
    it('shows the two demo tenants', async () => {
      const list = running.page.getByRole('list', { name: 'Tenants' })
      await list.getByRole('button', { name: 'Contoso demo', exact: true }).waitFor()
      await list.getByRole('button', { name: 'Fabrikam demo', exact: true }).waitFor()
    })

    it('connects a tenant with one double click and lists three of its mailboxes', async () => {
      await connect(running.page, 'Contoso demo')
      await type(running.page, 'Contoso demo', 'Get-EXOMailbox -ResultSize 3 | Format-Table PrimarySmtpAddress')
      const screen = await waitForText(running.page, 'Contoso demo', /PrimarySmtpAddress\s+-+[^]*PS> *\n*$/)
      expect(screen.match(/\S+@contoso\.example/g)).toHaveLength(3)
    })

    it('asks Exchange which tenant it is and says so', async () => {
      await running.page.getByText('tenant confirmed by Exchange').waitFor({ timeout: patienceMs })
    })

    it('went over the wire as the real module does, each request with this session’s own token', () => {
      const { log, tenants } = running.core.demo
      const exchange = log.filter(({ service }) => service === 'exchange')
      const moduleFile = exchange.findIndex(({ path, commandName }) => /EXOModuleFile$/i.test(path) && commandName === '*')
      const mailbox = exchange.findIndex(({ path, method }) => method === 'GET' && /\/Mailbox$/i.test(path))
      expect(moduleFile).toBeGreaterThanOrEqual(0)
      expect(mailbox).toBeGreaterThan(moduleFile)
      const contoso = tenants[0]!
      expect(new Set(exchange.map(({ token }) => token?.tokenUti)).size).toBe(1)
      for (const request of exchange) {
        expect(request.token?.tid).toBe(contoso.tenantId)
        expect(request.path).toContain(contoso.tenantId)
      }
      expect(String(exchange[mailbox]!.headers['x-anchormailbox'])).toContain('SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}')
    })

    it('connects a second tenant beside it, with other data, and the first still works', async () => {
      await connect(running.page, 'Fabrikam demo')
      await type(running.page, 'Fabrikam demo', '(Get-EXOMailbox -ResultSize 1).PrimarySmtpAddress')
      await waitForText(running.page, 'Fabrikam demo', /\S+@fabrikam\.example/)
      await running.page.getByRole('tab', { name: 'Contoso demo', exact: true }).click()
      await type(running.page, 'Contoso demo', '(Get-OrganizationConfig).Name')
      await waitForText(running.page, 'Contoso demo', /\nContoso demo|contosodemo/)
    })

    it('takes 1,500 mailboxes in exactly two pages', async () => {
      running.core.demo.clearLog()
      await type(running.page, 'Contoso demo', '(Get-Mailbox -ResultSize Unlimited | Measure-Object).Count')
      await waitForText(running.page, 'Contoso demo', /\n1500\s/)
      const pages = running.core.demo.log.filter(({ cmdletName }) => cmdletName === 'Get-Mailbox')
      expect(pages.map(({ page }) => page)).toEqual([1, 2])
    })

    it('fails a cmdlet with the service stopped, and works again after', async () => {
      await running.core.demo.stop()
      await type(running.page, 'Contoso demo', 'Get-EXOMailbox -ResultSize 1 | Out-Null; "stopped: $?"')
      await waitForText(running.page, 'Contoso demo', 'stopped: False')
      await running.core.demo.start()
      await type(running.page, 'Contoso demo', 'Get-EXOMailbox -ResultSize 1 | Out-Null; "started: $?"')
      await waitForText(running.page, 'Contoso demo', 'started: True')
    })

    it('shows both sessions and their screens again after a reload', async () => {
      await running.page.reload()
      await running.page.getByRole('tab', { name: 'Fabrikam demo', exact: true }).click()
      await waitForText(running.page, 'Fabrikam demo', /\S+@fabrikam\.example/)
      await running.page.getByRole('tab', { name: 'Contoso demo', exact: true }).click()
      await waitForText(running.page, 'Contoso demo', 'started: True')
      await type(running.page, 'Contoso demo', '"after the " + "reload"')
      await waitForText(running.page, 'Contoso demo', '\nafter the reload')
    })

    it('explains the session’s token in a panel, and tells claims alone', async () => {
      const { page } = running
      await page.getByRole('button', { name: 'Token', exact: true }).click()
      const panel = page.getByRole('region', { name: 'Token', exact: true })
      await panel.getByText(/^This token can manage Exchange: it has Exchange\.ManageAsApp and the directory roles Exchange Administrator/).waitFor()
      await panel.getByRole('button', { name: 'All claims' }).click()
      const uti = running.core.demo.log.find(({ token }) => token?.tid === running.core.demo.tenants[0]!.tenantId)!.token!.tokenUti!
      await panel.getByText(uti, { exact: true }).waitFor()
      await panel.getByRole('button', { name: 'Close the token panel' }).click()
    })

    it('never told the window a secret or a token', async () => {
      const secrets = running.core.demo.tenants.flatMap(({ apps }) => apps.map(({ clientSecret }) => clientSecret))
      const traffic = Buffer.concat(running.traffic.map((data) => Buffer.from(data as string))).toString('latin1')
      expect(traffic).toContain('Contoso demo')
      for (const secret of secrets) expect(traffic).not.toContain(secret)
      expect(traffic).not.toMatch(/eyJ[\w-]{20,}\.eyJ/)
      expect(await screenText(running.page, 'Contoso demo')).not.toMatch(/eyJ[\w-]{20,}/)
    })
  })

  describe('each demo of a failure', () => {
    const failures: Array<[string, RegExp]> = [
      ['Demo: no permission', /Exchange\.ManageAsApp/],
      ['Demo: no role', /no role that Exchange accepts/],
      ['Demo: expired secret', /client secret has expired/],
      ['Demo: throttled', /asked too often/]
    ]
    it.each(failures)('%s says what happened, and leaves a usable shell', async (name, sentence) => {
      const { page } = running
      // It is tried again twice, after this time each.
      for (const app of running.core.demo.tenants.flatMap(({ apps }) => apps)) app.retryAfterSeconds = 1
      await page.getByRole('list', { name: 'Tenants' }).getByRole('button', { name, exact: true }).dblclick()
      await page.getByRole('alert').filter({ hasText: sentence }).waitFor({ timeout: patienceMs })
      await page.getByRole('status').filter({ hasText: /^Failed/ }).waitFor()
      await waitForText(page, name, `${name} PS>`)
      await type(page, name, '6 * 7')
      await waitForText(page, name, /\n42\s/)
    })
  })
})
