<#
.SYNOPSIS
Lists the certificates of this computer's stores, signs with their keys, and makes new ones, for Tenantry.
.DESCRIPTION
Reads one JSON request a line from standard input and writes one JSON answer a line to standard output, until its input
ends. Keys are used where they lie, so keys that can't be exported, CNG and TPM keys and the macOS Keychain work.
It runs on PowerShell 7.4 and later and on Windows PowerShell 5.1. The automatic variable for piped input must not be
named in it: PowerShell would then read standard input itself.
#>
[CmdletBinding()]
param()

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$script:RsaOid = '1.2.840.113549.1.1.1'
$script:EcOid = '1.2.840.10045.2.1'
# CurrentUser first: it is the store that a person's own certificates are in.
$script:Locations = 'CurrentUser', 'LocalMachine'
# What a key answers whose dialog was refused: NTE_USER_CANCELLED, SCARD_W_CANCELLED_BY_USER and ERROR_CANCELLED of
# Windows, errSecUserCanceled and errSecAuthFailed of macOS.
$script:Refusals = 0x80090036, 0x8010006E, 0x800704C7, -128, -25293

function Get-StoreCertificate {
    # LocalMachine\My does not exist on Linux, and a store may be closed to this user: such a store has no certificates.
    foreach ($location in $script:Locations) {
        $store = New-Object -TypeName System.Security.Cryptography.X509Certificates.X509Store -ArgumentList 'My', $location
        try {
            $store.Open([System.Security.Cryptography.X509Certificates.OpenFlags]::ReadOnly)
            foreach ($certificate in $store.Certificates) {
                @{ Certificate = $certificate; Location = $location }
            }
        }
        catch [System.Security.Cryptography.CryptographicException] {
            Write-Debug -Message $_.Exception.Message
        }
        catch [System.PlatformNotSupportedException] {
            Write-Debug -Message $_.Exception.Message
        }
        finally {
            $store.Dispose()
        }
    }
}

function Get-PrivateKey {
    param([Parameter(Mandatory)]$Certificate)

    [System.Security.Cryptography.X509Certificates.RSACertificateExtensions]::GetRSAPrivateKey($Certificate)
}

function Get-ProviderName {
    param([Parameter(Mandatory)]$Key)

    switch -Wildcard ($Key.GetType().Name) {
        'RSACng' {
            $provider = [string]$Key.Key.Provider.Provider
            if ($provider -like '*Platform Crypto*') { return 'CNG, TPM' }
            if ($provider -like '*Smart Card*') { return 'CNG, smart card' }
            return 'CNG'
        }
        'RSACryptoServiceProvider' { return 'CSP' }
        'RSAOpenSsl' { return 'OpenSSL' }
        'RSA*Apple*' { return 'macOS Keychain' }
        'RSASecurityTransforms' { return 'macOS Keychain' }
        default { return $_ }
    }
}

function Get-Fact {
    # What the picker shows of one certificate. Nothing is signed, so that no dialog opens.
    param([Parameter(Mandatory)]$Entry)

    $certificate = $Entry.Certificate
    $fact = @{
        thumbprint = $certificate.Thumbprint
        subject = $certificate.Subject
        notAfter = $certificate.NotAfter.ToUniversalTime().ToString('yyyy-MM-ddTHH:mm:ssZ', [cultureinfo]::InvariantCulture)
        location = $Entry.Location
        keyKind = 'unknown'
        canSign = $false
        problem = $null
        certificate = [Convert]::ToBase64String($certificate.RawData)
    }
    $oid = $certificate.PublicKey.Oid.Value
    if ($oid -ne $script:RsaOid) {
        $fact.keyKind = if ($oid -eq $script:EcOid) { 'EC' } else { [string]$certificate.PublicKey.Oid.FriendlyName }
        $fact.problem = 'its key is not an RSA key'
        return $fact
    }
    $public = [System.Security.Cryptography.X509Certificates.RSACertificateExtensions]::GetRSAPublicKey($certificate)
    # Not KeySize: on Linux .NET overrides only its setter, and PowerShell then can't read it.
    $fact.keyKind = 'RSA {0}' -f (8 * $public.ExportParameters($false).Modulus.Length)
    if (-not $certificate.HasPrivateKey) {
        $fact.problem = 'its private key is not on this computer'
        return $fact
    }
    try {
        $key = Get-PrivateKey -Certificate $certificate
        $fact.keyKind += ', ' + (Get-ProviderName -Key $key)
        $key.Dispose()
        $fact.canSign = $true
    }
    catch {
        $fact.problem = 'its private key can not be used: ' + (Get-InnermostMessage -Exception $_.Exception)
        return $fact
    }
    $now = [DateTime]::Now
    if ($certificate.NotAfter -lt $now) { $fact.problem = 'it expired on ' + $fact.notAfter.Substring(0, 10) }
    elseif ($certificate.NotBefore -gt $now) { $fact.problem = 'it is not valid yet' }
    $fact.canSign = -not $fact.problem
    $fact
}

function Get-InnermostMessage {
    param([Parameter(Mandatory)][Exception]$Exception)

    while ($Exception.InnerException) { $Exception = $Exception.InnerException }
    $Exception.Message
}

function Test-Refusal {
    # Messages are in the person's own language: the number tells, and the English word where there is none.
    param([Parameter(Mandatory)][Exception]$Exception)

    for ($cause = $Exception; $cause; $cause = $cause.InnerException) {
        if ($script:Refusals -contains $cause.HResult) { return $true }
        if ($cause.Message -match 'cancel|(?<!\w)-(128|25293)\b') { return $true }
    }
    $false
}

function Find-Entry {
    # The same certificate may lie in both stores: the one whose key is there wins.
    param([Parameter(Mandatory)][string]$Thumbprint)

    $found = @(Get-StoreCertificate | Where-Object -FilterScript { $_.Certificate.Thumbprint -eq $Thumbprint })
    $withKey = @($found | Where-Object -FilterScript { $_.Certificate.HasPrivateKey })
    if ($withKey.Count -gt 0) { return $withKey[0] }
    if ($found.Count -gt 0) { return $found[0] }
    $null
}

function Invoke-Sign {
    # PS256 is what Entra prefers; some CSP and TPM keys refuse PSS, and then RS256 is signed.
    param([Parameter(Mandatory)]$Entry, [Parameter(Mandatory)]$Inputs)

    $padding = [System.Security.Cryptography.RSASignaturePadding]
    $sha256 = [System.Security.Cryptography.HashAlgorithmName]::SHA256
    $key = Get-PrivateKey -Certificate $Entry.Certificate
    try {
        try {
            $bytes = [Convert]::FromBase64String($Inputs.PS256)
            $signature = $key.SignData($bytes, $sha256, $padding::Pss)
            return @{ algorithm = 'PS256'; signature = [Convert]::ToBase64String($signature) }
        }
        catch {
            # Whoever said no to the dialog must not be asked a second time.
            if (Test-Refusal -Exception $_.Exception) { throw }
        }
        $bytes = [Convert]::FromBase64String($Inputs.RS256)
        $signature = $key.SignData($bytes, $sha256, $padding::Pkcs1)
        @{ algorithm = 'RS256'; signature = [Convert]::ToBase64String($signature) }
    }
    finally {
        $key.Dispose()
    }
}

function New-WindowsKey {
    # A key of its own name in Windows' key storage, which no export policy lets out.
    param([Parameter(Mandatory)][int]$Bits)

    $cng = [System.Security.Cryptography.CngProvider]::MicrosoftSoftwareKeyStorageProvider
    $parameters = New-Object -TypeName System.Security.Cryptography.CngKeyCreationParameters
    $parameters.Provider = $cng
    $parameters.ExportPolicy = [System.Security.Cryptography.CngExportPolicies]::None
    $parameters.KeyUsage = [System.Security.Cryptography.CngKeyUsages]::AllUsages
    $length = New-Object -TypeName System.Security.Cryptography.CngProperty -ArgumentList 'Length', ([BitConverter]::GetBytes($Bits)), ([System.Security.Cryptography.CngPropertyOptions]::None)
    $parameters.Parameters.Add($length)
    $name = 'Tenantry-' + [guid]::NewGuid().ToString()
    $key = [System.Security.Cryptography.CngKey]::Create([System.Security.Cryptography.CngAlgorithm]::Rsa, $name, $parameters)
    New-Object -TypeName System.Security.Cryptography.RSACng -ArgumentList $key
}

function Test-Platform {
    # Windows PowerShell 5.1 has no variables that tell it, and runs on Windows alone.
    param([Parameter(Mandatory)][ValidateSet('Windows', 'OSX')][string]$Name)

    if ($PSVersionTable.PSVersion.Major -lt 6) { return $Name -eq 'Windows' }
    [System.Runtime.InteropServices.RuntimeInformation]::IsOSPlatform([System.Runtime.InteropServices.OSPlatform]::Create($Name.ToUpperInvariant()))
}

function New-SelfSigned {
    # For signing in alone: no authority, digital signatures, as a client.
    param([Parameter(Mandatory)]$Key, [Parameter(Mandatory)][string]$Subject, [Parameter(Mandatory)][int]$Years)

    $name = New-Object -TypeName System.Security.Cryptography.X509Certificates.X500DistinguishedName -ArgumentList $Subject
    $sha256 = [System.Security.Cryptography.HashAlgorithmName]::SHA256
    $request = New-Object -TypeName System.Security.Cryptography.X509Certificates.CertificateRequest -ArgumentList $name, $Key, $sha256, ([System.Security.Cryptography.RSASignaturePadding]::Pkcs1)
    $request.CertificateExtensions.Add((New-Object -TypeName System.Security.Cryptography.X509Certificates.X509BasicConstraintsExtension -ArgumentList $false, $false, 0, $true))
    $usage = [System.Security.Cryptography.X509Certificates.X509KeyUsageFlags]::DigitalSignature
    $request.CertificateExtensions.Add((New-Object -TypeName System.Security.Cryptography.X509Certificates.X509KeyUsageExtension -ArgumentList $usage, $true))
    $purposes = New-Object -TypeName System.Security.Cryptography.OidCollection
    $null = $purposes.Add((New-Object -TypeName System.Security.Cryptography.Oid -ArgumentList '1.3.6.1.5.5.7.3.2'))
    $request.CertificateExtensions.Add((New-Object -TypeName System.Security.Cryptography.X509Certificates.X509EnhancedKeyUsageExtension -ArgumentList $purposes, $false))
    # Another clock may be behind this one.
    $from = [DateTimeOffset]::UtcNow.AddMinutes(-10)
    $request.CreateSelfSigned($from, $from.AddYears($Years))
}

function New-StoreCertificate {
    # The key stays where the system keeps such keys: in Windows' key storage, in the login keychain of macOS (taken in
    # as not exportable), or in .NET's store in the home folder.
    param([Parameter(Mandatory)]$Wanted)

    $onWindows = Test-Platform -Name Windows
    $key = if ($onWindows) { New-WindowsKey -Bits $Wanted.bits } else { [System.Security.Cryptography.RSA]::Create([int]$Wanted.bits) }
    $store = New-Object -TypeName System.Security.Cryptography.X509Certificates.X509Store -ArgumentList 'My', 'CurrentUser'
    $isKept = $false
    try {
        $certificate = New-SelfSigned -Key $key -Subject $Wanted.subject -Years $Wanted.years
        if (Test-Platform -Name OSX) {
            $word = [guid]::NewGuid().ToString()
            $bytes = $certificate.Export([System.Security.Cryptography.X509Certificates.X509ContentType]::Pfx, $word)
            $flags = [System.Security.Cryptography.X509Certificates.X509KeyStorageFlags]::PersistKeySet
            $certificate = New-Object -TypeName System.Security.Cryptography.X509Certificates.X509Certificate2 -ArgumentList $bytes, $word, $flags
            [Array]::Clear($bytes, 0, $bytes.Length)
        }
        $store.Open([System.Security.Cryptography.X509Certificates.OpenFlags]::ReadWrite)
        $store.Add($certificate)
        $isKept = $true
        $certificate.Thumbprint
    }
    finally {
        # A key without its certificate would lie in Windows' key storage for ever.
        if ($onWindows -and -not $isKept) { $key.Key.Delete() }
        $key.Dispose()
        $store.Dispose()
    }
}

function Get-Answer {
    param([Parameter(Mandatory)]$Request)

    if ($Request.op -eq 'list') {
        return @{ certificates = @(Get-StoreCertificate | ForEach-Object -Process { Get-Fact -Entry $_ }) }
    }
    if ($Request.op -eq 'create') {
        $thumbprint = New-StoreCertificate -Wanted $Request
        return @{ certificate = Get-Fact -Entry (Find-Entry -Thumbprint $thumbprint) }
    }
    $entry = Find-Entry -Thumbprint $Request.thumbprint
    if (-not $entry) { return @{ missing = $true } }
    if ($Request.op -eq 'find') { return @{ certificate = Get-Fact -Entry $entry } }
    if ($Request.op -eq 'sign') { return Invoke-Sign -Entry $entry -Inputs $Request.inputs }
    throw "Unknown operation '$($Request.op)'."
}

$utf8 = New-Object -TypeName System.Text.UTF8Encoding -ArgumentList $false
$reader = New-Object -TypeName System.IO.StreamReader -ArgumentList ([Console]::OpenStandardInput()), $utf8
$writer = New-Object -TypeName System.IO.StreamWriter -ArgumentList ([Console]::OpenStandardOutput()), $utf8
$writer.AutoFlush = $true

while ($null -ne ($line = $reader.ReadLine())) {
    $id = 0
    try {
        $request = ConvertFrom-Json -InputObject $line
        $id = $request.id
        $answer = Get-Answer -Request $request
    }
    catch {
        $answer = @{ error = (Get-InnermostMessage -Exception $_.Exception) }
    }
    $answer['id'] = $id
    $writer.WriteLine((ConvertTo-Json -InputObject $answer -Compress -Depth 5))
}
