// The dotnet tool PowerShell, compiled ahead of time. PowerShell's own packages are (build.psm1 in PowerShell/PowerShell:
// releases are built with -CrossGen, and what depends on a framework "cannot be CrossGen'ed"); the tool is plain IL, and its
// start takes two and a half times as long as that of what admins have. Tests and benchmarks run on this one.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))

/**
 * Compiles the tool in `toolFolder` (`dotnet tool install --tool-path`) into `out` and answers its pwsh's path; null, with
 * the reason said, where that does not work: the tool itself does then.
 */
export function compilePowerShell({ toolFolder, out, log }) {
  const executable = join(out, process.platform === 'win32' ? 'pwsh.exe' : 'pwsh')
  if (existsSync(executable)) return executable
  const assemblies = assembliesOf(toolFolder)
  if (assemblies === null) {
    log('the dotnet tool PowerShell has another form than is known here; it stays as it is')
    return null
  }
  log('compiling PowerShell ahead of time (once)')
  const fresh = mkdtempSync(`${out}.`)
  const result = spawnSync('dotnet', ['publish', here, '-c', 'Release', '-o', join(fresh, 'built'), '-v', 'quiet', '--nologo', `-p:ToolFolder=${assemblies}`], {
    stdio: ['ignore', 2, 2],
    env: { ...process.env, DOTNET_CLI_TELEMETRY_OPTOUT: '1', DOTNET_NOLOGO: '1' }
  })
  if (result.status === 0) {
    const whole = join(fresh, 'whole')
    cpSync(assemblies, whole, { recursive: true })
    // Of the build: what the tool has too, but not its entry, and the launcher.
    const kept = readdirSync(join(fresh, 'built')).filter((name) => name === basename(executable) || (name !== 'pwsh.dll' && name.endsWith('.dll') && existsSync(join(whole, name))))
    for (const name of kept) cpSync(join(fresh, 'built', name), join(whole, name))
    renameSync(whole, out)
  } else log('PowerShell could not be compiled; the compiler’s messages stand above')
  rmSync(fresh, { recursive: true, force: true })
  return existsSync(executable) ? executable : null
}

/** Where the tool's assemblies for this system lie. */
function assembliesOf(toolFolder) {
  const system = process.platform === 'win32' ? 'win' : 'unix'
  const store = join(toolFolder, '.store', 'powershell')
  for (const version of existsSync(store) ? readdirSync(store) : []) {
    const tools = join(store, version, 'powershell', version, 'tools')
    for (const framework of existsSync(tools) ? readdirSync(tools) : []) {
      const folder = join(tools, framework, 'any', system)
      if (existsSync(join(folder, 'System.Management.Automation.dll'))) return folder
    }
  }
  return null
}
