import type { Adapters, Cloud } from './adapters.ts'
import type { AppState } from './contract.ts'
import type { CredentialStore } from './credentials/store.ts'
import type { Notices } from './notices.ts'
import { powerShellProblem, type Finder } from './powershell/finder.ts'
import { installCommand } from './powershell/install-command.ts'
import { cautionsOn, connectModules } from './tokens/services.ts'

export interface AppStateSources {
  adapters: Adapters
  finder: Finder
  credentials: Pick<CredentialStore, 'status'>
  clouds: ReadonlyMap<string, Cloud>
  notices: Notices
}

/** What the window's frame shows of the machine that Tenantry runs on, as it is now. */
export async function readAppState({ adapters, finder, credentials, clouds, notices }: AppStateSources): Promise<AppState> {
  const result = await finder.find()
  const keychain = await credentials.status()
  return {
    version: adapters.version,
    host: adapters.host.kind,
    platform: adapters.platform,
    powershell: result.found && { path: result.found.path, version: result.found.version, edition: result.found.edition, standIn: result.found.standIn },
    powershellProblem: result.found ? null : { failure: powerShellProblem(result).toFailure(), installCommand: installCommand(adapters.platform, adapters.env) },
    modules: connectModules.map((module) => ({ ...module, version: result.found?.modules[module.name]?.[0] ?? null })),
    cautions: cautionsOn(adapters.platform),
    keychain,
    clouds: [...clouds.values()].map(({ id, label }) => ({ id, label })).concat({ id: 'custom', label: 'Custom' }),
    trust: adapters.trust.view,
    notices: notices.list()
  }
}
