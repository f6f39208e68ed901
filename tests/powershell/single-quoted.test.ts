import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { FoundPowerShell } from '../../app/powershell/find.ts'
import { launchShell } from '../../app/powershell/launch.ts'
import { singleQuoted } from '../../app/powershell/single-quoted.ts'
import { describeOnEachEngine } from '../engines.ts'

let folder: string
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'tenantry-quotes-'))))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describeOnEachEngine('a text in single quotes', ({ name, path, env }) => {
  const run = (args: string[]) => spawnSync(path, args, { encoding: 'utf8', env, input: '' })

  it.each(['plain', "O'Neil", 'O’Neil', '‘quoted’ ‚low‛', '$(1 + 1) `n "both"', '', "'", '‘'])('is itself to PowerShell: %s', (text) => {
    const { stdout } = run(['-NoLogo', '-NoProfile', '-Command', `[Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes(${singleQuoted(text)}))`])
    expect(Buffer.from(stdout.trim(), 'base64').toString()).toBe(text)
  })

  it('leads to the module where a folder’s name has quotes in it', () => {
    const scripts = join(folder, `O’Neil's scripts on ${name}`)
    mkdirSync(scripts)
    cpSync(resolve('out/scripts'), scripts, { recursive: true })
    const powershell: FoundPowerShell = { path, version: '7.6.0', edition: 'Core', standIn: false, modules: {} }
    const { args } = launchShell({ powershell, scriptsFolder: scripts, pipe: { path: '', nonce: '' }, cols: 80, rows: 24, workingFolder: folder, loadPowerShellProfile: false, env, platform: process.platform })
    const command = `${args.at(-1)!}; (Get-Module Tenantry).Path`
    const { stdout, stderr } = run(['-NoLogo', '-NoProfile', '-Command', command])
    expect(stdout.trim()).toBe(join(scripts, 'Tenantry.psm1'))
    expect(stderr).toBe('')
  })
})
