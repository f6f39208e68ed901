import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'

/** Something that is missing, and how it is installed. */
export interface Installation {
  /** What its tab is called. */
  name: string
  command: string
  /** What runs the command and ends with it; unless told, it is typed into the person's own shell, which stays. */
  program?: { file: string; args: string[] }
}

/** A Linux machine, as far as its packages go. */
export interface LinuxMachine {
  /** The text of /etc/os-release. */
  osRelease: string
  arch: string
  isRoot: boolean
}

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
  return platform === 'linux' ? packageCommand(thisMachine()) : null
}

/**
 * From Microsoft's package repository, for the distributions and versions that Microsoft documents
 * (learn.microsoft.com/powershell/scripting/install/install-debian, -ubuntu and -rhel); its packages are for x64.
 */
export function packageCommand({ osRelease, arch, isRoot }: LinuxMachine): string | null {
  const value = (name: string) => new RegExp(`^${name}=["']?([\\w.-]+)["']?\\s*$`, 'm').exec(osRelease)?.[1] ?? ''
  const [id, version] = [value('ID'), value('VERSION_ID')]
  const major = Number(version.split('.')[0])
  const root = isRoot ? '' : 'sudo '
  const config = 'https://packages.microsoft.com/config'
  if (arch !== 'x64') return null
  if ((id === 'debian' && (major === 11 || major === 12)) || (id === 'ubuntu' && /^2[24]\.04$/.test(version))) {
    const file = 'packages-microsoft-prod.deb'
    const steps = [`${root}apt-get update`, `${root}apt-get install -y wget`, `wget -q ${config}/${id}/${version}/${file}`, `${root}dpkg -i ${file}`, `rm ${file}`]
    return [...steps, `${root}apt-get update`, `${root}apt-get install -y powershell`].join(' && ')
  }
  if (id === 'rhel' && (major === 8 || major === 9)) {
    const file = 'packages-microsoft-prod.rpm'
    return [`curl -sSL -O ${config}/rhel/${major}/${file}`, `${root}rpm -i ${file}`, `rm ${file}`, `${root}dnf install -y powershell`].join(' && ')
  }
  return null
}

function thisMachine(): LinuxMachine {
  let osRelease = ''
  try {
    osRelease = readFileSync('/etc/os-release', 'utf8')
  } catch {
    // A distribution without it is none of Microsoft's.
  }
  return { osRelease, arch: process.arch, isRoot: process.getuid?.() === 0 }
}

/** Installs a module for this user with the PowerShell that sessions run on; it asks in its terminal what it must. */
export function moduleInstallation(module: string, powershell: string, platform: NodeJS.Platform): Installation {
  const command = `Install-Module ${module} -Scope CurrentUser`
  const args = ['-NoLogo', '-NoProfile']
  // PowerShellGet is a script module: Windows' own default would not let it load.
  if (platform === 'win32') args.push('-ExecutionPolicy', 'RemoteSigned')
  return { name: `Install ${module}`, command, program: { file: powershell, args: [...args, '-Command', command] } }
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
