import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import type { CallInput, CallName, CallOutput, RunView } from '../../app/contract.ts'
import { demoHosts } from '../../app/demo/names.ts'
import type { DemoTenant } from '../../app/demo/tenants.ts'
import { createMachineCore, type MachineCore } from '../../app/machine.ts'
import { shellEnvironment } from '../../app/powershell/launch.ts'
import { WatchedSpawn } from '../runs/runs-on-this-machine.ts'
import type { Result } from './figure.ts'
import { ownMegabytes } from './own-memory.ts'
import { now, root, until } from './window.ts'

const count = 40
const atOnce = 4
const latencyMs = 150
/** In how many tenants memory is looked at: each place has had several by then. */
const countForMemory = 12
const lookEveryMs = 250

/**
 * A cmdlet across 40 tenants, 4 at once, against the same loop by hand in one shell, one tenant after the other, against
 * ForEach-Object -Parallel, and against the same lines in a PowerShell of each tenant's own, 4 at once: a process of its own
 * is what keeps tenants apart, and the last one is what that costs by itself. Each takes a minute, so it is done a third as
 * often as it was asked for, and twice at least.
 */
export async function measureRuns(asked: number): Promise<Result[]> {
  const runs = Math.max(2, Math.round(asked / 3))
  const values = { run: [] as number[], loop: [] as number[], processes: [] as number[], parallel: [] as number[], memory: [] as number[] }
  let noParallel: string | null = null
  for (let run = 0; run < runs; run++) {
    await withTenants(async (core, tenants, spawn) => {
      const byHand = (isParallel: boolean) => timeByHand(core, tenants, isParallel)
      const steps = [
        async () => values.run.push(await timeRun(core)),
        async () => values.loop.push(await byHand(false)),
        async () => values.processes.push(await timeProcesses(core, tenants)),
        async () => {
          // An engine without it, or a module that several runspaces can't share.
          if (noParallel === null) await byHand(true).then((ms) => values.parallel.push(ms), (error: Error) => (noParallel = error.message.split('\n')[0]!.slice(0, 200)))
        }
      ]
      for (const step of run % 2 === 0 ? steps : steps.reverse()) await step()
      values.memory.push(...(await memoryOfRun(core, spawn)))
    })
  }
  const at = `${count} tenants at ${latencyMs} ms latency`
  const parallel: Result[] = noParallel === null
    ? [{ name: 'runs-parallel', what: `${at}: ForEach-Object -Parallel, ${atOnce} at once`, unit: 'ms', values: values.parallel }]
    : [{ name: 'runs-parallel', what: `${at}: ForEach-Object -Parallel`, reason: noParallel }]
  const held = `a run in ${countForMemory} tenants, ${atOnce} at once: memory of its shells together, at most`
  return [
    { name: 'runs-product', what: `${at}: a run, ${atOnce} at once`, unit: 'ms', values: values.run },
    { name: 'runs-loop', what: `${at}: a loop by hand in one shell`, unit: 'ms', values: values.loop },
    { name: 'runs-processes', what: `${at}: by hand in a PowerShell for each, ${atOnce} at once`, unit: 'ms', values: values.processes },
    ...parallel,
    values.memory.length > 0 ? { name: 'runs-memory', what: held, unit: 'MB', values: values.memory } : { name: 'runs-memory', what: held, reason: 'only Linux tells it' },
    { name: 'runs-processes-ratio', what: 'a run ÷ by hand in a PowerShell for each', unit: '×', values: values.run.map((ms, run) => ms / values.processes[run]!) },
    { name: 'runs-ratio', what: 'a run ÷ the loop by hand', unit: '×', values: values.run.map((ms, run) => ms / values.loop[run]!), goal: { atMost: 0.35, by: 'median' } }
  ]
}

async function withTenants(use: (core: MachineCore, tenants: DemoTenant[], spawn: WatchedSpawn) => Promise<void>): Promise<void> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'tenantry-bench-runs-'))
  const host = {
    kind: 'preview' as const, confirm: async () => true, chooseFile: async () => null, chooseFolder: async () => null, saveFile: null, askPerson: null, notify: null, paste: null, showFile: () => false,
    openBrowser: async () => false, keepAwake() {}
  }
  const spawn = new WatchedSpawn()
  const core = await createMachineCore(host, { version: 'bench', dataFolder, outFolder: join(root, 'out'), keychain: () => Promise.reject(new Error('the bench keeps no secrets')), demo: { generated: count }, spawn })
  try {
    core.demo.setLatency(latencyMs)
    await use(core, core.demo.tenants.filter(({ name }) => /^Tenant \d+$/.test(name)), spawn)
  } finally {
    await core.dispose()
    rmSync(dataFolder, { recursive: true, force: true })
  }
}

async function call<N extends CallName>(core: MachineCore, name: N, input: CallInput<N>): Promise<CallOutput<N>> {
  const reply = await core.dispatch({ trusted: true, description: 'bench' }, name, input)
  if ('failure' in reply) throw new Error(reply.failure.message)
  return reply.output as CallOutput<N>
}

/** Milliseconds from the click to the last tenant's end, which a window is told of. */
async function timeRun(core: MachineCore, tenants = count): Promise<number> {
  const { profiles } = await call(core, 'profiles.list', undefined)
  const profileIds = profiles.filter(({ name }) => /^Tenant \d+$/.test(name)).slice(0, tenants).map(({ id }) => id)
  let ended: RunView | null = null
  const stop = core.onEvent((event, data) => {
    if (event === 'runs.changed' && (data as RunView).endedAt !== null) ended = data as RunView
  })
  const start = now()
  const { id } = await call(core, 'runs.start', { profileIds, script: 'Get-Mailbox -ResultSize Unlimited', atOnce })
  await until(() => ended !== null, 'the run to end', 900_000)
  const took = now() - start
  stop()
  const wrong = ended!.tenants.filter(({ state }) => state !== 'done')
  if (wrong.length > 0) throw new Error(`${wrong.length} tenants were not done: ${wrong[0]!.detail}`)
  await call(core, 'runs.remove', { id })
  return took
}

/** What a run's shells hold together at most; in a run of its own, since looking takes time. None where the system does not tell. */
async function memoryOfRun(core: MachineCore, spawn: WatchedSpawn): Promise<number[]> {
  let most = 0
  let isOver = false
  const run = timeRun(core, countForMemory).finally(() => (isOver = true))
  // Its failure is thrown below, whenever it comes.
  run.catch(() => {})
  while (!isOver) {
    const each = await Promise.all(spawn.alive.map(ownMegabytes))
    most = Math.max(most, each.flat().reduce((sum, megabytes) => sum + megabytes, 0))
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs))
  }
  await run
  return most > 0 ? [most] : []
}

/** Milliseconds until the last of the shells has ended, of which as many live at once as in a run. */
async function timeProcesses(core: MachineCore, tenants: DemoTenant[]): Promise<number> {
  const waiting = [...tenants]
  const start = now()
  const place = async () => {
    for (let tenant = waiting.shift(); tenant; tenant = waiting.shift()) await timeByHand(core, [tenant], false)
  }
  await Promise.all(Array.from({ length: atOnce }, place))
  return now() - start
}

/** Milliseconds from the shell's start to its end. */
async function timeByHand(core: MachineCore, tenants: DemoTenant[], isParallel: boolean): Promise<number> {
  const { powershell } = await call(core, 'app.state', undefined)
  if (!powershell) throw new Error('no PowerShell was found')
  const known = tenants.map((tenant) => ({
    clientId: tenant.apps[0]!.clientId, clientSecret: tenant.apps[0]!.clientSecret, organization: tenant.domain, tokenUrl: `${core.demo.pagesUrl}/${tenant.tenantId}/oauth2/v2.0/token`
  }))
  const start = now()
  const printed = await new Promise<string>((resolve, reject) => {
    const child = spawn(powershell.path, ['-NoLogo', '-NoProfile', '-NonInteractive', '-File', join(root, 'tests', 'bench', 'runs-by-hand.ps1')], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...shellEnvironment(process.env, process.platform),
        BENCH_TENANTS: JSON.stringify(known),
        BENCH_SCOPE: `https://${demoHosts.exchange}/.default`,
        BENCH_MODULE: join(root, 'out', 'demo', 'ExchangeOnlineManagement'),
        BENCH_CONNECTION_URI: core.demo.exchangeUrl,
        ...(isParallel ? { BENCH_PARALLEL: '1' } : {})
      }
    })
    let text = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (text += data.toString()))
    child.once('error', reject)
    child.once('close', () => resolve(text))
  })
  const took = now() - start
  const rows = tenants.reduce((sum, { directory }) => sum + directory.mailboxes.length, 0)
  if (!printed.includes(`rows: ${rows}`)) throw new Error(`it printed ${JSON.stringify(stripVTControlCharacters(printed).slice(0, 150))} instead of ${rows} rows`)
  return took
}
