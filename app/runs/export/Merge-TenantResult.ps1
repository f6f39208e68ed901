<#
.SYNOPSIS
Puts the results of all tenants into one table, and tells in the run's summary what became of each.
.PARAMETER Results
The folder with what each tenant's job wrote.
.PARAMETER Merged
The folder for results.json and results.csv.
#>
[CmdletBinding()]
param([string]$Results = 'results', [string]$Merged = 'merged')

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
. (Join-Path $PSScriptRoot 'ResultFiles.ps1')

function Format-SummaryCell {
    # A name is a text in the summary's table, whatever stands in it.
    param([Parameter(Mandatory)][AllowEmptyString()][string]$Text)

    $plain = ($Text -replace '\s+', ' ').Trim()
    if ($plain.Length -gt 300) { $plain = $plain.Substring(0, 300) + [char]0x2026 }
    $plain -replace '([\\`*_{}\[\]()#+!|~<>&@$:.-])', '\$1'
}

$tenants = @(Get-Content -LiteralPath (Join-Path $PSScriptRoot 'tenants.json') -Raw | ConvertFrom-Json)
$rows = [System.Collections.Generic.List[string]]::new()
$summary = [System.Collections.Generic.List[string]]::new()
$done = 0
foreach ($tenant in $tenants) {
    $place = Join-Path $Results $tenant.slug
    if (-not (Test-Path -LiteralPath "$place.outcome.json")) {
        $missing = 'There is no result: the job of this tenant was cancelled, did not start, or ended before its time.'
        $rows.Add((ConvertTo-RowJson -Row ([pscustomobject][ordered]@{ Tenant = $tenant.name; Error = $missing })))
        $summary.Add("| $(Format-SummaryCell -Text $tenant.name) | missing | | | | $missing |")
        continue
    }
    $outcome = Get-Content -LiteralPath "$place.outcome.json" -Raw | ConvertFrom-Json
    if ($outcome.state -eq 'done') { $done++ }
    $document = [System.Text.Json.JsonDocument]::Parse([System.IO.File]::ReadAllText((Resolve-Path -LiteralPath "$place.json").ProviderPath))
    foreach ($row in $document.RootElement.EnumerateArray()) { $rows.Add($row.GetRawText()) }
    $document.Dispose()
    $summary.Add("| $(Format-SummaryCell -Text $tenant.name) | $($outcome.state) | $($outcome.rows) | $($outcome.errors) | $($outcome.seconds) | $(Format-SummaryCell -Text (@($outcome.sentences) -join ' ')) |")
}
$null = New-Item -Path $Merged -ItemType Directory -Force
Write-ResultFile -Row $rows.ToArray() -Path (Join-Path (Resolve-Path -LiteralPath $Merged).ProviderPath 'results')
$head = "**$done of $($tenants.Count) tenants are done**, with $($rows.Count) rows in results.csv and results.json, errors among them.", '', '| Tenant | State | Rows | Errors | Seconds | Last errors |', '| --- | --- | --: | --: | --: | --- |'
if ($env:GITHUB_STEP_SUMMARY) { Add-Content -LiteralPath $env:GITHUB_STEP_SUMMARY -Value (@($head) + $summary.ToArray()) -Encoding utf8 }
Write-Host "$done of $($tenants.Count) tenants are done."
