import { readFileSync } from 'node:fs'
import { strFromU8, unzipSync } from 'fflate'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { parse } from 'yaml'
import { describeOnMainEngine } from '../engines.ts'
import { openPreview, patienceMs, picture, type RunningPreview } from './preview-in-chromium.ts'

vi.setConfig({ testTimeout: 400_000, hookTimeout: 120_000 })

/** How long a run in two tenants may take until the test gives up on it; no figure of the product's. */
const runPatienceMs = 240_000
const names = ['Contoso demo', 'Fabrikam demo']

describeOnMainEngine('a run across tenants that is exported from the window', ({ env }) => {
  let running: RunningPreview
  let page: Page
  beforeAll(async () => {
    running = await openPreview({ env })
    page = running.page
    page.setDefaultTimeout(patienceMs)
    await page.getByRole('list', { name: 'Tenants' }).waitFor()
  })
  afterAll(() => running?.close())

  const runDialog = () => page.getByRole('dialog', { name: 'Run across tenants' })
  const exportDialog = () => page.getByRole('dialog', { name: 'Export this run' })
  /** What the window shows of the files: path and text of each. */
  async function shownFiles(): Promise<Record<string, string>> {
    const files: Record<string, string> = {}
    for (const file of await exportDialog().getByRole('list', { name: 'What is written' }).getByRole('button').all()) {
      const path = await file.locator('.path').innerText()
      await file.click()
      files[path] = (await exportDialog().getByLabel(path, { exact: true }).textContent())!
    }
    return files
  }
  async function savedFiles(): Promise<Record<string, string>> {
    const [download] = await Promise.all([page.waitForEvent('download'), exportDialog().getByRole('button', { name: 'Save…' }).click()])
    expect(download.suggestedFilename()).toMatch(/\.zip$/)
    await exportDialog().getByText(/^Saved \d+ files as /).waitFor()
    return Object.fromEntries(Object.entries(unzipSync(readFileSync(await download.path()))).map(([path, bytes]) => [path, strFromU8(bytes)]))
  }
  const waitForFiles = (signIn: string) => exportDialog().getByRole('radio', { name: signIn, exact: true }).and(page.locator(':checked')).waitFor().then(() => exportDialog().locator('section[aria-busy=false]').getByRole('list').waitFor())

  it('shows the workflow and the tenants of what ran, and saves them as they are shown, without a secret', async () => {
    await page.getByRole('banner').getByRole('button', { name: 'Tools' }).click()
    await page.getByRole('menuitem', { name: 'Run across tenants…' }).click()
    for (const name of names) {
      await runDialog().getByLabel('Search tenants to run in').fill(name)
      await runDialog().getByRole('option', { name: new RegExp(`^${name} `) }).click()
    }
    await runDialog().getByLabel('PowerShell').fill('Get-Mailbox -ResultSize 3 | Select-Object DisplayName')
    await runDialog().getByRole('button', { name: 'Run in 2 tenants' }).click()
    await expect.poll(() => runDialog().getByRole('progressbar').getAttribute('aria-valuetext'), { timeout: runPatienceMs }).toMatch(/^2 done, in /)
    await runDialog().getByRole('button', { name: 'Export…' }).press('Enter')
    await waitForFiles('Federated credential')
    await picture(page, 'run-export-github')
    const shown = await shownFiles()
    const saved = await savedFiles()
    expect(saved).toEqual(shown)

    const workflow = Object.keys(saved).find((path) => /^\.github\/workflows\/[a-z0-9-]+\.yml$/.test(path))
    expect(Object.keys(parse(saved[workflow!]!) as object)).toContain('jobs')
    const tenants = Object.keys(saved).find((path) => path.endsWith('/tenants.json'))
    expect((JSON.parse(saved[tenants!]!) as Array<{ name: string }>).map(({ name }) => name)).toEqual(names)
    expect(Object.values(saved).join('\n')).toContain('Get-Mailbox -ResultSize 3 | Select-Object DisplayName')
    expectNoSecret(Object.values(saved))
  })

  it('is a runbook for Azure Automation as well, with each way to sign in there', async () => {
    const dialog = exportDialog()
    const texts: string[] = []
    await dialog.getByRole('radio', { name: 'Azure Automation' }).check()
    for (const signIn of ['Certificate', 'Managed identity']) {
      await dialog.getByRole('radio', { name: signIn, exact: true }).check()
      await waitForFiles(signIn)
      const files = await savedFiles()
      expect(files).toEqual(await shownFiles())
      const runbook = Object.entries(files).find(([path]) => path.endsWith('.ps1'))![1]
      for (const name of names) expect(runbook).toContain(name)
      texts.push(runbook)
      expectNoSecret(Object.values(files))
    }
    expect(texts[0]).not.toBe(texts[1])
    await picture(page, 'run-export-azure')
    await page.setViewportSize({ width: 640, height: 400 })
    await picture(page, 'run-export-small')
  })

  /** Neither what the demo tenants sign in with nor a token is in it. */
  function expectNoSecret(texts: string[]): void {
    const secrets = running.core.demo.tenants.flatMap(({ apps }) => apps.map(({ clientSecret }) => clientSecret))
    expect(secrets.length).toBeGreaterThanOrEqual(names.length)
    for (const text of texts) {
      for (const secret of secrets) expect(text.includes(secret)).toBe(false)
      expect(text).not.toMatch(/eyJ[\w-]{20,}\.[\w-]{20,}|-----BEGIN [A-Z ]*PRIVATE KEY-----/)
    }
  }
})
