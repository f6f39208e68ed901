# Dot-sourced by Tenantry.psm1: how a line is read while a screen reader reads the terminal. PSReadLine writes a line anew
# at each key, which is read out each time. From 2.4.4 on it has a mode that writes only what changes, without colours and
# predictions (https://github.com/PowerShell/PSReadLine/pull/4854). An older one has none and is left out, as PowerShell
# up to 7.5 does by itself where Windows says that a screen reader runs (https://github.com/PowerShell/PowerShell/pull/10385).

$script:ReadsForScreenReader = $false   # what was asked for when it was last put on
$script:OwnScreenReaderMode = $null     # what PSReadLine or the person's own profile had chosen before
$script:ReadsWithoutEditor = $false

function Set-LineReader {
    # Stands around whatever reads a line; PSReadLine may be imported later, as PowerShell itself advises where it left it out.
    $script:OriginalReadLine = ${function:global:PSConsoleHostReadLine}
    ${function:global:PSConsoleHostReadLine} = New-BoundScriptBlock { Read-SessionLine }
    Set-SessionHistory -Path $script:Session.HistoryFile
}

function Assert-LineReader {
    if (([string]${function:global:PSConsoleHostReadLine}).Trim() -eq 'Read-SessionLine') { return }
    $script:ReadsForScreenReader = $false
    $script:OwnScreenReaderMode = $null
    $script:ReadsWithoutEditor = $false
    Set-LineReader
}

function Update-ScreenReaderMode {
    # Between two lines, since one that is being typed stays as it was written.
    $wanted = $script:Session.ScreenReader
    if ($wanted -eq $script:ReadsForScreenReader) { return }
    $script:ReadsForScreenReader = $wanted
    if (-not $script:OriginalReadLine -or -not ('Microsoft.PowerShell.PSConsoleReadLine' -as [type])) { return }
    try {
        $options = PSReadLine\Get-PSReadLineOption
        if ($options.PSObject.Properties['ScreenReaderModeEnabled']) {
            if ($null -eq $script:OwnScreenReaderMode) { $script:OwnScreenReaderMode = [bool]$options.ScreenReaderModeEnabled }
            PSReadLine\Set-PSReadLineOption -EnableScreenReaderMode:($wanted -or $script:OwnScreenReaderMode)
            return
        }
    }
    catch { Write-Verbose -Message $_.Exception.Message }
    $script:ReadsWithoutEditor = $wanted
    if ($wanted) {
        $Host.UI.WriteLine('This PowerShell''s PSReadLine has no mode for screen readers, so lines are read without it: no Tab completion, and no history of other sessions. PSReadLine 2.4.5, which PowerShell 7.6 comes with, has one.')
    }
}
