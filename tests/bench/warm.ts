import { connectByHand } from './by-hand.ts'
import { clickToPrompt, closeSession, latencies, powershellOf } from './connect.ts'
import type { Result } from './figure.ts'
import { needsDom } from './keys.ts'
import { ownMegabytes } from './own-memory.ts'
import { openWindow, until, type Renderer } from './window.ts'

/**
 * How long before its click on Connect a tenant is chosen. To point at something takes a person 1.1 s on average (Card, Moran
 * and Newell, Communications of the ACM 23(7), 1980); one who knows the place, less than half of that.
 */
const handMs = 400

/** The ways to a session: chosen and connected at once, and at the pace of a hand, when the token is there already. */
const ways = [
  { name: '', lead: 0, what: '' },
  { name: '-chosen', lead: handMs, what: `, ${handMs / 1000} s after its tenant was chosen` }
]

/** Click to connected prompt where a shell waits, against the same by hand in the same run; and what a waiting shell holds. */
export async function measureWarm(runs: number, renderer: Renderer): Promise<Result[]> {
  if (renderer !== 'dom') return latencies.map((latency) => needsDom(`warm-${latency}`, 'click to connected prompt with a warm shell'))
  const results: Result[] = []
  const memory: number[] = []
  for (const latency of latencies) {
    const measured = ways.map((way) => ({ ...way, clicks: [] as number[], ratios: [] as number[] }))
    for (let run = 0; run < runs; run += 1) {
      for (const { lead, clicks, ratios } of measured) {
        const { click, byHand, held } = await measureOnce(latency, lead, renderer, run % 2 === 0)
        clicks.push(click)
        ratios.push(click / byHand)
        memory.push(...held)
      }
    }
    for (const { name, what, clicks, ratios } of measured) {
      results.push(
        { name: `warm-click-${latency}${name}`, what: `click to connected prompt, warm, at ${latency} ms latency${what}`, unit: 'ms', values: clicks },
        { name: `warm-ratio-${latency}${name}`, what: `warm click ÷ by hand, at ${latency} ms latency${what}`, unit: '×', values: ratios, goal: { atMost: 0.5, by: 'median' } }
      )
    }
  }
  const what = 'a shell that waits: memory of its own'
  results.push(memory.length > 0 ? { name: 'warm-memory', what, unit: 'MB', values: memory } : { name: 'warm-memory', what, reason: 'only Linux tells it' })
  return results
}

/** One click in a window of its own, and the same by hand before or after it; `held` is the waiting shells' memory in MB. */
async function measureOnce(latency: number, lead: number, renderer: Renderer, isClickFirst: boolean): Promise<{ click: number; byHand: number; held: number[] }> {
  const opened = await openWindow({ renderer, warmShells: true })
  try {
    opened.core.demo.setLatency(latency)
    const powershell = await powershellOf(opened)
    // Both are there, so that none is being started while something is measured.
    const allWait = () => until(() => opened.core.waitingShells().length === 2, 'two shells to wait')
    await allWait()
    const held = (await Promise.all(opened.core.waitingShells().map(ownMegabytes))).flat()
    let click = 0
    let byHand = 0
    const steps = [
      async () => {
        const seen = await clickToPrompt(opened, lead)
        click = seen.glyph - seen.click
        await closeSession(opened)
        await allWait()
      },
      async () => {
        byHand = await connectByHand(powershell, opened.core.demo)
      }
    ]
    for (const step of isClickFirst ? steps : steps.reverse()) await step()
    return { click, byHand, held }
  } finally {
    await opened.close()
  }
}
