import { scrollbackLines, type CallOutput } from '../../app/contract.ts'
import type { Result } from './figure.ts'
import { needsDom, typeLine } from './keys.ts'
import { columns, heapBytes, printFullScreen, viewportOf } from './memory.ts'
import { now, openSession, openWindow, until, type BenchWindow, type Renderer } from './window.ts'

/** The one that is typed in, a real PowerShell, and the one that the others are of. */
const typedIn = 'Contoso demo'
const others = 'Fabrikam demo'

/**
 * A window with 50 sessions open, each but the first with a full scrollback: what another one takes to open, what all of
 * them keep in memory, and what the window is like with them. The first one is a PowerShell, the others are lines that a
 * shell prints in its place.
 *
 * @param count how many; fewer are no figure
 */
export async function measureManySessions(runs: number, renderer: Renderer, count = 50): Promise<Result[]> {
  const opened = await openWindow({ renderer, viewport: await viewportOf(columns, renderer) })
  try {
    await openSession(opened, typedIn)
    await until(() => opened.seen.states.some(({ view }) => view.name === typedIn && view.phase === 'connected'), `${typedIn} to be connected`)
    const profileId = await profileOf(opened, others)
    const before = { window: await heapBytes(opened.cdp), core: coreBytes() }
    const open: number[] = []
    for (let index = 1; index < count; index += 1) open.push(await openFull(opened, profileId))
    const memory = { window: (await heapBytes(opened.cdp)) - before.window, core: coreBytes() - before.core }
    const switching: number[] = []
    for (let run = 0; run < runs; run += 1) switching.push(await goTo(opened, 'Control+9', others), await goTo(opened, 'Control+1', typedIn))
    const keys: number[] = []
    if (renderer === 'dom') for (let run = 0; run < runs; run += 1) keys.push(...(await typeLine(opened)))
    return resultsOf({ count, open, memory, switching, keys }, renderer)
  } finally {
    await opened.close()
  }
}

interface Taken {
  count: number
  open: number[]
  memory: { window: number; core: number }
  switching: number[]
  keys: number[]
}

function resultsOf({ count, open, memory, switching, keys }: Taken, renderer: Renderer): Result[] {
  const what = `${count} sessions open`
  const note = `${count - 1} of them with ${scrollbackLines} full lines of ${columns} columns`
  return [
    { name: 'many-open', what: `${what}: opening each, to its stream with its tab in front`, unit: 'ms', values: open, note: 'without PowerShell’s own start' },
    { name: 'many-memory', what: `${what}: renderer heap after GC`, unit: 'MB', values: [memory.window / 1e6], goal: { atMost: 512, by: 'median' }, note },
    { name: 'many-core', what: `${what}: heap and buffers of the core’s process`, unit: 'MB', values: [memory.core / 1e6], note: `${note}; its own screens, and what no GC took yet` },
    { name: 'many-switch', what: `${what}: from one tab to another, key to frame`, unit: 'ms', values: switching },
    renderer === 'dom'
      ? { name: 'many-key', what: `${what}: key to glyph, idle`, unit: 'ms', values: keys, goal: { atMost: 20, by: 'p95' } }
      : needsDom('many-key', `${what}: key to glyph, idle`)
  ]
}

async function profileOf({ core }: BenchWindow, name: string): Promise<string> {
  const reply = await core.dispatch({ trusted: true, description: 'bench' }, 'profiles.list', undefined)
  const profile = 'output' in reply ? (reply.output as CallOutput<'profiles.list'>).profiles.find((one) => one.name === name) : undefined
  if (!profile) throw new Error(`there is no profile ${name}`)
  return profile.id
}

/** Milliseconds from asking the core for one more session to its stream, once its tab is in front; then it prints. */
async function openFull({ core, page, inPlaceOfShell, seen }: BenchWindow, profileId: string): Promise<number> {
  inPlaceOfShell.push(printFullScreen.command)
  // All streams of before are quiet.
  seen.sent = 0
  const at = now()
  const tabs = await page.getByRole('tab').count()
  const reply = await core.dispatch({ trusted: true, description: 'bench' }, 'sessions.open', { profileId, cols: columns, rows: 30 })
  if ('failure' in reply) throw new Error(reply.failure.message)
  await page.evaluate((before) => window.bench.when(() => document.querySelectorAll('[role=tab]').length > before), tabs)
  await page.keyboard.press('Control+9')
  await until(() => seen.sent > 0, 'the stream of one more session')
  const opened = now() - at
  await until(() => seen.sent >= printFullScreen.bytes && seen.acknowledged === seen.sent, 'its lines')
  return opened
}

/** Milliseconds from a key to the frame in which the tab that it goes to is in front, with its terminal. */
async function goTo({ page }: BenchWindow, key: string, name: string): Promise<number> {
  const shown = page.evaluate((tenant) => window.bench.when(() =>
    document.querySelector('[role=tab][aria-selected=true]')?.textContent?.includes(tenant) === true && document.querySelector(`section[aria-label^="Terminal ${tenant}"]:not([hidden]) .xterm-rows`) !== null
  ), name)
  await page.evaluate(() => null)
  await page.keyboard.press(key)
  return (await shown) - (await page.evaluate(() => window.bench.lastEvent.keydown!))
}

function coreBytes(): number {
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
