# Dot-sourced by Tenantry.psm1: how a new token takes the old one's place in a running session.
# The module that connects keeps its token for ever, in one private field (found in ExchangeOnlineManagement 3.5.0 to
# 3.9.0). A second runspace writes the new one there, in the middle of a pipeline too. Where that field is not found
# as expected, nothing is touched, and the session connects anew between Enter and the next command.

# Runs in a runspace without cmdlets. It reads what the app says while the first runspace belongs to the person at
# the prompt; messages are flat, so a field is found by its name.
$script:ListenerScript = {
    param($session, $events, $poll)

    function Get-Field($line, $name) {
        $match = [regex]::Match($line, '"' + $name + '":(?:"((?:[^"\\]|\\.)*)"|([0-9]+))')
        if ($match.Groups[2].Success) { return $match.Groups[2].Value }
        [regex]::Unescape($match.Groups[1].Value)
    }

    function Send-Line($line) {
        [System.Threading.Monitor]::Enter($session.WriterLock)
        try { if ($session.Writer) { $session.Writer.WriteLine($line) } }
        catch { $session.Writer = $null }
        finally { [System.Threading.Monitor]::Exit($session.WriterLock) }
    }

    function Find-LoadedType($name) {
        foreach ($assembly in [AppDomain]::CurrentDomain.GetAssemblies()) {
            $type = $assembly.GetType($name, $false)
            if ($type) { return $type }
        }
    }

    function Find-Context($id) {
        $factory = Find-LoadedType 'Microsoft.Exchange.Management.ExoPowershellSnapin.ConnectionContextFactory'
        if (-not $factory -or -not $id) { return }
        foreach ($context in $factory.GetMethod('GetAllConnectionContexts').Invoke($null, @())) {
            if ([string]$context.ConnectionId -eq $id) { return $context }
        }
    }

    # True where the connection's token is the new one now; anything unexpected leaves it as it was.
    function Set-ConnectionToken($id, $accessToken, $expiresOn) {
        $context = Find-Context $id
        if (-not $context -or $context.TokenProvider.GetType().Name -ne 'ExternalAccessTokenProvider') { return $false }
        $provider = $context.TokenProvider
        $field = $provider.GetType().GetField('tokeninfo', [System.Reflection.BindingFlags]'Instance, NonPublic')
        if (-not $field -or $field.FieldType.FullName -ne 'Microsoft.Exchange.Management.AdminApiProvider.Authentication.TokenInformation') { return $false }
        $create = $field.FieldType.GetMethod('Create', [type[]]@([string], [string], [string], [DateTimeOffset]))
        if (-not $create) { return $false }
        $before = $field.GetValue($provider)
        $old = $provider.GetValidTokenFromCache('')
        $header = 'Bearer ' + $accessToken
        $fresh = $create.Invoke($null, @($old.UserPrincipalName, $header, $old.TenantId, [DateTimeOffset]::FromUnixTimeMilliseconds($expiresOn)))
        $done = $false
        $field.SetValue($provider, $fresh)
        try { $done = $context.GetAuthHeader('', '').AuthorizationHeader -ceq $header }
        finally { if (-not $done) { $field.SetValue($provider, $before) } }
        $done
    }

    function Receive-Token($line) {
        $service = Get-Field $line 'service'
        $id = Get-Field $line 'id'
        $accessToken = Get-Field $line 'accessToken'
        $expiresOn = [long](Get-Field $line 'expiresOn')
        $done = $false
        try { $done = Set-ConnectionToken $session.ConnectionIds[$service] $accessToken $expiresOn } catch { $done = $false }
        $session.RenewalProblem = $null
        if ($done) {
            $session.Waiting.Remove($service)
            $session.ExpiresOn[$service] = $expiresOn
            Send-Line ('{"v":1,"id":' + $id + ',"type":"renewed","service":"' + $service + '","how":"in-place"}')
            return
        }
        $session.Waiting[$service] = @{ Id = [int]$id; AccessToken = $accessToken; ExpiresOn = $expiresOn }
        Send-Line ('{"v":1,"id":' + $id + ',"type":"renewed","service":"' + $service + '","how":"at-prompt"}')
    }

    # What PowerShell says against a text that is about to be typed, percent-encoded, and in which of its lines.
    function Send-Parsed($line) {
        $problems = $null
        $null = [System.Management.Automation.Language.Parser]::ParseInput((Get-Field $line 'text'), [ref]$null, [ref]$problems)
        $number = 0
        $problem = 'null'
        if ($problems.Count -gt 0) {
            $number = $problems[0].Extent.StartLineNumber
            $text = $problems[0].Message
            if ($text.Length -gt 500) { $text = $text.Substring(0, 500) }
            $problem = '"' + [Uri]::EscapeDataString($text) + '"'
        }
        Send-Line ('{"v":1,"id":' + (Get-Field $line 'id') + ',"type":"parsed","line":' + $number + ',"problem":' + $problem + '}')
    }

    while ($true) {
        $task = if ($session.Read) { $session.Read } else { $session.Reader.ReadLineAsync() }
        $session.Read = $null
        $line = $null
        try {
            while (-not $task.Wait($poll)) { }
            $line = $task.Result
        }
        catch { $line = $null }
        if ($null -eq $line) {
            $session.Writer = $null
            if ($session.EndsWithApp) { [Environment]::Exit(1) }
            return
        }
        switch (Get-Field $line 'type') {
            'token' { Receive-Token $line }
            'grid' { $session.GridOffers[[int](Get-Field $line 'ask')] = @{ Path = Get-Field $line 'path'; Nonce = Get-Field $line 'nonce'; Problem = $null } }
            'grid-refused' { $session.GridOffers[[int](Get-Field $line 'ask')] = @{ Problem = Get-Field $line 'message' } }
            'parse' { Send-Parsed $line }
            'show-last' { $session.ShowLastId = [int](Get-Field $line 'id'); $null = $events.GenerateEvent('Tenantry.ShowLast', $null, @(), $session.ShowLast) }
            'guard-answer' {
                $session.GuardQuietUntil = [long](Get-Field $line 'quietUntil')
                $session.GuardAnswers[(Get-Field $line 'ask')] = Get-Field $line 'answer'
                $null = $session.GuardSignal.Set()
            }
            'stop' {
                $session.IsStopped = $true
                $pipeline = $session.Script
                if ($pipeline) { $null = $pipeline.BeginStop($null, $null) }
            }
            'guard-quiet' { $session.GuardQuietUntil = [long](Get-Field $line 'quietUntil') }
            'screen-reader' { $session.ScreenReader = (Get-Field $line 'mode') -eq 'on' }
            'renewal-failed' { $session.RenewalProblem = Get-Field $line 'message' }
            'disconnect' { $session.DisconnectId = [int](Get-Field $line 'id'); $null = $events.GenerateEvent('Tenantry.Disconnect', $null, @(), $session.Goodbye) }
        }
        $line = $null
        $task = $null
    }
}

function script:Wait-FreshToken {
    # A command that was typed over an expired token (the machine slept) waits for a fresh one. False where Ctrl+C gave
    # it up: while a line is being read the host stops nothing at Ctrl+C, so the key is looked for here. Keys that come
    # before it are typed ahead of what follows: the app holds them from now on, and gets those that are read here.
    if (-not (Test-TokenExpired)) { return $true }
    # First of all: Ctrl+C at what is said next would stop nothing, and the wait would go on.
    $before = [Console]::TreatControlCAsInput
    [Console]::TreatControlCAsInput = $true
    Write-Host ($script:Escape + "[90mrenewing$([char]0x2026)" + $script:Escape + '[0m') -NoNewline
    Send-SessionMessage -Message @{ type = 'needs-token' }
    $typed = New-Object -TypeName System.Text.StringBuilder
    try {
        while ((Test-TokenExpired) -and -not $script:Session.RenewalProblem -and $script:Session.Writer) {
            while ([Console]::KeyAvailable) {
                $key = [Console]::ReadKey($true)
                if ($key.Key -eq 'C' -and $key.Modifiers -eq 'Control') {
                    $null = $typed.Clear()
                    return $false
                }
                if ($key.KeyChar -and $typed.Length -lt 20000) { $null = $typed.Append($key.KeyChar) }
            }
            Start-Sleep -Milliseconds 50
        }
    }
    finally {
        [Console]::TreatControlCAsInput = $before
        Write-Host ("`r" + $script:Escape + '[K') -NoNewline
        Send-SessionMessage -Message @{ type = 'waited'; keys = $typed.ToString() }
    }
    if ($script:Session.RenewalProblem) {
        Write-Host ($script:Escape + '[31mThe token could not be renewed: ' + $script:Session.RenewalProblem + $script:Escape + '[0m')
    }
    $true
}

function script:Test-TokenExpired {
    # A token that waits to be taken over by connecting anew counts in the old one's place, unless it is over too.
    $now = [DateTimeOffset]::UtcNow.ToUnixTimeMilliseconds()
    foreach ($service in @($script:Session.ExpiresOn.Keys)) {
        $waiting = $script:Session.Waiting[$service]
        $end = if ($waiting) { [long]$waiting['ExpiresOn'] } else { $script:Session.ExpiresOn[$service] }
        if ($end -le $now) { return $true }
    }
    $false
}

function script:Update-Token {
    # Before a command: a token that is good, connected with. Where connecting took so long that the next token came
    # meanwhile, once more. False where Ctrl+C gave it up.
    for ($round = 0; $round -lt 3; $round++) {
        if (-not (Wait-FreshToken)) { return $false }
        Update-Connection
        if ($script:Session.Waiting.Count -eq 0) { break }
    }
    $true
}

function script:Update-Connection {
    # Connects anew with the token that waits, then lets the old connection go: where connecting fails, the old one stays.
    foreach ($service in @($script:Session.Waiting.Keys)) {
        $fresh = $script:Session.Waiting[$service]
        $script:Session.Waiting.Remove($service)
        $old = $script:Session.ConnectionIds[$service]
        try {
            $connection = Invoke-Connect -Service $service -AccessToken $fresh.AccessToken -ExpiresOn $fresh.ExpiresOn
            if ($old -and $connection -and [string]$connection.ConnectionId -ne $old) {
                Disconnect-OldConnection -Family $script:Session.Connects[$service].Family -ConnectionId $old
            }
            Send-SessionMessage -Message @{ type = 'renewed'; id = $fresh.Id; service = $service; how = 'reconnected' }
        }
        catch {
            Send-SessionMessage -Message @{ type = 'renewal-refused'; id = $fresh.Id; service = $service; message = $_.Exception.Message }
            Write-Host ($script:Escape + '[31mThe session could not take its new token: ' + $_.Exception.Message + $script:Escape + '[0m')
        }
        finally {
            $fresh.Clear()
        }
    }
}

# How modules say that a service refused a cmdlet: for its token, or as one that is not made for an app. Microsoft's
# sentences are English in every language of PowerShell.
$script:RefusalPattern = 'HttpStatusCode=40[13]\b|^UnAuthorized\b|isn''t supported in this scenario|does not indicate success: (40[13]|Unauthorized|Forbidden)\b|InvalidAuthenticationToken|INSUFF_ACCESS_RIGHTS|isn''t supported when an application is signed in'
$script:LookedThroughErrors = 50   # a loop may leave hundreds
$script:RefusalChars = 2000

function script:Get-NewestError {
    if ($global:Error.Count -gt 0) { $global:Error[0] } else { $null }
}

function script:Send-Refusal {
    # Tells the app how a service refused the last command: the newest such error since it began, whatever went wrong
    # after it. A new token may know of a role that was given since.
    $before = $script:LastError
    $script:LastError = Get-NewestError
    $count = [Math]::Min($global:Error.Count, $script:LookedThroughErrors)
    for ($index = 0; $index -lt $count; $index++) {
        $known = $global:Error[$index]
        if ([object]::ReferenceEquals($known, $before)) { return }
        $text = if ($known -is [System.Management.Automation.ErrorRecord]) { [string]$known.Exception.Message } else { [string]$known }
        if ($text -match $script:RefusalPattern) {
            Send-SessionMessage -Message @{ type = 'refused'; message = $text.Substring(0, [Math]::Min($text.Length, $script:RefusalChars)) }
            return
        }
    }
}
