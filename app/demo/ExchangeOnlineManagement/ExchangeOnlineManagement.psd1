@{
    RootModule           = 'ExchangeOnlineManagement.psm1'
    # The version of Microsoft's module whose behaviour this one follows.
    ModuleVersion        = '3.9.0'
    GUID                 = '6f0d3f0c-5b7e-4f0a-9a34-1a6c5d2e7b90'
    Author               = 'Tenantry'
    Description          = 'Stands in for Microsoft''s ExchangeOnlineManagement in Tenantry''s demo tenants. It is not Microsoft''s module.'
    PowerShellVersion    = '5.1'
    CompatiblePSEditions = 'Core', 'Desktop'
    NestedModules        = @('Tenantry.Demo.ExchangeOnline.dll')
    FunctionsToExport    = @('Connect-ExchangeOnline', 'Connect-IPPSSession', 'Disconnect-ExchangeOnline')
    CmdletsToExport      = @(
        'Get-ConnectionInformation', 'Get-EXOCasMailbox', 'Get-EXOMailbox', 'Get-EXOMailboxFolderStatistics', 'Get-EXOMailboxPermission',
        'Get-EXOMailboxStatistics', 'Get-EXOMobileDeviceStatistics', 'Get-EXORecipient', 'Get-EXORecipientPermission'
    )
    AliasesToExport      = @()
    VariablesToExport    = @()
}
