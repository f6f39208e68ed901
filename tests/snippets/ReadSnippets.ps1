# Tells what PowerShell's own parser makes of filled snippets. In: { literals: [], texts: [{ filled, value, starts }] }.
# Out: the literals' values, and of each text how many errors it has, which of `starts` are no literal of that value, and
# whether `. {` with it and without its end is complete before that end.
param([Parameter(Mandatory)][string]$In, [Parameter(Mandatory)][string]$Out)
Set-StrictMode -Version Latest

function Get-Literal {
    param($Tokens)
    foreach ($token in $Tokens) {
        if ($token -is [System.Management.Automation.Language.StringLiteralToken] -and $token.Kind -eq 'StringLiteral') { $token }
        if ($token -is [System.Management.Automation.Language.StringExpandableToken] -and $token.NestedTokens) { Get-Literal -Tokens $token.NestedTokens }
    }
}

function Test-Complete {
    param([string]$Text)
    $errors = $null
    $null = [System.Management.Automation.Language.Parser]::ParseInput($Text, [ref]$null, [ref]$errors)
    foreach ($problem in $errors) { if ($problem.IncompleteInput) { return $false } }
    $true
}

$asked = [System.IO.File]::ReadAllText($In) | ConvertFrom-Json
$values = foreach ($literal in $asked.literals) { [string](& ([scriptblock]::Create($literal))) }
$texts = foreach ($text in $asked.texts) {
    $tokens = $errors = $null
    $null = [System.Management.Automation.Language.Parser]::ParseInput($text.filled, [ref]$tokens, [ref]$errors)
    $found = @{}
    foreach ($token in @(Get-Literal -Tokens $tokens)) { $found[$token.Extent.StartOffset] = $token.Value }
    $wrong = @($text.starts | Where-Object { -not $found.ContainsKey([int]$_) -or $found[[int]$_] -cne $text.value })
    $isEarly = $false
    $block = '. {'
    foreach ($line in $text.filled -split "`n") {
        $block += "`n" + $line
        if (Test-Complete -Text $block) { $isEarly = $true }
    }
    @{ errors = $errors.Count; wrong = $wrong; isEarly = $isEarly }
}
[System.IO.File]::WriteAllText($Out, (@{ values = @($values); texts = @($texts) } | ConvertTo-Json -Depth 4 -Compress))
