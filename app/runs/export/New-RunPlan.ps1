<#
.SYNOPSIS
Looks at the run before anything signs in, and says which job takes which tenants.
.DESCRIPTION
Refuses a script that can't be read, one that changes data where the run only reads, a number that is not how many
tenants a changing run would change, and a public repository, whose artifacts anybody can read. What it finds goes to
the workflow as the matrix of its jobs: one tenant a job, and several one after another where there are more tenants
than GitHub takes jobs.
.PARAMETER Number
How many tenants the person who started it means. A run that only reads asks for none.
.PARAMETER Visibility
Of the repository.
#>
[CmdletBinding()]
param([string]$Number = '', [string]$Visibility = '')

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
. (Join-Path $PSScriptRoot 'TenantRun.ps1')

# A refusal quotes the script: nothing that stands in it is a command to GitHub.
Write-Host "::stop-commands::$([guid]::NewGuid().ToString('N'))"

# docs.github.com/actions/reference/limits: a matrix makes at most so many jobs.
$mostJobs = 256

$run = Get-Content -LiteralPath (Join-Path $PSScriptRoot 'run.json') -Raw | ConvertFrom-Json
$tenants = @(Get-Content -LiteralPath (Join-Path $PSScriptRoot 'tenants.json') -Raw | ConvertFrom-Json)
$script = [System.IO.File]::ReadAllText((Join-Path $PSScriptRoot 'script.ps1'))

if ($tenants.Count -eq 0) { throw 'tenants.json has no tenant.' }
if ($Visibility -eq 'public') { throw 'This repository is public, and so would be the results. Move the workflow to a private one.' }
Assert-Script -Run $run -Text $script
if (-not $run.isReadOnly -and $Number.Trim() -ne [string]$tenants.Count) {
    throw "This run may change data in $($tenants.Count) tenants. Start it with that number; it was started with '$Number'. Nothing was run."
}

$groups = @($tenants | Group-Object -Property certificate)
$inOne = 0
do {
    $inOne++
    $count = ($groups | ForEach-Object -Process { [Math]::Ceiling($_.Count / $inOne) } | Measure-Object -Sum).Sum
} while ($count -gt $mostJobs)
$jobs = foreach ($group in $groups) {
    $slugs = @($group.Group | ForEach-Object -Process { $_.slug })
    for ($at = 0; $at -lt $slugs.Count; $at += $inOne) {
        $part = @($slugs | Select-Object -Skip $at -First $inOne)
        @{ name = $part[0] + $(if ($part.Count -gt 1) { " and $($part.Count - 1) more" }); tenants = $part -join ' '; certificate = [string]$group.Group[0].certificate; first = $part[0] }
    }
}
$matrix = ConvertTo-Json -InputObject @{ include = @($jobs) } -Depth 4 -Compress
Add-Content -LiteralPath $env:GITHUB_OUTPUT -Value "matrix=$matrix" -Encoding utf8
Write-Host "$($tenants.Count) tenants in $(@($jobs).Count) jobs."
