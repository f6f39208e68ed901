# Dot-sourced by Tenantry.psm1: where the modules that connect differ. The app says with which cmdlet a service is
# connected and how its module keeps the connection: Exchange's has several, each with an id; Graph's has one. Remote
# PowerShell, which needs none of them, is in RemotePowerShell.ps1.

function Get-ConnectParameter {
    # What the connect cmdlet is given, the token in the form that it takes.
    param([Parameter(Mandatory)][hashtable]$Connect, [Parameter(Mandatory)][string]$AccessToken)

    $parameters = $Connect.Parameters.Clone()
    $parameters['ErrorAction'] = 'Stop'
    $parameters['WarningAction'] = 'SilentlyContinue'
    if ($Connect.Family -eq 'graph') {
        Add-GraphEnvironment -Parameters $parameters
        $parameters['AccessToken'] = New-SecureText -Text $AccessToken
    }
    else { $parameters['AccessToken'] = $AccessToken }
    $parameters
}

function New-SecureText {
    # As ConvertTo-SecureString -AsPlainText does it, which comes with a module that may be missing.
    param([Parameter(Mandatory)][string]$Text)

    $secure = New-Object -TypeName System.Security.SecureString
    foreach ($character in $Text.ToCharArray()) { $secure.AppendChar($character) }
    $secure.MakeReadOnly()
    # The comma keeps it whole on its way out.
    , $secure
}

function Add-GraphEnvironment {
    # Graph's module knows Microsoft's own clouds by name; another one's hosts are added to it under its name first.
    param([Parameter(Mandatory)][hashtable]$Parameters)

    if (-not $Parameters.ContainsKey('GraphEndpoint')) { return }
    $environment = @{
        Name = $Parameters['Environment']; GraphEndpoint = $Parameters['GraphEndpoint']; AzureADEndpoint = $Parameters['AzureADEndpoint']
        ErrorAction = 'Stop'
    }
    $Parameters.Remove('GraphEndpoint')
    $Parameters.Remove('AzureADEndpoint')
    $known = Get-MgEnvironment -ErrorAction Ignore | Where-Object -FilterScript { $_.Name -eq $environment.Name }
    if ($known) { $null = Set-MgEnvironment @environment }
    else { $null = Add-MgEnvironment @environment }
}

function Get-ServiceConnection {
    # What the module says of the connection that was just made: its tenant, and its id where it has one.
    param([Parameter(Mandatory)][hashtable]$Connect)

    if ($Connect.Family -eq 'remote') { return Get-RemoteConnection -TenantId $Connect.Parameters['TenantId'] }
    if ($Connect.Family -ne 'graph') { return Get-NewConnection -Known @($script:Session.ConnectionIds.Values) }
    $context = Get-MgContext -ErrorAction Stop
    if ($context) { New-Object -TypeName psobject -Property @{ ConnectionId = ''; TenantID = [string]$context.TenantId } }
}

function Disconnect-Service {
    # Says goodbye to each service that is connected; the module would ask.
    foreach ($family in @($script:Session.Connects.Values | ForEach-Object -Process { $_.Family } | Sort-Object -Unique)) {
        if ($family -eq 'remote') { Disconnect-RemotePowerShell }
        elseif ($family -eq 'graph') { $null = Disconnect-MgGraph -ErrorAction Stop }
        else { $null = Disconnect-ExchangeOnline -Confirm:$false -ErrorAction Stop }
    }
}

function Disconnect-OldConnection {
    # Lets go of the connection that a new one has taken the place of. Graph's module has but one.
    param([Parameter(Mandatory)][string]$Family, [Parameter(Mandatory)][string]$ConnectionId)

    if ($Family -eq 'remote') { Disconnect-RemotePowerShell -ConnectionId $ConnectionId }
    elseif ($Family -eq 'exchange') { $null = Disconnect-ExchangeOnline -ConnectionId $ConnectionId -Confirm:$false -ErrorAction Stop }
}
