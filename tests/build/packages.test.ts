import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

interface Locked {
  hasInstallScript?: boolean
  dev?: boolean
}

const read = <T>(file: string) => JSON.parse(readFileSync(file, 'utf8')) as T

it('only packages that the app runs with may run install scripts, and every other one that has some is refused by name', () => {
  const { allowScripts } = read<{ allowScripts: Record<string, boolean> }>('package.json')
  const { packages } = read<{ packages: Record<string, Locked> }>('package-lock.json')
  const withScripts = Object.entries(packages).filter(([, { hasInstallScript }]) => hasInstallScript)
  const allowed = withScripts.map(([path, { dev }]) => [path.split('node_modules/').at(-1)!, !dev] as const)
  expect(allowScripts).toEqual(Object.fromEntries(allowed))
})
