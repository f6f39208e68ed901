# Dot-sourced by Tenantry.psm1: the guard of production sessions, and what keeps a read-only session from changing data.
# A help against slips, and no security boundary: whoever means to can get round it.
#
# It is there when a name becomes a command: PowerShell tells of each lookup (PostCommandLookupAction), from a typed
# line, a script, a function, an alias or a block. A command of the service's modules that changes data then gets a
# question at its beginning: its own text stays what it is, so that its parameters bind as ever, and nothing of the
# pipeline has run when the question is asked. Commands are changed when they are first looked up: 600 of them at once
# would take half a second. What is judged how, is data (app/guard/commands.ts) that the app sends.

# In one line: PowerShell shows the text around an error of any other one.
$script:GuardPrelude = [System.Management.Automation.Language.Parser]::ParseInput(
    '$tenantryAnswer = $null; $tenantryAnswer = & $script:TenantryGuard $MyInvocation $PSBoundParameters $WhatIfPreference; ' +
    'if (-not ($tenantryAnswer -is [bool])) { $ErrorActionPreference = ''Stop''; if ($null -eq $tenantryAnswer) { throw ''Tenantry could not ask about this command, so it was not run.'' } throw $tenantryAnswer }',
    [ref]$null, [ref]$null).EndBlock

$script:GuardFailed = { throw 'Tenantry could not put its question before this command, so it was not run.' }

function script:Initialize-Guard {
    param([Parameter(Mandatory)]$Rules)

    $comparer = [System.StringComparer]::OrdinalIgnoreCase
    $commands = New-Object -TypeName System.Collections.Hashtable -ArgumentList $comparer
    foreach ($row in $Rules.commands) { $commands[$row.name] = $row }
    $verbs = New-Object -TypeName 'System.Collections.Generic.HashSet[string]' -ArgumentList $comparer
    foreach ($verb in $Rules.readingVerbs) { $null = $verbs.Add($verb) }
    $script:Guard = @{
        Mode = [string]$Rules.mode; WhatIfPasses = [bool]$Rules.whatIfPasses; ReadingVerbs = $verbs; Commands = $commands
        Modules = [string[]]@($Rules.modules); Objects = [string[]]@($Rules.objectParameters); KnownModules = @{}; Own = @{}; Done = @{}
        Cmdlets = New-Object -TypeName System.Collections.Hashtable -ArgumentList $comparer
        Busy = $false; LastAsk = 0; Approved = @{}
    }
    Set-GuardHook
}

function script:Set-GuardHook {
    # Again where a script or a profile has taken its place.
    if (-not $script:Guard) { return }
    $delegate = $script:Guard['Delegate']
    if ($delegate -and [object]::ReferenceEquals($global:ExecutionContext.InvokeCommand.PostCommandLookupAction, $delegate)) { return }
    if (-not $delegate) {
        $delegate = [System.EventHandler[System.Management.Automation.CommandLookupEventArgs]]$script:GuardHook
        $script:Guard['Delegate'] = $delegate
    }
    $global:ExecutionContext.InvokeCommand.PostCommandLookupAction = $delegate
}

function script:Reset-Guard {
    # At the prompt and before a line runs: what was allowed in the one before is not in this one.
    if (-not $script:Guard) { return }
    $script:Guard.Approved.Clear()
    Set-GuardHook
}

function script:Get-ModuleName {
    # Of the modules that are there.
    foreach ($module in Get-Module) { $module.Name }
}

function script:Add-GuardedModule {
    # Notes the modules that the session's own connection brought: only they are known to be of its service. Whatever
    # name remote PowerShell gave its module, it is judged too.
    param([Parameter(Mandatory)][AllowEmptyCollection()][string[]]$Before)

    foreach ($module in Get-Module) {
        if ($Before -contains $module.Name) { continue }
        $script:Guard.Own[$module.Name] = $true
        if ($module.Name.StartsWith('tmp_')) { $script:Guard.KnownModules[$module.Name] = $true }
    }
    if ($script:Guard.Mode -eq 'read-only') { Remove-ChangingCommand }
}

# Runs at each lookup of the person's PowerShell, so it does little. What it throws would be swallowed by PowerShell and
# the command would run, so it throws nothing.
$script:GuardHook = {
    param($name, $lookup)

    $guard = $script:Guard
    if ($null -eq $guard -or $guard.Busy) { return }
    $command = $lookup.Command
    if ($command -is [System.Management.Automation.AliasInfo]) { $command = $command.ResolvedCommand }
    if ($null -eq $command) { return }
    $module = $command.ModuleName
    if (-not $module) { return }
    if (-not $guard.KnownModules.ContainsKey($module)) { $guard.KnownModules[$module] = Test-GuardedModule -Name $module }
    if (-not $guard.KnownModules[$module]) {
        # Whoever gets a command as an object runs it without a lookup.
        if ($command.Name -ne 'Get-Command') { return }
    }
    elseif (-not (Test-Changing -Command $command)) { return }
    $guard.Busy = $true
    # What a person prefers for their commands is not for these: a guard that is only tried guards nothing.
    $WhatIfPreference = $false
    $ConfirmPreference = 'None'
    try {
        if ($command.Name -eq 'Get-Command') { Protect-AllCommands }
        else { Protect-Command -Command $command -Lookup $lookup }
    }
    catch {
        $script:Guard['Problem'] = $_.Exception.Message
        $lookup.CommandScriptBlock = $script:GuardFailed
    }
    finally { $guard.Busy = $false }
}

function script:Test-GuardedModule {
    param([Parameter(Mandatory)][string]$Name)

    foreach ($beginning in $script:Guard.Modules) {
        if ($Name.StartsWith($beginning, [System.StringComparison]::OrdinalIgnoreCase)) { return $true }
    }
    $false
}

function script:Get-PlainName {
    # The name that Microsoft's documentation has: without the prefix that a module may have been imported with.
    param([Parameter(Mandatory)]$Command)

    $prefix = if ($Command.Module) { [string]$Command.Module.Prefix } else { '' }
    if (-not $prefix) { return $Command.Name }
    $verb, $noun = $Command.Name -split '-', 2
    if ($noun -and $noun.StartsWith($prefix, [System.StringComparison]::OrdinalIgnoreCase)) { return $verb + '-' + $noun.Substring($prefix.Length) }
    $Command.Name
}

function script:Test-Changing {
    # Whether a command may change data; what it is given is looked at when it runs.
    param([Parameter(Mandatory)]$Command)

    $name = Get-PlainName -Command $Command
    $row = $script:Guard.Commands[$name]
    if ($row) { return $row.changes -ne 'never' }
    $dash = $name.IndexOf('-')
    # A name without a verb is a part of the module.
    $dash -gt 0 -and -not $script:Guard.ReadingVerbs.Contains($name.Substring(0, $dash))
}

function script:Protect-AllCommands {
    # All that a name leads to, of modules that this was not done for yet; compiled cmdlets are few.
    $new = @(foreach ($module in Get-Module) {
            if (-not $script:Guard.KnownModules.ContainsKey($module.Name)) { $script:Guard.KnownModules[$module.Name] = Test-GuardedModule -Name $module.Name }
            if ($script:Guard.KnownModules[$module.Name] -and -not $script:Guard.Done.ContainsKey($module.Name)) { $module.Name }
        })
    if ($new.Count -eq 0) { return }
    $all = $global:ExecutionContext.SessionState.InvokeCommand.GetCommands('*-*', ([System.Management.Automation.CommandTypes]'Function, Cmdlet'), $true)
    $owners = @{}
    foreach ($command in $all) {
        $module = $command.ModuleName
        if (-not $module -or $new -notcontains $module -or -not (Test-Changing -Command $command)) { continue }
        if ($command -is [System.Management.Automation.CmdletInfo]) { $null = Protect-Cmdlet -Cmdlet $command; continue }
        if ((Test-Guarded -Block $command.ScriptBlock)) { continue }
        try {
            if (-not $owners.ContainsKey($module)) { $owners[$module] = $true; Set-GuardVariable -Owner $command.ScriptBlock.Module }
            $block = $command.ScriptBlock.Module.NewBoundScriptBlock((New-GuardedBlock -Block $command.ScriptBlock))
        }
        catch { $block = $script:GuardFailed }
        $null = $global:ExecutionContext.SessionState.InvokeProvider.Item.Set('function:global:' + $command.Name, $block)
    }
    foreach ($module in $new) { $script:Guard.Done[$module] = $true }
}

function script:Set-GuardVariable {
    param([Parameter(Mandatory)]$Owner)

    if ($Owner.SessionState.PSVariable.Get('TenantryGuard')) { return }
    $Owner.SessionState.PSVariable.Set((New-Object -TypeName System.Management.Automation.PSVariable -ArgumentList 'TenantryGuard', $script:GuardAnswer, ([System.Management.Automation.ScopedItemOptions]::ReadOnly)))
}

function script:Protect-Command {
    # Puts the question at the beginning of a command. $Lookup is null where it is not about to run.
    param([Parameter(Mandatory)]$Command, $Lookup)

    if ($Command -is [System.Management.Automation.CmdletInfo]) {
        $function = Protect-Cmdlet -Cmdlet $Command
        if ($Lookup) { $Lookup.Command = $function }
        return
    }
    if (-not ($Command -is [System.Management.Automation.FunctionInfo])) { return }
    if (-not $Command.Module -or -not (Test-Exported -Command $Command)) { return }
    $owner = $Command.ScriptBlock.Module
    if (-not $owner) { $owner = $Command.Module }
    if (-not (Test-Guarded -Block $Command.ScriptBlock)) {
        Set-GuardVariable -Owner $owner
        $block = $owner.NewBoundScriptBlock((New-GuardedBlock -Block $Command.ScriptBlock))
    }
    else { $block = $Command.ScriptBlock }
    Set-FunctionBlock -Name $Command.Name -Block $block -Owner $Command.Module
    if ($Lookup -and -not (Test-Guarded -Block $Command.ScriptBlock)) {
        # It came from a table that nobody named.
        $Lookup.CommandScriptBlock = $block
    }
    elseif ($Lookup) { $Lookup.Command = $Command }
}

function script:Test-Exported {
    # A module's own parts are not the person's commands.
    param([Parameter(Mandatory)]$Command)

    $exported = $Command.Module.ExportedFunctions
    $exported.ContainsKey($Command.Name) -or $exported.ContainsKey((Get-PlainName -Command $Command))
}

function script:Test-Guarded {
    param([Parameter(Mandatory)][scriptblock]$Block)

    $tree = $Block.Ast
    $tree -is [System.Management.Automation.Language.ScriptBlockAst] -and $tree.BeginBlock -and [object]::ReferenceEquals($tree.BeginBlock.Extent, $script:GuardPrelude.Extent)
}

function script:Set-FunctionBlock {
    # A module's function is in two tables: the module's own, and that of whoever imported it.
    param([Parameter(Mandatory)][string]$Name, [Parameter(Mandatory)][scriptblock]$Block, [Parameter(Mandatory)]$Owner)

    $global = $global:ExecutionContext.SessionState.InvokeCommand.GetCommand($Name, [System.Management.Automation.CommandTypes]::Function)
    if ($global -and $global.Module -and $global.Module.Name -eq $Owner.Name -and -not (Test-Guarded -Block $global.ScriptBlock)) {
        $null = $global:ExecutionContext.SessionState.InvokeProvider.Item.Set('function:global:' + $Name, $Block)
    }
    $own = $Owner.SessionState.InvokeCommand.GetCommand($Name, [System.Management.Automation.CommandTypes]::Function)
    if ($own -and $own.Module -and $own.Module.Name -eq $Owner.Name -and -not (Test-Guarded -Block $own.ScriptBlock)) {
        $null = $Owner.SessionState.InvokeProvider.Item.Set('function:script:' + $Name, $Block)
    }
}

function script:New-GuardedBlock {
    # The same function with the question before it, made of its parsed parts.
    param([Parameter(Mandatory)][scriptblock]$Block)

    $tree = $Block.Ast
    $parameters = $null
    if ($tree -is [System.Management.Automation.Language.FunctionDefinitionAst]) {
        if ($tree.Parameters) { throw 'The function declares its parameters beside its name.' }
        $tree = $tree.Body
    }
    $clean = $tree.PSObject.Properties['CleanBlock']
    if ($clean -and $clean.Value) { throw 'The function has a clean block.' }
    if ($tree.ParamBlock) { $parameters = $tree.ParamBlock.Copy() }
    $extent = $script:GuardPrelude.Extent
    $first = @(foreach ($statement in $script:GuardPrelude.Statements) { $statement.Copy() })
    $begin = New-NamedBlock -Kind 'Begin' -Extent $extent -First $first -Block $tree.BeginBlock
    $process = if ($tree.ProcessBlock) { $tree.ProcessBlock.Copy() }
    $end = if ($tree.EndBlock) { New-NamedBlock -Kind 'End' -Extent $tree.EndBlock.Extent -First @() -Block $tree.EndBlock }
    $dynamic = if ($tree.DynamicParamBlock) { $tree.DynamicParamBlock.Copy() }
    [System.Management.Automation.Language.ScriptBlockAst]::new($tree.Extent, $parameters, $begin, $process, $end, $dynamic).GetScriptBlock()
}

function script:New-NamedBlock {
    param([Parameter(Mandatory)][string]$Kind, [Parameter(Mandatory)]$Extent, [Parameter(Mandatory)][AllowEmptyCollection()][object[]]$First, [AllowNull()]$Block)

    $statements = $First
    $traps = @()
    if ($Block) {
        $statements += @(foreach ($statement in $Block.Statements) { $statement.Copy() })
        if ($Block.Traps) { $traps = @(foreach ($trap in $Block.Traps) { $trap.Copy() }) }
    }
    $body = [System.Management.Automation.Language.StatementBlockAst]::new($Extent, [System.Management.Automation.Language.StatementAst[]]$statements, [System.Management.Automation.Language.TrapStatementAst[]]$traps)
    [System.Management.Automation.Language.NamedBlockAst]::new($Extent, [System.Management.Automation.Language.TokenKind]$Kind, $body, $false)
}

function script:Protect-Cmdlet {
    # A compiled cmdlet can't be changed: a function of its name, as PowerShell itself writes it, asks and hands over.
    param([Parameter(Mandatory)]$Cmdlet)

    $name = $Cmdlet.Name
    if (-not $script:Guard.Cmdlets.ContainsKey($name)) {
        $text = [System.Management.Automation.ProxyCommand]::Create((New-Object -TypeName System.Management.Automation.CommandMetadata -ArgumentList $Cmdlet))
        $text = [regex]::Replace($text, '(?m)^(\s*\$wrappedCmd = ).*$', { param($found) $found.Groups[1].Value + '$script:Guard.Cmdlets[''' + $name + ''']' })
        $beginning = New-Object -TypeName regex -ArgumentList '(?m)^begin\s*\{'
        $guarded = $beginning.Replace($text, { param($found) $found.Value + "`n" + $script:GuardPrelude.Extent.Text.Replace('$script:TenantryGuard', '$script:GuardAnswer') + "`n" }, 1)
        if ($guarded -eq $text -or $text -notmatch [regex]::Escape('$script:Guard.Cmdlets[')) { throw 'PowerShell writes its proxies in another way.' }
        $script:Guard.Cmdlets[$name] = $Cmdlet
        $block = New-BoundScriptBlock ([scriptblock]::Create($guarded))
        $null = $global:ExecutionContext.SessionState.InvokeProvider.Item.Set('function:global:' + $name, $block)
    }
    $global:ExecutionContext.SessionState.InvokeCommand.GetCommand($name, [System.Management.Automation.CommandTypes]::Function)
}

function script:Remove-ChangingCommand {
    # In a read-only session what changes data is not there to be completed or found, whatever a profile prefers.
    $WhatIfPreference = $false
    $ConfirmPreference = 'None'
    foreach ($module in Get-Module) {
        if (-not (Test-GuardedModule -Name $module.Name) -and -not $script:Guard.KnownModules[$module.Name]) { continue }
        foreach ($command in @($module.ExportedCommands.Values)) {
            if (-not (Test-Changing -Command $command)) { continue }
            $row = $script:Guard.Commands[(Get-PlainName -Command $command)]
            # What reads with the right parameters stays, and is judged when it runs.
            if ($row -and $row.changes -eq 'unless') { continue }
            if ($command -is [System.Management.Automation.FunctionInfo]) {
                $here = $global:ExecutionContext.SessionState.InvokeCommand.GetCommand($command.Name, [System.Management.Automation.CommandTypes]::Function)
                if ($here -and $here.Module -and $here.Module.Name -eq $module.Name) { $global:ExecutionContext.SessionState.InvokeProvider.Item.Remove('function:global:' + $command.Name, $false) }
            }
            else { $command.Visibility = [System.Management.Automation.SessionStateEntryVisibility]::Private }
        }
    }
}

# What a guarded command calls at its beginning: true where it may run, else the error that it ends with.
$script:GuardAnswer = {
    param($invocation, $bound, $isTried)

    $ErrorActionPreference = 'Stop'
    try { Confirm-Change -Invocation $invocation -Bound $bound -IsTried ([bool]$isTried) }
    catch { New-Refusal -Id 'TenantryNotAsked' -Command ([string]$invocation.MyCommand.Name) -Text "Tenantry could not ask about {0} ($($_.Exception.Message)), so it was not run." }
}

function script:New-Refusal {
    param([Parameter(Mandatory)][string]$Id, [Parameter(Mandatory)][string]$Command, [Parameter(Mandatory)][string]$Text)

    $exception = New-Object -TypeName System.InvalidOperationException -ArgumentList ($Text.Replace('{0}', $Command).Replace('{1}', $script:Session.TenantName))
    New-Object -TypeName System.Management.Automation.ErrorRecord -ArgumentList $exception, $Id, ([System.Management.Automation.ErrorCategory]::PermissionDenied), $Command
}

function script:Confirm-Change {
    # $IsTried is what $WhatIfPreference says where the command runs.
    param([Parameter(Mandatory)]$Invocation, [Parameter(Mandatory)]$Bound, [Parameter(Mandatory)][bool]$IsTried)

    $guard = $script:Guard
    $name = Get-PlainName -Command $Invocation.MyCommand
    if (-not (Test-ChangingCall -Name $name -Bound $Bound)) { return $true }
    if (Test-WhatIf -Command $Invocation.MyCommand -Bound $Bound -IsTried $IsTried) { return $true }
    if ($guard.Mode -eq 'read-only') { return New-Refusal -Id 'TenantryReadOnly' -Command $name -Text 'This session of {1} is read-only: {0} changes data, so it was not run.' }
    if ($script:Session.GuardQuietUntil -gt [DateTimeOffset]::UtcNow.ToUnixTimeMilliseconds()) { return $true }
    $pipeline = Find-Pipeline -Invocation $Invocation
    $key = if ($pipeline.Key) { $name + '@' + $pipeline.Key }
    if ($guard.Approved.ContainsKey($name) -or ($key -and $guard.Approved.ContainsKey($key))) { return $true }
    $answer = Request-Answer -Question (New-GuardQuestion -Name $name -Bound $Bound -IsPipeline $pipeline.IsPipeline)
    if ($answer -eq 'run-each') { $key = $name }
    if ($answer -eq 'run' -or $answer -eq 'run-each') {
        if ($key) { $guard.Approved[$key] = $true }
        return $true
    }
    if ($answer -eq 'refuse') { return New-Refusal -Id 'TenantryRefused' -Command $name -Text 'Refused in Tenantry: {0} was not run in {1}, and nothing of this pipeline.' }
    New-Refusal -Id 'TenantryNotAsked' -Command $name -Text 'Tenantry is not there to ask about {0}, so it was not run in {1}. Reconnect the session to go on.'
}

function script:Test-ChangingCall {
    # Whether a command changes data with what it is given.
    param([Parameter(Mandatory)][string]$Name, [Parameter(Mandatory)]$Bound)

    $row = $script:Guard.Commands[$Name]
    if (-not $row) { return $true }
    if ($row.changes -eq 'given') {
        foreach ($parameter in $row.parameters) { if (Test-Given -Bound $Bound -Name $parameter) { return $true } }
        return $false
    }
    if ($row.changes -eq 'unless') {
        $parameter = [string]$row.parameters[0]
        $value = if ($Bound.ContainsKey($parameter)) { [string]$Bound[$parameter] } else { '' }
        return $row.values -notcontains $value
    }
    $row.changes -ne 'never'
}

function script:Test-Given {
    # Whether a parameter is there, and is no switch that says no.
    param([Parameter(Mandatory)]$Bound, [Parameter(Mandatory)][string]$Name)

    if (-not $Bound.ContainsKey($Name)) { return $false }
    $value = $Bound[$Name]
    if ($value -is [System.Management.Automation.SwitchParameter] -or $value -is [bool]) { return [bool]$value }
    $null -ne $value
}

function script:Test-WhatIf {
    # Whether a call is only tried, where that works. What $WhatIfPreference says is handed on as -WhatIf: the service is
    # told of a command's parameters alone.
    param([Parameter(Mandatory)]$Command, [Parameter(Mandatory)]$Bound, [Parameter(Mandatory)][bool]$IsTried)

    if (-not $script:Guard.WhatIfPasses -or -not (Test-OwnModule -Command $Command)) { return $false }
    if ($Bound.ContainsKey('WhatIf')) { return Test-Given -Bound $Bound -Name 'WhatIf' }
    if (-not $IsTried -or -not $Command.Parameters.ContainsKey('WhatIf')) { return $false }
    $Bound['WhatIf'] = [System.Management.Automation.SwitchParameter]::Present
    $true
}

function script:Test-OwnModule {
    # The session's own connection, and not another one that somebody opened beside it.
    param([Parameter(Mandatory)]$Command)

    $name = [string]$Command.ModuleName
    -not $name -or -not $name.StartsWith('tmp') -or $script:Guard.Own.ContainsKey($name)
}

function script:New-GuardQuestion {
    param([Parameter(Mandatory)][string]$Name, [Parameter(Mandatory)]$Bound, [Parameter(Mandatory)][bool]$IsPipeline)

    $objects = New-Object -TypeName 'System.Collections.Generic.List[string]'
    $more = 0
    foreach ($parameter in $script:Guard.Objects) {
        if (-not $Bound.ContainsKey($parameter)) { continue }
        foreach ($value in @($Bound[$parameter])) {
            if ($objects.Count -ge 8) { $more++ } else { $objects.Add($parameter + ': ' + (Get-ObjectName -Value $value)) }
        }
    }
    $ignored = [System.Management.Automation.PSCmdlet]::CommonParameters
    $others = @($Bound.Keys | Where-Object -FilterScript { $script:Guard.Objects -notcontains $_ -and -not $ignored.Contains($_) } | Select-Object -First 40)
    $question = @{ type = 'guard'; command = $Name; objects = $objects.ToArray(); more = $more; fromPipeline = $IsPipeline; parameters = [string[]]$others }
    if ($script:IsRun) { $question['commands'] = [string[]]@(Get-ChangingName -Text $script:RunText) }
    $question
}

function script:Get-ObjectName {
    param([AllowNull()]$Value)

    $text = ''
    if ($null -ne $Value) {
        $property = $null
        if (-not ($Value -is [string])) {
            foreach ($name in 'PrimarySmtpAddress', 'Identity', 'Name', 'Id') {
                $property = $Value.PSObject.Properties[$name]
                if ($property -and $property.Value) { break }
                $property = $null
            }
        }
        $text = if ($property) { [string]$property.Value } else { [string]$Value }
    }
    $text = $text -replace '\p{C}', ' '
    if ($text.Length -gt 200) { $text = $text.Substring(0, 200) + [char]0x2026 }
    $text
}

function script:Find-Pipeline {
    # Whether a command gets its objects from a pipeline, and by what that pipeline is known while its line runs: the
    # places of all that called it. A pipeline that a loop runs again is another one each time, so it has no such key.
    param([Parameter(Mandatory)]$Invocation)

    $isPipeline = [bool]$Invocation.ExpectingInput
    $frames = @(Get-PSCallStack)
    $first = 0
    # The frame's own name is lost with the function's new text.
    while ($first -lt $frames.Count -and -not [object]::ReferenceEquals($frames[$first].InvocationInfo, $Invocation)) { $first++ }
    $outermost = $null
    for ($index = $first + 1; $index -lt $frames.Count; $index++) {
        $place = Get-CallPlace -Position $frames[$index].Position
        if ($place.Pipeline) { $outermost = @{ Index = $index; Pipeline = $place.Pipeline; InLoop = $false } }
        if ($outermost -and $place.InLoop) { $outermost.InLoop = $true }
        $info = $frames[$index].InvocationInfo
        if ($info -and $info.ExpectingInput -and $index + 1 -lt $frames.Count) { $outermost = @{ Index = $index; Pipeline = 'function'; InLoop = $false } }
    }
    if (-not $outermost) { return @{ IsPipeline = $isPipeline; Key = $null } }
    $places = for ($index = $outermost.Index + 1; $index -lt $frames.Count; $index++) {
        $position = $frames[$index].Position
        '{0}:{1}' -f $frames[$index].ScriptName, $(if ($position) { $position.StartOffset } else { 0 })
    }
    @{ IsPipeline = $true; Key = $(if (-not $outermost.InLoop) { $outermost.Pipeline + '|' + ($places -join '|') }) }
}

function script:Get-CallPlace {
    # What stands around a call in its text: the outermost pipeline with a block that holds it, and whether a loop holds that.
    param([AllowNull()]$Position)

    $place = @{ Pipeline = $null; InLoop = $false }
    $text = if ($Position -and $Position.StartScriptPosition) { $Position.StartScriptPosition.GetFullScript() }
    if (-not $text) { return $place }
    $tree = [System.Management.Automation.Language.Parser]::ParseInput($text, [ref]$null, [ref]$null)
    $start = $Position.StartOffset
    $end = $Position.EndOffset
    $node = @($tree.FindAll({ param($part) $part.Extent.StartOffset -le $start -and $part.Extent.EndOffset -ge $end }, $true)) | Select-Object -Last 1
    $block = $null
    for (; $node; $node = $node.Parent) {
        if ($node -is [System.Management.Automation.Language.FunctionDefinitionAst]) { break }
        if ($node -is [System.Management.Automation.Language.LoopStatementAst]) { $place.InLoop = $true }
        if ($node -is [System.Management.Automation.Language.ScriptBlockExpressionAst]) { $block = $node; continue }
        if (-not $block) { continue }
        $takesMany = ($node -is [System.Management.Automation.Language.PipelineAst] -and $node.PipelineElements.Count -gt 1) -or
        ($node -is [System.Management.Automation.Language.InvokeMemberExpressionAst] -and [string]$node.Member -match '^(ForEach|Where)$')
        if ($takesMany) {
            # Loops inside of the pipeline are the pipeline's; those around it run it again.
            $place = @{ Pipeline = '{0}:{1}' -f $node.Extent.File, $node.Extent.StartOffset; InLoop = $false }
            $block = $null
        }
        elseif ($node -is [System.Management.Automation.Language.StatementAst] -and -not ($node -is [System.Management.Automation.Language.PipelineBaseAst]) -and -not ($node -is [System.Management.Automation.Language.CommandBaseAst])) { $block = $null }
    }
    $place
}

function script:Request-Answer {
    # Asks in the app's window and waits: 'run', 'run-each' (this command, as often as it comes in this line), 'refuse', or
    # nothing where nobody is there to ask. Ctrl+C takes the question back, and the pipeline ends.
    param([Parameter(Mandatory)][hashtable]$Question)

    $session = $script:Session
    $ask = ++$script:Guard.LastAsk
    $Question['ask'] = $ask
    $isAnswered = $false
    if (-not (Test-AppThere)) { return }
    Send-SessionMessage -Message $Question
    try {
        while (Test-AppThere) {
            if ($session.GuardAnswers.ContainsKey([string]$ask)) {
                $isAnswered = $true
                $answer = [string]$session.GuardAnswers[[string]$ask]
                $session.GuardAnswers.Clear()
                return $answer
            }
            $null = $session.GuardSignal.WaitOne(100)
        }
    }
    finally {
        if (-not $isAnswered) { Send-SessionMessage -Message @{ type = 'guard-withdrawn'; ask = $ask } }
    }
}

function script:Test-AppThere {
    $session = $script:Session
    [bool]$session.Writer -and [bool]$session.Listener -and [string]$session.Listener.InvocationStateInfo.State -eq 'Running'
}
