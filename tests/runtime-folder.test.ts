import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createRuntimeFolder } from '../app/runtime-folder.ts'

let parent: string
beforeEach(() => {
  // A Mac's own temporary folder is too long for the socket of a folder in it.
  parent = mkdtempSync(join(process.platform === 'win32' ? tmpdir() : '/tmp', 'tenantry-sweep-'))
  for (const name of ['TMPDIR', 'TEMP', 'TMP']) vi.stubEnv(name, parent)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(parent, { recursive: true, force: true })
})

function aFolder(name: string, owner: string | null): void {
  mkdirSync(join(parent, name, 'session-1'), { recursive: true })
  writeFileSync(join(parent, name, 'session-1', 'left over'), 'x')
  if (owner !== null) writeFileSync(join(parent, name, 'owner'), owner)
}

it('is this run’s own, and says whose', () => {
  const folder = createRuntimeFolder()
  expect(dirname(folder)).toBe(parent)
  expect(readFileSync(join(folder, 'owner'), 'utf8')).toBe(String(process.pid))
  if (process.platform !== 'win32') expect(statSync(folder).mode & 0o777).toBe(0o700)
})

it('sweeps what a run that is gone left behind, and nothing else', () => {
  const dead = spawnSync(process.execPath, ['--version']).pid
  aFolder('tenantry-run-dead', String(dead))
  aFolder('tenantry-run-living', String(process.pid))
  // Another run has just made it and not written its id yet.
  aFolder('tenantry-run-begun', null)
  aFolder('tenantry-run-begun-too', '')
  aFolder('tenantry-data', String(dead))
  // One that was begun long ago was never finished.
  for (const [name, owner] of [['tenantry-run-unfinished', null], ['tenantry-run-unfinished-too', '']] as const) {
    aFolder(name, owner)
    const longAgo = new Date(Date.now() - 2 * 3_600_000)
    utimesSync(join(parent, name), longAgo, longAgo)
  }
  const folder = createRuntimeFolder()
  expect(readdirSync(parent).sort()).toEqual([basename(folder), 'tenantry-data', 'tenantry-run-begun', 'tenantry-run-begun-too', 'tenantry-run-living'].sort())
  expect(readdirSync(join(parent, 'tenantry-run-living', 'session-1'))).toEqual(['left over'])
})
