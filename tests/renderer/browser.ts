import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type BrowserContext } from 'playwright-core'

const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']

export interface TestBrowser {
  context: BrowserContext
  close(): Promise<void>
}

/** A real Chromium with a user-data directory of its own. */
export async function openBrowser(options: { colorScheme?: 'dark' | 'light' } = {}): Promise<TestBrowser> {
  const folder = await mkdtemp(join(tmpdir(), 'tenantry-browser-'))
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: process.env.TENANTRY_TEST_BROWSER ?? '/usr/bin/chromium',
    headless: true,
    args: flags,
    viewport: { width: 1360, height: 820 },
    colorScheme: options.colorScheme ?? 'dark'
  })
  return {
    context,
    async close() {
      await context.close()
      await rm(folder, { recursive: true, force: true, maxRetries: 3 })
    }
  }
}
