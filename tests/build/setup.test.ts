import { appendFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BareCheckout } from './bare-checkout.ts'

const isDebian = existsSync('/etc/debian_version')
const libsecret = 'libsecret-1-dev pkg-config g++ make python3'

let checkout: BareCheckout
beforeEach(() => {
  checkout = new BareCheckout()
})
afterEach(() => checkout.dispose())

const answer = (call: string, options = {}) => JSON.parse(checkout.run(`console.log(JSON.stringify(await setup.${call}))`, options).stdout) as unknown

describe.skipIf(process.platform === 'win32')('the set-up of a machine', () => {
  it.each(['20.18.3', '18.20.0'])('stops on Node %s with a sentence', (version) => {
    expect(checkout.run('setup.checkNode()', { version })).toEqual({ stdout: '', stderr: `tenantry: Tenantry needs Node 20.19 or later; this is ${version}.`, status: 1 })
  })

  it.each(['20.19.0', '22.0.0'])('takes Node %s', (version) => {
    expect(checkout.run('setup.checkNode()', { version })).toMatchObject({ stderr: '', status: 0 })
  })

  it('installs the packages once, and again when the lockfile changed', () => {
    const install = () => {
      expect(checkout.run('setup.installPackages()').status).toBe(0)
      return checkout.calls().filter((call) => call.startsWith('npm')).map((call) => call.split(' --')[0])
    }
    expect(install()).toEqual(['npm ci'])
    expect(install()).toEqual([])
    appendFileSync(checkout.path('package-lock.json'), '\n')
    expect(install()).toEqual(['npm ci'])
  })

  it('says what to do where the packages can’t be installed, and tries again the next time', () => {
    checkout.fakeCommand('npm', 'exit 1')
    expect(checkout.run('setup.installPackages()')).toMatchObject({ status: 1, stderr: expect.stringContaining('apt-get install build-essential python3 libsecret-1-dev') as string })
    checkout.fakeCommand('npm', '/bin/mkdir -p node_modules')
    checkout.calls()
    checkout.run('setup.installPackages()')
    expect(checkout.calls().some((call) => call.startsWith('npm ci'))).toBe(true)
  })

  describe.skipIf(process.platform !== 'linux')('where libsecret is missing', () => {
    beforeEach(() => {
      checkout.fakeCommand('pkg-config', 'exit 1')
      checkout.fakeCommand('apt-get')
    })

    it.skipIf(!isDebian)('installs it as root on Debian, before the packages', () => {
      expect(checkout.run('setup.installPackages()', { uid: 0 }).status).toBe(0)
      expect(checkout.calls().slice(1, 4)).toEqual(['apt-get update -qq', `apt-get install -y -qq --no-install-recommends ${libsecret}`, expect.stringMatching(/^npm ci/)])
    })

    it('names the command to type to anybody else, and installs nothing', () => {
      expect(checkout.run('setup.installPackages()')).toMatchObject({ status: 1, stderr: `tenantry: keytar needs libsecret. Type: sudo apt-get install -y ${libsecret}` })
      rmSync(checkout.path('bin', 'apt-get'))
      expect(checkout.run('setup.installPackages()').stderr).toBe(`tenantry: keytar needs libsecret. Type: install ${libsecret.replaceAll(' ', ', ')} with your distribution's packages`)
      expect(checkout.calls().filter((call) => !call.startsWith('pkg-config'))).toEqual([])
    })
  })

  describe('finds a PowerShell', () => {
    const tool = () => checkout.path('.cache', 'powershell', 'pwsh')
    beforeEach(() => {
      mkdirSync(checkout.path('build', 'engine-console'))
      writeFileSync(checkout.path('build', 'engine-console', 'build.mjs'), "export const buildEngineConsole = async () => ({ executable: 'the fake engine console' })")
    })

    it.each(['7.4.6', '7.10.0-preview.2', '8.0.0'])('%s on PATH, and asks nobody else', (version) => {
      checkout.fakeCommand('pwsh', `echo PowerShell ${version}`)
      checkout.fakeCommand('dotnet')
      expect(answer('preparePowerShell()')).toEqual({ pwsh: 'pwsh', engineConsole: null })
      expect(checkout.calls()).toEqual(['pwsh --version'])
    })

    it.each([
      ['is too old', 'echo PowerShell 7.3.12', '/pwsh is PowerShell 7.3.12, and Tenantry needs 7.4 or later'],
      ['says something else', 'echo hello', '/pwsh does not tell its version'],
      ['fails', 'exit 1', '/pwsh does not tell its version']
    ])('elsewhere where the one on PATH %s, and says so', (_, script, sentence) => {
      checkout.fakeCommand('pwsh', script)
      expect(checkout.run('await setup.preparePowerShell()').stderr).toBe(`tenantry: ${checkout.path('bin')}${sentence}`)
      checkout.fakeCommand('dotnet', `/bin/mkdir -p "$7"; echo > "$7/pwsh"`)
      expect(answer('preparePowerShell()')).toEqual({ pwsh: tool(), engineConsole: null })
    })

    it('further on in PATH than one that is too old', () => {
      checkout.fakeCommand('pwsh', 'echo PowerShell 7.2.23')
      checkout.fakeCommand('pwsh', 'echo PowerShell 7.5.0', 'more')
      const { stdout } = checkout.run(`process.env.PATH += ':${checkout.path('more')}'; console.log((await setup.preparePowerShell()).pwsh)`)
      expect(stdout).toBe(checkout.path('more', 'pwsh'))
    })

    it('as a tool of .NET in the project’s own cache, once', () => {
      checkout.fakeCommand('dotnet', `/bin/mkdir -p "$7"; echo > "$7/pwsh"`)
      for (const expected of [[`dotnet tool install PowerShell --version 7.6.9 --tool-path ${checkout.path('.cache', 'powershell')}`], []]) {
        expect(answer('preparePowerShell()')).toEqual({ pwsh: tool(), engineConsole: null })
        expect(checkout.calls()).toEqual(expected)
      }
    })

    describe('compiled ahead of time for the tests', () => {
      const assemblies = () => checkout.path('.cache', 'powershell', '.store', 'powershell', '7.6.9', 'powershell', '7.6.9', 'tools', 'net10.0', 'any', 'unix')
      const compiled = () => checkout.path('.cache', 'powershell-compiled', 'pwsh')
      beforeEach(() => {
        cpSync('build/compiled-powershell', checkout.path('build', 'compiled-powershell'), { recursive: true })
        mkdirSync(assemblies(), { recursive: true })
        for (const name of ['System.Management.Automation.dll', 'pwsh.dll', 'pwsh.runtimeconfig.json']) writeFileSync(join(assemblies(), name), `the tool’s ${name}`)
        writeFileSync(tool(), '')
      })
      /** Publishes these files, as the compiler would. */
      const compiler = (...names: string[]) => checkout.fakeCommand('dotnet', `/bin/mkdir -p "$6"\n${names.map((name) => `echo compiled > "$6/${name}"`).join('\n')}`)
      const texts = () => Object.fromEntries(readdirSync(dirname(compiled())).map((name) => [name, readFileSync(join(dirname(compiled()), name), 'utf8').trim()]))

      it('where it is the tool’s, once: its own entry and settings, the compiled assemblies that it has, and a launcher', () => {
        compiler('System.Management.Automation.dll', 'pwsh.dll', 'Other.dll', 'pwsh.runtimeconfig.json', 'pwsh')
        for (const asked of [1, 0]) {
          expect(answer('prepareCompiledPowerShell()')).toEqual({ pwsh: compiled(), engineConsole: null })
          expect(checkout.calls()).toHaveLength(asked)
        }
        expect(texts()).toEqual({ 'System.Management.Automation.dll': 'compiled', 'pwsh.dll': 'the tool’s pwsh.dll', 'pwsh.runtimeconfig.json': 'the tool’s pwsh.runtimeconfig.json', pwsh: 'compiled' })
        expect(readdirSync(checkout.path('.cache')).sort()).toEqual(['powershell', 'powershell-compiled'])
      })

      it('and is the tool as it is, with the reason, where that fails or its form is another', () => {
        checkout.fakeCommand('dotnet', 'exit 1')
        expect(checkout.run('console.log((await setup.prepareCompiledPowerShell()).pwsh)')).toMatchObject({ stdout: tool(), stderr: expect.stringContaining('PowerShell could not be compiled') })
        expect(readdirSync(checkout.path('.cache'))).toEqual(['powershell'])
        rmSync(join(assemblies(), 'System.Management.Automation.dll'))
        expect(checkout.run('console.log((await setup.prepareCompiledPowerShell()).pwsh)')).toMatchObject({ stdout: tool(), stderr: expect.stringContaining('has another form') })
      })

      it('and is one that is installed as it is', () => {
        checkout.fakeCommand('pwsh', 'echo PowerShell 7.6.9')
        expect(answer('prepareCompiledPowerShell()')).toEqual({ pwsh: 'pwsh', engineConsole: null })
      })
    })

    it('in the engine console where NuGet has no such tool, and does not ask for it again that day', () => {
      checkout.fakeCommand('dotnet', 'exit 1')
      for (const asked of [1, 0]) {
        expect(answer('preparePowerShell()')).toEqual({ pwsh: null, engineConsole: 'the fake engine console' })
        expect(checkout.calls()).toHaveLength(asked)
      }
    })

    it('nowhere without it and without a .NET SDK, which the tests name', () => {
      expect(answer('preparePowerShell()')).toEqual({ pwsh: null, engineConsole: null })
      for (const name of ['openssl', 'gnome-keyring-daemon', 'dbus-run-session', 'apt-get']) checkout.fakeCommand(name)
      expect(checkout.run("await import('./build/test.mjs')", { uid: 0 }).stderr).toContain('The tests need PowerShell 7.4 or later on PATH, or a .NET SDK')
    })
  })

  it.each([
    ['20.19.0', []],
    ['22.11.0', []],
    ['22.12.0', ['install.js']],
    ['24.0.0', ['install.js']]
  ])('on Node %s: tries to fetch Electron once, where its installer runs at all', (version, first) => {
    mkdirSync(checkout.path('node_modules', 'electron'), { recursive: true })
    writeFileSync(checkout.path('node_modules', 'electron', 'install.js'), `require('node:fs').appendFileSync(${JSON.stringify(checkout.path('calls'))}, 'install.js\\n')`)
    for (const asked of [first, []]) {
      expect(answer('findElectron()', { version })).toBe(null)
      expect(checkout.calls()).toEqual(asked)
    }
  })

  // On other systems than Linux the keychain needs nothing.
  const steps: Array<[string, string]> = [...(process.platform === 'linux' ? [['prepareKeyring', 'gnome-keyring dbus'] as [string, string]] : []), ['prepareOpenssl', 'openssl']]
  it.each(steps)('%s names what to install, and is content where it is there', (step, packages) => {
    checkout.fakeCommand('apt-get')
    expect(checkout.run(`setup.${step}()`).stderr).toMatch(new RegExp(`Type: sudo apt-get install -y ${packages}$`))
    for (const name of ['gnome-keyring-daemon', 'dbus-run-session', 'openssl']) checkout.fakeCommand(name)
    expect(checkout.run(`setup.${step}()`)).toEqual({ stdout: '', stderr: '', status: 0 })
  })
})
