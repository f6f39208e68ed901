import { spawn, type SpawnOptions } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { spawn as ptySpawn } from 'node-pty'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Spawn } from '../../app/adapters.ts'
import { candidates, findPowerShell, isNewEnough, readVersionAnswer, type FindRequest } from '../../app/powershell/find.ts'
import { createFinder } from '../../app/powershell/finder.ts'
import { policyQuery, refusingPolicy } from '../../app/powershell/policy.ts'
import { describeOnEachEngine } from '../engines.ts'

let folder: string
let started: Array<{ file: string; args: string[]; env: NodeJS.ProcessEnv | undefined }>

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tenantry-find-'))
  started = []
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const watched: Spawn = {
  pty: ptySpawn,
  process: (file, args, options: SpawnOptions) => {
    started.push({ file, args, env: options.env })
    return spawn(file, args, options)
  }
}

/** Only `configuredPath` and what is under `folder` can be found. */
const request = (more: Partial<FindRequest> = {}): FindRequest => ({
  configuredPath: null,
  engineConsole: null,
  env: { PATH: join(folder, 'bin'), HOME: folder },
  platform: 'linux',
  spawn: watched,
  scriptsFolder: join(folder, 'scripts'),
  cacheFile: join(folder, 'data', 'powershell.json'),
  ...more
})

/** Stands in for a PowerShell of another version, or of a Windows that is not here: it prints an answer. */
function anAnswering(name: string, answer: string): string {
  mkdirSync(join(folder, 'bin'), { recursive: true })
  const file = join(folder, 'bin', name)
  writeFileSync(file, `#!/bin/sh\nprintf '%s\\n' '${answer}'\n`)
  chmodSync(file, 0o755)
  return file
}

describeOnEachEngine('finding PowerShell', ({ path, env }) => {
  const real = () => request({ configuredPath: path, env: { ...env, HOME: folder } })

  it('asks its version once, through the adapter, and tells it from the cache after that', async () => {
    const { found } = await findPowerShell(real())
    expect(found).toMatchObject({ path, edition: 'Core', standIn: false })
    expect(isNewEnough(found!.version, found!.edition)).toBe(true)
    expect(started.map(({ file }) => file)).toEqual([path])
    expect(Object.keys(started[0]!.env!).filter((name) => name.startsWith('TENANTRY_'))).toEqual([])
    expect((await findPowerShell(real())).found).toEqual(found)
    expect(started).toHaveLength(1)
  })

  it('asks again where the cache can’t be written or read', async () => {
    mkdirSync(join(folder, 'data', 'powershell.json'), { recursive: true })
    for (const times of [1, 2]) {
      expect((await findPowerShell(real())).found?.path).toBe(path)
      expect(started).toHaveLength(times)
    }
  })
})

describe('finding PowerShell', () => {
  it('asks again when the program was changed', async () => {
    const file = anAnswering('pwsh', '7.4.1|Core|')
    expect((await findPowerShell(request())).found?.version).toBe('7.4.1')
    anAnswering('pwsh', '7.6.5|Core|')
    utimesSync(file, new Date(), new Date(Date.now() + 5000))
    expect((await findPowerShell(request())).found?.version).toBe('7.6.5')
  })

  it('passes over what is too old, and names it where there is nothing else', async () => {
    const old = anAnswering('pwsh', '7.2.23|Core|')
    expect(await findPowerShell(request())).toEqual({ found: null, reason: 'too-old', path: old, version: '7.2.23' })
    mkdirSync(join(folder, '.dotnet/tools'), { recursive: true })
    const newer = join(folder, '.dotnet/tools/pwsh')
    writeFileSync(newer, '#!/bin/sh\necho "7.5.0|Core|"\n', { mode: 0o755 })
    expect((await findPowerShell(request())).found?.path).toBe(newer)
  })

  it.each([
    ['says something else', '#!/bin/sh\necho hello\n'],
    ['fails', '#!/bin/sh\necho "7.5.0|Core|"; exit 1\n'],
    ['is no program', 'nonsense']
  ])('passes over a program that %s', async (_, text) => {
    writeFileSync(anAnswering('pwsh', ''), text)
    expect(await findPowerShell(request())).toEqual({ found: null, reason: 'missing' })
  })

  it('passes over a program that may not be started', async () => {
    chmodSync(anAnswering('pwsh', '7.5.0|Core|'), 0o644)
    expect(await findPowerShell(request())).toEqual({ found: null, reason: 'missing' })
    const refusing: Spawn = { ...watched, process: () => { throw Object.assign(new Error('spawn EACCES'), { code: 'EACCES' }) } }
    expect(await findPowerShell(request({ spawn: refusing }))).toEqual({ found: null, reason: 'missing' })
  })
})

describe('the order in which PowerShell is looked for', () => {
  const windows = {
    USERPROFILE: 'C:/Users/ada',
    ProgramFiles: 'C:/Program Files (x86)',
    ProgramW6432: 'C:/Program Files',
    LOCALAPPDATA: 'C:/Users/ada/AppData/Local',
    SystemRoot: 'D:/Windows'
  }
  const usual = {
    unix: ['/usr/local/bin/pwsh', '/opt/homebrew/bin/pwsh', '/usr/bin/pwsh', '/snap/bin/pwsh', '/opt/microsoft/powershell/7/pwsh', '/home/ada/.dotnet/tools/pwsh'],
    windows: [
      'C:/Program Files (x86)/PowerShell/7/pwsh.exe',
      'C:/Program Files/PowerShell/7/pwsh.exe',
      'C:/Users/ada/AppData/Local/Microsoft/WindowsApps/pwsh.exe',
      'C:/Users/ada/.dotnet/tools/pwsh.exe',
      'D:/Windows/System32/WindowsPowerShell/v1.0/powershell.exe'
    ]
  }
  // Written with the slashes and the list separator of the machine that runs this.
  const slashes = (paths: string[]) => paths.map((path) => path.replaceAll('\\', '/'))
  const list = (platform: NodeJS.Platform, env: NodeJS.ProcessEnv, chosen = true) =>
    slashes(candidates({ platform, env, configuredPath: chosen ? '/chosen/shell' : null, engineConsole: chosen ? '/project/engine-console' : null }))

  it.each([
    ['win32', { ...windows, Path: ['/one', '', '/two'].join(delimiter) }, ['/one/pwsh.exe', '/two/pwsh.exe'], usual.windows],
    ['darwin', { HOME: '/home/ada', PATH: ['/one', '', '/two'].join(delimiter) }, ['/one/pwsh', '/two/pwsh'], usual.unix],
    ['linux', { HOME: '/home/ada', PATH: ['/one', '', '/two'].join(delimiter) }, ['/one/pwsh', '/two/pwsh'], usual.unix]
  ] as const)('on %s: the configured one, PATH, the usual places, Windows PowerShell last of them, the engine console', (platform, env, onPath, places) => {
    expect(list(platform, env)).toEqual(['/chosen/shell', ...onPath, ...places, '/project/engine-console'])
    expect(list(platform, env, false)).toEqual([...onPath, ...places])
  })

  it('names each path once, where it comes first', () => {
    const [first, ...others] = usual.unix
    expect(list('linux', { HOME: '/home/ada', PATH: '/snap/bin' }, false)).toEqual(['/snap/bin/pwsh', first, ...others.filter((path) => path !== '/snap/bin/pwsh')])
  })

  it('is content with a Windows that tells no folders', () => {
    const env = { USERPROFILE: 'C:/Users/ada' }
    expect(list('win32', env, false)).toEqual(['C:/Users/ada/.dotnet/tools/pwsh.exe', 'C:/Windows/System32/WindowsPowerShell/v1.0/powershell.exe'])
  })
})

describe('a policy that refuses scripts', () => {
  it.each([
    ['Undefined', 'Undefined', 'NotSigned', null],
    ['', '', '', null],
    ['RemoteSigned', 'AllSigned', 'NotSigned', null],
    ['Unrestricted', 'Restricted', 'NotSigned', null],
    ['Undefined', 'Bypass', 'NotSigned', null],
    ['AllSigned', 'Undefined', 'NotSigned', 'AllSigned'],
    ['AllSigned', 'Undefined', '', 'AllSigned'],
    ['AllSigned', 'Undefined', 'HashMismatch', 'AllSigned'],
    ['AllSigned', 'Undefined', 'Valid', null],
    ['Undefined', 'AllSigned', 'NotSigned', 'AllSigned'],
    ['Restricted', 'Undefined', 'Valid', 'Restricted'],
    ['Undefined', 'Restricted', 'Valid', 'Restricted'],
    ['Restricted', 'RemoteSigned', 'NotSigned', 'Restricted']
  ] as const)('machine %s, user %s, signature %s: %s', (machine, user, signature, refusal) => {
    expect(refusingPolicy(machine, user, signature)).toBe(refusal)
    const answer = `5.1.26100.4061|Desktop|C:\\Modules;D:\\Modules|${machine}|${user}|${signature}\r\n`
    expect(readVersionAnswer(answer)).toEqual({ version: '5.1.26100.4061', edition: 'Desktop', modulePath: 'C:\\Modules;D:\\Modules', refusal })
  })

  it('is asked for on Windows alone, about the bootstrap module', async () => {
    anAnswering('pwsh', '7.5.0|Core|')
    anAnswering('pwsh.exe', '7.5.0|Core||Undefined|Undefined|NotSigned')
    await findPowerShell(request())
    await findPowerShell(request({ platform: 'win32', scriptsFolder: "C:\\Zoë's" }))
    const [here, windows] = started.map(({ args }) => args.at(-1)!)
    expect(here).not.toMatch(/ExecutionPolicy/)
    expect(windows).toContain(policyQuery("C:\\Zoë's"))
    expect(windows).toContain("-LiteralPath 'C:\\Zoë''s\\Tenantry.psm1'")
  })

  it('is said before a session starts, and asked for anew each time', async () => {
    anAnswering('pwsh.exe', '7.5.0|Core||AllSigned|Undefined|NotSigned')
    const finder = createFinder({ env: request().env, platform: 'win32', spawn: watched, paths: { data: join(folder, 'data'), runtime: '', scripts: 'C:\\scripts', notices: '', logs: '', engineConsole: null } }, () => null)
    await expect(finder.require()).rejects.toMatchObject({ code: 'scripts-refused', message: expect.stringContaining('(AllSigned)') as string })
    expect(existsSync(join(folder, 'data', 'powershell.json'))).toBe(false)
    anAnswering('pwsh.exe', '7.5.0|Core||Undefined|Undefined|NotSigned')
    finder.forget()
    expect((await finder.require()).version).toBe('7.5.0')
    expect(JSON.parse(readFileSync(join(folder, 'data', 'powershell.json'), 'utf8'))).toMatchObject({ [join(folder, 'bin', 'pwsh.exe')]: { version: '7.5.0' } })
  })
})

describe('the finder', () => {
  it('looks once, and again after a look that failed', async () => {
    anAnswering('pwsh', '7.5.0|Core|')
    let broken = true
    const finder = createFinder({ env: request().env, platform: 'linux', spawn: watched, paths: { data: join(folder, 'data'), runtime: '', scripts: '', notices: '', logs: '', engineConsole: null } }, () => {
      if (broken) throw new Error('settings that can’t be read')
      return null
    })
    await expect(finder.find()).rejects.toThrow('settings')
    broken = false
    expect((await finder.require()).version).toBe('7.5.0')
    expect(await finder.find()).toBe(await finder.find())
    expect(started).toHaveLength(1)
  })
})
