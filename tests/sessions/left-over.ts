import { createHook } from 'node:async_hooks'
import { spawn } from 'node:child_process'
import { readdirSync, readlinkSync } from 'node:fs'
import { spawn as ptySpawn } from 'node-pty'
import { processTree } from '../../app/process-tree.ts'

/** What a process holds, kind by kind. */
export interface LeftOver {
  /** Processes below this one. */
  processes: number
  /** Open descriptors by what they lead to: `socket`, `pipe`, `/dev/ptmx`, `anon_inode:…`, `file`. */
  descriptors: Record<string, number>
  /** Timers that were started and neither ended nor cleared, also those that keep no process alive. */
  timers: number
  /** Paths below the temporary folder. */
  files: string[]
}

/** Counts what this process holds, from now on for timers; Linux alone, for /proc. */
export class LeftOverCounter {
  readonly #folder: string
  readonly #timers = new Set<number>()
  readonly #hook = createHook({
    init: (id, type) => void (type === 'Timeout' && this.#timers.add(id)),
    destroy: (id) => void this.#timers.delete(id)
  })

  /** @param folder the temporary folder of this process and what it starts */
  constructor(folder: string) {
    this.#folder = folder
    this.#hook.enable()
  }

  async count(): Promise<LeftOver> {
    const processes = (await processTree(process.pid, process.platform, { pty: ptySpawn, process: spawn })).length - 1
    // A timer's end is told some ticks later.
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
    return { processes, descriptors: descriptors(), timers: this.#timers.size, files: readdirSync(this.#folder, { recursive: true }).map(String).sort() }
  }

  dispose(): void {
    this.#hook.disable()
  }
}

function descriptors(): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const name of readdirSync('/proc/self/fd')) {
    let target: string
    try {
      target = readlinkSync(`/proc/self/fd/${name}`)
    } catch {
      // The one that read the folder.
      continue
    }
    const kind = /^(socket|pipe|anon_inode:[^:]*)/.exec(target)?.[1] ?? (target.startsWith('/dev/') ? target : 'file')
    counts[kind] = (counts[kind] ?? 0) + 1
  }
  return counts
}
