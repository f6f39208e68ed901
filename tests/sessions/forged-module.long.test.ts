import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { describeOnMainEngine } from '../engines.ts'
import { startCore } from './core-on-this-machine.ts'

/*
 * What goes wrong inside PowerShell and can't be brought about on this machine: the module itself says it, in the words
 * that PowerShell, .NET and Exchange have for it, and a real session passes it on.
 */

const folder = mkdtempSync(join(tmpdir(), 'tenantry-forged-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The build's output with a module that fails with `text` as it is imported, or as it connects. */
function forged(name: string, stage: 'import' | 'connect', text: string): string {
  const out = join(folder, name)
  cpSync(resolve('out/scripts'), join(out, 'scripts'), { recursive: true })
  cpSync(resolve('out/demo/ExchangeOnlineManagement'), join(out, 'demo/ExchangeOnlineManagement'), { recursive: true })
  const module = join(out, 'demo/ExchangeOnlineManagement/ExchangeOnlineManagement.psm1')
  const problem = `throw '${text.replaceAll("'", "''")}'`
  writeFileSync(module, stage === 'import' ? problem : `${readFileSync(module, 'utf8')}\nfunction Connect-ExchangeOnline { ${problem} }\n`)
  return out
}

describeOnMainEngine('a module that fails', ({ env }) => {
  it.each<[string, 'import' | 'connect', string, string, RegExp, RegExp]>([
    ['execution-policy', 'import', 'File C:\\m.psm1 cannot be loaded because running scripts is disabled on this system. For more information, see about_Execution_Policies at https:/go.microsoft.com/fwlink/?LinkID=135170.', 'scripts-disabled', /execution policy/, /Set-ExecutionPolicy RemoteSigned/],
    ['assembly-clash', 'connect', "Could not load file or assembly 'Microsoft.Identity.Client, Version=4.66.1.0, Culture=neutral, PublicKeyToken=0a613f4dd989e8ae'. The located assembly's manifest definition does not match the assembly reference.", 'assembly-clash', /different version of the same library/, /session of its own/],
    ['package-management', 'import', "The required module 'PackageManagement' is not loaded. Load the module or remove the module from 'RequiredModules' in the file 'ExchangeOnlineManagement.psd1'.", 'package-management-missing', /PackageManagement and PowerShellGet/, /Install both/],
    ['access-rights', 'connect', 'Active Directory operation failed on DB8PR01A.PROD.OUTLOOK.COM. Additional information: Access is denied. Active directory response: 00002098: SecErr: DSID-03150F94, problem 4003 (INSUFF_ACCESS_RIGHTS), data 0', 'insufficient-access', /not made for an app/, /your own account/]
  ])('as it does with %s (at %s) leaves a usable shell and a sentence', async (name, stage, text, code, message, hint) => {
    const under = await startCore({ env, outFolder: forged(name, stage, text) })
    try {
      const { id } = await under.open('Contoso demo')
      const { failure } = await under.until(id, ({ phase }) => phase === 'failed' || phase === 'connected')
      expect(failure?.code).toBe(code)
      expect(failure?.message).toMatch(message)
      expect(failure?.hint).toMatch(hint)
      const window = await under.attach(id)
      await window.shows(/PS> /)
      window.type('"still " + "usable"\r')
      await window.shows(/still usable/)
    } finally {
      await under.dispose()
    }
  })
})
