import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
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
    expect(text).toMatch(/\b7 files, 0 errors/)
    expect(status).toBe(0)
  })

  it('that is broken is named with its line', () => {
    writeFileSync(join(folder, 'Broken.ps1'), 'function A {\n  if ( {\n}\n')
    const { text, status } = load(folder)
    expect(text).toMatch(/Broken\.ps1:1: Missing closing/)
    expect(status).toBe(1)
  })
})
