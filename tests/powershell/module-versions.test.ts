import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { canRun, isAtLeast, moduleNeeds, powerShellFor } from '../../app/powershell/module-versions.ts'

it.each([
  ['3.0.0', '7.2'],
  ['3.4.0', '7.2'],
  ['3.5.0', '7.4'],
  ['3.9.2', '7.4'],
  ['3.10.0', '7.6'],
  ['3.10.1', '7.6']
])('module %s needs PowerShell %s', (module, powershell) => {
  expect(powerShellFor(module)).toBe(powershell)
  expect(canRun({ version: `${powershell}.0`, edition: 'Core' }, module)).toBe(true)
  expect(canRun({ version: `7.${Number(powershell.split('.')[1]) - 1}.9`, edition: 'Core' }, module)).toBe(false)
  expect(canRun({ version: '5.1.26100.1', edition: 'Desktop' }, module)).toBe(true)
})

it.each([
  ['3.10.0', '3.9.2', true],
  ['3.9', '3.9.0', true],
  ['7.6.0-preview.2', '7.6', true],
  ['7.10.0', '7.9', true],
  ['7.3.12', '7.4', false]
])('%s is at least %s: %s', (version, other, expected) => expect(isAtLeast(version, other)).toBe(expected))

it('the bootstrap goes by the same numbers', () => {
  const bootstrap = readFileSync(join(import.meta.dirname, '..', '..', 'app', 'powershell', 'Tenantry.psm1'), 'utf8')
  for (const { from, powershell } of moduleNeeds.slice(0, -1)) {
    expect(bootstrap).toContain(`if ($Version -ge [version]'${from}') { $needed = [version]'${powershell}' }`)
  }
  expect(bootstrap).toContain(`$needed = [version]'${moduleNeeds.at(-1)!.powershell}'`)
})
