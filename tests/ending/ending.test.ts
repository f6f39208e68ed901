import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/*
 * The hosts as programs of their own, beside a keychain that never answers. What ends them is looked at from outside.
 */

const cache = resolve('.cache')
let programs: string

beforeAll(async () => {
  mkdirSync(cache, { recursive: true })
  programs = mkdtempSync(join(cache, 'ending-'))
  for (const name of ['start-preview', 'main']) {
    await build({
      configFile: false, logLevel: 'error',
      resolve: { alias: { keytar: resolve(import.meta.dirname, 'keychain-that-never-answers.ts'), electron: resolve(import.meta.dirname, 'electron-app.ts') } },
      build: { ssr: resolve('app', `${name}.ts`), outDir: programs, emptyOutDir: false, rolldownOptions: { shimMissingExports: true, output: { entryFileNames: `${name}.mjs`, codeSplitting: false } } }
    })
  }
})
afterAll(() => rmSync(programs, { recursive: true, force: true }))

/** Starts a host in a home of its own; answers what it says, how it ends and what it leaves. */
function start(onTestFinished: (clean: () => void) => void, name: 'start-preview' | 'main', args: string[] = []) {
  const home = mkdtempSync(join(tmpdir(), 'tenantry-ending-'))
  mkdirSync(join(home, 'tmp'))
  spawnSync('mkfifo', [join(home, 'silent')])
  const env = { PATH: process.env.PATH, HOME: home, TMPDIR: join(home, 'tmp'), TENANTRY_TEST_SILENT_PIPE: join(home, 'silent') }
  const child = spawn(process.execPath, [join(programs, `${name}.mjs`), '--data-dir', join(home, 'data'), ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  let onSaid = () => {}
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (bytes: Buffer) => {
      said += bytes.toString()
      onSaid()
    })
  }
  const ended = new Promise<NodeJS.Signals | number | null>((settle) => child.on('exit', (code, signal) => settle(signal ?? code)))
  onTestFinished(() => {
    child.kill('SIGKILL')
    rmSync(home, { recursive: true, force: true })
  })
  return {
    ended,
    signal: (signal: NodeJS.Signals) => child.kill(signal),
    says: (text: string) =>
      new Promise<void>((settle, reject) => {
        onSaid = () => said.includes(text) && settle()
        onSaid()
        void ended.then((how) => reject(new Error(`it ended (${how}) without saying “${text}”: ${said}`)))
      }),
    /** What a host should take away at its end. */
    left: () => readdirSync(join(home, 'tmp')).filter((name) => name.startsWith('tenantry-run-'))
  }
}

describe.skipIf(process.platform === 'win32').concurrent('beside a keychain that never answers', () => {
  it('the preview ends at Ctrl+C and leaves nothing', async ({ onTestFinished }) => {
    const host = start(onTestFinished, 'start-preview')
    await host.says('Tenantry: http://127.0.0.1:')
    expect(host.left()).toHaveLength(1)
    host.signal('SIGINT')
    expect(await host.ended).toBe('SIGKILL')
    expect(host.left()).toEqual([])
  })

  it('the preview ends at Ctrl+C while it still waits for the keychain', async ({ onTestFinished }) => {
    const host = start(onTestFinished, 'start-preview')
    while (host.left().length === 0) await new Promise((settle) => setTimeout(settle, 20))
    host.signal('SIGINT')
    expect(await host.ended).toBe('SIGINT')
  })

  it('the preview ends where its port is taken, and says so', async ({ onTestFinished }) => {
    const taken = createServer().listen(0, '127.0.0.1')
    await new Promise((settle) => taken.once('listening', settle))
    const { port } = taken.address() as { port: number }
    const host = start(onTestFinished, 'start-preview', ['--port', String(port)])
    await host.says(`port ${port} is taken`)
    await host.ended
    expect(host.left()).toEqual([])
    taken.close()
  })

  it('the Electron host ends when its window is closed', async ({ onTestFinished }) => {
    const host = start(onTestFinished, 'main')
    await host.says('the window is open')
    host.signal('SIGUSR2')
    expect(await host.ended).toBe('SIGKILL')
    expect(host.left()).toEqual([])
  })
})
