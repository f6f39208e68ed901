import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type BrowserContext, type Locator, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { startPreview, type Preview } from '../../app/preview.ts'
import { builtWindow } from './built-window.ts'
import { FakeMainProcess } from './fake-main-process.ts'

/** How long a test waits for what must come; no figure of the product's. */
const patienceMs = 15_000

/** A real Chromium with a folder of its own. */
export interface Browser {
  context: BrowserContext
  /** Opens the built window on the real preview host over `core`; what it opened goes with `closeWindows`. */
  openWindow(core?: FakeMainProcess, options?: { query?: string }): Promise<TestWindow>
  closeWindows(): Promise<void>
  close(): Promise<void>
}

export interface TestWindow {
  core: FakeMainProcess
  page: Page
  preview: Preview
  /** Errors and refusals (Content-Security-Policy among them) on the page's console. */
  problems: string[]
  tenant(name: string): Locator
  /** Double-clicks a tenant and waits until its session is connected. */
  connect(name: string): Promise<void>
  /** The rows of a session's terminal, as text. */
  screen(title: string): Promise<string>
}

/** @param args more of Chromium's switches */
export async function startBrowser(args: string[] = []): Promise<Browser> {
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-browser-'))
  const rendererFolder = await builtWindow()
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: process.env.TENANTRY_TEST_BROWSER ?? '/usr/bin/chromium',
    headless: true,
    viewport: { width: 1360, height: 820 },
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', ...args]
  })
  context.setDefaultTimeout(patienceMs)
  const open: TestWindow[] = []
  const closeWindows = async () => {
    for (const { page, preview } of open.splice(0)) {
      await page.close()
      await preview.close()
    }
  }
  const browser: Browser = {
    context,
    async openWindow(core = new FakeMainProcess(), { query = '?renderer=dom' } = {}) {
      const preview = await startPreview({ rendererFolder, port: 0, createCore: async () => core })
      const page = await context.newPage()
      const window = describeWindow(core, page, preview)
      open.push(window)
      await page.goto(preview.url.replace('/#', `/${query}#`))
      await page.getByRole('list', { name: 'Tenants' }).waitFor()
      return window
    },
    closeWindows,
    async close() {
      await closeWindows()
      await context.close()
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
    }
  }
  return browser
}

/** In a file or a describe: a browser that ends with it; its windows go after each test. */
export function browserForTests({ hasClipboard = false } = {}): Pick<Browser, 'context' | 'openWindow'> {
  let browser: Browser
  beforeAll(async () => {
    browser = await startBrowser()
    if (hasClipboard) await browser.context.grantPermissions(['clipboard-read', 'clipboard-write'])
  })
  afterEach(() => browser.closeWindows())
  afterAll(() => browser?.close())
  return {
    get context() {
      return browser.context
    },
    openWindow: (...asked) => browser.openWindow(...asked)
  }
}

function describeWindow(core: FakeMainProcess, page: Page, preview: Preview): TestWindow {
  const problems: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text())
  })
  page.on('pageerror', (error) => problems.push(error.stack ?? error.message))
  const tenant = (name: string) => page.getByRole('list', { name: 'Tenants' }).getByRole('button', { name, exact: true })
  return {
    core,
    page,
    preview,
    problems,
    tenant,
    async connect(name) {
      await tenant(name).dblclick()
      await page.getByRole('tab', { name, exact: true, selected: true }).waitFor()
      await page.getByRole('status').filter({ hasText: /^Connected/ }).waitFor()
    },
    async screen(title) {
      const rows = page.getByRole('region', { name: `Terminal ${title}`, exact: true }).locator('.xterm-rows > div')
      return (await rows.allInnerTexts()).join('\n').replaceAll('\u00a0', ' ')
    }
  }
}

/** Waits until `read` answers something that `accept` takes; fails with the last answer. */
export async function eventually<T>(read: () => T | Promise<T>, accept: (value: T) => boolean): Promise<T> {
  const deadline = Date.now() + patienceMs
  for (;;) {
    const value = await read()
    if (accept(value)) return value
    if (Date.now() > deadline) throw new Error(`It never came; the last was: ${JSON.stringify(value)}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
