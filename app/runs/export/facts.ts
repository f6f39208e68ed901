import { guardRules } from '../../guard/rules.ts'
import { readingCommandNames } from '../../guard/commands.ts'
import type { RunExportChoice, RunView } from '../../contract.ts'
import { isAtLeast, newestFor, powerShellFor } from '../../powershell/module-versions.ts'
import { serviceTable } from '../../tokens/services.ts'
import type { ExportSource, ExportTenant } from './tenants.ts'

/** The PowerShell of both engines: Azure Automation's newest runtime, and the one on GitHub's images. A module that needs a later one is not exported. */
export const enginePowerShell = '7.4'
/** The version of Graph's module whose commands the demo tenants' follows; the newest one that is installed here goes before it. */
const graphModule = '2.25.0'

/** A run as an engine's scripts read it: what holds for all tenants, and nothing secret. */
export interface RunFacts {
  title: string
  service: RunView['service']
  /** The cmdlet that connects, and how its module keeps the connection. */
  connect: string
  family: string
  signIn: RunExportChoice['signIn']
  isReadOnly: boolean
  module: { name: string; version: string; powershell: string }
  /** What the connect cmdlet is given in each tenant. */
  parameters: Record<string, string | boolean | readonly string[]>
  /** By what a script that only reads is judged. */
  guard: Pick<NonNullable<ReturnType<typeof guardRules>>, 'readingVerbs' | 'modules' | 'commands'>
}

/** What is known of a run on its way out. */
export interface Exported {
  run: RunView
  slug: string
  facts: RunFacts
  tenants: ExportTenant[]
  leftOut: ReadonlyArray<{ name: string; reason: string }>
}

/** What the engine's scripts are told of a run. */
export function factsOf(run: RunView, signIn: RunExportChoice['signIn'], module: RunFacts['module']): RunFacts {
  const { connect, family, parameters } = serviceTable[run.service]
  const { readingVerbs, modules, commands } = guardRules({ environment: 'production', readOnly: true }, run.service)!
  return {
    title: run.title,
    service: run.service,
    connect,
    family,
    signIn,
    isReadOnly: run.isReadOnly,
    module,
    parameters: { ...parameters, ...(run.isReadOnly && family === 'exchange' ? { CommandName: readingCommandNames } : {}) },
    guard: { readingVerbs, modules, commands }
  }
}

/**
 * One version of the module for the whole run: the newest that a profile pins, else the newest that is installed here,
 * as far as the engine's PowerShell runs it and it signs in as it is to.
 *
 * @param found the versions that are installed here, newest first
 * @param onNote told where a profile's pinned version can't be had there
 */
export function moduleFor(run: RunView, sources: readonly ExportSource[], found: readonly string[], onNote: (sentence: string) => void): RunFacts['module'] {
  const { module: name, takesTokenFrom } = serviceTable[run.service]
  if (name !== serviceTable.exchange.module) return { name, version: found[0] ?? graphModule, powershell: enginePowerShell }
  const fits = (version: string) => isAtLeast(enginePowerShell, powerShellFor(version)) && isAtLeast(version, takesTokenFrom) && /^\d+\.\d+\.\d+$/.test(version)
  const pins = sources.map(({ profile }) => profile.moduleVersion).filter((pin) => pin !== '')
  const version = newestOf(pins.filter(fits)) ?? newestOf(found.filter(fits)) ?? newestFor(enginePowerShell)
  for (const { profile } of sources) {
    const { name: tenant, moduleVersion: pin } = profile
    if (pin !== '' && pin !== version) onNote(`“${tenant}” is pinned to ${name} ${pin}, and the export uses ${version} for all tenants.`)
  }
  return { name, version, powershell: powerShellFor(version) }
}

function newestOf(versions: readonly string[]): string | undefined {
  return versions.reduce<string | undefined>((newest, version) => (newest === undefined || isAtLeast(version, newest) ? version : newest), undefined)
}
