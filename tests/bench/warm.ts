import { connectByHand } from './by-hand.ts'
import { clickToPrompt, closeSession, latencies, powershellOf } from './connect.ts'
import type { Result } from './figure.ts'
import { needsDom } from './keys.ts'
import { ownMegabytes } from './own-memory.ts'
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
        ratios.push((glyph - click) / (await connectByHand(powershell, opened.core.demo)))
      } finally {
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
