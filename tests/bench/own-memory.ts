import { spawn as spawnProcess } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import * as nodePty from 'node-pty'
import { processTree } from '../../app/process-tree.ts'

/** The memory of a process and all below it, shared pages by their share; none where the system does not tell. */
export async function ownMegabytes(pid: number): Promise<number[]> {
  if (!existsSync('/proc/self/smaps_rollup')) return []
  const spawn = { pty: nodePty.spawn, process: spawnProcess }
  const pids = await processTree(pid, process.platform, spawn)
  return [(pids.map(kibibytesOf).reduce((sum, value) => sum + value, 0) * 1024) / 1e6]
}

/** Of a process that has ended since, nothing. */
function kibibytesOf(pid: number): number {
  try {
    return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}
