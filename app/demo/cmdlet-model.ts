import type { DemoServiceName } from './names.ts'
import type { DemoAccount } from './accounts.ts'
import type { DemoApp, DemoTenant } from './tenants.ts'

/** Types of a cmdlet's parameters, as the shipped PowerShell text declares them. */
export type ParameterType = 'string' | 'switch' | 'bool' | 'int' | 'datetime' | 'object' | 'securestring'

export interface CmdletDefinition {
  name: string
  service: DemoServiceName
  parameters: Record<string, ParameterType>
  /** Parameters that must be given; `Identity` is also bound from the pipeline and by position. */
  mandatory: string[]
  /** Full name of the .NET type its objects stand for: Exchange's default views are chosen by it. */
  outputType: string
}

/** One call of a cmdlet by InvokeCommand. */
export interface CmdletCall {
  definition: CmdletDefinition
  tenant: DemoTenant
  caller: DemoApp | DemoAccount
  parameters: CmdletParameters
  now: Date
  warnings: string[]
}

/** What a cmdlet answers: its items, and how one of them is shown. Only the asked page of items is shown. */
export interface CmdletResult<Item = never> {
  items: readonly Item[]
  show: (item: Item) => Record<string, unknown>
}
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each cmdlet has its own kind of item; only `show` sees it.
export type AnyCmdletResult = CmdletResult<any>
export type CmdletHandler = (call: CmdletCall) => AnyCmdletResult

/** An error as Exchange gives it: HTTP status, .NET exception type and text. */
export class CmdletError extends Error {
  readonly status: number
  readonly exceptionType: string

  constructor(status: number, exceptionType: string, message: string) {
    super(message)
    this.status = status
    this.exceptionType = exceptionType
  }
}

const tasks = 'Microsoft.Exchange.Configuration.Tasks'

export const cmdletErrors = {
  notFound: (identity: string) =>
    new CmdletError(404, `${tasks}.ManagementObjectNotFoundException`, `The operation couldn't be performed because object '${identity}' couldn't be found on 'AM0PR04A01DC001.EURPR04A001.PROD.OUTLOOK.COM'.`),
  unknownParameter: (name: string) =>
    new CmdletError(400, 'System.Management.Automation.ParameterBindingException', `A parameter cannot be found that matches parameter name '${name}'.`),
  badValue: (name: string, value: unknown, type: string) =>
    new CmdletError(400, 'System.Management.Automation.ParameterBindingArgumentTransformationException', `Cannot process argument transformation on parameter '${name}'. Cannot convert value "${String(value)}" to type "${type}".`),
  missing: (name: string) =>
    new CmdletError(400, 'System.Management.Automation.ParameterBindingException', `Cannot process command because of one or more missing mandatory parameters: ${name}.`),
  addressTaken: (address: string, by: string) =>
    new CmdletError(400, 'Microsoft.Exchange.Data.Directory.ADObjectAlreadyExistsException', `The proxy address "SMTP:${address}" is already being used by the proxy addresses or LegacyExchangeDN of "${by}". Please choose another proxy address.`),
  invalid: (text: string) => new CmdletError(400, 'Microsoft.Exchange.Data.DataValidationException', text)
}

/** A call's parameters; names in any case, values as JSON brought them. */
export class CmdletParameters {
  private readonly values = new Map<string, unknown>()

  constructor(values: Record<string, unknown>) {
    for (const [name, value] of Object.entries(values)) if (!name.includes('@')) this.values.set(name.toLowerCase(), value)
  }

  has(name: string): boolean {
    return this.values.has(name.toLowerCase())
  }

  raw(name: string): unknown {
    return this.values.get(name.toLowerCase())
  }

  text(name: string): string | undefined {
    const value = this.raw(name)
    return value === undefined || value === null ? undefined : String(value)
  }

  flag(name: string): boolean {
    return this.raw(name) === true || this.raw(name) === 'true'
  }

  /** One value or several as a list: `a,b` is two. */
  list(name: string): string[] {
    const value = this.raw(name)
    if (value === undefined || value === null) return []
    if (Array.isArray(value)) return value.map(String)
    return String(value).split(',').map((part) => part.trim())
  }

  names(): string[] {
    return [...this.values.keys()]
  }
}
