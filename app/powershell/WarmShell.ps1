# Dot-sourced by Tenantry.psm1: a shell that is started before anybody asks for it. It imports the module, and goes the
# whole way to a prompt once for nobody, up to a port of this machine where nothing listens: .NET and PowerShell compile on
# that way what takes longest of a first connect. It knows no tenant, and its token is made up.

$script:RehearsedFunctions = 40   # from about as many on, a service's hundreds take no longer than at a second connect

function script:Start-WarmUp {
    param([Parameter(Mandatory)]$Message)

    $problem = $null
    $refusal = $null
    try {
        $null = Import-ConnectModule -Module $Message.module
        # A shell whose rehearsal went wrong is only a slower one.
        try { $refusal = [string](Invoke-Rehearsal -Message $Message) }
        catch { $refusal = $_.Exception.Message }
    }
    catch { $problem = $_.Exception.Message }
    Send-SessionMessage -Message @{ type = 'warmed'; id = $Message.id; problem = $problem; refusal = $refusal }
}

function script:Invoke-Rehearsal {
    # What a session does until its prompt, with a state of its own that is thrown away, and with nobody who hears of it.
    # Answers what the connect was refused with.
    param([Parameter(Mandatory)]$Message)

    $real = $script:Session
    $known = $global:Error.Count
    $script:Session = New-SessionState
    $script:Session.Writer = [System.IO.TextWriter]::Null
    try {
        $prepare = @{ type = 'prepare'; id = 0; tenantName = ''; colour = '#000000'; module = $Message.module; temporaryFolder = [string]$Message.temporaryFolder; badges = @(); guard = $null }
        foreach ($name in 'logCommands', 'transcribe', 'screenReader') { $prepare[$name] = $false }
        foreach ($name in 'markNonce', 'historyFile', 'workingFolder') { $prepare[$name] = $null }
        $null = Initialize-Session -Message (ConvertFrom-Json -InputObject (ConvertTo-Json -InputObject $prepare -Depth 5))
        if ($Message.connect) { Invoke-FailingConnect -Connect $Message.connect }
        Set-SessionPrompt
        $null = Get-SessionPrompt -Succeeded $true
    }
    finally {
        $script:Session = $real
        Remove-NewError -Known $known
        # What was left behind goes now, not while somebody waits.
        Resume-Collection -Wait
    }
}

function script:Invoke-FailingConnect {
    param([Parameter(Mandatory)]$Connect)

    $asked = [pscustomobject]@{
        type = 'connect'; id = 0; service = 'exchange'; family = 'exchange'; command = [string]$Connect.command; parameters = $Connect.parameters
        accessToken = [string]$Connect.accessToken; expiresOn = 0; organization = ''; account = $null; appName = ''
    }
    Connect-Service -Message $asked
    Import-RehearsedModule
    try { $connection = Get-ServiceConnection -Connect $script:Session.Connects['exchange'] }
    catch { $connection = $null }
    if (-not $connection) { $connection = [pscustomobject]@{ TenantID = '' } }
    Send-Connected -Message $asked -Connection $connection -Seconds 0
}

function script:Import-RehearsedModule {
    # As the service's commands come: a module of functions in a folder, with the formats of their results.
    $name = 'tenantry' + [guid]::NewGuid().ToString('N')
    $folder = [System.IO.Directory]::CreateDirectory([System.IO.Path]::Combine($script:Session.TemporaryFolder, $name)).FullName
    $path = [System.IO.Path]::Combine($folder, $name)
    $functions = @(foreach ($number in 1..$script:RehearsedFunctions) { 'Get-' + $name + $number })
    $body = '{ [CmdletBinding(DefaultParameterSetName = "Identity", SupportsShouldProcess = $true)] param([Parameter(ParameterSetName = "Identity", Position = 0, ValueFromPipeline = $true)] [psobject]$Identity, [switch]$Recurse, [string]$Filter) process { } }'
    try {
        [System.IO.File]::WriteAllText($path + '.psm1', ($functions.ForEach({ "function $_ $body" }) -join "`n"))
        [System.IO.File]::WriteAllText($path + '.format.ps1xml', '<Configuration><ViewDefinitions><View><Name>n</Name><ViewSelectedBy><TypeName>' + $name + '</TypeName></ViewSelectedBy><TableControl><TableHeaders><TableColumnHeader /></TableHeaders><TableRowEntries><TableRowEntry><TableColumnItems><TableColumnItem><PropertyName>Name</PropertyName></TableColumnItem></TableColumnItems></TableRowEntry></TableRowEntries></TableControl></View></ViewDefinitions></Configuration>')
        [System.IO.File]::WriteAllText($path + '.psd1', "@{ RootModule = '$name.psm1'; ModuleVersion = '1.0'; FunctionsToExport = '$($functions -join "', '")'; CmdletsToExport = @(); AliasesToExport = @(); FormatsToProcess = '$name.format.ps1xml' }")
        Import-Module -Name ($path + '.psd1') -Global -DisableNameChecking
        Remove-Module -Name $name -Force
    }
    finally {
        # Where something still has a file of it open, it goes with the shell's own folder.
        try { [System.IO.Directory]::Delete($folder, $true) }
        catch { Write-Verbose -Message $_.Exception.Message }
    }
}
