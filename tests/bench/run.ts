import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { arch, availableParallelism, cpus, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'
import { measureBundle } from './bundle.ts'
import { measureConnect } from './connect.ts'
import { rowOf, tableOf, type Result } from './figure.ts'
import { writeFloodFile, type FloodFile } from './flood.ts'
import { measureGrid } from './grid.ts'
import { measureInterrupt, measureKeys } from './keys.ts'
import { measureManySessions } from './many-sessions.ts'
import { measureMemory } from './memory.ts'
import { measurePalette } from './palette.ts'
import { measureProfileList } from './profile-list.ts'
import { measureRuns } from './runs.ts'
import { measureSecondStart, measureStart } from './start.ts'
import { measureThroughput, sweepFlowControl } from './throughput.ts'
import { measureWarm } from './warm.ts'
import { root, type Renderer } from './window.ts'

interface Settings {
  runs: number
  renderer: Renderer
  file: () => FloodFile
}

/** What can be asked for by `--only`, in the order in which it runs. */
const measurements: Record<string, (settings: Settings) => Result[] | Promise<Result[]>> = {
  bundle: () => measureBundle(),
  start: async ({ runs }) => [...(await measureStart(runs)), ...(await measureSecondStart(runs))],
  window: ({ runs, renderer }) => measureProfileList(runs, renderer),
  palette: ({ runs, renderer }) => measurePalette(runs, renderer),
  connect: ({ runs, renderer }) => measureConnect(runs, renderer),
  warm: ({ runs, renderer }) => measureWarm(runs, renderer),
  throughput: ({ runs, renderer, file }) => measureThroughput(runs, renderer, file()),
  sweep: ({ runs, renderer, file }) => sweepFlowControl(runs, renderer, file()),
  keys: ({ runs, renderer, file }) => measureKeys(runs, renderer, file()),
  interrupt: ({ runs, renderer, file }) => measureInterrupt(runs, renderer, file()),
  grid: ({ runs, renderer }) => measureGrid(runs, renderer),
  runs: ({ runs }) => measureRuns(runs),
  memory: ({ runs, renderer }) => measureMemory(runs, renderer),
  many: ({ runs, renderer }) => measureManySessions(runs, renderer)
}

const usage = `Usage: npm run bench -- [--only NAME[,NAME]] [--runs N] [--renderer dom|webgl]
NAME: ${Object.keys(measurements).join(', ')}`

function readSettings() {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, runs: { type: 'string', default: '10' }, renderer: { type: 'string', default: 'dom' }, help: { type: 'boolean' } }
  })
  const names = values.only?.split(',') ?? Object.keys(measurements)
  const unknown = names.find((name) => !Object.hasOwn(measurements, name))
  const runs = Number(values.runs)
  if (unknown) throw new Error(`There is no “${unknown}” to measure.`)
  if (!Number.isInteger(runs) || runs < 1) throw new Error('--runs takes a whole number from 1 on.')
  if (values.renderer !== 'dom' && values.renderer !== 'webgl') throw new Error('--renderer takes dom or webgl.')
  return { names, runs, renderer: values.renderer as Renderer, help: values.help ?? false }
}

async function nameMachine(renderer: Renderer) {
  const browser = await chromium.launch({ executablePath: process.env.TENANTRY_TEST_BROWSER ?? '/usr/bin/chromium', headless: true, args: ['--no-sandbox'] })
  const chromiumVersion = browser.version()
  await browser.close()
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model ?? 'unknown',
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${release()} ${arch()}`,
    node: process.versions.node,
    chromium: chromiumVersion,
    renderer: renderer === 'dom' ? 'xterm DOM renderer' : 'xterm WebGL renderer on SwiftShader (software)',
    powershell: process.env.TENANTRY_ENGINE_CONSOLE ? 'engine console (stand-in)' : (process.env.TENANTRY_PWSH ?? 'pwsh')
  }
}

async function main(): Promise<void> {
  const { names, runs, renderer, help } = readSettings()
  if (help) return console.log(usage)
  const machine = await nameMachine(renderer)
  let flood: FloodFile | null = null
  const results: Result[] = []
  try {
    for (const name of names) {
      console.error(`tenantry: measuring ${name} (${runs} runs)`)
      try {
        results.push(...(await measurements[name]!({ runs, renderer, file: () => (flood ??= writeFloodFile()) })))
      } catch (error) {
        results.push({ name, what: 'stopped by an error', reason: error instanceof Error ? error.message.split('\n')[0]! : String(error) })
        console.error(error)
        process.exitCode = 1
      }
    }
  } finally {
    if (flood) rmSync((flood as FloodFile).path, { force: true })
  }
  const rows = results.map(rowOf)
  mkdirSync(join(root, 'out'), { recursive: true })
  const report = { at: new Date().toISOString(), runs, machine, figures: rows }
  writeFileSync(join(root, 'out', 'bench.json'), `${JSON.stringify(report, null, 2)}\n`)
  console.log(Object.entries(machine).map(([name, value]) => `${name}: ${value}`).join('\n'))
  console.log(`\n${tableOf(rows)}\n\nAs JSON, and with each value in out/bench.json:`)
  console.log(JSON.stringify({ ...report, figures: rows.map(({ values: _, ...figure }) => figure) }))
}

// The browser goes with this process.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130))

try {
  await main()
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n${usage}`)
  process.exitCode = 1
}
// Ptys and sockets that a failed measurement left must not keep the process.
process.exit()
