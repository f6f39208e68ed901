import { failure } from '../failures.ts'
import { powerShellProblem } from '../powershell/finder.ts'
import { installCommand } from '../powershell/install-command.ts'
import { canRun, isAtLeast, newestFor, powerShellFor, takesTokenFrom } from '../powershell/module-versions.ts'
import type { Check } from './check.ts'
import { failed, type Fix, type Outcome, type Step } from './step.ts'

/** What sessions run on: PowerShell and the module, a pair that fits. */
export function machineSteps(check: Check): Step[] {
  return [
    { id: 'powershell', title: 'PowerShell', badTitle: 'No PowerShell that sessions can run on', after: [], run: () => findPowerShell(check) },
    { id: 'module', title: check.cloud.module.name, badTitle: `${check.cloud.module.name} can’t be used`, after: ['powershell'], run: () => findModule(check) }
  ]
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
  const { module } = check.cloud
  const name = `PowerShell ${found.version}`
  if (found.standIn) {
    if (module.path) return { state: 'good', title: `${name}, the stand-in engine`, evidence: 'No PowerShell is installed; the stand-in is enough for this tenant.' }
    return { state: 'bad', title: 'No PowerShell', evidence: `The stand-in engine can’t run ${module.name}.`, fixes: installing(check) }
  }
  const wanted = wantedModule(check)
  if (wanted === null || canRun(found, wanted)) return { state: 'good', title: name, evidence: wanted === null ? 'It is new enough for sessions.' : `It is new enough for ${module.name} ${wanted}.` }
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
function wantedModule({ profile, cloud, facts }: Check): string | null {
  const { powershell } = facts
  if (!powershell || cloud.module.path) return null
  const installed = powershell.moduleVersions
  if (profile.moduleVersion) return installed.includes(profile.moduleVersion) ? profile.moduleVersion : null
  return installed.find((version) => canRun(powershell, version)) ?? installed[0] ?? null
}

function findModule(check: Check): Outcome {
  const { profile, cloud, service } = check
  const { name, path } = cloud.module
  const { version, edition, moduleVersions } = check.facts.powershell!
  if (path) return { state: 'good', evidence: 'It comes with this cloud; nothing needs to be installed.' }
  const install = (text: string, options = ''): Fix => ({ text, commands: `Install-Module ${name}${options} -Scope CurrentUser` })
  if (moduleVersions.length === 0) return { ...failed(failure('module-missing', { module: name })), title: `${name} is missing`, fixes: [install('Install it in a terminal:')] }
  const wanted = wantedModule(check)
  if (wanted === null) {
    const text = `Installed: ${moduleVersions.join(', ')}.`
    const asked = /^[\d.]+$/.test(profile.moduleVersion) ? [install('Install the version that the profile asks for:', ` -RequiredVersion ${profile.moduleVersion}`)] : []
    return failed(failure('module-version-missing', { text }), asked)
  }
  const first = takesTokenFrom[service]
  if (!isAtLeast(wanted, first)) {
    return { state: 'bad', title: `${name} ${wanted} is too old`, evidence: `Handing over a token needs version ${first} or later.`, fixes: [install('Install a current one:', ' -Force')] }
  }
  if (service === 'compliance' && check.platform !== 'win32') {
    return { state: 'warning', title: `${name} ${wanted}`, evidence: 'Microsoft supports Security & Compliance PowerShell on Windows only; elsewhere it may work.' }
  }
  return { state: 'good', title: `${name} ${wanted}`, evidence: edition === 'Desktop' ? `Runs on Windows PowerShell ${version}.` : `Runs on PowerShell ${version}; it needs ${powerShellFor(wanted)} or later.` }
}

function installing({ platform, env }: Check, text = 'Install PowerShell 7.4 or later, or choose where it is in the status bar:'): Fix[] {
  return [{ text, commands: installCommand(platform, env) }]
}
