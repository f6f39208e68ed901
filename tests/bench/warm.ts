import { spawn as spawnProcess } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import * as nodePty from 'node-pty'
import { processTree } from '../../app/process-tree.ts'
import { connectByHand, serveTokens } from './by-hand.ts'
import { clickToPrompt, closeSession, latencies, powershellOf } from './connect.ts'
import type { Result } from './figure.ts'
import { needsDom } from './keys.ts'
import { openWindow, until, type Renderer } from './window.ts'

/** Click to connected prompt where a shell waits, against the same by hand in the same run; and what a waiting shell holds. */
export async function measureWarm(runs: number, renderer: Renderer): Promise<Result[]> {
  if (renderer !== 'dom') return latencies.map((latency) => needsDom(`warm-${latency}`, 'click to connected prompt with a warm shell'))
  const results: Result[] = []
  const memory: number[] = []
  for (const latency of latencies) {
    const clicks: number[] = []
    const ratios: number[] = []
    for (let run = 0; run < runs; run += 1) {
      const opened = await openWindow({ renderer, warmShells: true })
      const { url, server } = await serveTokens(opened.core.demo)
      try {
        opened.core.demo.setLatency(latency)
        const powershell = await powershellOf(opened)
        // Both are there, so that none is being started while the click is measured.
        await until(() => opened.core.waitingShells().length === 2, 'two shells to wait')
        memory.push(...(await Promise.all(opened.core.waitingShells().map(ownMegabytes))).flat())
        const { click, glyph } = await clickToPrompt(opened)
        await closeSession(opened)
        // The product starts its next shell after a pause; nothing of it is left beside what is done by hand.
        await until(() => opened.core.waitingShells().length === 2, 'two shells to wait')
        clicks.push(glyph - click)
        ratios.push((glyph - click) / (await connectByHand(powershell, opened.core.demo, url)))
      } finally {
        server.close()
        server.closeAllConnections()
        await opened.close()
      }
    }
    results.push(
      { name: `warm-click-${latency}`, what: `click to connected prompt, warm, at ${latency} ms latency`, unit: 'ms', values: clicks },
      { name: `warm-ratio-${latency}`, what: `warm click ÷ by hand, at ${latency} ms latency`, unit: '×', values: ratios, goal: { atMost: 0.5, by: 'median' } }
    )
  }
  const what = 'a shell that waits: memory of its own'
  results.push(memory.length > 0 ? { name: 'warm-memory', what, unit: 'MB', values: memory } : { name: 'warm-memory', what, reason: 'only Linux tells it' })
  return results
}

/** The memory of a process and all below it, shared pages by their share; none where the system does not tell. */
async function ownMegabytes(pid: number): Promise<number[]> {
  if (!existsSync('/proc/self/smaps_rollup')) return []
  const spawn = { pty: nodePty.spawn, process: spawnProcess }
  const pids = await processTree(pid, process.platform, spawn)
  const kibibytes = pids.map((one) => Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${one}/smaps_rollup`, 'utf8'))?.[1] ?? 0))
  return [(kibibytes.reduce((sum, value) => sum + value, 0) * 1024) / 1e6]
}
