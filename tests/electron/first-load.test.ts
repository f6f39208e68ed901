import { readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

/** What a module loads with itself: its imports and re-exports, those of types and those by `import()` left out. */
function importsOf(source: string): string[] {
  return [...source.matchAll(/^(?:import|export)\s+(?!type\b)(?:[^'"]*?\sfrom\s+)?'([^']+)'/gm)].map(([, name]) => name!)
}

/** Everything that a file loads before its first line runs: files of ours, and names of packages. */
function loadedBy(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen
  seen.add(file)
  for (const name of importsOf(readFileSync(file, 'utf8'))) {
    if (name.startsWith('.')) loadedBy(join(dirname(file), name), seen)
    else seen.add(name)
  }
  return seen
}

describe('what the main process loads before it opens its window', () => {
  const loaded = loadedBy(resolve('app/main.ts'))
  const packages = [...loaded].filter((name) => !name.startsWith('/') && !name.startsWith('node:') && !/^[A-Z]:/.test(name))

  it('is Electron and what checks a file, and no package of the core’s', () => {
    expect(packages.sort()).toEqual(['electron', 'zod'])
  })

  it('is no more than that in the bundle, whose parts the bundler moves about', () => {
    const bundle = readFileSync(resolve('out/app/main.js'), 'utf8')
    const all = [...bundle.matchAll(/^import (?:[^"]* from )?"([^"]+)";$/gm)].map(([, name]) => name!)
    expect(all.length).toBeGreaterThan(5)
    expect(all.filter((name) => !isBuiltin(name))).toEqual(['electron'])
  })

  it('is not the core', () => {
    const ours = [...loaded].map((name) => name.replaceAll('\\', '/'))
    expect(ours.some((name) => name.endsWith('/app/electron/window.ts'))).toBe(true)
    expect(ours.filter((name) => /\/app\/(core|machine|demo\/|tokens\/|sessions\/|profiles\/|credentials\/)/.test(name))).toEqual([])
  })
})
