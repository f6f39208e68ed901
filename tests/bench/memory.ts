import type { CDPSession } from 'playwright-core'
import { scrollbackLines } from '../../app/contract.ts'
import type { Result } from './figure.ts'
import { openSession, openWindow, until, type BenchWindow, type Renderer } from './window.ts'

export const columns = 120
const tenants = ['Contoso demo', 'Fabrikam demo', 'Demo: no permission', 'Demo: no role']
/** Full lines, all of them different, each one row of its terminal. */
const printLines = `stty -echo; i=0; while [ $i -lt ${scrollbackLines + 100} ]; do i=$((i+1)); printf '%08d%0${columns - 8}d\\n' $i $i; done; sleep 100000`
const printed = (scrollbackLines + 100) * (columns + 2)
/** What fills a session's scrollback, in the shell's place. */
export const printFullScreen = { command: printLines, bytes: printed }

/** What one more idle session with a full scrollback costs the renderer's heap after garbage collection. */
export async function measureMemory(runs: number, renderer: Renderer): Promise<Result[]> {
  const values: number[] = []
  const viewport = await viewportOf(columns, renderer)
  for (let run = 0; run < runs; run += 1) {
    const opened = await openWindow({ renderer, viewport })
    try {
      // The first one also loads what all of them share.
      await openFullSession(opened, tenants[0]!)
      const before = await heapBytes(opened.cdp)
      for (const name of tenants.slice(1)) await openFullSession(opened, name)
      values.push((await heapBytes(opened.cdp)) - before)
    } finally {
      await opened.close()
    }
  }
  const sessions = tenants.length - 1
  return [
    {
      name: 'memory',
      what: `idle session with ${scrollbackLines} full lines of ${columns} columns, renderer heap after GC`,
      unit: 'MB',
      values: values.map((bytes) => bytes / sessions / 1e6),
      goal: { atMost: 10, by: 'median' },
      note: `mean of ${sessions} sessions a run; typed arrays included`
    }
  ]
}

/** The window in which a terminal has just so many columns: every cell of a line costs, written or not. */
export async function viewportOf(wanted: number, renderer: Renderer): Promise<{ width: number; height: number }> {
  const [width, height] = [1500, 820]
  const opened = await openWindow({ renderer, viewport: { width, height } })
  try {
    opened.inPlaceOfShell.push('echo; sleep 100000')
    const { cols } = await openSession(opened, tenants[0]!)
    const screen = await opened.page.evaluate(() => document.querySelector('.xterm-screen')!.getBoundingClientRect().width)
    return { width: Math.ceil(width - ((cols - wanted) * screen) / cols), height }
  } finally {
    await opened.close()
  }
}

async function openFullSession(opened: BenchWindow, name: string): Promise<void> {
  const { seen } = opened
  opened.inPlaceOfShell.push(printLines)
  const pty = await openSession(opened, name)
  if (pty.cols !== columns) throw new Error(`the terminal has ${pty.cols} columns, ${columns} are needed`)
  await until(() => seen.sent >= printed && seen.acknowledged === seen.sent, `${name} to have printed its lines`)
}

/** JavaScript objects and the typed arrays behind them, after a collection. */
export async function heapBytes(cdp: CDPSession): Promise<number> {
  await cdp.send('HeapProfiler.collectGarbage')
  await cdp.send('HeapProfiler.collectGarbage')
  const usage = (await cdp.send('Runtime.getHeapUsage')) as { usedSize: number; embedderHeapUsedSize?: number; backingStorageSize?: number }
  if (usage.backingStorageSize === undefined) throw new Error('this browser does not tell the size of typed arrays')
  return usage.usedSize + (usage.embedderHeapUsedSize ?? 0) + usage.backingStorageSize
}
