import { join } from 'node:path'
import type { Adapters } from '../adapters.ts'
import { failure, type TenantryError } from '../failures.ts'
import { findPowerShell, type FindResult, type FoundPowerShell } from './find.ts'

/** This machine's PowerShell, looked for once. */
export interface Finder {
  find(): Promise<FindResult>
  /** Looks again at the next call. */
  forget(): void
  /** @throws TenantryError as `powerShellProblem` says it */
  require(): Promise<FoundPowerShell>
}

/** Looks for PowerShell at the first need and remembers what it found until told to look again. */
export function createFinder(adapters: Pick<Adapters, 'env' | 'paths' | 'platform' | 'spawn'>, configuredPath: () => string | null): Finder {
  let result: Promise<FindResult> | null = null
  const find = (): Promise<FindResult> => {
    if (result) return result
    const looking = look()
    result = looking
    // Whatever kept it from looking may be over the next time.
    looking.catch(() => {
      if (result === looking) result = null
    })
    return looking
  }
  const look = async () =>
    findPowerShell({
      configuredPath: configuredPath() ?? adapters.env.TENANTRY_PWSH ?? null,
      engineConsole: adapters.paths.engineConsole,
      env: adapters.env,
      platform: adapters.platform,
      spawn: adapters.spawn,
      scriptsFolder: adapters.paths.scripts,
      cacheFile: join(adapters.paths.data, 'powershell.json')
    })
  return {
    find,
    forget() {
      result = null
    },
    async require() {
      const answer = await find()
      if (!answer.found) throw powerShellProblem(answer)
      return answer.found
    }
  }
}

/** Why sessions have no PowerShell to run on. */
export function powerShellProblem(result: Extract<FindResult, { found: null }>): TenantryError {
  switch (result.reason) {
    case 'missing':
      return failure('powershell-missing')
    case 'too-old':
      return failure('powershell-too-old', { version: result.version })
    case 'scripts-refused':
      return failure('scripts-refused', { policy: result.policy })
  }
}
