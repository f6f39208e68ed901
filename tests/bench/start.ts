import { fork, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Result } from './figure.ts'
import { patienceMs, root } from './window.ts'

const hook = join(root, 'tests', 'bench', 'start-hook.mjs')

/** The built main process in plain Node, on a stand-in of Electron's module: to its window, and to its core's first answer. */
export async function measureStart(runs: number): Promise<Result[]> {
  const window: number[] = []
  const core: number[] = []
  for (let run = 0; run < runs; run += 1) {
    const times = await startOnce()
    window.push(times.window)
    core.push(times.core)
  }
  const note = 'from the process’s start; plain Node on a stand-in of Electron’s module'
  return [
    { name: 'start-window', what: 'main bundle, start to its window', unit: 'ms', values: window, goal: { atMost: 300, by: 'median' }, note },
    { name: 'start-core', what: 'main bundle, start to the core’s first answer', unit: 'ms', values: core, note: '' }
  ]
}

/** `npm start` where everything is there already: from the script's start to the line with the address. */
export async function measureSecondStart(runs: number): Promise<Result[]> {
  const values: number[] = []
  // The first one may still have something to build.
  for (let run = 0; run <= runs; run += 1) {
    const ms = await startScript()
    if (run > 0) values.push(ms)
  }
  return [{ name: 'second-start', what: 'npm start, nothing to set up or build, to the line with the address', unit: 'ms', values, goal: { atMost: 5000, by: 'p95' }, note: 'build/start.mjs --preview' }]
}

async function startScript(): Promise<number> {
  const data = mkdtempSync(join(tmpdir(), 'tenantry-bench-start-'))
  const began = performance.now()
  const child = spawn(process.execPath, [join(root, 'build', 'start.mjs'), '--preview', '--port', '0', '--data-dir', data], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  try {
    return await new Promise<number>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('npm start printed no address')), patienceMs)
      void ended.then(() => reject(new Error('npm start ended')))
      let said = ''
      child.stdout.on('data', (bytes: Buffer) => {
        said += bytes.toString()
        if (!said.includes('Tenantry: http://')) return
        clearTimeout(timer)
        resolve(performance.now() - began)
      })
    })
  } finally {
    child.kill('SIGINT')
    await ended
    rmSync(data, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function startOnce(): Promise<{ window: number; core: number }> {
  const data = mkdtempSync(join(tmpdir(), 'tenantry-bench-start-'))
  const child = fork(join(root, 'out', 'app', 'main.js'), ['--data-dir', data], { execArgv: ['--import', hook], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  try {
    return await new Promise((resolve, reject) => {
      const times = { window: Number.NaN, core: Number.NaN }
      const timer = setTimeout(() => reject(new Error('the main process did not come up')), patienceMs)
      void ended.then(() => reject(new Error('the main process ended')))
      child.on('message', ({ at, ms }: { at: 'window' | 'core'; ms: number }) => {
        times[at] = ms
        if (at !== 'core') return
        clearTimeout(timer)
        resolve(times)
      })
    })
  } finally {
    child.kill('SIGKILL')
    await ended
    rmSync(data, { recursive: true, force: true, maxRetries: 5 })
  }
}
