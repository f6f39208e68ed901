import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { expect, it } from 'vitest'
import { windowSources } from '../../build/window-sources.mjs'

/** What a file imports of its neighbours beyond types, which no build reads. */
function importedBy(file: string): string[] {
  const source = readFileSync(file, 'utf8')
  const names = [...source.matchAll(/(?:(import|export)\s+([^'"]*?)\s+from\s+|import\s*\(?\s*)'(\.[^']+)'/g)]
  return names.filter(([, , what]) => !what?.startsWith('type ')).map(([, , , name]) => relative('.', join(dirname(file), name!)).split(sep).join('/'))
}

it('the window is built anew where any file of app/ changed that it is made of, and no other', () => {
  const reached = new Set<string>()
  const reach = (file: string): void => {
    if (reached.has(file) || !/\.(ts|svelte)$/.test(file)) return
    reached.add(file)
    importedBy(file).forEach(reach)
  }
  readdirSync('renderer', { recursive: true, encoding: 'utf8' }).forEach((file) => reach(join('renderer', file).split(sep).join('/')))
  const ofApp = [...reached].filter((file) => !file.startsWith('renderer/'))
  // Of the contract the window has types alone, which make it no other.
  expect([...ofApp, 'app/contract.ts'].sort()).toEqual(windowSources.filter((file) => file.startsWith('app/')).sort())
})
