# Dot-sourced by Tenantry.psm1: the shell's end of the session pipe, lines of JSON each way.

function Connect-SessionPipe {
    param([Parameter(Mandatory)][string]$Name)

    $pipe = New-PipeClient -Name $Name
    $utf8 = [System.Text.UTF8Encoding]::new($false)
    $script:Session.Reader = [System.IO.StreamReader]::new($pipe, $utf8)
    $script:Session.Writer = [System.IO.StreamWriter]::new($pipe, $utf8)
    $script:Session.Writer.AutoFlush = $true
}

function New-PipeClient {
    # Connects to a pipe of the app's, which must be this user's own.
    param([Parameter(Mandatory)][string]$Name)

    $options = [System.IO.Pipes.PipeOptions]::Asynchronous
    $isCore = $PSVersionTable.PSEdition -eq 'Core'
    if ($isCore) {
        # CurrentUserOnly: refuse a pipe that another user owns. .NET Framework has no such option.
        $options = $options -bor [System.IO.Pipes.PipeOptions]::CurrentUserOnly
    }
    $local = $Name -replace '^\\\\\.\\pipe\\', ''
    $pipe = [System.IO.Pipes.NamedPipeClientStream]::new('.', $local, [System.IO.Pipes.PipeDirection]::InOut, $options)
    $pipe.Connect(5000)
    if (-not $isCore) { Assert-PipeOwner -Pipe $pipe }
    $pipe
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

function Send-Hello {
    param([Parameter(Mandatory)][string]$Nonce)

    # Written by hand, since none of its values needs escaping; what reads and writes JSON loads while the app answers.
    $version = $PSVersionTable.PSVersion.ToString()
    Send-SessionLine -Line ('{{"v":{0},"type":"hello","nonce":"{1}","pid":{2},"psVersion":"{3}","edition":"{4}"}}' -f $script:PipeVersion, $Nonce, $PID, $version, $PSVersionTable.PSEdition)
    $script:Session.Read = $script:Session.Reader.ReadLineAsync()
    $null = ConvertTo-Json -InputObject (ConvertFrom-Json -InputObject '{}') -Compress
}

function Send-SessionMessage {
    param([Parameter(Mandatory)][hashtable]$Message)

    $Message['v'] = $script:PipeVersion
    Send-SessionLine -Line (ConvertTo-Json -InputObject $Message -Compress)
}

function Send-SessionLine {
    param([Parameter(Mandatory)][string]$Line)

    [System.Threading.Monitor]::Enter($script:Session.WriterLock)
    try {
        if ($script:Session.Writer) { $script:Session.Writer.WriteLine($Line) }
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
    while (-not $task.IsCompleted -and (Use-Wait)) { }
    while (-not $task.Wait($script:PollMilliseconds)) { }
    $script:Session.Read = $null
    if ($null -eq $task.Result) { return $null }
    $message = ConvertFrom-Json -InputObject $task.Result
    if ($message.v -ne $script:PipeVersion) {
        throw "The app speaks version $($message.v) of the session pipe and this module version $($script:PipeVersion): restart Tenantry."
    }
    $message
}
