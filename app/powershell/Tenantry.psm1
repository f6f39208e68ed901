# Tenantry.psm1: the shell's side of a session. It runs on PowerShell 7.4 and later and on Windows PowerShell 5.1,
# so it uses no syntax and no .NET type that only one of the two has.
Set-StrictMode -Version Latest

$script:PipeVersion = 1
$script:PollMilliseconds = 250   # a blocking read would make exit and Ctrl+C hang for more than ten seconds
$script:Session = $null
$script:OriginalReadLine = $null
$script:Escape = [string][char]27
$script:LastError = $null

. (Join-Path -Path $PSScriptRoot -ChildPath 'TokenRenewal.ps1')

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
    Remove-Item -Path Env:TENANTRY_PIPE, Env:TENANTRY_NONCE -ErrorAction Ignore
    if (-not $name -or -not $nonce) { return }
    if ($ExecutionContext.SessionState.LanguageMode -ne 'FullLanguage') {
        Write-Host 'Tenantry cannot connect here: this PowerShell runs in constrained language mode.'
        exit 87
    }
    $script:Session = New-SessionState
    $problem = 'The connecting was stopped.'
    try {
        Connect-SessionPipe -Name $name
        Send-SessionMessage -Message @{
            type = 'hello'; nonce = $nonce; pid = $PID
            psVersion = $PSVersionTable.PSVersion.ToString(); edition = [string]$PSVersionTable.PSEdition
        }
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
        Start-PipeListener
        Set-SessionPrompt
    }
}

function New-SessionState {
    # One table that the prompt, the line reader and the listener's runspace share.
    [hashtable]::Synchronized(@{
            Reader = $null; Read = $null; Writer = $null; WriterLock = New-Object -TypeName object
            TenantName = ''; Colour = '#5aa9ff'; TemporaryFolder = ''
            Module = $null; Connected = $false; Running = $false; Listener = $null
            # By service: what to connect with again, the connection's id, when its token ends (milliseconds since the
            # epoch), and a new token that could not take the old one's place yet.
            Connects = @{}; ConnectionIds = [hashtable]::Synchronized(@{})
            ExpiresOn = [hashtable]::Synchronized(@{}); Waiting = [hashtable]::Synchronized(@{}); RenewalProblem = $null
        })
}

function Connect-SessionPipe {
    param([Parameter(Mandatory)][string]$Name)

    $options = [System.IO.Pipes.PipeOptions]::Asynchronous
    $isCore = $PSVersionTable.PSEdition -eq 'Core'
    if ($isCore) {
        # CurrentUserOnly: refuse a pipe that another user owns. .NET Framework has no such option.
        $options = $options -bor [System.IO.Pipes.PipeOptions]::CurrentUserOnly
    }
    $local = $Name -replace '^\\\\\.\\pipe\\', ''
    $pipe = New-Object -TypeName System.IO.Pipes.NamedPipeClientStream -ArgumentList '.', $local, ([System.IO.Pipes.PipeDirection]::InOut), $options
    $pipe.Connect(5000)
    if (-not $isCore) { Assert-PipeOwner -Pipe $pipe }
    $utf8 = New-Object -TypeName System.Text.UTF8Encoding -ArgumentList $false
    $script:Session.Reader = New-Object -TypeName System.IO.StreamReader -ArgumentList $pipe, $utf8
    $script:Session.Writer = New-Object -TypeName System.IO.StreamWriter -ArgumentList $pipe, $utf8
    $script:Session.Writer.AutoFlush = $true
}

function Assert-PipeOwner {
    param([Parameter(Mandatory)]$Pipe)

    $owner = $Pipe.GetAccessControl().GetOwner([System.Security.Principal.SecurityIdentifier])
    $me = [System.Security.Principal.WindowsIdentity]::GetCurrent()
    if ($owner -ne $me.User -and $owner -ne $me.Owner) {
        $Pipe.Dispose()
        throw 'The session pipe belongs to another user.'
    }
}

function Send-SessionMessage {
    param([Parameter(Mandatory)][hashtable]$Message)

    $Message['v'] = $script:PipeVersion
    $line = ConvertTo-Json -InputObject $Message -Compress
    [System.Threading.Monitor]::Enter($script:Session.WriterLock)
    try {
        if ($script:Session.Writer) { $script:Session.Writer.WriteLine($line) }
    }
    catch [System.IO.IOException] {
        # The app is gone; the shell goes on.
        $script:Session.Writer = $null
    }
    finally {
        [System.Threading.Monitor]::Exit($script:Session.WriterLock)
    }
}

function Receive-SessionMessage {
    # The app's next message; waits in slices so that Ctrl+C gets through. Null where the app is gone.
    # A read that Ctrl+C left under way goes on for whoever reads next.
    if (-not $script:Session.Read) { $script:Session.Read = $script:Session.Reader.ReadLineAsync() }
    $task = $script:Session.Read
    while (-not $task.Wait($script:PollMilliseconds)) { }
    $script:Session.Read = $null
    if ($null -eq $task.Result) { return $null }
    $message = ConvertFrom-Json -InputObject $task.Result
    if ($message.v -ne $script:PipeVersion) {
        throw "The app speaks version $($message.v) of the session pipe and this module version $($script:PipeVersion): restart Tenantry."
    }
    $message
}

function Invoke-SessionStart {
    # Goes through prepare and connect as the app asks, then gives the pipe to the listener.
    $finished = $false
    while (-not $finished) {
        $message = Receive-SessionMessage
        if ($null -eq $message) { throw 'Tenantry closed the connection to this shell.' }
        switch ($message.type) {
            'prepare' { $finished = -not (Initialize-Session -Message $message) }
            'connect' { $null = Connect-Service -Message $message; $finished = $true }
            'abandon' {
                Write-Host ($script:Escape + '[31mNot connected: ' + $message.message + $script:Escape + '[0m')
                $finished = $true
            }
            'disconnect' { $finished = $true }
        }
        $message = $null
    }
}

function Initialize-Session {
    param([Parameter(Mandatory)]$Message)

    $script:Session.TenantName = [string]$Message.tenantName
    $script:Session.Colour = [string]$Message.colour
    $script:Session.TemporaryFolder = [string]$Message.temporaryFolder
    $Host.UI.RawUI.WindowTitle = $script:Session.TenantName
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    try {
        $script:Session.Module = Import-ConnectModule -Module $Message.module
    }
    catch {
        Send-Failure -Stage 'module' -Service $null -ErrorRecord $_
        return $false
    }
    Send-SessionMessage -Message @{
        type = 'prepared'; moduleVersion = $script:Session.Module.Version.ToString(); seconds = $clock.Elapsed.TotalSeconds
    }
    $true
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
        $chosen = $installed | Where-Object { Test-ModuleVersion -Version $_ } | Select-Object -First 1
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
    param([Parameter(Mandatory)][version]$Version)

    if ($PSVersionTable.PSEdition -ne 'Core') { return $true }
    $needed = [version]'7.2'
    if ($Version -ge [version]'3.5.0') { $needed = [version]'7.4' }
    if ($Version -ge [version]'3.10.0') { $needed = [version]'7.6' }
    [version]('{0}.{1}' -f $PSVersionTable.PSVersion.Major, $PSVersionTable.PSVersion.Minor) -ge $needed
}

function Connect-Service {
    param([Parameter(Mandatory)]$Message)

    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    $parameters = @{ Organization = $Message.organization }
    foreach ($property in $Message.parameters.PSObject.Properties) { $parameters[$property.Name] = $property.Value }
    # The module takes one name of whom the token is for: a person's stands in place of the organization's.
    if ($parameters.ContainsKey('UserPrincipalName') -or $parameters.ContainsKey('DelegatedOrganization')) { $parameters.Remove('Organization') }
    $script:Session.Connects[$Message.service] = $parameters
    try {
        $connection = Invoke-Connect -Service $Message.service -AccessToken $Message.accessToken -ExpiresOn $Message.expiresOn
    }
    catch {
        Send-Failure -Stage 'connect' -Service $Message.service -ErrorRecord $_
        return $false
    }
    finally {
        $Message.accessToken = $null
    }
    Send-Connected -Message $Message -Connection $connection -Seconds $clock.Elapsed.TotalSeconds
    $true
}

function Invoke-Connect {
    # Connects a service with a token; answers what the module says of the new connection.
    param([Parameter(Mandatory)][string]$Service, [Parameter(Mandatory)][string]$AccessToken, [Parameter(Mandatory)][long]$ExpiresOn)

    $parameters = $script:Session.Connects[$Service].Clone()
    $parameters['AccessToken'] = $AccessToken
    $parameters['ErrorAction'] = 'Stop'
    $parameters['WarningAction'] = 'SilentlyContinue'
    if ($Service -eq 'exchange') { $command = 'Connect-ExchangeOnline'; $parameters['ShowBanner'] = $false }
    else { $command = 'Connect-IPPSSession' }
    $known = $global:Error.Count
    try {
        Invoke-InTemporaryFolder -ScriptBlock { $null = & $command @parameters }
    }
    catch {
        throw (New-ConnectError -ErrorRecord $_ -AccessToken $AccessToken -Known $known)
    }
    finally {
        $parameters.Clear()
    }
    $connection = Get-NewConnection -Known @($script:Session.ConnectionIds.Values)
    if (-not $connection) { throw 'The module reports no connection after connecting.' }
    $script:Session.ConnectionIds[$Service] = [string]$connection.ConnectionId
    $script:Session.ExpiresOn[$Service] = $ExpiresOn
    $connection
}

function New-ConnectError {
    # What went wrong, without the token: a service, or a proxy before it, may repeat in its refusal what it was sent.
    # This record takes the place of all that the module left in $Error.
    param([Parameter(Mandatory)]$ErrorRecord, [Parameter(Mandatory)][string]$AccessToken, [Parameter(Mandatory)][int]$Known)

    while ($global:Error.Count -gt $Known) { $global:Error.RemoveAt(0) }
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
    # The connection that was not there before. Get-ConnectionInformation asks the service about every connection and
    # throws where an older one's token is refused, so beside older ones the module's own list is looked at.
    param([Parameter(Mandatory)][AllowEmptyCollection()][string[]]$Known)

    $isNew = { $Known -notcontains [string]$_.ConnectionId }
    $factory = 'Microsoft.Exchange.Management.ExoPowershellSnapin.ConnectionContextFactory' -as [type]
    if ($Known.Count -gt 0 -and $factory) {
        $context = $factory::GetAllConnectionContexts() | Where-Object -FilterScript $isNew | Select-Object -Last 1
        if ($context) { return $context }
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
        foreach ($name in $names) { [Environment]::SetEnvironmentVariable($name, $before[$name]) }
    }
}

function Send-Connected {
    param([Parameter(Mandatory)]$Message, [Parameter(Mandatory)]$Connection, [Parameter(Mandatory)][double]$Seconds)

    $script:Session.Connected = $true
    $organization = [string]$Message.organization
    Send-SessionMessage -Message @{
        type = 'connected'; service = $Message.service; tenantId = [string]$Connection.TenantID
        organization = $organization; moduleVersion = $script:Session.Module.Version.ToString(); seconds = $Seconds
    }
    $grey = $script:Escape + '[90m'
    $who = if ($Message.account) { $Message.account } else { 'app "{0}"' -f $Message.appName }
    Write-Host ($grey + ('Connected to {0} as {1}' -f $organization, $who) + $script:Escape + '[0m')
}

function Send-Failure {
    param([Parameter(Mandatory)][string]$Stage, $Service, [Parameter(Mandatory)]$ErrorRecord)

    $text = $ErrorRecord.Exception.Message
    if ($ErrorRecord.Exception.InnerException) { $text += "`n" + $ErrorRecord.Exception.InnerException.Message }
    if ($text.Length -gt 8000) { $text = $text.Substring(0, 8000) }
    Send-SessionMessage -Message @{
        type = 'failed'; service = $Service; stage = $Stage; message = $text; errorId = [string]$ErrorRecord.FullyQualifiedErrorId
    }
    Write-Host ($script:Escape + '[31mNot connected: ' + $ErrorRecord.Exception.Message + $script:Escape + '[0m')
}

function Start-PipeListener {
    # A second runspace waits for what the app says while the first one belongs to the person at the prompt.
    if (-not $script:Session.Reader) { return }
    $state = [System.Management.Automation.Runspaces.InitialSessionState]::Create()
    $state.LanguageMode = 'FullLanguage'
    $runspace = [runspacefactory]::CreateRunspace($state)
    $runspace.Open()
    $shell = [System.Management.Automation.PowerShell]::Create($state)
    $shell.Runspace = $runspace
    $null = $shell.AddScript($script:ListenerScript.ToString()).AddArgument($script:Session).AddArgument($ExecutionContext.Events).AddArgument($script:PollMilliseconds)
    $script:Session.Listener = $shell
    $null = Register-EngineEvent -SourceIdentifier 'Tenantry.Disconnect' -SupportEvent -Action (New-BoundScriptBlock { Disconnect-Session })
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
        if ($script:Session.Connected) { $null = Disconnect-ExchangeOnline -Confirm:$false -ErrorAction Stop }
    }
    catch {
        Write-Verbose -Message $_.Exception.Message
    }
    Send-SessionMessage -Message @{ type = 'disconnected' }
}

function Set-SessionPrompt {
    $reader = Get-Command -Name PSConsoleHostReadLine -CommandType Function -ErrorAction Ignore
    if ($reader) { $script:OriginalReadLine = $reader.ScriptBlock }
    Set-Item -Path Function:\global:prompt -Value (New-BoundScriptBlock { Get-SessionPrompt })
    Set-Item -Path Function:\global:PSConsoleHostReadLine -Value (New-BoundScriptBlock { Read-SessionLine })
}

function Get-SessionPrompt {
    if ($script:Session.Running) {
        $script:Session.Running = $false
        Send-Refusal
        Send-SessionMessage -Message @{ type = 'command'; running = $false }
    }
    $colour = $script:Session.Colour
    $red, $green, $blue = 1, 3, 5 | ForEach-Object { [Convert]::ToInt32($colour.Substring($_, 2), 16) }
    $Host.UI.RawUI.WindowTitle = $script:Session.TenantName
    '{0}[1;38;2;{1};{2};{3}m{4}{0}[0m PS> ' -f $script:Escape, $red, $green, $blue, $script:Session.TenantName
}

function Read-SessionLine {
    # The one moment between Enter and execution. Each step sees the line before it runs; one that answers false
    # takes it back.
    if ($script:OriginalReadLine) { $line = & $script:OriginalReadLine }
    else { $line = $Host.UI.ReadLine() }
    if ([string]::IsNullOrWhiteSpace($line)) { return $line }
    foreach ($step in $script:LineSteps) {
        if ((& $step $line) -eq $false) { return '' }
    }
    $line
}

$script:LineSteps = @(
    { param($line) Wait-FreshToken }
    { param($line) $null = Update-Connection }
    # Last, since a host stops nothing at Ctrl+C before the line is its own: who hears of the command may stop it.
    { param($line) $script:Session.Running = $true; $null = Send-SessionMessage -Message @{ type = 'command'; running = $true } }
)

Export-ModuleMember -Function @()
