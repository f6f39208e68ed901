// What a machine needs before Tenantry can be built, run and tested. Each step does nothing where it was done before.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runningProcess } from './running.mjs'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))
export const cacheFolder = join(root, '.cache')
const toolFolder = join(cacheFolder, 'powershell')
const compiledFolder = join(cacheFolder, 'powershell-compiled')
const pwshFile = process.platform === 'win32' ? 'pwsh.exe' : 'pwsh'
const electronTimeoutMs = 60_000
const toolTimeoutMs = 180_000
/** A cold PowerShell behind a virus scanner takes up to 10 s. */
const versionTimeoutMs = 30_000
/** As app/powershell/find.ts has it. */
const oldestPowerShell = [7, 4]
/** What fetches Electron's binary, its own package, runs on no older one. */
const oldestNodeForElectron = [22, 12]
/** As the engine console's. Named, since a newer one may want a newer .NET than the one that is here. */
const toolVersion = '7.6.9'

/** A failure that is told in its sentence, without a stack. */
export class SetupError extends Error {}

export const say = (text) => console.error(`tenantry: ${text}`)

const isRootOnDebian = () =>
  process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/etc/debian_version') && existsOnPath('apt-get')

/** Whether a program is on PATH. */
export function existsOnPath(name) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => folder && existsSync(join(folder, name)))
}

/** Runs a command with its output on standard error; throws `SetupError` with the sentence where it fails. */
export function run(file, args, { sentence, timeout, env } = {}) {
  const result = spawnSync(file, args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    timeout,
    env: { ...process.env, ...env },
    shell: process.platform === 'win32'
  })
  if (result.error || result.status !== 0) throw new SetupError(sentence ?? `${file} ${args.join(' ')} failed.`)
}

/** Whether a version such as `22.12.0` is `oldest` or later. */
function isVersion(version, [major, minor]) {
  const [itsMajor, itsMinor] = version.split('.').map(Number)
  return itsMajor > major || (itsMajor === major && itsMinor >= minor)
}

/** Stops on a Node that is too old; the sentence names the version that is needed. */
export function checkNode() {
  if (!isVersion(process.versions.node, [20, 19])) throw new SetupError(`Tenantry needs Node 20.19 or later; this is ${process.versions.node}.`)
}

/** Why Electron's binary can't be fetched on this Node, for the middle of a sentence; null where it can. */
export function whyNoElectron(node = process.versions.node) {
  return isVersion(node, oldestNodeForElectron) ? null : `fetching it takes Node ${oldestNodeForElectron.join('.')} or later (this is ${node})`
}

/** Installs the packages where the lockfile changed since the last time. */
export function installPackages() {
  const stamp = join(root, 'node_modules', '.tenantry-lock')
  const wanted = hashFiles([join(root, 'package-lock.json'), join(root, 'package.json')]) + process.versions.modules
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  stopIfRunning()
  installLibsecret()
  say('installing packages (npm ci)')
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    sentence:
      'npm ci failed; its message stands above. keytar and node-pty are built from source where no ready-made build fits: that needs a C++ compiler, make and Python 3 (Debian: apt-get install build-essential python3 libsecret-1-dev; macOS: xcode-select --install).'
  })
  writeFileSync(stamp, wanted)
}

/** keytar is built against libsecret on Linux. */
function installLibsecret() {
  if (process.platform !== 'linux') return
  if (spawnSync('pkg-config', ['--exists', 'libsecret-1']).status === 0) return
  installDebianPackages(['libsecret-1-dev', 'pkg-config', 'g++', 'make', 'python3'], 'keytar needs libsecret')
}

/** Installs Debian packages where that is allowed; otherwise throws with the exact command to type. */
export function installDebianPackages(names, why) {
  const command = `apt-get install -y ${names.join(' ')}`
  if (!isRootOnDebian()) {
    const typed = existsOnPath('apt-get') ? `sudo ${command}` : `install ${names.join(', ')} with your distribution's packages`
    throw new SetupError(`${why}. Type: ${typed}`)
  }
  say(`${why}: ${command}`)
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  spawnSync('apt-get', ['update', '-qq'], { stdio: ['ignore', 2, 2] })
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names], { env, sentence: `${command} failed.` })
}

/** Set-up and builds replace files that a running Tenantry uses. */
export function stopIfRunning(folder = cacheFolder) {
  const pid = runningProcess(folder)
  if (pid !== null) throw new SetupError(`Tenantry is running from this folder (process ${pid}). Close it, then try again.`)
}

/**
 * A PowerShell for sessions: one that is installed and new enough, else the dotnet tool in our cache folder, else the
 * engine console. Answers the paths (`pwsh` for the first one on PATH); both null where there is neither PowerShell nor a
 * .NET SDK.
 */
export async function preparePowerShell() {
  const installed = findInstalledPowerShell()
  if (installed) return { pwsh: installed, engineConsole: null }
  const tool = join(toolFolder, pwshFile)
  const known = [join(compiledFolder, pwshFile), tool].find((path) => existsSync(path))
  if (known) return { pwsh: known, engineConsole: null }
  if (!existsOnPath(process.platform === 'win32' ? 'dotnet.exe' : 'dotnet')) return { pwsh: null, engineConsole: null }
  if (installPowerShellTool(tool)) return { pwsh: tool, engineConsole: null }
  const { buildEngineConsole } = await import('./engine-console/build.mjs')
  const { executable } = await buildEngineConsole({ root, log: say })
  return { pwsh: null, engineConsole: executable }
}

/** As `preparePowerShell`, with the dotnet tool compiled ahead of time: what tests and benchmarks run on starts as what admins have. */
export async function prepareCompiledPowerShell() {
  const found = await preparePowerShell()
  if (found.pwsh !== join(toolFolder, pwshFile)) return found
  const { compilePowerShell } = await import('./compiled-powershell/build.mjs')
  return { ...found, pwsh: compilePowerShell({ toolFolder, out: compiledFolder, log: say }) ?? found.pwsh }
}

/** The engines that tests run on: a real PowerShell where there is one, and the engine console wherever a .NET SDK is. */
export async function prepareTestEngines() {
  const { pwsh, engineConsole } = await prepareCompiledPowerShell()
  if (engineConsole || !existsOnPath(process.platform === 'win32' ? 'dotnet.exe' : 'dotnet')) return { pwsh, engineConsole }
  const { buildEngineConsole } = await import('./engine-console/build.mjs')
  return { pwsh, engineConsole: (await buildEngineConsole({ root, log: say })).executable }
}

function findInstalledPowerShell() {
  const onPath = (process.env.PATH ?? '').split(delimiter).filter(Boolean).map((folder) => join(folder, process.platform === 'win32' ? 'pwsh.exe' : 'pwsh'))
  for (const [index, path] of onPath.filter((path) => existsSync(path)).entries()) {
    const version = /^PowerShell (\d+\.\d+\S*)/.exec(spawnSync(path, ['--version'], { encoding: 'utf8', timeout: versionTimeoutMs }).stdout ?? '')?.[1]
    if (version && isVersion(version, oldestPowerShell)) return index === 0 ? 'pwsh' : path
    say(version ? `${path} is PowerShell ${version}, and Tenantry needs ${oldestPowerShell.join('.')} or later` : `${path} does not tell its version`)
  }
  return null
}

function installPowerShellTool(tool) {
  const refused = join(cacheFolder, `powershell-${toolVersion}-refused`)
  // Asked once a day: a registry without the package answers the same each time, and slowly.
  if (existsSync(refused) && Date.now() - statSync(refused).mtimeMs < 24 * 3600_000) return false
  mkdirSync(cacheFolder, { recursive: true })
  say('no PowerShell here: trying dotnet tool install PowerShell')
  const result = spawnSync('dotnet', ['tool', 'install', 'PowerShell', '--version', toolVersion, '--tool-path', dirname(tool)], {
    cwd: root,
    stdio: 'ignore',
    timeout: toolTimeoutMs
  })
  if (result.status === 0 && existsSync(tool)) return true
  writeFileSync(refused, '')
  say('PowerShell is not to be had from NuGet here; building the engine console instead')
  return false
}

/** Path of Electron's binary, or null; a missing one is fetched once with a time limit. */
export function findElectron() {
  const folder = join(root, 'node_modules', 'electron')
  const pathFile = join(folder, 'path.txt')
  const binary = () => (existsSync(pathFile) ? join(folder, 'dist', readFileSync(pathFile, 'utf8').trim()) : null)
  if (existsSync(binary() ?? '')) return binary()
  const tried = join(cacheFolder, 'electron-tried')
  if (!existsSync(folder) || existsSync(tried) || whyNoElectron()) return null
  mkdirSync(cacheFolder, { recursive: true })
  writeFileSync(tried, '')
  say('fetching Electron (once, up to a minute)')
  spawnSync(process.execPath, [join(folder, 'install.js')], { stdio: 'ignore', timeout: electronTimeoutMs })
  return existsSync(binary() ?? '') ? binary() : null
}

/** A Chrome, Chromium or Edge for the end-to-end tests; installs Debian's where that is allowed. */
export function prepareBrowser() {
  const found = browsers().find((path) => existsSync(path))
  if (found) return found
  installDebianPackages(['chromium'], 'The end-to-end tests need Chromium')
  return '/usr/bin/chromium'
}

function browsers() {
  if (process.platform === 'win32') {
    return [process.env.ProgramFiles, process.env['ProgramFiles(x86)']]
      .filter(Boolean)
      .flatMap((folder) => [join(folder, 'Google/Chrome/Application/chrome.exe'), join(folder, 'Microsoft/Edge/Application/msedge.exe')])
  }
  if (process.platform === 'darwin') {
    return ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome', '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge']
  }
  return ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/usr/bin/microsoft-edge']
}

/** gnome-keyring and a session bus, for the tests of the keychain on Linux. */
export function prepareKeyring() {
  if (process.platform !== 'linux') return
  if (existsOnPath('gnome-keyring-daemon') && existsOnPath('dbus-run-session')) return
  installDebianPackages(['gnome-keyring', 'dbus'], 'The keychain tests need a Secret Service')
}

/** The openssl command, which makes certificates, keys and PFX files for the tests. */
export function prepareOpenssl() {
  if (existsOnPath(process.platform === 'win32' ? 'openssl.exe' : 'openssl')) return
  installDebianPackages(['openssl'], 'The certificate tests need the openssl command')
}

/** SHA-256 over the content of files and folders, for stamps. */
export function hashFiles(paths) {
  const hash = createHash('sha256')
  const visit = (path) => {
    if (!existsSync(path)) return
    if (statSync(path).isDirectory()) {
      for (const name of readdirSync(path).sort()) if (name !== 'bin' && name !== 'obj') visit(join(path, name))
    } else hash.update(path.slice(root.length)).update(readFileSync(path))
  }
  for (const path of paths) visit(path)
  return hash.digest('hex')
}

/** Runs `main`, and tells a `SetupError` as its sentence alone. */
export async function runMain(main) {
  try {
    await main()
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    say(error.message)
    process.exitCode = 1
  }
}

