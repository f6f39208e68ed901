import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe } from 'vitest'
import type { ElectronUnderTest } from './host-under-test.ts'
import { realBinary } from './real-binary.ts'
import { standIn } from './stand-in.ts'

/** The tests on the stand-in, and where Electron's binary is on that too; says which of the two ran. */
export function describeOnElectron(name: string, tests: (electron: ElectronUnderTest) => void): void {
  for (const electron of [standIn, ...(realBinary ? [realBinary] : [])]) {
    describe(`${name}, on ${electron.name}`, () => {
      beforeAll(() => console.log(`Electron: ${electron.name}`))
      tests(electron)
    })
  }
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
}

export const logOf = (folder: string): string => readFileSync(join(folder, 'data', 'logs', 'tenantry.log'), 'utf8')
