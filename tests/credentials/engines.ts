import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'

/** The real PowerShell engines of this machine: the engine console that the set-up builds, and pwsh where there is one. */
export function engines(): Array<{ name: string; path: string }> {
  const console_ = resolve('out/engine-console', process.platform === 'win32' ? 'engine-console.exe' : 'engine-console')
  const pwsh = spawnSync(process.platform === 'win32' ? 'where' : 'which', ['pwsh'], { encoding: 'utf8' })
  const found = existsSync(console_) ? [{ name: 'the engine console', path: console_ }] : []
  if (pwsh.status === 0) found.push({ name: 'pwsh', path: pwsh.stdout.split('\n')[0]!.trim() })
  else console.log('skipped: no pwsh')
  return found
}
