// Builds the engine console into out/engine-console/, where its sources changed.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))

/** Builds with the .NET SDK on PATH and answers the executable's path. Throws where there is no SDK or it fails. */
export async function buildEngineConsole({ root, log }) {
  const out = join(root, 'out', 'engine-console')
  const executable = join(out, process.platform === 'win32' ? 'engine-console.exe' : 'engine-console')
  const stamp = join(out, '.stamp')
  const wanted = hashOf(here)
  if (existsSync(executable) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return { executable }
  log('building the engine console (PowerShell’s engine from NuGet)')
  // Beside the old one until it is whole: sessions and tests may be running from that.
  const fresh = `${out}.${process.pid}`
  mkdirSync(fresh, { recursive: true })
  const result = spawnSync('dotnet', ['publish', here, '-c', 'Release', '-o', fresh, '-v', 'quiet', '--nologo', '-p:UseAppHost=true'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, DOTNET_CLI_TELEMETRY_OPTOUT: '1', DOTNET_NOLOGO: '1' }
  })
  if (result.error || result.status !== 0) rmSync(fresh, { recursive: true, force: true })
  if (result.error) throw new Error('The engine console needs a .NET SDK (10 or later); `dotnet` was not found.')
  if (result.status !== 0) throw new Error('The engine console could not be built; the compiler’s messages stand above.')
  writeFileSync(join(fresh, '.stamp'), wanted)
  rmSync(out, { recursive: true, force: true })
  renameSync(fresh, out)
  return { executable }
}

function hashOf(folder) {
  const hash = createHash('sha256')
  const visit = (path) => {
    for (const name of readdirSync(path).sort()) {
      const child = join(path, name)
      if (name === 'bin' || name === 'obj') continue
      if (statSync(child).isDirectory()) visit(child)
      else hash.update(name).update(readFileSync(child))
    }
  }
  visit(folder)
  return hash.digest('hex')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { executable } = await buildEngineConsole({ root: dirname(dirname(here)), log: (text) => console.error(text) })
  console.log(executable)
}
