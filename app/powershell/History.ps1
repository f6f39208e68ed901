# Dot-sourced by Tenantry.psm1: the lines that were typed in this tenant's sessions, kept by PSReadLine itself in a file
# of the profile's and tenant's own, and in no other: PSReadLine's own file would bring one tenant's commands up in
# another one. A line with a secret in it, by the same rules as the command log's, is never written.

$script:OtherHistoryHandler = $null
$script:HistoryOptionType = $null
$script:HasHistory = $false

function Set-SessionHistory {
    # Before the first line that PSReadLine reads, which is when it reads its file. Without it there is nothing to do.
    param([AllowEmptyString()][string]$Path)

    if ($script:HasHistory -or -not ('Microsoft.PowerShell.PSConsoleReadLine' -as [type])) { return }
    $script:HasHistory = $true
    try {
        # Says nothing is kept until it is known where: what was typed elsewhere must not come up here.
        $kept = (PSReadLine\Get-PSReadLineOption).HistorySaveStyle
        PSReadLine\Set-PSReadLineOption -HistorySaveStyle SaveNothing
        if (-not $Path) { return }
        $script:HistoryOptionType = 'Microsoft.PowerShell.AddToHistoryOption' -as [type]
        # Of the person's own PowerShell profile, or PSReadLine's.
        $script:OtherHistoryHandler = (PSReadLine\Get-PSReadLineOption).AddToHistoryHandler
        $handler = New-BoundScriptBlock { param($line) Get-HistoryOption -Line $line }
        PSReadLine\Set-PSReadLineOption -HistorySavePath $Path -AddToHistoryHandler $handler
        PSReadLine\Set-PSReadLineOption -HistorySaveStyle $kept
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
