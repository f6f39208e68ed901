import { randomBytes } from 'node:crypto'
import { readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeOnMainEngine } from '../engines.ts'
import { openPreview, patienceMs, screenText, type, waitForText, type RunningPreview } from './preview-in-chromium.ts'
import { connected, ProfileDialog, promptOf } from './profile-dialog.ts'

const tenant = 'Contoso demo'

describeOnMainEngine('a transcript', ({ env }) => {
  let running: RunningPreview
  let page: Page
  const canary = `canary${randomBytes(12).toString('hex')}`
  beforeAll(async () => {
    running = await openPreview({ env })
    page = running.page
    page.setDefaultTimeout(patienceMs)
    await running.context.grantPermissions(['clipboard-read', 'clipboard-write'])
  }, patienceMs)
  afterAll(() => running?.close())

  const folder = () => join(running.dataFolder, 'transcripts')
  const written = () => readdirSync(folder()).map((name) => readFileSync(join(folder(), name), 'utf8')).join('')

  it('is switched on in the profile, says where it lies, and has what was shown without the secret that was typed', async () => {
    const editor = await ProfileDialog.edit(page, tenant)
    await editor.dialog.getByText('More options').click()
    await editor.dialog.getByRole('checkbox', { name: 'Keep a transcript of each session' }).check()
    await editor.press('Save and connect')
    await connected(page, tenant)
    expect(await screenText(page, tenant)).toContain('A transcript is kept:')
    await type(page, tenant, `function Set-Thing { param($Password) throw "refused: $Password" }`)
    await promptOf(page, tenant)
    await type(page, tenant, `Set-Thing -Password '${canary}'`)
    await waitForText(page, tenant, new RegExp(`refused: ${canary}[^]*PS>\\s*$`))
    await type(page, tenant, 'Get-Mailbox -ResultSize 1 | Format-List DisplayName')
    await waitForText(page, tenant, /DisplayName : [^]*PS>\s*$/)
    await expect.poll(written, { timeout: patienceMs }).toMatch(/PS> Set-Thing -Password [^\n]*\[removed\][^]*refused: \[removed\][^]*failed after[^]*\nDisplayName : \w[^]*done after [\d.]+ s\n$/)
    expect(written()).not.toContain(canary)
    await page.getByRole('button', { name: 'Transcript', exact: true }).click()
    await page.getByRole('status').filter({ hasText: 'The transcript’s path is copied' }).waitFor()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(join(folder(), readdirSync(folder())[0]!))
  }, patienceMs * 3)

  it('is beside the scrollback, which is saved as it is shown', async () => {
    await page.getByRole('region', { name: `Terminal ${tenant}`, exact: true }).locator('.xterm-helper-textarea').focus()
    const [file] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Control+Shift+KeyK')])
    expect(file.suggestedFilename()).toMatch(/^Contoso-demo-\d{4}-\d\d-\d\d-\d{6}\.txt$/)
    expect(readFileSync(await file.path(), 'utf8')).toContain(`Set-Thing -Password '${canary}'`)
    await page.getByRole('status').filter({ hasText: /^Saved \d+ lines as Contoso-demo-.*secrets are not taken out/ }).waitFor()
  }, patienceMs)

  it('says where its folder can’t be used, while the session goes on, and goes on itself with the next connection', async () => {
    renameSync(folder(), `${folder()}-away`)
    writeFileSync(folder(), '')
    await page.getByRole('button', { name: 'Reconnect', exact: true }).click()
    await page.getByRole('note').filter({ hasText: `${tenant}: No transcript is kept:` }).filter({ hasText: 'is no folder. The session goes on without one' }).waitFor()
    await page.getByText('no transcript', { exact: true }).waitFor()
    await waitForText(page, tenant, /No transcript is kept:[^]*PS>\s*$/)
    await type(page, tenant, '6 * 7')
    await waitForText(page, tenant, /\n42\s[^]*PS>\s*$/)
    rmSync(folder())
    await page.getByRole('button', { name: 'Reconnect', exact: true }).click()
    await page.getByRole('button', { name: 'Transcript', exact: true }).waitFor()
    expect(await page.getByRole('note').filter({ hasText: 'transcript' }).count()).toBe(0)
    await type(page, tenant, "'again' + '!'")
    await expect.poll(written, { timeout: patienceMs }).toMatch(/\nagain!\n/)
  }, patienceMs * 3)
})
