import { existsSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { describe, it } from 'vitest'

/** A real PowerShell engine of this machine that tests run on. */
export interface Engine {
  name: 'pwsh' | 'the engine console'
  path: string
  /** The environment of a core whose sessions run on this engine. */
  env: NodeJS.ProcessEnv
}

const executable = (name: string) => (process.platform === 'win32' ? `${name}.exe` : name)
const engineConsole = resolve('out/engine-console', executable('engine-console'))

/** The engine console, which the set-up builds where a .NET SDK is, and a real pwsh where the set-up has or found one. */
export const engines: Engine[] = [
  ...found('the engine console', engineConsole, { TENANTRY_ENGINE_CONSOLE: engineConsole }),
  ...found('pwsh', realPwsh())
]
if (engines.length === 0) throw new Error('There is no PowerShell to test with: `node build/engine-console/build.mjs` builds the engine console.')

/** A suite on each engine of this machine; where no pwsh is, its cases are counted as skipped. */
export function describeOnEachEngine(name: string, suite: (engine: Engine) => void): void {
  for (const engine of engines) describe(`${name} on ${engine.name}`, () => suite(engine))
  if (engines.some((engine) => engine.name === 'pwsh')) return
  console.log('skipped: no pwsh')
  it.skip(`${name} on pwsh (skipped: no pwsh)`)
}

/**
 * A long suite on the engine that matters most: pwsh where there is one. `TENANTRY_TEST_ENGINES=all` runs it on each.
 */
export function describeOnMainEngine(name: string, suite: (engine: Engine) => void): void {
  if (process.env.TENANTRY_TEST_ENGINES === 'all') return describeOnEachEngine(name, suite)
  const engine = engines.at(-1)!
  describe(`${name} on ${engine.name}`, () => suite(engine))
}

function found(name: Engine['name'], path: string | null, more: NodeJS.ProcessEnv = {}): Engine[] {
  return path && existsSync(path) ? [{ name, path, env: { ...process.env, TENANTRY_PWSH: path, ...more } }] : []
}

/** What the set-up says it uses, else the first one on PATH; none where the set-up found none that is new enough. */
function realPwsh(): string | null {
  if (process.env.TENANTRY_ENGINE_CONSOLE && !process.env.TENANTRY_PWSH) return null
  const onPath = (process.env.PATH ?? '').split(delimiter).filter(Boolean).map((folder) => join(folder, executable('pwsh')))
  const cached = ['.cache/powershell-compiled', '.cache/powershell'].map((folder) => resolve(folder, executable('pwsh')))
  return [process.env.TENANTRY_PWSH ?? '', ...cached, ...onPath].find((path) => path && existsSync(path)) ?? null
}
