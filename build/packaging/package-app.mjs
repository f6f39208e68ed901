// Runs electron-builder over what build.mjs made.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Arch, build, Platform } from 'electron-builder'
import { parse } from 'yaml'
import { stamped } from '../build.mjs'
import { root, SetupError } from '../setup.mjs'
import { publicKeyOf, releaseKeyFile } from '../../app/updates/release-signature.mjs'
import { makeIcons } from './icons.mjs'
import { signReleases } from './sign-releases.mjs'

const platforms = { win: Platform.WINDOWS, mac: Platform.MAC, linux: Platform.LINUX }
const needed = ['out/app/main.js', 'out/app/preload.cjs', 'out/renderer/index.html', 'out/scripts/Tenantry.psm1', 'out/demo/ExchangeOnlineManagement/Tenantry.Demo.ExchangeOnline.dll']

/**
 * Packages the app; nothing is published. Signing and notarising take electron-builder's own environment variables
 * (CSC_LINK, WIN_CSC_LINK, APPLE_API_KEY and the like) and are left out where these are not set. Releases for Linux are
 * signed with the Ed25519 key (PKCS#8, PEM) in `TENANTRY_RELEASE_KEY`, and the app takes updates by that key alone.
 *
 * @param {{
 *   platform: 'win' | 'mac' | 'linux',
 *   archs?: Array<'x64' | 'arm64'>,
 *   isFolder?: boolean,
 *   output: string,
 *   electronDist?: string | undefined,
 *   change?: (config: import('electron-builder').Configuration) => void,
 *   env?: NodeJS.ProcessEnv
 * }} options `isFolder`: the unpacked app alone, without installers; `change`: a last word on the configuration
 * @returns {Promise<string[]>} what was made
 */
export async function packageApp({ platform, archs = [], isFolder = false, output, electronDist, change = () => {}, env = process.env }) {
  const missing = needed.find((file) => !existsSync(join(root, file)))
  if (missing) throw new SetupError(`${missing} is not there: build first.`)
  // Drawn again where the picture changed.
  await stamped('icons', ['renderer/icon.svg', 'build/packaging/icons.mjs'], () => makeIcons({ svg: join(root, 'renderer', 'icon.svg'), folder: join(root, 'out', 'icons') }))
  const config = configuration(env)
  config.directories = { ...config.directories, output }
  if (electronDist) config.electronDist = electronDist
  const releaseKey = platform === 'linux' ? env.TENANTRY_RELEASE_KEY : undefined
  mkdirSync(output, { recursive: true })
  if (releaseKey) {
    writeFileSync(join(output, releaseKeyFile), publicKeyOf(releaseKey))
    config.linux.extraResources = [{ from: join(output, releaseKeyFile), to: releaseKeyFile }]
  }
  change(config)
  const wanted = archs.length > 0 ? archs.map((name) => Arch[name]) : undefined
  const targets = platforms[platform].createTarget(isFolder ? 'dir' : null, ...(wanted ?? (isFolder ? [Arch[process.arch === 'arm64' ? 'arm64' : 'x64']] : [])))
  // As a file, since electron-builder would add an object to electron-builder.yml and take every list twice.
  const file = join(output, 'electron-builder.json')
  writeFileSync(file, JSON.stringify(config, null, 2))
  const made = await build({ projectDir: root, targets, config: file, publish: 'never' })
  if (releaseKey && !isFolder) signReleases(output, releaseKey)
  return made
}

/**
 * electron-builder.yml, with where updates come from. `TENANTRY_UPDATE_URL` is a folder of a web server; on GitHub's
 * runners it is the releases of the repository. Without either the package can't update itself, and says so.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {import('electron-builder').Configuration}
 */
export function configuration(env) {
  const config = parse(readFileSync(join(root, 'electron-builder.yml'), 'utf8'))
  const [owner, repo] = (env.GITHUB_REPOSITORY ?? '').split('/')
  if (env.TENANTRY_UPDATE_URL) config.publish = { provider: 'generic', url: httpsOnly(env.TENANTRY_UPDATE_URL) }
  else if (owner && repo) config.publish = { provider: 'github', owner, repo }
  else config.publish = null
  // A release that was meant to be signed and is not is no release.
  if (env.TENANTRY_REQUIRE_SIGNING === '1') config.forceCodeSigning = true
  return config
}

function httpsOnly(address) {
  if (URL.canParse(address) && new URL(address).protocol === 'https:') return address
  throw new SetupError('TENANTRY_UPDATE_URL takes an https address.')
}
