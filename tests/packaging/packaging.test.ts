import { execFileSync } from 'node:child_process'
import { createHash, generateKeyPairSync } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { extractFile, getRawHeader, listPackage, statFile } from '@electron/asar'
import type { Configuration } from 'electron-builder'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { publicKeyOf, releaseKeyFile } from '../../app/updates/release-signature.mjs'
import { binaryTarget } from '../../build/packaging/binaries.mjs'
import { noticesOf, packagesOf } from '../../build/notices.mjs'
import { fuses, readFuses } from '../../build/packaging/fuses.mjs'
import { configuration, packageApp } from '../../build/packaging/package-app.mjs'
import { engines } from '../engines.ts'
import { startCore, type CoreUnderTest } from '../sessions/core-on-this-machine.ts'
import { electronVersion, makeDistribution, shippedWire, wireLine } from './stand-in-distribution.ts'

/*
 * What a package holds, from electron-builder itself around a stand-in for Electron's distribution. Here no installer is
 * made and nothing is signed; the workflow does both on each platform.
 */

const folder = mkdtempSync(join(tmpdir(), 'tenantry-package-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Packaged {
  app: string
  /** The folder of app.asar. */
  resources: string
  /** What carries the fuses. */
  binary: string
  archive: string
}
type Platform = 'linux' | 'win' | 'mac'
const releaseKey = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

/** Made once, and looked at by several. */
const made = new Map<Platform, Promise<Packaged>>()
function packageOf(platform: Platform): Promise<Packaged> {
  const known = made.get(platform) ?? packageFor(platform)
  made.set(platform, known)
  return known
}

async function packageFor(platform: Platform, change: (config: Configuration) => void = () => {}, wire = shippedWire): Promise<Packaged> {
  const work = mkdtempSync(join(folder, `${platform}-`))
  const isForeign = platform !== thisPlatform
  const electronDist = makeDistribution(join(work, 'electron'), platform, wire)
  const output = join(work, 'out')
  await packageApp({
    platform, archs: ['x64'], isFolder: true, output, electronDist, env: { TENANTRY_RELEASE_KEY: releaseKey },
    change(config) {
      if (isForeign) takeForeignKeytar(config, join(work, 'keytar'), platform)
      change(config)
    }
  })
  const app = join(output, { linux: 'linux-unpacked', win: 'win-unpacked', mac: 'mac/Tenantry.app' }[platform])
  const resources = join(app, platform === 'mac' ? 'Contents/Resources' : 'resources')
  const binary = platform === 'mac' ? app : join(app, platform === 'win' ? 'Tenantry.exe' : 'tenantry')
  return { app, resources, binary, archive: join(resources, 'app.asar') }
}

const thisPlatform = ({ win32: 'win', darwin: 'mac' } as Partial<Record<NodeJS.Platform, Platform>>)[process.platform] ?? 'linux'

/** keytar's binary for another platform is not on this machine: another native module of that platform lies in its place. */
function takeForeignKeytar(config: Configuration, keytar: string, platform: Platform): void {
  const prebuild = { win: 'win32-x64/conpty.node', mac: 'darwin-x64/pty.node', linux: 'linux-x64/pty.node' }[platform]
  mkdirSync(join(keytar, 'build/Release'), { recursive: true })
  mkdirSync(join(keytar, 'lib'))
  copyFileSync(resolve('node_modules/keytar/package.json'), join(keytar, 'package.json'))
  copyFileSync(resolve('node_modules/keytar/lib/keytar.js'), join(keytar, 'lib/keytar.js'))
  copyFileSync(resolve('node_modules/node-pty/prebuilds', prebuild), join(keytar, 'build/Release/keytar.node'))
  Object.assign(config, { beforePack: null })
  config.files = (config.files as Array<string | { from?: string }>).map((set) => (typeof set === 'object' && set.from === 'out/keytar' ? { ...set, from: keytar } : set)) as Configuration['files']
}

/** Files of the archive, with `/` between folders. */
function filesOf({ archive }: Packaged): string[] {
  return listPackage(archive, { isPack: false }).map((name) => name.replaceAll('\\', '/').slice(1)).filter((name) => 'size' in statFile(archive, inArchive(name)))
}

function filesIn(root: string): string[] {
  return readdirSync(root, { recursive: true }).map((name) => join(root, String(name))).filter((file) => statSync(file).isFile()).map((file) => relative(root, file).replaceAll('\\', '/')).sort()
}

const inArchive = (name: string) => name.replaceAll('/', process.platform === 'win32' ? '\\' : '/')

const unpackedOf = ({ archive }: Packaged) => filesIn(`${archive}.unpacked`)

/** The folders of node-pty's binaries are named by Node's names. */
const nodePty = { linux: 'node_modules/node-pty/prebuilds/linux-x64', win: 'node_modules/node-pty/prebuilds/win32-x64', mac: 'node_modules/node-pty/prebuilds/darwin-x64' }
const unpacked: Record<Platform, string[]> = {
  linux: [`${nodePty.linux}/pty.node`],
  win: [`${nodePty.win}/conpty.node`, `${nodePty.win}/conpty/OpenConsole.exe`, `${nodePty.win}/conpty/conpty.dll`, `${nodePty.win}/conpty_console_list.node`],
  mac: [`${nodePty.mac}/pty.node`, `${nodePty.mac}/spawn-helper`]
}

describe.each<Platform>(['linux', 'win', 'mac'])('the package for %s', (platform) => {
  let packaged: Packaged
  beforeAll(async () => {
    packaged = await packageOf(platform)
  })

  it('has every fuse as decided, and no other', async () => {
    expect(await readFuses(packaged.binary)).toEqual(fuses)
    expect(Object.keys(fuses)).toHaveLength(shippedWire.length)
  })

  it('has the window, the main process and the two native modules in its archive, and nothing else', () => {
    const files = filesOf(packaged)
    const folders = [...new Set(files.map((name) => name.split('/').slice(0, name.startsWith('node_modules/') ? 2 : name.startsWith('out/') ? 2 : 1).join('/')))]
    expect(folders.sort()).toEqual(['LICENSE', 'node_modules/keytar', 'node_modules/node-pty', 'out/app', 'out/renderer', 'package.json'])
    expect(files.filter((name) => name.startsWith('out/app/')).sort()).toEqual(['out/app/main.js', 'out/app/preload.cjs'])
    expect(files).toContain('out/renderer/index.html')
    expect(files.filter((name) => /\.(ts|tsx|svelte|cs|csproj|map|pdb|cc|h|gyp|pem|pfx|p12|key)$/.test(name))).toEqual([])
    expect(files.filter((name) => /(^|\/)(tests?|bench|preview|start-preview|engine-console|src|docs|\.cache)(\/|\.|$)/.test(name))).toEqual([])
  })

  it('holds no code of the preview, no source map, and no key in its texts', () => {
    for (const name of filesOf(packaged).filter((file) => /\.(js|cjs|css|html|json)$/.test(file))) {
      const text = extractFile(packaged.archive, inArchive(name)).toString()
      expect.soft(/-----BEGIN [A-Z ]*PRIVATE KEY-----\s*[A-Za-z0-9+/=]{20}/.test(text), `${name} holds a key`).toBe(false)
      expect.soft(/sourceMappingURL=data:/.test(text), `${name} holds a source map`).toBe(false)
      if (name.startsWith('out/app/')) expect.soft(/startPreview|Origin and Host|start-preview/.test(text), `${name} holds the preview`).toBe(false)
    }
  })

  it('names its own entry, and no script or development package', () => {
    const manifest = JSON.parse(extractFile(packaged.archive, 'package.json').toString()) as Record<string, unknown>
    expect(manifest).toMatchObject({ name: 'tenantry', productName: 'Tenantry', main: 'out/app/main.js', type: 'module' })
    expect(manifest).not.toHaveProperty('devDependencies')
    expect(manifest).not.toHaveProperty('scripts')
  })

  it('has its binaries, and only them, beside the archive, each for this platform', () => {
    const files = unpackedOf(packaged)
    expect(files).toEqual(['node_modules/keytar/build/Release/keytar.node', ...unpacked[platform]].sort())
    const expected = { linux: 'linux', win: 'win32', mac: 'darwin' }[platform]
    for (const name of files) expect.soft(binaryTarget(join(`${packaged.archive}.unpacked`, name)), name).toMatchObject({ platform: expected, archs: expect.arrayContaining(['x64']) })
  })

  it('has the scripts and the demo’s modules where PowerShell reads them', () => {
    expect(filesIn(join(packaged.resources, 'scripts'))).toEqual(filesIn(resolve('out/scripts')))
    const module = readFileSync(join(packaged.resources, 'scripts', 'Tenantry.psm1'), 'utf8')
    const lists = [/foreach \(\$part in ([^)]*)\)/, /\$script:LaterParts = \S*@\(([^)]*)\)/].map((list) => [...list.exec(module)![1]!.matchAll(/'(\w+)'/g)])
    for (const parts of lists) expect(parts.length).toBeGreaterThan(3)
    for (const [, part] of lists.flat()) expect.soft(existsSync(join(packaged.resources, 'scripts', `${part}.ps1`)), part).toBe(true)
    expect(filesIn(join(packaged.resources, 'demo'))).toEqual([
      'ExchangeOnlineManagement/AppToken.ps1',
      'ExchangeOnlineManagement/ExchangeOnlineManagement.psd1',
      'ExchangeOnlineManagement/ExchangeOnlineManagement.psm1',
      'ExchangeOnlineManagement/Tenantry.Demo.ExchangeOnline.dll',
      'Microsoft.Graph.Authentication/AppToken.ps1',
      'Microsoft.Graph.Authentication/Microsoft.Graph.Authentication.psd1',
      'Microsoft.Graph.Authentication/Microsoft.Graph.Authentication.psm1'
    ])
  })

  it('carries the licence of every package that it has code of, Electron’s and Chromium’s too', () => {
    const notices = readFileSync(join(packaged.resources, 'THIRD-PARTY-NOTICES.txt'), 'utf8')
    const named = [...notices.matchAll(/^(@?[\w./-]+) \d\S* \((\S.*)\)$/gm)].map(([, name]) => name!)
    const main = extractFile(packaged.archive, inArchive('out/app/main.js')).toString()
    const inMain = packagesOf([...main.matchAll(/^\/\/ (\S*node_modules\/\S+)$/gm)].map(([, id]) => `/${id!}`)).map((name) => name.split('node_modules/').at(-1)!)
    expect(inMain.length).toBeGreaterThan(20)
    expect(inMain.filter((name) => !named.includes(name))).toEqual([])
    for (const name of ['svelte', 'bits-ui', '@xterm/xterm', '@xterm/headless', '@azure/msal-node', 'keytar', 'node-pty']) expect(named).toContain(name)
    expect(notices).toMatch(/lazy-val[^]*?Copyright \(c\) Vladimir Krivosheev\n\nPermission is hereby granted/)
    // Of a distribution for macOS that is a folder electron-builder takes the .app alone; of the real one, which is an archive, these too.
    if (platform !== 'mac') for (const file of ['LICENSE.electron.txt', 'LICENSES.chromium.html']) expect(existsSync(join(packaged.app, file)), file).toBe(true)
  })

  it('carries no address of updates where it was made without one', () => {
    expect(existsSync(join(packaged.resources, 'app-update.yml'))).toBe(false)
  })

  it('carries the key that its releases are signed with on Linux, the public part alone', () => {
    const file = join(packaged.resources, releaseKeyFile)
    expect(existsSync(file)).toBe(platform === 'linux')
    if (platform === 'linux') expect(readFileSync(file, 'utf8')).toBe(publicKeyOf(releaseKey))
  })

  if (platform === 'mac') {
    it('takes tenantry: links, and knows its archive’s hash', () => {
      const plist = readFileSync(join(packaged.app, 'Contents/Info.plist'), 'utf8')
      expect(plist).toMatch(/CFBundleURLSchemes<\/key>\s*<array>\s*<string>tenantry</)
      expect(plist).toContain('<string>app.tenantry.desktop</string>')
      expect(plist).toMatch(new RegExp(`ElectronAsarIntegrity[\\s\\S]*Resources/app\\.asar[\\s\\S]*${headerHash(packaged.archive)}`))
    })
  }

  if (platform === 'win') {
    it('knows its archive’s hash', () => {
      expect(readFileSync(packaged.binary).toString('latin1')).toContain(headerHash(packaged.archive))
    })
  }
})

/** What Electron compares: the SHA-256 of the archive's header. */
function headerHash(archive: string): string {
  return createHash('sha256').update(getRawHeader(archive).headerString).digest('hex')
}

describe.skipIf(thisPlatform !== 'linux')('the packaged app on this machine', () => {
  let packaged: Packaged
  let machine: CoreUnderTest | undefined
  beforeAll(async () => {
    packaged = await packageOf('linux')
  })
  afterAll(() => machine?.dispose())

  it('loads its native modules from beside the archive', () => {
    const load = (file: string) => `require(${JSON.stringify(join(`${packaged.archive}.unpacked`, file))})`
    const script = `const pty = ${load(`${nodePty.linux}/pty.node`)}; const keytar = ${load('node_modules/keytar/build/Release/keytar.node')}; console.log(typeof pty.fork, typeof keytar.getPassword)`
    expect(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }).trim()).toBe('function function')
  })

  it('connects a demo tenant with the scripts and modules of the package', async () => {
    machine = await startCore({ env: engines.at(-1)!.env, outFolder: packaged.resources })
    const session = await machine.open('Contoso demo')
    const connected = await machine.until(session.id, ({ phase }) => phase === 'connected' || phase === 'failed')
    expect(connected.failure).toBeNull()
  })
})

describe('the pinned Electron', () => {
  it('is a stable one, of the line whose fuses were looked at', () => {
    expect(electronVersion).toMatch(new RegExp(`^${wireLine}\\.\\d+\\.\\d+$`))
  })
})

describe('packaging stops', () => {
  it('where Electron’s wire has a fuse that nobody decided', async () => {
    await expect(packageFor(thisPlatform, () => {}, `${shippedWire}1`)).rejects.toThrow(/10 fuses/)
  })

  it('where a native module is for another machine', async () => {
    const other = thisPlatform === 'win' ? 'mac' : 'win'
    await expect(packageFor(thisPlatform, (config) => takeForeignKeytar(config, mkdtempSync(join(folder, 'foreign-')), other))).rejects.toThrow(/Not for .*keytar\.node/)
  })

  it('where the configuration says what electron-builder’s schema does not know', async () => {
    await expect(packageFor(thisPlatform, (config) => Object.assign(config, { autoUpdate: true }))).rejects.toThrow(/unknown property 'autoUpdate'/)
  })
})

describe('the configuration', () => {
  it('takes updates from where the build says, and from nowhere else', () => {
    expect(configuration({}).publish).toBeNull()
    expect(configuration({ GITHUB_REPOSITORY: 'someone/tenantry' }).publish).toEqual({ provider: 'github', owner: 'someone', repo: 'tenantry' })
    expect(configuration({ TENANTRY_UPDATE_URL: 'https://updates.example/tenantry' }).publish).toEqual({ provider: 'generic', url: 'https://updates.example/tenantry' })
    expect(() => configuration({ TENANTRY_UPDATE_URL: 'http://updates.example' })).toThrow('takes an https address')
  })

  it('has every installer that the issue names', () => {
    const { win, mac, linux, nsis } = configuration({})
    const targets = [win, mac, linux].flatMap((platform) => (platform!.target as Array<{ target: string; arch: string[] }>).map(({ target, arch }) => `${target} ${arch.join(' ')}`))
    expect(targets).toEqual(['nsis x64 arm64', 'msi x64', 'dmg x64 arm64', 'zip x64 arm64', 'AppImage x64 arm64', 'deb x64 arm64'])
    expect(nsis).toMatchObject({ perMachine: false })
    expect(mac).toMatchObject({ hardenedRuntime: true })
    expect(win).toMatchObject({ verifyUpdateCodeSignature: true })
    expect(win!.signExts).toEqual(expect.arrayContaining(['.ps1', '.psm1', '.psd1']))
  })
})

describe('the icons', () => {
  it('are made from one picture, for each platform', () => {
    const png = readFileSync(resolve('out/icons/png/512x512.png'))
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([512, 512])
    const ico = readFileSync(resolve('out/icons/icon.ico'))
    expect(Array.from({ length: ico.readUInt16LE(4) }, (_, index) => ico[6 + index * 16] || 256)).toEqual([256, 128, 64, 48, 32, 24, 16])
    const icns = readFileSync(resolve('out/icons/icon.icns'))
    expect(icns.toString('latin1', 0, 4)).toBe('icns')
    expect(icns.readUInt32BE(4)).toBe(icns.length)
    expect(icns.toString('latin1')).toContain('ic10')
  })
})

describe('the licences', () => {
  const noticesUnder = (license: string, files: Record<string, string> = {}) => {
    const modules = mkdtempSync(join(folder, 'modules-'))
    mkdirSync(join(modules, 'theirs'))
    for (const [name, text] of Object.entries({ 'package.json': JSON.stringify({ name: 'theirs', version: '1.2.3', license }), ...files })) writeFileSync(join(modules, 'theirs', name), text)
    return noticesOf(['theirs'], modules)
  }

  it('are the packages’ own texts', () => {
    expect(noticesUnder('ISC', { 'LICENCE.md': 'Do as you like.' })).toMatch(/\ntheirs 1\.2\.3 \(ISC\)\n\nDo as you like\.\n/)
  })

  it('stop the build where one is not accepted, or has no text', () => {
    expect(() => noticesUnder('GPL-3.0-only', { LICENSE: 'Share alike.' })).toThrow(/theirs 1\.2\.3 is under GPL-3\.0-only, which nobody has accepted/)
    expect(() => noticesUnder('ISC')).toThrow('theirs carries no text of its licence.')
  })

  it('know a package by its folder, one within another too', () => {
    expect(packagesOf(['/x/node_modules/a/b.js', 'C:\\x\\node_modules\\@s\\p\\c.js?v=1', '\0/x/node_modules/a/node_modules/d/e.js', '/x/app/core.ts', '\0virtual'])).toEqual(['@s/p', 'a', 'a/node_modules/d'])
  })
})

describe('a binary’s header', () => {
  it('tells its platform and processor', () => {
    const prebuilds = resolve('node_modules/node-pty/prebuilds')
    expect(binaryTarget(join(prebuilds, 'linux-arm64/pty.node'))).toEqual({ platform: 'linux', archs: ['arm64'] })
    expect(binaryTarget(join(prebuilds, 'darwin-arm64/pty.node'))).toEqual({ platform: 'darwin', archs: ['arm64'] })
    expect(binaryTarget(join(prebuilds, 'win32-arm64/conpty/conpty.dll'))).toEqual({ platform: 'win32', archs: ['arm64'] })
    const text = join(folder, 'text')
    writeFileSync(text, 'MZ is how a program for Windows begins')
    expect(binaryTarget(text)).toBeNull()
  })
})
