# Stands in for Microsoft.Graph.Authentication in Tenantry's demo tenants: the same commands and parameters, and of what
# they do the part that an app needs: a token handed over, its certificate, or the machine's identity signs in, and a
# person does not. One connection a process, as with Microsoft's.
# Source of names and behaviour: github.com/microsoftgraph/msgraph-sdk-powershell, src/Authentication.
Set-StrictMode -Version Latest
. (Join-Path $PSScriptRoot 'AppToken.ps1')

Add-Type -AssemblyName System.Net.Http -ErrorAction SilentlyContinue

$script:Environments = @{
    Global = @{ Name = 'Global'; GraphEndpoint = 'https://graph.microsoft.com'; AzureADEndpoint = 'https://login.microsoftonline.com'; Type = 'Built-in' }
}
$script:Context = $null
$script:Token = $null

function Connect-MgGraph {
    <#
    .SYNOPSIS
    Connects this PowerShell to a demo tenant's Microsoft Graph as an app. With a token it asks nobody: the first request does.
    #>
    [CmdletBinding(DefaultParameterSetName = 'UserParameterSet')]
    [Alias('Connect-Graph')]
    param(
        [Parameter(ParameterSetName = 'UserParameterSet')][string[]]$Scopes,
        [Parameter(ParameterSetName = 'UserParameterSet')]
        [Parameter(ParameterSetName = 'AppCertificateParameterSet', Mandatory)]
        [Parameter(ParameterSetName = 'IdentityParameterSet')][Alias('AppId')][string]$ClientId,
        [Parameter(ParameterSetName = 'UserParameterSet')]
        [Parameter(ParameterSetName = 'AppCertificateParameterSet')][Alias('Audience', 'Tenant')][string]$TenantId,
        [Parameter(ParameterSetName = 'UserParameterSet')]
        [Parameter(ParameterSetName = 'AppCertificateParameterSet')]
        [Parameter(ParameterSetName = 'IdentityParameterSet')][string]$ContextScope,
        [Parameter(ParameterSetName = 'UserParameterSet')][Alias('UseDeviceAuthentication', 'DeviceCode', 'DeviceAuth', 'Device')][switch]$UseDeviceCode,
        [Parameter(ParameterSetName = 'AppCertificateParameterSet', Mandatory)][System.Security.Cryptography.X509Certificates.X509Certificate2]$Certificate,
        [Parameter(ParameterSetName = 'IdentityParameterSet', Mandatory)][Alias('ManagedIdentity', 'ManagedServiceIdentity', 'MSI')][switch]$Identity,
        [Parameter(ParameterSetName = 'AccessTokenParameterSet', Mandatory)][securestring]$AccessToken,
        [Alias('EnvironmentName', 'NationalCloud')][string]$Environment = 'Global',
        [double]$ClientTimeout = 100,
        [switch]$NoWelcome
    )
    if ($PSCmdlet.ParameterSetName -eq 'UserParameterSet') { throw 'The demo tenants'' module connects with one of -AccessToken, -Certificate and -Identity only.' }
    if (-not $script:Environments.ContainsKey($Environment)) { throw "Unable to find environment with name '$Environment'." }
    $kind = 'UserProvidedAccessToken', 'UserProvidedAccessToken'
    if ($PSCmdlet.ParameterSetName -ne 'AccessTokenParameterSet') {
        $kind = 'AppOnly', $(if ($Certificate) { 'ClientCertificate' } else { 'ManagedIdentity' })
        $resource = $script:Environments['Global'].GraphEndpoint
        $text = if ($Certificate) {
            if (-not $TenantId) { throw '-Certificate needs -TenantId.' }
            Get-CertificateToken -Certificate $Certificate -ClientId $ClientId -Authority ($script:Environments[$Environment].AzureADEndpoint + '/' + $TenantId) -Resource $resource
        }
        else { Get-IdentityToken -Resource $resource }
        $AccessToken = ConvertTo-SecureString -String $text -AsPlainText -Force
    }
    $claims = Read-Claim -Token (ConvertFrom-Secure -Secure $AccessToken)
    $script:Token = $AccessToken
    $script:Context = New-Object -TypeName psobject -Property ([ordered]@{
            ClientId = $claims['appid']; TenantId = $claims['tid']; Scopes = @($claims['roles']); AuthType = $kind[0]
            TokenCredentialType = $kind[1]; Account = $null; AppName = $claims['app_displayname']; ContextScope = 'Process'; Environment = $Environment
        })
    if (-not $NoWelcome) { 'Welcome to Microsoft Graph!' }
}

function Disconnect-MgGraph {
    <#
    .SYNOPSIS
    Forgets the connection and its token.
    #>
    [CmdletBinding()]
    [Alias('Disconnect-Graph')]
    param()
    if (-not $script:Context) { throw 'No application to sign out from.' }
    $script:Context
    $script:Context = $null
    $script:Token = $null
}

function Get-MgContext {
    <#
    .SYNOPSIS
    Whom this PowerShell is connected as, without the token.
    #>
    [CmdletBinding()]
    param()
    $script:Context
}

function Add-MgEnvironment {
    <#
    .SYNOPSIS
    Adds a cloud by its hosts. Unlike Microsoft's module this one keeps it for the process alone.
    #>
    [CmdletBinding()]
    param([Parameter(Mandatory)][string]$Name, [Parameter(Mandatory)][string]$AzureADEndpoint, [Parameter(Mandatory)][string]$GraphEndpoint)
    if ($script:Environments.ContainsKey($Name)) { throw "Environment $Name already exists." }
    Set-MgEnvironment @PSBoundParameters
}

function Set-MgEnvironment {
    <#
    .SYNOPSIS
    Changes a cloud's hosts.
    #>
    [CmdletBinding()]
    param([Parameter(Mandatory)][string]$Name, [string]$AzureADEndpoint, [string]$GraphEndpoint)
    $script:Environments[$Name] = @{ Name = $Name; GraphEndpoint = $GraphEndpoint; AzureADEndpoint = $AzureADEndpoint; Type = 'User-defined' }
    Get-MgEnvironment -Name $Name
}

function Get-MgEnvironment {
    <#
    .SYNOPSIS
    The clouds that are known.
    #>
    [CmdletBinding()]
    param([string]$Name)
    foreach ($environment in $script:Environments.Values) {
        if (-not $Name -or $environment.Name -eq $Name) { New-Object -TypeName psobject -Property $environment }
    }
}

function Invoke-MgGraphRequest {
    <#
    .SYNOPSIS
    Sends a request to the demo tenant's Microsoft Graph. It never tries a refused one again.
    #>
    [CmdletBinding()]
    [Alias('Invoke-GraphRequest')]
    param(
        [Parameter(Position = 0)][ValidateSet('GET', 'POST', 'PUT', 'PATCH', 'DELETE')][string]$Method = 'GET',
        [Parameter(Position = 1, Mandatory)][uri]$Uri,
        [Parameter(Position = 2, ValueFromPipeline)]$Body,
        [System.Collections.IDictionary]$Headers,
        [string]$ContentType = 'application/json',
        [ValidateSet('HashTable', 'PSObject', 'HttpResponseMessage', 'Json')][string]$OutputType = 'HashTable',
        [string]$StatusCodeVariable,
        [switch]$SkipHttpErrorCheck
    )
    if (-not $script:Context) { throw 'Authentication needed. Please call Connect-MgGraph.' }
    $endpoint = $script:Environments[$script:Context.Environment].GraphEndpoint
    $address = $Uri.OriginalString
    if (-not $Uri.IsAbsoluteUri -or $address.StartsWith('/')) {
        if ($address -notmatch '^/?(v1\.0|beta)(/|$)') { $address = 'v1.0/' + $address.TrimStart('/') }
        $address = $endpoint + '/' + $address.TrimStart('/')
    }
    # The token goes to Graph's own host and nowhere else.
    if (-not $address.StartsWith($endpoint + '/')) { throw "The address $address is not Microsoft Graph's." }
    $request = New-Object -TypeName System.Net.Http.HttpRequestMessage -ArgumentList (New-Object -TypeName System.Net.Http.HttpMethod -ArgumentList $Method), $address
    $client = New-Object -TypeName System.Net.Http.HttpClient
    try {
        $request.Headers.Authorization = New-Object -TypeName System.Net.Http.Headers.AuthenticationHeaderValue -ArgumentList 'Bearer', (ConvertFrom-Secure -Secure $script:Token)
        if ($Headers) { foreach ($name in $Headers.Keys) { $null = $request.Headers.TryAddWithoutValidation([string]$name, [string]$Headers[$name]) } }
        if ($null -ne $Body) {
            $text = if ($Body -is [string]) { $Body } else { ConvertTo-Json -InputObject $Body -Depth 20 -Compress }
            $request.Content = New-Object -TypeName System.Net.Http.StringContent -ArgumentList $text, ([System.Text.Encoding]::UTF8), $ContentType
        }
        $response = $client.SendAsync($request).GetAwaiter().GetResult()
        if ($StatusCodeVariable) { $PSCmdlet.SessionState.PSVariable.Set($StatusCodeVariable, [int]$response.StatusCode) }
        if ($OutputType -eq 'HttpResponseMessage') { return $response }
        $answer = $response.Content.ReadAsStringAsync().GetAwaiter().GetResult()
        if (-not $response.IsSuccessStatusCode -and -not $SkipHttpErrorCheck) {
            throw "Response status code does not indicate success: $($response.StatusCode) ($($response.ReasonPhrase)). $answer"
        }
        if ($OutputType -eq 'Json') { return $answer }
        $object = if ($answer) { ConvertFrom-Json -InputObject $answer }
        if ($OutputType -eq 'PSObject') { $object } else { ConvertTo-Table -Value $object }
    }
    finally {
        $client.Dispose()
    }
}

function ConvertTo-Table {
    # Objects as hashtables, all the way down: what Microsoft's module answers unless told otherwise.
    param($Value)
    if ($Value -is [System.Management.Automation.PSCustomObject]) {
        $table = @{}
        foreach ($property in $Value.PSObject.Properties) { $table[$property.Name] = ConvertTo-Table -Value $property.Value }
        return $table
    }
    if ($Value -is [array]) {
        $list = @(foreach ($item in $Value) { ConvertTo-Table -Value $item })
        return , $list
    }
    $Value
}

function ConvertFrom-Secure {
    param([Parameter(Mandatory)][securestring]$Secure)
    (New-Object -TypeName System.Net.NetworkCredential -ArgumentList '', $Secure).Password
}

function Read-Claim {
    param([Parameter(Mandatory)][string]$Token)
    $part = $Token.Split('.')[1].Replace('-', '+').Replace('_', '/')
    $part = $part.PadRight($part.Length + (4 - $part.Length % 4) % 4, '=')
    ConvertTo-Table -Value (ConvertFrom-Json -InputObject ([System.Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($part))))
}

Export-ModuleMember -Function '*-Mg*' -Alias '*'
