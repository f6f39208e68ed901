import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/**
 * What .NET and PowerShell keep in the temporary folder for each process, and leave there when the process is ended from
 * outside: a diagnostic socket, a debugger's pipes, the pipe of Enter-PSHostProcess. The process id is in the name
 * (learn.microsoft.com/dotnet/core/diagnostics/diagnostic-port; seen with .NET 10 and PowerShell 7.6).
 */
const patterns = [/^dotnet-diagnostic-(\d+)-\d+-socket$/, /^clr-debug-pipe-(\d+)-\d+-(?:in|out)$/, /^CoreFxPipe_PSHost\.[0-9A-F]+\.(\d+)\./]

/** Removes what processes that are gone left in a temporary folder. Never throws; on Windows nothing is left. */
export function removeDotnetLeftovers(pids: readonly number[], env: NodeJS.ProcessEnv): void {
  const folder = env.TMPDIR || '/tmp'
  const gone = new Set(pids.map(String))
  for (const name of namesIn(folder)) {
    const pid = patterns.map((pattern) => pattern.exec(name)?.[1]).find((found) => found !== undefined)
    if (pid === undefined || !gone.has(pid)) continue
    try {
      rmSync(join(folder, name), { force: true })
    } catch {
      // Another user's: not a process of ours.
      continue
    }
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
