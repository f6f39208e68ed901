import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runCommand } from '../engine-console/console.ts'
import { describeOnEachEngine } from '../engines.ts'

/* Which installed version of a module a session imports, by modules that hold nothing but their version. */

const name = 'ExchangeOnlineManagement'
const installed = ['3.2.0', '3.9.0', '3.10.1', '99.0.0']

describeOnEachEngine('the module that a session connects with', ({ path }) => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tenantry-modules-'))
    for (const version of installed) {
      const module = join(folder, name, version)
      mkdirSync(module, { recursive: true })
      writeFileSync(join(module, `${name}.psd1`), `@{ ModuleVersion = '${version}'; GUID = 'b5eced50-afa4-455b-847a-d8fb64140a22'; RootModule = '${name}.psm1'; FunctionsToExport = @() }`)
      writeFileSync(join(module, `${name}.psm1`), '')
    }
    // What is no version of it.
    mkdirSync(join(folder, name, 'backup'))
    mkdirSync(join(folder, name, '50.0.0'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  /** @param newest the first version that this PowerShell would be too old for */
  async function imported(pinnedVersion: string, newest: string): Promise<string> {
    const text = `$env:PSModulePath = '${folder}'
& (Import-Module -Name '${resolve('app/powershell/Tenantry.psm1')}' -PassThru -DisableNameChecking) {
    function script:Test-ModuleVersion { param($Name, $Version) $Version -lt [version]'${newest}' }
    try { $null = Import-ConnectModule -Module ([pscustomobject]@{ name = '${name}'; path = $null; pinnedVersion = '${pinnedVersion}' }); (Get-Module -Name ${name}).Version.ToString() }
    catch { $_.Exception.Message }
}`
    const { stdout, stderr } = await runCommand(path, ['-NoLogo', '-NoProfile', '-NonInteractive', '-Command', text])
    expect(stderr).toBe('')
    return stdout.trim()
  }

  it('is the newest one that this PowerShell can run', async () => {
    expect(await imported('', '3.10.0')).toBe('3.9.0')
    expect(await imported('', '100.0')).toBe('99.0.0')
  })

  it('is the one that the profile pins, whatever is newer', async () => {
    expect(await imported('3.2.0', '100.0')).toBe('3.2.0')
  })

  it('is none where the pinned one is not installed, or none runs', async () => {
    expect(await imported('3.3.0', '100.0')).toBe(`Version 3.3.0 of the module ${name}, which the profile asks for, is not installed. Installed: 99.0.0, 3.10.1, 3.9.0, 3.2.0.`)
    expect(await imported('', '3.0.0')).toMatch(/^No installed version of the module ExchangeOnlineManagement runs on PowerShell 7\.\d/)
  })
})
