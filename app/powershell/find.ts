import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { z } from 'zod'
import type { Spawn } from '../adapters.ts'
import { replaceFile, sweepDrafts } from '../atomic-file.ts'
import { programOutput } from '../program-output.ts'
import { connectModules } from '../tokens/services.ts'
import { shellEnvironment } from './launch.ts'
import { policyQuery, refusingPolicy, type ScriptsPolicy } from './policy.ts'

/** A PowerShell that can run a session. */
export interface FoundPowerShell {
  path: string
  version: string
  edition: 'Core' | 'Desktop'
  /** The engine console stands in for a PowerShell that is not installed. */
  standIn: boolean
  /** Installed versions of each module that sessions connect with, newest first. */
  modules: Record<string, string[]>
}

export interface FindRequest {
  configuredPath: string | null
  engineConsole: string | null
  env: NodeJS.ProcessEnv
  platform: NodeJS.Platform
  spawn: Spawn
  /** Folder of Tenantry.psm1, whose signature counts where a policy asks for one. */
  scriptsFolder: string
  /** Where answers are cached by path and modification time. */
  cacheFile: string
}

export type FindResult =
  | { found: FoundPowerShell }
  | { found: null; reason: 'missing' }
  | { found: null; reason: 'too-old'; path: string; version: string }
  | { found: null; reason: 'scripts-refused'; path: string; policy: ScriptsPolicy }

/** PowerShell 7 before 7.4 is out of support and runs no current ExchangeOnlineManagement. */
export const oldestCore = [7, 4] as const
/** Asking a cold PowerShell its version takes up to 10 s on a slow disk with a virus scanner. */
const askTimeoutMs = 30_000

const answerSchema = z.object({
  version: z.string(),
  edition: z.enum(['Core', 'Desktop']),
  modulePath: z.string()
})
type Answer = z.infer<typeof answerSchema> & { refusal: ScriptsPolicy | null }
const cacheSchema = z.record(z.string(), answerSchema.extend({ mtimeMs: z.number() }))

/**
 * Finds the PowerShell for sessions: the configured one, then `pwsh` on PATH and in the places that a GUI's PATH
 * misses, on Windows also Windows PowerShell 5.1, last the engine console of a development machine.
 */
export async function findPowerShell(request: FindRequest): Promise<FindResult> {
  let problem: FindResult = { found: null, reason: 'missing' }
  for (const path of candidates(request)) {
    if (!isFile(path)) continue
    const answer = await askVersion(path, request)
    if (!answer) continue
    const found = readFound(path, answer, request)
    if (found.found) return found
    // The first one is the one that the admin means.
    if (problem.reason === 'missing') problem = found
  }
  return problem
}

function readFound(path: string, { version, edition, modulePath, refusal }: Answer, request: FindRequest): FindResult {
  if (!isNewEnough(version, edition)) return { found: null, reason: 'too-old', path, version }
  if (refusal) return { found: null, reason: 'scripts-refused', path, policy: refusal }
  const modules = Object.fromEntries(connectModules.map(({ name }) => [name, installedModuleVersions(name, modulePath, request.platform)]))
  return { found: { path, version, edition, standIn: path === request.engineConsole, modules } }
}

/** Whether sessions can run on this version: 5.1 of the Desktop edition, 7.4 and later of Core. */
export function isNewEnough(version: string, edition: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10))
  if (edition === 'Desktop') return major === 5 && minor >= 1
  return major > oldestCore[0] || (major === oldestCore[0] && minor >= oldestCore[1])
}

/** Paths to try, in order, existing or not. */
export function candidates({ configuredPath, engineConsole, env, platform }: Pick<FindRequest, 'configuredPath' | 'engineConsole' | 'env' | 'platform'>): string[] {
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

async function askVersion(path: string, request: FindRequest): Promise<Answer | null> {
  const mtimeMs = modifiedAt(path)
  const known = readCache(request.cacheFile)[path]
  if (known && known.mtimeMs === mtimeMs && mtimeMs !== 0) return { ...known, refusal: null }
  const answer = await runVersionQuery(path, request)
  // A policy that refuses is asked for each time: its admin may have changed it since.
  if (answer && !answer.refusal && mtimeMs !== 0) remember(request.cacheFile, path, { ...answerSchema.parse(answer), mtimeMs })
  return answer
}

/** Milliseconds since the epoch; 0 where the system does not tell, as of the Store's alias. */
function modifiedAt(path: string): number {
  try {
    return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
  } catch {
    return 0
  }
}

async function runVersionQuery(path: string, { spawn, env, platform, scriptsFolder }: FindRequest): Promise<Answer | null> {
  const facts = '$PSVersionTable.PSVersion, $PSVersionTable.PSEdition, $env:PSModulePath'
  const query = `${platform === 'win32' ? `${facts}, ${policyQuery(scriptsFolder)}` : facts} -join '|'`
  const args = ['-NoLogo', '-NoProfile', '-NonInteractive', '-Command', query]
  const output = await programOutput(spawn, path, { args, env: shellEnvironment(env, platform), timeoutMs: askTimeoutMs })
  return output === null ? null : readVersionAnswer(output)
}

/** What a PowerShell answered to the version query; null where it is no such answer. */
export function readVersionAnswer(output: string): Answer | null {
  const [version = '', edition = '', modulePath = '', machine = '', user = '', signature = ''] = output.trim().split('|')
  const parsed = answerSchema.safeParse({ version, edition, modulePath })
  return parsed.success && /^\d/.test(version) ? { ...parsed.data, refusal: refusingPolicy(machine, user, signature) } : null
}

/** The cache only saves time: where it can't be written, it is asked again. */
function remember(file: string, path: string, answer: z.infer<typeof cacheSchema>[string]): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    sweepDrafts(file)
    replaceFile(file, JSON.stringify({ ...readCache(file), [path]: answer }, null, 2))
  } catch {
    return
  }
}

function readCache(file: string): z.infer<typeof cacheSchema> {
  try {
    return cacheSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return {}
  }
}

/** Versions of a module under the folders of a PSModulePath, newest first. */
export function installedModuleVersions(module: string, modulePath: string, platform: NodeJS.Platform): string[] {
  const versions = new Set<string>()
  for (const root of modulePath.split(platform === 'win32' ? ';' : ':').filter(Boolean)) {
    try {
      for (const name of readdirSync(join(root, module))) if (/^\d+(\.\d+)+$/.test(name)) versions.add(name)
    } catch {
      continue
    }
  }
  return [...versions].sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
}
