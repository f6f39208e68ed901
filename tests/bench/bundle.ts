import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Result } from './figure.ts'
import { root } from './window.ts'

/** What the window needs to open, as it would be sent: the page with what it names, each gzipped; and what comes later. */
export function measureBundle(): Result[] {
  const folder = join(root, 'out', 'renderer')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(js|css|html)$/.test(name))
  const page = readFileSync(join(folder, 'index.html'), 'utf8')
  const first = files.filter((name) => name === 'index.html' || page.includes(basename(name)))
  if (!first.some((name) => name.endsWith('.js'))) throw new Error('the window is not built')
  const kilobytes = (names: string[]) => names.reduce((sum, name) => sum + gzipSync(readFileSync(join(folder, name)), { level: 9 }).length, 0) / 1000
  const later = files.filter((name) => !first.includes(name))
  return [
    { name: 'bundle', what: 'renderer bundle, gzipped', unit: 'kB', values: [kilobytes(first)], goal: { atMost: 250, by: 'median' }, note: `${first.length} files that the window opens with` },
    { name: 'bundle-later', what: 'dialogs and tables, fetched when they are first shown', unit: 'kB', values: [kilobytes(later)], note: `${later.length} files` }
  ]
}
