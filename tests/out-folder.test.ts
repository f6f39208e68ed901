import { join } from 'node:path'
import { expect, it } from 'vitest'
import { outFolder } from '../app/out-folder.ts'

it('of a checkout is the one that the build fills', () => {
  expect(outFolder(join('/work', 'tenantry', 'out', 'app'))).toBe(join('/work', 'tenantry', 'out'))
})

it.each([
  ['/opt/Tenantry/resources/app.asar/out/app', '/opt/Tenantry/resources'],
  ['C:\\Users\\me\\AppData\\Local\\Programs\\tenantry\\resources\\app.asar\\out\\app', 'C:\\Users\\me\\AppData\\Local\\Programs\\tenantry\\resources'],
  ['/Applications/Tenantry.app/Contents/Resources/app.asar/out/app', '/Applications/Tenantry.app/Contents/Resources']
])('of a package is the one that its archive lies in: %s', (program, folder) => {
  expect(outFolder(program)).toBe(folder)
})
