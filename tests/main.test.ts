import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

// Electron is not needed for what main.ts does before it is ready: this stands in for its `app`.
const calls: string[] = []
vi.mock('electron', () => ({
  app: {
    setPath: (name: string, path: string) => calls.push(`setPath ${name} ${path}`),
    enableSandbox: () => calls.push('enableSandbox'),
    requestSingleInstanceLock: () => false,
    quit: () => calls.push('quit')
  },
  protocol: { registerSchemesAsPrivileged() {} }
}))

describe('the Electron host', () => {
  let folder: string
  const argv = process.argv
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tenantry-main-'))
    calls.length = 0
    vi.resetModules()
  })
  afterEach(() => {
    process.argv = argv
    rmSync(folder, { recursive: true, force: true })
  })

  it.each([
    ['apart', (data: string) => ['--data-dir', data]],
    ['in one word, among Chromium’s own', (data: string) => ['--no-sandbox', '--remote-debugging-port=0', `--data-dir=${data}`]]
  ])('keeps everything in the folder that --data-dir names, %s', async (_, args) => {
    const data = join(folder, 'a', 'b')
    process.argv = ['/electron', '/tenantry', ...args(data)]
    await import('../app/main.ts')
    expect(calls).toEqual([`setPath userData ${data}`, 'enableSandbox', 'quit'])
    expect(statSync(data).mode & 0o777).toBe(0o700)
  })

  it.each([[[]], [['--data-dir']]])('keeps to Electron’s own folder with %j', async (args: string[]) => {
    process.argv = ['/electron', '/tenantry', ...args]
    await import('../app/main.ts')
    expect(calls).toEqual(['enableSandbox', 'quit'])
  })
})
