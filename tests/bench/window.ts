import { spawn as spawnProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as nodePty from 'node-pty'
import { chromium, type BrowserContext, type CDPSession, type Page } from 'playwright-core'
import { frameType, unpackFrame, type ByteStream, type EventData } from '../../app/contract.ts'
import { createMachineCore, type MachineCore } from '../../app/machine.ts'
import { startPreview } from '../../app/preview.ts'
import { installProbe } from './page-probe.ts'

/** The checkout's root; the bench is started there. */
export const root = process.cwd()
/** How long anything may take before the bench gives up on it; no figure. */
export const patienceMs = 60_000
export type Renderer = 'dom' | 'webgl'

export interface WindowOptions {
  renderer: Renderer
  /** A prepared data folder, which the caller removes. */
  dataFolder?: string
  viewport?: { width: number; height: number }
  /** Shells are started beforehand, as in the product; else each click starts its own. */
  warmShells?: boolean
}

/** What the main process was seen doing; times in milliseconds since the epoch, with fractions. */
export interface Sightings {
  spawns: Array<{ at: number; pty: nodePty.IPty }>
  /** The ends of session pipes that the bench holds in the place of a shell that can't. */
  shells: Socket[]
  states: Array<{ at: number; view: EventData<'session.state'> }>
  /** The output that was sent last and the acknowledgement that came last, in bytes of the newest stream. */
  sent: number
  acknowledged: number
  onAcknowledged: () => void
}

/** Tenantry in a real Chromium, its core in this process, and all that is seen of both. */
export interface BenchWindow {
  core: MachineCore
  page: Page
  context: BrowserContext
  cdp: CDPSession
  url: string
  seen: Sightings
  /** Shell commands that run in the place of the next sessions' PowerShell. */
  inPlaceOfShell: string[]
  close(): Promise<void>
}

export const now = () => performance.timeOrigin + performance.now()

const browserArguments = ['--no-sandbox', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-quic']
const rendererArguments = {
  dom: ['--disable-gpu'],
  // Software WebGL where there is no GPU: it says what such a machine gets, not what a GPU does.
  webgl: ['--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist']
}

/** Starts a core, its preview and a browser; everything is this run's own. */
export async function openWindow(options: WindowOptions): Promise<BenchWindow> {
  const dataFolder = options.dataFolder ?? mkdtempSync(join(tmpdir(), 'tenantry-bench-data-'))
  const browserFolder = mkdtempSync(join(tmpdir(), 'tenantry-bench-browser-'))
  const seen: Sightings = { spawns: [], shells: [], states: [], sent: 0, acknowledged: 0, onAcknowledged: () => {} }
  const inPlaceOfShell: string[] = []
  let core!: MachineCore
  const preview = await startPreview({
    rendererFolder: join(root, 'out', 'renderer'),
    port: 0,
    createCore: async (host) => {
      core = await createMachineCore(host, {
        version: 'bench',
        dataFolder,
        outFolder: join(root, 'out'),
        // The demo's secrets live for one run anyway.
        ...(options.warmShells ? { isOnBattery: () => false } : {}),
        keychain: () => Promise.reject(new Error('the bench keeps no secrets')),
        spawn: { pty: spawnPty(inPlaceOfShell, seen), process: spawnProcess }
      })
      core.onEvent((event, data) => {
        if (event === 'session.state') seen.states.push({ at: now(), view: data as EventData<'session.state'> })
      })
      return { ...core, openStream: (ticket, stream) => core.openStream(ticket, watched(stream, seen)) }
    }
  })
  const context = await chromium.launchPersistentContext(browserFolder, {
    executablePath: process.env.TENANTRY_TEST_BROWSER ?? '/usr/bin/chromium',
    headless: true,
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
    viewport: options.viewport ?? { width: 1360, height: 820 },
    args: [...browserArguments, ...rendererArguments[options.renderer]]
  })
  await context.addInitScript(installProbe, patienceMs)
  const page = context.pages()[0] ?? (await context.newPage())
  page.setDefaultTimeout(patienceMs)
  const url = new URL(preview.url)
  if (options.renderer === 'dom') url.searchParams.set('renderer', 'dom')
  await page.goto(url.href)
  const firstTenant = page.getByRole('list', { name: 'Tenants' }).getByRole('button').first()
  await firstTenant.waitFor().catch(async () => {
    throw new Error(`the window shows no tenant but: ${(await page.locator('body').innerText()).slice(0, 500)}`)
  })
  return {
    core,
    page,
    context,
    cdp: await context.newCDPSession(page),
    url: url.href.replace(url.hash, ''),
    seen,
    inPlaceOfShell,
    async close() {
      await context.close()
      await preview.close()
      rmSync(browserFolder, { recursive: true, force: true, maxRetries: 5 })
      if (!options.dataFolder) rmSync(dataFolder, { recursive: true, force: true, maxRetries: 5 })
    }
  }
}

function spawnPty(inPlaceOfShell: string[], seen: Sightings) {
  return (file: string, args: string[], options: nodePty.IPtyForkOptions) => {
    const at = now()
    const command = inPlaceOfShell.shift()
    const pty = command === undefined ? nodePty.spawn(file, args, options) : nodePty.spawn('/bin/sh', ['-c', command], options)
    if (command !== undefined) seen.shells.push(sayHello(options.env ?? {}, pty.pid))
    seen.spawns.push({ at, pty })
    return pty
  }
}

/** In the name of a shell that can't: a session that hears nothing would fail after 20 s, amid a measurement. */
function sayHello(env: Record<string, string | undefined>, pid: number): Socket {
  const pipe = connect(env.TENANTRY_PIPE!)
  pipe.on('error', () => {})
  pipe.resume()
  pipe.write(`${JSON.stringify({ v: 1, type: 'hello', nonce: env.TENANTRY_NONCE, pid, psVersion: '0.0', edition: 'none' })}\n`)
  return pipe
}

function watched(stream: ByteStream, seen: Sightings): ByteStream {
  seen.sent = 0
  seen.acknowledged = 0
  return {
    ...stream,
    send(frame) {
      const unpacked = unpackFrame(frame)
      if (unpacked) seen.sent = unpacked.sequence
      stream.send(frame)
    },
    onFrame: (listener) =>
      stream.onFrame((frame) => {
        listener(frame)
        const unpacked = unpackFrame(frame)
        if (unpacked?.type !== frameType.ack) return
        seen.acknowledged = unpacked.sequence
        seen.onAcknowledged()
      })
  }
}

/** Opens a tenant's session by its row and the Connect button, and waits until its stream is attached. */
export async function openSession({ page, seen }: BenchWindow, name: string): Promise<nodePty.IPty> {
  const before = seen.spawns.length
  await page.getByRole('list', { name: 'Tenants' }).getByRole('button', { name, exact: true }).click()
  await page.getByRole('button', { name: 'Connect', exact: true }).click()
  await page.getByRole('region', { name: `Terminal ${name}`, exact: true }).waitFor()
  await until(() => seen.spawns.length > before && seen.acknowledged > 0, `the session of ${name}`)
  return seen.spawns.at(-1)!.pty
}

/** Waits for something of this process. @throws after `patienceMs`, naming it */
export async function until(test: () => boolean, what: string, patience = patienceMs): Promise<void> {
  const deadline = Date.now() + patience
  while (!test()) {
    if (Date.now() > deadline) throw new Error(`waited ${patience / 1000} s in vain for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

export async function focusTerminal({ page }: BenchWindow, name: string): Promise<void> {
  await page.getByRole('region', { name: `Terminal ${name}`, exact: true }).locator('.xterm-helper-textarea').focus()
}
