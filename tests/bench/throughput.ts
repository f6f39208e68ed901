import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import * as nodePty from 'node-pty'
import type { Page } from 'playwright-core'
import { scrollbackLines } from '../../app/contract.ts'
import { flowLimits } from '../../app/sessions/output.ts'
import type { Result } from './figure.ts'
import { catOnRequest, floodThroughWindow, type FloodFile } from './flood.ts'
import { now, openSession, openWindow, root, until, type BenchWindow, type Renderer } from './window.ts'

const unlimited = { pauseAboveBytes: Number.POSITIVE_INFINITY, resumeBelowBytes: Number.POSITIVE_INFINITY }

/** Runs something under other limits of the flow control, in sessions that are open already. */
export async function withLimits<T>(limits: Partial<typeof flowLimits>, run: () => Promise<T>): Promise<T> {
  const before = { ...flowLimits }
  Object.assign(flowLimits, limits)
  try {
    return await run()
  } finally {
    Object.assign(flowLimits, before)
  }
}

/** The whole path against itself without flow control and against its two ends alone; the four interleaved in each run. */
export async function measureThroughput(runs: number, renderer: Renderer, file: FloodFile): Promise<Result[]> {
  const opened = await openWindow({ renderer })
  try {
    opened.inPlaceOfShell.push(catOnRequest(file))
    const pty = await openSession(opened, 'Contoso demo')
    const terminal = await openTerminalAlone(opened, renderer)
    const taken = { path: [] as number[], free: [] as number[], terminal: [] as number[], pty: [] as number[] }
    for (let run = 0; run < runs; run += 1) {
      await opened.page.bringToFront()
      const steps = [
        async () => taken.path.push(await floodThroughWindow(opened, pty, file)),
        async () => taken.free.push(await withLimits(unlimited, () => floodThroughWindow(opened, pty, file)))
      ]
      // Whoever comes second finds warmer caches: they take turns.
      for (const step of run % 2 === 0 ? steps : steps.reverse()) await step()
      await terminal.bringToFront()
      taken.terminal.push(await floodTerminalAlone(terminal, file))
      taken.pty.push(await readPtyAlone(file))
    }
    return resultsOf(taken)
  } finally {
    await opened.close()
  }
}

function resultsOf(taken: { path: number[]; free: number[]; terminal: number[]; pty: number[] }): Result[] {
  const ends = taken.path.map((_, run) => Math.min(taken.terminal[run]!, taken.pty[run]!))
  const speed = (name: string, what: string, values: number[]) => ({ name, what, unit: 'MB/s', values })
  return [
    speed('throughput', 'whole path, cat of 32 MB', taken.path),
    speed('throughput-free', 'the same without flow control', taken.free),
    speed('throughput-terminal', 'xterm.js alone, fed from memory', taken.terminal),
    speed('throughput-pty', 'node-pty alone', taken.pty),
    {
      name: 'throughput-ratio-free',
      what: 'whole path ÷ without flow control',
      unit: '×',
      values: taken.path.map((value, run) => value / taken.free[run]!),
      goal: { atLeast: 0.9, by: 'median' }
    },
    {
      name: 'throughput-ratio-ends',
      what: 'whole path ÷ the slower of its two ends',
      unit: '×',
      values: taken.path.map((value, run) => value / ends[run]!),
      goal: { atLeast: 0.5, by: 'median' },
      note: 'aim 0.8'
    }
  ]
}

/** A page of the same browser with nothing but a terminal of the product's options. */
async function openTerminalAlone({ context }: BenchWindow, renderer: Renderer): Promise<Page> {
  const page = await context.newPage()
  const packages = createRequire(join(root, 'package.json'))
  const script = (name: string) => packages.resolve(name)
  await page.setContent('<!doctype html><div id="terminal" style="width:1080px;height:700px"></div>')
  await page.addStyleTag({ path: join(dirname(script('@xterm/xterm')), '..', 'css', 'xterm.css') })
  // In their CommonJS form they want a module around them.
  for (const name of ['@xterm/xterm', '@xterm/addon-unicode11', '@xterm/addon-webgl']) await page.addScriptTag({ path: script(name) })
  await page.evaluate(
    ({ scrollback, renderer }) => {
      const { Terminal, Unicode11Addon, WebglAddon } = window as unknown as TerminalGlobals
      const terminal = new Terminal({ cols: 120, rows: 35, scrollback, allowProposedApi: true, minimumContrastRatio: 4.5, cursorBlink: true })
      terminal.open(document.getElementById('terminal')!)
      terminal.loadAddon(new Unicode11Addon.Unicode11Addon())
      terminal.unicode.activeVersion = '11'
      if (renderer === 'webgl') terminal.loadAddon(new WebglAddon.WebglAddon())
      Object.assign(window, { terminal })
    },
    { scrollback: scrollbackLines, renderer }
  )
  return page
}

interface AloneTerminal {
  open(element: HTMLElement): void
  loadAddon(addon: object): void
  unicode: { activeVersion: string }
  write(bytes: Uint8Array, done: () => void): void
}
interface TerminalGlobals {
  Terminal: new (options: object) => AloneTerminal
  Unicode11Addon: { Unicode11Addon: new () => object }
  WebglAddon: { WebglAddon: new () => object }
}

/** The same amount of the same kind of lines, in pieces of 64 KiB, a megabyte ahead at most; MB/s. */
async function floodTerminalAlone(page: Page, file: FloodFile): Promise<number> {
  const milliseconds = await page.evaluate(async (bytes) => {
    const { terminal } = window as unknown as { terminal: AloneTerminal }
    const piece = new Uint8Array(64 * 1024)
    let column = 0
    for (let at = 0; at < piece.length; at += 1) {
      // 80 columns are the mean of the file's lines.
      const isEnd = column >= 80
      piece[at] = isEnd ? (column === 80 ? 13 : 10) : 33 + ((at * 7) % 94)
      column = isEnd && column === 81 ? 0 : column + 1
    }
    const pieces = bytes / piece.length
    const start = performance.now()
    await new Promise<void>((resolve) => {
      let written = 0
      let parsed = 0
      const fill = () => {
        while (written < pieces && written - parsed < 16) {
          written += 1
          terminal.write(piece, () => {
            parsed += 1
            if (parsed === pieces) resolve()
            else fill()
          })
        }
      }
      fill()
    })
    return performance.now() - start
  }, file.bytes)
  return file.bytes / 1000 / milliseconds
}

/** How fast this process reads a pty that nothing else is done with; MB/s. */
async function readPtyAlone(file: FloodFile): Promise<number> {
  const start = now()
  // The shell stays: with the last process of a pty its last output can go as well.
  const pty = nodePty.spawn('/bin/sh', ['-c', `cat '${file.path}'; read -r line`], { cols: 120, rows: 35, encoding: null })
  let bytes = 0
  let end = 0
  pty.onData((data: string | Uint8Array) => {
    bytes += data.length
    if (bytes >= file.bytes + file.lines) end ||= now()
  })
  await until(() => end > 0, 'all of the pty’s output').finally(() => pty.kill('SIGKILL'))
  return file.bytes / 1000 / (end - start)
}

/** Values of the flow control that were thought of, the product's own among them; bytes. */
const sweepLimits = [
  { pauseAboveBytes: 100_000, resumeBelowBytes: 5_000 },
  ...[64, 128, 256, 512, 1024, 2048].map((kibibytes) => ({ pauseAboveBytes: kibibytes * 1024, resumeBelowBytes: kibibytes * 512 })),
  unlimited
]

/** Throughput under each of the values, interleaved. */
export async function sweepFlowControl(runs: number, renderer: Renderer, file: FloodFile): Promise<Result[]> {
  const opened = await openWindow({ renderer })
  try {
    opened.inPlaceOfShell.push(catOnRequest(file))
    const pty = await openSession(opened, 'Contoso demo')
    const values: number[][] = sweepLimits.map(() => [])
    for (let run = 0; run < runs; run += 1) {
      for (const [index, limits] of sweepLimits.entries()) {
        values[index]!.push(await withLimits(limits, () => floodThroughWindow(opened, pty, file)))
      }
    }
    return sweepLimits.map((limits, index) => ({
      name: `sweep-${sizeOf(limits.pauseAboveBytes)}`,
      what: `pause above ${sizeOf(limits.pauseAboveBytes)}, resume below ${sizeOf(limits.resumeBelowBytes)}`,
      unit: 'MB/s',
      values: values[index]!,
      ...(limits.pauseAboveBytes === flowLimits.pauseAboveBytes ? { note: 'as built' } : limits.pauseAboveBytes === 100_000 ? { note: 'as VS Code has it' } : {})
    }))
  } finally {
    await opened.close()
  }
}

const sizeOf = (bytes: number) => (Number.isFinite(bytes) ? (bytes % 1024 === 0 ? `${bytes / 1024} KiB` : `${bytes} B`) : 'no limit')
