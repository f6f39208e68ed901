# Dot-sourced by Tenantry.psm1: objects become rows of a table in Tenantry's window. They leave by a connection of their
# own, one a table, whose name and nonce the app tells over the session pipe: neither a prompt nor a token ever waits
# behind them. A page is written while the next one is made; where the app is slower, the pipeline waits for it.

$script:GridColumns = 500        # properties of a table; what comes beyond is left out, and said
$script:GridRows = 250000        # rows of a table
$script:GridCellChars = 32000    # a spreadsheet's cell holds 32,767
$script:GridListItems = 1000     # of a value that has many
$script:GridRowChars = 262144    # a row that is longer has its further cells cut at
$script:GridShortChars = 200     # this, so that one of 500 long cells is a message still
$script:GridPageChars = 65536
$script:GridBatch = 200          # objects that are read at one go
$script:GridPageMilliseconds = 100
$script:GridAnswerSeconds = 10
$script:GridAsks = 0
$script:OpenGrids = [System.Collections.ArrayList]::new()
$script:Invariant = [System.Globalization.CultureInfo]::InvariantCulture
$script:Epoch = [DateTime]::new(1970, 1, 1, 0, 0, 0, [DateTimeKind]::Utc)
$script:GridKinds = $null
$script:GridJson = $null

function script:Get-GridTitle {
    # What stands before this command in its pipeline.
    param([Parameter(Mandatory)]$Invocation)

    $line = [string]$Invocation.Line
    $end = $Invocation.OffsetInLine - 1
    if ($end -gt 0 -and $end -le $line.Length) { $line = $line.Substring(0, $end) }
    $line = ($line -split "`n")[-1].Trim().TrimEnd('|').Trim()
    if (-not $line) { $line = 'Out-TenantGrid' }
    if ($line.Length -gt 200) { $line = $line.Substring(0, 200) }
    $line
}

function script:Open-Grid {
    # Asks the app for a table and connects to it; throws where there is none to be had.
    param([Parameter(Mandatory)][string]$Title, [string]$Selection = 'none', [AllowNull()][string[]]$Property)

    $session = $script:Session
    if (-not $session -or -not $session.Listener -or -not $session.Writer) { throw 'A table needs the prompt of a Tenantry session.' }
    Initialize-GridKind
    $offer = Receive-GridOffer
    $pipe = New-PipeClient -Name $offer.Path
    $utf8 = [System.Text.UTF8Encoding]::new($false)
    $writer = [System.IO.StreamWriter]::new($pipe, $utf8, 65536)
    $writer.AutoFlush = $true
    $writer.WriteLine(('{{"v":{0},"type":"hello","nonce":"{1}"}}' -f $script:PipeVersion, $offer.Nonce))
    $writer.WriteLine(('{{"v":{0},"type":"begin","title":{1},"selection":"{2}"}}' -f $script:PipeVersion, (ConvertTo-GridText $Title), $Selection))
    $grid = @{
        Pipe = $pipe; Writer = $writer; Reader = [System.IO.StreamReader]::new($pipe, $utf8); Write = $null; IsOpen = $true
        Page = [System.Text.StringBuilder]::new(); PageRows = 0; Clock = [System.Diagnostics.Stopwatch]::StartNew(); Rows = 0; LeftOut = 0; IsWarned = $false
        Columns = [System.Collections.Generic.Dictionary[string, int]]::new([StringComparer]::OrdinalIgnoreCase); NewColumns = [System.Collections.Generic.List[string]]::new()
        Blank = [string[]]@(); LeftOutColumns = [System.Collections.Generic.HashSet[string]]::new([StringComparer]::OrdinalIgnoreCase)
        Property = $Property; Shown = $null; Plans = @{}; Pending = [System.Collections.Generic.List[object]]::new()
        Kept = $(if ($Selection -ne 'none') { , [System.Collections.Generic.List[object]]::new() })
    }
    $null = $script:OpenGrids.Add($grid)
    $grid
}

function script:Receive-GridOffer {
    $ask = ++$script:GridAsks
    $session = $script:Session
    Send-SessionMessage -Message @{ type = 'grid'; ask = $ask }
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    while (-not $session.GridOffers.ContainsKey($ask)) {
        if (-not $session.Writer) { throw 'Tenantry is gone: there is no window for a table.' }
        if ($clock.Elapsed.TotalSeconds -gt $script:GridAnswerSeconds) { throw 'Tenantry did not answer in time: try again.' }
        [System.Threading.Thread]::Sleep(2)
    }
    $offer = $session.GridOffers[$ask]
    $session.GridOffers.Remove($ask)
    if ($offer.Problem) { throw $offer.Problem }
    $offer
}

function script:Initialize-GridKind {
    # How each type becomes JSON. What is not in it is looked at once, by what it is.
    if ($script:GridKinds) { return }
    if ($PSVersionTable.PSEdition -eq 'Core') { Add-Type -AssemblyName 'System.Web.HttpUtility' } else { Add-Type -AssemblyName 'System.Web' }
    $script:GridJson = [System.Web.HttpUtility]
    $script:GridKinds = @{
        [string] = 1; [bool] = 2; [int] = 3; [byte] = 3; [sbyte] = 3; [int16] = 3; [uint16] = 3; [uint32] = 3; [long] = 4; [uint64] = 4
        [double] = 5; [single] = 5; [decimal] = 6; [DateTime] = 7; [DateTimeOffset] = 8; [TimeSpan] = 9; [guid] = 10; [version] = 10; [uri] = 10; [char] = 10
    }
}

function script:Get-GridKind($value, $type) {
    # Of a type that is met for the first time.
    $kind = if ($value -is [enum] -or $type.IsValueType) { 10 }
    elseif ($value -is [System.Collections.IDictionary]) { 12 }
    elseif ($value -is [System.Collections.IEnumerable] -and $value -isnot [System.Xml.XmlNode]) { 11 }
    else { 10 }
    $script:GridKinds[$type] = $kind
    $kind
}

function script:ConvertTo-GridText([string]$text, [int]$longest = $script:GridCellChars) {
    # A text as a string of JSON; one that is too long as what is kept of it, with its length.
    if ($text.Length -le $longest) { return $script:GridJson::JavaScriptStringEncode($text, $true) }
    $end = $longest
    if ([char]::IsHighSurrogate($text[$end - 1])) { $end-- }
    '["x",' + $script:GridJson::JavaScriptStringEncode($text.Substring(0, $end), $true) + ',' + $text.Length + ']'
}

function script:ConvertTo-GridItem($item) {
    # One of many values, as text.
    if ($null -eq $item) { return '""' }
    $text = ConvertTo-GridPlain $item
    if ($text.Length -gt 1000) { $text = $text.Substring(0, 1000) + [char]0x2026 }
    $script:GridJson::JavaScriptStringEncode($text, $true)
}

function script:ConvertTo-GridPlain($value) {
    # Any value as text. Values of one's own kind are shown flat, so that one that holds itself ends.
    if ($value -is [DateTime]) { return $value.ToString('yyyy-MM-dd HH:mm:ss', $script:Invariant) }
    [string][System.Management.Automation.LanguagePrimitives]::ConvertTo($value, [string], $script:Invariant)
}

function script:ConvertTo-GridCell($value, [int]$longest, $kind) {
    # One value as a cell: text and numbers as they are, the rest as a list that begins with its kind.
    if ($kind -eq 10) { return ConvertTo-GridText (ConvertTo-GridPlain $value) $longest }
    if ($kind -eq 3) { return $value.ToString($script:Invariant) }
    if ($kind -eq 4 -or $kind -eq 6) {
        $number = $value.ToString($script:Invariant)
        # Beyond this a number of JSON is not what it was.
        if ($kind -eq 4 -and $number.Length -lt 16) { return $number }
        return '["n","' + $number + '"]'
    }
    if ($kind -eq 5) {
        $number = $value.ToString('R', $script:Invariant)
        if ($number -match '^-?[0-9.]+(E[+-]?[0-9]+)?$') { return $number }
        return '["n","' + $number + '"]'
    }
    if ($kind -eq 7) {
        $moment = if ($value.Kind -eq 'Local') { $value.ToUniversalTime() } else { $value }
        return '["d",' + [Math]::Floor(($moment - $script:Epoch).TotalMilliseconds).ToString($script:Invariant) + ',"' + $value.ToString('yyyy-MM-dd HH:mm:ss', $script:Invariant) + '"]'
    }
    if ($kind -eq 8) { return '["d",' + $value.ToUnixTimeMilliseconds() + ',"' + $value.ToString('yyyy-MM-dd HH:mm:ss zzz', $script:Invariant) + '"]' }
    '["t",' + $value.TotalMilliseconds.ToString($script:Invariant) + ',"' + $value.ToString('c', $script:Invariant) + '"]'
}

function script:ConvertTo-GridList($value, [int]$longest, $kind) {
    # Many values as a cell.
    $items = [System.Collections.Generic.List[string]]::new()
    $chars = 0
    $isCut = $false
    # Not more than is kept is asked for: a list may be made as it is read, and never end.
    $source = if ($kind -eq 12) { $value.GetEnumerator() } else { $value }
    foreach ($item in $source) {
        if ($items.Count -ge $script:GridListItems -or $chars -ge $longest) { $isCut = $true; break }
        $json = if ($item -is [string] -and $item.Length -le 1000) { $script:GridJson::JavaScriptStringEncode($item, $true) } elseif ($kind -eq 12) { ConvertTo-GridItem ('{0}={1}' -f (ConvertTo-GridPlain $item.Key), $(if ($null -eq $item.Value) { '' } else { ConvertTo-GridPlain $item.Value })) } else { ConvertTo-GridItem $item }
        $chars += $json.Length
        $items.Add($json)
    }
    '["l",[' + [string]::Join(',', $items) + ']' + $(if ($isCut) { ',1' }) + ']'
}

function script:Get-GridProblem($record, $known) {
    # What a getter threw, as a cell. It is none of the person's errors: there are as many as before.
    while ($global:Error.Count -gt $known) { $global:Error.RemoveAt(0) }
    $exception = $record.Exception
    while ($exception.InnerException) { $exception = $exception.InnerException }
    $text = [string]$exception.Message
    if ($text.Length -gt 300) { $text = $text.Substring(0, 300) }
    '["e",' + $script:GridJson::JavaScriptStringEncode($text, $true) + ']'
}

function script:Get-GridView($object) {
    # The names of the properties that PowerShell itself shows of an object, in its order.
    $names = [System.Collections.Generic.List[string]]::new()
    if ($ExecutionContext.InvokeCommand.GetCommand('Get-FormatData', 'Cmdlet')) {
        foreach ($typeName in @($object.PSObject.TypeNames)[0..1]) {
            if (-not $typeName -or $typeName -eq 'System.Object') { continue }
            $views = @(Get-FormatData -TypeName $typeName -ErrorAction Ignore | ForEach-Object -MemberName FormatViewDefinition | Where-Object -FilterScript { $_.Control -is [System.Management.Automation.TableControl] })
            if ($views.Count -eq 0 -or $views[0].Control.Rows.Count -eq 0) { continue }
            foreach ($column in $views[0].Control.Rows[0].Columns) {
                if ([string]$column.DisplayEntry.ValueType -eq 'Property') { $names.Add($column.DisplayEntry.Value) }
            }
            if ($names.Count -gt 1) { return $names }
            $names.Clear()
        }
    }
    $standard = $object.PSObject.Members['PSStandardMembers']
    $set = if ($standard -and $standard.Members) { $standard.Members['DefaultDisplayPropertySet'] }
    if ($set -and $set.ReferencedPropertyNames) { foreach ($name in $set.ReferencedPropertyNames) { $names.Add($name) } }
    $names
}

function script:Get-GridPlan($grid, $object, $base) {
    # How rows are made of a type: which properties are read (null for all), and whether they are made here. Of a living
    # .NET object only what is simple to read is, since a property of it may compute for long.
    $isEntries = $base -is [System.Collections.IDictionary]
    $isScalar = $script:GridKinds.ContainsKey($base.GetType()) -or $base -is [enum]
    if ($isEntries -or $isScalar -or $grid.Property) { return @{ Names = $null; IsMade = $true } }
    if (([string]$object.PSObject.TypeNames[0]).StartsWith('Deserialized.')) { return @{ Names = $null; IsMade = $false } }
    $names = [System.Collections.Generic.HashSet[string]]::new([StringComparer]::OrdinalIgnoreCase)
    foreach ($name in $grid.Shown) { $null = $names.Add($name) }
    foreach ($property in $object.PSObject.Properties) {
        if ($property.MemberType -eq 'NoteProperty') { $null = $names.Add($property.Name); continue }
        if ($property.MemberType -ne 'Property') { continue }
        $type = ($property.TypeNameOfValue -replace '^System\.Nullable`1\[\[([^,\]]+).*$', '$1') -as [type]
        if ($type -and ($type.IsPrimitive -or $type.IsEnum -or $script:GridKinds.ContainsKey($type))) { $null = $names.Add($property.Name) }
    }
    @{ Names = $names; IsMade = $false }
}

function script:Add-GridColumn($grid, $names) {
    # Those of the names that are new, in one call: each function that is called often costs its compiling by PowerShell,
    # 0.1 to 0.3 s of processor time, which a table of a few rows never earns back.
    $columns = $grid.Columns
    foreach ($name in $names) {
        if ($columns.ContainsKey($name)) { continue }
        # The table may have enough of them.
        if ($columns.Count -ge $script:GridColumns) { $null = $grid.LeftOutColumns.Add($name); continue }
        $columns.Add($name, $columns.Count)
        $grid.NewColumns.Add($script:GridJson::JavaScriptStringEncode($(if ($name.Length -gt 200) { $name.Substring(0, 200) } else { $name }), $true))
    }
    if ($columns.Count -gt $grid.Blank.Length) { $grid.Blank = [string[]]('null' + ',null' * ($columns.Count - 1)).Split([char]',') }
}

function script:Add-FirstColumn($grid, $object, $properties, $plan) {
    # The columns of the first row: what PowerShell itself shows first, in its order.
    $names = [System.Collections.Generic.List[string]]::new()
    foreach ($name in $grid.Shown) {
        $property = $object.PSObject.Properties[$name]
        if ($property) { $names.Add($property.Name) }
    }
    foreach ($property in $properties) {
        if ($null -eq $plan -or $plan.Contains($property.Name)) { $names.Add($property.Name) }
    }
    Add-GridColumn $grid $names
}

function script:Get-GridProperty($grid, $object, $base) {
    # What a row is made of where it is not an object's properties as they are: entries, one value, or what was asked for.
    if ($base -is [System.Collections.IDictionary]) {
        foreach ($entry in $base.GetEnumerator()) { [System.Management.Automation.PSNoteProperty]::new([string]$entry.Key, $entry.Value) }
        return
    }
    if (-not $grid.Property) { return [System.Management.Automation.PSNoteProperty]::new('Value', $base) }
    foreach ($name in $grid.Property) {
        $isPattern = [System.Management.Automation.WildcardPattern]::ContainsWildcardCharacters($name)
        $found = @(if ($isPattern) { $object.PSObject.Properties | Where-Object -Property Name -Like -Value $name } else { $object.PSObject.Properties[$name] })
        foreach ($one in @(foreach ($property in $found) { if ($property) { $property.Name } }) + @(if (-not $isPattern) { $name })) {
            if (-not $grid.Columns.ContainsKey($one)) { Add-GridColumn $grid $one }
        }
        $found.Where({ $_ })
    }
}

function script:Add-GridRow($grid) {
    # Makes rows of the objects that wait. One call for many objects: a call costs as much as reading several properties.
    if (-not $grid.IsOpen) { $grid.Pending.Clear(); return }
    $known = $global:Error.Count
    $columns = $grid.Columns
    $kinds = $script:GridKinds
    $json = $script:GridJson
    $page = $grid.Page
    $index = 0
    $value = $null
    foreach ($object in $grid.Pending) {
        if ($grid.Rows -ge $script:GridRows) {
            if (++$grid.LeftOut -eq 1) {
                Send-GridPage $grid
                Write-GridLine $grid ('{"v":' + $script:PipeVersion + ',"type":"full"}')
            }
            continue
        }
        $base = $object.PSObject.BaseObject
        $isFirst = $null -eq $grid.Shown
        if ($isFirst) { $grid.Shown = @(if (-not $grid.Property -and -not $kinds.ContainsKey($base.GetType())) { Get-GridView $object }) }
        $isMade = $false
        $plan = $null
        $properties = $object.PSObject.Properties
        if ($grid.Property -or $base -isnot [System.Management.Automation.PSCustomObject]) {
            $type = $base.GetType()
            if (-not $grid.Plans.ContainsKey($type)) { $grid.Plans[$type] = Get-GridPlan $grid $object $base }
            $plan = $grid.Plans[$type].Names
            $isMade = $grid.Plans[$type].IsMade
            if ($isMade) { $properties = @(Get-GridProperty $grid $object $base) }
        }
        if ($isFirst -and -not $isMade) { Add-FirstColumn $grid $object $properties $plan }
        $longest = $script:GridCellChars
        $chars = 0
        $cells = $grid.Blank.Clone()
        foreach ($property in $properties) {
            $name = $property.Name
            if ($null -ne $plan -and -not $plan.Contains($name)) { continue }
            if (-not $columns.TryGetValue($name, [ref]$index)) {
                Add-GridColumn $grid $name
                if (-not $columns.TryGetValue($name, [ref]$index)) { continue }
            }
            if ($index -ge $cells.Length) {
                $wider = $grid.Blank.Clone()
                $cells.CopyTo($wider, 0)
                $cells = $wider
            }
            try {
                # A property that is asked for by its name hides what its getter threw.
                $value = $property.get_Value()
                if ($null -eq $value) { continue }
                $type = $value.GetType()
                $kind = $kinds[$type]
                if ($null -eq $kind) { $kind = Get-GridKind $value $type }
                if ($kind -eq 1 -and $value.Length -le $longest) { $cells[$index] = $json::JavaScriptStringEncode($value, $true) }
                elseif ($kind -eq 2) { $cells[$index] = if ($value) { 'true' } else { 'false' } }
                elseif ($kind -eq 3) { $cells[$index] = $value.ToString($script:Invariant) }
                elseif ($kind -eq 1) { $cells[$index] = ConvertTo-GridText $value $longest }
                elseif ($kind -eq 11 -and $value -is [System.Collections.ICollection] -and $value.Count -eq 0) { $cells[$index] = '["l",[]]' }
                elseif ($kind -ge 11) { $cells[$index] = ConvertTo-GridList $value $longest $kind }
                else { $cells[$index] = ConvertTo-GridCell $value $longest $kind }
                $chars += $cells[$index].Length
                if ($chars -gt $script:GridRowChars) { $longest = $script:GridShortChars }
            }
            catch { $cells[$index] = Get-GridProblem $_ $known }
        }
        if ($grid.PageRows -gt 0) { $null = $page.Append(',') }
        $null = $page.Append('[').Append([string]::Join(',', $cells)).Append(']')
        $grid.PageRows++
        $grid.Rows++
        if ($null -ne $grid.Kept) { $grid.Kept.Add($object) }
        if ($page.Length -ge $script:GridPageChars) { Send-GridPage $grid }
    }
    $grid.Pending.Clear()
    # A value that threw while it was made a text of is told by nobody.
    while ($global:Error.Count -gt $known) { $global:Error.RemoveAt(0) }
}

function script:Send-GridPage($grid) {
    if ($grid.PageRows -eq 0 -and $grid.NewColumns.Count -eq 0) { return }
    $line = '{"v":' + $script:PipeVersion + ',"type":"rows","columns":[' + [string]::Join(',', $grid.NewColumns) + ']'
    if ($grid.Shown -and $grid.Rows -eq $grid.PageRows) { $line += ',"shown":[' + [string]::Join(',', @($grid.Shown | ForEach-Object -Process { ConvertTo-GridText $_ })) + ']' }
    if ($grid.LeftOutColumns.Count -gt 0) { $line += ',"leftOutColumns":' + $grid.LeftOutColumns.Count }
    $line += ',"rows":[' + $grid.Page.ToString() + ']}'
    $null = $grid.Page.Clear()
    $grid.PageRows = 0
    $grid.NewColumns.Clear()
    Write-GridLine $grid $line
    $grid.Clock.Restart()
}

function script:Write-GridLine($grid, $line) {
    # Begins to write, once what was written before is out. Waits in slices, so that Ctrl+C gets through.
    if (-not $grid.IsOpen) { return }
    $known = $global:Error.Count
    try {
        if ($grid.Write) { while (-not $grid.Write.Wait($script:PollMilliseconds)) { } }
        $grid.Write = $grid.Writer.WriteLineAsync($line)
    }
    catch {
        # The table was closed in the window; the pipeline goes on.
        $null = Get-GridProblem $_ $known
        $grid.IsOpen = $false
    }
}

function script:Complete-Grid {
    # All rows are there. `stopped` where Ctrl+C or an error ended them.
    param([Parameter(Mandatory)]$Grid, [switch]$Stopped)

    if ($Grid.Pending.Count -gt 0) { Add-GridRow $Grid }
    Send-GridPage $Grid
    Write-GridLine $Grid ('{"v":' + $script:PipeVersion + ',"type":"end","isStopped":' + $(if ($Stopped) { 'true' } else { 'false' }) + ',"leftOut":' + $Grid.LeftOut + '}')
}

function script:Close-Grid {
    # Tells the rest and lets the connection go; the table stays in the window.
    param([Parameter(Mandatory)]$Grid, [switch]$Stopped)

    $script:OpenGrids.Remove($Grid)
    if ($Grid.IsOpen) {
        Complete-Grid -Grid $Grid -Stopped:$Stopped
        $known = $global:Error.Count
        try { if ($Grid.Write) { $null = $Grid.Write.Wait(5000) } }
        catch { $null = Get-GridProblem $_ $known }
    }
    $Grid.IsOpen = $false
    $Grid.Pipe.Dispose()
}

function script:Close-LeftGrid {
    # At the prompt: what Ctrl+C or an error ended in the middle keeps what came.
    foreach ($grid in @($script:OpenGrids)) { Close-Grid -Grid $grid -Stopped }
}

function script:Receive-GridSelection {
    # The indices of the rows that the person chose; none where the table was closed without.
    param([Parameter(Mandatory)]$Grid)

    if (-not $Grid.IsOpen) { return }
    $known = $global:Error.Count
    try {
        $task = $Grid.Reader.ReadLineAsync()
        while (-not $task.Wait($script:PollMilliseconds)) { }
        $line = $task.Result
    }
    catch {
        $null = Get-GridProblem $_ $known
        return
    }
    $rows = [regex]::Match([string]$line, '"rows":\[([0-9,]*)\]').Groups[1].Value
    foreach ($row in $rows.Split([char[]]',', [StringSplitOptions]::RemoveEmptyEntries)) { [int]$row }
}
