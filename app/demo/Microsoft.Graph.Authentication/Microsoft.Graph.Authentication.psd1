@{
    RootModule           = 'Microsoft.Graph.Authentication.psm1'
    # The version of Microsoft's module whose commands and parameters this one has.
    ModuleVersion        = '2.25.0'
    GUID                 = '0f1f2a63-9a54-4d0e-8c56-3d1b7f6f1a24'
    Author               = 'Tenantry'
    Description          = 'Stands in for Microsoft.Graph.Authentication in Tenantry''s demo tenants. It is not Microsoft''s module.'
    PowerShellVersion    = '5.1'
    CompatiblePSEditions = 'Core', 'Desktop'
    FunctionsToExport    = @('Connect-MgGraph', 'Disconnect-MgGraph', 'Get-MgContext', 'Invoke-MgGraphRequest', 'Add-MgEnvironment', 'Get-MgEnvironment', 'Set-MgEnvironment')
    CmdletsToExport      = @()
    AliasesToExport      = @('Connect-Graph', 'Disconnect-Graph', 'Invoke-GraphRequest')
    VariablesToExport    = @()
}
