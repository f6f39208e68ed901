<#
.SYNOPSIS
Parses every script and module in folders with the PowerShell that runs this, and loads Tenantry's own module.
.DESCRIPTION
Writes one line for each error and ends with 1 where there is any. The workflow runs it on Windows PowerShell 5.1.
#>
[CmdletBinding()]
param([Parameter(Mandatory)][string[]]$Folder)

Set-StrictMode -Version Latest
$found = 0
$files = @($Folder | ForEach-Object { [System.IO.Directory]::GetFiles([System.IO.Path]::GetFullPath($_), '*.ps*1', 'AllDirectories') })
foreach ($file in $files) {
    $tokens = $null
    $errors = $null
    [void][System.Management.Automation.Language.Parser]::ParseFile($file, [ref]$tokens, [ref]$errors)
    foreach ($problem in $errors) {
        $found++
        Write-Host ('{0}:{1}: {2}' -f $file, $problem.Extent.StartLineNumber, $problem.Message)
    }
}
$module = $files | Where-Object { $_ -like '*Tenantry.psm1' }
if ($module -and $found -eq 0) {
    try {
        $start = & (Import-Module -Name $module -PassThru -DisableNameChecking -ErrorAction Stop) { Get-Command -Name Start-TenantrySession -ErrorAction Stop }
        Write-Host ('Tenantry.psm1 loads, with {0}' -f $start.Name)
    }
    catch {
        $found++
        Write-Host ('{0}: {1}' -f $module, $_.Exception.Message)
    }
}
Write-Host ('{0} files, {1} errors, PowerShell {2}' -f $files.Count, $found, $PSVersionTable.PSVersion)
exit [int]($found -gt 0)
