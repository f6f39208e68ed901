# What an exported run does in one tenant: check, connect, prove the tenant, run the script, read what comes. The script
# runs in a runspace of its own that knows nothing of this: no variable, no strict mode, no certificate.

function Assert-Engine {
    # This PowerShell has to be one that the pinned module runs on, and that very version has to be there.
    param([Parameter(Mandatory)]$Run)

    if ($PSVersionTable.PSVersion -lt [version]$Run.module.powershell) {
        throw "$($Run.module.name) $($Run.module.version) needs PowerShell $($Run.module.powershell) or later, and this is $($PSVersionTable.PSVersion)."
    }
    $found = @(Get-Module -Name $Run.module.name -ListAvailable | ForEach-Object -Process { [string]$_.Version })
    if ($found -notcontains $Run.module.version) {
        $others = if ($found.Count -gt 0) { "; there is $(($found | Sort-Object -Unique) -join ', ')" }
        throw "$($Run.module.name) $($Run.module.version) is not installed here$others. Nothing was run."
    }
}

function Assert-Script {
    # A script that PowerShell can't read runs nowhere, and neither does one that changes data where the run only reads.
    param([Parameter(Mandatory)]$Run, [Parameter(Mandatory)][AllowEmptyString()][string]$Text)

    $problems = $null
    $tree = [System.Management.Automation.Language.Parser]::ParseInput($Text, [ref]$null, [ref]$problems)
    if ($problems.Count -gt 0) {
        throw "PowerShell can't read the script, so nothing was run. Line $($problems[0].Extent.StartLineNumber): $($problems[0].Message)"
    }
    if (-not $Run.isReadOnly) { return }
    $own = @($tree.FindAll({ param($part) $part -is [System.Management.Automation.Language.FunctionDefinitionAst] }, $true) | ForEach-Object -Process { $_.Name })
    foreach ($command in $tree.FindAll({ param($part) $part -is [System.Management.Automation.Language.CommandAst] }, $true)) {
        $why = Get-ChangeReason -Run $Run -Command $command -Own $own
        if ($why) { throw "The run only reads, so nothing was run. Line $($command.Extent.StartLineNumber): $why" }
    }
}

function Get-ChangeReason {
    # Why a command may change data; nothing where it only reads, or is no command of the service.
    param([Parameter(Mandatory)]$Run, [Parameter(Mandatory)]$Command, [string[]]$Own)

    $name = [string]$Command.GetCommandName()
    if (-not $name) {
        if ($Command.CommandElements[0] -is [System.Management.Automation.Language.ScriptBlockExpressionAst]) { return }
        return "$($Command.CommandElements[0].Extent.Text) is not the name of a command, so whether it reads can't be told."
    }
    if ($Own -contains $name) { return }
    $name = ($name -split '\\')[-1]
    $alias = Get-Alias -Name ([WildcardPattern]::Escape($name)) -ErrorAction Ignore
    if ($alias) { $name = [string]$alias.Definition }
    if ($name -eq 'Invoke-Expression') { return 'Invoke-Expression runs a text, so whether it reads can''t be told.' }
    $row = $Run.guard.commands | Where-Object -Property name -EQ -Value $name
    if ($row) { return Get-RowReason -Row $row -Command $Command -Name $name }
    $verb, $noun = $name -split '-', 2
    if (-not $noun -or $Run.guard.readingVerbs -contains $verb) { return }
    $known = Get-Command -Name ([WildcardPattern]::Escape($name)) -CommandType Cmdlet, Function -ErrorAction Ignore | Select-Object -First 1
    $isOfService = @($Run.guard.modules | Where-Object -FilterScript { $known -and ([string]$known.ModuleName).StartsWith($_, [System.StringComparison]::OrdinalIgnoreCase) }).Count -gt 0
    if (-not $known -or $isOfService) { return "$name is not known to only read." }
}

function Get-RowReason {
    # For a command whose parameters say whether it changes data.
    param([Parameter(Mandatory)]$Row, [Parameter(Mandatory)]$Command, [Parameter(Mandatory)][string]$Name)

    if ($Row.changes -eq 'never') { return }
    if ($Row.changes -eq 'always') { return "$Name changes data." }
    $elements = @($Command.CommandElements)
    if (@($elements | Where-Object -FilterScript { $_ -is [System.Management.Automation.Language.VariableExpressionAst] -and $_.Splatted }).Count -gt 0) {
        return "$Name is given its parameters by a variable, so whether it reads can't be told."
    }
    # Behind these nothing is a parameter any more, whatever it looks like.
    if (@($elements | Where-Object -FilterScript { $_.Extent.Text -in '--', '--%' }).Count -gt 0) { return "$Name is given values behind --, so whether it reads can't be told." }
    for ($at = 1; $at -lt $elements.Count; $at++) {
        $element = $elements[$at]
        if ($element -isnot [System.Management.Automation.Language.CommandParameterAst]) { continue }
        $given = $element.ParameterName
        $meant = @($Row.parameters | Where-Object -FilterScript { $_.StartsWith($given, [System.StringComparison]::OrdinalIgnoreCase) })
        if ($meant.Count -eq 0) { continue }
        if ($Row.changes -eq 'given') { return "$Name with -$($meant[0]) changes data." }
        $argument = if ($element.Argument) { $element.Argument } elseif ($at + 1 -lt $elements.Count) { $elements[$at + 1] }
        if ($argument -isnot [System.Management.Automation.Language.StringConstantExpressionAst] -or $Row.values -notcontains $argument.Value) {
            return "$Name with -$($meant[0]) $(if ($argument) { $argument.Extent.Text }) is not known to only read."
        }
        return
    }
    if ($Row.changes -eq 'unless') { Get-UnnamedReason -Row $Row -Element $elements -Name $Name }
}

# Of Invoke-MgGraphRequest (learn.microsoft.com/powershell/module/microsoft.graph.authentication/invoke-mggraphrequest) and
# of every cmdlet, those that take the value which stands behind them. What stands behind any other is by itself.
$valuedParameters = @(
    'Uri', 'Body', 'Headers', 'OutputFilePath', 'InputFilePath', 'ContentType', 'SessionVariable', 'ResponseHeadersVariable', 'StatusCodeVariable', 'GraphRequestSession', 'UserAgent', 'OutputType'
    'ErrorAction', 'ErrorVariable', 'WarningAction', 'WarningVariable', 'InformationAction', 'InformationVariable', 'OutVariable', 'OutBuffer', 'PipelineVariable', 'ProgressAction'
    'EA', 'EV', 'WA', 'WV', 'InfA', 'IV', 'OV', 'OB', 'PV', 'ProgA'
)

function Get-UnnamedReason {
    # For a command whose telling parameter was not named: PowerShell gives it the first value that stands by itself,
    # wherever that is. Only one right behind the command is sure to be that one, so any other is refused.
    param([Parameter(Mandatory)]$Row, [Parameter(Mandatory)][object[]]$Element, [Parameter(Mandatory)][string]$Name)

    for ($at = 1; $at -lt $Element.Count; $at++) {
        $one = $Element[$at]
        if ($one -is [System.Management.Automation.Language.CommandParameterAst]) {
            if (-not $one.Argument -and $valuedParameters -contains $one.ParameterName) { $at++ }
            continue
        }
        if ($at -eq 1 -and $one -is [System.Management.Automation.Language.StringConstantExpressionAst] -and $Row.values -contains $one.Value) { return }
        return "$Name $($one.Extent.Text) is not known to only read: name its parameters."
    }
}

function Open-Tenant {
    # A runspace for one tenant, with the pinned module in it and no connection left from before.
    param([Parameter(Mandatory)]$Run)

    $runspace = [runspacefactory]::CreateRunspace([initialsessionstate]::CreateDefault2())
    $runspace.Open()
    try {
        $null = Invoke-Step -Runspace $runspace -Command 'Import-Module' -Parameter @{ Name = $Run.module.name; RequiredVersion = $Run.module.version; DisableNameChecking = $true }
        if ($Run.family -ne 'exchange') { Disconnect-Tenant -Runspace $runspace -Run $Run }
        elseif (@(Invoke-Step -Runspace $runspace -Command 'Get-ConnectionInformation').Count -gt 0) {
            Disconnect-Tenant -Runspace $runspace -Run $Run
            if (@(Invoke-Step -Runspace $runspace -Command 'Get-ConnectionInformation').Count -gt 0) { throw 'The connection to the tenant before is still there, so nothing was run.' }
        }
    }
    catch {
        $runspace.Dispose()
        throw
    }
    $runspace
}

function Invoke-Step {
    # Runs one command in a runspace, and throws what went wrong in it.
    param([Parameter(Mandatory)]$Runspace, [Parameter(Mandatory)][string]$Command, [System.Collections.IDictionary]$Parameter = @{})

    $shell = [powershell]::Create()
    $shell.Runspace = $Runspace
    try {
        $null = $shell.AddCommand($Command).AddParameters($Parameter)
        if (-not $Parameter.Contains('ErrorAction')) { $null = $shell.AddParameter('ErrorAction', 'Stop') }
        try { $shell.Invoke() }
        catch { throw (Get-InnerMessage -Exception $_.Exception) }
    }
    finally { $shell.Dispose() }
}

function Get-InnerMessage {
    # Without the words of the call that it went through.
    param([Parameter(Mandatory)]$Exception)

    while ($Exception -is [System.Management.Automation.MethodInvocationException] -and $Exception.InnerException) { $Exception = $Exception.InnerException }
    if ($Exception.Message) { $Exception.Message } else { 'An error without a message.' }
}

function Connect-Tenant {
    # Connects as the run's service does, and sees to it that this is the tenant it should be. $Proof is what signs in:
    # a token, a certificate, or the machine's own identity.
    param([Parameter(Mandatory)]$Runspace, [Parameter(Mandatory)]$Run, [Parameter(Mandatory)]$Tenant, [Parameter(Mandatory)][hashtable]$Proof)

    $parameters = @{}
    foreach ($source in $Run.parameters, $Tenant.connect) {
        foreach ($property in $source.PSObject.Properties) { $parameters[$property.Name] = if ($property.Value -is [array]) { [string[]]$property.Value } else { $property.Value } }
    }
    if ($Run.family -eq 'graph') { Add-GraphProof -Runspace $Runspace -Tenant $Tenant -Proof $Proof -Parameters $parameters }
    else {
        $parameters['Organization'] = $Tenant.organization
        foreach ($name in $Proof.Keys) { $parameters[$name] = $Proof[$name] }
        if ($Proof.ContainsKey('Certificate')) { $parameters['AppId'] = $Tenant.clientId }
    }
    if ($Run.family -eq 'exchange') { $parameters['WarningAction'] = 'SilentlyContinue' }
    $null = Invoke-Step -Runspace $Runspace -Command $Run.connect -Parameter $parameters
    Assert-Tenant -Runspace $Runspace -Run $Run -Tenant $Tenant
}

function Add-GraphProof {
    # Graph's module has other words for the same, and knows a cloud of one's own only once it was added.
    param([Parameter(Mandatory)]$Runspace, [Parameter(Mandatory)]$Tenant, [Parameter(Mandatory)][hashtable]$Proof, [Parameter(Mandatory)][hashtable]$Parameters)

    if ($Parameters.ContainsKey('GraphEndpoint')) {
        $environment = @{ Name = $Parameters['Environment']; GraphEndpoint = $Parameters['GraphEndpoint']; AzureADEndpoint = $Parameters['AzureADEndpoint'] }
        $Parameters.Remove('GraphEndpoint')
        $Parameters.Remove('AzureADEndpoint')
        $isKnown = @(Invoke-Step -Runspace $Runspace -Command 'Get-MgEnvironment' | Where-Object -Property Name -EQ -Value $environment.Name).Count -gt 0
        $null = Invoke-Step -Runspace $Runspace -Command $(if ($isKnown) { 'Set-MgEnvironment' } else { 'Add-MgEnvironment' }) -Parameter $environment
    }
    if ($Proof.ContainsKey('ManagedIdentity')) { $Parameters['Identity'] = $true }
    elseif ($Proof.ContainsKey('AccessToken')) { $Parameters['AccessToken'] = ConvertTo-SecureString -String $Proof.AccessToken -AsPlainText -Force }
    else {
        $Parameters['ClientId'] = $Tenant.clientId
        $Parameters['TenantId'] = $Tenant.tenantId
        $Parameters['Certificate'] = $Proof.Certificate
    }
}

function Assert-Tenant {
    # By what the module says of its connection: it has to be the only one, and of the tenant whose id was pinned.
    param([Parameter(Mandatory)]$Runspace, [Parameter(Mandatory)]$Run, [Parameter(Mandatory)]$Tenant)

    $actual = @(
        if ($Run.family -eq 'graph') { Invoke-Step -Runspace $Runspace -Command 'Get-MgContext' | ForEach-Object -Process { [string]$_.TenantId } }
        else { Invoke-Step -Runspace $Runspace -Command 'Get-ConnectionInformation' | ForEach-Object -Process { [string]$_.TenantID } }
    )
    if ($actual.Count -ne 1) { throw "There are $($actual.Count) connections where one should be, so the script was not run." }
    if ($actual[0] -ne $Tenant.tenantId) { throw "This is another tenant: its id is $($actual[0]), and $($Tenant.tenantId) is the one that was meant. The script was not run." }
}

function Invoke-TenantScript {
    # Runs the script as if it had been typed: errors that end a statement do not end what follows. What comes is handed
    # to $OnResult as it comes, errors among it; the error that ended the script is thrown.
    param([Parameter(Mandatory)]$Runspace, [Parameter(Mandatory)][AllowEmptyString()][string]$Text, [Parameter(Mandatory)][scriptblock]$OnResult)

    $shell = [powershell]::Create()
    $shell.Runspace = $Runspace
    try {
        $null = $shell.AddScript($Text, $true)
        $shell.Commands.Commands[0].MergeMyResults([System.Management.Automation.Runspaces.PipelineResultTypes]::Error, [System.Management.Automation.Runspaces.PipelineResultTypes]::Output)
        $nothing = [System.Management.Automation.PSDataCollection[psobject]]::new()
        $nothing.Complete()
        $results = [System.Management.Automation.PSDataCollection[psobject]]::new()
        $going = $shell.BeginInvoke($nothing, $results)
        do {
            $isOver = $going.AsyncWaitHandle.WaitOne(100)
            foreach ($result in $results.ReadAll()) { if ($null -ne $result) { & $OnResult $result } }
            foreach ($said in @($shell.Streams.Warning.ReadAll()) + @($shell.Streams.Information.ReadAll())) { Write-Said -Text ([string]$said) }
        } until ($isOver)
        try { $null = $shell.EndInvoke($going) }
        catch { throw (Get-InnerMessage -Exception $_.Exception) }
    }
    finally { $shell.Dispose() }
}

function Close-Tenant {
    # Says goodbye, and forgets all that the script left.
    param([Parameter(Mandatory)]$Runspace, [Parameter(Mandatory)]$Run)

    try { Disconnect-Tenant -Runspace $Runspace -Run $Run }
    catch { Write-Said -Text "Disconnecting failed: $($_.Exception.Message)" }
    finally { $Runspace.Dispose() }
}

function Disconnect-Tenant {
    # Graph's module fails to disconnect where it is not connected.
    param([Parameter(Mandatory)]$Runspace, [Parameter(Mandatory)]$Run)

    if ($Run.family -eq 'exchange') { $null = Invoke-Step -Runspace $Runspace -Command 'Disconnect-ExchangeOnline' -Parameter @{ Confirm = $false } }
    elseif (Invoke-Step -Runspace $Runspace -Command 'Get-MgContext') { $null = Invoke-Step -Runspace $Runspace -Command 'Disconnect-MgGraph' }
}

function Get-TokenClaim {
    # What a token says of itself, by the claim's name; the service is who checks its signature.
    param([Parameter(Mandatory)][string]$Token, [Parameter(Mandatory)][string]$Name)

    $middle = ($Token -split '\.')[1].Replace('-', '+').Replace('_', '/')
    $claims = [System.Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($middle.PadRight([Math]::Ceiling($middle.Length / 4) * 4, '=')))
    [string](ConvertFrom-Json -InputObject $claims).$Name
}

function Test-FormattedResult {
    # What Format-Table and its like leave of an object is nothing to keep.
    param([Parameter(Mandatory)]$Result)

    $Result.PSObject.BaseObject.GetType().FullName -like 'Microsoft.PowerShell.Commands.Internal.Format*'
}

$formattedSentence = 'The result was formatted for the screen (by Format-Table or its like), so its values are gone. Leave the Format command out.'

function Get-ErrorSentence {
    param([Parameter(Mandatory)]$Record)

    $text = [string]$Record.Exception.Message
    if ($text -match 'NonInteractive mode|does not support user interaction') {
        return 'The script asked for something (Read-Host, a mandatory parameter, or a confirmation), and nobody can answer here. Give it as a parameter, or add -Confirm:$false.'
    }
    if ($text) { $text } else { 'An error without a message.' }
}

function ConvertTo-Row {
    # A result as one row, its tenant in front: texts, numbers and booleans as they are, lists as lists of texts, the rest
    # as text. Of a living .NET object only what is simple to read is, since a property of it may compute for long.
    param([Parameter(Mandatory)][string]$Tenant, [Parameter(Mandatory)]$Result)

    $row = [ordered]@{ Tenant = $Tenant }
    $base = $Result.PSObject.BaseObject
    # By its entries: where one of them is called Keys, that is what .Keys would be.
    if ($base -is [System.Collections.IDictionary]) { foreach ($entry in $base.GetEnumerator()) { Add-Cell -Row $row -Name ([string]$entry.Key) -Of $entry } }
    elseif ($base -is [string] -or $base -is [ValueType] -or $base -is [version] -or $base -is [uri]) { Add-Cell -Row $row -Name 'Value' -Of @{ Value = $base } }
    else {
        $types = $Result.PSObject.TypeNames
        $isSent = $types.Count -gt 0 -and $types[0].StartsWith('Deserialized.')
        foreach ($property in $Result.PSObject.Properties) {
            $type = ($property.TypeNameOfValue -replace '^System\.Nullable`1\[\[([^,\]]+).*$', '$1') -as [type]
            $isSimple = $type -and ($type.IsPrimitive -or $type.IsEnum -or $type -in [string], [datetime], [datetimeoffset], [timespan], [guid], [decimal], [version], [uri])
            if (-not $isSent -and $property.MemberType -ne 'NoteProperty' -and -not ($property.MemberType -eq 'Property' -and $isSimple)) { continue }
            Add-Cell -Row $row -Name $property.Name -Of $property
        }
    }
    [pscustomobject]$row
}

function Get-ColumnName {
    # A property that is called as one of the table's own columns stands beside it, and so does an entry whose name
    # PowerShell keeps for itself.
    param([Parameter(Mandatory)][AllowEmptyString()][string]$Name)

    if ($Name -in 'Tenant', 'Error', 'PSObject', 'PSBase', 'PSAdapted', 'PSExtended', 'PSTypeNames') { "$Name (of the result)" } else { $Name }
}

function Add-Cell {
    # A value that can't be read, or can't be told as text, says why in its place: the row and those after it are kept.
    param([Parameter(Mandatory)][System.Collections.IDictionary]$Row, [Parameter(Mandatory)][AllowEmptyString()][string]$Name, [Parameter(Mandatory)]$Of)

    $column = Get-ColumnName -Name $Name
    # A property that is asked for by its name hides what its getter threw.
    try {
        if ($Of -is [System.Management.Automation.PSPropertyInfo]) { $Row[$column] = ConvertTo-Cell -Value $Of.get_Value() }
        else { $Row[$column] = ConvertTo-Cell -Value $Of.Value }
    }
    catch { $Row[$column] = "($(Get-InnerMessage -Exception $_.Exception))" }
}

function ConvertTo-Cell {
    param([AllowNull()]$Value)

    if ($null -eq $Value) { return $null }
    $base = $Value.PSObject.BaseObject
    if ($base -is [string] -or $base -is [bool] -or $base -is [decimal] -or ($base.GetType().IsPrimitive -and $base -isnot [char] -and $base -isnot [IntPtr] -and $base -isnot [UIntPtr])) { return $base }
    if ($base -is [System.Collections.IDictionary]) { return , [string[]]@(foreach ($entry in $base.GetEnumerator()) { '{0}={1}' -f $entry.Key, (ConvertTo-Plain -Value $entry.Value) }) }
    if ($base -is [System.Collections.IEnumerable] -and $base -isnot [System.Xml.XmlNode]) { return , [string[]]@(foreach ($item in $base) { ConvertTo-Plain -Value $item }) }
    ConvertTo-Plain -Value $base
}

function ConvertTo-Plain {
    param([AllowNull()]$Value)

    if ($null -eq $Value) { return '' }
    if ($Value -is [datetime]) { return $Value.ToString('yyyy-MM-dd HH:mm:ss', [cultureinfo]::InvariantCulture) }
    [string][System.Management.Automation.LanguagePrimitives]::ConvertTo($Value, [string], [cultureinfo]::InvariantCulture)
}
