import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { singleQuoted } from '../../app/powershell/single-quoted.ts'
import { describeOnMainEngine } from '../engines.ts'

/* What a shell that waits does in itself; that it does so, and what a session finds in it, is in tests/sessions/warm-shells.long.test.ts. */

describeOnMainEngine('the shell’s module', ({ path, env }) => {
  /** What a script prints in the module's own scope, as JSON. */
  function inModule(script: string): unknown {
    const text = `
      $module = Import-Module -Name ${singleQuoted(resolve('out/scripts/Tenantry.psm1'))} -PassThru -DisableNameChecking
      $answer = & $module { ${script} }
      'answer: ' + (ConvertTo-Json -InputObject $answer -Compress)`
    const { stdout, stderr } = spawnSync(path, ['-NoLogo', '-NoProfile', '-NonInteractive', '-Command', text], { env, encoding: 'utf8' })
    const line = stdout.split('\n').find((one) => one.includes('answer: '))
    if (!line) throw new Error(`it printed ${stdout}${stderr}`)
    return JSON.parse(line.slice(line.indexOf('answer: ') + 'answer: '.length))
  }

  it('pauses the garbage collector, goes on with it, and leaves no error behind where that was so already', () => {
    const mode = '[string][System.Runtime.GCSettings]::LatencyMode'
    const [before, paused, twice, after, again, errors] = inModule(`
      @(${mode}; Suspend-Collection; ${mode}; Suspend-Collection; ${mode}; Resume-Collection; ${mode}; Resume-Collection -Wait; ${mode}; $global:Error.Count)`) as unknown[]
    expect([paused, twice, after, again, errors]).toEqual(['NoGCRegion', 'NoGCRegion', before, before, 0])
    expect(before).not.toBe('NoGCRegion')
  })

  it('rehearses a session up to a port where nothing listens, and leaves its own state, $Error and folder as they were', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tenantry-rehearsal-'))
    try {
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
      const nobody = '00000000-0000-0000-0000-000000000000'
      const message = {
        type: 'warm', temporaryFolder: folder, module: { name: 'ExchangeOnlineManagement', path: resolve('out/demo/ExchangeOnlineManagement'), pinnedVersion: null },
        connect: {
          command: 'Connect-ExchangeOnline', accessToken: `${part({ alg: 'none' })}.${part({ tid: nobody })}.none`,
          parameters: { Organization: 'warm.invalid', ConnectionUri: 'https://127.0.0.1:1', ShowBanner: false }
        }
      }
      const answer = inModule(`
        Import-Part -Name 'WarmShell'
        $script:Session = New-SessionState
        $script:Session.TenantName = 'as before'
        $refusal = [string](Invoke-Rehearsal -Message (ConvertFrom-Json -InputObject ${singleQuoted(JSON.stringify(message))}))
        @{ refusal = $refusal; tenant = $script:Session.TenantName; connected = $script:Session.Connected; errors = $global:Error.Count; mode = [string][System.Runtime.GCSettings]::LatencyMode }`)
      expect(answer).toMatchObject({ refusal: expect.stringContaining('127.0.0.1:1'), tenant: 'as before', connected: false, errors: 0 })
      expect(answer).not.toMatchObject({ mode: 'NoGCRegion' })
      expect(readdirSync(folder)).toEqual([])
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
