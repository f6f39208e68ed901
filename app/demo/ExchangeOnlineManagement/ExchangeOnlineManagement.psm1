# Stands in for Microsoft's ExchangeOnlineManagement in Tenantry's demo tenants: the same commands and parameters, the
# same requests. A token, an app's certificate or the machine's identity signs in, as there; a person does not. Requests,
# objects and tokens are in the DLL beside this file.
Set-StrictMode -Version Latest
. (Join-Path $PSScriptRoot 'AppToken.ps1')

$script:Assembly = [Tenantry.Demo.ExchangeOnline.ConnectCommand].Assembly

function Connect-ExchangeOnline {
    <#
    .SYNOPSIS
    Connects this PowerShell to a demo tenant's Exchange service.
    #>
    [CmdletBinding()]
    param(
        [string]$ConnectionUri = 'https://outlook.office365.com',
        [string]$AzureADAuthorizationEndpointUri = 'https://login.microsoftonline.com/organizations',
        [string]$ExchangeEnvironmentName = 'O365Default',
        [string[]]$CommandName = @(),
        [string[]]$FormatTypeName = @(),
        [string]$Prefix = '',
        [string]$DelegatedOrganization = '',
        [string]$UserPrincipalName = '',
        [string]$Organization = '',
        [string]$AccessToken = '',
        [string]$AppId = '',
        $Certificate,
        [string]$CertificateFilePath = '',
        [securestring]$CertificatePassword,
        [string]$CertificateThumbprint = '',
        [pscredential]$Credential,
        [string]$ManagedIdentityAccountId = '',
        [string]$LogDirectoryPath = '',
        $LogLevel,
        [uint32]$PageSize = 1000,
        [bool]$ShowBanner = $true,
        [bool]$ShowProgress = $true,
        [bool]$UseMultithreading = $true,
        [bool]$TrackPerformance = $false,
        [string]$EXOModuleBasePath = '',
        [switch]$BypassMailboxAnchoring,
        [switch]$Device,
        [switch]$DisableWAM,
        [switch]$EnableErrorReporting,
        [switch]$InlineCredential,
        [switch]$LoadCmdletHelp,
        [switch]$ManagedIdentity,
        [switch]$SkipLoadingCmdletHelp,
        [switch]$SkipLoadingFormatData,
        [switch]$SigningCertificate
    )
    process {
        Connect-Service -Bound $PSBoundParameters -ConnectionUri $ConnectionUri -AuthorizationEndpointUri $AzureADAuthorizationEndpointUri -Settings @{
            ExchangeEnvironmentName = $ExchangeEnvironmentName; PageSize = $PageSize; ShowBanner = $ShowBanner
            SkipLoadingFormatData = [bool]$SkipLoadingFormatData; BasePath = $EXOModuleBasePath
        }
    }
}

function Connect-IPPSSession {
    <#
    .SYNOPSIS
    Connects this PowerShell to a demo tenant's Security & Compliance service.
    #>
    [CmdletBinding()]
    param(
        [string]$ConnectionUri = 'https://ps.compliance.protection.outlook.com',
        [string]$AzureADAuthorizationEndpointUri = 'https://login.microsoftonline.com/organizations',
        [string[]]$CommandName = @(),
        [string[]]$FormatTypeName = @(),
        [string]$Prefix = '',
        [string]$DelegatedOrganization = '',
        [string]$UserPrincipalName = '',
        [string]$Organization = '',
        [string]$AccessToken = '',
        [string]$AppId = '',
        $Certificate,
        [string]$CertificateFilePath = '',
        [securestring]$CertificatePassword,
        [string]$CertificateThumbprint = '',
        [pscredential]$Credential,
        $PSSessionOption,
        [bool]$ShowBanner = $false,
        [string]$EXOModuleBasePath = '',
        [switch]$BypassMailboxAnchoring,
        [switch]$DisableWAM,
        [switch]$EnableErrorReporting,
        [switch]$EnableSearchOnlySession,
        [switch]$LoadCmdletHelp,
        [switch]$SkipLoadingCmdletHelp,
        [switch]$SkipLoadingFormatData
    )
    process {
        Connect-Service -Bound $PSBoundParameters -ConnectionUri $ConnectionUri -AuthorizationEndpointUri $AzureADAuthorizationEndpointUri -Settings @{
            Compliance = $true; ShowBanner = $ShowBanner; SkipLoadingFormatData = [bool]$SkipLoadingFormatData; BasePath = $EXOModuleBasePath
        }
    }
}

function Disconnect-ExchangeOnline {
    <#
    .SYNOPSIS
    Removes connections and the commands they brought; all of them unless told which.
    #>
    [CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'High')]
    param(
        [string[]]$ConnectionId = @(),
        [string[]]$ModulePrefix = @()
    )
    process {
        $question = 'Running this cmdlet clears all active sessions created using Connect-ExchangeOnline or Connect-IPPSSession.'
        if (-not $PSCmdlet.ShouldProcess($question, 'Press(Y/y/A/a) if you want to continue.', $question)) { return }
        foreach ($context in [Microsoft.Exchange.Management.ExoPowershellSnapin.ConnectionContextFactory]::GetAllConnectionContexts()) {
            if ($ConnectionId.Count -gt 0 -and $ConnectionId -notcontains $context.ConnectionId) { continue }
            if ($ModulePrefix.Count -gt 0 -and $ModulePrefix -notcontains $context.ModulePrefix) { continue }
            Remove-Connection -Context $context
        }
    }
}

function Connect-Service {
    param(
        [Parameter(Mandatory)][hashtable]$Settings,
        [Parameter(Mandatory)]$Bound,
        [Parameter(Mandatory)][string]$ConnectionUri,
        [string]$AuthorizationEndpointUri
    )

    # Whatever fails here ends the whole connect.
    $ErrorActionPreference = 'Stop'
    Assert-TokenParameter -Bound $Bound
    $resource = if ($Settings['Compliance']) { 'https://ps.compliance.protection.outlook.com' } else { 'https://outlook.office365.com' }
    if ($Bound['Certificate']) {
        $authority = ($AuthorizationEndpointUri -replace '/[^/]*/?$', '') + '/' + $Bound['Organization']
        $Bound['AccessToken'] = Get-CertificateToken -Certificate $Bound['Certificate'] -ClientId $Bound['AppId'] -Authority $authority -Resource $resource
    }
    elseif ($Bound['ManagedIdentity']) { $Bound['AccessToken'] = Get-IdentityToken -Resource $resource }
    $parameters = @{ ConnectionUri = $ConnectionUri; AuthorizationEndpointUri = $AuthorizationEndpointUri }
    foreach ($name in $Settings.Keys) { $parameters[$name] = $Settings[$name] }
    foreach ($name in 'AccessToken', 'Organization', 'DelegatedOrganization', 'UserPrincipalName', 'CommandName', 'Prefix') {
        if ($Bound.ContainsKey($name) -and $Bound[$name]) { $parameters[$name] = $Bound[$name] }
    }
    $command = New-InternalCmdlet -Name 'Connect-AdminApi' -Type 'ConnectCommand'
    $context = & $command @parameters
    $import = @{ Name = $context.ModulePath; Global = $true; DisableNameChecking = $true; PassThru = $true; Verbose = $false }
    if ($context.ModulePrefix) { $import.Prefix = $context.ModulePrefix }
    try {
        $module = Import-Module @import
        & $module { param($id) $script:ConnectionContextObjectId = $id } $context.ConnectionId
    }
    catch {
        Remove-ModuleFolder -Manifest $context.ModulePath
        throw
    }
    $add = New-InternalCmdlet -Name 'Add-ConnectionContext' -Type 'AddContextCommand'
    & $add -Context $context
}

function Assert-TokenParameter {
    # Microsoft's module has no secret parameter and takes nothing beside a token. One of three signs in here: a token, an
    # app's certificate, the machine's identity.
    param([Parameter(Mandatory)]$Bound)

    $given = @('AccessToken', 'Certificate', 'ManagedIdentity', 'CertificateFilePath', 'CertificateThumbprint', 'Credential' | Where-Object { $Bound.ContainsKey($_) -and $Bound[$_] })
    if ($given -contains 'AccessToken' -and $given.Count -gt 1) { throw [System.ArgumentException]::new("-$($given[1]) can't be used together with -AccessToken.") }
    if ($given.Count -ne 1 -or $given[0] -notin 'AccessToken', 'Certificate', 'ManagedIdentity') {
        throw [System.ArgumentException]::new('The demo tenants'' module connects with one of -AccessToken, -Certificate and -ManagedIdentity only.')
    }
    $named = @('Organization', 'DelegatedOrganization', 'UserPrincipalName' | Where-Object { $Bound.ContainsKey($_) -and $Bound[$_] })
    if ($given[0] -eq 'AccessToken' -and $named.Count -eq 0) {
        throw [System.ArgumentException]::new('-AccessToken needs one of -Organization, -DelegatedOrganization or -UserPrincipalName.')
    }
    if ($given[0] -ne 'AccessToken' -and $named -notcontains 'Organization') { throw [System.ArgumentException]::new("-$($given[0]) needs -Organization.") }
    if ($given[0] -eq 'Certificate' -and -not $Bound['AppId']) { throw [System.ArgumentException]::new('-Certificate needs -AppId.') }
}

function New-InternalCmdlet {
    # A cmdlet of the DLL that is exported to nobody.
    param([Parameter(Mandatory)][string]$Name, [Parameter(Mandatory)][string]$Type)
    [System.Management.Automation.CmdletInfo]::new($Name, $script:Assembly.GetType("Tenantry.Demo.ExchangeOnline.$Type"))
}

function Remove-Connection {
    param([Parameter(Mandatory)]$Context)

    $name = [System.IO.Path]::GetFileNameWithoutExtension($Context.ModulePath)
    Remove-Module -Name $name -Force -ErrorAction Ignore
    Remove-ModuleFolder -Manifest $Context.ModulePath
    # As with Microsoft's module, Get-EXO* keeps the token of the newest connection.
    $null = [Microsoft.Exchange.Management.ExoPowershellSnapin.ConnectionContextFactory]::RemoveConnectionContextUsingConnectionId($Context.ConnectionId)
}

function Remove-ModuleFolder {
    param([Parameter(Mandatory)][string]$Manifest)
    $folder = [System.IO.Path]::GetDirectoryName($Manifest)
    if ([System.IO.Directory]::Exists($folder)) { [System.IO.Directory]::Delete($folder, $true) }
}

# The manifest chooses among the DLL's cmdlets.
Export-ModuleMember -Function 'Connect-ExchangeOnline', 'Connect-IPPSSession', 'Disconnect-ExchangeOnline' -Cmdlet 'Get-*'
