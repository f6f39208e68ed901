import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Result } from './figure.ts'
import { root } from './window.ts'

/** What the window is made of, as it would be sent: each script, style sheet and page gzipped. */
export function measureBundle(): Result[] {
  const folder = join(root, 'out', 'renderer')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(js|css|html)$/.test(name))
  if (!files.some((name) => name.endsWith('.js'))) throw new Error('the window is not built')
  const bytes = files.map((name) => gzipSync(readFileSync(join(folder, name)), { level: 9 }).length)
  const total = bytes.reduce((sum, size) => sum + size, 0)
  return [{ name: 'bundle', what: 'renderer bundle, gzipped', unit: 'kB', values: [total / 1000], goal: { atMost: 250, by: 'median' }, note: `${files.length} files` }]
}
