# Dot-sourced by Tenantry.psm1: a session over remote PowerShell (WinRM) with a token as a password, as Exchange Online
# took it until October 2023. Kept for whoever has an endpoint that takes it still.

$script:RemoteSession = $null

function script:Connect-RemotePowerShell {
    # Opens a remote session and brings its commands in. Redirection is followed only where it is allowed: the token
    # would go with it.
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)][string]$ConnectionUri,
        [Parameter(Mandatory)][string]$TenantId,
        [Parameter(Mandatory)][string]$AccessToken,
        [bool]$AllowRedirection = $false
    )

    Assert-BasicAllowed
    $parameters = @{
        ConfigurationName = 'Microsoft.Exchange'; ConnectionUri = $ConnectionUri; Authentication = 'Basic'
        Credential = New-TokenCredential -TenantId $TenantId -AccessToken $AccessToken; ErrorAction = 'Stop'
    }
    if ($AllowRedirection) { $parameters['AllowRedirection'] = $true }
    $session = New-PSSession @parameters
    try {
        # Into the global scope: the person's own commands stay, and a renewed session replaces those of the one before.
        $module = Import-PSSession -Session $session -DisableNameChecking -AllowClobber -ErrorAction Stop
        Import-Module -ModuleInfo $module -Global -DisableNameChecking -ErrorAction Stop
    }
    catch {
        Remove-PSSession -Session $session -ErrorAction Ignore
        throw
    }
    $script:RemoteSession = $session
}

function script:New-TokenCredential {
    param([Parameter(Mandatory)][string]$TenantId, [Parameter(Mandatory)][string]$AccessToken)

    $password = New-SecureText -Text ('Bearer ' + $AccessToken)
    New-Object -TypeName System.Management.Automation.PSCredential -ArgumentList ('OAuthUser@' + $TenantId), $password
}

function script:Assert-BasicAllowed {
    # A group policy decides first, then WinRM's own setting; Windows allows it where neither says anything.
    $settings = @(
        @{ Path = 'HKLM:\SOFTWARE\Policies\Microsoft\Windows\WinRM\Client'; Name = 'AllowBasic' }
        @{ Path = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\WSMAN\Client'; Name = 'auth_basic' }
    )
    foreach ($setting in $settings) {
        $found = Get-ItemProperty -LiteralPath $setting.Path -Name $setting.Name -ErrorAction Ignore
        if ($null -eq $found) { continue }
        if ([int]$found.($setting.Name) -eq 0) { throw "WinRM on this computer does not allow Basic authentication ($($setting.Path), $($setting.Name))." }
        return
    }
}

function script:Get-RemoteConnection {
    # The endpoint names no tenant: it is the one that the credential was made for.
    param([Parameter(Mandatory)][string]$TenantId)

    if ($script:RemoteSession) { New-Object -TypeName psobject -Property @{ ConnectionId = [string]$script:RemoteSession.InstanceId; TenantID = $TenantId } }
}

function script:Disconnect-RemotePowerShell {
    # All of them, or the one with that id.
    param([string]$ConnectionId = '')

    if ($ConnectionId) { Remove-PSSession -InstanceId $ConnectionId -ErrorAction Stop }
    elseif ($script:RemoteSession) { Remove-PSSession -Session $script:RemoteSession -ErrorAction Stop }
}
