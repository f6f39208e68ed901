# Everyday cmdlets that lie outside the engine's assembly, as far as the demo and the tests use them.

function Write-Warning { [CmdletBinding()] param([Parameter(Mandatory, Position = 0, ValueFromPipeline)][AllowEmptyString()][string]$Message) process { $PSCmdlet.WriteWarning($Message) } }
function Write-Verbose { [CmdletBinding()] param([Parameter(Mandatory, Position = 0, ValueFromPipeline)][AllowEmptyString()][string]$Message) process { $PSCmdlet.WriteVerbose($Message) } }
function Write-Debug { [CmdletBinding()] param([Parameter(Mandatory, Position = 0, ValueFromPipeline)][AllowEmptyString()][string]$Message) process { $PSCmdlet.WriteDebug($Message) } }
function Write-Information { [CmdletBinding()] param([Parameter(Mandatory, Position = 0)]$MessageData, [string[]]$Tags = @()) process { $PSCmdlet.WriteInformation($MessageData, $Tags) } }
function Write-Progress { [CmdletBinding()] param([Parameter(Position = 0)][string]$Activity = 'Working', [Parameter(Position = 1)][string]$Status = ' ', [int]$PercentComplete = -1, [int]$Id, [int]$ParentId, [int]$SecondsRemaining, [string]$CurrentOperation, [switch]$Completed, [int]$SourceId) }
function Read-Host {
    [CmdletBinding()] param([Parameter(Position = 0)][string]$Prompt, [switch]$AsSecureString, [switch]$MaskInput)
    if ($Prompt) { $Host.UI.Write("${Prompt}: ") }
    if ($AsSecureString) { $Host.UI.ReadLineAsSecureString() } else { $Host.UI.ReadLine() }
}

function New-Object {
    [CmdletBinding()] param([Parameter(Mandatory, Position = 0)][string]$TypeName, [Parameter(Position = 1)][Alias('Args')][object[]]$ArgumentList, [System.Collections.IDictionary]$Property)
    $type = [System.Management.Automation.LanguagePrimitives]::ConvertTo($TypeName, [type])
    if ($type -eq [psobject] -or $type -eq [System.Management.Automation.PSCustomObject]) { $made = [psobject]::new() }
    elseif ($ArgumentList) { $made = $type::new.Invoke($ArgumentList) }
    else { $made = [Activator]::CreateInstance($type) }
    if ($Property) { foreach ($key in $Property.Keys) { if ($made -is [System.Management.Automation.PSCustomObject]) { $made.psobject.Properties.Add([psnoteproperty]::new($key, $Property[$key])) } else { $made.$key = $Property[$key] } } }
    $PSCmdlet.WriteObject($made, $false)
}

function Add-Member {
    [CmdletBinding(DefaultParameterSetName = 'Note')] param(
        [Parameter(Mandatory, ValueFromPipeline)][psobject]$InputObject,
        [Parameter(ParameterSetName = 'Type', Position = 0)][Alias('Type')][System.Management.Automation.PSMemberTypes]$MemberType,
        [Parameter(ParameterSetName = 'Type', Position = 1)][string]$Name,
        [Parameter(ParameterSetName = 'Type', Position = 2)]$Value, [Parameter(ParameterSetName = 'Type', Position = 3)]$SecondValue,
        [Parameter(ParameterSetName = 'Note', Position = 0)][string]$NotePropertyName, [Parameter(ParameterSetName = 'Note', Position = 1)]$NotePropertyValue,
        [Parameter(ParameterSetName = 'Table')][System.Collections.IDictionary]$NotePropertyMembers, [string]$TypeName, [switch]$PassThru, [switch]$Force)
    process {
        $members = if ($NotePropertyMembers) { foreach ($key in $NotePropertyMembers.Keys) { [psnoteproperty]::new($key, $NotePropertyMembers[$key]) } }
        elseif ($NotePropertyName) { [psnoteproperty]::new($NotePropertyName, $NotePropertyValue) }
        elseif ($MemberType) {
            switch ($MemberType) {
                'NoteProperty' { [psnoteproperty]::new($Name, $Value) }
                'ScriptProperty' { [psscriptproperty]::new($Name, $Value, $SecondValue) }
                'ScriptMethod' { [psscriptmethod]::new($Name, $Value) }
                'AliasProperty' { [psaliasproperty]::new($Name, $Value) }
            }
        }
        foreach ($member in $members) {
            if ($Force -and $InputObject.psobject.Members[$member.Name]) { $InputObject.psobject.Members.Remove($member.Name) }
            $InputObject.psobject.Members.Add($member)
        }
        if ($TypeName) { $InputObject.psobject.TypeNames.Insert(0, $TypeName) }
        if ($PassThru) { $InputObject }
    }
}


function Group-Object {
    [CmdletBinding()] param([Parameter(ValueFromPipeline)]$InputObject, [Parameter(Position = 0)][object[]]$Property, [switch]$NoElement, [switch]$AsHashTable, [switch]$AsString)
    begin { $groups = [ordered]@{} }
    process {
        $values = if ($Property) { foreach ($p in $Property) { if ($p -is [scriptblock]) { $InputObject | ForEach-Object $p } else { $InputObject.$p } } } else { $InputObject }
        $key = @($values | ForEach-Object { "$_" }) -join ', '
        if (-not $groups.Contains($key)) { $groups[$key] = [pscustomobject]@{ Values = @($values); Items = [System.Collections.ArrayList]::new() } }
        $null = $groups[$key].Items.Add($InputObject)
    }
    end {
        if ($AsHashTable) { $table = @{}; foreach ($key in $groups.Keys) { $table[$(if ($AsString) { $key } else { $groups[$key].Values[0] })] = @($groups[$key].Items) }; return $table }
        foreach ($key in $groups.Keys | Sort-Object -Property @{ Expression = { $groups[$_].Items.Count } } -Descending) {
            $group = [pscustomobject]@{ Count = $groups[$key].Items.Count; Name = $key; Group = $groups[$key].Items; Values = $groups[$key].Values }
            $group.psobject.TypeNames.Insert(0, 'Microsoft.PowerShell.Commands.GroupInfo')
            $group
        }
    }
}

function Measure-Object {
    [CmdletBinding()] param([Parameter(ValueFromPipeline)]$InputObject, [Parameter(Position = 0)][string[]]$Property, [switch]$Sum, [switch]$Average, [switch]$Maximum, [switch]$Minimum, [switch]$StandardDeviation, [switch]$Line, [switch]$Word, [switch]$Character)
    begin { $count = 0; $numbers = [System.Collections.Generic.List[double]]::new(); $least = $most = $null; $wanted = $Sum -or $Average -or $Maximum -or $Minimum -or $StandardDeviation }
    process {
        if ($null -eq $InputObject) { return }
        $value = if ($Property) { $InputObject.($Property[0]) } else { $InputObject }
        if ($null -eq $value) { return }
        $count++
        if (-not $wanted) { return }
        if ($Sum -or $Average -or $StandardDeviation) { $numbers.Add([double]$value) }
        if ($null -eq $least -or $value -lt $least) { $least = $value }
        if ($null -eq $most -or $value -gt $most) { $most = $value }
    }
    end {
        $total = 0.0; foreach ($number in $numbers) { $total += $number }
        $mean = if ($numbers.Count) { $total / $numbers.Count }
        $deviation = if ($StandardDeviation -and $numbers.Count -gt 1) { $squares = 0.0; foreach ($n in $numbers) { $squares += ($n - $mean) * ($n - $mean) }; [math]::Sqrt($squares / ($numbers.Count - 1)) }
        $result = [pscustomobject][ordered]@{ Count = $count; Average = if ($Average) { $mean }; Sum = if ($Sum) { $total }; Maximum = if ($Maximum) { $most }; Minimum = if ($Minimum) { $least }; StandardDeviation = $deviation; Property = if ($Property) { $Property[0] } }
        $result.psobject.TypeNames.Insert(0, 'Microsoft.PowerShell.Commands.GenericMeasureInfo')
        $result
    }
}
function Measure-Command { [CmdletBinding()] param([Parameter(Mandatory, Position = 0)][scriptblock]$Expression) $clock = [System.Diagnostics.Stopwatch]::StartNew(); $null = . $Expression; $clock.Elapsed }

function ConvertTo-Csv {
    [CmdletBinding()] param([Parameter(Mandatory, ValueFromPipeline)][psobject]$InputObject, [char]$Delimiter = ',', [switch]$NoTypeInformation, [switch]$IncludeTypeInformation, [switch]$NoHeader)
    begin { $names = $null }
    process {
        $quote = { param($value) '"' + ([string]$value).Replace('"', '""') + '"' }
        if (-not $names) { $names = @($InputObject.psobject.Properties.Name); if (-not $NoHeader) { ($names | ForEach-Object { & $quote $_ }) -join $Delimiter } }
        ($names | ForEach-Object { $value = $InputObject.$_; if ($null -ne $value) { & $quote $value } else { '' } }) -join $Delimiter
    }
}
function ConvertFrom-Csv {
    [CmdletBinding()] param([Parameter(Mandatory, ValueFromPipeline)][AllowEmptyString()][string[]]$InputObject, [char]$Delimiter = ',', [string[]]$Header)
    begin { $lines = [System.Collections.Generic.List[string]]::new() }
    process { foreach ($text in $InputObject) { foreach ($line in $text -split '\r?\n') { if ($line) { $lines.Add($line) } } } }
    end {
        $split = { param($line) foreach ($m in [regex]::Matches($line, "(?:^|$([regex]::Escape($Delimiter)))(?:`"((?:[^`"]|`"`")*)`"|([^$Delimiter]*))")) { if ($m.Groups[1].Success) { $m.Groups[1].Value.Replace('""', '"') } else { $m.Groups[2].Value } } }
        $names = $Header
        foreach ($line in $lines) {
            $cells = @(& $split $line)
            if (-not $names) { $names = $cells; continue }
            $row = [ordered]@{}
            for ($i = 0; $i -lt $names.Count; $i++) { $row[$names[$i]] = $cells[$i] }
            [pscustomobject]$row
        }
    }
}
function Export-Csv { [CmdletBinding()] param([Parameter(Mandatory, ValueFromPipeline)][psobject]$InputObject, [Parameter(Mandatory, Position = 0)][string]$Path, [char]$Delimiter = ',', [switch]$NoTypeInformation, [switch]$Append, [switch]$Force, [string]$Encoding) begin { $all = [System.Collections.ArrayList]::new() } process { $null = $all.Add($InputObject) } end { $text = @($all | ConvertTo-Csv -Delimiter $Delimiter); $file = $PSCmdlet.GetUnresolvedProviderPathFromPSPath($Path); if ($Append) { [System.IO.File]::AppendAllLines($file, [string[]]($text | Select-Object -Skip 1)) } else { [System.IO.File]::WriteAllLines($file, [string[]]$text) } } }
function Import-Csv { [CmdletBinding()] param([Parameter(Mandatory, Position = 0)][string]$Path, [char]$Delimiter = ',', [string[]]$Header) Get-Content -LiteralPath $Path | ConvertFrom-Csv -Delimiter $Delimiter -Header $Header }

function Get-Date {
    [CmdletBinding()] param([Parameter(Position = 0, ValueFromPipeline)][datetime]$Date = [datetime]::Now, [string]$Format, [string]$UFormat, [switch]$AsUTC, [int]$Year, [int]$Month, [int]$Day, [int]$Hour, [int]$Minute, [int]$Second)
    process {
        foreach ($part in 'Year', 'Month', 'Day', 'Hour', 'Minute', 'Second') { if ($PSBoundParameters.ContainsKey($part)) { $Date = $Date."Add$(if ($part -in 'Year', 'Month') { $part + 's' } else { $part + 's' })"($PSBoundParameters[$part] - $Date.$part) } }
        if ($AsUTC) { $Date = $Date.ToUniversalTime() }
        if ($Format) { $Date.ToString($Format) } else { $Date }
    }
}
function New-TimeSpan { [CmdletBinding()] param([datetime]$Start = [datetime]::Now, [datetime]$End = [datetime]::Now, [int]$Days, [int]$Hours, [int]$Minutes, [int]$Seconds, [int]$Milliseconds) if ($PSBoundParameters.Keys -match 'Days|Hours|Minutes|Seconds') { [timespan]::new($Days, $Hours, $Minutes, $Seconds, $Milliseconds) } else { $End - $Start } }
function Get-Random { [CmdletBinding()] param([Parameter(Position = 0)]$Maximum = [int]::MaxValue, $Minimum = 0, [Parameter(ValueFromPipeline)][object[]]$InputObject, [int]$Count = 1, [int]$SetSeed) begin { $all = @() } process { $all += $InputObject } end { if ($all.Count) { $all | Sort-Object { [System.Random]::Shared.Next() } | Select-Object -First $Count } else { [System.Random]::Shared.NextInt64($Minimum, $Maximum) } } }
function New-Guid { [CmdletBinding()] param() [guid]::NewGuid() }

function Get-Variable {
    [CmdletBinding()] param([Parameter(Position = 0)][string[]]$Name = '*', [switch]$ValueOnly, [string]$Scope)
    foreach ($one in $Name) { foreach ($variable in (Get-Item -Path "Variable:$one")) { if ($ValueOnly) { $variable.Value } else { $variable } } }
}
function Set-Variable { [CmdletBinding()] param([Parameter(Mandatory, Position = 0)][string]$Name, [Parameter(Position = 1, ValueFromPipeline)]$Value, [string]$Scope, [string]$Option, [switch]$Force, [switch]$PassThru) process { $PSCmdlet.SessionState.PSVariable.Set($(if ($Scope -in 'Global', 'Script') { "${Scope}:$Name" } else { $Name }), $Value) } }
function New-Variable { [CmdletBinding()] param([Parameter(Mandatory, Position = 0)][string]$Name, [Parameter(Position = 1)]$Value, [string]$Scope, [string]$Option, [switch]$Force) $PSCmdlet.SessionState.PSVariable.Set($Name, $Value) }
function Remove-Variable { [CmdletBinding()] param([Parameter(Mandatory, Position = 0)][string[]]$Name, [string]$Scope, [switch]$Force) foreach ($one in $Name) { $PSCmdlet.SessionState.PSVariable.Remove($one) } }
function Clear-Variable { [CmdletBinding()] param([Parameter(Mandatory, Position = 0)][string[]]$Name) foreach ($one in $Name) { $PSCmdlet.SessionState.PSVariable.Set($one, $null) } }

function Get-Alias {
    [CmdletBinding()] param([Parameter(Position = 0)][string[]]$Name = '*', [string]$Definition)
    foreach ($one in $Name) {
        $found = @($ExecutionContext.InvokeCommand.GetCommands($one, 'Alias', $true) | Where-Object { -not $Definition -or $_.Definition -like $Definition })
        if ($found.Count) { $found }
        elseif (-not [wildcardpattern]::ContainsWildcardCharacters($one)) {
            $text = "This command cannot find a matching alias because an alias with the name '$one' does not exist."
            $PSCmdlet.WriteError([System.Management.Automation.ErrorRecord]::new([System.Management.Automation.ItemNotFoundException]::new($text), 'ItemNotFoundException', 'ObjectNotFound', $one))
        }
    }
}
function New-Alias { [CmdletBinding()] param([Parameter(Mandatory, Position = 0)][string]$Name, [Parameter(Mandatory, Position = 1)][string]$Value, [string]$Scope, [switch]$Force) Set-Item -Path "Alias:$Name" -Value $Value }

function Tee-Object { [CmdletBinding()] param([Parameter(ValueFromPipeline)]$InputObject, [Parameter(Position = 0)][string]$FilePath, [string]$Variable, [switch]$Append) begin { $all = [System.Collections.ArrayList]::new() } process { $null = $all.Add($InputObject); $InputObject } end { if ($Variable) { $PSCmdlet.SessionState.PSVariable.Set($Variable, $(if ($all.Count -eq 1) { $all[0] } else { $all.ToArray() })) } if ($FilePath) { $all | Out-File -FilePath $FilePath -Append:$Append } } }
function Compare-Object { [CmdletBinding()] param([Parameter(Mandatory, Position = 0)][object[]]$ReferenceObject, [Parameter(Mandatory, Position = 1)][object[]]$DifferenceObject, [string[]]$Property, [switch]$IncludeEqual) foreach ($one in $DifferenceObject) { if ($one -notin $ReferenceObject) { [pscustomobject]@{ InputObject = $one; SideIndicator = '=>' } } elseif ($IncludeEqual) { [pscustomobject]@{ InputObject = $one; SideIndicator = '==' } } } foreach ($one in $ReferenceObject) { if ($one -notin $DifferenceObject) { [pscustomobject]@{ InputObject = $one; SideIndicator = '<=' } } } }
function Select-String { [CmdletBinding()] param([Parameter(Mandatory, Position = 0)][string[]]$Pattern, [Parameter(ValueFromPipeline)]$InputObject, [Parameter(Position = 1)][string[]]$Path, [switch]$SimpleMatch, [switch]$CaseSensitive, [switch]$Quiet) process { $lines = if ($Path) { Get-Content -Path $Path } else { "$InputObject" }; foreach ($line in $lines) { foreach ($one in $Pattern) { $expression = if ($SimpleMatch) { [regex]::Escape($one) } else { $one }; if ([regex]::IsMatch($line, $expression, $(if ($CaseSensitive) { 'None' } else { 'IgnoreCase' }))) { if ($Quiet) { $true } else { $line }; break } } } } }
function Get-Unique { [CmdletBinding()] param([Parameter(ValueFromPipeline)]$InputObject) begin { $before = $null; $any = $false } process { if (-not $any -or $InputObject -ne $before) { $InputObject }; $before = $InputObject; $any = $true } }
function Get-FileHash { [CmdletBinding()] param([Parameter(Mandatory, Position = 0)][string]$Path) [pscustomobject]@{ Algorithm = 'SHA256'; Hash = [Convert]::ToHexString([System.Security.Cryptography.SHA256]::HashData([System.IO.File]::ReadAllBytes($PSCmdlet.GetUnresolvedProviderPathFromPSPath($Path)))); Path = $Path } }
function Import-PowerShellDataFile { [CmdletBinding()] param([Parameter(Mandatory, Position = 0)][string]$Path) $tokens = $problems = $null; $ast = [System.Management.Automation.Language.Parser]::ParseFile($PSCmdlet.GetUnresolvedProviderPathFromPSPath($Path), [ref]$tokens, [ref]$problems); $ast.Find({ $args[0] -is [System.Management.Automation.Language.HashtableAst] }, $false).SafeGetValue() }
function Add-Type { [CmdletBinding()] param([Parameter(Position = 0)][string]$TypeDefinition, [string[]]$AssemblyName, [string[]]$Path, [switch]$PassThru) if ($TypeDefinition) { throw 'The engine console has no compiler: Add-Type takes -Path and -AssemblyName.' } foreach ($one in $AssemblyName) { $null = [System.Reflection.Assembly]::Load($one) } foreach ($one in $Path) { $null = [System.Reflection.Assembly]::LoadFrom($PSCmdlet.GetUnresolvedProviderPathFromPSPath($one)) } }

function Register-EngineEvent { [CmdletBinding()] param([Parameter(Mandatory, Position = 0)][string]$SourceIdentifier, [Parameter(Position = 1)][scriptblock]$Action, $MessageData, [switch]$SupportEvent, [switch]$Forward, [int]$MaxTriggerCount) $ExecutionContext.Events.SubscribeEvent($null, $null, $SourceIdentifier, $MessageData, $Action, [bool]$SupportEvent, [bool]$Forward) | ForEach-Object { if ($Action -and -not $SupportEvent) { $_.Action } } }
function Register-ObjectEvent { [CmdletBinding()] param([Parameter(Mandatory, Position = 0)]$InputObject, [Parameter(Mandatory, Position = 1)][string]$EventName, [string]$SourceIdentifier = [guid]::NewGuid(), [scriptblock]$Action, $MessageData) $subscriber = $ExecutionContext.Events.SubscribeEvent($InputObject, $EventName, $SourceIdentifier, $MessageData, $Action, $false, $false); if ($Action) { $subscriber.Action } }
function Unregister-Event { [CmdletBinding()] param([Parameter(Position = 0)][string]$SourceIdentifier, [int]$SubscriptionId, [switch]$Force) foreach ($subscriber in @($ExecutionContext.Events.Subscribers)) { if ($subscriber.SourceIdentifier -eq $SourceIdentifier -or ($SubscriptionId -and $subscriber.SubscriptionId -eq $SubscriptionId)) { $ExecutionContext.Events.UnsubscribeEvent($subscriber) } } }
function Get-EventSubscriber { [CmdletBinding()] param([Parameter(Position = 0)][string]$SourceIdentifier = '*', [switch]$Force) $ExecutionContext.Events.Subscribers | Where-Object SourceIdentifier -Like $SourceIdentifier }
function Get-Event { [CmdletBinding()] param([Parameter(Position = 0)][string]$SourceIdentifier = '*') $ExecutionContext.Events.ReceivedEvents | Where-Object SourceIdentifier -Like $SourceIdentifier }
function Wait-Event {
    [CmdletBinding()] param([Parameter(Position = 0)][string]$SourceIdentifier = '*', [int]$Timeout = -1)
    $waited = [System.Diagnostics.Stopwatch]::StartNew()
    while ($Timeout -lt 0 -or $waited.Elapsed.TotalSeconds -lt $Timeout) {
        if ($found = @(Get-Event -SourceIdentifier $SourceIdentifier)) { return $found[0] }
        Start-Sleep -Milliseconds 20
    }
}
function New-Event { [CmdletBinding()] param([Parameter(Mandatory, Position = 0)][string]$SourceIdentifier, $Sender, [object[]]$EventArguments, $MessageData) $ExecutionContext.Events.GenerateEvent($SourceIdentifier, $Sender, $EventArguments, $MessageData) }

function Invoke-WebRequest {
    [CmdletBinding()] param([Parameter(Mandatory, Position = 0)][uri]$Uri, [string]$Method = 'GET', $Body, [System.Collections.IDictionary]$Headers = @{}, [string]$ContentType, [int]$TimeoutSec = 100, [switch]$SkipHttpErrorCheck, [switch]$UseBasicParsing)
    $client = [System.Net.Http.HttpClient]::new(); $client.Timeout = [timespan]::FromSeconds($TimeoutSec)
    try {
        $request = [System.Net.Http.HttpRequestMessage]::new([System.Net.Http.HttpMethod]::new($Method), $Uri)
        if ($Body -is [System.Collections.IDictionary]) { $Body = ($Body.Keys | ForEach-Object { [uri]::EscapeDataString($_) + '=' + [uri]::EscapeDataString($Body[$_]) }) -join '&'; if (-not $ContentType) { $ContentType = 'application/x-www-form-urlencoded' } }
        if ($null -ne $Body) { $request.Content = [System.Net.Http.StringContent]::new([string]$Body, [System.Text.Encoding]::UTF8, $(if ($ContentType) { $ContentType } else { 'application/json' })) }
        foreach ($name in $Headers.Keys) { $null = $request.Headers.TryAddWithoutValidation($name, [string]$Headers[$name]) }
        $response = $client.Send($request)
        $content = $response.Content.ReadAsStringAsync().GetAwaiter().GetResult()
        if (-not $response.IsSuccessStatusCode -and -not $SkipHttpErrorCheck) {
            $problem = [System.Net.Http.HttpRequestException]::new("Response status code does not indicate success: $([int]$response.StatusCode) ($($response.ReasonPhrase)).", $null, $response.StatusCode)
            $record = [System.Management.Automation.ErrorRecord]::new($problem, 'WebCmdletWebResponseException', 'InvalidOperation', $request)
            $record.ErrorDetails = [System.Management.Automation.ErrorDetails]::new($content)
            $PSCmdlet.ThrowTerminatingError($record)
        }
        [pscustomobject]@{ StatusCode = [int]$response.StatusCode; Content = $content; Headers = $response.Headers }
    }
    finally { $client.Dispose() }
}
function Invoke-RestMethod { [CmdletBinding()] param([Parameter(Mandatory, Position = 0)][uri]$Uri, [string]$Method = 'GET', $Body, [System.Collections.IDictionary]$Headers = @{}, [string]$ContentType, [int]$TimeoutSec = 100, [switch]$SkipHttpErrorCheck) $answer = Invoke-WebRequest @PSBoundParameters; try { $answer.Content | ConvertFrom-Json } catch { $answer.Content } }

# The engine reads type and format files for modules: a passing manifest hands it one.
function Update-EngineData { param([string]$Key, [string[]]$Path) foreach ($one in $Path) { $manifest = Join-Path -Path ([System.IO.Path]::GetTempPath()) -ChildPath ('data-' + [guid]::NewGuid().ToString('n') + '.psd1'); Set-Content -Path $manifest -Value "@{ ModuleVersion = '1.0'; $Key = @('$($one.Replace("'", "''"))') }"; try { Import-Module -Name $manifest -Global -DisableNameChecking } finally { [System.IO.File]::Delete($manifest) } } }
function Update-FormatData { [CmdletBinding()] param([Parameter(Position = 0)][string[]]$AppendPath, [string[]]$PrependPath) Update-EngineData -Key 'FormatsToProcess' -Path @($AppendPath + $PrependPath | Where-Object { $_ } | ForEach-Object { $PSCmdlet.GetUnresolvedProviderPathFromPSPath($_) }) }
function Update-TypeData {
    [CmdletBinding()] param([Parameter(Position = 0)][Alias('PrependPath')][string[]]$AppendPath, [string]$TypeName, [string]$MemberType, [string]$MemberName, $Value, [string[]]$DefaultDisplayPropertySet, [switch]$Force)
    $files = @($AppendPath | Where-Object { $_ } | ForEach-Object { $PSCmdlet.GetUnresolvedProviderPathFromPSPath($_) })
    $made = $null
    if ($TypeName) {
        $text = [System.Security.SecurityElement]
        $members = if ($DefaultDisplayPropertySet) { '<MemberSet><Name>PSStandardMembers</Name><Members><PropertySet><Name>DefaultDisplayPropertySet</Name><ReferencedProperties>' + (($DefaultDisplayPropertySet | ForEach-Object { '<Name>' + $text::Escape($_) + '</Name>' }) -join '') + '</ReferencedProperties></PropertySet></Members></MemberSet>' }
        if ($MemberName) {
            $inner = switch ($MemberType) { 'ScriptProperty' { 'GetScriptBlock' } 'ScriptMethod' { 'Script' } 'AliasProperty' { 'ReferencedMemberName' } 'NoteProperty' { 'Value' } default { throw "The engine console cannot add a member of type '$MemberType'." } }
            $members += "<$MemberType><Name>" + $text::Escape($MemberName) + "</Name><$inner>" + $text::Escape("$Value") + "</$inner></$MemberType>"
        }
        $made = Join-Path -Path ([System.IO.Path]::GetTempPath()) -ChildPath ('types-' + [guid]::NewGuid().ToString('n') + '.ps1xml')
        Set-Content -Path $made -Value ('<Types><Type><Name>' + $text::Escape($TypeName) + "</Name><Members>$members</Members></Type></Types>")
        $files += $made
    }
    try { Update-EngineData -Key 'TypesToProcess' -Path $files } finally { if ($made) { [System.IO.File]::Delete($made) } }
}
