import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import { singleQuoted } from '../../app/powershell/single-quoted.ts'
import { describeOnEachEngine } from '../engines.ts'

/** Scripts, and which of the service's commands they plainly need; null where they may call any. */
const scripts: Array<[string, string[] | null]> = [
  ['Get-Mailbox -ResultSize Unlimited', ['Get-Mailbox']],
  ['get-MAILBOX | Where-Object { $_.Name -like "a*" } | % { Set-Mailbox $_.Name -WhatIf } | Select-Object Name', ['Get-Mailbox', 'Set-Mailbox']],
  ['$all = Get-Mailbox\nforeach ($one in $all) { & { Set-Mailbox $one } }', ['Get-Mailbox', 'Set-Mailbox']],
  ['function Get-Big { Get-Mailbox | Where-Object { $_.Size -gt 5 } }; Get-Big', ['Get-Mailbox']],
  ['Get-Mailbox | Select-Object Name, @{ Name = "n"; Expression = { [int]$_.Count } } | Sort-Object -Property Name | ConvertTo-Json', ['Get-Mailbox']],
  ['"$(Get-Mailbox)"', ['Get-Mailbox']],
  // Its module has it in any case.
  ['Get-Beside; Get-Mailbox', ['Get-Mailbox']],
  ['[datetime]::Now; [pscustomobject]@{ a = Get-Mailbox }', ['Get-Mailbox']],
  // A function of the script's own hides a command only from where it is defined on.
  ['Set-Mailbox x; function Set-Mailbox { 1 }; Get-Mailbox', ['Get-Mailbox', 'Set-Mailbox']],
  ['& { function Get-Mailbox { 1 }; Get-Mailbox }; Get-Mailbox', ['Get-Mailbox']],
  // Nothing of the service's: nothing is gained.
  ['Get-Date', null],
  ['', null],
  // Commands named by a text, or looked for.
  ["& ('Get-' + 'Mailbox')", null],
  ['$name = "Set-Mailbox"; Get-Mailbox; & $name', null],
  ['. $env:HOME/mine.ps1; Get-Mailbox', null],
  ['Get-Mailbox; Invoke-Expression "Set-Mailbox x"', null],
  ['Get-Mailbox; iex "Set-Mailbox x"', null],
  ['Get-Mailbox; if (Get-Command Set-Mailbox -ErrorAction Ignore) { 1 }', null],
  ['Get-Mailbox; gcm Set-Mailbox', null],
  ['Get-Mailbox; [scriptblock]::Create("Set-Mailbox x")', null],
  ['Get-Mailbox; [powershell]::Create().AddCommand("Set-Mailbox").Invoke()', null],
  ['Get-Mailbox; $ExecutionContext.InvokeCommand.InvokeScript("Set-Mailbox x")', null],
  ['Get-Mailbox; $block = [ScriptBlock]"Set-Mailbox x"', null],
  ['Get-Mailbox; function Use-Block { param([scriptblock[]]$Block) 1 | ForEach-Object -Process $Block }', null],
  ['Get-Mailbox; ${function:Set-Mailbox}', null],
  ['Get-Mailbox; Test-Path -Path "function:Set-Mailbox"', null],
  ['Get-Mailbox; Set-Alias -Name sm -Value Set-Mailbox', null],
  ['Get-Mailbox; New-Object -TypeName System.Management.Automation.PSObject', null],
  ['using namespace System.Text\nGet-Mailbox', null],
  ['Get-Mailbox; $noun = "Mailbox"; Set-$noun x', null],
  ['Get-Mailbox; $global:ExecutionContext.InvokeCommand.GetCommandName("*-Mailbox", 1, 1)', null],
  ['Get-Mailbox; $text = "Set-Mailbox x"; (Get-Variable -Name Exec*).Value.InvokeCommand.ExpandString("`$($text)")', null],
  ['Get-Mailbox; (Get-Variable -Name Exec*).Value.InvokeCommand."NewScriptBlock"("Set-Mailbox x") | ForEach-Object { 1 | ForEach-Object $_ }', null],
  ['Get-Mailbox; $method = "InvokeScript"; (Get-Variable -Name Exec*).Value.InvokeCommand.$method("Set-Mailbox x")', null],
  ['Get-Mailbox; Test-Path -Path Microsoft.PowerShell.Core\\Function::Set-Mailbox', null],
  ['Get-Mailbox; $drive = New-PSDrive -Name f -PSProvider Function -Root ""; Get-Item -Path f:Set-Mailbox', null],
  // What is not known here may call anything.
  ['Get-Mailbox; Get-Something', null],
  ['Get-Mailbox; Get-FromElsewhere', null],
  ['Get-FromElsewhere; function Get-FromElsewhere { 1 }; Get-Mailbox', null],
  ['Other\\Get-Mailbox', null]
]

describeOnEachEngine('which commands a script needs', ({ name, path, env }) => {
  it('is plain where it names them, and any where a text may', () => {
    const beginning = `
      $module = Import-Module -Name ${singleQuoted(resolve('out/scripts/Tenantry.psm1'))} -PassThru -DisableNameChecking
      foreach ($one in @{ tmpEXO_abc = 'Get-Mailbox', 'Set-Mailbox'; Beside = 'Get-Beside'; Other = 'Get-FromElsewhere' }.GetEnumerator()) {
        $text = ($one.Value | ForEach-Object { "function $_ { }" }) -join [char]10
        Import-Module -ModuleInfo (New-Module -Name $one.Key -ScriptBlock ([scriptblock]::Create($text))) -Global
      }
      $beside = Get-Module -Name Beside
      $scripts = ConvertFrom-Json -InputObject $env:SCRIPTS
      & $module {
        param($scripts, $beside)
        . ${singleQuoted(resolve('out/scripts/Run.ps1'))}
        $script:Session = New-SessionState
        $script:Session.Module = $beside
        foreach ($text in $scripts) { 'needs: ' + ((Get-NeededCommand -Text $text) -join ',') }
      } $scripts $beside`
    const { stdout, stderr } = spawnSync(path, ['-NoLogo', '-NoProfile', '-NonInteractive', '-Command', beginning], { encoding: 'utf8', env: { ...env, SCRIPTS: JSON.stringify(scripts.map(([script]) => script)) } })
    const needs = [...stdout.matchAll(/^needs: (.*?)\r?$/gm)].map(([, names]) => names)
    expect(needs, stderr).toHaveLength(scripts.length)
    // The engine console's Select-Object and Sort-Object are of no module, so a script with them may call any there.
    const isKnown = (script: string) => name === 'pwsh' || !/(Select|Sort)-Object/.test(script)
    expect(scripts.map(([script], at) => [script, needs[at]]), stderr).toEqual(scripts.map(([script, names]) => [script, isKnown(script) ? (names ?? []).join(',') : '']))
  })
})
