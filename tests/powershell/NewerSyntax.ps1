<#
.SYNOPSIS
Finds what Windows PowerShell 5.1 can't parse or reads otherwise, with the parser of a newer PowerShell.
.DESCRIPTION
Writes one line for each finding: the script's path, the line, what it is, and the text, parted by tabs. Classes and
`using` of anything but a namespace are findings too: their types are resolved while parsing, which can't be told here.
.LINK
https://learn.microsoft.com/powershell/scripting/whats-new/differences-from-windows-powershell
#>
[CmdletBinding()]
param([Parameter(Mandatory)][string[]]$Path)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$newerTokens = @{
    QuestionMark = 'ternary'; QuestionQuestion = '??'; QuestionQuestionEquals = '??='; QuestionDot = '?.'
    QuestionLBracket = '?[]'; AndAnd = '&&'; OrOr = '||'
}
$newerTypes = 'semver', 'short', 'ushort', 'uint', 'ulong', 'NoRunspaceAffinity', 'ValidateTrustedData'
$knownAttributes = 'CmdletBinding', 'Parameter', 'Alias', 'OutputType', 'AllowNull', 'AllowEmptyString', 'AllowEmptyCollection',
    'ValidateNotNull', 'ValidateNotNullOrEmpty', 'ValidateSet', 'ValidateRange', 'ValidatePattern', 'ValidateCount',
    'ValidateLength', 'ValidateScript', 'SupportsWildcards', 'Diagnostics.CodeAnalysis.SuppressMessage'

function Find-NewerToken {
    param($Tokens)

    $before = $null
    foreach ($token in $Tokens) {
        $kind = [string]$token.Kind
        if ($newerTokens.ContainsKey($kind)) { @{ At = $token.Extent; What = $newerTokens[$kind] } }
        if ($kind -eq 'Pipe' -and $before -eq 'NewLine') { @{ At = $token.Extent; What = 'pipe at the beginning of a line' } }
        if ($kind -eq 'Number' -and $token.Text -match '^[-+]?0b|(u[ysl]?|[ysn])([kmgtp]b)?$') {
            @{ At = $token.Extent; What = 'number' }
        }
        if ($kind -match '^(Here)?StringExpandable$|^Generic$' -and $token.Text -cmatch '(?<!`)(``)*`(e|u\{)') {
            @{ At = $token.Extent; What = 'escape' }
        }
        if ($kind -ne 'Comment') { $before = $kind }
    }
}

function Get-NewerName {
    # What is newer in one node of the tree; nothing where all is old enough.
    param($Node)

    $property = { param($Name) if ($Node.PSObject.Properties[$Name]) { $Node.$Name } }
    switch ($Node.GetType().Name) {
        'ScriptBlockAst' { if (& $property 'CleanBlock') { 'clean block' } }
        'PipelineAst' { if (& $property 'Background') { 'background job' } }
        'PipelineChainAst' { 'pipeline chain' }
        'ForEachStatementAst' { if ($Node.Flags -ne 'None') { 'foreach -Parallel' } }
        'TypeDefinitionAst' { 'class or enum' }
        'UsingStatementAst' { if ($Node.UsingStatementKind -ne 'Namespace') { 'using' } }
        'InvokeMemberExpressionAst' { if (& $property 'GenericTypeArguments') { 'generic method' } }
        'TypeExpressionAst' { if ($newerTypes -contains $Node.TypeName.FullName) { 'type' } }
        'TypeConstraintAst' { if ($newerTypes -contains $Node.TypeName.FullName) { 'type' } }
        'AttributeAst' { if ($knownAttributes -notcontains $Node.TypeName.FullName) { 'attribute' } }
        'CommandAst' {
            $isLoop = 'ForEach-Object', '%', 'foreach' -contains $Node.GetCommandName()
            $isParallel = { $_ -is [System.Management.Automation.Language.CommandParameterAst] -and $_.ParameterName -like 'Paral*' }
            if ($isLoop -and @($Node.CommandElements | Where-Object -FilterScript $isParallel).Count -gt 0) { 'ForEach-Object -Parallel' }
        }
    }
}

function Find-Newer {
    param([string]$Script)

    $bytes = [System.IO.File]::ReadAllBytes($Script)
    $hasMark = $bytes.Length -gt 2 -and $bytes[0] -eq 0xEF -and $bytes[1] -eq 0xBB -and $bytes[2] -eq 0xBF
    $tokens = $problems = $null
    $tree = [System.Management.Automation.Language.Parser]::ParseFile($Script, [ref]$tokens, [ref]$problems)
    foreach ($problem in $problems) { @{ At = $problem.Extent; What = 'error' } }
    # 5.1 reads a file without a mark in the machine's own code page: such letters become others, quotes among them.
    if (-not $hasMark -and @($bytes -gt 127).Count -gt 0) { @{ At = $tree.Extent; What = 'letters without a byte order mark' } }
    Find-NewerToken -Tokens $tokens
    foreach ($node in $tree.FindAll({ $true }, $true)) {
        $what = Get-NewerName -Node $node
        if ($what) { @{ At = $node.Extent; What = $what } }
    }
}

foreach ($script in $Path.Split('|')) {
    foreach ($finding in Find-Newer -Script $script) {
        $text = $finding.At.Text -replace '\s+', ' '
        [Console]::Out.WriteLine(($script, $finding.At.StartLineNumber, $finding.What, $text) -join "`t")
    }
}
