import { connectByHand } from './by-hand.ts'
import type { Result } from './figure.ts'
import { needsDom } from './keys.ts'
import { openWindow, until, type BenchWindow, type Renderer } from './window.ts'

export const tenant = 'Contoso demo'
/** What each request to the demo's services is held back. */
export const latencies = [0, 150]

interface Connection {
  /** Milliseconds from the click to the frame with the connected prompt. */
  total: number
  clickToSpawn: number
  helloToConnect: number
  connectedToGlyph: number
}

/** Click to connected prompt against the same by hand, in turns; each click in a window, a core and a shell of its own. */
export async function measureConnect(runs: number, renderer: Renderer): Promise<Result[]> {
  if (renderer !== 'dom') return latencies.map((latency) => needsDom(`connect-${latency}`, 'click to connected prompt'))
  const results: Result[] = []
  for (const latency of latencies) {
    const product: Connection[] = []
    const byHand: number[] = []
    for (let run = 0; run < runs; run += 1) {
      const opened = await openWindow({ renderer })
      try {
        opened.core.demo.setLatency(latency)
        const powershell = await powershellOf(opened)
        const steps = [
          async () => product.push(await connectByClick(opened)),
          async () => byHand.push(await connectByHand(powershell, opened.core.demo))
        ]
        for (const step of run % 2 === 0 ? steps : steps.reverse()) await step()
      } finally {
        await opened.close()
      }
    }
    results.push(...resultsAt(latency, product, byHand))
  }
  return results
}

function resultsAt(latency: number, product: Connection[], byHand: number[]): Result[] {
  const at = `at ${latency} ms latency`
  const part = (name: string, what: string, values: number[]) => ({ name: `connect-${name}-${latency}`, what: `${what}, ${at}`, unit: 'ms', values })
  return [
    part('click', 'click to connected prompt, cold', product.map(({ total }) => total)),
    part('by-hand', 'the same by hand', byHand),
    {
      name: `connect-ratio-${latency}`,
      what: `click ÷ by hand, ${at}`,
      unit: '×',
      values: product.map(({ total }, run) => total / byHand[run]!),
      goal: { atMost: 1, by: 'median' }
    },
    {
      ...part('own', 'the product’s own share', product.map((run) => run.clickToSpawn + run.helloToConnect + run.connectedToGlyph)),
      goal: { atMost: 150, by: 'median' }
    },
    part('own-spawn', 'click to spawn', product.map(({ clickToSpawn }) => clickToSpawn)),
    part('own-connect', 'hello (or the later token) to connect', product.map(({ helloToConnect }) => helloToConnect)),
    part('own-glyph', 'connected to glyph', product.map(({ connectedToGlyph }) => connectedToGlyph))
  ]
}

/** The PowerShell that the product itself found. */
export async function powershellOf({ core }: BenchWindow): Promise<string> {
  const reply = await core.dispatch({ trusted: true, description: 'bench' }, 'app.state', undefined)
  const state = 'output' in reply ? (reply.output as { powershell: { path: string } | null }) : null
  if (!state?.powershell) throw new Error('no PowerShell was found')
  return state.powershell.path
}

async function connectByClick(opened: BenchWindow): Promise<Connection> {
  const { core, seen } = opened
  const { click, glyph } = await clickToPrompt(opened)
  const phaseAt = (phase: string) => seen.states.find(({ view }) => view.phase === phase)!.at
  const token = core.demo.log.filter(({ service }) => service === 'login').at(-1)!.at
  const result = {
    total: glyph - click,
    clickToSpawn: seen.spawns[0]!.at - click,
    helloToConnect: phaseAt('connecting') - Math.max(helloAt(seen), token),
    connectedToGlyph: glyph - phaseAt('connected')
  }
  await closeSession(opened)
  return result
}

/**
 * When the click on Connect was, and when the connected prompt's glyphs were: milliseconds since the epoch. The tenant is
 * chosen `leadMs` before, which has its token fetched; 0 for as quickly as one click follows the other.
 */
export async function clickToPrompt({ page, seen }: BenchWindow, leadMs = 0): Promise<{ click: number; glyph: number }> {
  await page.getByRole('list', { name: 'Tenants' }).getByRole('button', { name: tenant, exact: true }).click()
  const shown = page.evaluate((text) => window.bench.whenShown(text), `${tenant} PS>`)
  // The listener must be there before the click is.
  await page.evaluate(() => null)
  if (leadMs > 0) await page.waitForTimeout(leadMs)
  await page.getByRole('button', { name: 'Connect', exact: true }).click()
  const glyph = await shown
  const click = await page.evaluate(() => window.bench.lastEvent.click ?? Number.NaN)
  await until(() => seen.states.some(({ view }) => view.phase === 'connected'), 'the session to be connected')
  return { click, glyph }
}

export async function closeSession({ core, seen }: BenchWindow): Promise<void> {
  const [session] = seen.states
  await core.dispatch({ trusted: true, description: 'bench' }, 'sessions.close', { id: session!.view.id, force: true })
}

/** With its hello the shell has started, and what is left is the token. */
function helloAt({ states }: BenchWindow['seen']): number {
  const hello = states.find(({ view }) => view.phase === 'signing-in')
  if (!hello) throw new Error('no event tells of the shell’s hello')
  return hello.at
}
