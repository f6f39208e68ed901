import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { _electron, type ElectronApplication, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** Electron's own binary, where its package has fetched it. */
function findBinary(): string | null {
  const folder = resolve('node_modules/electron')
  const named = join(folder, 'path.txt')
  const binary = existsSync(named) ? join(folder, 'dist', readFileSync(named, 'utf8').trim()) : null
  return binary && existsSync(binary) ? binary : null
}

const binary = findBinary()
console.log(binary ? 'the Electron suite runs on Electron’s own binary too' : 'skipped: no Electron binary; the Electron suite runs on its stand-in alone')

describe.skipIf(!binary)('the built host on Electron’s own binary', () => {
  let folder: string
  let app: ElectronApplication
  let page: Page
  const args = () => [resolve('.'), '--data-dir', join(folder, 'data')]

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tenantry-electron-'))
    app = await _electron.launch({ executablePath: binary!, args: args() })
    page = await app.firstWindow()
    await page.getByRole('list', { name: 'Tenants' }).waitFor()
  })
  afterAll(async () => {
    // The question about living sessions is the system's own dialog, which nobody here can answer.
    await app?.evaluate(({ dialog }) => void (dialog.showMessageBox = async () => ({ response: 1, checkboxChecked: false })))
    await app?.close()
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
  })

  it('shows the page of its own scheme, as a secure context', async () => {
    expect(page.url().split(/[?#]/)[0]).toBe('app://tenantry/index.html')
    expect(await page.evaluate(() => isSecureContext)).toBe(true)
  })

  it('gives the page the contract, and neither Node nor Electron', async () => {
    expect(await page.evaluate(() => Object.keys(window.tenantry!).sort())).toEqual(['invoke', 'onEvent', 'openStream'])
    expect(await page.evaluate(() => ['require', 'process', 'module', 'Buffer'].filter((name) => name in window))).toEqual([])
  })

  it('refuses what the tables refuse', async () => {
    expect(await page.evaluate(() => fetch('https://example.invalid/').then(() => 'fetched', () => 'refused'))).toBe('refused')
    expect(await page.evaluate(() => Notification.requestPermission())).toBe('denied')
    expect(await page.evaluate(() => navigator.clipboard.readText().then(() => 'read', () => 'refused'))).toBe('refused')
    expect(await page.evaluate(() => String(window.open('http://127.0.0.1:9/')))).toBe('null')
    await page.evaluate(() => void (location.href = 'file:///'))
    await page.evaluate(() => void (location.href = 'app://tenantry/../package.json'))
    await page.getByRole('list', { name: 'Tenants' }).waitFor()
    expect(page.url().split(/[?#]/)[0]).toBe('app://tenantry/index.html')
    expect(app.windows()).toHaveLength(1)
  })

  it('connects a demo tenant, in a terminal that streams over a port', async () => {
    await page.getByRole('list', { name: 'Tenants' }).getByRole('button', { name: 'Contoso demo', exact: true }).dblclick()
    await page.getByRole('status').filter({ hasText: /^Connected/ }).waitFor({ timeout: 60_000 })
  })

  it('lets no second one start, and hands its link over', async () => {
    const second = spawnSync(binary!, [...args(), 'tenantry://open/00000000-0000-4000-8000-000000000000'], { timeout: 60_000 })
    expect(second.status).toBe(0)
    await page.getByText('The link leads to a profile that is not on this computer.').waitFor()
  })
})
