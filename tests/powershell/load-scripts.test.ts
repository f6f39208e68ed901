import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeOnEachEngine } from '../engines.ts'

/* The workflow's look at the scripts on Windows PowerShell 5.1, on the engines of this machine. */

let folder: string
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'tenantry-scripts-'))))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describeOnEachEngine('every script', (engine) => {
  const load = (scripts: string) => {
    const command = `& '${resolve('tests/powershell/LoadScripts.ps1')}' -Folder '${scripts}'`
    const { stdout, stderr, status } = spawnSync(engine.path, ['-NoLogo', '-NoProfile', '-Command', command], { encoding: 'utf8', env: engine.env })
    return { text: stdout + stderr, status }
  }

  it('is parsed, and the module loads', () => {
    const { text, status } = load(resolve('out/scripts'))
    expect(text).toMatch(/Tenantry\.psm1 loads, with Start-TenantrySession/)
    const files = readdirSync(resolve('out/scripts'), { recursive: true, encoding: 'utf8' }).filter((file) => /\.ps\w?1$/.test(file))
    expect(files).toContain(join('export', 'TenantRun.ps1'))
    expect(text).toMatch(new RegExp(`\\b${files.length} files, 0 errors`))
    expect(status).toBe(0)
  })

  it('that is broken is named with its line', () => {
    writeFileSync(join(folder, 'Broken.ps1'), 'function A {\n  if ( {\n}\n')
    const { text, status } = load(folder)
    expect(text).toMatch(/Broken\.ps1:1: Missing closing/)
    expect(status).toBe(1)
  })
})

it('no script asks whether a tenant is a demo one', () => {
  // The lint rule that keeps TypeScript from it reads no PowerShell; here even the word is too much.
  const scripts = readdirSync('app', { recursive: true, encoding: 'utf8' }).filter((file) => /\.psm?1$/.test(file) && !/^demo[\\/]/.test(file))
  expect(scripts).toContain(join('powershell', 'Tenantry.psm1'))
  expect(scripts.filter((file) => /demo/i.test(readFileSync(join('app', file), 'utf8')))).toEqual([])
})

it('every function of a part that is loaded later names its scope: it would end with whoever loads it', () => {
  const module = readFileSync('app/powershell/Tenantry.psm1', 'utf8')
  const later = [.../\$script:LaterParts = \S*@\(([^)]*)\)/.exec(module)![1]!.matchAll(/'(\w+)'/g)].map(([, part]) => part!)
  expect(later).toContain('Guard')
  for (const part of later) {
    const functions = [...readFileSync(`app/powershell/${part}.ps1`, 'utf8').matchAll(/^function (\S+)/gm)].map(([, name]) => name!)
    expect(functions.length, part).toBeGreaterThan(0)
    expect(functions.filter((name) => !name.startsWith('script:')), part).toEqual([])
  }
})
