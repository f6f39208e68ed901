import { failure } from '../failures.ts'
import { powerShellProblem } from '../powershell/finder.ts'
import { installCommand } from '../powershell/install-command.ts'
import { canRun, isAtLeast, newestFor, powerShellFor, searchSessionFrom } from '../powershell/module-versions.ts'
import { remoteOf } from '../sessions/remote-powershell.ts'
import { cautionOf, serviceTable } from '../tokens/services.ts'
import type { Check } from './check.ts'
import { failed, type Fix, type Outcome, type Step } from './step.ts'

/** What sessions run on: PowerShell and the module, a pair that fits. */
export function machineSteps(check: Check): Step[] {
  const { name } = moduleOf(check)
  return [
    { id: 'powershell', title: 'PowerShell', badTitle: 'No PowerShell that sessions can run on', after: [], run: () => findPowerShell(check) },
    { id: 'module', title: name, badTitle: `${name} can’t be used`, after: ['powershell'], run: () => findModule(check) }
  ]
}

/** The service's module, where it is imported from if not from PSModulePath, and which versions of it are there. */
function moduleOf({ cloud, service, facts }: Check) {
  const name = serviceTable[service].module
  return { name, path: cloud.modulePaths?.[name], installed: facts.powershell?.modules[name] ?? [] }
}

async function findPowerShell(check: Check): Promise<Outcome> {
  const result = await check.findPowerShell()
  if (!result.found) {
    const problem = failed(powerShellProblem(result))
    // Where a policy keeps it from running scripts, another installation would not do either.
    return result.reason === 'scripts-refused' ? problem : { ...problem, fixes: installing(check) }
  }
  const { found } = result
  check.facts.powershell = found
  const module = moduleOf(check)
  const name = `PowerShell ${found.version}`
  if (found.standIn) {
    if (module.path) return { state: 'good', title: `${name}, the stand-in engine`, evidence: 'No PowerShell is installed; the stand-in is enough for this tenant.' }
    return { state: 'bad', title: 'No PowerShell', evidence: `The stand-in engine can’t run ${module.name}.`, fixes: installing(check) }
  }
  const wanted = wantedModule(check)
  if (wanted === null || canRun(found, wanted, module.name)) return { state: 'good', title: name, evidence: wanted === null ? 'It is new enough for sessions.' : `It is new enough for ${module.name} ${wanted}.` }
  const needs = powerShellFor(wanted)
  return {
    state: 'bad',
    title: `${name} is too old`,
    evidence: `${module.name} ${wanted} needs PowerShell ${needs} or later, or Windows PowerShell 5.1.`,
    fixes: [
      ...installing(check, `Install PowerShell ${needs} or later:`),
      { text: `Or install a version of the module that runs on ${name}:`, commands: `Install-Module ${module.name} -MaximumVersion ${newestFor(found.version)} -Scope CurrentUser` }
    ]
  }
}

/** The module's version that a session would take: the pinned one, else the newest that runs here, else the newest. */
function wantedModule(check: Check): string | null {
  const { profile, facts: { powershell } } = check
  const { name, path, installed } = moduleOf(check)
  if (!powershell || path || remoteOf(profile, check.service)) return null
  if (profile.moduleVersion && name === serviceTable.exchange.module) return installed.includes(profile.moduleVersion) ? profile.moduleVersion : null
  return installed.find((version) => canRun(powershell, version, name)) ?? installed[0] ?? null
}

function findModule(check: Check): Outcome {
  const { profile, service } = check
  const { name, path, installed } = moduleOf(check)
  const { version, edition } = check.facts.powershell!
  if (remoteOf(profile, service)) return { state: 'good', title: 'No module needed', evidence: 'Remote PowerShell brings its commands from the service.' }
  if (path) return { state: 'good', evidence: 'It comes with this cloud; nothing needs to be installed.' }
  const install = (text: string, options = ''): Fix => ({ text, commands: `Install-Module ${name}${options} -Scope CurrentUser` })
  if (installed.length === 0) return { ...failed(failure('module-missing', { module: name })), title: `${name} is missing`, fixes: [install('Install it in a terminal:')] }
  const wanted = wantedModule(check)
  if (wanted === null) {
    const text = `Installed: ${installed.join(', ')}.`
    const asked = /^[\d.]+$/.test(profile.moduleVersion) ? [install('Install the version that the profile asks for:', ` -RequiredVersion ${profile.moduleVersion}`)] : []
    return failed(failure('module-version-missing', { text }), asked)
  }
  const first = serviceTable[service].takesTokenFrom
  if (!isAtLeast(wanted, first)) {
    return { state: 'bad', title: `${name} ${wanted} is too old`, evidence: `Handing over a token needs version ${first} or later.`, fixes: [install('Install a current one:', ' -Force')] }
  }
  if (service === 'compliance' && profile.searchOnlySession && !isAtLeast(wanted, searchSessionFrom)) {
    return { ...failed(failure('module-without-searches', { least: searchSessionFrom })), title: `${name} ${wanted} is too old`, fixes: [install('Install a current one:', ' -Force')] }
  }
  const caution = cautionOf(service, check.platform)
  if (caution !== null) return { state: 'warning', title: `${name} ${wanted}`, evidence: caution }
  if (service === 'graph') return { state: 'good', title: `${name} ${wanted}`, evidence: `Runs on ${edition === 'Desktop' ? 'Windows ' : ''}PowerShell ${version}.` }
  return { state: 'good', title: `${name} ${wanted}`, evidence: edition === 'Desktop' ? `Runs on Windows PowerShell ${version}.` : `Runs on PowerShell ${version}; it needs ${powerShellFor(wanted)} or later.` }
}

function installing({ platform, env }: Check, text = 'Install PowerShell 7.4 or later, or choose where it is in the status bar:'): Fix[] {
  return [{ text, commands: installCommand(platform, env) }]
}
