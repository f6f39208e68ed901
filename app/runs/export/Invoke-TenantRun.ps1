<#
.SYNOPSIS
Runs the script in one tenant, in this PowerShell process, and writes what came.
.DESCRIPTION
Signs in with the certificate of $env:TENANTRY_CERTIFICATE (a PFX file as base64, its password in
$env:TENANTRY_CERTIFICATE_PASSWORD), or with a token of GitHub's that Entra takes for the app. Connects, sees to it that
this is the tenant whose id tenants.json has, and runs script.ps1. Its exit code is 1 where the tenant failed.
.PARAMETER Tenant
The tenant's slug in tenants.json.
.PARAMETER Results
The folder for <slug>.json, <slug>.csv and <slug>.outcome.json.
#>
[CmdletBinding()]
param([Parameter(Mandatory)][string]$Tenant, [string]$Results = 'results')

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
. (Join-Path $PSScriptRoot 'TenantRun.ps1')
. (Join-Path $PSScriptRoot 'ResultFiles.ps1')

function Write-Said {
    # What the script says goes into the job's log.
    param([Parameter(Mandatory)][AllowEmptyString()][string]$Text)

    Write-Host $Text
}

function Hide-Secret {
    # From here on GitHub shows *** in its place.
    param([Parameter(Mandatory)][string]$Text)

    Write-Host "::add-mask::$Text"
}

function Stop-WorkflowCommand {
    # From here on what is printed is no word to GitHub: only who knows this name of the moment could end that. The step
    # that started this process knows it, and ends it after the process: what the next tenant's hides has to be heard.
    if (-not $script:IsSilenced) { Write-Host "::stop-commands::$script:Silence" }
    $script:IsSilenced = $true
}

function Get-RunCertificate {
    param([Parameter(Mandatory)]$Target)

    if (-not $env:TENANTRY_CERTIFICATE) { throw "The secret $($Target.certificate) is not there or empty: it has to hold the certificate of the app $($Target.clientId) as base64." }
    try { $bytes = [Convert]::FromBase64String($env:TENANTRY_CERTIFICATE) }
    catch { throw "The secret $($Target.certificate) is no base64: it has to hold a PFX file as base64." }
    try { [System.Security.Cryptography.X509Certificates.X509Certificate2]::new($bytes, [string]$env:TENANTRY_CERTIFICATE_PASSWORD) }
    catch { throw "The secret $($Target.certificate) can't be opened as a PFX file: its password ($($Target.certificate)_PASSWORD) is missing or wrong, or it is no PFX file." }
}

function Get-FederatedToken {
    # Asks GitHub who this job is, and Entra for the app's token in exchange: nothing is kept anywhere.
    param([Parameter(Mandatory)]$Target)

    if (-not $env:ACTIONS_ID_TOKEN_REQUEST_URL) { throw 'GitHub gives this job no identity: the workflow needs the permission id-token: write.' }
    $address = "$env:ACTIONS_ID_TOKEN_REQUEST_URL&audience=$([Uri]::EscapeDataString($Target.audience))"
    $identity = (Invoke-RestMethod -Uri $address -Headers @{ Authorization = "bearer $env:ACTIONS_ID_TOKEN_REQUEST_TOKEN" } -MaximumRetryCount 3 -RetryIntervalSec 2).value
    Hide-Secret -Text $identity
    $form = @{
        grant_type = 'client_credentials'; client_id = $Target.clientId; scope = "$($Target.resource)/.default"
        client_assertion_type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'; client_assertion = $identity
    }
    try { $token = (Invoke-RestMethod -Method Post -Uri "$($Target.authority)/oauth2/v2.0/token" -Body $form).access_token }
    catch {
        $refusal = if ($_.ErrorDetails -and $_.ErrorDetails.Message) { try { [string](ConvertFrom-Json -InputObject $_.ErrorDetails.Message).error_description } catch { '' } }
        $said = if ($refusal) { ($refusal -split '[\r\n]')[0] } else { $_.Exception.Message }
        throw "The app $($Target.clientId) got no token. $said This job is known as $(Get-TokenClaim -Token $identity -Name 'sub'), which a federated credential of the app has to name as its subject."
    }
    Hide-Secret -Text $token
    $actual = Get-TokenClaim -Token $token -Name 'tid'
    if ($actual -ne $Target.tenantId) { throw "The token is of another tenant: $actual, and $($Target.tenantId) is the one that was meant. The script was not run." }
    $token
}

function Get-Proof {
    param([Parameter(Mandatory)]$Run, [Parameter(Mandatory)]$Target)

    if ($Run.signIn -eq 'certificate') { @{ Certificate = Get-RunCertificate -Target $Target } } else { @{ AccessToken = Get-FederatedToken -Target $Target } }
}

function Add-RunError {
    param([Parameter(Mandatory)][string]$Text)

    $script:Errors.Add($Text)
    $script:Rows.Add((ConvertTo-RowJson -Row ([pscustomobject][ordered]@{ Tenant = $target.name; Error = $Text })))
}

$run = Get-Content -LiteralPath (Join-Path $PSScriptRoot 'run.json') -Raw | ConvertFrom-Json
$target = @(Get-Content -LiteralPath (Join-Path $PSScriptRoot 'tenants.json') -Raw | ConvertFrom-Json) | Where-Object -Property slug -EQ -Value $Tenant
if (-not $target) { throw "tenants.json has no tenant $Tenant." }
$text = [System.IO.File]::ReadAllText((Join-Path $PSScriptRoot 'script.ps1'))
$Rows = [System.Collections.Generic.List[string]]::new()
$Errors = [System.Collections.Generic.List[string]]::new()
$clock = [System.Diagnostics.Stopwatch]::StartNew()
$state = 'failed'
$count = 0
$IsSilenced = $false
$Silence = if ($env:TENANTRY_SILENCE) { $env:TENANTRY_SILENCE } else { [guid]::NewGuid().ToString('N') }
$runspace = $null
try {
    Assert-Engine -Run $run
    Assert-Script -Run $run -Text $text
    $proof = Get-Proof -Run $run -Target $target
    foreach ($name in 'TENANTRY_SILENCE', 'TENANTRY_CERTIFICATE', 'TENANTRY_CERTIFICATE_PASSWORD', 'ACTIONS_ID_TOKEN_REQUEST_URL', 'ACTIONS_ID_TOKEN_REQUEST_TOKEN') { Remove-Item -LiteralPath "Env:$name" -ErrorAction Ignore }
    Stop-WorkflowCommand
    $runspace = Open-Tenant -Run $run
    Connect-Tenant -Runspace $runspace -Run $run -Tenant $target -Proof $proof
    $isFormatted = $false
    Invoke-TenantScript -Runspace $runspace -Text $text -OnResult {
        param($result)

        if ($result.PSObject.BaseObject -is [System.Management.Automation.ErrorRecord]) { Add-RunError -Text (Get-ErrorSentence -Record $result); return }
        if (Test-FormattedResult -Result $result) {
            if (-not $script:isFormatted) { Add-RunError -Text $formattedSentence }
            $script:isFormatted = $true
            return
        }
        $script:Rows.Add((ConvertTo-RowJson -Row (ConvertTo-Row -Tenant $target.name -Result $result)))
        $script:count++
    }
    $state = 'done'
}
catch { Add-RunError -Text (Get-ErrorSentence -Record $_) }
finally { if ($runspace) { Close-Tenant -Runspace $runspace -Run $run } }

$null = New-Item -Path $Results -ItemType Directory -Force
$place = Join-Path (Resolve-Path -LiteralPath $Results).ProviderPath $target.slug
Write-ResultFile -Row $Rows.ToArray() -Path $place
$outcome = [ordered]@{ tenant = $target.name; slug = $target.slug; state = $state; rows = $count; errors = $Errors.Count; sentences = @($Errors | Select-Object -Last 5); seconds = [Math]::Round($clock.Elapsed.TotalSeconds, 1) }
[System.IO.File]::WriteAllText("$place.outcome.json", (ConvertTo-Json -InputObject $outcome -Depth 3) + "`n")
Stop-WorkflowCommand
foreach ($sentence in $outcome.sentences) { Write-Host "$($target.name): $sentence" }
Write-Host "$($target.name): $state, $count rows, $($Errors.Count) errors, $($outcome.seconds) s"
if ($state -ne 'done') { exit 1 }
exit 0
