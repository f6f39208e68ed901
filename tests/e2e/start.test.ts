import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { root } from '../../build/setup.mjs'
import { describeOnMainEngine } from '../engines.ts'
import { connect, type, waitForText } from './preview-in-chromium.ts'

/* The product as it is built and started by its one command; the other tests run its sources. */

describeOnMainEngine('npm start -- --preview', ({ env }) => {
  let folder: string
  let running: ReturnType<typeof start>
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tenantry-start-'))
    running = start('--data-dir', join(folder, 'data'))
  })
  afterAll(async () => {
    running.child.kill('SIGTERM')
    await running.ended
    rmSync(folder, { recursive: true, force: true })
  })

  function start(...options: string[]) {
    const child = spawn(process.execPath, [join(root, 'build', 'start.mjs'), '--preview', ...options], { cwd: folder, env: { ...env, DBUS_SESSION_BUS_ADDRESS: 'unix:path=/none' } })
    const said = { out: '', err: '' }
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
    child.stderr.on('data', (bytes: Buffer) => void (said.err += bytes.toString()))
    const line = new Promise<string>((resolve, reject) => {
      child.stdout.on('data', (bytes: Buffer) => {
        said.out += bytes.toString()
        if (said.out.includes('\n')) resolve(said.out)
      })
      void ended.then(() => reject(new Error(`it ended without an address: ${said.out}${said.err}`)))
    })
    line.catch(() => {})
    return { child, said, ended, line }
  }

  it('prints one line, whose address opens a window that connects', async () => {
    const line = await running.line
    const address = /^Tenantry: (http:\/\/127\.0\.0\.1:\d+\/#[\w-]{22,})\n$/.exec(line)?.[1]
    expect(address, line).toBeDefined()
    const browser = await chromium.launch({ executablePath: process.env.TENANTRY_TEST_BROWSER ?? '/usr/bin/chromium', headless: true, args: ['--no-sandbox', '--disable-gpu'] })
    try {
      const page = await browser.newPage()
      await page.goto(address!.replace('/#', '/?renderer=dom#'))
      await connect(page, 'Contoso demo')
      await type(page, 'Contoso demo', '(Get-EXOMailbox -ResultSize 3).Count')
      await waitForText(page, 'Contoso demo', /\n3\s/)
    } finally {
      await browser.close()
    }
    expect(existsSync(join(folder, 'data', 'profiles.json'))).toBe(true)
    expect(running.said.out).toBe(line)
  })

  it('is not begun a second time in the same checkout, and says which process is in the way', async () => {
    const second = start('--data-dir', join(folder, 'other'))
    expect(await second.ended).toBe(1)
    expect(second.said.err).toMatch(/Tenantry is running from this folder \(process \d+\)\. Close it, then try again\.\n$/)
    expect(existsSync(join(folder, 'other'))).toBe(false)
  })

  // Windows has no such signal: there a process is ended, and says nothing.
  it.skipIf(process.platform === 'win32')('ends when it is told to', async () => {
    running.child.kill('SIGTERM')
    expect(await running.ended).toBe(0)
  })
})
