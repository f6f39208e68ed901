import { existsSync, realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'

/**
 * The command that installs PowerShell here; null where none of the tools is there. A tool that is in its usual place
 * but not on PATH is named by its path: a GUI's PATH is not a terminal's.
 */
export function installCommand(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string | null {
  if (platform === 'win32') return 'winget install --id Microsoft.PowerShell --source winget'
  const home = env.HOME ?? homedir()
  const brew = findTool('brew', ['/opt/homebrew/bin', '/usr/local/bin', '/home/linuxbrew/.linuxbrew/bin'], env)
  const dotnet = findTool('dotnet', [join(home, '.dotnet'), '/usr/local/share/dotnet', '/usr/local/bin', '/usr/share/dotnet', '/usr/bin'], env, hasSdk)
  const snap = findTool('snap', ['/usr/bin'], env)
  if (platform === 'darwin' && brew) return `${brew} install --cask powershell`
  if (dotnet) return `${dotnet} tool install --global PowerShell`
  if (platform !== 'darwin' && snap) return `sudo ${snap} install powershell --classic`
  return null
}

/** How a shell is told of a tool: its name where PATH has it, else its path; null where it is not there. */
function findTool(name: string, places: string[], env: NodeJS.ProcessEnv, isUsable: (path: string) => boolean = existsSync): string | null {
  const onPath = (env.PATH ?? '').split(delimiter).filter(Boolean)
  if (onPath.some((folder) => isUsable(join(folder, name)))) return name
  const path = places.map((folder) => join(folder, name)).find((candidate) => isUsable(candidate))
  return path ? quoted(path) : null
}

/** A `dotnet` that only runs programs can install none. */
function hasSdk(path: string): boolean {
  try {
    return existsSync(join(dirname(realpathSync(path)), 'sdk'))
  } catch {
    return false
  }
}

function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`
}
