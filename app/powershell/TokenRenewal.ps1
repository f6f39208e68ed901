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

    while ($true) {
        $task = if ($session.Read) { $session.Read } else { $session.Reader.ReadLineAsync() }
        $session.Read = $null
        try { while (-not $task.Wait($poll)) { } } catch { return }
        $line = $task.Result
        if ($null -eq $line) { $session.Writer = $null; return }
        switch (Get-Field $line 'type') {
            'token' { Receive-Token $line }
            'renewal-failed' { $session.RenewalProblem = Get-Field $line 'message' }
            'disconnect' { $session.DisconnectId = [int](Get-Field $line 'id'); $null = $events.GenerateEvent('Tenantry.Disconnect', $null, @(), $session.Goodbye) }
        }
        $line = $null
        $task = $null
    }
}

function Wait-FreshToken {
    # A command that was typed over an expired token (the machine slept) waits for a fresh one. False where Ctrl+C gave
    # it up: while a line is being read the host stops nothing at Ctrl+C, so the key is looked for here.
    if (-not (Test-TokenExpired)) { return $true }
    Write-Host ($script:Escape + "[90mrenewing$([char]0x2026)" + $script:Escape + '[0m') -NoNewline
    Send-SessionMessage -Message @{ type = 'needs-token' }
    $before = [Console]::TreatControlCAsInput
    [Console]::TreatControlCAsInput = $true
    try {
        while ((Test-TokenExpired) -and -not $script:Session.RenewalProblem -and $script:Session.Writer) {
            while ([Console]::KeyAvailable) {
                $key = [Console]::ReadKey($true)
                if ($key.Key -eq 'C' -and $key.Modifiers -eq 'Control') { return $false }
            }
            Start-Sleep -Milliseconds 50
        }
    }
    finally {
        [Console]::TreatControlCAsInput = $before
        Write-Host ("`r" + $script:Escape + '[K') -NoNewline
    }
    if ($script:Session.RenewalProblem) {
        Write-Host ($script:Escape + '[31mThe token could not be renewed: ' + $script:Session.RenewalProblem + $script:Escape + '[0m')
    }
    $true
}

function Test-TokenExpired {
    # A token that waits to be taken over by connecting anew counts: that is done next.
    $now = [DateTimeOffset]::UtcNow.ToUnixTimeMilliseconds()
    foreach ($service in @($script:Session.ExpiresOn.Keys)) {
        if ($script:Session.Waiting.ContainsKey($service)) { continue }
        if ($script:Session.ExpiresOn[$service] -le $now) { return $true }
    }
    $false
}

function Update-Connection {
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

function Send-Refusal {
    # Tells the app where the last command was refused for its token: a new one may know of a role that was given since.
    $newest = if ($global:Error.Count -gt 0) { $global:Error[0] } else { $null }
    if ([object]::ReferenceEquals($newest, $script:LastError)) { return }
    $script:LastError = $newest
    $text = if ($newest -is [System.Management.Automation.ErrorRecord]) { $newest.Exception.Message } else { [string]$newest }
    if ($text -match 'HttpStatusCode=40[13]\b|^UnAuthorized\b|isn''t supported in this scenario|does not indicate success: (40[13]|Unauthorized|Forbidden)\b|InvalidAuthenticationToken') {
        Send-SessionMessage -Message @{ type = 'unauthorized' }
    }
}
