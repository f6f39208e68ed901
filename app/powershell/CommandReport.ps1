# Dot-sourced by Tenantry.psm1: what the app is told of each command for its command log and transcript, without secrets.
# What is a secret is told by PowerShell's own parser, so that quotes, line breaks and nesting make no difference; what
# only looks like one (a token, a Bearer header) is taken out by its look. The app looks through the line once more.

$script:ReportedChars = 16000      # the pipe takes 256 KiB a line, and JSON may write six bytes for a character
$script:Removed = '[removed]'
# What a parameter, variable or key is called that holds a secret, however its name goes on. -PassThru is none.
$script:SecretName = '(?i)(pass(?!th)|pwd|secret|token|credential|api.?key|access.?key|account.?key|private.?key|shared.?key|securekey|connection.?string|bearer|authorization|\bsas\b|\bpin\b|^key$)'
$script:CommandClock = $null
$script:CommandHistoryId = [long]-1

function script:Get-CommandReport {
    # A command line as it may be logged: without secrets, and cut where it is too long.
    param([Parameter(Mandatory)][string]$Line)

    $isCut = $Line.Length -gt $script:ReportedChars
    if ($isCut) { $Line = $Line.Substring(0, $script:ReportedChars) }
    try { $text = Hide-Secret -Line $Line }
    catch { $text = $script:Removed }
    @{ line = $text; cut = $isCut }
}

function script:Hide-Secret {
    param([Parameter(Mandatory)][AllowEmptyString()][string]$Line)

    foreach ($place in Get-SecretPlace -Line $Line) { $Line = $Line.Substring(0, $place.Start) + $script:Removed + $Line.Substring($place.End) }
    $Line = $Line -replace '\beyJ[\w-]{8,}(\.[\w-]*)*', $script:Removed
    $Line -replace '(?i)\b(Bearer)\s+(?!\[removed\])[^\s''"]+', ('$1 ' + $script:Removed)
}

function script:Get-SecretPlace {
    # Where secrets stand in a text. From the end, so that what stands before keeps its place; an extent inside of one
    # that is gone is gone with it.
    param([Parameter(Mandatory)][AllowEmptyString()][string]$Line)

    $tokens = $null
    $problems = $null
    $tree = [System.Management.Automation.Language.Parser]::ParseInput($Line, [ref]$tokens, [ref]$problems)
    $found = @($tree.FindAll({
                param($node)
                ($node -is [System.Management.Automation.Language.CommandAst]) -or ($node -is [System.Management.Automation.Language.AssignmentStatementAst]) -or
                ($node -is [System.Management.Automation.Language.HashtableAst]) -or ($node -is [System.Management.Automation.Language.InvokeMemberExpressionAst])
            }, $true) | ForEach-Object -Process { Get-SecretExtent -Node $_ })
    $end = $Line.Length
    foreach ($extent in $found | Sort-Object -Property EndOffset, @{ Expression = 'StartOffset'; Descending = $true } -Descending) {
        if ($extent.StartOffset -ge $end) { continue }
        @{ Start = $extent.StartOffset; End = [Math]::Min($extent.EndOffset, $end) }
        $end = $extent.StartOffset
    }
}

function script:Get-SecretExtent {
    # Where secrets stand in one part of the command.
    param([Parameter(Mandatory)]$Node)

    switch ($Node.GetType().Name) {
        'CommandAst' { Get-CommandSecret -Command $Node }
        'AssignmentStatementAst' {
            if ($Node.Left.Extent.Text -match $script:SecretName) { Get-Constant -Node $Node.Right }
        }
        'HashtableAst' {
            foreach ($pair in $Node.KeyValuePairs) {
                if ($pair.Item1.Extent.Text.Trim('''"') -match $script:SecretName) { Get-Constant -Node $pair.Item2 }
            }
        }
        default {
            # [PSCredential]::new('name', $secure), [NetworkCredential]::new('name', 'word'), $secure.AppendChar('x')
            $isSecret = $Node.Expression.Extent.Text -match '(?i)credential|secure'
            # $body.Add('Password', 'word'), [Environment]::SetEnvironmentVariable('CLIENT_SECRET', 'word')
            $names = @($Node.Arguments | Where-Object -FilterScript { $_ -and (Test-SecretName -Node $_) })
            foreach ($argument in $Node.Arguments) {
                if ($isSecret -or ($names.Count -gt 0 -and $names -notcontains $argument)) { Get-Constant -Node $argument }
            }
        }
    }
}

function script:Test-SecretName {
    # A text that names what holds a secret: password, 'CLIENT_SECRET', env:API_KEY
    param([Parameter(Mandatory)]$Node)

    $Node -is [System.Management.Automation.Language.StringConstantExpressionAst] -and $Node.Value -match '^[\w:.-]+$' -and $Node.Value -match $script:SecretName
}

function script:Get-NamedSecret {
    # Set-Variable -Name password -Value 'word', New-Item env:CLIENT_SECRET -Value 'word', setx CLIENT_SECRET word
    param([Parameter(Mandatory)]$Command)

    $names = @($Command.CommandElements | Select-Object -Skip 1 | Where-Object -FilterScript { Test-SecretName -Node $_ })
    if ($names.Count -eq 0) { return }
    foreach ($element in $Command.CommandElements | Select-Object -Skip 1) {
        if ($names -notcontains $element) { Get-Constant -Node $element }
    }
}

function script:Get-CommandSecret {
    param([Parameter(Mandatory)]$Command)

    $name = [string]$Command.GetCommandName()
    $isSecure = $name -match '(?i)(^|\\)ConvertTo-SecureString$'
    $isCredential = $name -match '(?i)(^|\\)New-Object$' -and $Command.Extent.Text -match '(?i)credential'
    if ($isSecure -and $Command.Parent -is [System.Management.Automation.Language.PipelineAst]) {
        foreach ($before in $Command.Parent.PipelineElements) {
            if ([object]::ReferenceEquals($before, $Command)) { break }
            Get-Constant -Node $before
        }
    }
    if ($name -match '(?i)^((Set|New)-Variable|sv|nv|set|setx)(\.exe)?$' -or ($name -match '(?i)^((Set|New)-(Item|Content)|si|ni|sc)$' -and $Command.Extent.Text -match '(?i)\b(env|variable):')) {
        Get-NamedSecret -Command $Command
    }
    $isNext = $false
    foreach ($element in $Command.CommandElements | Select-Object -Skip 1) {
        # Of a native command: --password=word, /pass:word, --password word
        $native = [regex]::Match($element.Extent.Text, '^(?:--?|/)([\w-]+)(?:[=:](.+))?$')
        if ($element -is [System.Management.Automation.Language.CommandParameterAst] -and $element.ParameterName -notmatch '=') {
            $isNext = $element.ParameterName -match $script:SecretName
            if ($isCredential -and $element.Argument) { Get-Constant -Node $element.Argument }
            elseif (($isNext -or $isSecure) -and $element.Argument) { Get-Value -Node $element.Argument; $isNext = $false }
        }
        elseif ($native.Groups[2].Success -and $native.Groups[1].Value -match $script:SecretName) { $element.Extent; $isNext = $false }
        elseif ($native.Success -and $native.Groups[1].Value -match $script:SecretName) { $isNext = $true }
        elseif ($isNext -or $isSecure) { Get-Value -Node $element; $isNext = $false }
        elseif ($isCredential) { Get-Constant -Node $element }
    }
}

function script:Get-Value {
    # The extent of a value, unless it only names what holds the secret.
    param([Parameter(Mandatory)]$Node)

    $isName = $Node -is [System.Management.Automation.Language.VariableExpressionAst] -or $Node -is [System.Management.Automation.Language.MemberExpressionAst]
    if (-not $isName -or $Node -is [System.Management.Automation.Language.InvokeMemberExpressionAst]) { $Node.Extent }
}

function script:Get-Constant {
    # What is written out in an expression: texts and numbers, but no command's name.
    param([Parameter(Mandatory)]$Node)

    $found = $Node.FindAll({
            param($part)
            $part -is [System.Management.Automation.Language.ConstantExpressionAst] -or $part -is [System.Management.Automation.Language.ExpandableStringExpressionAst]
        }, $true)
    foreach ($part in $found) {
        $parent = $part.Parent
        $isName = $parent -is [System.Management.Automation.Language.CommandAst] -and [object]::ReferenceEquals($parent.CommandElements[0], $part)
        $isMember = $parent -is [System.Management.Automation.Language.MemberExpressionAst] -and [object]::ReferenceEquals($parent.Member, $part)
        if (-not $isName -and -not $isMember) { $part.Extent }
    }
}

function script:Send-CommandStart {
    param([Parameter(Mandatory)][string]$Line)

    $script:Session.Running = $true
    $message = @{ type = 'command'; running = $true }
    $report = if ($script:Session.LogCommands -or $script:Session.Transcribe) { Get-CommandReport -Line $Line } else { $null }
    if ($script:Session.LogCommands) {
        $message['line'] = $report.line
        $message['cut'] = $report.cut
    }
    $script:CommandHistoryId = Get-NewestHistoryId
    $script:LastError = Get-NewestError
    Write-StartMark -Line $Line -CleanLine $(if ($script:Session.Transcribe) { $report.line } else { $null })
    $script:CommandClock = [System.Diagnostics.Stopwatch]::StartNew()
    # Last, as whoever hears of it may press Ctrl+C: one that comes before the command began ends the line editor instead,
    # and PowerShell reads on without a prompt.
    Send-SessionMessage -Message $message
}

function script:Send-CommandEnd {
    # $Succeeded is what $? was as the prompt came, null where nobody noted it; a command that Ctrl+C stopped is told by
    # the history.
    param([Parameter(Mandatory)][AllowNull()][Nullable[bool]]$Succeeded)

    $seconds = if ($script:CommandClock) { $script:CommandClock.Elapsed.TotalSeconds } else { 0 }
    $script:Session.Running = $false
    $newest = Get-History -Count 1 -ErrorAction Ignore
    if ($newest -and $newest.Id -ne $script:CommandHistoryId -and [string]$newest.ExecutionStatus -ne 'Completed') { $Succeeded = $false }
    $message = @{ type = 'command'; running = $false; seconds = $seconds }
    if ($null -ne $Succeeded) { $message['success'] = $Succeeded }
    Send-SessionMessage -Message $message
    Write-EndMark -Succeeded $Succeeded -Seconds $seconds
}

function script:Get-NewestHistoryId {
    $newest = Get-History -Count 1 -ErrorAction Ignore
    if ($newest) { $newest.Id } else { [long]-1 }
}
