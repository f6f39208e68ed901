# Dot-sourced by Tenantry.psm1: marks in the output that tell a terminal where each command begins and ends (OSC 633, as
# VS Code's shell integration writes it). Each ends with the nonce that the app sent for this shell: what a command
# prints can't know it. They are ASCII alone, whatever the console's code page, and go to the console itself, so that
# neither a transcript nor a line editor sees them.

$script:MarkedChars = 16000

function Write-ShellMark {
    param([Parameter(Mandatory)][string]$Mark)

    if (-not $script:Session.MarkNonce) { return }
    try { [Console]::Write($script:Escape + ']633;' + $Mark + ';' + $script:Session.MarkNonce + [char]7) }
    catch [System.IO.IOException] { Write-Verbose -Message $_.Exception.Message }
}

# What a program may have left behind that makes the next line unreadable or types into it: a scroll region, reports of
# the mouse, a hidden cursor, line-drawing letters, a colour, a link that was not ended. The keypad's modes and pasting
# are the line editor's own. Origin mode and the region move the cursor, so it is saved around them.
$script:CleanTerminal = '7,[?6l,[r,8,[?47l,[?1000l,[?1002l,[?1003l,[?1004l,[?1006l,[?1016l,[?7h,[?25h,[4l,[20l,(B,[m,]8;;' -replace '(^|,)', $script:Escape

function Write-PromptMark {
    if (-not $script:Session.MarkNonce) { return }
    try { [Console]::Write($script:CleanTerminal + [char]7 + [char]15) }
    catch [System.IO.IOException] { Write-Verbose -Message $_.Exception.Message }
    Write-ShellMark -Mark 'A'
}

function Write-LineMark {
    param([Parameter(Mandatory)][string]$Kind, [Parameter(Mandatory)][AllowEmptyString()][string]$Line)

    $extent = 'whole'
    if ($Line.Length -gt $script:MarkedChars) {
        $extent = 'cut'
        # Not through the middle of a character of two halves.
        $length = $script:MarkedChars
        if ([char]::IsHighSurrogate($Line[$length - 1])) { $length-- }
        $Line = $Line.Substring(0, $length)
    }
    try { Write-ShellMark -Mark ($Kind + ';' + [Uri]::EscapeDataString($Line).Replace('%', '\x') + ';' + $extent) }
    catch [System.UriFormatException] { Write-Verbose -Message $_.Exception.Message }
}

function Write-StartMark {
    # $CleanLine is the line without its secrets, for a transcript.
    param([Parameter(Mandatory)][string]$Line, [AllowNull()]$CleanLine)

    Write-LineMark -Kind 'E' -Line $Line
    if ($null -ne $CleanLine) { Write-LineMark -Kind 'T' -Line $CleanLine }
    Write-ShellMark -Mark ('C;{0:0}' -f ([DateTime]::UtcNow - [DateTime]::new(1970, 1, 1)).TotalMilliseconds)
}

function Write-EndMark {
    # $Succeeded is null where nobody knows.
    param([AllowNull()][Nullable[bool]]$Succeeded, [Parameter(Mandatory)][double]$Seconds)

    $outcome = if ($null -eq $Succeeded) { '' } elseif ($Succeeded) { '0' } else { '1' }
    Write-ShellMark -Mark ('D;{0};{1:0}' -f $outcome, ($Seconds * 1000))
}
