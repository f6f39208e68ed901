# Dot-sourced by Tenantry.psm1: the cmdlet that shows objects as a table. It is exported, so it is there from the start;
# what it calls is in Grid.ps1.

function Out-TenantGrid {
    <#
    .SYNOPSIS
    Shows objects as a table in Tenantry's window, to sort, filter, copy and save.
    .DESCRIPTION
    Takes the place of Out-GridView, which only Windows has. Values keep their types: dates sort as dates, numbers as
    numbers, Exchange's sizes by the bytes in them. Ctrl+C ends what still comes, and the table keeps what came.
    A table has at most 250,000 rows, 500 columns and 32,000 characters a cell; it says what was left out.
    .PARAMETER Property
    The properties to show, in this order; names may have wildcards. Without it, all that are simple to read.
    .PARAMETER Title
    What stands over the table; the command unless told.
    .PARAMETER PassThru
    Waits until rows are chosen in the table, and answers their objects, as the table shows them in order.
    .PARAMETER OutputMode
    As of Out-GridView: None, Single (one row can be chosen) or Multiple, which is -PassThru.
    .PARAMETER Wait
    Waits until the table is closed.
    .EXAMPLE
    Get-Mailbox -ResultSize Unlimited | Out-TenantGrid
    .EXAMPLE
    Get-Mailbox | Out-TenantGrid -PassThru | Set-Mailbox -LitigationHoldEnabled $true -WhatIf
    #>
    [CmdletBinding(DefaultParameterSetName = 'PassThru')]
    param(
        [Parameter(ValueFromPipeline)][AllowNull()]$InputObject,
        [Parameter(Position = 0)][string[]]$Property,
        [string]$Title,
        [Parameter(ParameterSetName = 'PassThru')][switch]$PassThru,
        [Parameter(ParameterSetName = 'OutputMode')][ValidateSet('None', 'Single', 'Multiple')][string]$OutputMode = 'None',
        [switch]$Wait
    )

    begin {
        $selection = if ($PassThru -or $OutputMode -eq 'Multiple') { 'multiple' } elseif ($OutputMode -eq 'Single') { 'single' } else { 'none' }
        if (-not $Title) { $Title = Get-GridTitle -Invocation $MyInvocation }
        try { $grid = Open-Grid -Title $Title -Selection $selection -Property $Property }
        catch { $PSCmdlet.ThrowTerminatingError($_) }
        $pending = $grid.Pending
    }
    process {
        # What came through the pipeline is one object, whatever it holds; what was handed over by name may be many.
        $objects = if ($MyInvocation.ExpectingInput) { , $InputObject } else { @($InputObject) }
        foreach ($object in $objects) {
            if ($null -eq $object) { continue }
            $pending.Add($object)
            # The first rows show at once, and so does what comes slowly.
            if ($pending.Count -lt $script:GridBatch -and $grid.Rows -ge 20 -and $grid.Clock.ElapsedMilliseconds -lt $script:GridPageMilliseconds) { continue }
            if ($grid.Rows -eq 0 -and $object.PSObject.BaseObject.GetType().FullName -like 'Microsoft.PowerShell.Commands.Internal.Format*') {
                $pending.Clear()
                Close-Grid -Grid $grid
                $exception = [System.ArgumentException]::new('This was formatted for the screen (by Format-Table or its like), so its values are gone. Put Out-TenantGrid in the place of the Format command.')
                $PSCmdlet.ThrowTerminatingError([System.Management.Automation.ErrorRecord]::new($exception, 'FormattedForScreen', 'InvalidData', $null))
            }
            Add-GridRow $grid
            Send-GridPage $grid
            if ($grid.LeftOut -gt 0 -and -not $grid.IsWarned) {
                $grid.IsWarned = $true
                $PSCmdlet.WriteWarning("The table is full with $($grid.Rows) rows; what still comes is left out. Ctrl+C ends it, and the table stays.")
            }
        }
    }
    end {
        if ($selection -eq 'none' -and -not $Wait) { return Close-Grid -Grid $grid }
        Complete-Grid -Grid $grid
        foreach ($index in Receive-GridSelection -Grid $grid) {
            if ($index -lt $grid.Kept.Count) { $grid.Kept[$index] }
        }
        Close-Grid -Grid $grid
    }
}
