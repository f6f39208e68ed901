#Requires -Version 7.2
<#
.SYNOPSIS
Runs one script in each of several Microsoft 365 tenants, one after the other.
.DESCRIPTION
Made by Tenantry from a run; README.md beside it says what to set up. For each tenant it connects, sees to it that this
is the tenant whose id was pinned, runs the script, and disconnects before the next one. Objects go to the output with
their tenant in front. A tenant that fails does not stop the next one; the job fails at its end where one did.
.PARAMETER Tenant
One tenant by its slug or its name, or nothing for all.
.PARAMETER Tenants
In how many tenants data may be changed: it has to be the number of tenants that this job would run in. Not needed where
the run only reads.
#>
[CmdletBinding()]
param([string]$Tenant = '', [int]$Tenants = 0)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
. (Join-Path $PSScriptRoot 'RunbookFacts.ps1')
. (Join-Path $PSScriptRoot 'TenantRun.ps1')

function Write-Said {
    # What the script says is no result: it goes to the job's verbose stream.
    param([Parameter(Mandatory)][AllowEmptyString()][string]$Text)

    Write-Verbose -Message $Text
}

function Get-IdentityTenant {
    # The tenant that the Automation account's own identity is of: the only one that it can sign in to.
    param([Parameter(Mandatory)][string]$Resource)

    if (-not $env:IDENTITY_ENDPOINT) { throw 'This Automation account has no managed identity: switch its system-assigned identity on.' }
    $address = "$($env:IDENTITY_ENDPOINT)?resource=$([Uri]::EscapeDataString($Resource))"
    $answer = Invoke-RestMethod -Uri $address -Headers @{ 'X-IDENTITY-HEADER' = $env:IDENTITY_HEADER; Metadata = 'True' }
    Get-TokenClaim -Token $answer.access_token -Name 'tid'
}

function Select-Tenant {
    # Those that this job is about.
    param([Parameter(Mandatory)]$Run)

    $chosen = @($Run.tenants)
    if ($Tenant) {
        $chosen = @($chosen | Where-Object -FilterScript { $_.slug -eq $Tenant -or $_.name -eq $Tenant })
        if ($chosen.Count -ne 1) { throw "$($chosen.Count) tenants of this runbook are called $Tenant." }
    }
    if ($Run.signIn -eq 'managed-identity') {
        $own = Get-IdentityTenant -Resource $chosen[0].resource
        $chosen = @($chosen | Where-Object -Property tenantId -EQ -Value $own)
        if ($chosen.Count -eq 0) { throw "The managed identity of this Automation account is of the tenant $own, which is none of those that were meant. Nothing was run." }
    }
    if (-not $Run.isReadOnly -and $Tenants -ne $chosen.Count) {
        throw "This run may change data in $($chosen.Count) tenants. Start it with the parameter Tenants as that number; it was started with $Tenants. Nothing was run."
    }
    $chosen
}

function Get-Proof {
    # What signs in: the machine's identity, or the certificate that the Automation account keeps.
    param([Parameter(Mandatory)]$Run, [Parameter(Mandatory)]$Target)

    if ($Run.signIn -eq 'managed-identity') { return @{ ManagedIdentity = $true } }
    $certificate = Get-AutomationCertificate -Name $Target.certificate
    if (-not $certificate) { throw "The Automation account has no certificate $($Target.certificate)." }
    if (-not $certificate.HasPrivateKey) { throw "The certificate $($Target.certificate) of the Automation account came without its key: add it again, and let it be exportable." }
    @{ Certificate = $certificate }
}

function Invoke-OneTenant {
    # Writes rows as they come, and throws what ended the script.
    param([Parameter(Mandatory)]$Run, [Parameter(Mandatory)]$Target, [Parameter(Mandatory)][hashtable]$Counts)

    $proof = Get-Proof -Run $Run -Target $Target
    $runspace = Open-Tenant -Run $Run
    try {
        Connect-Tenant -Runspace $runspace -Run $Run -Tenant $Target -Proof $proof
        Invoke-TenantScript -Runspace $runspace -Text $runScript -OnResult {
            param($result)

            if ($result.PSObject.BaseObject -is [System.Management.Automation.ErrorRecord]) {
                $Counts.Errors++
                Write-Error -Message "$($Target.name): $(Get-ErrorSentence -Record $result)" -ErrorAction Continue
            }
            elseif (Test-FormattedResult -Result $result) {
                if (-not $Counts.IsFormatted) { Write-Error -Message "$($Target.name): $formattedSentence" -ErrorAction Continue }
                $Counts.IsFormatted = $true
            }
            else {
                $Counts.Rows++
                ConvertTo-Row -Tenant $Target.name -Result $result
            }
        }
    }
    finally { Close-Tenant -Runspace $runspace -Run $Run }
}

$run = ConvertFrom-Json -InputObject $runFacts
Assert-Engine -Run $run
Assert-Script -Run $run -Text $runScript
$chosen = @(Select-Tenant -Run $run)
$outcomes = [System.Collections.Generic.List[object]]::new()
foreach ($target in $chosen) {
    $counts = @{ Rows = 0; Errors = 0; IsFormatted = $false }
    $state = 'done'
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    try { Invoke-OneTenant -Run $run -Target $target -Counts $counts }
    catch {
        $state = 'failed'
        $counts.Errors++
        Write-Error -Message "$($target.name): $(Get-ErrorSentence -Record $_)" -ErrorAction Continue
    }
    $outcomes.Add([pscustomobject][ordered]@{ Tenant = $target.name; State = $state; Rows = $counts.Rows; Errors = $counts.Errors; Seconds = [Math]::Round($clock.Elapsed.TotalSeconds, 1) })
}
# Last in the output: what became of each.
$outcomes
$failed = @($outcomes | Where-Object -Property State -EQ -Value 'failed')
if ($failed.Count -gt 0) { throw "$($failed.Count) of $($chosen.Count) tenants failed: $(@($failed | ForEach-Object -Process { $_.Tenant }) -join ', ')." }
