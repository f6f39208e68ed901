# Dot-sourced by Tenantry.psm1: a shell that is started before anybody asks for it. It imports the module, and goes the way
# to a connection once, up to a port of this machine where nothing listens: .NET compiles on that way what takes longest of
# a first connect. It knows no tenant, and its token is made up.

function script:Start-WarmUp {
    param([Parameter(Mandatory)]$Message)

    $script:Session.TemporaryFolder = [string]$Message.temporaryFolder
    $problem = $null
    try {
        $null = Import-ConnectModule -Module $Message.module
        if ($Message.connect) { Invoke-FailingConnect -Connect $Message.connect }
        # Once for nobody: what a prompt needs is compiled by that. Its session sets its own.
        Set-SessionPrompt
        $null = Get-SessionPrompt -Succeeded $true
    }
    catch { $problem = $_.Exception.Message }
    Send-SessionMessage -Message @{ type = 'warmed'; id = $Message.id; problem = $problem }
}

function script:Invoke-FailingConnect {
    param([Parameter(Mandatory)]$Connect)

    $parameters = @{}
    foreach ($property in $Connect.parameters.PSObject.Properties) { $parameters[$property.Name] = $property.Value }
    $parameters = Get-ConnectParameter -Connect @{ Family = 'exchange'; Parameters = $parameters } -AccessToken $Connect.accessToken
    $command = [string]$Connect.command
    $known = $global:Error.Count
    try { Invoke-InTemporaryFolder -ScriptBlock { $null = & $command @parameters } }
    catch { Write-Verbose -Message $_.Exception.Message }
    finally { while ($global:Error.Count -gt $known) { $global:Error.RemoveAt(0) } }
}
