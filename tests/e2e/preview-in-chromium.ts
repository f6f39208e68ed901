import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type BrowserContext, type Page } from 'playwright-core'
import { afterAll, afterEach } from 'vitest'
import { calls, type CallInput, type CallName, type CallOutput } from '../../app/contract.ts'
import { createMachineCore, type MachineCore, type MachineOptions } from '../../app/machine.ts'
import { startPreview, type Preview } from '../../app/preview.ts'

const root = join(import.meta.dirname, '..', '..')

/** How long a connection may take before a test gives up on it; no figure of the product's. */
export const patienceMs = 45_000

export interface RunningPreview {
  preview: Preview
  core: MachineCore
  /** What the core was started with; a change counts where the machine reads it late. */
  options: MachineOptions
  page: Page
  context: BrowserContext
  dataFolder: string
  /** A call of the contract, as the window's. */
  call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>>
  /** What crossed to the window. */
  traffic: Array<Uint8Array | string>
  close(): Promise<void>
}

/** Tenantry's preview with its real core in this process, in a real Chromium; an empty data folder unless told. */
export async function openPreview(options: Partial<MachineOptions> & { dataFolder?: string; path?: string } = {}): Promise<RunningPreview> {
  const dataFolder = options.dataFolder ?? mkdtempSync(join(tmpdir(), 'tenantry-data-'))
  const browserFolder = mkdtempSync(join(tmpdir(), 'tenantry-browser-'))
  const traffic: RunningPreview['traffic'] = []
  const all: MachineOptions = {
    version: 'test', outFolder: join(root, 'out'), keychain: async () => Promise.reject(new Error('no keychain in this test')), ...options, dataFolder
  }
  let core: MachineCore | null = null
  const preview = await startPreview({
    rendererFolder: join(root, 'out', 'renderer'),
    port: 0,
    onTraffic: (data) => traffic.push(data),
    createCore: async (host) =>
      (core = await createMachineCore(host, all))
  })
  const context = await chromium.launchPersistentContext(browserFolder, {
    executablePath: process.env.TENANTRY_TEST_BROWSER ?? '/usr/bin/chromium',
    headless: true,
    viewport: { width: 1360, height: 820 },
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']
  })
  const page = await context.newPage()
  await page.goto(preview.url.replace('/#', `${options.path ?? '/?renderer=dom'}#`))
  return {
    preview,
    core: core!,
    options: all,
    page,
    context,
    dataFolder,
    async call<N extends CallName>(name: N, input: CallInput<N>) {
      const reply = await core!.dispatch({ trusted: true, description: 'test' }, name, input)
      if ('failure' in reply) throw new Error(reply.failure.message)
      return calls[name].output.parse(reply.output) as CallOutput<N>
    },
    traffic,
    async close() {
      await context.close()
      await preview.close()
      rmSync(browserFolder, { recursive: true, force: true })
      if (!options.dataFolder) rmSync(dataFolder, { recursive: true, force: true })
    }
  }
}

/** In a describe: a preview that starts again on what it left, one at a time; it ends with each test. */
export function previewOnOneFolder(env: NodeJS.ProcessEnv) {
  const dataFolder = mkdtempSync(join(tmpdir(), 'tenantry-data-'))
  let running: RunningPreview | null = null
  const end = async () => {
    await running?.close()
    running = null
  }
  afterEach(end)
  afterAll(() => rmSync(dataFolder, { recursive: true, force: true }))
  return { dataFolder, end, start: async () => (running = await openPreview({ env, dataFolder })) }
}

/** Connects a tenant by its row in the sidebar and waits for its prompt. */
export async function connect(page: Page, name: string): Promise<void> {
  await page.getByRole('list', { name: 'Tenants' }).getByRole('button', { name, exact: true }).dblclick()
  await page.getByRole('status').filter({ hasText: /^Connected/ }).waitFor({ timeout: patienceMs })
  await waitForText(page, name, `${name} PS>`)
}

/** The visible rows of a session's terminal. */
export async function screenText(page: Page, name: string): Promise<string> {
  const rows = page.getByRole('region', { name: `Terminal ${name}`, exact: true }).locator('.xterm-rows > div')
  return (await rows.allInnerTexts()).join('\n').replaceAll('\u00a0', ' ')
}

export async function waitForText(page: Page, name: string, text: string | RegExp): Promise<string> {
  const deadline = Date.now() + patienceMs
  for (;;) {
    const screen = await screenText(page, name)
    if (typeof text === 'string' ? screen.includes(text) : text.test(screen)) return screen
    if (Date.now() > deadline) throw new Error(`The terminal of ${name} never showed ${String(text)}. It shows:\n${screen}`)
    await page.waitForTimeout(50)
  }
}

/** Types a command into the focused terminal of a session. */
export async function type(page: Page, name: string, command: string): Promise<void> {
  await page.getByRole('region', { name: `Terminal ${name}`, exact: true }).locator('.xterm-helper-textarea').focus()
  await page.keyboard.type(command)
  await page.keyboard.press('Enter')
}

/** Pictures of a page, dark and light, for whoever names a folder for them by `TENANTRY_TEST_PICTURES`. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.TENANTRY_TEST_PICTURES
  for (const colorScheme of folder ? (['dark', 'light'] as const) : []) {
    await page.emulateMedia({ colorScheme })
    // What fades is through then.
    await page.waitForTimeout(200)
    await page.screenshot({ path: join(folder!, `${name}-${colorScheme}.png`) })
  }
  await page.emulateMedia({ colorScheme: null })
}
