import type { DemoAccount } from './accounts.ts'
import { cmdletHandlers } from './cmdlets.ts'
import { CmdletError, cmdletErrors, CmdletParameters, type CmdletCall, type CmdletDefinition, type ParameterType } from './cmdlet-model.ts'
import { exchangeError, type ExchangeAnswer } from './exchange-answer.ts'
import type { ExchangeRequest } from './exchange-request.ts'
import { findCmdlet, notForApps } from './generated-cmdlets.ts'
import type { DemoServiceName } from './names.ts'
import type { DemoApp, DemoTenant } from './tenants.ts'
import { annotatedJson } from './typed-json.ts'

export interface ServiceContext {
  tenant: DemoTenant
  caller: DemoApp | DemoAccount
  service: DemoServiceName
  request: ExchangeRequest
  now: Date
}

/** Exchange never sends more objects in one page. */
export const maxPageSize = 1000

/** Runs the cmdlet of `POST …/InvokeCommand` and answers the page that was asked for. */
export function invokeCommand(context: ServiceContext): ExchangeAnswer {
  if (context.request.method !== 'POST') return exchangeError(405, 'MethodNotAllowed', 'InvokeCommand takes POST only.')
  const input = readInput(context.request.body)
  if (!input) return exchangeError(400, 'BadRequest', 'The body is not a CmdletInput.')
  const definition = findCmdlet(context.service, input.name)
  if (!definition) {
    return exchangeError(404, 'NotFound', `The term '${input.name}' is not recognized as the name of a cmdlet, function, script file, or operable program.`, 'System.Management.Automation.CommandNotFoundException')
  }
  try {
    return answerPage(context, runCmdlet(context, definition, input.parameters))
  } catch (error) {
    if (error instanceof CmdletError) return exchangeError(error.status, String(error.status), error.message, error.exceptionType)
    throw error
  }
}

function runCmdlet(context: ServiceContext, definition: CmdletDefinition, values: Record<string, unknown>) {
  const parameters = new CmdletParameters(values)
  checkParameters(definition, values)
  if ('clientId' in context.caller && notForApps.includes(definition.name)) throw notForAppsError(definition.name)
  const call: CmdletCall = { definition, tenant: context.tenant, caller: context.caller, parameters, now: context.now, warnings: [] }
  const handler = cmdletHandlers[definition.name] ?? cmdletHandlers['*']
  const result = handler?.(call) ?? { items: [], show: () => ({}) }
  return { result, warnings: call.warnings }
}

function answerPage(context: ServiceContext, ran: ReturnType<typeof runCmdlet>): ExchangeAnswer {
  const { items, show } = ran.result
  const first = Number(context.request.query.get('$skiptoken') ?? 0)
  const size = pageSizeOf(context.request)
  const page = items.slice(first, first + size)
  const next = first + size
  const path = `/adminapi/beta/${context.tenant.tenantId}`
  const head = {
    '@odata.context': context.request.url(`${path}/$metadata#Collection(Exchange.GenericCommandResponse)`),
    '@adminapi.warnings': first === 0 ? ran.warnings : [],
    ...(next < items.length ? { '@odata.nextLink': context.request.url(`${path}/InvokeCommand?%24skiptoken=${next}`) } : {})
  }
  const rows = annotatedJson(page.map(show)).join(',')
  return { status: 200, json: `${JSON.stringify(head).slice(0, -1)},"value":[${rows}]}`, page: Math.floor(first / size) + 1 }
}

/** The page size of `Prefer: odata.maxpagesize=N`, 1 to 1,000. */
export function pageSizeOf(request: ExchangeRequest): number {
  const wanted = Number(/odata\.maxpagesize\s*=\s*(\d+)/i.exec(request.header('prefer') ?? '')?.[1] ?? maxPageSize)
  return Math.min(Math.max(wanted, 1), maxPageSize)
}

function readInput(body: string): { name: string; parameters: Record<string, unknown> } | null {
  try {
    const parsed = JSON.parse(body) as { CmdletInput?: { CmdletName?: unknown; Parameters?: unknown } }
    const { CmdletName: name, Parameters: parameters } = parsed.CmdletInput ?? {}
    if (typeof name !== 'string') return null
    return { name, parameters: typeof parameters === 'object' && parameters !== null ? (parameters as Record<string, unknown>) : {} }
  } catch {
    return null
  }
}

function checkParameters(definition: CmdletDefinition, values: Record<string, unknown>): void {
  const known = new Map(Object.entries(definition.parameters).map(([name, type]) => [name.toLowerCase(), { name, type }]))
  for (const [name, value] of Object.entries(values)) {
    if (name.includes('@')) continue
    const parameter = known.get(name.toLowerCase())
    if (!parameter) throw cmdletErrors.unknownParameter(name)
    if (value !== null && !fits(parameter.type, value)) throw cmdletErrors.badValue(parameter.name, value, dotNetNames[parameter.type])
  }
  const given = new Set(Object.keys(values).map((name) => name.toLowerCase()))
  const missing = definition.mandatory.find((name) => !given.has(name.toLowerCase()))
  if (missing) throw cmdletErrors.missing(missing)
}

function fits(type: ParameterType, value: unknown): boolean {
  if (type === 'bool' || type === 'switch') return typeof value === 'boolean' || /^(true|false)$/i.test(String(value))
  if (type === 'int') return Number.isInteger(Number(value))
  if (type === 'datetime') return !Number.isNaN(Date.parse(String(value)))
  if (type === 'string' || type === 'securestring') return typeof value !== 'object'
  return true
}

const dotNetNames: Record<ParameterType, string> = {
  string: 'System.String', switch: 'System.Management.Automation.SwitchParameter', bool: 'System.Boolean', int: 'System.Int32',
  datetime: 'System.DateTime', object: 'System.Object', securestring: 'System.Security.SecureString'
}

function notForAppsError(name: string): CmdletError {
  return new CmdletError(403, 'Microsoft.Exchange.Configuration.Authorization.CmdletAccessDeniedException', `The operation couldn't be performed: ${name} isn't supported when an application is signed in.`)
}
