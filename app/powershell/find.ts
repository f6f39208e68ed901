import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { z } from 'zod'
import { shellEnvironment } from './launch.ts'

/** A PowerShell that can run a session. */
export interface FoundPowerShell {
  path: string
  version: string
  edition: 'Core' | 'Desktop'
  /** The engine console stands in for a PowerShell that is not installed. */
  standIn: boolean
  /** Installed versions of ExchangeOnlineManagement, newest first. */
  moduleVersions: string[]
}

export interface FindRequest {
  configuredPath: string | null
  engineConsole: string | null
  env: NodeJS.ProcessEnv
  platform: NodeJS.Platform
  /** Where answers are cached by path and modification time. */
  cacheFile: string
}

export type FindResult =
  | { found: FoundPowerShell }
  | { found: null; reason: 'missing' | 'too-old'; path: string | null; version: string | null }

/** PowerShell 7 before 7.4 is out of support and runs no current ExchangeOnlineManagement. */
export const oldestCore = [7, 4] as const
/** Asking a cold PowerShell its version takes up to 10 s on a slow disk with a virus scanner. */
const askTimeoutMs = 30_000

const answerSchema = z.object({
  version: z.string(),
  edition: z.enum(['Core', 'Desktop']),
  modulePath: z.string()
})
const cacheSchema = z.record(z.string(), answerSchema.extend({ mtimeMs: z.number() }))

/**
 * Finds the PowerShell for sessions: the configured one, then `pwsh` on PATH and in the places that a GUI's PATH
 * misses, on Windows also Windows PowerShell 5.1, last the engine console of a development machine.
 */
export async function findPowerShell(request: FindRequest): Promise<FindResult> {
  let tooOld: { path: string; version: string } | null = null
  for (const path of candidates(request)) {
    if (!isFile(path)) continue
    const answer = await askVersion(path, request)
    if (!answer) continue
    if (!isNewEnough(answer.version, answer.edition)) {
      tooOld ??= { path, version: answer.version }
      continue
    }
    return {
      found: {
        path,
        version: answer.version,
        edition: answer.edition,
        standIn: path === request.engineConsole,
        moduleVersions: installedModuleVersions(answer.modulePath, request.platform)
      }
    }
  }
  return tooOld
    ? { found: null, reason: 'too-old', ...tooOld }
    : { found: null, reason: 'missing', path: null, version: null }
}

/** Whether sessions can run on this version: 5.1 of the Desktop edition, 7.4 and later of Core. */
export function isNewEnough(version: string, edition: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10))
  if (edition === 'Desktop') return major === 5 && minor >= 1
  return major > oldestCore[0] || (major === oldestCore[0] && minor >= oldestCore[1])
}

/** Paths to try, in order, existing or not. */
export function candidates({ configuredPath, engineConsole, env, platform }: Omit<FindRequest, 'cacheFile'>): string[] {
  const name = platform === 'win32' ? 'pwsh.exe' : 'pwsh'
  const onPath = (env.PATH ?? env.Path ?? '').split(delimiter).filter(Boolean).map((folder) => join(folder, name))
  const list = [
    ...(configuredPath ? [configuredPath] : []),
    ...onPath,
    ...usualPlaces(env, platform),
    ...(engineConsole ? [engineConsole] : [])
  ]
  return [...new Set(list)]
}

function usualPlaces(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string[] {
  const home = env.HOME ?? env.USERPROFILE ?? homedir()
  if (platform !== 'win32') {
    return [
      '/usr/local/bin/pwsh',
      '/opt/homebrew/bin/pwsh',
      '/usr/bin/pwsh',
      '/snap/bin/pwsh',
      '/opt/microsoft/powershell/7/pwsh',
      join(home, '.dotnet/tools/pwsh')
    ]
  }
  const programs = [env.ProgramFiles, env['ProgramW6432']].filter((folder) => folder !== undefined)
  return [
    ...programs.map((folder) => join(folder, 'PowerShell', '7', 'pwsh.exe')),
    ...(env.LOCALAPPDATA ? [join(env.LOCALAPPDATA, 'Microsoft', 'WindowsApps', 'pwsh.exe')] : []),
    join(home, '.dotnet', 'tools', 'pwsh.exe'),
    join(env.SystemRoot ?? 'C:\\Windows', 'System32', 'WindowsPowerShell', 'v1.0', 'powershell.exe')
  ]
}

function isFile(path: string): boolean {
  try {
    // The Store's alias is a reparse point of size 0 that stat can't follow on every Windows: existing is enough.
    return existsSync(path) && !statSync(path, { throwIfNoEntry: false })?.isDirectory()
  } catch {
    return true
  }
}

async function askVersion(path: string, request: FindRequest): Promise<z.infer<typeof answerSchema> | null> {
  const mtimeMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
  const cache = readCache(request.cacheFile)
  const known = cache[path]
  if (known && known.mtimeMs === mtimeMs && mtimeMs !== 0) return known
  const answer = await runVersionQuery(path, request)
  if (answer) {
    cache[path] = { ...answer, mtimeMs }
    mkdirSync(dirname(request.cacheFile), { recursive: true, mode: 0o700 })
    writeFileSync(request.cacheFile, JSON.stringify(cache, null, 2), { mode: 0o600 })
  }
  return answer
}

function runVersionQuery(path: string, request: FindRequest): Promise<z.infer<typeof answerSchema> | null> {
  const query =
    "'{0}|{1}|{2}' -f $PSVersionTable.PSVersion, $PSVersionTable.PSEdition, $env:PSModulePath"
  return new Promise((resolve) => {
    execFile(
      path,
      ['-NoLogo', '-NoProfile', '-NonInteractive', '-Command', query],
      { timeout: askTimeoutMs, env: shellEnvironment(request.env, request.platform), windowsHide: true },
      (error, stdout) => {
        const [version = '', edition = '', modulePath = ''] = stdout.trim().split('|')
        const parsed = answerSchema.safeParse({ version, edition, modulePath })
        resolve(error || !parsed.success ? null : parsed.data)
      }
    )
  })
}

function readCache(file: string): z.infer<typeof cacheSchema> {
  try {
    return cacheSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return {}
  }
}

/** Versions of ExchangeOnlineManagement under the folders of a PSModulePath, newest first. */
export function installedModuleVersions(modulePath: string, platform: NodeJS.Platform): string[] {
  const versions = new Set<string>()
  for (const root of modulePath.split(platform === 'win32' ? ';' : ':').filter(Boolean)) {
    try {
      for (const name of readdirSync(join(root, 'ExchangeOnlineManagement'))) if (/^\d+(\.\d+)+$/.test(name)) versions.add(name)
    } catch {
      continue
    }
  }
  return [...versions].sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
}

/** The command that installs PowerShell here, or null where there is none to offer. */
export function installCommand(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string | null {
  const has = (tool: string) =>
    (env.PATH ?? env.Path ?? '').split(delimiter).some((folder) => folder && existsSync(join(folder, tool)))
  if (platform === 'win32') return 'winget install --id Microsoft.PowerShell --source winget'
  if (platform === 'darwin') return has('brew') || existsSync('/opt/homebrew/bin/brew') ? 'brew install --cask powershell' : null
  if (has('dotnet')) return 'dotnet tool install --global PowerShell'
  if (has('snap')) return 'sudo snap install powershell --classic'
  return null
}
