import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeOnMainEngine } from '../engines.ts'
import { connect, openPreview, patienceMs, picture, screenText, waitForText, type RunningPreview } from './preview-in-chromium.ts'

/** Two tenants side by side, one of them in production, on a real engine. */
describeOnMainEngine('snippets and broadcast', ({ env }) => {
  const [contoso, fabrikam] = ['Contoso demo', 'Fabrikam demo']
  let running: RunningPreview
  let page: Page
  beforeAll(async () => {
    running = await openPreview({ env })
    page = running.page
    await page.getByRole('list', { name: 'Tenants' }).waitFor()
    const { profiles } = await running.call('profiles.list', null)
    const { tenantId: _, initialDomain: __, signInId, ...profile } = profiles.find(({ name }) => name === contoso)!
    await running.call('profiles.save', { profile: { ...profile, environment: 'production' }, signIn: { use: 'existing', id: signInId! } })
    await connect(page, contoso)
    await page.getByRole('list', { name: 'Tenants' }).getByRole('button', { name: fabrikam, exact: true }).click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'Open in a split right' }).click()
    await waitForText(page, fabrikam, `${fabrikam} PS>`)
  })
  afterAll(() => running?.close())

  const focus = (name: string) => page.locator(`textarea[aria-label="Terminal input of ${name}"]`).focus()
  const mark = (name: string) => page.getByRole('region', { name: `Terminal ${name}`, exact: true }).locator('[data-broadcast]')
  const bar = () => page.getByRole('status').filter({ hasText: 'Broadcasting to' })

  it('a snippet with a value runs in two chosen sessions, each in its own tenant, after one question', async () => {
    await page.keyboard.press('Control+Shift+S')
    await page.getByRole('dialog', { name: 'Snippets', exact: true }).getByRole('button', { name: 'New snippet…' }).click()
    const editor = page.getByRole('dialog', { name: 'New snippet' })
    await editor.getByLabel('Name').fill('Whose')
    await editor.getByLabel('PowerShell').fill("$domain = Get-AcceptedDomain |\n  Where-Object InitialDomain\n'<' + {{Greeting}} + '> of ' + $domain.DomainName + (1 + {{Number=41}})")
    await editor.getByRole('button', { name: 'Save' }).click()
    await picture(page, 'snippets')
    await page.getByRole('dialog', { name: 'Snippets', exact: true }).getByRole('button', { name: 'Close' }).click()

    await page.keyboard.press('Control+Shift+P')
    await page.getByRole('combobox').fill('whose')
    await page.getByRole('option', { name: /Whose.*Snippet/ }).waitFor()
    await page.keyboard.press('Enter')
    const run = page.getByRole('dialog', { name: 'Run “Whose”' })
    await run.getByLabel('Greeting').fill("it's ‘me’ $(1)")
    await run.getByRole('checkbox', { name: contoso }).check()
    await picture(page, 'run-snippet')
    await run.getByRole('button', { name: 'Run', exact: true }).click()
    const question = page.getByRole('alertdialog', { name: 'Run in 2 sessions?' })
    await question.getByText(`PRODUCTION: ${contoso}.`).waitFor()
    await picture(page, 'run-snippet-question')
    await question.getByRole('button', { name: 'Run', exact: true }).click()
    for (const [name, domain] of [[contoso, 'contosodemo'], [fabrikam, 'fabrikamdemo']] as const) {
      await waitForText(page, name, new RegExp(`<it's ‘me’ \\$\\(1\\)> of\\s+${domain}\\.onmicrosoft\\.com42`))
    }
  }, 3 * patienceMs)

  it('typing goes to both once that is confirmed, with a border on both, and to one again after it', async () => {
    await focus(fabrikam)
    await page.keyboard.press('Control+Shift+B')
    const question = page.getByRole('alertdialog', { name: 'Broadcast into production?' })
    await question.getByText(`PRODUCTION: ${contoso}.`).waitFor()
    await question.getByRole('button', { name: 'Broadcast', exact: true }).click()
    for (const name of [contoso, fabrikam]) await mark(name).waitFor()
    await page.locator(`textarea[aria-label="Terminal input of ${fabrikam}"]:focus`).waitFor()
    await page.keyboard.type('"both " + "of them"')
    await page.keyboard.press('Enter')
    for (const name of [contoso, fabrikam]) await waitForText(page, name, '\nboth of them')
    await picture(page, 'broadcast')

    // Each terminal answers its own shell, once: for what the core knows, and for its colours.
    await page.keyboard.type(`$e = [string][char]27; [Console]::Write("$e[c$e]11;?$([char]7)"); Start-Sleep 2; $got = ''; while ([Console]::KeyAvailable) { $got += [Console]::ReadKey($true).KeyChar }; "answers " + [regex]::Matches($got, '1;2c').Count + [regex]::Matches($got, 'rgb:').Count`)
    await page.keyboard.press('Enter')
    for (const name of [contoso, fabrikam]) await waitForText(page, name, /\nanswers 11\s/)

    await page.keyboard.press('Control+Shift+B')
    await bar().waitFor({ state: 'detached' })
    expect(await mark(contoso).count()).toBe(0)
    await page.keyboard.type('"one " + "alone"')
    await page.keyboard.press('Enter')
    await waitForText(page, fabrikam, '\none alone')
    expect(await screenText(page, contoso)).not.toContain('alone')
  }, 4 * patienceMs)

  it('the guard asks in the production tenant for what was typed elsewhere', async () => {
    await focus(fabrikam)
    await page.keyboard.press('Control+Shift+B')
    await page.getByRole('alertdialog', { name: 'Broadcast into production?' }).getByRole('button', { name: 'Broadcast', exact: true }).click()
    await bar().waitFor()
    await focus(fabrikam)
    await page.keyboard.type('$who = (Get-EXOMailbox -ResultSize 1).UserPrincipalName; Set-Mailbox $who -MailTip x; "e" + "nded"')
    await page.keyboard.press('Enter')
    const question = page.getByRole('alertdialog', { name: `Change data in ${contoso}?` })
    await question.waitFor({ timeout: patienceMs })
    await waitForText(page, fabrikam, '\nended')
    expect(running.core.demo.log.filter(({ cmdletName }) => cmdletName === 'Set-Mailbox')).toHaveLength(1)
    await question.getByRole('button', { name: /^Refuse/ }).click()
    await waitForText(page, contoso, /Refused in Tenantry: Set-Mailbox was not run/)
    await page.getByRole('button', { name: 'Stop broadcasting' }).click()
    await bar().waitFor({ state: 'detached' })
  }, 3 * patienceMs)
})
