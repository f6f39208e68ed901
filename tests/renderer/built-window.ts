import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'vite'
import { hashFiles, root } from '../../build/setup.mjs'
import { windowSources } from '../../build/window-sources.mjs'

/**
 * The folder of the window as `vite build` makes it from the sources of now. Built beside out/, so that tests of the
 * window alone need no other build; test files that run at once may both build, and one of the two equal results stays.
 *
 * @param mode `test` warns on the page's console of what Svelte finds wrong, and is the larger for it
 */
export async function builtWindow(mode: 'test' | 'production' = 'test'): Promise<string> {
  const cache = join(root, '.cache')
  const folder = join(cache, `window-${mode}-${hashFiles(windowSources.map((path) => join(root, path))).slice(0, 16)}`)
  if (existsSync(folder)) return folder
  mkdirSync(cache, { recursive: true })
  const fresh = mkdtempSync(join(cache, 'building-'))
  const before = process.env.NODE_ENV
  process.env.NODE_ENV = mode
  await build({
    configFile: join(root, 'build', 'vite.renderer.config.ts'),
    logLevel: 'warn',
    build: { outDir: fresh, emptyOutDir: true }
  }).finally(() => (process.env.NODE_ENV = before))
  try {
    renameSync(fresh, folder)
  } catch {
    rmSync(fresh, { recursive: true, force: true })
  }
  return folder
}
