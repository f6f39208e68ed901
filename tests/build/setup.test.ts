import { spawnSync } from 'node:child_process'
import { appendFileSync, chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { root } from '../../build/setup.mjs'

/*
 * The set-up's own files in a checkout of nothing else, on a PATH of nothing but fakes: each writes down how it was
 * called. What it would install is not installed.
 */

const isDebian = existsSync('/etc/debian_version')
const libsecret = 'libsecret-1-dev pkg-config g++ make python3'

let checkout: string
const inCheckout = (...names: string[]) => join(checkout, ...names)
beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'tenantry-set-up-'))
  for (const name of ['setup', 'running', 'test']) cpSync(join(root, 'build', `${name}.mjs`), inCheckout('build', `${name}.mjs`))
  mkdirSync(inCheckout('bin'))
  writeFileSync(inCheckout('package.json'), '{"type":"module"}')
  writeFileSync(inCheckout('package-lock.json'), '{}')
  fakeCommand('npm', '/bin/mkdir -p node_modules')
  fakeCommand('pkg-config')
})
afterEach(() => rmSync(checkout, { recursive: true, force: true }))

function fakeCommand(name: string, script = ''): void {
  writeFileSync(inCheckout('bin', name), `#!/bin/sh\necho ${name} "$@" >> '${inCheckout('calls')}'\n${script}\n`)
  chmodSync(inCheckout('bin', name), 0o755)
}

/** How the fakes were called since the last look. */
function calls(): string[] {
  const file = inCheckout('calls')
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []
  rmSync(file, { force: true })
  return lines
}

/** Runs lines of a module of which `setup` is the set-up, as root or not, on a Node that calls itself `version`. */
function run(lines: string, { uid = 1000, version = process.versions.node } = {}) {
  const pretend = `process.getuid = () => ${uid}; Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })`
  const script = `${pretend}; const setup = await import('./build/setup.mjs'); await setup.runMain(async () => { ${lines} })`
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { cwd: checkout, env: { PATH: inCheckout('bin') }, encoding: 'utf8' })
  return { stdout: stdout.trim(), stderr: stderr.trim(), status }
}

const answer = (call: string) => JSON.parse(run(`console.log(JSON.stringify(await setup.${call}))`).stdout) as unknown

describe.skipIf(process.platform === 'win32')('the set-up of a machine', () => {
  it.each(['20.18.3', '18.20.0'])('stops on Node %s with a sentence', (version) => {
    expect(run('setup.checkNode()', { version })).toEqual({ stdout: '', stderr: `tenantry: Tenantry needs Node 20.19 or later; this is ${version}.`, status: 1 })
  })

  it.each(['20.19.0', '22.0.0'])('takes Node %s', (version) => {
    expect(run('setup.checkNode()', { version })).toMatchObject({ stderr: '', status: 0 })
  })

  it('installs the packages once, and again when the lockfile changed', () => {
    const install = () => {
      expect(run('setup.installPackages()').status).toBe(0)
      return calls().filter((call) => call.startsWith('npm')).map((call) => call.split(' --')[0])
    }
    expect(install()).toEqual(['npm ci'])
    expect(install()).toEqual([])
    appendFileSync(inCheckout('package-lock.json'), '\n')
    expect(install()).toEqual(['npm ci'])
  })

  it('says what to do where the packages can’t be installed, and tries again the next time', () => {
    fakeCommand('npm', 'exit 1')
    expect(run('setup.installPackages()')).toMatchObject({ status: 1, stderr: expect.stringContaining('apt-get install build-essential python3 libsecret-1-dev') as string })
    fakeCommand('npm', '/bin/mkdir -p node_modules')
    calls()
    run('setup.installPackages()')
    expect(calls().some((call) => call.startsWith('npm ci'))).toBe(true)
  })

  describe.skipIf(process.platform !== 'linux')('where libsecret is missing', () => {
    beforeEach(() => {
      fakeCommand('pkg-config', 'exit 1')
      fakeCommand('apt-get')
    })

    it.skipIf(!isDebian)('installs it as root on Debian, before the packages', () => {
      expect(run('setup.installPackages()', { uid: 0 }).status).toBe(0)
      expect(calls().slice(1, 4)).toEqual(['apt-get update -qq', `apt-get install -y -qq --no-install-recommends ${libsecret}`, expect.stringMatching(/^npm ci/)])
    })

    it('names the command to type to anybody else, and installs nothing', () => {
      expect(run('setup.installPackages()')).toMatchObject({ status: 1, stderr: `tenantry: keytar needs libsecret. Type: sudo apt-get install -y ${libsecret}` })
      rmSync(inCheckout('bin', 'apt-get'))
      expect(run('setup.installPackages()').stderr).toBe(`tenantry: keytar needs libsecret. Type: install ${libsecret.replaceAll(' ', ', ')} with your distribution's packages`)
      expect(calls().filter((call) => !call.startsWith('pkg-config'))).toEqual([])
    })
  })

  describe('finds a PowerShell', () => {
    const tool = () => inCheckout('.cache', 'powershell', 'pwsh')
    beforeEach(() => {
      mkdirSync(inCheckout('build', 'engine-console'))
      writeFileSync(inCheckout('build', 'engine-console', 'build.mjs'), "export const buildEngineConsole = async () => ({ executable: 'the fake engine console' })")
    })

    it('on PATH, and asks nobody else', () => {
      fakeCommand('pwsh')
      fakeCommand('dotnet')
      expect(answer('preparePowerShell()')).toEqual({ pwsh: 'pwsh', engineConsole: null })
      expect(calls()).toEqual([])
    })

    it('as a tool of .NET in the project’s own cache, once', () => {
      fakeCommand('dotnet', `/bin/mkdir -p "$5"; echo > "$5/pwsh"`)
      for (const expected of [[`dotnet tool install PowerShell --tool-path ${inCheckout('.cache', 'powershell')}`], []]) {
        expect(answer('preparePowerShell()')).toEqual({ pwsh: tool(), engineConsole: null })
        expect(calls()).toEqual(expected)
      }
    })

    it('in the engine console where NuGet has no such tool, and does not ask for it again that day', () => {
      fakeCommand('dotnet', 'exit 1')
      for (const asked of [1, 0]) {
        expect(answer('preparePowerShell()')).toEqual({ pwsh: null, engineConsole: 'the fake engine console' })
        expect(calls()).toHaveLength(asked)
      }
    })

    it('nowhere without it and without a .NET SDK, which the tests name', () => {
      expect(answer('preparePowerShell()')).toEqual({ pwsh: null, engineConsole: null })
      for (const name of ['openssl', 'gnome-keyring-daemon', 'dbus-run-session', 'apt-get']) fakeCommand(name)
      expect(run("await import('./build/test.mjs')", { uid: 0 }).stderr).toContain('The tests need PowerShell 7.4 or later on PATH, or a .NET SDK')
    })
  })

  it('tries to fetch Electron once, where its installer runs on this Node', () => {
    mkdirSync(inCheckout('node_modules', 'electron'), { recursive: true })
    writeFileSync(inCheckout('node_modules', 'electron', 'install.js'), `require('node:fs').appendFileSync(${JSON.stringify(inCheckout('calls'))}, 'install.js\\n')`)
    for (const asked of [Number(process.versions.node.split('.')[0]) < 22 ? [] : ['install.js'], []]) {
      expect(answer('findElectron()')).toBe(null)
      expect(calls()).toEqual(asked)
    }
  })

  // On other systems than Linux the keychain needs nothing.
  const steps: Array<[string, string]> = [...(process.platform === 'linux' ? [['prepareKeyring', 'gnome-keyring dbus'] as [string, string]] : []), ['prepareOpenssl', 'openssl']]
  it.each(steps)('%s names what to install, and is content where it is there', (step, packages) => {
    fakeCommand('apt-get')
    expect(run(`setup.${step}()`).stderr).toMatch(new RegExp(`Type: sudo apt-get install -y ${packages}$`))
    for (const name of ['gnome-keyring-daemon', 'dbus-run-session', 'openssl']) fakeCommand(name)
    expect(run(`setup.${step}()`)).toEqual({ stdout: '', stderr: '', status: 0 })
  })
})
