# Dot-sourced by Tenantry.psm1: the objects that the last command put on the screen, so that they can be looked at as a
# table without running it again. A function in the place of Out-Default hands each object on to the real one and keeps
# it, up to a limit. PowerShell itself treats a function of this name as the cmdlet, so that programs keep their terminal.

$script:KeptObjects = 20000
$script:LastResult = $null

$script:OutDefault = {
    [CmdletBinding()]
    param([switch]$Transcript, [Parameter(ValueFromPipeline)][psobject]$InputObject)

    begin {
        # $? must be what the command before left, here, and what the command left, at the end: each statement makes it
        # true. An error that is ignored leaves nothing but a false one; it comes last.
        $succeeded = $?
        Reset-LastResult -Invocation $MyInvocation
        $real = { Microsoft.PowerShell.Core\Out-Default @PSBoundParameters }.GetSteppablePipeline($MyInvocation.CommandOrigin)
        $real.Begin($PSCmdlet)
        $result = $script:LastResult
        if (-not $succeeded) { Write-Error -Message 'failed' -ErrorAction Ignore }
    }
    process {
        if ($null -ne $InputObject) {
            $result.Count++
            if ($result.Objects.Count -lt $script:KeptObjects) { $result.Objects.Add($InputObject) }
        }
        if ($MyInvocation.ExpectingInput) { $real.Process($InputObject) } else { $real.Process() }
    }
    end {
        if ($MyInvocation.PipelineLength -gt 1) { $succeeded = $? }
        $real.End()
        if (-not $succeeded) { Write-Error -Message 'failed' -ErrorAction Ignore }
    }
}

function script:Reset-LastResult {
    param([Parameter(Mandatory)]$Invocation)

    # An error that the host reports comes alone; it is not a command's result.
    if ($script:LastResult -and $Invocation.PipelineLength -le 1) { return }
    $script:LastResult = [pscustomobject]@{ Objects = [System.Collections.Generic.List[object]]::new(); Count = 0; Title = '' }
}

function script:Enable-LastResult {
    ${function:global:Out-Default} = New-BoundScriptBlock $script:OutDefault
}

function script:Show-LastResult {
    # Runs at the prompt when the app asks for it. Answers the app either way.
    $id = $script:Session.ShowLastId
    $sent = $null
    try {
        $reason = Send-LastResult
    }
    catch {
        $reason = 'failed'
        $sent = $_.Exception.Message
    }
    Send-SessionMessage -Message @{ type = 'last-shown'; id = $id; reason = $reason; message = $sent }
}

function script:Send-LastResult {
    # Answers why there is nothing to show; 'shown' where there was.
    $result = $script:LastResult
    $objects = @(if ($result) { $result.Objects.Where({ Test-ShownObject $_ }) })
    if ($objects.Count -eq 0) {
        if ($result -and $result.Objects.Count -gt 0 -and @($result.Objects.Where({ Test-Formatted $_ }, 'First')).Count -gt 0) { return 'formatted' }
        return 'nothing'
    }
    $newest = Get-History -Count 1 -ErrorAction Ignore
    $grid = Open-Grid -Title $(if ($newest) { Get-ShortLine -Line $newest.CommandLine } else { 'The last result' })
    $grid.Pending.AddRange([object[]]$objects)
    Add-GridRow $grid
    $grid.LeftOut += [Math]::Max(0, $result.Count - $result.Objects.Count)
    Close-Grid -Grid $grid
    'shown'
}

function script:Get-ShortLine {
    param([Parameter(Mandatory)][string]$Line)
    $short = ($Line -split "`n")[0].Trim()
    if ($short.Length -gt 200) { $short.Substring(0, 200) } else { $short }
}

function script:Test-Formatted($object) { ([string]$object.PSObject.BaseObject.GetType().FullName).StartsWith('Microsoft.PowerShell.Commands.Internal.Format') }

function script:Test-ShownObject($object) {
    $base = $object.PSObject.BaseObject
    -not (Test-Formatted $object) -and $base -isnot [System.Management.Automation.ErrorRecord] -and $base -isnot [System.Management.Automation.InformationRecord]
}
