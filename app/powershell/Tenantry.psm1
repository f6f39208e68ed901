# Tenantry.psm1: the shell's side of a session. It runs on PowerShell 7.4 and later and on Windows PowerShell 5.1,
# so it uses no syntax and no .NET type that only one of the two has. Until the prompt it also uses as few cmdlets as it
# can: the first one of each of PowerShell's own modules costs the person 30 to 80 ms of waiting.
Set-StrictMode -Version Latest

# Before anything else: constrained language mode refuses most of what follows, each line with an error of its own.
if ($ExecutionContext.SessionState.LanguageMode -ne 'FullLanguage') {
    function Start-TenantrySession {
        # Says in the one way that is left, before anybody signs in, that no session can be connected here.
        $env:TENANTRY_PIPE = $null
        $env:TENANTRY_NONCE = $null
        Write-Host 'Tenantry cannot connect here: this PowerShell runs in constrained language mode.'
        exit 87
    }
    function Start-TenantryRun { Start-TenantrySession }
    Export-ModuleMember
    return
}

$script:PipeVersion = 1
$script:PollMilliseconds = 250   # a blocking read would make exit and Ctrl+C hang for more than ten seconds
$script:Session = $null
$script:OriginalReadLine = $null
$script:Escape = [string][char]27
$script:LastError = $null

$script:Guard = $null
$script:IsRun = $false
$script:RunText = $null
$script:RunId = 0

# What the way to a prompt needs. The rest is loaded while the app's next message is waited for, at the latest before the
# first line is read.
foreach ($part in 'SessionPipe', 'Services', 'ShellMarks', 'History', 'ScreenReader', 'OutTenantGrid') { . ([System.IO.Path]::Combine($PSScriptRoot, $part + '.ps1')) }
$script:LaterParts = [System.Collections.Generic.List[string]]@('TokenRenewal', 'CommandReport', 'LastResult', 'Guard', 'Grid', 'RemotePowerShell', 'WarmShell')
# Of those, what is loaded while a message is waited for.
$script:WaitParts = $script:LaterParts.ToArray()

function Import-Part {
    # Loads one of the later parts, unless it is there. Their functions name the scope that they are for: it would be this
    # function's.
    param([Parameter(Mandatory)][string]$Name)

    if (-not $script:LaterParts.Contains($Name)) { return }
    . ([System.IO.Path]::Combine($PSScriptRoot, $Name + '.ps1'))
    $null = $script:LaterParts.Remove($Name)
}

function Use-Wait {
    # One step of what the first line needs; false where nothing is left to do.
    foreach ($part in $script:WaitParts) {
        if ($script:LaterParts.Contains($part)) { Import-Part -Name $part; return $true }
    }
    -not $script:IsRun -and (Suspend-History)
}

function Start-TenantrySession {
    <#
    .SYNOPSIS
    Connects this PowerShell process to the session that started it, and to its tenant.
    .DESCRIPTION
    Reads the pipe's name and the nonce from the environment and removes both, says hello, imports the module the
    app names, connects with the token the app sends, and leaves a prompt that carries the tenant's name.
    Whatever fails is said to the app and leaves a usable shell.
    #>
    [CmdletBinding()]
    param()

    $name = $env:TENANTRY_PIPE
    $nonce = $env:TENANTRY_NONCE
    $env:TENANTRY_PIPE = $null
    $env:TENANTRY_NONCE = $null
    if (-not $name -or -not $nonce) { return }
    $script:Session = New-SessionState
    $problem = 'The connecting was stopped.'
    try {
        Connect-SessionPipe -Name $name
        Send-Hello -Nonce $nonce
        $nonce = $null
        Invoke-SessionStart
        $problem = $null
    }
    catch {
        $problem = $_.Exception.Message
        Write-Host ($script:Escape + '[31mTenantry: ' + $problem + $script:Escape + '[0m')
    }
    finally {
        # Ctrl+C passes a catch, but not this: the app is told, and the prompt is the tenant's all the same.
        if ($problem) { Send-SessionMessage -Message @{ type = 'failed'; service = $null; stage = 'connect'; message = $problem; errorId = 'Stopped' } }
        Set-SessionPrompt
    }
}

function Start-TenantryRun {
    # Connects this PowerShell process, which has no terminal, as one tenant of a run; see Run.ps1.
    param([Parameter(Mandatory)][scriptblock]$Invoke)

    . ([System.IO.Path]::Combine($PSScriptRoot, 'Run.ps1'))
    Start-Run -Invoke $Invoke
}

function New-SessionState {
    # One table that the prompt, the line reader and the listener's runspace share.
    [hashtable]::Synchronized(@{
            Reader = $null; Read = $null; Writer = $null; WriterLock = [object]::new()
            TenantName = ''; Colour = '#5aa9ff'; Prompt = ''; TemporaryFolder = ''
            Module = $null; Connected = $false; Running = $false; LogCommands = $false; Transcribe = $false; MarkNonce = ''; HistoryFile = ''; ScreenReader = $false
            Listener = $null; DisconnectId = 0; Goodbye = $null; Ready = $false; Badges = [string[]]@()
            # What the app answered to the guard's questions, by their numbers, and until when it asks none.
            GuardAnswers = [hashtable]::Synchronized(@{}); GuardSignal = [System.Threading.AutoResetEvent]::new($false); GuardQuietUntil = [long]0
            # Of a run: its pipeline, and whether it was stopped. A process without a window ends with the app.
            EndsWithApp = $false; Script = $null; IsStopped = $false; IsFormatted = $false
            GridOffers = [hashtable]::Synchronized(@{}); ShowLastId = 0; ShowLast = $null
            # By service: what to connect with again, the connection's id, when its token ends (milliseconds since the
            # epoch), and a new token that could not take the old one's place yet.
            Connects = @{}; ConnectionIds = [hashtable]::Synchronized(@{})
            ExpiresOn = [hashtable]::Synchronized(@{}); Waiting = [hashtable]::Synchronized(@{}); RenewalProblem = $null
        })
}

function Invoke-SessionStart {
    # Goes through prepare and connect as the app asks, then gives the pipe to the listener. After a connect that was
    # refused the app says what is next: another try, or the prompt.
    $finished = $false
    $problem = $null
    while (-not $finished) {
        $message = Receive-SessionMessage
        if ($null -eq $message) { throw 'Tenantry closed the connection to this shell.' }
        switch ($message.type) {
            'warm' { Import-Part -Name 'WarmShell'; Start-WarmUp -Message $message }
            'prepare' { $finished = -not (Initialize-Session -Message $message) }
            'screen-reader' { $script:Session.ScreenReader = $message.mode -eq 'on' }
            'connect' { $problem = Connect-Service -Message $message; $finished = -not $problem -and -not $script:IsRun }
            'parse' { Send-Parsed -Message $message }
            'run' {
                $script:RunText = [string]$message.script
                $script:RunId = $message.id
                $script:RunNeeds = [bool]$message.needs
                $finished = $true
            }
            'abandon' {
                Write-Problem -Text $(if ($problem) { $problem } else { $message.message })
                $finished = $true
            }
            'disconnect' { $finished = $true }
        }
        $message = $null
    }
}

function Initialize-Session {
    param([Parameter(Mandatory)]$Message)

    # Nobody waits for a run's shells, and several of them hold memory at once.
    if (-not $script:IsRun) { Suspend-Collection }
    $script:Session.TenantName = [string]$Message.tenantName
    $script:Session.Colour = [string]$Message.colour
    $script:Session.TemporaryFolder = [string]$Message.temporaryFolder
    $script:Session.LogCommands = [bool]$Message.logCommands
    $script:Session.Transcribe = [bool]$Message.transcribe
    $script:Session.MarkNonce = [string]$Message.markNonce
    $script:Session.HistoryFile = [string]$Message.historyFile
    $script:Session.Badges = [string[]]@($Message.badges)
    $script:Session.ScreenReader = [bool]$Message.screenReader
    Set-SessionTitle
    if ($Message.guard) {
        Import-Part -Name 'Guard'
        Initialize-Guard -Rules $Message.guard
    }
    if ($Message.workingFolder) { Set-Location -LiteralPath $Message.workingFolder }
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    try {
        $script:Session.Module = Import-ConnectModule -Module $Message.module
    }
    catch {
        Send-Failure -Stage 'module' -Asked $Message -ErrorRecord $_
        Write-Problem -Text $_.Exception.Message
        return $false
    }
    Send-SessionMessage -Message @{
        type = 'prepared'; id = $Message.id; moduleVersion = $script:Session.Module.Version.ToString(); seconds = $clock.Elapsed.TotalSeconds
    }
    $true
}

function Suspend-Collection {
    # Connecting makes 40 to 60 MB at once, most of which stays. .NET would stop everything three to five times meanwhile to
    # see what can go, 30 to 80 ms in all: until the first line is read it may use this much more instead.
    # https://learn.microsoft.com/dotnet/api/system.gc.trystartnogcregion
    $known = $global:Error.Count
    try {
        if ([System.Runtime.GCSettings]::LatencyMode -ne 'NoGCRegion') { $null = [GC]::TryStartNoGCRegion(120MB, 60MB, $true) }
    }
    catch {
        # There is not as much memory in one piece, in a process of 32 bits for one.
        Remove-NewError -Known $known
    }
}

function Resume-Collection {
    # Lets go of what connecting left behind. Where more was needed, it has begun by itself. -Wait where nobody waits.
    param([switch]$Wait)

    if ([System.Runtime.GCSettings]::LatencyMode -ne 'NoGCRegion') { return }
    $known = $global:Error.Count
    try { [GC]::EndNoGCRegion() }
    catch { Remove-NewError -Known $known }
    [GC]::Collect(2, [GCCollectionMode]::Forced, [bool]$Wait)
}

function Remove-NewError {
    # What is none of the person's errors: there are as many as before.
    param([Parameter(Mandatory)][int]$Known)
    while ($global:Error.Count -gt $Known) { $global:Error.RemoveAt(0) }
}

function Import-ConnectModule {
    param([Parameter(Mandatory)]$Module)

    if ($Module.path) { return Import-Module -Name $Module.path -Global -PassThru -DisableNameChecking -ErrorAction Stop }
    $installed = @(Get-InstalledVersion -Name $Module.name)
    if ($installed.Count -eq 0) {
        throw "The module $($Module.name) is not installed for this PowerShell."
    }
    if ($Module.pinnedVersion) {
        $chosen = $installed | Where-Object { $_.ToString() -eq $Module.pinnedVersion } | Select-Object -First 1
        if (-not $chosen) {
            throw "Version $($Module.pinnedVersion) of the module $($Module.name), which the profile asks for, is not installed. Installed: $($installed -join ', ')."
        }
    }
    else {
        $chosen = $installed | Where-Object { Test-ModuleVersion -Name $Module.name -Version $_ } | Select-Object -First 1
        if (-not $chosen) {
            throw "No installed version of the module $($Module.name) runs on PowerShell $($PSVersionTable.PSVersion). Installed: $($installed -join ', ')."
        }
    }
    # By exact version: Import-Module alone takes the newest, even one this PowerShell is too old for.
    Import-Module -Name $Module.name -RequiredVersion $chosen -Global -PassThru -DisableNameChecking -ErrorAction Stop
}

function Get-InstalledVersion {
    param([Parameter(Mandatory)][string]$Name)

    # Folder names instead of Get-Module -ListAvailable, which reads every manifest and costs a second.
    $found = foreach ($root in $env:PSModulePath -split [System.IO.Path]::PathSeparator) {
        if (-not $root) { continue }
        $folder = Join-Path -Path $root -ChildPath $Name
        if (-not (Test-Path -LiteralPath $folder)) { continue }
        foreach ($child in [System.IO.Directory]::GetDirectories($folder)) {
            $version = $null
            $manifest = Join-Path -Path $child -ChildPath ($Name + '.psd1')
            if ([version]::TryParse([System.IO.Path]::GetFileName($child), [ref]$version) -and (Test-Path -LiteralPath $manifest)) { $version }
        }
    }
    $found | Sort-Object -Descending -Unique
}

function Test-ModuleVersion {
    # Which PowerShell each version of ExchangeOnlineManagement needs; its manifest enforces none of it.
    # https://learn.microsoft.com/powershell/exchange/exchange-online-powershell-v2
    param([Parameter(Mandatory)][string]$Name, [Parameter(Mandatory)][version]$Version)

    if ($Name -ne 'ExchangeOnlineManagement' -or $PSVersionTable.PSEdition -ne 'Core') { return $true }
    $needed = [version]'7.2'
    if ($Version -ge [version]'3.5.0') { $needed = [version]'7.4' }
    if ($Version -ge [version]'3.10.0') { $needed = [version]'7.6' }
    [version]('{0}.{1}' -f $PSVersionTable.PSVersion.Major, $PSVersionTable.PSVersion.Minor) -ge $needed
}

function Connect-Service {
    # Answers what went wrong, or nothing.
    param([Parameter(Mandatory)]$Message)

    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    $parameters = @{}
    foreach ($property in $Message.parameters.PSObject.Properties) { $parameters[$property.Name] = $property.Value }
    if ($Message.family -eq 'remote') { Import-Part -Name 'RemotePowerShell' }
    $script:Session.Connects[$Message.service] = @{ Command = [string]$Message.command; Family = [string]$Message.family; Parameters = $parameters }
    try {
        $connection = Invoke-Connect -Service $Message.service -AccessToken $Message.accessToken -ExpiresOn $Message.expiresOn
    }
    catch {
        Send-Failure -Stage 'connect' -Asked $Message -ErrorRecord $_
        return $_.Exception.Message
    }
    finally {
        $Message.accessToken = $null
    }
    Send-Connected -Message $Message -Connection $connection -Seconds $clock.Elapsed.TotalSeconds
    Write-Connected -Message $Message
}

function Invoke-Connect {
    # Connects a service with a token; answers what the module says of the new connection.
    param([Parameter(Mandatory)][string]$Service, [Parameter(Mandatory)][string]$AccessToken, [Parameter(Mandatory)][long]$ExpiresOn)

    $connect = $script:Session.Connects[$Service]
    $command = $connect.Command
    $known = $global:Error.Count
    $modules = [string[]]@(if ($script:Guard) { Get-ModuleName })
    try {
        $parameters = Get-ConnectParameter -Connect $connect -AccessToken $AccessToken
        Invoke-InTemporaryFolder -ScriptBlock { $null = & $command @parameters }
    }
    catch {
        throw (New-ConnectError -ErrorRecord $_ -AccessToken $AccessToken -Known $known)
    }
    finally {
        $parameters = $null
    }
    if ($script:Guard) { Add-GuardedModule -Before $modules }
    $connection = Get-ServiceConnection -Connect $connect
    if (-not $connection) { throw 'The module reports no connection after connecting.' }
    $script:Session.ConnectionIds[$Service] = [string]$connection.ConnectionId
    $script:Session.ExpiresOn[$Service] = $ExpiresOn
    $connection
}

function New-ConnectError {
    # What went wrong, without the token: a service, or a proxy before it, may repeat in its refusal what it was sent.
    # This record takes the place of all that the module left in $Error.
    param([Parameter(Mandatory)]$ErrorRecord, [Parameter(Mandatory)][string]$AccessToken, [Parameter(Mandatory)][int]$Known)

    Remove-NewError -Known $Known
    $message = Hide-Token -Text $ErrorRecord.Exception.Message -Token $AccessToken
    $cause = $null
    if ($ErrorRecord.Exception.InnerException) {
        $cause = New-Object -TypeName System.Exception -ArgumentList (Hide-Token -Text $ErrorRecord.Exception.InnerException.Message -Token $AccessToken)
    }
    $exception = New-Object -TypeName System.InvalidOperationException -ArgumentList $message, $cause
    $id = ([string]$ErrorRecord.FullyQualifiedErrorId -split ',')[0]
    New-Object -TypeName System.Management.Automation.ErrorRecord -ArgumentList $exception, (Hide-Token -Text $id -Token $AccessToken), $ErrorRecord.CategoryInfo.Category, $null
}

function Hide-Token {
    # A text without any piece of a token that is long enough to be one.
    param([Parameter(Mandatory)][AllowEmptyString()][string]$Text, [Parameter(Mandatory)][string]$Token)

    $hidden = [regex]::Replace($Text, '[A-Za-z0-9_-]{16,}', [System.Text.RegularExpressions.MatchEvaluator] {
            param($match)
            if ($Token.Contains($match.Value)) { '[token]' } else { $match.Value }
        })
    $hidden -replace '\[token\](\.\[token\])+', '[token]'
}

function Get-NewConnection {
    # The connection that was not there before, in the module's own list where that is found as expected:
    # Get-ConnectionInformation asks the service about every connection, which takes a request, and throws where an
    # older one's token is refused.
    param([Parameter(Mandatory)][AllowEmptyCollection()][string[]]$Known)

    $isNew = { $Known -notcontains [string]$_.ConnectionId }
    $factory = 'Microsoft.Exchange.Management.ExoPowershellSnapin.ConnectionContextFactory' -as [type]
    if ($factory -and $factory.GetMethod('GetAllConnectionContexts')) {
        $context = @($factory::GetAllConnectionContexts()).Where($isNew, 'Last')
        if ($context -and $context[0].PSObject.Properties['TenantId']) { return $context[0] }
    }
    Get-ConnectionInformation -ErrorAction Stop | Where-Object -FilterScript $isNew | Select-Object -Last 1
}

function Invoke-InTemporaryFolder {
    # The module writes what the service sends into the temporary folder and leaves it there when it is killed: in the
    # session's own folder it goes with the session.
    param([Parameter(Mandatory)][scriptblock]$ScriptBlock)

    $names = 'TMPDIR', 'TEMP', 'TMP'
    $before = @{}
    foreach ($name in $names) { $before[$name] = [Environment]::GetEnvironmentVariable($name) }
    try {
        foreach ($name in $names) { [Environment]::SetEnvironmentVariable($name, $script:Session.TemporaryFolder) }
        & $ScriptBlock
    }
    finally {
        # A plain $null would arrive as an empty text, which .NET 9 and later keeps as the variable's value.
        foreach ($name in $names) { [Environment]::SetEnvironmentVariable($name, $(if ($null -eq $before[$name]) { [NullString]::Value } else { $before[$name] })) }
    }
}

function Send-Connected {
    param([Parameter(Mandatory)]$Message, [Parameter(Mandatory)]$Connection, [Parameter(Mandatory)][double]$Seconds)

    $script:Session.Connected = $true
    Send-SessionMessage -Message @{
        type = 'connected'; id = $Message.id; service = $Message.service; tenantId = [string]$Connection.TenantID
        organization = [string]$Message.organization; moduleVersion = $script:Session.Module.Version.ToString(); seconds = $Seconds
    }
}

function Write-Connected {
    param([Parameter(Mandatory)]$Message)

    $who = if ($Message.account) { $Message.account } else { 'app "{0}"' -f $Message.appName }
    $Host.UI.WriteLine($script:Escape + '[90m' + ('Connected to {0} as {1}' -f [string]$Message.organization, $who) + $script:Escape + '[0m')
}

function Send-Failure {
    param([Parameter(Mandatory)][string]$Stage, [Parameter(Mandatory)]$Asked, [Parameter(Mandatory)]$ErrorRecord)

    $text = $ErrorRecord.Exception.Message
    if ($ErrorRecord.Exception.InnerException) { $text += "`n" + $ErrorRecord.Exception.InnerException.Message }
    if ($text.Length -gt 8000) { $text = $text.Substring(0, 8000) }
    $service = if ($Asked.type -eq 'connect') { $Asked.service } else { $null }
    Send-SessionMessage -Message @{
        type = 'failed'; id = $Asked.id; service = $service; stage = $Stage; message = $text; errorId = [string]$ErrorRecord.FullyQualifiedErrorId
    }
}

function Write-Problem {
    param([Parameter(Mandatory)][string]$Text)
    Write-Host ($script:Escape + '[31mNot connected: ' + $Text + $script:Escape + '[0m')
}

function Start-PipeListener {
    # A second runspace waits for what the app says while the first one belongs to the person at the prompt.
    if ($script:Session.Listener -or -not $script:Session.Reader) { return }
    $state = [System.Management.Automation.Runspaces.InitialSessionState]::Create()
    $state.LanguageMode = 'FullLanguage'
    $runspace = [runspacefactory]::CreateRunspace($state)
    $runspace.Open()
    $shell = [System.Management.Automation.PowerShell]::Create($state)
    $shell.Runspace = $runspace
    $null = $shell.AddScript($script:ListenerScript.ToString()).AddArgument($script:Session).AddArgument($ExecutionContext.Events).AddArgument($script:PollMilliseconds)
    $script:Session.Listener = $shell
    # An action runs in a module of its own, whatever it was bound to: this one's functions come with the event.
    $script:Session.Goodbye = New-BoundScriptBlock { Disconnect-Session }
    $script:Session.ShowLast = New-BoundScriptBlock { Show-LastResult }
    foreach ($identifier in 'Tenantry.Disconnect', 'Tenantry.ShowLast') { $null = Register-EngineEvent -SourceIdentifier $identifier -SupportEvent -Action { & $Event.MessageData } }
    $null = $shell.BeginInvoke()
}

function New-BoundScriptBlock {
    # Binds to this module wherever it runs from.
    param([Parameter(Mandatory)][scriptblock]$ScriptBlock)
    $MyInvocation.MyCommand.Module.NewBoundScriptBlock($ScriptBlock)
}

function Disconnect-Session {
    # Runs at the prompt when the app closes the session: the service counts sessions, so say goodbye.
    try {
        if ($script:Session.Connected) { Disconnect-Service }
    }
    catch {
        Write-Verbose -Message $_.Exception.Message
    }
    Send-SessionMessage -Message @{ type = 'disconnected'; id = $script:Session.DisconnectId }
}

function Set-SessionPrompt {
    $hex = $script:Session.Colour
    $red, $green, $blue = foreach ($start in 1, 3, 5) { [Convert]::ToInt32($hex.Substring($start, 2), 16) }
    # On the tenant's colour, in whichever of black and white can be read there.
    $ink = if ($red * 0.3 + $green * 0.59 + $blue * 0.11 -gt 120) { '0;0;0' } else { '255;255;255' }
    $badges = -join @(foreach ($badge in $script:Session.Badges) { '{0}[1;48;2;{1};{2};{3};38;2;{4}m {5} {0}[0m ' -f $script:Escape, $red, $green, $blue, $ink, $badge })
    $script:Session.Prompt = '{5}{0}[1;38;2;{1};{2};{3}m{4}{0}[0m PS> ' -f $script:Escape, $red, $green, $blue, $script:Session.TenantName, $badges
    Assert-LineReader
    Set-SessionHistory -Path $script:Session.HistoryFile
    ${function:global:prompt} = New-BoundScriptBlock { Get-SessionPrompt -Succeeded $? }
    Import-Part -Name 'LastResult'
    Enable-LastResult
}

function Set-SessionTitle {
    $Host.UI.RawUI.WindowTitle = (@($script:Session.Badges) + $script:Session.TenantName) -join ' '
}

function Get-SessionPrompt {
    param([Parameter(Mandatory)][bool]$Succeeded)

    if ($script:Session.Running) {
        Send-Refusal
        Send-CommandEnd -Succeeded $Succeeded
    }
    Set-SessionTitle
    Assert-LineReader
    Update-ScreenReaderMode
    Write-PromptMark
    $script:Session.Prompt
}

function Send-Ready {
    # The app holds what is typed before the first prompt, as the terminal would turn its Enter into another key: from
    # here on the terminal is the line editor's.
    $script:Session.Ready = $true
    Set-ControlCAsInput -Value $true
    Send-SessionMessage -Message @{ type = 'ready' }
}

function Set-ControlCAsInput {
    param([Parameter(Mandatory)][bool]$Value)

    try { [Console]::TreatControlCAsInput = $Value }
    catch [System.IO.IOException] { Write-Verbose -Message $_.Exception.Message }
}

function Read-SessionLine {
    # The one moment between Enter and execution. Each step sees the line before it runs; one that answers false
    # takes it back. The later parts and the listener come with the first prompt on the screen, not before it.
    while (Use-Wait) { }
    Start-PipeListener
    $isFirst = -not $script:Session.Ready
    if ($isFirst) {
        # The line that started the session is none of the person's.
        Clear-History
        # While the app still holds what is typed: from the next line on it must find the line editor reading.
        Resume-Collection
        Send-Ready
    }
    # A prompt of the person's own tells nothing.
    if ($script:Session.Running) {
        Send-Refusal
        Send-CommandEnd -Succeeded $null
    }
    if ($script:OpenGrids.Count -gt 0) { Close-LeftGrid }
    # What an event's action does meanwhile was not allowed with the line before.
    Reset-Guard
    Update-ScreenReaderMode
    Write-ShellMark -Mark 'B'
    try {
        if ($script:OriginalReadLine -and -not $script:ReadsWithoutEditor) { $line = & $script:OriginalReadLine }
        else {
            # Without a line editor, one command over as many lines as it takes: PowerShell's own console would take each
            # for a command, and wait for an empty line at the end. Read here, not in a function: after Ctrl+C that could
            # not return, and the console would read on by itself.
            $line = $Host.UI.ReadLine()
            while ($null -ne $line -and (Test-Incomplete -Text $line)) {
                $Host.UI.Write('>> ')
                $more = $Host.UI.ReadLine()
                if ($null -eq $more) { return $more }
                $line += "`n" + $more
            }
        }
    }
    finally {
        if ($isFirst) { Set-ControlCAsInput -Value $false }
    }
    if ([string]::IsNullOrWhiteSpace($line)) { return $line }
    foreach ($step in $script:LineSteps) {
        if ((& $step $line) -eq $false) { return '' }
    }
    $line
}

function Test-Incomplete {
    param([AllowNull()][AllowEmptyString()][string]$Text)

    $problems = $null
    $null = [System.Management.Automation.Language.Parser]::ParseInput($Text, [ref]$null, [ref]$problems)
    foreach ($problem in $problems) { if ($problem.IncompleteInput) { return $true } }
    $false
}

$script:LineSteps = @(
    { param($line) Reset-Guard }
    { param($line) Update-Token }
    # Last, since a host stops nothing at Ctrl+C before the line is its own: who hears of the command may stop it.
    { param($line) $null = Send-CommandStart -Line $line }
)

# Windows has an ogv of its own. Without cmdlets: the first one of each of PowerShell's modules loads the module.
if ($ExecutionContext.InvokeProvider.Item.Exists('Alias:ogv')) { Export-ModuleMember -Function 'Out-TenantGrid' }
else {
    $null = $ExecutionContext.InvokeProvider.Item.Set('Alias:ogv', 'Out-TenantGrid')
    Export-ModuleMember -Function 'Out-TenantGrid' -Alias 'ogv'
}
