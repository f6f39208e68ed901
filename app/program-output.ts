import type { Spawn } from './adapters.ts'

/** What a program is asked with. */
export interface OutputRequest {
  args: string[]
  env?: NodeJS.ProcessEnv
  timeoutMs?: number
}

/** Far above any answer that is asked for here. */
const mostOutputBytes = 4 * 1024 * 1024

/**
 * What a program writes to its standard output until it ends with code 0; null where it can't be started, fails, or
 * takes longer than it may.
 */
export function programOutput(spawn: Spawn, file: string, { args, env, timeoutMs = 30_000 }: OutputRequest): Promise<string | null> {
  return new Promise((resolve) => {
    const child = startSafely(() => spawn.process(file, args, { stdio: ['ignore', 'pipe', 'ignore'], windowsHide: true, ...(env ? { env } : {}) }))
    if (!child) return resolve(null)
    const parts: Buffer[] = []
    let bytes = 0
    const end = (output: string | null) => {
      clearTimeout(timer)
      if (output === null) child.kill('SIGKILL')
      // What a process below it holds open is not waited for.
      child.stdout?.destroy()
      resolve(output)
    }
    const timer = setTimeout(() => end(null), timeoutMs)
    child.stdout?.on('data', (part: Buffer) => {
      bytes += part.length
      parts.push(part)
      if (bytes > mostOutputBytes) end(null)
    })
    child.once('error', () => end(null))
    child.once('close', (code) => end(code === 0 ? Buffer.concat(parts).toString('utf8') : null))
  })
}

/** Node throws for some files that can't be started (EACCES on Windows' Store alias), and tells of others by an event. */
function startSafely<T>(start: () => T): T | null {
  try {
    return start()
  } catch {
    return null
  }
}
