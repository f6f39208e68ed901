import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { AppUpdater, UpdateInfo } from 'electron-updater'
import type { Installing, Updater } from '../adapters.ts'
import { failure } from '../failures.ts'
import { notesAsText } from './notes.ts'
import { isSignedRelease, releaseKeyFile } from './release-signature.mjs'

/** The installed app, as far as it matters to its updates. */
export interface Installation {
  platform: NodeJS.Platform
  env: NodeJS.ProcessEnv
  /** The folder of app.asar, where electron-builder put app-update.yml. */
  resources: string
  executable: string
}

/**
 * Why this installation can't update itself, as a sentence; null where it can. Only what is checked against a signature
 * is taken: Windows compares the publisher (and without one would take anything), macOS the signature of the running
 * app, and an AppImage the release's with the key that it was packaged with (`release-signature.mjs`).
 */
export function reasonNotToUpdate({ platform, env, resources, executable }: Installation): string | null {
  const source = join(resources, 'app-update.yml')
  if (!existsSync(source)) return 'This package was made without an address of updates.'
  if (platform === 'win32') {
    if (!existsSync(join(dirname(executable), 'Uninstall Tenantry.exe'))) return 'It was installed for the whole computer (MSI): whoever installed it updates it.'
    if (!/^publisherName:/m.test(readFileSync(source, 'utf8'))) return 'This package is not signed, so no update of it could be checked.'
  }
  if (platform === 'linux') {
    if (!env.APPIMAGE) return 'It was installed as a package: the package’s next version updates it.'
    if (!existsSync(join(resources, releaseKeyFile))) return 'This package is not signed, so no update of it could be checked.'
    // The new one takes the old one's place by its name.
    if (!canWriteIn(dirname(env.APPIMAGE))) return `It lies in ${dirname(env.APPIMAGE)}, where you may not write: move it to a folder of your own.`
  }
  return null
}

/**
 * electron-updater as the core's updater. It is loaded at the first look, since it takes a while and Electron.
 *
 * @param load for tests; the platform's own updater of electron-updater unless told
 */
export function createElectronUpdater(installation: Installation, log: { info(line: string): void; warn(line: string): void }, load = loadUpdater): Updater {
  let loading: Promise<AppUpdater> | null = null
  let loaded: AppUpdater | null = null
  let found: string | null = null
  const updater = () => (loading ??= load().then((one) => (loaded = prepare(one, log))))
  return {
    unavailable: reasonNotToUpdate(installation),
    async check(channel) {
      const one = await updater()
      one.allowPrerelease = channel === 'beta'
      one.channel = channel === 'beta' ? 'beta' : 'latest'
      // Setting the channel allows older versions too.
      one.allowDowngrade = false
      const result = await one.checkForUpdates().catch((error: unknown) => {
        log.warn(`updates: ${String(error)}`)
        throw failure('update-unreachable', { reason: reasonOf(error) })
      })
      if (!result?.isUpdateAvailable) return null
      found = result.updateInfo.version
      if (!isSigned(installation, result.updateInfo)) throw failure('update-refused', { version: found, reason: notThePublisher })
      return { version: found, notes: notesAsText(result.updateInfo.releaseNotes) }
    },
    async download(onPercent) {
      const one = await updater()
      const onProgress = ({ percent }: { percent: number }) => onPercent(percent)
      one.on('download-progress', onProgress)
      try {
        await one.downloadUpdate()
      } catch (error) {
        log.warn(`updates: ${String(error)}`)
        throw refusalOf(error, found ?? '')
      } finally {
        one.off('download-progress', onProgress)
      }
    },
    install({ restart }) {
      if (!loaded) return 'failed'
      loaded.autoRunAppAfterInstall = restart
      // Squirrel (macOS) has no installer to start: it fetches the file from a server in this process, and quits then.
      const starts = loaded as AppUpdater & { install?: (isSilent: boolean, runsAfter: boolean) => boolean }
      if (!restart && starts.install) return starts.install(true, false) ? 'at-end' : 'failed'
      return quitAndInstall(loaded, restart)
    }
  }
}

const notThePublisher = 'it is not signed by the publisher of this Tenantry'

/** It quits nothing where the installer could not be started, and says so by an event alone. */
function quitAndInstall(updater: AppUpdater, restart: boolean): Installing {
  let hasFailed = false
  const onError = () => (hasFailed = true)
  updater.on('error', onError)
  updater.quitAndInstall(true, restart)
  updater.off('error', onError)
  return hasFailed ? 'failed' : 'quits'
}

function canWriteIn(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** What electron-updater does not look at by itself; the checksums in it are what it compares the file with. */
function isSigned({ platform, resources }: Installation, release: UpdateInfo): boolean {
  return platform !== 'linux' || isSignedRelease(release, readFileSync(join(resources, releaseKeyFile), 'utf8'))
}

async function loadUpdater(): Promise<AppUpdater> {
  const { default: module } = await import('electron-updater')
  return module.autoUpdater
}

function prepare(updater: AppUpdater, log: { info(line: string): void; warn(line: string): void }): AppUpdater {
  updater.autoDownload = false
  updater.autoInstallOnAppQuit = false
  updater.disableWebInstaller = true
  const line = (message?: unknown) => log.info(`updates: ${String(message)}`)
  updater.logger = { info: line, warn: line, error: (message?: unknown) => log.warn(`updates: ${String(message)}`) }
  // Without a listener an emitter throws; whoever called is told by the promise.
  updater.on('error', () => {})
  return updater
}

/** What the download itself says: electron-updater's codes (docs of electron-builder, auto-update). */
function refusalOf(error: unknown, version: string) {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ERR_UPDATER_INVALID_SIGNATURE') return failure('update-refused', { version, reason: notThePublisher })
  if (code === 'ERR_CHECKSUM_MISMATCH') return failure('update-refused', { version, reason: 'it is not the file that was announced' })
  if (/code signature|did not pass validation/i.test(message ?? '')) return failure('update-refused', { version, reason: 'its signature is not that of this Tenantry' })
  return failure('update-unreachable', { reason: reasonOf(error) })
}

/** A code or a status, and no address: the sentence is for people. */
function reasonOf(error: unknown): string {
  const { code, statusCode } = error as NodeJS.ErrnoException & { statusCode?: number }
  if (statusCode) return `HTTP ${statusCode}`
  return typeof code === 'string' && /^[A-Z0-9_]{2,60}$/.test(code) ? code : 'no answer that can be read'
}
