import { readdirSync, readFileSync } from 'node:fs'
import type { Adapters, Spawn } from './adapters.ts'
import { removeDotnetLeftovers } from './dotnet-leftovers.ts'
import { programOutput } from './program-output.ts'

/** What a hang-up does not end within this time is killed. */
export const hangUpPatienceMs = 500
/** How often the tree is looked at while it ends. */
const lookEveryMs = 20

/**
 * Ends a shell and every process it started, and waits until they are gone, with what .NET left of them. First as a closed terminal does
 * (SIGHUP), then for good. On Windows `taskkill /T` walks the tree, and closing the pseudoconsole ends the rest.
 */
export async function endProcessTree(root: { pid: number; kill(): void }, { platform, spawn, env }: Pick<Adapters, 'platform' | 'spawn' | 'env'>): Promise<void> {
  if (platform === 'win32') {
    await killProcessTree(root.pid, { platform, spawn })
    root.kill()
    return
  }
  const tree = await processTree(root.pid, platform, spawn)
  signalAll(tree, 'SIGHUP')
  const deadline = Date.now() + hangUpPatienceMs
  while (tree.some(isAlive) && Date.now() < deadline) await pause(lookEveryMs)
  signalAll(tree, 'SIGKILL')
  while (tree.some(isAlive) && Date.now() < deadline + hangUpPatienceMs) await pause(lookEveryMs)
  removeDotnetLeftovers(tree.filter((pid) => !isAlive(pid)), env)
}

/**
 * Kills `root` and all below it at once. The root alone is not enough: where PowerShell is a .NET tool, what was started
 * is a small program around the shell.
 */
export async function killProcessTree(root: number, { platform, spawn }: Pick<Adapters, 'platform' | 'spawn'>): Promise<void> {
  if (platform !== 'win32') return signalAll(await processTree(root, platform, spawn), 'SIGKILL')
  await new Promise<void>((resolve) => {
    const child = spawn.process('taskkill', ['/PID', String(root), '/T', '/F'], { windowsHide: true, stdio: 'ignore' })
    child.once('error', () => resolve())
    child.once('exit', () => resolve())
  })
}

/** Process ids of `root` and all below it, children before their parents. */
export async function processTree(root: number, platform: NodeJS.Platform, spawn: Spawn): Promise<number[]> {
  const parents = platform === 'linux' ? parentsFromProc() : await parentsFromPs(spawn)
  const children = (pid: number): number[] =>
    [...parents].filter(([, parent]) => parent === pid).flatMap(([child]) => [...children(child), child])
  return [...children(root), root]
}

function parentsFromProc(): Map<number, number> {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const parent = statOf(Number(name))[1]
    if (parent !== undefined) parents.set(Number(name), Number(parent))
  }
  return parents
}

/** The fields of `/proc/PID/stat` from the state on, then the parent; none where the process is gone. */
function statOf(pid: number): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The command name may hold spaces and brackets.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return []
  }
}

async function parentsFromPs(spawn: Spawn): Promise<Map<number, number>> {
  const output = await programOutput(spawn, 'ps', { args: ['-axo', 'pid=,ppid='] })
  const rows = (output ?? '').trim().split('\n').map((line) => line.trim().split(/\s+/).map(Number))
  return new Map(rows.map(([pid = 0, parent = 0]) => [pid, parent]))
}

function signalAll(pids: number[], signal: 'SIGHUP' | 'SIGKILL'): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal)
    } catch {
      continue
    }
  }
}

/**
 * Whether a process of this id runs; one of another user, which may not be signalled, does too. One that ended and whose
 * parent never asked (an orphan where no init collects them) does not.
 */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return process.platform !== 'linux' || !/^[ZX]/.test(statOf(pid)[0] ?? '')
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
