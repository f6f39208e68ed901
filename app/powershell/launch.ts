import type { SpawnOptions } from 'node:child_process'
import { join } from 'node:path'
import type { IPtyForkOptions } from 'node-pty'
import type { FoundPowerShell } from './find.ts'
import { singleQuoted } from './single-quoted.ts'

/** What starts one session's shell. */
export interface Launch {
  file: string
  args: string[]
  options: IPtyForkOptions & { useConptyDll?: boolean }
}

export interface LaunchRequest {
  powershell: FoundPowerShell
  scriptsFolder: string
  pipe: { path: string; nonce: string }
  cols: number
  rows: number
  workingFolder: string
  loadPowerShellProfile: boolean
  env: NodeJS.ProcessEnv
  platform: NodeJS.Platform
}

/** Variables of the process around us that a shell has no business with. */
const droppedVariables = [/^ELECTRON_/, /^TENANTRY_/, /^NODE_OPTIONS$/, /^VITE/, /^VITEST/, /^npm_/]

/**
 * The command line and environment of a session's shell. Nothing secret is on either: the environment carries the
 * pipe's name and a nonce that is dead after its first use.
 */
export function launchShell(request: LaunchRequest): Launch {
  const module = singleQuoted(join(request.scriptsFolder, 'Tenantry.psm1'))
  const args = ['-NoLogo']
  if (!request.loadPowerShellProfile) args.push('-NoProfile')
  // A policy set by the organisation overrides this one; where it does, the scripts' signature counts.
  if (request.platform === 'win32') args.push('-ExecutionPolicy', 'RemoteSigned')
  args.push(
    '-NoExit',
    '-Command',
    `& (Import-Module -Name ${module} -PassThru -DisableNameChecking) { Start-TenantrySession }`
  )
  return {
    file: request.powershell.path,
    args,
    options: {
      name: 'xterm-256color',
      cols: request.cols,
      rows: request.rows,
      cwd: request.workingFolder,
      env: {
        ...shellEnvironment(request.env, request.platform),
        TENANTRY_PIPE: request.pipe.path,
        TENANTRY_NONCE: request.pipe.nonce
      },
      encoding: null,
      ...consoleOptions(request.platform)
    }
  }
}

export type RunLaunchRequest = Pick<LaunchRequest, 'powershell' | 'scriptsFolder' | 'pipe' | 'workingFolder' | 'env' | 'platform'>

/**
 * What starts the PowerShell of one tenant of a run: without a terminal, without the person's own profile, and with
 * nobody to ask. The last block of its command line runs what it is handed outside of the module.
 */
export function launchRun({ powershell, scriptsFolder, pipe, workingFolder, env, platform }: RunLaunchRequest): { file: string; args: string[]; options: SpawnOptions } {
  const module = singleQuoted(join(scriptsFolder, 'Tenantry.psm1'))
  const command = `& (Import-Module -Name ${module} -PassThru -DisableNameChecking) { Start-TenantryRun -Invoke $args[0] } { $args[0].Invoke() }`
  return {
    file: powershell.path,
    args: ['-NoLogo', '-NoProfile', '-NonInteractive', ...(platform === 'win32' ? ['-ExecutionPolicy', 'RemoteSigned'] : []), '-Command', command],
    options: {
      cwd: workingFolder,
      env: { ...shellEnvironment(env, platform), TERM: 'dumb', NO_COLOR: '1', TENANTRY_PIPE: pipe.path, TENANTRY_NONCE: pipe.nonce },
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true
    }
  }
}

/**
 * What every pty of ours is given beyond its size. node-pty 1.2.0-beta.15 bundles ConPTY 1.25, the first one behind which
 * PowerShell 7.6's prompt does not crash; with the DLL its kill() also needs no helper process.
 */
export function consoleOptions(platform: NodeJS.Platform): { useConpty?: boolean; useConptyDll?: boolean } {
  return platform === 'win32' ? { useConpty: true, useConptyDll: true } : {}
}

/** The environment for shells and helpers: ours, without what is about this app's own process. */
export function shellEnvironment(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && !droppedVariables.some((pattern) => pattern.test(name))) kept[name] = value
  }
  kept.TERM = 'xterm-256color'
  kept.COLORTERM = 'truecolor'
  kept.POWERSHELL_UPDATECHECK = 'Off'
  kept.POWERSHELL_TELEMETRY_OPTOUT = '1'
  // A GUI started from the Finder or a desktop has no locale: non-ASCII names would be mangled.
  if (platform !== 'win32' && !kept.LANG && !kept.LC_ALL) kept.LANG = platform === 'darwin' ? 'en_US.UTF-8' : 'C.UTF-8'
  return kept
}
