import type { CmdletDefinition, ParameterType } from './cmdlet-model.ts'
import { formatFile } from './format-file.ts'
import { wildcard } from './filter.ts'
import { servedCmdlets } from './generated-cmdlets.ts'
import type { DemoServiceName } from './names.ts'

interface ModuleFile {
  value: Array<{ fileName: string; fileContent: string; exportedCmdlets?: string }>
}

/** The text of the full set is large: made once for each service, set of names and choice of views. */
const cache = new Map<string, ModuleFile>()
const maxCachedFiles = 32

/**
 * What EXOModuleFile answers: the cmdlets as PowerShell text, and their views. `commandName` is the request's
 * header: `*`, or names with wildcards separated by commas.
 */
export function moduleFile(service: DemoServiceName, commandName: string, skipFormatData: boolean): ModuleFile {
  const key = `${service}|${commandName.toLowerCase()}|${skipFormatData}`
  const known = cache.get(key)
  if (known) return known
  const patterns = commandName.split(',').map((name) => wildcard(name.trim()))
  const definitions = servedCmdlets[service].filter((definition) => patterns.some((pattern) => pattern.test(definition.name)))
  const file: ModuleFile = {
    value: [
      { fileName: 'tmpEXO.psm1', fileContent: moduleText(definitions), exportedCmdlets: definitions.map((definition) => definition.name).join(',') },
      ...(skipFormatData ? [] : [{ fileName: 'tmpEXO.format.ps1xml', fileContent: formatFile() }])
    ]
  }
  if (cache.size >= maxCachedFiles) cache.clear()
  cache.set(key, file)
  return file
}

/**
 * The head of the shipped module. The stand-in module sets `ConnectionContextObjectId`, and its binary cmdlet sends
 * every command to InvokeCommand. Microsoft's module has no such cmdlet: there a function of this text does it, with
 * the connection that is newest in its process.
 */
const head = `# Cmdlets of the demo service, generated for this connection.
$script:ConnectionContextObjectId = $null
$script:Binary = 'Tenantry.Demo.ExchangeOnline.RestCommand' -as [type]
if ($script:Binary) { $script:RestCommand = [Management.Automation.CmdletInfo]::new('Write-ErrorMessage', $script:Binary) }
else { $script:RestCommand = 'Invoke-ServiceCommand' }

function Invoke-ServiceCommand {
    param([string]$CmdletName, $Parameters, [string]$OutputTypeName, [string]$ConnectionContextObjectId)
    $contexts = @([Microsoft.Exchange.Management.ExoPowershellSnapin.ConnectionContextFactory]::GetAllConnectionContexts())
    $auth = $contexts[-1].GetAuthHeader('', [guid]::NewGuid().ToString())
    $values = @{}
    foreach ($name in $Parameters.Keys) {
        if ([Management.Automation.PSCmdlet]::CommonParameters.Contains($name) -or $name -in 'WhatIf', 'Confirm') { continue }
        $values[$name] = $Parameters[$name]
        if ($values[$name] -is [switch]) { $values[$name] = [bool]$values[$name] }
    }
    $body = @{ CmdletInput = @{ CmdletName = $CmdletName; Parameters = $values } } | ConvertTo-Json -Depth 10 -Compress
    $uri = $auth.BaseUri + '/' + $auth.TenantId + '/InvokeCommand'
    while ($uri) {
        $headers = @{
            Authorization = $auth.AuthorizationHeader; Prefer = 'odata.maxpagesize=1000'; 'X-CmdletName' = $CmdletName; 'X-ResponseFormat' = 'json'
            'X-AnchorMailbox' = if ($contexts[-1].UserPrincipalName) { 'UPN:' + $contexts[-1].UserPrincipalName } else { 'APP:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@' + $auth.TenantId }
        }
        $page = Invoke-RestMethod -Method Post -Uri $uri -Headers $headers -ContentType 'application/json; charset=utf-8' -Body ([Text.Encoding]::UTF8.GetBytes($body))
        foreach ($warning in $page.'@adminapi.warnings') { Write-Warning $warning }
        foreach ($item in $page.value) { $item.PSObject.TypeNames.Insert(0, 'Deserialized.' + $OutputTypeName); $item }
        $uri = $page.'@odata.nextLink'
    }
}
`

function moduleText(definitions: CmdletDefinition[]): string {
  const names = definitions.map((definition) => `'${definition.name}'`).join(',')
  const exported = `Export-ModuleMember -Function @(${names})\n`
  return [head, ...definitions.map(functionText), exported].join('\n')
}

const powerShellTypes: Record<ParameterType, string> = {
  string: 'System.String', switch: 'switch', bool: 'System.Boolean', int: 'System.Int32', datetime: 'System.DateTime',
  object: 'System.Object', securestring: 'System.Security.SecureString'
}

/** One cmdlet as a function: what it declares is what the service declares, what it does is one request. */
function functionText(definition: CmdletDefinition): string {
  const writes = !definition.name.startsWith('Get-')
  const impact = definition.name.startsWith('Remove-') ? 'High' : 'Medium'
  const binding = writes ? `[CmdletBinding(SupportsShouldProcess=$true, ConfirmImpact='${impact}')]` : '[CmdletBinding()]'
  const parameters = Object.entries(definition.parameters).map(([name, type]) => parameterText(definition, name, type))
  const call = `& $script:RestCommand -CmdletName '${definition.name}' -Parameters $PSBoundParameters -OutputTypeName '${definition.outputType}' -ConnectionContextObjectId $script:ConnectionContextObjectId`
  const target = definition.parameters['Identity'] ? '$Identity' : definition.parameters['Name'] ? '$Name' : "''"
  return `function ${definition.name} {
    ${binding}
    param(
${parameters.join(',\n\n')}
    )
    process {
        ${writes ? `if ($PSCmdlet.ShouldProcess([string]${target}, '${definition.name}')) {\n            ${call}\n        }` : call}
    }
}
`
}

function parameterText(definition: CmdletDefinition, name: string, type: ParameterType): string {
  const settings: string[] = []
  if (definition.mandatory.includes(name)) settings.push('Mandatory=$true')
  if (name === 'Identity' || (name === 'Name' && !definition.parameters['Identity'])) settings.push('Position=0')
  if (name === 'Identity') settings.push('ValueFromPipeline=$true', 'ValueFromPipelineByPropertyName=$true')
  const attribute = settings.length > 0 ? `        [Parameter(${settings.join(', ')})]` : '        [Parameter()]'
  // An object of Exchange's, given whole, is known by its identity.
  return `${attribute}\n        [${powerShellTypes[type]}]\n        \${${name}}`
}
