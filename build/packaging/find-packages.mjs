import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The unpacked apps in a folder of packages: what carries the fuses, and what starts it.
 *
 * @param {string} folder
 * @returns {Array<{ name: string, binary: string, program: string }>}
 */
export function findPackages(folder) {
  const names = existsSync(folder) ? readdirSync(folder) : []
  const candidates = names.flatMap((name) => {
    const app = join(folder, name, 'Tenantry.app')
    return [
      { name, binary: app, program: join(app, 'Contents', 'MacOS', 'Tenantry') },
      ...['Tenantry.exe', 'tenantry'].map((file) => ({ name, binary: join(folder, name, file), program: join(folder, name, file) }))
    ]
  })
  return candidates.filter(({ name, program }) => existsSync(program) && /^(mac|win|linux)/.test(name))
}
