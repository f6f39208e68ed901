# Dot-sourced by Tenantry.psm1: the lines that were typed in this tenant's sessions, kept by PSReadLine itself in a file
# of the profile's and tenant's own, and in no other: PSReadLine's own file would bring one tenant's commands up in
# another one. A line with a secret in it, by the same rules as the command log's, is never written.

$script:OtherHistoryHandler = $null
$script:HistoryOptionType = $null
$script:OwnHistoryStyle = $null   # when PSReadLine would save by itself; null until it was told to save nothing
$script:HasHistory = $false

function Suspend-History {
    # Nothing is kept until it is known where: what was typed elsewhere must not come up here. False where there is
    # nothing to do.
    if ($script:OwnHistoryStyle -or -not ('Microsoft.PowerShell.PSConsoleReadLine' -as [type])) { return $false }
    try {
        $script:OwnHistoryStyle = [string](PSReadLine\Get-PSReadLineOption).HistorySaveStyle
        PSReadLine\Set-PSReadLineOption -HistorySaveStyle SaveNothing
        return $true
    }
    catch { Write-Verbose -Message $_.Exception.Message }
    $false
}

function Set-SessionHistory {
    # Before the first line that PSReadLine reads, which is when it reads its file. Without it there is nothing to do.
    param([AllowEmptyString()][string]$Path)

    if ($script:HasHistory) { return }
    $null = Suspend-History
    if (-not $Path -or -not $script:OwnHistoryStyle) { return }
    $script:HasHistory = $true
    try {
        $script:HistoryOptionType = 'Microsoft.PowerShell.AddToHistoryOption' -as [type]
        # Of the person's own PowerShell profile, or PSReadLine's.
        $script:OtherHistoryHandler = (PSReadLine\Get-PSReadLineOption).AddToHistoryHandler
        $handler = New-BoundScriptBlock { param($line) Get-HistoryOption -Line $line }
        PSReadLine\Set-PSReadLineOption -HistorySavePath $Path -AddToHistoryHandler $handler
        PSReadLine\Set-PSReadLineOption -HistorySaveStyle $script:OwnHistoryStyle
    }
    catch { Write-Verbose -Message $_.Exception.Message }
}

function Get-HistoryOption {
    # What PSReadLine does with a line. Whoever was asked before may keep a line out; we only keep out more.
    param([AllowEmptyString()][string]$Line)

    $answer = $true
    if ($script:OtherHistoryHandler) {
        try { $answer = $script:OtherHistoryHandler.Invoke($Line) }
        catch { Write-Verbose -Message $_.Exception.Message }
    }
    if (@('False', 'SkipAdding', 'MemoryOnly') -contains [string]$answer) { return $answer }
    try { $isClean = (Hide-Secret -Line $Line) -ceq $Line }
    catch { $isClean = $false }
    if ($isClean) { return $answer }
    # PSReadLine 2.0 knows only yes and no.
    if ($script:HistoryOptionType) { return 'MemoryOnly' }
    $false
}
