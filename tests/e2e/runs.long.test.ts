import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import Papa from 'papaparse'
import type { Locator, Page } from 'playwright-core'
import { build } from 'vite'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { DemoTenant } from '../../app/demo/tenants.ts'
import { describeOnMainEngine } from '../engines.ts'
import { openPreview, patienceMs, picture, type RunningPreview } from './preview-in-chromium.ts'

vi.setConfig({ testTimeout: 600_000, hookTimeout: 120_000 })

/** How long a whole run may take until a test gives up on it; no figure of the product's. */
const runPatienceMs = 300_000

const dialogOf = (page: Page) => page.getByRole('dialog', { name: 'Run across tenants' })
const button = (page: Page, name: string | RegExp) => dialogOf(page).getByRole('button', { name, exact: typeof name === 'string' })
const row = (page: Page, name: string) => dialogOf(page).getByRole('treegrid').getByRole('row', { name: new RegExp(`^${name} `) })
/** What is said of how far a run is. */
const progress = (page: Page) => dialogOf(page).getByRole('progressbar')

async function openNew(page: Page): Promise<Locator> {
  await page.getByRole('banner').getByRole('button', { name: 'Tools' }).click()
  await page.getByRole('menuitem', { name: 'Run across tenants…' }).click()
  const dialog = dialogOf(page)
  await dialog.getByLabel('Group').selectOption({ label: await dialog.locator('option', { hasText: 'Demo: generated' }).innerText() })
  return dialog
}

/** Starts a script in all generated tenants, or those that a search finds, and waits until the window shows them. */
async function start(page: Page, script: string, what: { isReadOnly?: boolean; atOnce?: number; search?: string } = {}): Promise<void> {
  const dialog = await openNew(page)
  await dialog.getByLabel('Search tenants to run in').fill(what.search ?? '')
  await button(page, /^Choose these/).click()
  await dialog.getByLabel('PowerShell').fill(script)
  await dialog.getByLabel('Tenants at once').fill(String(what.atOnce ?? 4))
  if (what.isReadOnly === false) await dialog.getByLabel('Only read').uncheck()
  await button(page, /^Run in \d+ tenants/).click()
  await dialog.getByRole('treegrid').waitFor()
}

describeOnMainEngine('a run across tenants in the window', ({ env }) => {
  const count = 40
  /** Where the tenant that takes for ever sees that it need not. */
  let folder: string
  let running: RunningPreview
  let page: Page
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tenantry-run-'))
    running = await openPreview({ env, demo: { generated: count } })
    page = running.page
    page.setDefaultTimeout(patienceMs)
    await page.getByRole('list', { name: 'Tenants' }).waitFor()
  })
  afterAll(async () => {
    await running?.close()
    if (folder) rmSync(folder, { recursive: true, force: true })
  })

  const tenants = (): DemoTenant[] => running.core.demo.tenants.filter(({ name }) => /^Tenant \d+$/.test(name))

  it('shows how it goes in 40 tenants: two that fail and why, one that throttles, one that is cancelled; runs those again, and has a table and a CSV that are right to the row', async () => {
    const [failing, expired, throttled, slow] = [tenants()[2]!, tenants()[5]!, tenants()[6]!, tenants()[9]!]
    const go = join(folder, 'go')
    running.core.demo.answerNext((request) => request.path.includes(throttled.tenantId) && /EXOModuleFile/.test(request.path), { status: 429, headers: { 'retry-after': '4' }, body: '' })
    failing.apps[0]!.failWith = 7000215
    expired.apps[0]!.secretExpired = true
    await start(page, `Get-Mailbox -ResultSize Unlimited | Select-Object -Property DisplayName, Alias\nif ((Get-AcceptedDomain)[0].Name -like 'tenant10*' -and -not [IO.File]::Exists('${go}')) { Start-Sleep -Seconds 600 }`)
    await row(page, 'Tenant 01').getByText(/Starting|Connecting|Running|Done/).first().waitFor()
    // The view may go: a place in the window says how far it is, and leads back.
    await page.keyboard.press('Escape')
    await page.getByRole('contentinfo').getByRole('button', { name: new RegExp(`^Run: \\d+ of ${count}`) }).click()
    await picture(page, 'run-going')
    await row(page, throttled.name).getByText(/ is asked too often .* Trying again in /).waitFor({ timeout: runPatienceMs })
    await row(page, 'Tenant 12').getByText(/Done$/).waitFor({ timeout: runPatienceMs })
    await button(page, `Cancel in ${slow.name}`).click()
    await expect.poll(() => progress(page).getAttribute('aria-valuetext'), { timeout: runPatienceMs }).toMatch(/^37 done, 2 failed, 1 cancelled, in /)
    await row(page, failing.name).getByText(/Failed$/).waitFor()
    expect(await row(page, failing.name).innerText()).toContain('client secret')
    expect(await row(page, expired.name).innerText()).toMatch(/expired/)
    expect(await row(page, 'Tenant 01').innerText()).toContain(`${tenants()[0]!.directory.mailboxes.length} rows`)
    await picture(page, 'run-failed')

    failing.apps[0]!.failWith = null
    expired.apps[0]!.secretExpired = false
    writeFileSync(go, '')
    await button(page, 'Retry 3 tenants').click()
    await expect.poll(() => progress(page).getAttribute('aria-valuetext'), { timeout: runPatienceMs }).toMatch(/^40 done, in /)
    const expected = tenants().flatMap(({ name, directory }) => directory.mailboxes.map(({ displayName, alias }) => `${name} | ${displayName} | ${alias}`)).sort()
    const results = dialogOf(page).getByRole('region', { name: /^Results / })
    await results.getByText(`${expected.length} rows`, { exact: true }).waitFor()
    await results.getByLabel('Filter Tenant').fill(`=${failing.name}`)
    await results.getByText(`${failing.directory.mailboxes.length} of ${expected.length} rows`, { exact: true }).waitFor()
    await results.getByLabel('Filter Tenant').fill('')
    await results.getByText(`${expected.length} rows`, { exact: true }).waitFor()
    const download = page.waitForEvent('download')
    await results.getByRole('button', { name: 'Save as CSV' }).click()
    const { data } = Papa.parse<Record<string, string>>(readFileSync(await (await download).path(), 'utf8').replace(/^\ufeff/, ''), { header: true, skipEmptyLines: true })
    expect(data.map(({ Tenant, DisplayName, Alias }) => `${Tenant} | ${DisplayName} | ${Alias}`).sort()).toEqual(expected)
    await picture(page, 'run-done')
    await page.keyboard.press('Escape')
  })

  it('asks once before data is changed, changes nothing before the number is typed, and everywhere then', async () => {
    const changes = () => running.core.demo.log.filter(({ cmdletName }) => cmdletName === 'Set-Mailbox').length
    const { profiles } = await running.call('profiles.list', null)
    const { tenantId: _, initialDomain: __, signInId, ...profile } = profiles.find(({ name }) => name === 'Tenant 04')!
    await running.call('profiles.save', { profile: { ...profile, environment: 'production' }, signIn: { use: 'existing', id: signInId! } })
    await start(page, 'Set-Mailbox -Identity (Get-Mailbox -ResultSize 1).UserPrincipalName -MailTip hello', { isReadOnly: false, search: 'tenant0' })
    const question = dialogOf(page).getByRole('group', { name: 'Change data in 9 tenants, 1 of them production?' })
    await question.waitFor({ timeout: runPatienceMs })
    expect(await question.innerText()).toMatch(/Set-Mailbox waits in Tenant 0\d/)
    await picture(page, 'run-question')
    await question.getByLabel(/^Type 9/).fill('7')
    await page.keyboard.press('Enter')
    await question.getByText('Type 9 to run it in all of them, or refuse.').waitFor()
    expect(changes()).toBe(0)
    await question.getByLabel(/^Type 9/).fill('9')
    await page.keyboard.press('Enter')
    await expect.poll(() => progress(page).getAttribute('aria-valuetext'), { timeout: runPatienceMs }).toMatch(/^9 done, in /)
    expect(changes()).toBe(9)
    // Kept with what it was, and repeated as it was.
    await button(page, 'Runs (2)').click()
    const kept = dialogOf(page).getByRole('list', { name: 'Runs' }).getByRole('listitem')
    expect(await kept.allInnerTexts()).toEqual([expect.stringMatching(/^Set-Mailbox[^]*9 tenants[^]*9 done/), expect.stringMatching(/^Get-Mailbox[^]*40 tenants[^]*only reads[^]*40 done/)])
    await kept.nth(1).getByRole('button', { name: /^Repeat/ }).click()
    expect(await dialogOf(page).getByLabel('PowerShell').inputValue()).toMatch(/^Get-Mailbox -ResultSize Unlimited \| Select-Object -Property DisplayName, Alias\n/)
    expect(await dialogOf(page).getByLabel('Only read').isChecked()).toBe(true)
    await button(page, 'Run in 40 tenants, 1 of them production').click()
    await row(page, 'Tenant 01').getByText(/Done$/).waitFor({ timeout: runPatienceMs })
    await button(page, 'Cancel all').click()
    await expect.poll(() => progress(page).getAttribute('aria-valuetext'), { timeout: runPatienceMs }).toMatch(/^\d+ done, \d+ cancelled, in /)
    await page.keyboard.press('Escape')
  })
})

describeOnMainEngine('a run in the middle of which Tenantry is killed', ({ env }) => {
  const count = 12
  const dataFolder = mkdtempSync(join(tmpdir(), 'tenantry-killed-'))
  let folder: string
  let program: string
  beforeAll(async () => {
    mkdirSync('.cache', { recursive: true })
    folder = mkdtempSync(join(resolve('.cache'), 'preview-program-'))
    program = join(folder, 'preview-program.mjs')
    await build({
      configFile: false, logLevel: 'error',
      build: { ssr: resolve(import.meta.dirname, 'preview-program.ts'), outDir: folder, emptyOutDir: false, rolldownOptions: { output: { entryFileNames: 'preview-program.mjs', codeSplitting: false } } }
    })
  })
  afterAll(() => {
    for (const one of [folder, dataFolder]) rmSync(one, { recursive: true, force: true })
  })

  /** A Tenantry of its own; answers the address of its window. */
  async function startProgram(): Promise<{ tenantry: ChildProcess; url: string }> {
    const tenantry = spawn(process.execPath, [program, dataFolder, resolve('out'), String(count)], { env, stdio: ['ignore', 'pipe', 'inherit'] })
    for await (const line of createInterface({ input: tenantry.stdout! })) if (line.startsWith('http://')) return { tenantry, url: line }
    throw new Error('it ended before its window was there')
  }

  it('says at the next start which tenants were done, and is gone on with from there', async () => {
    // Any window will do to look at it: this one has a core of its own.
    const browser = await openPreview({ env })
    const { page } = browser
    page.setDefaultTimeout(patienceMs)
    const { tenantry, url } = await startProgram()
    try {
      await page.goto(url.replace('/#', '/?renderer=dom#'))
      await start(page, "(Get-AcceptedDomain)[0].Name; if ((Get-AcceptedDomain)[0].Name -notmatch '^tenant0[12]') { Start-Sleep -Seconds 300 }")
      await row(page, 'Tenant 02').getByText(/Done$/).waitFor({ timeout: runPatienceMs })
      for (const number of [3, 4, 5, 6]) await row(page, `Tenant 0${number}`).getByText('1 row', { exact: true }).waitFor({ timeout: runPatienceMs })
    } finally {
      tenantry.kill('SIGKILL')
      await browser.close()
    }

    const next = await openPreview({ env, dataFolder, demo: { generated: count } })
    try {
      const window = next.page
      window.setDefaultTimeout(patienceMs)
      await window.getByRole('note').filter({ hasText: `2 of ${count} tenants were done` }).waitFor()
      await window.getByRole('banner').getByRole('button', { name: 'Tools' }).click()
      await window.getByRole('menuitem', { name: 'Run across tenants…' }).click()
      await button(window, 'Runs (1)').click()
      await dialogOf(window).getByText('2 done, 10 interrupted').waitFor()
      await button(window, /^Open/).click()
      await dialogOf(window).getByText(/^Tenantry ended while this ran\. Done: Tenant 01 and Tenant 02\. Not done: Tenant 03, /).waitFor()
      await button(window, 'Retry 10 tenants').click()
      await row(window, 'Tenant 03').getByText('1 row', { exact: true }).waitFor({ timeout: runPatienceMs })
      await button(window, 'Cancel in Tenant 03').click()
      await row(window, 'Tenant 07').getByText('1 row', { exact: true }).waitFor({ timeout: runPatienceMs })
      await button(window, 'Cancel all').click()
      await expect.poll(() => progress(window).getAttribute('aria-valuetext'), { timeout: runPatienceMs }).toMatch(/^2 done, 10 cancelled, in /)
    } finally {
      await next.close()
    }
  })
})
