import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { AppUpdater } from 'electron-updater'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createElectronUpdater, reasonNotToUpdate } from '../../app/updates/electron-updater.ts'
import { publicKeyOf, releaseKeyFile } from '../../app/updates/release-signature.mjs'
import { signReleases } from '../../build/packaging/sign-releases.mjs'

/*
 * The real electron-updater against a real server on 127.0.0.1; Electron's `app` is stood in for. The file that comes is
 * a program of the shell, so that installing it can be seen.
 */

const require = createRequire(import.meta.url)
type MadeUpdater = AppUpdater & { httpExecutor: unknown; verifyUpdateCodeSignature?: (publishers: string[], file: string) => Promise<string | null> }
type UpdaterClass = new (options: null, app: object) => MadeUpdater
const { AppImageUpdater } = require('electron-updater/out/AppImageUpdater.js') as { AppImageUpdater: UpdaterClass }
const { NsisUpdater } = require('electron-updater/out/NsisUpdater.js') as { NsisUpdater: UpdaterClass }
const { NodeHttpExecutor } = require('builder-util') as { NodeHttpExecutor: new () => { doDownload(request: object, task: object, redirects: number): void } }

interface DownloadOptions {
  headers?: object
  cancellationToken: { createPromise(work: (resolve: (file: string) => void, reject: (error: Error) => void, onCancel: () => void) => void): Promise<string> }
}
/** Downloads as electron-updater's own does, whose requests are Electron's. */
class NodeDownloads extends NodeHttpExecutor {
  download({ protocol, hostname, port: at, pathname }: URL, destination: string, options: DownloadOptions): Promise<string> {
    return options.cancellationToken.createPromise((resolve, reject, onCancel) => {
      const callback = (error: Error | null) => (error ? reject(error) : resolve(destination))
      this.doDownload({ protocol, hostname, port: at, path: pathname, headers: options.headers }, { destination, options, onCancel, callback, responseHandler: null }, 0)
    })
  }
}

let folder: string
let server: Server
let port: number
/** What the server has, by path. */
let files: Record<string, string | Buffer>
let requests: string[]
const environment = process.env.APPIMAGE

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tenantry-update-'))
  files = {}
  requests = []
  server = createServer((request, response) => {
    const path = request.url!.split('?')[0]!
    requests.push(path)
    const file = files[path]
    response.writeHead(file === undefined ? 404 : 200, { 'content-length': file === undefined ? 0 : Buffer.byteLength(file) }).end(file)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})
afterEach(() => {
  if (environment === undefined) delete process.env.APPIMAGE
  else process.env.APPIMAGE = environment
  server.closeAllConnections()
  server.close()
  rmSync(folder, { recursive: true, force: true })
})

const sha512 = (data: string | Buffer) => createHash('sha512').update(data).digest('base64')

const newKey = () => generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const releaseKey = newKey()

/** What electron-builder writes beside a release, signed for Linux as packaging does. */
function release(version: string, name: string, data: string, { announced = data, channel = 'latest', notes = '<ul><li>New</li></ul>', key = releaseKey as string | null, change = (text: string) => text } = {}): void {
  files[`/${name}`] = data
  const file = { url: name, sha512: sha512(announced), size: Buffer.byteLength(data) }
  const announcement = join(mkdtempSync(join(folder, 'release-')), `${channel}-linux.yml`)
  writeFileSync(announcement, files[`/${channel}.yml`] = JSON.stringify({ version, files: [file], path: name, sha512: file.sha512, releaseDate: '2026-11-28T00:00:00Z', releaseNotes: notes }))
  if (key) expect(signReleases(dirname(announcement), key)).toEqual([`${channel}-linux.yml`])
  files[`/${channel}-linux.yml`] = change(readFileSync(announcement, 'utf8'))
}

function updaterOf(Kind: UpdaterClass, { version = '1.0.0', config = '' } = {}) {
  const resources = join(folder, 'resources')
  mkdirSync(resources, { recursive: true })
  const appUpdateConfigPath = join(resources, 'app-update.yml')
  writeFileSync(join(resources, releaseKeyFile), publicKeyOf(releaseKey))
  writeFileSync(appUpdateConfigPath, `provider: generic\nurl: http://127.0.0.1:${port}\nupdaterCacheDirName: tenantry-updater\n${config}`)
  const app = { version, name: 'tenantry', isPackaged: true, appUpdateConfigPath, userDataPath: join(folder, 'data'), baseCachePath: join(folder, 'cache'), whenReady: async () => {}, relaunch() {}, quit() {}, onQuit() {} }
  const real = new Kind(null, app)
  real.httpExecutor = new NodeDownloads()
  const lines: string[] = []
  const log = { info: (line: string) => void lines.push(line), warn: (line: string) => void lines.push(line) }
  return { real, lines, updater: createElectronUpdater({ platform: 'linux', env: { APPIMAGE: 'here' }, resources, executable: '/opt/tenantry' }, log, async () => real) }
}

describe.skipIf(process.platform !== 'linux')('an AppImage', () => {
  let appImage: string
  const program = (mark: string) => `#!/bin/sh\necho ${mark} >> '${join(folder, 'ran')}'\n`
  beforeEach(() => {
    appImage = join(folder, 'Tenantry.AppImage')
    writeFileSync(appImage, program('old'), { mode: 0o755 })
    process.env.APPIMAGE = appImage
  })

  it('is replaced by the newer one at the end, and by nobody before', async () => {
    release('1.1.0', 'Tenantry-1.1.0.AppImage', program('new'))
    const { updater } = updaterOf(AppImageUpdater)
    expect(updater.unavailable).toBeNull()
    expect(await updater.check('stable')).toEqual({ version: '1.1.0', notes: '- New' })
    expect(requests).not.toContain('/Tenantry-1.1.0.AppImage')
    const percents: number[] = []
    await updater.download((percent) => percents.push(percent))
    expect(readFileSync(appImage, 'utf8')).toBe(program('old'))
    expect(updater.install({ restart: false })).toBe('at-end')
    expect(readFileSync(appImage, 'utf8')).toBe(program('new'))
    expect(statSync(appImage).mode & 0o777).toBe(0o755)
    expect(readFileSync(join(folder, 'ran'), 'utf8')).toBe('new\n')
  })

  it('stays where the newer one can’t take its place, and says so', async () => {
    release('1.1.0', 'Tenantry-1.1.0.AppImage', program('new'))
    const { updater, real, lines } = updaterOf(AppImageUpdater)
    await updater.check('stable')
    await updater.download(() => {})
    const listeners = real.listenerCount('error')
    // As in a folder that the person may not write.
    rmSync(appImage)
    mkdirSync(join(appImage, 'in the way'), { recursive: true })
    expect(updater.install({ restart: true })).toBe('failed')
    expect(real.listenerCount('error')).toBe(listeners)
    expect(lines.join('\n')).toContain('Tenantry.AppImage')
    expect(existsSync(join(folder, 'ran'))).toBe(false)
  })

  it('stays where what came is not what was announced', async () => {
    release('1.1.0', 'Tenantry-1.1.0.AppImage', program('evil'), { announced: program('new') })
    const { updater } = updaterOf(AppImageUpdater)
    await updater.check('stable')
    await expect(updater.download(() => {})).rejects.toMatchObject({ code: 'update-refused', message: expect.stringContaining('not the file that was announced') as string })
    expect(updater.install({ restart: false })).toBe('failed')
    expect(readFileSync(appImage, 'utf8')).toBe(program('old'))
    expect(existsSync(join(folder, 'ran'))).toBe(false)
  })

  it.each<[string, Parameters<typeof release>[3]]>([
    ['without a signature', { key: null }],
    ['with another key’s', { key: newKey() }],
    ['with one of another version', { change: (text) => text.replace('1.1.0', '1.2.0') }],
    ['with one of another file', { change: (text) => text.replace(sha512(program('new')), sha512(program('evil'))) }],
    ['with one that is none', { change: (text) => text.replace(/^signature:.*$/m, 'signature: [x]') }]
  ])('is not even fetched %s', async (_, options) => {
    release('1.1.0', 'Tenantry-1.1.0.AppImage', program('new'), options)
    const { updater } = updaterOf(AppImageUpdater)
    await expect(updater.check('stable')).rejects.toMatchObject({ code: 'update-refused', message: expect.stringContaining('not signed by the publisher') as string })
    expect(requests).not.toContain('/Tenantry-1.1.0.AppImage')
    expect(updater.install({ restart: false })).toBe('failed')
    expect(readFileSync(appImage, 'utf8')).toBe(program('old'))
  })

  it.each([['the same', '1.0.0'], ['an older', '0.9.0']])('is not replaced by %s version', async (_, version) => {
    release(version, 'x.AppImage', program('x'))
    expect(await updaterOf(AppImageUpdater).updater.check('stable')).toBeNull()
  })

  it('comes from the beta channel only where that was chosen', async () => {
    release('1.1.0', 'a.AppImage', program('a'))
    release('1.2.0-beta.1', 'b.AppImage', program('b'), { channel: 'beta' })
    const { updater } = updaterOf(AppImageUpdater)
    expect((await updater.check('stable'))!.version).toBe('1.1.0')
    expect((await updater.check('beta'))!.version).toBe('1.2.0-beta.1')
    expect((await updater.check('stable'))!.version).toBe('1.1.0')
  })

  it('does not go back from a beta to an older stable one', async () => {
    release('1.1.0', 'a.AppImage', program('a'))
    const { updater } = updaterOf(AppImageUpdater, { version: '1.2.0-beta.1' })
    expect(await updater.check('stable')).toBeNull()
  })

  it('says what kept it from looking', async () => {
    const { updater, lines } = updaterOf(AppImageUpdater)
    await expect(updater.check('stable')).rejects.toMatchObject({ code: 'update-unreachable', message: expect.stringMatching(/\((HTTP 404|ERR_UPDATER_CHANNEL_FILE_NOT_FOUND)\)/) as string })
    expect(lines.join('\n')).toContain('404')
  })
})

describe('an installer for Windows', () => {
  it.each<[string, string | null]>([
    ['is thrown away where the publisher’s signature is not on it', 'its signer is another'],
    ['is kept where it is', null]
  ])('%s', async (_, verdict) => {
    release('1.1.0', 'Tenantry-1.1.0-setup.exe', randomBytes(100).toString('hex'))
    const { real, updater } = updaterOf(NsisUpdater, { config: 'publisherName:\n  - The publisher\n' })
    const asked: string[][] = []
    real.verifyUpdateCodeSignature = async (publishers) => {
      asked.push(publishers)
      return verdict
    }
    await updater.check('stable')
    const downloaded = updater.download(() => {})
    if (verdict === null) await downloaded
    else await expect(downloaded).rejects.toMatchObject({ code: 'update-refused', message: expect.stringContaining('not signed by the publisher') as string })
    expect(asked).toEqual([['The publisher']])
    const kept = readdirSync(join(folder, 'cache'), { recursive: true }).filter((name) => String(name).endsWith('.exe'))
    expect(kept).toHaveLength(verdict === null ? 1 : 0)
  })
})

describe('an installation updates itself only where its updates can be checked', () => {
  const at = (platform: NodeJS.Platform, env: NodeJS.ProcessEnv = {}) => reasonNotToUpdate({ platform, env, resources: join(folder, 'app', 'resources'), executable: join(folder, 'app', 'Tenantry.exe') })
  const put = (name: string, text = '') => {
    mkdirSync(join(folder, 'app', 'resources'), { recursive: true })
    writeFileSync(join(folder, 'app', name), text)
  }

  it('not without an address', () => {
    expect(at('darwin')).toMatch(/without an address/)
  })

  it('on Windows where it was installed per user and is signed', () => {
    put('resources/app-update.yml', 'provider: github\n')
    expect(at('win32')).toMatch(/\(MSI\)/)
    put('Uninstall Tenantry.exe')
    expect(at('win32')).toMatch(/not signed/)
    put('resources/app-update.yml', 'provider: github\npublisherName:\n  - The publisher\n')
    expect(at('win32')).toBeNull()
  })

  it('on Linux as an AppImage that was packaged with a key, and on macOS', () => {
    put('resources/app-update.yml', 'provider: github\n')
    expect(at('linux')).toMatch(/as a package/)
    expect(at('linux', { APPIMAGE: '/home/me/Tenantry.AppImage' })).toMatch(/not signed/)
    put(`resources/${releaseKeyFile}`, publicKeyOf(releaseKey))
    expect(at('linux', { APPIMAGE: join(folder, 'Tenantry.AppImage') })).toBeNull()
    expect(at('linux', { APPIMAGE: '/nowhere/Tenantry.AppImage' })).toBe('It lies in /nowhere, where you may not write: move it to a folder of your own.')
    expect(at('darwin')).toBeNull()
  })
})
