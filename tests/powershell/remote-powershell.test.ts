import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import { runScript } from '../demo/shell.ts'
import { describeOnMainEngine } from '../engines.ts'

const tenantId = '11111111-2222-4333-8444-555555555555'
const uri = 'https://outlook.office365.com/PowerShell-LiveId?BasicAuthToOAuthConversion=true&email=SystemMailbox%7Bx%7D%40contoso.onmicrosoft.com'
const [services, remote] = ['Services.ps1', 'RemotePowerShell.ps1'].map((name) => resolve('app/powershell', name)) as [string, string]

/**
 * Fakes in the place of PowerShell's own commands, which would go over the network or ask Windows: each writes down what
 * it was given. What is under test is the real script on a real engine, up to the call that opens the session.
 */
const fakes = (basic: { policy?: number; own?: number }, importFails: boolean) => `
$script:Calls = @()
function New-PSSession {
    param($ConfigurationName, $ConnectionUri, $Authentication, $Credential, [switch]$AllowRedirection)
    $script:Calls += 'New-PSSession ' + (($PSBoundParameters.Keys | Where-Object { $_ -ne 'ErrorAction' } | Sort-Object) -join ',')
    $script:Given = $PSBoundParameters
    New-Object -TypeName psobject -Property @{ InstanceId = [guid]'99999999-8888-4777-8666-555555555555' }
}
function Import-PSSession {
    param($Session, [switch]$DisableNameChecking, [switch]$AllowClobber)
    $script:Calls += 'Import-PSSession ' + $Session.InstanceId
    if ($${String(importFails)}) { throw 'the import failed' }
    New-Module -Name FakeOfARemoteModule -ScriptBlock { function Get-RemoteThing { 'it came from the remote side' } }
}
function Remove-PSSession {
    param($Session, $InstanceId)
    $script:Calls += 'Remove-PSSession ' + $(if ($Session) { $Session.InstanceId } else { $InstanceId })
}
function Get-ItemProperty {
    param($LiteralPath, $Name)
    ${basic.policy === undefined ? '' : `if ($Name -eq 'AllowBasic') { return New-Object -TypeName psobject -Property @{ AllowBasic = ${basic.policy} } }`}
    ${basic.own === undefined ? '' : `if ($Name -eq 'auth_basic') { return New-Object -TypeName psobject -Property @{ auth_basic = ${basic.own} } }`}
}
`

describeOnMainEngine('remote PowerShell', (engine) => {
  const token = `${randomBytes(30).toString('base64url')}.${randomBytes(60).toString('base64url')}.x`
  const run = (script: string, { basic = {}, importFails = false }: { basic?: { policy?: number; own?: number }; importFails?: boolean } = {}) =>
    runScript(engine, `${fakes(basic, importFails)}\n. '${services}'\n. '${remote}'\n${script}\n$script:Calls | ForEach-Object { 'call: ' + $_ }`)
  const connect = (more = '') => `try { Connect-RemotePowerShell -ConnectionUri '${uri}' -TenantId '${tenantId}' -AccessToken '${token}' ${more} } catch { 'threw: ' + $_.Exception.Message }`

  it('opens a session with Basic, the address as it is, and the token as the password of OAuthUser', async () => {
    const { lines } = await run(`${connect()}
      'uri: ' + $Given.ConnectionUri; 'configuration: ' + $Given.ConfigurationName; 'authentication: ' + $Given.Authentication
      'kind: ' + $Given.Credential.GetType().FullName; 'user: ' + $Given.Credential.UserName
      'isTheToken: ' + ($Given.Credential.GetNetworkCredential().Password -ceq 'Bearer ${token}')
      'remote: ' + (Get-RemoteThing)
      'connection: ' + (Get-RemoteConnection -TenantId '${tenantId}').ConnectionId`)
    expect(lines).toEqual([
      `uri: ${uri}`,
      'configuration: Microsoft.Exchange',
      'authentication: Basic',
      'kind: System.Management.Automation.PSCredential',
      `user: OAuthUser@${tenantId}`,
      'isTheToken: True',
      'remote: it came from the remote side',
      'connection: 99999999-8888-4777-8666-555555555555',
      'call: New-PSSession Authentication,ConfigurationName,ConnectionUri,Credential',
      'call: Import-PSSession 99999999-8888-4777-8666-555555555555'
    ])
  })

  it('follows a redirection only where it is allowed', async () => {
    const { lines } = await run(`${connect('-AllowRedirection $true')}; ${connect('-AllowRedirection $false')}`)
    expect(lines.filter((line) => line.includes('New-PSSession'))).toEqual([
      'call: New-PSSession AllowRedirection,Authentication,ConfigurationName,ConnectionUri,Credential',
      'call: New-PSSession Authentication,ConfigurationName,ConnectionUri,Credential'
    ])
  })

  it.each([
    ['a policy forbids Basic', { policy: 0, own: 1 }, true],
    ['WinRM’s own setting forbids it', { own: 0 }, true],
    ['a policy allows what WinRM’s own setting forbids', { policy: 1, own: 0 }, false]
  ])('before anything is sent: %s', async (_, basic, isRefused) => {
    const { lines } = await run(connect(), { basic })
    expect(lines.some((line) => line.startsWith('threw: WinRM on this computer does not allow Basic authentication'))).toBe(isRefused)
    expect(lines.some((line) => line.includes('New-PSSession'))).toBe(!isRefused)
  })

  it('leaves no session behind where its commands can’t be brought in', async () => {
    const { lines } = await run(connect(), { importFails: true })
    expect(lines).toEqual(['threw: the import failed', expect.stringContaining('New-PSSession'), expect.stringContaining('Import-PSSession'), 'call: Remove-PSSession 99999999-8888-4777-8666-555555555555'])
  })

  it('ends the old session by its id, and the last one by itself', async () => {
    const { lines } = await run(`${connect()}; Disconnect-RemotePowerShell -ConnectionId 'an-older-one'; Disconnect-RemotePowerShell`)
    expect(lines.slice(-2)).toEqual(['call: Remove-PSSession an-older-one', 'call: Remove-PSSession 99999999-8888-4777-8666-555555555555'])
  })
})
