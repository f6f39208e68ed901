<#
.SYNOPSIS
Installs the module that the run connects with, in the version that is pinned, where it is not there yet.
#>
[CmdletBinding()]
param()

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$module = (Get-Content -LiteralPath (Join-Path $PSScriptRoot 'run.json') -Raw | ConvertFrom-Json).module
$isThere = @(Get-Module -Name $module.name -ListAvailable | Where-Object -FilterScript { [string]$_.Version -eq $module.version }).Count -gt 0
if (-not $isThere) { Install-PSResource -Name $module.name -Version $module.version -Repository PSGallery -TrustRepository -Quiet }
Write-Host "$($module.name) $($module.version) is $(if ($isThere) { 'there' } else { 'installed' })."
