import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { chooseHosts, runHosts } from '../../build/hosts.mjs'
import { root } from '../../build/setup.mjs'
import packageJson from '../../package.json'

const machine = { electron: '/electron', root: '/tenantry', platform: 'linux' as NodeJS.Platform, env: { DISPLAY: ':0' } as NodeJS.ProcessEnv, node: '22.12.0' }
const preview = join('/tenantry', 'out', 'app', 'start-preview.js')

describe('choosing a host', () => {
  it('takes Electron where it is, and the preview where it ends at once', () => {
    const hosts = chooseHosts({ 'data-dir': 'here' }, machine)
    expect(hosts).toEqual([
      { sentence: null, file: '/electron', args: ['/tenantry', '--data-dir', resolve('here')] },
      {
        sentence: 'Electron ended without opening a window, so Tenantry runs as the preview: open the address below in a browser.',
        file: process.execPath,
        args: [preview, '--port', '0', '--data-dir', resolve('here')]
      }
    ])
  })

  it.each([
    ['the preview is asked for', { preview: true, port: 8080 }, machine, null],
    ['Electron is not there', { port: 8080 }, { ...machine, electron: null }, /^Electron's binary is not on this machine, so Tenantry runs as the preview/],
    ['Node can’t fetch Electron', { port: 8080 }, { ...machine, electron: null, node: '20.19.0' }, /^Electron's binary is not on this machine, fetching it takes Node 22\.12 or later \(this is 20\.19\.0\), so Tenantry runs as the preview/],
    ['there is no display', {}, { ...machine, env: {} }, /^There is no display for Electron here, so Tenantry runs as the preview/]
  ] as const)('takes the preview alone where %s', (_, options, there, sentence) => {
    const [host, ...others] = chooseHosts(options, there)
    expect(others).toEqual([])
    expect(host!.args).toEqual([preview, '--port', 'port' in options ? '8080' : '0'])
    if (sentence) expect(host!.sentence).toMatch(sentence)
    else expect(host!.sentence).toBe(null)
  })

  it('needs no display variable beside X11, nor off Linux', () => {
    expect(chooseHosts({}, { ...machine, env: { WAYLAND_DISPLAY: 'wayland-0' } })).toHaveLength(2)
    expect(chooseHosts({}, { ...machine, platform: 'darwin', env: {} })).toHaveLength(2)
  })

  it('says that Electron has no port', () => {
    expect(() => chooseHosts({ port: 8080 }, machine)).toThrow('--port is for the preview, and Electron listens on none: leave it out, or add --preview.')
  })
})

describe('running a host', () => {
  let folder: string
  let said: string[]
  let marked: number
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tenantry-hosts-'))
    said = []
    marked = 0
  })
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true })
    expect(marked).toBe(0)
  })

  // Node with a few lines stands in for Electron and for the preview.
  const host = (script: string, sentence: string | null = null) => ({ sentence, file: process.execPath, args: ['-e', script] })
  const run = (hosts: Array<ReturnType<typeof host>>, withinMs?: number) =>
    runHosts(hosts, {
      env: process.env,
      say: (text) => said.push(text),
      mark: () => {
        marked++
        return () => marked--
      },
      ...(withinMs === undefined ? {} : { withinMs })
    })
  const trace = (code: number) => `require('node:fs').writeFileSync(${JSON.stringify(join(folder, 'ran'))}, ''); process.exit(${code})`

  it.each([
    ['fails', 'process.exit(1)'],
    ['crashes', 'process.kill(process.pid, "SIGTRAP"); setInterval(() => {}, 1000)']
  ])('goes on to the next one, in one sentence, where the first %s at once', async (_, script) => {
    expect(await run([host(script), host(trace(0), 'The next one.')])).toBe(0)
    expect(existsSync(join(folder, 'ran'))).toBe(true)
    expect(said).toEqual(['The next one.'])
  })

  it('goes on where the first one can’t be started at all', async () => {
    expect(await run([{ sentence: null, file: join(folder, 'none'), args: [] }, host(trace(0), 'The next one.')])).toBe(0)
    expect(said).toEqual(['The next one.'])
  })

  it.each([
    ['closed in order', 'process.exit(0)', undefined, 0],
    ['that failed after its window was open', 'setTimeout(() => process.exit(3), 200)', 100, 3]
  ])('ends with one %s', async (_, script, withinMs, code) => {
    expect(await run([host(script), host(trace(0), 'The next one.')], withinMs)).toBe(code)
    expect(existsSync(join(folder, 'ran'))).toBe(false)
    expect(said).toEqual([])
  })

  it('passes a signal on, and opens nothing else after it', async () => {
    const runner = `
      import { runHosts } from ${JSON.stringify(pathToFileURL(join(root, 'build', 'hosts.mjs')).href)}
      const hosts = ${JSON.stringify([host('console.log("up"); setInterval(() => {}, 1000)'), host(trace(0), 'The next one.')])}
      process.exitCode = await runHosts(hosts, { env: process.env, say: console.log, mark: () => () => {} })`
    const child = spawn(process.execPath, ['--input-type=module', '-e', runner], { stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    child.stdout.on('data', (text: Buffer) => {
      output += text.toString()
      if (output === 'up\n') child.kill('SIGTERM')
    })
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(1)
    expect(output).toBe('up\n')
    expect(existsSync(join(folder, 'ran'))).toBe(false)
  })
})

describe('package.json', () => {
  it('names a file as main that the build makes', () => {
    expect(existsSync(join(root, packageJson.main))).toBe(true)
  })
})
