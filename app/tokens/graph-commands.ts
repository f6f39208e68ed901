/**
 * Stands before each Connect-MgGraph that a person pastes. Where connecting fails, PowerShell stays connected as before, and
 * what follows would be done in the tenant of before; without any connection it fails.
 * https://learn.microsoft.com/powershell/module/microsoft.graph.authentication/disconnect-mggraph
 */
export const disconnectGraph = 'if (Get-MgContext) { $null = Disconnect-MgGraph }'
