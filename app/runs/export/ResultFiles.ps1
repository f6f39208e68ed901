# Rows as files. A row is one line of JSON; CSV is made from that, so that what is merged later is what was written first.

function ConvertTo-RowJson {
    param([Parameter(Mandatory)]$Row)

    # Half of a character (an emoji that was cut) is none that a file could have.
    (ConvertTo-Json -InputObject $Row -Depth 3 -Compress -WarningAction SilentlyContinue) -replace '[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]', [string][char]0xFFFD
}

function Write-ResultFile {
    # Writes rows as <Path>.json and <Path>.csv. CSV begins with a byte order mark, by which Excel knows UTF-8, and its
    # texts are never taken for formulas: one that would be gets an apostrophe before it.
    param([Parameter(Mandatory)][AllowEmptyCollection()][string[]]$Row, [Parameter(Mandatory)][string]$Path)

    $json = if ($Row.Count -eq 0) { "[]`n" } else { "[`n" + ($Row -join ",`n") + "`n]`n" }
    [System.IO.File]::WriteAllText("$Path.json", $json)
    $columns = [System.Collections.Generic.Dictionary[string, int]]::new([StringComparer]::OrdinalIgnoreCase)
    $columns['Tenant'] = 0
    $names = [System.Collections.Generic.List[string]]::new([string[]]@('Tenant'))
    $lines = [System.Collections.Generic.List[string[]]]::new()
    $document = [System.Text.Json.JsonDocument]::Parse($json)
    try {
        foreach ($element in $document.RootElement.EnumerateArray()) {
            $cells = [string[]]::new($names.Count)
            foreach ($property in $element.EnumerateObject()) {
                if (-not $columns.ContainsKey($property.Name)) {
                    $columns[$property.Name] = $names.Count
                    $names.Add($property.Name)
                }
                $place = $columns[$property.Name]
                if ($place -ge $cells.Count) { [Array]::Resize([ref]$cells, $place + 1) }
                $cells[$place] = ConvertTo-CsvCell -Value $property.Value
            }
            $lines.Add($cells)
        }
    }
    finally { $document.Dispose() }
    $writer = [System.IO.StreamWriter]::new("$Path.csv", $false, [System.Text.UTF8Encoding]::new($true))
    try {
        $writer.Write((@($names | ForEach-Object -Process { Format-CsvText -Text $_ }) -join ',') + "`r`n")
        foreach ($cells in $lines) { $writer.Write(($cells -join ',') + (',' * ($names.Count - $cells.Count)) + "`r`n") }
    }
    finally { $writer.Dispose() }
}

function ConvertTo-CsvCell {
    param([Parameter(Mandatory)][System.Text.Json.JsonElement]$Value)

    switch ($Value.ValueKind) {
        'String' { return Format-CsvText -Text $Value.GetString() }
        'Array' { return Format-CsvText -Text (@($Value.EnumerateArray() | ForEach-Object -Process { [string]$_ }) -join ', ') }
        'Null' { return '' }
        'True' { return 'True' }
        'False' { return 'False' }
        'Number' { return $Value.GetRawText() }
        default { return Format-CsvText -Text $Value.GetRawText() }
    }
}

function Format-CsvText {
    # What a spreadsheet would take for a formula (owasp.org, CSV Injection), full-width forms included, is a text here.
    param([Parameter(Mandatory)][AllowEmptyString()][string]$Text)

    if ($Text -match "\A'*\s*[=+\-@|\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]") { $Text = "'$Text" }
    if ($Text -match '[",\r\n]|\A\s|\s\z') { return '"' + $Text.Replace('"', '""') + '"' }
    $Text
}
