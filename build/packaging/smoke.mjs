// npm run smoke -- [FOLDER [MILLISECONDS IT STAYS]]: starts the packaged app of this machine, and waits until its core says in the log that it runs.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root, runMain, SetupError } from '../setup.mjs'
import { findPackages } from './find-packages.mjs'

/** A cold start on a runner whose virus scanner sees the files for the first time. */
const startsWithinMs = 120_000
/** One that falls over does so soon after its start. */
const staysForMs = Number(process.argv[3] ?? 5_000)
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

await runMain(async () => {
  const packages = findPackages(process.argv[2] ?? join(root, 'out', 'packages'))
  const mine = packages.find(({ name }) => /arm64/.test(name) === (process.arch === 'arm64')) ?? packages[0]
  if (!mine) throw new SetupError('There is no package: npm run package makes one.')
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-smoke-'))
  try {
    refusesToBeNode(mine.program, folder)
    await starts(mine.program, join(folder, 'data'))
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
  }
  console.log(`${mine.name}: starts, and stays`)
})

/** The fuse RunAsNode as it is felt: a script that is handed over is not run. */
function refusesToBeNode(program, folder) {
  const mark = join(folder, 'ran-as-node')
  const script = `require('fs').writeFileSync(${JSON.stringify(mark)}, '')`
  spawnSync(program, ['-e', script, '--data-dir', join(folder, 'node')], { env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' }, timeout: 15_000, killSignal: 'SIGKILL' })
  if (existsSync(mark)) throw new SetupError('The package runs as Node.')
}

async function starts(program, data) {
  const child = spawn(program, ['--data-dir', data], { stdio: ['ignore', 2, 2] })
  let code = null
  child.once('exit', (status, signal) => (code = status ?? signal))
  child.once('error', (error) => (code = error.message))
  const log = join(data, 'logs', 'tenantry.log')
  const isUp = () => existsSync(log) && /Tenantry \S+ \(electron\)/.test(readFileSync(log, 'utf8'))
  const deadline = Date.now() + startsWithinMs
  while (code === null && !isUp() && Date.now() < deadline) await pause(200)
  if (code === null && isUp()) await pause(staysForMs)
  const ended = code
  if (ended === null) {
    child.kill()
    while (code === null && Date.now() < deadline) await pause(100)
  }
  if (ended !== null) throw new SetupError(`The packaged app ended by itself (${ended}).`)
  if (!isUp()) throw new SetupError('The packaged app never came up.')
}
