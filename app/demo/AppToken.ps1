# How the stand-ins for Microsoft's modules get an app's token themselves, as Microsoft's do where no token is handed over.
# The build puts it beside each of them.

function Get-CertificateToken {
    # As MSAL does for Microsoft's modules: an assertion of the app about itself, signed by the certificate.
    param(
        [Parameter(Mandatory)][System.Security.Cryptography.X509Certificates.X509Certificate2]$Certificate,
        [Parameter(Mandatory)][string]$ClientId,
        [Parameter(Mandatory)][string]$Authority,
        [Parameter(Mandatory)][string]$Resource
    )

    $endpoint = "$Authority/oauth2/v2.0/token"
    $now = [DateTimeOffset]::UtcNow.ToUnixTimeSeconds()
    $hash = [System.Security.Cryptography.SHA256]::Create()
    $header = @{ alg = 'PS256'; typ = 'JWT'; 'x5t#S256' = (ConvertTo-Base64Url -Bytes $hash.ComputeHash($Certificate.RawData)) }
    $claims = @{ aud = $endpoint; iss = $ClientId; sub = $ClientId; jti = [guid]::NewGuid().ToString(); nbf = $now; exp = $now + 600 }
    $parts = foreach ($part in $header, $claims) { ConvertTo-Base64Url -Bytes ([System.Text.Encoding]::UTF8.GetBytes((ConvertTo-Json -InputObject $part -Compress))) }
    $signed = $parts -join '.'
    $key = [System.Security.Cryptography.X509Certificates.RSACertificateExtensions]::GetRSAPrivateKey($Certificate)
    if (-not $key) { throw [System.ArgumentException]::new('The certificate has no private key.') }
    $signature = $key.SignData([System.Text.Encoding]::ASCII.GetBytes($signed), [System.Security.Cryptography.HashAlgorithmName]::SHA256, [System.Security.Cryptography.RSASignaturePadding]::Pss)
    $form = @{
        grant_type = 'client_credentials'; client_id = $ClientId; scope = "$Resource/.default"
        client_assertion_type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'; client_assertion = $signed + '.' + (ConvertTo-Base64Url -Bytes $signature)
    }
    try { (Invoke-RestMethod -Method Post -Uri $endpoint -Body $form -UseBasicParsing).access_token }
    catch {
        if (-not $_.ErrorDetails) { throw }
        throw [System.InvalidOperationException]::new([string](ConvertFrom-Json -InputObject $_.ErrorDetails.Message).error_description)
    }
}

function ConvertTo-Base64Url {
    param([Parameter(Mandatory)][byte[]]$Bytes)
    [Convert]::ToBase64String($Bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_')
}

function Get-IdentityToken {
    # As a machine of Azure's gives it to whoever runs on it.
    param([Parameter(Mandatory)][string]$Resource)

    if (-not $env:IDENTITY_ENDPOINT) { throw [System.InvalidOperationException]::new('There is no managed identity here.') }
    $address = $env:IDENTITY_ENDPOINT + '?resource=' + [Uri]::EscapeDataString($Resource)
    (Invoke-RestMethod -Uri $address -Headers @{ 'X-IDENTITY-HEADER' = $env:IDENTITY_HEADER; Metadata = 'True' } -UseBasicParsing).access_token
}
