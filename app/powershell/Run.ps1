# Dot-sourced by Tenantry.psm1: one tenant of a run across tenants. The process has no terminal and nobody to ask: it
# connects as a session does, runs one script, hands its objects on as rows and its errors as sentences, and ends.

$script:RunGrid = $null
$script:RunNeeds = $false
$script:RunErrors = 0
$script:RunSentences = $null
$script:MostRunSentences = 5
$script:RunSentenceChars = 1000

function script:Start-Run {
    <#
    .SYNOPSIS
    Connects this PowerShell process to its tenant and runs the script that Tenantry sends.
    .PARAMETER Invoke
    Runs a pipeline. It comes from the command line, so that the script runs where what is typed would, and sees nothing of this module.
    #>
    [CmdletBinding()]
    param([Parameter(Mandatory)][scriptblock]$Invoke)

    $name = $env:TENANTRY_PIPE
    $nonce = $env:TENANTRY_NONCE
    $env:TENANTRY_PIPE = $null
    $env:TENANTRY_NONCE = $null
    if (-not $name -or -not $nonce) { return }
    $script:IsRun = $true
    # The others wait until something asks for them: each costs each tenant its loading.
    $script:WaitParts = 'TokenRenewal', 'Grid'
    $global:ProgressPreference = 'SilentlyContinue'
    $script:Session = New-SessionState
    try {
        Connect-SessionPipe -Name $name
        Send-Hello -Nonce $nonce
        $nonce = $null
        Invoke-SessionStart
        # One that is not wanted any more, once it is connected, says goodbye to its service all the same.
        if ($null -ne $script:RunText) { Invoke-Run -Invoke $Invoke } else { Disconnect-Session }
    }
    catch {
        Send-SessionMessage -Message @{ type = 'failed'; service = $null; stage = 'connect'; message = $_.Exception.Message; errorId = 'Stopped' }
    }
}

function script:Send-Parsed {
    # Whether PowerShell can read a script, before anything is connected, and where secrets stand in it, from the end,
    # where the app wants to know.
    param([Parameter(Mandatory)]$Message)

    $problems = $null
    $null = [System.Management.Automation.Language.Parser]::ParseInput([string]$Message.text, [ref]$null, [ref]$problems)
    $line = 0
    $problem = $null
    if ($problems.Count -gt 0) {
        $line = $problems[0].Extent.StartLineNumber
        $text = $problems[0].Message
        $problem = [Uri]::EscapeDataString($text.Substring(0, [Math]::Min($text.Length, 500)))
    }
    $answer = @{ type = 'parsed'; id = $Message.id; line = $line; problem = $problem }
    if ($Message.secrets) {
        Import-Part -Name 'CommandReport'
        $answer['secrets'] = [int[]]@(foreach ($place in Get-SecretPlace -Line ([string]$Message.text)) { $place.Start; $place.End })
    }
    Send-SessionMessage -Message $answer
}

function script:Invoke-Run {
    # The listener is there before the script: it takes new tokens, answers, and the word to stop.
    param([Parameter(Mandatory)][scriptblock]$Invoke)

    $script:Session.EndsWithApp = $true
    # A refused connect that was mended is none of the script's errors.
    $global:Error.Clear()
    foreach ($part in $script:WaitParts) { Import-Part -Name $part }
    Start-PipeListener
    # Nothing of the app's runs in the middle of the script.
    $script:Session.Goodbye = { }
    if ($script:Guard) { Reset-Guard }
    if ($script:RunNeeds) { Send-NeededCommand }
    if ($script:Session.LogCommands) {
        Import-Part -Name 'CommandReport'
        $null = Send-CommandStart -Line $script:RunText
    }
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    $script:RunSentences = [System.Collections.Generic.List[string]]::new()
    # Nothing at all is no $null to JSON.
    $problem = [string](Invoke-RunScript -Invoke $Invoke)
    if (-not $problem) { $problem = $null }
    $isStopped = $script:Session.IsStopped
    Close-RunGrid -Stopped:([bool]$problem -or $isStopped)
    if ($script:Session.LogCommands) { Send-CommandEnd -Succeeded (-not $problem -and -not $isStopped -and $script:RunErrors -eq 0) }
    Send-SessionMessage -Message @{
        type = 'ran'; id = $script:RunId; isStopped = $isStopped; problem = $problem; errors = $script:RunErrors
        sentences = $script:RunSentences.ToArray(); seconds = $clock.Elapsed.TotalSeconds
    }
    while ($script:Session.DisconnectId -eq 0 -and $script:Session.Writer) { [System.Threading.Thread]::Sleep(20) }
    Disconnect-Session
}

function script:Invoke-RunScript {
    # Runs the script as if it had been typed: errors that end a statement do not end what follows. Answers the sentence of
    # the error that ended it, or nothing.
    param([Parameter(Mandatory)][scriptblock]$Invoke)

    $shell = [powershell]::Create([System.Management.Automation.RunspaceMode]::CurrentRunspace)
    $null = $shell.AddScript($script:RunText, $true)
    $shell.Commands.Commands[0].MergeMyResults([System.Management.Automation.Runspaces.PipelineResultTypes]::Error, [System.Management.Automation.Runspaces.PipelineResultTypes]::Output)
    $null = $shell.AddCommand('ForEach-Object').AddParameter('Process', (New-BoundScriptBlock { Receive-RunResult $_ }))
    $script:Session.Script = $shell
    try {
        if (-not $script:Session.IsStopped) { $null = & $Invoke $shell }
    }
    catch {
        $exception = $_.Exception
        while ($exception -is [System.Management.Automation.MethodInvocationException] -and $exception.InnerException) { $exception = $exception.InnerException }
        if (-not $script:Session.IsStopped) { return Add-RunError -Text $exception.Message }
    }
    finally {
        $script:Session.Script = $null
        $shell.Dispose()
    }
}

function script:Receive-RunResult($result) {
    if ($null -eq $result) { return }
    if ($result.PSObject.BaseObject -is [System.Management.Automation.ErrorRecord]) {
        $null = Add-RunError -Text ([string]$result.Exception.Message)
        return
    }
    if ($result.PSObject.BaseObject.GetType().FullName -like 'Microsoft.PowerShell.Commands.Internal.Format*') {
        if (-not $script:Session.IsFormatted) { $null = Add-RunError -Text 'The result was formatted for the screen (by Format-Table or its like), so its values are gone. Leave the Format command out.' }
        $script:Session.IsFormatted = $true
        return
    }
    if ($script:RunGrid -eq $false) { return }
    if (-not $script:RunGrid) {
        try { $script:RunGrid = Open-Grid -Title 'Run' }
        catch {
            $script:RunGrid = $false
            $null = Add-RunError -Text $_.Exception.Message
            return
        }
    }
    $grid = $script:RunGrid
    $grid.Pending.Add($result)
    # The first rows show at once, and so does what comes slowly.
    if ($grid.Pending.Count -lt $script:GridBatch -and $grid.Rows -ge 20 -and $grid.Clock.ElapsedMilliseconds -lt $script:GridPageMilliseconds) { return }
    Add-GridRow $grid
    Send-GridPage $grid
}

function script:Close-RunGrid {
    param([switch]$Stopped)

    if ($script:RunGrid) { Close-Grid -Grid $script:RunGrid -Stopped:$Stopped }
    $script:RunGrid = $false
}

function script:Add-RunError {
    # Counts an error, keeps the first sentences, and answers this one.
    param([Parameter(Mandatory)][AllowEmptyString()][string]$Text)

    if ($Text -match 'NonInteractive') {
        $Text = 'The script asked for something (Read-Host, a mandatory parameter, or a confirmation), and nobody can answer in a run. Give it as a parameter, or add -Confirm:$false.'
    }
    if (-not $Text) { $Text = 'An error without a message.' }
    if ($Text.Length -gt $script:RunSentenceChars) { $Text = $Text.Substring(0, $script:RunSentenceChars) }
    $script:RunErrors++
    if ($script:RunSentences.Count -lt $script:MostRunSentences) { $script:RunSentences.Add($Text) }
    # A new token may know of a role that was given since.
    if ($Text -match $script:RefusalPattern) { Send-SessionMessage -Message @{ type = 'refused'; message = $Text } }
    $Text
}

# Commands of PowerShell's own that reach others by a text, or tell of them. A script with one of them needs all.
$script:ReachingCommands = [System.Collections.Generic.HashSet[string]]::new([string[]]@(
        'Add-Type', 'Enter-PSSession', 'Export-Alias', 'Get-Alias', 'Get-Command', 'Get-Help', 'Get-Module', 'Get-PSCallStack', 'Import-Alias', 'Import-Module', 'Import-PSSession'
        'Invoke-Command', 'Invoke-Expression', 'Invoke-History', 'New-Alias', 'New-Module', 'New-Object', 'Register-ArgumentCompleter', 'Register-EngineEvent', 'Register-ObjectEvent'
        'Remove-Module', 'Set-Alias', 'Show-Command', 'Start-Job', 'Start-ThreadJob', 'Trace-Command', 'Update-Help'
        # What reads a script from a file, or shows commands under another name.
        'Get-PSDrive', 'Get-PSProvider', 'Get-Runspace', 'Import-LocalizedData', 'New-PSDrive', 'Update-FormatData', 'Update-TypeData'
    ), [StringComparer]::OrdinalIgnoreCase)
$script:ReachingMethods = @(
    'CreateNestedPipeline', 'CreatePipeline', 'ExpandString', 'GetCmdlet', 'GetCmdlets', 'GetCommand', 'GetCommandName', 'GetCommands', 'GetNewClosure', 'Invoke', 'InvokeReturnAsIs', 'InvokeScript'
    'InvokeWithContext', 'NewScriptBlock'
)

function script:Send-NeededCommand {
    $commands = Get-NeededCommand -Text $script:RunText
    # Nothing at all is no $null to JSON.
    if ($null -eq $commands) { $commands = $null }
    Send-SessionMessage -Message @{ type = 'needed'; commands = $commands }
}

function script:Get-NeededCommand {
    # The service's commands that a script calls, where it is plain that it calls no others; nothing where that is not. A
    # connection that brings those alone is there sooner (-CommandName), and the run's further tenants connect so.
    param([Parameter(Mandatory)][AllowEmptyString()][string]$Text)

    $tree = [System.Management.Automation.Language.Parser]::ParseInput($Text, [ref]$null, [ref]$null)
    $needed = [System.Collections.Generic.SortedSet[string]]::new([StringComparer]::OrdinalIgnoreCase)
    $own = @($tree.FindAll({ param($part) $part -is [System.Management.Automation.Language.FunctionDefinitionAst] }, $true) | ForEach-Object -MemberName Name)
    $wasBusy = $script:Guard -and $script:Guard.Busy
    if ($script:Guard) { $script:Guard.Busy = $true }
    try {
        foreach ($node in $tree.FindAll({ $true }, $true)) {
            if ($node -isnot [System.Management.Automation.Language.CommandAst]) {
                if (Test-Reaching -Node $node) { return }
                continue
            }
            if ($node.CommandElements[0] -is [System.Management.Automation.Language.ScriptBlockExpressionAst]) { continue }
            $name = $node.GetCommandName()
            if (-not $name) { return }
            $owner = Get-CommandOwner -Name $name
            # A function of the script's own may be called where it is not defined, or not yet: what has its name there is
            # what was there before.
            if ($owner.Kind -eq 'Other' -or ($owner.Kind -eq 'None' -and $own -notcontains $name)) { return }
            if ($owner.Kind -eq 'Service') { $null = $needed.Add($owner.Name) }
        }
    }
    finally { if ($script:Guard) { $script:Guard.Busy = $wasBusy } }
    if ($needed.Count -gt 0 -and $needed.Count -le 50) { , [string[]]@($needed) }
}

function script:Get-CommandOwner {
    # A command's plain name and whose it is: the service's, where the connection brought it; plain, where it is
    # PowerShell's or the module's own, does what it says and no more; other, or none at all.
    param([Parameter(Mandatory)][string]$Name)

    $types = [System.Management.Automation.CommandTypes]'Alias, Function, Cmdlet'
    $command = $global:ExecutionContext.SessionState.InvokeCommand.GetCommand($Name, $types)
    if (-not $command) { return @{ Name = $Name; Kind = 'None' } }
    if ($command -is [System.Management.Automation.AliasInfo]) { $command = $command.ResolvedCommand }
    if (-not $command -or $Name.Contains('\')) { return @{ Name = $Name; Kind = 'Other' } }
    $module = [string]$command.ModuleName
    $isPlain = $module -eq $script:Session.Module.Name -or @('Microsoft.PowerShell.Core', 'Microsoft.PowerShell.Utility', 'Microsoft.PowerShell.Management') -contains $module
    # Exchange's module puts what the service sends into a module of this name.
    if ($module.StartsWith('tmpEXO_')) { $kind = 'Service' }
    elseif ($isPlain -and -not $script:ReachingCommands.Contains($command.Name)) { $kind = 'Plain' }
    else { $kind = 'Other' }
    @{ Name = $command.Name; Kind = $kind }
}

function script:Test-Reaching {
    # Whether a part of a script that is no command may call one, or look for one.
    param([Parameter(Mandatory)]$Node)

    switch ($Node.GetType().Name) {
        'UsingStatementAst' { return $true }
        'VariableExpressionAst' {
            $path = $Node.VariablePath
            # Behind a scope ($global:) too.
            return $path.IsDriveQualified -and $path.DriveName -ne 'env' -or @('ExecutionContext', 'PSCmdlet', 'MyInvocation', 'Host') -contains ($path.UserPath -split ':')[-1]
        }
        # A drive's name, or its provider's (Microsoft.PowerShell.Core\Function::).
        'StringConstantExpressionAst' { return $Node.Value -match '(?i)(^|\\)(function|alias):' }
        'ExpandableStringExpressionAst' { return $Node.Value -match '(?i)(^|\\)(function|alias):' }
        { $_ -eq 'TypeExpressionAst' -or $_ -eq 'TypeConstraintAst' } { return $Node.TypeName.FullName -match '(?i)^(powershell|runspacefactory)$|scriptblock|Automation|Runspace|Reflection|^(type|System\.Type|System\.Activator|Activator)$' }
        'ConvertExpressionAst' { return $Node.Type.TypeName.FullName -match '(?i)scriptblock|powershell' }
        # A method that is named by a value may be any.
        'InvokeMemberExpressionAst' { return $Node.Member -isnot [System.Management.Automation.Language.StringConstantExpressionAst] -or $script:ReachingMethods -contains $Node.Member.Value }
    }
    $false
}

function script:Get-ChangingName {
    # The commands of a script that are known to change data, by PowerShell's parser. What a variable or a text names is not seen.
    param([Parameter(Mandatory)][AllowEmptyString()][string]$Text)

    $tree = [System.Management.Automation.Language.Parser]::ParseInput($Text, [ref]$null, [ref]$null)
    $names = [System.Collections.Generic.SortedSet[string]]::new([StringComparer]::OrdinalIgnoreCase)
    $types = [System.Management.Automation.CommandTypes]'Alias, Function, Cmdlet'
    $wasBusy = $script:Guard.Busy
    $script:Guard.Busy = $true
    try {
        foreach ($node in $tree.FindAll({ param($part) $part -is [System.Management.Automation.Language.CommandAst] }, $true)) {
            $name = $node.GetCommandName()
            if (-not $name -or $names.Count -ge 50) { continue }
            $command = $global:ExecutionContext.SessionState.InvokeCommand.GetCommand($name, $types)
            if ($command -is [System.Management.Automation.AliasInfo]) { $command = $command.ResolvedCommand }
            if (-not $command -or -not $command.ModuleName) { continue }
            $isGuarded = $script:Guard.KnownModules[$command.ModuleName] -or (Test-GuardedModule -Name $command.ModuleName) -or $script:Guard.Cmdlets.ContainsKey($command.Name)
            if ($isGuarded -and (Test-Changing -Command $command)) { $null = $names.Add((Get-PlainName -Command $command)) }
        }
    }
    finally { $script:Guard.Busy = $wasBusy }
    [string[]]@($names)
}
